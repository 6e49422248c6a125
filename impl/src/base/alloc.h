/* base/alloc.h  Calling an allocator: sizes always told. */
#ifndef PICKLE_BASE_ALLOC_H
#define PICKLE_BASE_ALLOC_H

#include <pickleproof/alloc.h>

static inline void *pickle__alloc(const pickle_allocator *a, size_t size) {
    return a->fn(a->ctx, NULL, 0, size);
}

static inline void *pickle__realloc(const pickle_allocator *a, void *ptr,
                                    size_t old_size, size_t new_size) {
    return a->fn(a->ctx, ptr, old_size, new_size);
}

static inline void pickle__free(const pickle_allocator *a, void *ptr,
                                size_t size) {
    if (ptr) {
        a->fn(a->ctx, ptr, size, 0);
    }
}

#endif
