/*
 * pickletools/memo.h  The memo of dis and optimize: Python ints to numbers.
 *
 * Keys come from the pickle, any int a PUT can spell. Small ones are indexes
 * of an array; the rest sit in a crit-bit tree over their bytes, whose depth is
 * bounded by the bits of a key: no choice of keys makes it slow, as it would a
 * hash table.
 */
#ifndef PICKLE_PICKLETOOLS_MEMO_H
#define PICKLE_PICKLETOOLS_MEMO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <pickleproof/pickletools.h>

/* What a slot without an entry holds; no value is this. */
#define PICKLE__MEMO_ABSENT UINT32_MAX

typedef struct pickle__memo {
    uint32_t *dense; /* values by key */
    size_t dense_cap;
    struct memo_node *nodes;
    size_t node_count;
    size_t node_cap;
    uint32_t root; /* of the tree */
    uint8_t *keys; /* bytes of the keys of the tree */
    size_t key_len;
    size_t key_cap;
    size_t count; /* entries */
    pickle_allocator alloc;
} pickle__memo;

void pickle__dis_memo_init(pickle__memo *m, const pickle_allocator *alloc);

void pickle__dis_memo_deinit(pickle__memo *m);

/* The value of an int or bool argument; PICKLE__MEMO_ABSENT if none. */
uint32_t pickle__dis_memo_get(const pickle__memo *m, const pickle_arg *key);

/* Set the value, a new entry or an old one; false if out of memory. */
bool pickle__dis_memo_set(pickle__memo *m, const pickle_arg *key,
                          uint32_t value);

/* The argument that is the int n, for MEMOIZE. */
pickle_arg pickle__dis_memo_index(size_t n);

#endif
