/* sharer_support.h  What the tests of the resource sharer share: one with a
 * key, what it reported, and clients of it. */
#ifndef PICKLE_SHARER_SUPPORT_H
#define PICKLE_SHARER_SUPPORT_H

#include "handles_support.h"

#include <poll.h>
#include <pthread.h>
#include <sys/un.h>

#include <pickleproof/resource_sharer.h>

static const uint8_t sharers_key[] = {'s', 'e', 'c', 'r', 'e', 't'};

/* ---- what a sharer reports, from its thread ---- */

typedef struct reports {
    pthread_mutex_t mutex;
    size_t count;
    size_t of_code[128];
    sigset_t blocked; /* in the thread that reported last */
} reports;

TEST_UNUSED static void report(void *ctx, const pickle_error *err) {
    reports *r = ctx;
    pthread_mutex_lock(&r->mutex);
    r->count++;
    r->of_code[err->code]++;
    pthread_sigmask(SIG_SETMASK, NULL, &r->blocked);
    pthread_mutex_unlock(&r->mutex);
}

/* How often a code has been reported; waits up to a second for `least`. */
TEST_UNUSED static size_t reported(reports *r, pickle_code code, size_t least) {
    size_t count = 0;
    for (int i = 0; i < 1000 && count < least; i++) {
        pthread_mutex_lock(&r->mutex);
        count = code ? r->of_code[code] : r->count;
        pthread_mutex_unlock(&r->mutex);
        if (count < least) {
            poll(NULL, 0, 1);
        }
    }
    return count;
}

/* ---- a sharer ---- */

TEST_UNUSED static pickle_sharer_options sharer_options(reports *r) {
    pickle_sharer_options opt = {.authkey = sharers_key,
                                 .authkey_len = sizeof sharers_key,
                                 .client_timeout_ms = 5000};
    if (r) {
        memset(r, 0, sizeof *r);
        pthread_mutex_init(&r->mutex, NULL);
        opt.on_error = report;
        opt.on_error_ctx = r;
    }
    return opt;
}

TEST_UNUSED static pickle_resource_sharer *
make_sharer(const pickle_sharer_options *opt) {
    pickle_resource_sharer *sharer;
    assert_int_equal(pickle_resource_sharer_new(opt, NULL, &sharer, NULL), 0);
    return sharer;
}

TEST_UNUSED static pickle_auth_options sharers_auth(void) {
    return (pickle_auth_options){.authkey = sharers_key,
                                 .authkey_len = sizeof sharers_key,
                                 .timeout_ms = 20000};
}

/* Fetch a descriptor: its inode, or 0 and the error. */
TEST_UNUSED static ino_t fetch(const pickle_address *a, int64_t key,
                               pickle_error *err) {
    pickle_handle h;
    pickle_auth_options auth = sharers_auth();
    if (pickle_resource_sharer_fetch(a, key, &auth, NULL, &h, err)) {
        return 0;
    }
    ino_t found = inode(h);
    assert_true(fcntl((int)h, F_GETFD) & FD_CLOEXEC);
    close((int)h);
    return found;
}

/* A socket connected to an address, and nothing more. */
TEST_UNUSED static int connect_to(const pickle_address *a) {
    struct sockaddr_un un = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(fd >= 0);
    memcpy(un.sun_path, a->text, a->len + 1);
    assert_int_equal(connect(fd, (const struct sockaddr *)&un, sizeof un), 0);
    return fd;
}

/* The descriptors there are, once they are as many as before: a client may be
 * closed a moment after it was served. */
TEST_UNUSED static size_t settled_handles(size_t before) {
    for (int i = 0; i < 1000 && open_handles() != before; i++) {
        poll(NULL, 0, 1);
    }
    return open_handles();
}

#endif
