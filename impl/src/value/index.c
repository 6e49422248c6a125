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

static size_t find_few(const pickle__key_scope *s, pickle__keys keys,
                       pickle__key key) {
    for (size_t i = 0; i < keys.count; i++) {
        pickle__key k;
        if (!pickle__key_of(s, keys.items[i * keys.stride], &k)) {
            return PICKLE__NO_MEMORY;
        }
        if (pickle__keys_equal(k, key)) {
            return i;
        }
    }
    return PICKLE__NOT_FOUND;
}

static size_t find_many(const pickle__key_scope *s, pickle__keys keys,
                        const pickle__index *x, pickle__key key) {
    uint64_t hash = pickle__key_hash(s->classes->seed, key);
    for (size_t i = hash & (x->cap - 1); x->slots[i];
         i = (i + 1) & (x->cap - 1)) {
        size_t at = x->slots[i] - 1;
        pickle__key k;
        if (!pickle__key_of(s, keys.items[at * keys.stride], &k)) {
            return PICKLE__NO_MEMORY;
        }
        if (pickle__keys_equal(k, key)) {
            return at;
        }
    }
    return PICKLE__NOT_FOUND;
}

static size_t find(pickle_doc *doc, const pickle__key_scope *s,
                   pickle__keys keys, pickle__index **index, pickle__key key) {
    if (keys.count <= 8) {
        return find_few(s, keys, key);
    }
    if (!*index || (*index)->cap < keys.count * 2) {
        pickle__index *x = build(doc, keys);
        if (!x) {
            return PICKLE__NO_MEMORY;
        }
        *index = x;
    }
    return extend(s, keys, *index) ? find_many(s, keys, *index, key)
                                   : PICKLE__NO_MEMORY;
}

size_t pickle__find_key(pickle_doc *doc, pickle__keys keys,
                        pickle__index **index, pickle_value key, bool own) {
    pickle__class_map map = {0};
    pickle__key_scope s = {&doc->classes, NULL, false};
    pickle__key_scope foreign = {&doc->classes, &map, true};
    pickle__key k = {key, 0};
    size_t at = PICKLE__NO_MEMORY;
    if (pickle__key_of(own ? &s : &foreign, key, &k)) {
        at = find(doc, &s, keys, index, k);
    }
    pickle__class_map_free(&map, &doc->arena.alloc);
    return at;
}
