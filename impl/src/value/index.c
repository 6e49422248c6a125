/* value/index.c  Positions of keys: a slot each, probed in order. See keys.h.
 */
#include "value/keys.h"

static void put_slot(pickle__index *x, uint64_t hash, size_t position) {
    size_t i = hash & (x->cap - 1);
    while (x->slots[i]) {
        i = (i + 1) & (x->cap - 1);
    }
    x->slots[i] = (uint32_t)(position + 1);
}

/* An index of all keys so far, of room for as many again. NULL on failure. */
static pickle__index *build(pickle_doc *doc, pickle__keys keys) {
    size_t cap = 32;
    while (cap < keys.count * 3) {
        cap *= 2;
    }
    if (keys.count >= UINT32_MAX) {
        return NULL;
    }
    pickle__index *x =
        pickle__arena_alloc(&doc->arena, sizeof *x + cap * sizeof x->slots[0]);
    if (!x) {
        return NULL;
    }
    memset(x->slots, 0, cap * sizeof x->slots[0]);
    x->cap = cap;
    x->count = 0;
    return x;
}

static bool extend(const pickle__key_scope *s, pickle__keys keys,
                   pickle__index *x) {
    for (; x->count < keys.count; x->count++) {
        pickle__key k;
        if (!pickle__key_of(s, keys.items[x->count * keys.stride], &k)) {
            return false;
        }
        put_slot(x, pickle__key_hash(s->classes->seed, k), x->count);
    }
    return true;
}

/* Whether the i-th key is this one; its class is known by now. */
static bool is_at(const pickle__key_scope *s, pickle__keys keys, size_t i,
                  pickle__key key) {
    pickle__key k;
    return pickle__key_of(s, keys.items[i * keys.stride], &k) &&
           pickle__keys_equal(k, key);
}

static size_t find_few(const pickle__key_scope *s, pickle__keys keys,
                       pickle__key key) {
    size_t i = 0;
    while (i < keys.count && !is_at(s, keys, i, key)) {
        i++;
    }
    return i < keys.count ? i : PICKLE__NOT_FOUND;
}

static size_t find_many(const pickle__key_scope *s, pickle__keys keys,
                        const pickle__index *x, pickle__key key) {
    size_t mask = x->cap - 1;
    size_t i = pickle__key_hash(s->classes->seed, key) & mask;
    while (x->slots[i] && !is_at(s, keys, x->slots[i] - 1, key)) {
        i = (i + 1) & mask;
    }
    return x->slots[i] ? x->slots[i] - 1 : PICKLE__NOT_FOUND;
}

/* Every key has its class, and where they are many its slot: only then can a
 * key from elsewhere be told from all of them. */
static bool prepare(pickle_doc *doc, const pickle__key_scope *s,
                    pickle__keys keys, pickle__index **index) {
    if (keys.count <= 8) {
        bool ok = true;
        for (size_t i = 0; ok && i < keys.count; i++) {
            pickle__key k;
            ok = pickle__key_of(s, keys.items[i * keys.stride], &k);
        }
        return ok;
    }
    if (!*index || (*index)->cap < keys.count * 2) {
        pickle__index *x = build(doc, keys);
        if (!x) {
            return false;
        }
        *index = x;
    }
    return extend(s, keys, *index);
}

size_t pickle__find_key(pickle_doc *doc, pickle__keys keys,
                        pickle__index **index, pickle_value key, bool own) {
    pickle__class_map map = {0};
    pickle__key_scope s = {&doc->classes, NULL, false};
    pickle__key_scope foreign = {&doc->classes, &map, true};
    pickle__key k = {key, 0};
    size_t at = PICKLE__NO_MEMORY;
    if (prepare(doc, &s, keys, index) &&
        pickle__key_of(own ? &s : &foreign, key, &k)) {
        at = keys.count <= 8 ? find_few(&s, keys, k)
                             : find_many(&s, keys, *index, k);
    }
    pickle__class_map_free(&map, &doc->arena.alloc);
    return at;
}
