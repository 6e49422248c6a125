/*
 * platform/thread_backend.h  What a system must supply for threads: a mutex,
 * and a thread that takes no signals.
 */
#ifndef PICKLE_PLATFORM_THREAD_BACKEND_H
#define PICKLE_PLATFORM_THREAD_BACKEND_H

#include <pickleproof/alloc.h>

#include "base/error.h"

typedef struct pickle__mutex pickle__mutex;

/* NULL if out of memory. */
pickle__mutex *pickle__mutex_new(const pickle_allocator *alloc);
void pickle__mutex_free(pickle__mutex *m);
void pickle__mutex_lock(pickle__mutex *m);
void pickle__mutex_unlock(pickle__mutex *m);

/* In a forked child: free again, whoever held it in the parent. */
void pickle__mutex_after_fork(pickle__mutex *m);

typedef struct pickle__thread pickle__thread;

/* Run run(ctx) in a thread of its own with all signals blocked. */
pickle_code pickle__thread_start(void (*run)(void *ctx), void *ctx,
                                 const pickle_allocator *alloc,
                                 pickle__thread **thread, pickle_error *err);

/* Wait for its end and free it. */
void pickle__thread_join(pickle__thread *t);

/* In a forked child, where it does not run: free it. */
void pickle__thread_after_fork(pickle__thread *t);

#endif
