/* resource_sharer/sharer.c  A sharer's life: start, register, stop, fork. */
#include "resource_sharer/sharer.h"

#include <string.h>

#include <openssl/crypto.h>

#include "base/alloc.h"
#include "connection/listener.h"

enum { BACKLOG = 128, DEFAULT_TIMEOUT_MS = 10000 };

pickle_auth_options pickle__sharer_auth(const pickle_resource_sharer *s) {
    pickle_auth_options auth = {0};
    auth.authkey = s->opt.authkey;
    auth.authkey_len = s->opt.authkey_len;
    auth.cpython = s->opt.cpython;
    auth.timeout_ms = s->opt.client_timeout_ms;
    auth.random = s->opt.random;
    auth.random_ctx = s->opt.random_ctx;
    auth.acknowledge = s->opt.acknowledge;
    return auth;
}

static pickle_code copy_options(pickle_resource_sharer *s,
                                const pickle_sharer_options *opt,
                                pickle_error *err) {
    s->opt = *opt;
    s->key = pickle__alloc(&s->alloc, opt->authkey_len + 1);
    s->mutex = pickle__mutex_new(&s->alloc);
    if (!s->key || !s->mutex) {
        return pickle__error_code(err, PICKLE_ERR_NOMEM, "sharer");
    }
    memcpy(s->key, opt->authkey, opt->authkey_len);
    s->opt.authkey = s->key;
    if (opt->address) {
        s->address = *opt->address;
        s->opt.address = &s->address;
    }
    if (opt->client_timeout_ms == 0) {
        s->opt.client_timeout_ms = DEFAULT_TIMEOUT_MS;
    }
    if (opt->cpython == 0) {
        s->opt.cpython = PICKLE_CPYTHON_DEFAULT;
    }
    return PICKLE_OK;
}

pickle_code pickle_resource_sharer_new(const pickle_sharer_options *opt,
                                       const pickle_allocator *alloc,
                                       pickle_resource_sharer **out,
                                       pickle_error *err) {
    const pickle_allocator *a = alloc ? alloc : pickle_allocator_default();
    pickle__error_clear(err);
    if (!opt || !opt->authkey) {
        return pickle__error_set(err, PICKLE_ERR_ARGUMENT, "sharer",
                                 "Authkey must be bytes");
    }
    pickle_resource_sharer *s = pickle__alloc(a, sizeof *s);
    if (!s) {
        return pickle__error_code(err, PICKLE_ERR_NOMEM, "sharer");
    }
    memset(s, 0, sizeof *s);
    s->alloc = *a;
    pickle_code code = copy_options(s, opt, err);
    if (code) {
        pickle_resource_sharer_free(s);
        return code;
    }
    *out = s;
    return PICKLE_OK;
}

/* ---- start and stop ---- */

/* Close what start() opened; the thread is not there. */
static void close_parts(pickle_resource_sharer *s) {
    pickle__handle_close(s->wake[0]);
    pickle__handle_close(s->wake[1]);
    pickle__handle_close(s->done[0]);
    pickle_listener_close(s->listener);
    s->listener = NULL;
}

static pickle_code open_parts(pickle_resource_sharer *s, pickle_error *err) {
    s->wake[0] = s->wake[1] = PICKLE_INVALID_HANDLE;
    s->done[0] = s->done[1] = PICKLE_INVALID_HANDLE;
    /* The thread authenticates clients itself, so the listener has no key. */
    pickle_code code = pickle_listener_new(s->opt.address, BACKLOG, NULL,
                                           &s->alloc, &s->listener, err);
    code = code ? code : pickle__handle_pair(false, s->wake, err);
    return code ? code : pickle__handle_pair(false, s->done, err);
}

