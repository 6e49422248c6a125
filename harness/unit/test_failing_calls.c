/*
 * test_failing_calls.c  Connections, listeners, handshakes and descriptors
 * while the system fails: at the n-th call, for each n there is. No block,
 * descriptor or file is left, the error is the system's own; what can be
 * repeated or done in parts does not fail at all.
 */
#include "failing_support.h"
#include "platform/handle_backend.h"

static const uint8_t key[] = "a key";

/* ---- messages ---- */

/* A message there, longer than one with a header in one piece, and one that is
 * a value. */
static pickle_code talk(pickle_connection *a, pickle_connection *b,
                        const pickle_allocator *alloc, pickle_error *err) {
    enum { LEN = 20000 };
    static const uint8_t data[LEN] = {1, 2, 3};
    pickle_bytes_buffer in = {.alloc = *alloc};
    bool ready = false;
    pickle_handle h = pickle_connection_handle(b);
    size_t count = 0;
    pickle_code code = pickle_connection_send_bytes(a, data, LEN, err);
    if (!code) {
        code = pickle_connection_poll(b, 5000, &ready, err);
    }
    if (!code) {
        assert_true(ready);
        code = pickle_connection_wait(&h, 1, 5000, &ready, &count, err);
    }
    if (!code) {
        assert_int_equal(count, 1);
        code = pickle_connection_recv_bytes(b, LEN, &in, err);
    }
    if (!code) {
        assert_int_equal(in.len, LEN);
        assert_memory_equal(in.data, data, LEN);
    }
    pickle_bytes_buffer_deinit(&in);
    return code;
}

static pickle_code over_a_pair(bool both_ways, int timeout_ms,
                               const pickle_allocator *alloc,
                               pickle_error *err) {
    pickle_connection *a;
    pickle_connection *b;
    pickle_code code = pickle_connection_pipe(both_ways, alloc, &a, &b, err);
    if (code) {
        return code;
    }
    pickle_connection_set_timeout(a, timeout_ms);
    pickle_connection_set_timeout(b, timeout_ms);
    code = talk(b, a, alloc, err);
    if (!code && both_ways) {
        code = talk(a, b, alloc, err);
    }
    pickle_connection_close(a);
    pickle_connection_close(b);
    return code;
}

static pickle_code socket_pair(const pickle_allocator *alloc,
                               pickle_error *err) {
    return over_a_pair(true, PICKLE_NO_TIMEOUT, alloc, err);
}

static pickle_code socket_pair_in_time(const pickle_allocator *alloc,
                                       pickle_error *err) {
    return over_a_pair(true, 5000, alloc, err);
}

static pickle_code pipe_pair(const pickle_allocator *alloc, pickle_error *err) {
    return over_a_pair(false, PICKLE_NO_TIMEOUT, alloc, err);
}

static pickle_code pipe_pair_in_time(const pickle_allocator *alloc,
                                     pickle_error *err) {
    return over_a_pair(false, 5000, alloc, err);
}

static void messages_between_two_ends(void **state) {
    (void)state;
    sweep(socket_pair, true);
    sweep(socket_pair_in_time, true);
    sweep(pipe_pair, true);
    sweep(pipe_pair_in_time, true);
}

/* ---- descriptors ---- */

/* Three descriptors in one message, one more in another, with and without an
 * acknowledgement, which is already there when it is asked for. */
static pickle_code pass(pickle_connection *a, pickle_connection *b,
                        pickle_handle_options opt, const bundle *sent,
                        pickle_error *err) {
    pickle_handle got[5];
    size_t count = 0;
    if (opt.acknowledge) {
        assert_int_equal(write((int)pickle_connection_handle(b), "A", 1), 1);
    }
    pickle_code code = pickle_sendfds(pickle_connection_handle(a), sent->fds,
                                      sent->count, &opt, err);
    if (!code) {
        code = pickle_recvfds(pickle_connection_handle(b), sent->count, &opt,
                              got, &count, err);
    }
    if (!code) {
        failing_calls_exempt(true);
        assert_came(sent, got, count);
        failing_calls_exempt(false);
    }
    return code;
}

