/**
 * @file alloc.h  The allocator a program may hand to the library: one function,
 * sizes always told.
 */
#ifndef PICKLEPROOF_ALLOC_H
#define PICKLEPROOF_ALLOC_H

#include <stddef.h>

#include <pickleproof/error.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * One function that allocates, resizes and frees.
 *
 * - `ptr` NULL, `new_size` > 0: allocate; return NULL on failure.
 * - `ptr` set, `new_size` > 0: resize, keeping the first min(old_size,
 * new_size) bytes; on failure return NULL and leave the block as it is.
 * - `ptr` set, `new_size` 0: free; the return value is ignored.
 *
 * old_size is always the size the block was given; sizes are in bytes. Blocks
 * must be aligned as malloc aligns them. The library calls it from the thread
 * that calls the library, and never twice at once for one document.
 */
typedef void *(*pickle_alloc_fn)(void *ctx, void *ptr, size_t old_size,
                                 size_t new_size);

/** An allocator: the function and what it is called with. Copied where it is
 * taken; ctx must outlive its users. */
typedef struct pickle_allocator {
    pickle_alloc_fn fn;
    void *ctx;
} pickle_allocator;

/**
 * The allocator used where NULL is given: malloc, realloc and free.
 * @return a static allocator.
 */
PICKLE_API const pickle_allocator *pickle_allocator_default(void);

#ifdef __cplusplus
}
#endif

#endif
