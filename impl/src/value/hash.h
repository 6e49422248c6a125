/*
 * value/hash.h  Hashing and comparing as Python's dict and set do.
 *
 * Equal values hash equal across kinds (1 == 1.0 == True). The hash is our
 * own and seeded: keys that collide under Python's do not collide here.
 */
#ifndef PICKLE_VALUE_HASH_H
#define PICKLE_VALUE_HASH_H

#include "value/node.h"

/* Hash of a hashable value. No recursion; nested tuples and frozensets keep
 * theirs. False if out of memory. */
bool pickle__hash(pickle_doc *doc, pickle_value v, uint64_t *hash);

/* Hash of `data[len]`. */
uint64_t pickle__hash_bytes(uint64_t seed, const void *data, size_t len);

/* Whether a value compares by its handle or its own bytes alone, so that
 * pickle__atoms_equal() answers for it: anything but a container. */
bool pickle__is_atom(pickle_value v);

/* `a == b` for two atoms. */
bool pickle__atoms_equal(pickle_value a, pickle_value b);

/* `a is b or a == b`, as dict and set look keys up. */
bool pickle__keys_equal(pickle_value a, pickle_value b);

/* Whether Python could hash v; alloc is for the walk through nested tuples. */
bool pickle__value_hashable(const pickle_allocator *alloc, pickle_value v);

/* ---- the index of a dict or set ---- */

struct pickle__index {
    size_t cap; /* a power of two, at least twice the entries */
    size_t count;
    uint32_t slots[]; /* position + 1, 0 is free */
};

/* Entries are found through this: entry i's key is at keys + i * stride. */
typedef struct pickle__keys {
    const pickle_value *keys;
    size_t stride; /* in handles: 1 for a set, 2 for a dict */
    size_t count;
} pickle__keys;

#define PICKLE__NOT_FOUND ((size_t)-1)
#define PICKLE__NO_MEMORY ((size_t)-2)

/* Position of a key, or PICKLE__NOT_FOUND, or PICKLE__NO_MEMORY. Builds or
 * extends *index when there are more than 8 entries. */
size_t pickle__find_key(pickle_doc *doc, pickle__keys keys,
                        pickle__index **index, pickle_value key);

#endif