static pickle_code pass_one(pickle_connection *a, pickle_connection *b,
                            pickle_error *err) {
    pickle_handle h;
    pickle_code code = pickle_send_handle(a, 0, err);
    if (!code) {
        code = pickle_recv_handle(b, &h, err);
    }
    if (!code) {
        failing_calls_exempt(true);
        close((int)h);
        failing_calls_exempt(false);
    }
    return code;
}

static pickle_code handles(pickle_handle_options opt,
                           const pickle_allocator *alloc, pickle_error *err) {
    pickle_connection *a;
    pickle_connection *b;
    failing_calls_exempt(true);
    bundle sent = make_bundle(3);
    failing_calls_exempt(false);
    pickle_code code = pickle_connection_pipe(true, alloc, &a, &b, err);
    if (!code) {
        pickle_connection_set_acknowledge(a, false);
        pickle_connection_set_acknowledge(b, false);
        if (opt.timeout_ms) {
            pickle_connection_set_timeout(a, opt.timeout_ms);
            pickle_connection_set_timeout(b, opt.timeout_ms);
        }
        code = pass_one(a, b, err);
        if (!code) {
            code = pass(a, b, opt, &sent, err);
        }
        pickle_connection_close(a);
        pickle_connection_close(b);
    }
    failing_calls_exempt(true);
    close_bundle(&sent);
    failing_calls_exempt(false);
    return code;
}

static pickle_code handles_plain(const pickle_allocator *alloc,
                                 pickle_error *err) {
    return handles((pickle_handle_options){0}, alloc, err);
}

static pickle_code handles_acknowledged(const pickle_allocator *alloc,
                                        pickle_error *err) {
    return handles((pickle_handle_options){.acknowledge = true}, alloc, err);
}

static pickle_code handles_in_time(const pickle_allocator *alloc,
                                   pickle_error *err) {
    return handles(
        (pickle_handle_options){.timeout_ms = 5000, .acknowledge = true}, alloc,
        err);
}

static void descriptors_between_two_ends(void **state) {
    (void)state;
    sweep(handles_plain, true);
    sweep(handles_acknowledged, true);
    sweep(handles_in_time, true);
}

/* ---- listeners and clients ---- */

/* Without a key nobody waits for the other: one thread is both. */
static pickle_code meet(const pickle_address *address, int timeout_ms,
                        const pickle_allocator *alloc, pickle_error *err) {
    pickle_auth_options in_time = {.timeout_ms = timeout_ms};
    pickle_listener *l;
    pickle_connection *client = NULL;
    pickle_connection *server = NULL;
    pickle_code code = pickle_listener_new(address, 4, NULL, alloc, &l, err);
    if (code) {
        return code;
    }
    code = pickle_client(pickle_listener_address(l), &in_time, alloc, &client,
                         err);
    if (!code) {
        code = pickle_listener_accept(l, 5000, &server, err);
    }
    if (!code) {
        code = talk(client, server, alloc, err);
    }
    pickle_connection_close(client);
    pickle_connection_close(server);
    pickle_listener_close(l);
    return code;
}

static pickle_code meet_by_file(const pickle_allocator *alloc,
                                pickle_error *err) {
    return meet(NULL, 0, alloc, err);
}

static pickle_code meet_by_file_in_time(const pickle_allocator *alloc,
                                        pickle_error *err) {
    return meet(NULL, 5000, alloc, err);
}

static pickle_code meet_by_port(const pickle_allocator *alloc,
                                pickle_error *err) {
    pickle_address any;
    assert_int_equal(pickle_address_inet("127.0.0.1", 0, &any, NULL), 0);
    return meet(&any, 0, alloc, err);
}

static void listener_and_client(void **state) {
    (void)state;
    sweep(meet_by_file, true);
    sweep(meet_by_file_in_time, true);
    sweep(meet_by_port, true);
}

/* ---- the handshake, one side of it in a thread that nothing happens to ----
 */

