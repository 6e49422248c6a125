#include "value/keys.h"

#include <stdlib.h>

#include "base/alloc.h"

/* On the way down: its class is being found. */
#define ON_WALK    (UINT32_MAX - 1)
#define LAST_CLASS (UINT32_MAX - 2)

static bool is_container(pickle_value v) {
    unsigned tag = pickle__tag(v);
    return tag == PICKLE__TAG_TUPLE || tag == PICKLE__TAG_FROZENSET;
}

static pickle__keys elements(pickle_value v) {
    if (pickle__tag(v) == PICKLE__TAG_TUPLE) {
        return (pickle__keys){pickle__tuple_of(v)->items, 1,
                              pickle__tuple_of(v)->count};
    }
    return (pickle__keys){pickle__list_of(v)->items, 1,
                          pickle__list_of(v)->count};
}

/* ---- where a container's class stands ---- */

static uint32_t *slot_of(pickle_value v) {
    return pickle__tag(v) == PICKLE__TAG_TUPLE ? &pickle__tuple_of(v)->class
                                               : &pickle__set_of(v)->class;
}

static size_t place(const pickle__class_map *m, pickle_value v) {
    size_t at = (size_t)(v.bits * UINT64_C(0x9e3779b97f4a7c15) >> 20);
    for (at &= m->cap - 1; !pickle_is_null(m->nodes[at]);
         at = (at + 1) & (m->cap - 1)) {
        if (pickle_is(m->nodes[at], v)) {
            break;
        }
    }
    return at;
}

void pickle__class_map_free(pickle__class_map *m,
                            const pickle_allocator *alloc) {
    pickle__free(alloc, m->nodes, m->cap * sizeof *m->nodes);
    pickle__free(alloc, m->classes, m->cap * sizeof *m->classes);
}

static bool grow_map(pickle__class_map *m, const pickle_allocator *alloc) {
    pickle__class_map more = {.cap = m->cap ? m->cap * 2 : 64};
    more.nodes = pickle__alloc(alloc, more.cap * sizeof *more.nodes);
    more.classes = pickle__alloc(alloc, more.cap * sizeof *more.classes);
    if (!more.nodes || !more.classes) {
        pickle__class_map_free(&more, alloc);
        return false;
    }
    for (size_t i = 0; i < more.cap; i++) {
        more.nodes[i] = pickle_null();
    }
    for (size_t i = 0; i < m->cap; i++) {
        if (!pickle_is_null(m->nodes[i])) {
            size_t at = place(&more, m->nodes[i]);
            more.nodes[at] = m->nodes[i];
            more.classes[at] = m->classes[i];
        }
    }
    more.count = m->count;
    pickle__class_map_free(m, alloc);
    *m = more;
    return true;
}

static const pickle_allocator *alloc_of(const pickle__key_scope *s) {
    return &s->classes->arena->alloc;
}

/* 0: not known yet. */
static uint32_t known(const pickle__key_scope *s, pickle_value v) {
    if (!s->map) {
        return *slot_of(v);
    }
    if (!s->map->cap) {
        return 0;
    }
    size_t at = place(s->map, v);
    return pickle_is_null(s->map->nodes[at]) ? 0 : s->map->classes[at];
}

static bool note(const pickle__key_scope *s, pickle_value v, uint32_t class) {
    pickle__class_map *m = s->map;
    if (!m) {
        *slot_of(v) = class;
        return true;
    }
    if ((m->count + 1) * 2 > m->cap && !grow_map(m, alloc_of(s))) {
        return false;
    }
    size_t at = place(m, v);
    m->count += pickle_is_null(m->nodes[at]);
    m->nodes[at] = v;
    m->classes[at] = class;
    return true;
}

/* ---- classes by what they hold ---- */

static pickle__key key_known(const pickle__key_scope *s, pickle_value v) {
    uint32_t class = is_container(v) ? known(s, v) : 0;
    /* One that holds itself is equal to itself alone. */
    return (pickle__key){v, class == ON_WALK ? 0 : class};
}

