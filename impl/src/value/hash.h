/*
 * value/hash.h  Hashing and comparing atoms as Python's dict and set do; keys.h
 * has what holds others.
 *
 * Equal values hash equal across kinds (1 == 1.0 == True). The hash is our
 * own and seeded: keys that collide under Python's do not collide here.
 */
#ifndef PICKLE_VALUE_HASH_H
#define PICKLE_VALUE_HASH_H

#include "value/node.h"

/* Two words into one; the last step of every hash. */
uint64_t pickle__mix(uint64_t a, uint64_t b);

/* Hash of an atom, or of any other value as an object of its own. */
uint64_t pickle__hash_atom(uint64_t seed, pickle_value v);

/* Hash of `data[len]`. */
uint64_t pickle__hash_bytes(uint64_t seed, const void *data, size_t len);

/* Whether a value compares by its handle or its own bytes alone, so that
 * pickle__atoms_equal() answers for it: anything but a container. */
bool pickle__is_atom(pickle_value v);

/* `a == b` for two atoms; other values are equal to themselves. */
bool pickle__atoms_equal(pickle_value a, pickle_value b);

/* Whether Python could hash v; alloc is for the walk through nested tuples. */
bool pickle__value_hashable(const pickle_allocator *alloc, pickle_value v);

/* What in v has no hash, the first in the order hash() meets it: v itself, or
 * an element of nested tuples. Null if there is none; v if memory runs out. */
pickle_value pickle__find_unhashable(const pickle_allocator *alloc,
                                     pickle_value v);

#endif
