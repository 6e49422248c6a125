/* reduction/dispatch.h  The entries of a dispatch table. */
#ifndef PICKLE_REDUCTION_DISPATCH_H
#define PICKLE_REDUCTION_DISPATCH_H

#include <pickleproof/reduction.h>

typedef struct dispatch_entry {
    char *module;
    char *qualname;
    pickle_reducer_fn fn;
    void *ctx;
} dispatch_entry;

struct pickle_dispatch_table {
    pickle_allocator alloc;
    dispatch_entry *entries;
    size_t count;
    size_t cap;
};

#endif