static uint64_t hash_content(const pickle__key_scope *s, pickle_value v,
                             bool *none) {
    uint64_t seed = s->classes->seed;
    pickle__keys e = elements(v);
    bool ordered = pickle__tag(v) == PICKLE__TAG_TUPLE;
    uint64_t h = pickle__mix(seed, e.count * 2 + ordered);
    for (size_t i = 0; i < e.count; i++) {
        pickle__key k = key_known(s, e.items[i]);
        uint64_t one = pickle__key_hash(seed, k);
        *none = *none || k.class == PICKLE__CLASS_NONE;
        h = ordered ? pickle__mix(h, one) : h + pickle__mix(seed, one);
    }
    return h;
}

static bool same_content(const pickle__key_scope *s, pickle_value a,
                         const pickle__key_scope *t, pickle_value b,
                         bool *same) {
    pickle__keys x = elements(a);
    pickle__keys y = elements(b);
    *same = pickle__tag(a) == pickle__tag(b) && x.count == y.count;
    if (pickle__tag(a) != PICKLE__TAG_TUPLE) {
        return !*same || pickle__match_keys(s, x, t, y, NULL, same);
    }
    for (size_t i = 0; *same && i < x.count; i++) {
        *same = pickle__keys_equal(key_known(s, x.items[i]),
                                   key_known(t, y.items[i]));
    }
    return true;
}

static bool grow_classes(pickle__classes *c) {
    size_t cap = c->cap ? c->cap * 2 : 32;
    uint32_t *slots =
        cap > LAST_CLASS
            ? NULL
            : pickle__arena_alloc(c->arena, cap * 2 * sizeof *slots);
    if (!slots) {
        return false;
    }
    pickle__class *all = pickle__arena_resize(
        c->arena, c->all, c->cap * sizeof *all, cap * sizeof *all);
    if (!all) {
        return false;
    }
    memset(slots, 0, cap * 2 * sizeof *slots);
    for (size_t i = 0; i < c->count; i++) {
        size_t at = all[i].hash & (cap * 2 - 1);
        while (slots[at]) {
            at = (at + 1) & (cap * 2 - 1);
        }
        slots[at] = (uint32_t)(i + 1);
    }
    *c = (pickle__classes){c->arena, c->seed, all, c->count, cap, slots};
    return true;
}

/* The class of a container whose elements have theirs. */
static bool find_class(const pickle__key_scope *s, pickle_value v,
                       uint32_t *class) {
    pickle__classes *c = s->classes;
    pickle__key_scope known_to_all = {c, s->fixed ? NULL : s->map, false};
    bool none = false;
    bool same = false;
    uint64_t h = hash_content(s, v, &none);
    *class = PICKLE__CLASS_NONE;
    if (none) {
        return true;
    }
    if (!s->fixed && c->count == c->cap && !grow_classes(c)) {
        return false;
    }
    size_t mask = c->cap * 2 - 1;
    size_t at = h & mask;
    for (; c->cap && c->slots[at]; at = (at + 1) & mask) {
        const pickle__class *one = &c->all[c->slots[at] - 1];
        if (one->hash == h &&
            !same_content(&known_to_all, one->v, s, v, &same)) {
            return false;
        }
        if (same) {
            *class = c->slots[at];
            return true;
        }
    }
    if (!s->fixed) {
        c->all[c->count++] = (pickle__class){v, h};
        *class = c->slots[at] = (uint32_t)c->count;
    }
    return true;
}

/* ---- from the inside out ---- */

typedef struct step {
    pickle_value v;
    size_t next;
} step;

enum { FIRST = 16 };

typedef struct walk {
    step first[FIRST];
    step *stack;
    size_t depth;
    size_t cap;
} walk;

static bool enter(const pickle__key_scope *s, walk *w, pickle_value v) {
    if (w->depth == w->cap) {
        bool small = w->stack == w->first;
        step *more = pickle__realloc(alloc_of(s), small ? NULL : w->stack,
                                     small ? 0 : w->cap * sizeof *more,
                                     2 * w->cap * sizeof *more);
        if (!more) {
            return false;
        }
        if (small) {
            memcpy(more, w->first, sizeof w->first);
        }
        w->stack = more;
        w->cap *= 2;
    }
    if (!note(s, v, ON_WALK)) {
        return false;
    }
    w->stack[w->depth++] = (step){v, 0};
    return true;
}

/* The next element that has no class yet; false if all have. */
static bool next_unknown(const pickle__key_scope *s, step *top,
                         pickle_value *inner) {
    pickle__keys e = elements(top->v);
    while (top->next < e.count) {
        *inner = e.items[top->next++];
        if (is_container(*inner) && known(s, *inner) == 0) {
            return true;
        }
    }
    return false;
}

