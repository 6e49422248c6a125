/*
 * value/keys.h  Keys of dicts and elements of sets, as Python looks them up.
 *
 * Equal tuples and frozensets are one class, a number that is found from the
 * inside out: what they hold has its class first, so that two of them are
 * compared by what lies directly in them. No recursion, whatever the nesting,
 * and each container is looked at once: CPython compares by descending, and
 * what repeats in depth costs it more than it is long.
 */
#ifndef PICKLE_VALUE_KEYS_H
#define PICKLE_VALUE_KEYS_H

#include "value/hash.h"

/* Classes of containers that are not a document's own, by node. */
typedef struct pickle__class_map {
    pickle_value *nodes; /* open addressing, null is free */
    uint32_t *classes;   /* beside them */
    size_t count;
    size_t cap; /* a power of two */
} pickle__class_map;

/* Where keys get their classes. */
typedef struct pickle__key_scope {
    pickle__classes *classes;
    pickle__class_map *map; /* NULL: in the nodes, which are the document's */
    bool fixed;             /* what has no class yet gets none */
} pickle__key_scope;

/* A key that can be compared. */
typedef struct pickle__key {
    pickle_value v;
    uint32_t class; /* 0: an atom, or what is its own */
} pickle__key;

/* No class: equal to no other. */
#define PICKLE__CLASS_NONE UINT32_MAX

/* An empty map; free it with the allocator it was filled by. */
void pickle__class_map_free(pickle__class_map *map,
                            const pickle_allocator *alloc);

/* The key of a hashable value. False if out of memory. */
bool pickle__key_of(const pickle__key_scope *s, pickle_value v,
                    pickle__key *key);

uint64_t pickle__key_hash(uint64_t seed, pickle__key k);
bool pickle__keys_equal(pickle__key a, pickle__key b);

/* Keys in an array: the i-th stands at items[i * stride]. */
typedef struct pickle__keys {
    const pickle_value *items;
    size_t stride; /* in handles: 1 for a set, 2 for a dict */
    size_t count;
} pickle__keys;

/*
 * Whether two arrays of as many keys, each without equal ones, hold the same.
 * where[a.count], nullable, receives the place in b of each key of a. False if
 * out of memory.
 */
bool pickle__match_keys(const pickle__key_scope *s, pickle__keys a,
                        const pickle__key_scope *t, pickle__keys b,
                        size_t *where, bool *same);

/* ---- the index of a dict or set ---- */

struct pickle__index {
    size_t cap; /* a power of two, at least twice the entries */
    size_t count;
    uint32_t slots[]; /* position + 1, 0 is free */
};

#define PICKLE__NOT_FOUND ((size_t)-1)
#define PICKLE__NO_MEMORY ((size_t)-2)

/*
 * Position of a key, or PICKLE__NOT_FOUND, or PICKLE__NO_MEMORY. The keys are
 * the document's own; the one that is looked for need not be, unless `own`
 * says so. Builds or extends *index when there are more than 8.
 */
size_t pickle__find_key(pickle_doc *doc, pickle__keys keys,
                        pickle__index **index, pickle_value key, bool own);

#endif