typedef struct side {
    pickle_listener *listener;
    pickle_address address;
    pthread_t id;
} side;

static const pickle_auth_options auth = {
    .authkey = key, .authkey_len = sizeof key, .timeout_ms = 5000};

static void *be_client(void *ctx) {
    side *s = ctx;
    pickle_connection *conn;
    if (pickle_client(&s->address, &auth, NULL, &conn, NULL) == PICKLE_OK) {
        pickle_connection_close(conn);
    }
    return NULL;
}

static void *be_server(void *ctx) {
    side *s = ctx;
    pickle_connection *conn;
    if (pickle_listener_accept(s->listener, PICKLE_NO_TIMEOUT, &conn, NULL) ==
        PICKLE_OK) {
        pickle_connection_close(conn);
    }
    return NULL;
}

static void begin(side *s, void *(*run)(void *ctx)) {
    failing_calls_exempt(true);
    assert_int_equal(
        pickle_listener_new(NULL, 4, &auth, NULL, &s->listener, NULL),
        PICKLE_OK);
    s->address = *pickle_listener_address(s->listener);
    assert_int_equal(pthread_create(&s->id, NULL, run, s), 0);
    failing_calls_exempt(false);
}

static pickle_code accept_with_key(const pickle_allocator *alloc,
                                   pickle_error *err) {
    pickle_connection *conn;
    side s;
    (void)alloc; /* the listener's */
    begin(&s, be_client);
    pickle_code code = pickle_listener_accept(s.listener, 5000, &conn, err);
    if (!code) {
        pickle_connection_close(conn);
    }
    failing_calls_exempt(true);
    pickle_listener_close(s.listener); /* whom it did not take gets the end */
    pthread_join(s.id, NULL);
    failing_calls_exempt(false);
    return code;
}

/* One that connects, so that a server does not wait any longer. */
static void release(const pickle_address *address) {
    pickle_connection *conn;
    failing_calls_exempt(true);
    if (pickle_client(address, NULL, NULL, &conn, NULL) == PICKLE_OK) {
        pickle_connection_close(conn);
    }
    failing_calls_exempt(false);
}

static pickle_code connect_with_key(const pickle_allocator *alloc,
                                    pickle_error *err) {
    pickle_connection *conn;
    side s;
    begin(&s, be_server);
    pickle_code code = pickle_client(&s.address, &auth, alloc, &conn, err);
    if (!code) {
        pickle_connection_close(conn);
    } else {
        release(&s.address);
    }
    failing_calls_exempt(true);
    pthread_join(s.id, NULL);
    pickle_listener_close(s.listener);
    failing_calls_exempt(false);
    return code;
}

static void handshake(void **state) {
    (void)state;
    sweep(accept_with_key, true);
    sweep(connect_with_key, true);
}

/* ---- random bytes ---- */

/* A system that gives half of what is asked is asked again: each byte is
 * filled, or it would stay zero all the time. */
static void random_bytes_that_come_in_parts(void **state) {
    uint8_t seen[40] = {0};
    uint8_t bytes[sizeof seen];
    (void)state;
    for (int i = 0; i < 32; i++) {
        memset(bytes, 0, sizeof bytes);
        failing_calls_arm(CALLS_ARE_SHORT, 1);
        assert_int_equal(pickle__random(bytes, sizeof bytes, NULL), PICKLE_OK);
        assert_true(failing_calls_disarm() > 1);
        for (size_t k = 0; k < sizeof bytes; k++) {
            seen[k] |= bytes[k];
        }
    }
    for (size_t k = 0; k < sizeof seen; k++) {
        assert_true(seen[k]);
    }
}

/* ---- */

int main(void) {
    const struct CMUnitTest tests[] = {
        HANDLE_TEST(messages_between_two_ends),
        HANDLE_TEST(descriptors_between_two_ends),
        HANDLE_TEST(listener_and_client),
        HANDLE_TEST(handshake),
        HANDLE_TEST(random_bytes_that_come_in_parts),
    };
    return RUN_SWEEPS(tests);
}
