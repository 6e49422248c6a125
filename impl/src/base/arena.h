/*
 * base/arena.h  The one owner of a document's memory: bump allocation, freed at
 * once.
 *
 * Small requests are cut from chunks that double in size; nothing is given
 * back before the end. Large requests (arrays of big lists, long strings) are
 * blocks of their own, which can be resized: a list of a million elements
 * grows without leaving its old arrays behind.
 */
#ifndef PICKLE_BASE_ARENA_H
#define PICKLE_BASE_ARENA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <pickleproof/alloc.h>

#include "base/error.h"

/* A request of this many bytes or more always gets a block of its own, and a
 * smaller one never does: the size alone tells how an array is resized. */
#define PICKLE__ARENA_LARGE ((size_t)32768)

typedef struct pickle__chunk {
    struct pickle__chunk *next;
    size_t size; /* of the chunk with this header */
} pickle__chunk;

/* Header of a large block, doubly linked so that a resize can move it. */
typedef struct pickle__block {
    struct pickle__block *next;
    struct pickle__block *prev;
    size_t size; /* of the payload */
    size_t pad;  /* keeps the payload aligned to 16 bytes */
} pickle__block;

typedef struct pickle__arena {
    uint8_t *pos;
    uint8_t *end;
    pickle__chunk *chunks;
    pickle__block *blocks;
    size_t next_size; /* of the next chunk */
    size_t total;     /* bytes held from the allocator */
    size_t max_bytes;
    pickle_allocator alloc;
    bool hit_limit; /* a request failed by max_bytes, not by the allocator */
} pickle__arena;

/* Start an arena. `first[first_size]` is memory of the caller's that is used
 * first (NULL for none); it is not freed by the arena. */
void pickle__arena_init(pickle__arena *a, const pickle_allocator *alloc,
                        size_t max_bytes, void *first, size_t first_size);

/* Free everything. */
void pickle__arena_deinit(pickle__arena *a);

/* The slow path of pickle__arena_alloc. */
void *pickle__arena_alloc_slow(pickle__arena *a, size_t size);

/* `size` bytes, aligned to 8; NULL if out of memory or over the limit. */
static inline void *pickle__arena_alloc(pickle__arena *a, size_t size) {
    size_t need = (size + 7) & ~(size_t)7;
    if (PICKLE__LIKELY(size < PICKLE__ARENA_LARGE &&
                       need <= (size_t)(a->end - a->pos))) {
        void *p = a->pos;
        a->pos += need;
        return p;
    }
    return pickle__arena_alloc_slow(a, size);
}

/*
 * Resize an array from the arena, keeping min(old_size, new_size) bytes. The
 * last allocation of a chunk is extended in place, large blocks are resized
 * by the allocator, anything else is copied. NULL on failure, ptr kept.
 * old_size must be the size that was asked for.
 */
void *pickle__arena_resize(pickle__arena *a, void *ptr, size_t old_size,
                           size_t new_size);

#endif
