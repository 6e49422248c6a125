/*
 * value/equal.c  Python's `a == b` without recursion.
 *
 * Pairs still to compare lie on a stack; containers compared on the way are
 * remembered, so that two cycles of the same shape are equal rather than
 * endless. Elements of sets and keys of dicts have classes of this comparison,
 * as the two may be of different documents.
 */
#include "base/alloc.h"
#include "value/keys.h"

typedef struct pair {
    pickle_value a;
    pickle_value b;
} pair;

typedef struct comparer {
    const pickle_allocator *alloc;
    pair *stack;
    size_t depth;
    size_t cap;
    pair *seen; /* open addressing; a null handle in .a is free */
    size_t seen_count;
    size_t seen_cap;
    pickle__arena arena; /* of classes; without an allocator until needed */
    pickle__classes classes;
    pickle__class_map map;
} comparer;

static bool push(comparer *c, pickle_value a, pickle_value b) {
    if (c->depth == c->cap) {
        size_t cap = c->cap ? c->cap * 2 : 32;
        pair *stack = pickle__realloc(
            c->alloc, c->stack, c->cap * sizeof *stack, cap * sizeof *stack);
        if (!stack) {
            return false;
        }
        c->stack = stack;
        c->cap = cap;
    }
    c->stack[c->depth++] = (pair){a, b};
    return true;
}

static size_t home(pair p, size_t cap) {
    uint64_t h = (p.a.bits * 31 ^ p.b.bits) * UINT64_C(0x9e3779b97f4a7c15);
    return (size_t)(h >> 20) & (cap - 1);
}

static bool grow_seen(comparer *c) {
    size_t cap = c->seen_cap ? c->seen_cap * 2 : 64;
    pair *seen = pickle__alloc(c->alloc, cap * sizeof *seen);
    if (!seen) {
        return false;
    }
    for (size_t i = 0; i < cap; i++) {
        seen[i].a = pickle_null();
    }
    for (size_t i = 0; i < c->seen_cap; i++) {
        if (!pickle_is_null(c->seen[i].a)) {
            size_t at = home(c->seen[i], cap);
            while (!pickle_is_null(seen[at].a)) {
                at = (at + 1) & (cap - 1);
            }
            seen[at] = c->seen[i];
        }
    }
    pickle__free(c->alloc, c->seen, c->seen_cap * sizeof *seen);
    c->seen = seen;
    c->seen_cap = cap;
    return true;
}

/* Remember a pair; *again tells whether it was there. False: no memory. */
static bool remember(comparer *c, pair p, bool *again) {
    if ((c->seen_count + 1) * 2 > c->seen_cap && !grow_seen(c)) {
        return false;
    }
    size_t at = home(p, c->seen_cap);
    while (!pickle_is_null(c->seen[at].a)) {
        if (pickle_is(c->seen[at].a, p.a) && pickle_is(c->seen[at].b, p.b)) {
            *again = true;
            return true;
        }
        at = (at + 1) & (c->seen_cap - 1);
    }
    *again = false;
    c->seen[at] = p;
    c->seen_count++;
    return true;
}

static bool is_set(pickle_kind k) {
    return k == PICKLE_KIND_SET || k == PICKLE_KIND_FROZENSET;
}

/* Push what two containers of n elements hold. Sets the answer to false where
 * they cannot be equal. Returns false if out of memory. */
static bool compare_sequences(comparer *c, pair p, bool *equal) {
    size_t m;
    size_t n;
    const pickle_value *x = pickle_get_items(p.a, &m);
    const pickle_value *y = pickle_get_items(p.b, &n);
    *equal = m == n;
    for (size_t i = n; *equal && i > 0; i--) {
        if (!pickle_is(x[i - 1], y[i - 1]) || pickle__is_double(x[i - 1])) {
            if (!push(c, x[i - 1], y[i - 1])) {
                return false;
            }
        }
    }
    return true;
}

static bool match(comparer *c, pickle__keys a, pickle__keys b, size_t *where,
                  bool *equal) {
    if (!c->classes.arena) {
        pickle__arena_init(&c->arena, c->alloc, SIZE_MAX, NULL, 0);
        c->classes.arena = &c->arena;
        c->classes.seed = (uint64_t)(uintptr_t)c;
    }
    pickle__key_scope s = {&c->classes, &c->map, false};
    return pickle__match_keys(&s, a, &s, b, where, equal);
}

static bool compare_sets(comparer *c, pair p, bool *equal) {
    pickle__keys a = {.stride = 1};
    pickle__keys b = {.stride = 1};
    a.items = pickle_get_items(p.a, &a.count);
    b.items = pickle_get_items(p.b, &b.count);
    return match(c, a, b, NULL, equal);
}

/* Keys first, then the values of equal keys. */
static bool compare_pairs(comparer *c, const pickle_pair *x,
                          const pickle_pair *y, size_t count, bool *equal) {
    pickle__keys a = {(const pickle_value *)x, 2, count};
    pickle__keys b = {(const pickle_value *)y, 2, count};
    size_t few[16];
    size_t *where = few;
    if (count > 16) {
        where = pickle__alloc(c->alloc, count * sizeof *where);
    }
    bool ok = where && match(c, a, b, where, equal);
    for (size_t i = 0; ok && *equal && i < count; i++) {
        ok = push(c, x[i].value, y[where[i]].value);
    }
    if (where != few) {
        pickle__free(c->alloc, where, count * sizeof *where);
    }
    return ok;
}

static bool compare_dicts(comparer *c, pair p, bool *equal) {
    size_t m;
    size_t n;
    const pickle_pair *x = pickle_get_pairs(p.a, &m);
    const pickle_pair *y = pickle_get_pairs(p.b, &n);
    *equal = m == n;
    return m != n || compare_pairs(c, x, y, n, equal);
}

/* Compare one pair; what is inside it goes on the stack. */
static bool compare(comparer *c, pair p, bool *equal) {
    pickle_kind ka = pickle_kind_of(p.a);
    pickle_kind kb = pickle_kind_of(p.b);
    bool again;
    if (pickle__is_atom(p.a) || pickle__is_atom(p.b)) {
        *equal = pickle__atoms_equal(p.a, p.b);
        return true;
    }
    if (ka != kb && !(is_set(ka) && is_set(kb))) {
        *equal = false;
        return true;
    }
    if (!remember(c, p, &again)) {
        return false;
    }
    if (again || pickle_is(p.a, p.b)) {
        return true;
    }
    if (is_set(ka)) {
        return compare_sets(c, p, equal);
    }
    return ka == PICKLE_KIND_DICT ? compare_dicts(c, p, equal)
                                  : compare_sequences(c, p, equal);
}

pickle_code pickle_equal(pickle_value a, pickle_value b, bool *equal,
                         pickle_error *err) {
    comparer c = {.alloc = pickle_allocator_default()};
    bool ok = push(&c, a, b);
    bool same = true;
    pickle__error_clear(err);
    while (ok && same && c.depth) {
        ok = compare(&c, c.stack[--c.depth], &same);
    }
    pickle__free(c.alloc, c.stack, c.cap * sizeof *c.stack);
    pickle__free(c.alloc, c.seen, c.seen_cap * sizeof *c.seen);
    pickle__class_map_free(&c.map, c.alloc);
    if (c.classes.arena) {
        pickle__arena_deinit(&c.arena);
    }
    if (!ok) {
        return pickle__error_code(err, PICKLE_ERR_NOMEM, "equal");
    }
    *equal = same;
    return PICKLE_OK;
}
