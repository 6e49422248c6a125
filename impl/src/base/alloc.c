#include "base/alloc.h"

#include <stdlib.h>

static void *libc_alloc(void *ctx, void *ptr, size_t old_size,
                        size_t new_size) {
    (void)ctx;
    (void)old_size;
    if (new_size == 0) {
        free(ptr);
        return NULL;
    }
    return realloc(ptr, new_size);
}

const pickle_allocator *pickle_allocator_default(void) {
    static const pickle_allocator libc = {libc_alloc, NULL};
    return &libc;
}