/* With the mutex held. */
static pickle_code start(pickle_resource_sharer *s, pickle_error *err) {
    pickle_code code = open_parts(s, err);
    s->stopping = false;
    if (!code) {
        code = pickle__thread_start(pickle__sharer_run, s, &s->alloc,
                                    &s->thread, err);
    }
    if (code) {
        pickle__handle_close(s->done[1]);
        close_parts(s);
    }
    return code;
}

/* A client that sends None has ended the thread, as CPython's stop() does. With
 * the mutex held; the entries stay, and can be fetched at the next address. */
static void clear_ended(pickle_resource_sharer *s) {
    if (s->thread && s->done[1] == PICKLE_INVALID_HANDLE) {
        pickle__thread_join(s->thread);
        s->thread = NULL;
        close_parts(s);
    }
}

/* Wake the thread, and wait until it has ended or the time is over. */
static void wait_end(pickle_resource_sharer *s, int timeout_ms) {
    bool ended = false;
    pickle__mutex_lock(s->mutex);
    s->stopping = true;
    pickle__handle_close(s->wake[1]);
    s->wake[1] = PICKLE_INVALID_HANDLE;
    pickle__mutex_unlock(s->mutex);
    (void)pickle__handle_poll(&s->done[0], 1, pickle__deadline(timeout_ms),
                              &ended, NULL);
    pickle__mutex_lock(s->mutex);
    if (!ended && s->client) {
        pickle__socket_shutdown(pickle_connection_handle(s->client));
    }
    pickle__mutex_unlock(s->mutex);
}

void pickle_resource_sharer_stop(pickle_resource_sharer *s, int timeout_ms) {
    if (!s->thread) {
        return;
    }
    wait_end(s, timeout_ms);
    pickle__thread_join(s->thread);
    pickle__mutex_lock(s->mutex);
    s->thread = NULL;
    close_parts(s);
    pickle__entries_clear(s);
    pickle__mutex_unlock(s->mutex);
}

void pickle_resource_sharer_free(pickle_resource_sharer *s) {
    if (!s) {
        return;
    }
    pickle_allocator alloc = s->alloc;
    pickle_resource_sharer_stop(s, 0);
    if (s->key) {
        OPENSSL_cleanse(s->key, s->opt.authkey_len + 1);
    }
    pickle__free(&alloc, s->key, s->opt.authkey_len + 1);
    pickle__free(&alloc, s->entries, s->cap * sizeof *s->entries);
    pickle__mutex_free(s->mutex);
    pickle__free(&alloc, s, sizeof *s);
}

void pickle_resource_sharer_after_fork(pickle_resource_sharer *s) {
    pickle__mutex_after_fork(s->mutex);
    if (s->thread) {
        pickle__thread_after_fork(s->thread);
        s->thread = NULL;
        if (s->client) {
            pickle_connection_close(s->client);
            s->client = NULL;
        }
        pickle__listener_forget(s->listener);
        pickle__handle_close(s->done[1]);
        close_parts(s);
    }
    pickle__entries_clear(s);
}

/* ---- entries ---- */

pickle_code pickle_resource_sharer_register(pickle_resource_sharer *s,
                                            pickle_handle h,
                                            pickle_address *address,
                                            int64_t *key, pickle_error *err) {
    pickle_handle copy;
    pickle__error_clear(err);
    pickle_code code = pickle__handle_dup(h, &copy, err);
    if (code) {
        return code;
    }
    pickle__mutex_lock(s->mutex);
    clear_ended(s);
    if (!s->thread) {
        code = start(s, err);
    }
    if (!code) {
        code = pickle__entries_add(s, copy, key, err);
    }
    if (!code) {
        *address = *pickle_listener_address(s->listener);
    }
    pickle__mutex_unlock(s->mutex);
    if (code) {
        pickle__handle_close(copy);
    }
    return code;
}

size_t pickle_resource_sharer_count(pickle_resource_sharer *s) {
    pickle__mutex_lock(s->mutex);
    size_t count = s->count;
    pickle__mutex_unlock(s->mutex);
    return count;
}