static bool leave(const pickle__key_scope *s, walk *w) {
    pickle_value v = w->stack[w->depth - 1].v;
    uint32_t class;
    if (pickle__tag(v) == PICKLE__TAG_FROZENSET &&
        !pickle__set_check(pickle__set_of(v))) {
        return false;
    }
    if (!find_class(s, v, &class) || !note(s, v, class)) {
        return false;
    }
    w->depth--;
    return true;
}

static bool classify(const pickle__key_scope *s, pickle_value v) {
    walk w = {.stack = w.first, .cap = FIRST};
    bool ok = enter(s, &w, v);
    while (ok && w.depth) {
        pickle_value inner;
        ok = next_unknown(s, &w.stack[w.depth - 1], &inner)
                 ? enter(s, &w, inner)
                 : leave(s, &w);
    }
    while (w.depth) {
        (void)note(s, w.stack[--w.depth].v, 0); /* it has its place already */
    }
    if (w.stack != w.first) {
        pickle__free(alloc_of(s), w.stack, w.cap * sizeof *w.stack);
    }
    return ok;
}

bool pickle__key_of(const pickle__key_scope *s, pickle_value v,
                    pickle__key *key) {
    if (is_container(v) && known(s, v) == 0 && !classify(s, v)) {
        return false;
    }
    *key = key_known(s, v);
    return true;
}

uint64_t pickle__key_hash(uint64_t seed, pickle__key k) {
    return k.class ? pickle__mix(seed, k.class) : pickle__hash_atom(seed, k.v);
}

bool pickle__keys_equal(pickle__key a, pickle__key b) {
    if (a.class || b.class) {
        return pickle_is(a.v, b.v) ||
               (a.class == b.class && a.class != PICKLE__CLASS_NONE);
    }
    return pickle__atoms_equal(a.v, b.v);
}

/* ---- two arrays ---- */

typedef struct hashed {
    uint64_t hash;
    size_t at;
    pickle__key key;
} hashed;

static int by_hash(const void *a, const void *b) {
    uint64_t x = ((const hashed *)a)->hash;
    uint64_t y = ((const hashed *)b)->hash;
    return (x > y) - (x < y);
}

static bool hash_all(const pickle__key_scope *s, pickle__keys keys,
                     hashed *out) {
    for (size_t i = 0; i < keys.count; i++) {
        out[i].at = i;
        if (!pickle__key_of(s, keys.items[i * keys.stride], &out[i].key)) {
            return false;
        }
        out[i].hash = pickle__key_hash(s->classes->seed, out[i].key);
    }
    if (keys.count > 1) {
        qsort(out, keys.count, sizeof *out, by_hash);
    }
    return true;
}

/* Both in order of their hashes: look among those of the same hash. */
static bool match_sorted(const hashed *a, const hashed *b, size_t count,
                         size_t *where) {
    size_t run = 0;
    for (size_t i = 0; i < count; i++) {
        if (a[i].hash != a[run].hash) {
            run = i;
        }
        size_t j = run;
        while (j < count && b[j].hash == a[i].hash &&
               !pickle__keys_equal(a[i].key, b[j].key)) {
            j++;
        }
        if (j == count || b[j].hash != a[i].hash) {
            return false;
        }
        if (where) {
            where[a[i].at] = b[j].at;
        }
    }
    return true;
}

bool pickle__match_keys(const pickle__key_scope *s, pickle__keys a,
                        const pickle__key_scope *t, pickle__keys b,
                        size_t *where, bool *same) {
    enum { FEW = 8 };
    hashed few[2 * FEW];
    hashed *all = few;
    const pickle_allocator *alloc = alloc_of(s);
    size_t size = 2 * a.count * sizeof *all;
    *same = a.count == b.count;
    if (!*same || a.count == 0) {
        return true;
    }
    if (a.count > FEW && !(all = pickle__alloc(alloc, size))) {
        return false;
    }
    bool ok = hash_all(s, a, all) && hash_all(t, b, all + a.count);
    *same = ok && match_sorted(all, all + a.count, a.count, where);
    if (all != few) {
        pickle__free(alloc, all, size);
    }
    return ok;
}
