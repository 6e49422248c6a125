/*
 * resource_sharer/sharer.h  A sharer's insides.
 *
 * One thread serves one client at a time, as CPython's. The mutex guards all
 * that the thread and the callers share: the entries, the client at hand, and
 * whether the thread is to end.
 */
#ifndef PICKLE_RESOURCE_SHARER_SHARER_H
#define PICKLE_RESOURCE_SHARER_SHARER_H

#include <pickleproof/resource_sharer.h>

#include "platform/handle_backend.h"
#include "platform/thread_backend.h"

typedef struct pickle__shared {
    int64_t key;
    pickle_handle handle;
} pickle__shared;

struct pickle_resource_sharer {
    pickle_allocator alloc;
    pickle_sharer_options opt;
    pickle_address address; /* what opt.address points to */
    uint8_t *key;           /* what opt.authkey points to */
    pickle__mutex *mutex;

    /* Guarded by the mutex. */
    pickle__shared *entries;
    size_t count;
    size_t cap;
    int64_t last_key;
    pickle_connection *client; /* being served; NULL: none */
    bool stopping;

    /* While it runs; changed under the mutex with the thread not there. */
    pickle_listener *listener;
    pickle__thread *thread;
    pickle_handle wake[2]; /* closing [1] wakes the thread */
    pickle_handle done[2]; /* the thread closes [1] at its end */
};

/* The authentication of both sides. */
pickle_auth_options pickle__sharer_auth(const pickle_resource_sharer *s);

/* ---- entries.c: called with the mutex held ---- */

/* Add a descriptor, which is taken; it stays the caller's on failure. */
pickle_code pickle__entries_add(pickle_resource_sharer *s, pickle_handle h,
                                int64_t *key, pickle_error *err);

/* Take the descriptor of a key out; PICKLE_INVALID_HANDLE if there is none. */
pickle_handle pickle__entries_take(pickle_resource_sharer *s, int64_t key);

/* Close all. */
void pickle__entries_clear(pickle_resource_sharer *s);

/* ---- request.c ---- */

/* Receive a request; *end if it asks the thread to end. The caller frees *doc,
 * which is there on PICKLE_OK only. */
pickle_code pickle__request_recv(const pickle_resource_sharer *s,
                                 pickle_connection *client, pickle_doc **doc,
                                 bool *end, pickle_error *err);

/* Take out the descriptor that a request (key, pid) names: the caller's now.
 * Errors are those of CPython's `key, pid = request` and `cache.pop(key)`. */
pickle_code pickle__request_take(pickle_resource_sharer *s, pickle_doc *doc,
                                 pickle_handle *handle, pickle_error *err);

/* ---- serve.c ---- */

/* The thread: serve clients until the sharer stops. */
void pickle__sharer_run(void *sharer);

#endif
