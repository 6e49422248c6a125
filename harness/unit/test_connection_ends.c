/*
 * test_connection_ends.c  Connections that are waited for, and their ends: a
 * peer that is gone, a signal that waits, arguments that are none.
 */
#include "handles_support.h"

#include <poll.h>
#include <pthread.h>

/* ---- waiting ---- */

static void poll_tells_bytes_and_ends(void **state) {
    bool ready = true;
    pickle_error err;
    duplex d = make_duplex(false);
    (void)state;
    assert_int_equal(pickle_connection_poll(d.a, 0, &ready, NULL), 0);
    assert_false(ready);
    assert_int_equal(write(fd_of(d.b), "\0", 1), 1);
    assert_int_equal(
        pickle_connection_poll(d.a, PICKLE_NO_TIMEOUT, &ready, NULL), 0);
    assert_true(ready);
    shutdown(fd_of(d.a), SHUT_WR);
    assert_int_equal(pickle_connection_poll(d.b, 1000, &ready, NULL), 0);
    assert_true(ready);
    close_duplex(d);
    pickle_connection *r;
    pickle_connection *w;
    assert_int_equal(pickle_connection_pipe(false, NULL, &r, &w, NULL), 0);
    assert_int_equal(pickle_connection_poll(w, 0, &ready, &err),
                     PICKLE_ERR_DIRECTION);
    pickle_connection_close(w);
    assert_int_equal(pickle_connection_poll(r, 0, &ready, &err), 0);
    assert_true(ready);
    pickle_connection_close(r);
}

enum { MANY = 40 };

static void wait_tells_which_are_ready(void **state) {
    duplex d[MANY];
    pickle_handle handles[MANY];
    bool ready[MANY];
    size_t count = 99;
    pickle_error err;
    (void)state;
    for (size_t i = 0; i < MANY; i++) {
        d[i] = make_duplex(false);
        handles[i] = pickle_connection_handle(d[i].a);
    }
    assert_int_equal(
        pickle_connection_wait(handles, MANY, 0, ready, &count, NULL), 0);
    assert_int_equal(count, 0);
    for (size_t i = 0; i < MANY; i += 3) {
        assert_int_equal(pickle_connection_send_bytes(d[i].b, "", 0, NULL), 0);
    }
    assert_int_equal(
        pickle_connection_wait(handles, MANY, 1000, ready, &count, NULL), 0);
    assert_int_equal(count, (MANY + 2) / 3);
    for (size_t i = 0; i < MANY; i++) {
        assert_int_equal(ready[i], i % 3 == 0);
        close_duplex(d[i]);
    }
    assert_int_equal(pickle_connection_wait(NULL, 0, 0, NULL, &count, NULL), 0);
    handles[0] = 1000000;
    assert_int_equal(pickle_connection_wait(handles, 1, 0, ready, &count, &err),
                     PICKLE_ERR_SYSTEM);
    assert_int_equal(err.os_error, EBADF);
}

/* ---- ends ---- */

static void peer_that_is_gone_is_told(void **state) {
    pickle_error err;
    pickle_connection *r;
    pickle_connection *w;
    (void)state;
    /* SIGPIPE would end this program. */
    for (int duplex_ends = 0; duplex_ends < 2; duplex_ends++) {
        assert_int_equal(
            pickle_connection_pipe(duplex_ends != 0, NULL, &r, &w, NULL), 0);
        pickle_connection_close(r);
        assert_int_equal(pickle_connection_send_bytes(w, "abc", 3, &err),
                         PICKLE_ERR_SYSTEM);
        assert_int_equal(err.os_error, EPIPE);
        pickle_connection_close(w);
    }
    assert_int_equal(pickle_connection_pipe(true, NULL, &r, &w, NULL), 0);
    pickle_connection_close(w);
    assert_refused(r, PICKLE_ERR_EOF, "");
    assert_refused(r, PICKLE_ERR_EOF, "");
    pickle_connection_close(r);
}

/* A SIGPIPE that the program has pending is not ours to take. */
static void pending_sigpipe_stays_pending(void **state) {
    sigset_t set;
    sigset_t old;
    sigset_t pending;
    pickle_connection *r;
    pickle_connection *w;
    (void)state;
    sigemptyset(&set);
    sigaddset(&set, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &set, &old);
    pthread_kill(pthread_self(), SIGPIPE);
    assert_int_equal(pickle_connection_pipe(false, NULL, &r, &w, NULL), 0);
    pickle_connection_close(r);
    assert_int_equal(pickle_connection_send_bytes(w, "abc", 3, NULL),
                     PICKLE_ERR_SYSTEM);
    pickle_connection_close(w);
    sigpending(&pending);
    assert_int_equal(sigismember(&pending, SIGPIPE), 1);
    int number;
    assert_int_equal(sigwait(&set, &number), 0);
    pthread_sigmask(SIG_SETMASK, &old, NULL);
}

static void arguments_are_looked_at(void **state) {
    pickle_connection *conn = NULL;
    pickle_error err;
    pair p = make_pair(SOCK_STREAM);
    (void)state;
    assert_int_equal(
        pickle_connection_new(-1, PICKLE_DUPLEX, NULL, &conn, &err),
        PICKLE_ERR_ARGUMENT);
    assert_error(err, PICKLE_ERR_ARGUMENT, "invalid handle");
    assert_int_equal(
        pickle_connection_new(p.a, (pickle_direction)0, NULL, &conn, &err),
        PICKLE_ERR_ARGUMENT);
    assert_error(err, PICKLE_ERR_ARGUMENT,
                 "at least one of `readable` and `writable` must be True");
    assert_null(conn);
    assert_int_equal(
        pickle_connection_new(p.a, PICKLE_DUPLEX, NULL, &conn, NULL), 0);
    assert_int_equal(pickle_connection_detach(conn), p.a);
    assert_int_equal(write(p.a, "x", 1), 1); /* it is still open */
    close_pair(p);
    pickle_connection_close(NULL);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        HANDLE_TEST(poll_tells_bytes_and_ends),
        HANDLE_TEST(wait_tells_which_are_ready),
        HANDLE_TEST(peer_that_is_gone_is_told),
        HANDLE_TEST(pending_sigpipe_stays_pending),
        HANDLE_TEST(arguments_are_looked_at),
    };
    return RUN_TESTS(tests);
}
