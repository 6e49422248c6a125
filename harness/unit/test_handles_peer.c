/* test_handles_peer.c  Descriptors and the other side: acknowledgement, time,
 * signals, and connections that carry messages too. */
#include "handles_support.h"

#define ACK_MISSING "did not receive acknowledgement of fd"

/* ---- acknowledgement ---- */

/* The byte may be there before it is awaited, so one process can be both. */
static pickle_code send_acknowledged(pair p, const char *answer,
                                     pickle_error *err) {
    pickle_handle fd = p.a;
    assert_int_equal(write(p.b, answer, strlen(answer)), strlen(answer));
    memset(err, 0xa5, sizeof *err);
    return pickle_sendfds(p.a, &fd, 1, &acknowledged, err);
}

/* Close what has been sent to an end. */
static void drop_sent(int sock) {
    pickle_handle got[2];
    size_t count;
    assert_int_equal(pickle_recvfds(sock, 1, &plain, got, &count, NULL), 0);
    close((int)got[0]);
}

static void acknowledge_right_byte_is_taken(void **state) {
    (void)state;
    pair p = make_pair(SOCK_STREAM);
    pickle_error err;
    char left[4];
    assert_int_equal(send_acknowledged(p, "Az", &err), 0);
    assert_error(err, PICKLE_OK, "");
    assert_int_equal(waiting(p.a, left, sizeof left), 1);
    assert_int_equal(left[0], 'z');
    drop_sent(p.b);
    close_pair(p);
}

static void acknowledge_wrong_byte_is_refused(void **state) {
    (void)state;
    static const char *const wrong[] = {"B", "a", "\1"};
    for (size_t i = 0; i < COUNT_OF(wrong); i++) {
        pair p = make_pair(SOCK_STREAM);
        pickle_error err;
        assert_int_equal(send_acknowledged(p, wrong[i], &err),
                         PICKLE_ERR_ACKNOWLEDGE);
        assert_error(err, PICKLE_ERR_ACKNOWLEDGE, ACK_MISSING);
        assert_string_equal(pickle_code_exception(err.code), "RuntimeError");
        drop_sent(p.b);
        close_pair(p);
    }
}

static void acknowledge_end_is_refused(void **state) {
    (void)state;
    pair p = make_pair(SOCK_STREAM);
    pickle_error err;
    shutdown(p.b, SHUT_WR);
    pickle_handle fd = p.a;
    assert_int_equal(pickle_sendfds(p.a, &fd, 1, &acknowledged, &err),
                     PICKLE_ERR_ACKNOWLEDGE);
    assert_error(err, PICKLE_ERR_ACKNOWLEDGE, ACK_MISSING);
    drop_sent(p.b);
    close_pair(p);
}

/* What 3.14 makes of a receiver up to 3.13 that sends a message next. */
static void acknowledge_by_a_message_loses_a_byte(void **state) {
    (void)state;
    duplex d = make_duplex(true);
    pickle_handle h = 0;
    pickle_error err;
    char left[16];
    assert_int_equal(pickle_connection_send_bytes(d.b, "hi", 2, NULL), 0);
    assert_int_equal(pickle_send_handle(d.a, h, &err), PICKLE_ERR_ACKNOWLEDGE);
    assert_int_equal(waiting((int)pickle_connection_handle(d.a), left, 16), 5);
    assert_memory_equal(left, "\0\0\2hi", 5);
    close_duplex(d);
}

/* Whatever is received, the byte goes out first. */
static void acknowledge_is_sent_before_the_checks(void **state) {
    (void)state;
    static const struct {
        const char *payload;
        size_t sent;
        pickle_code code;
    } rows[] = {{"\1", 1, PICKLE_OK},
                {"\1", 0, PICKLE_ERR_ANCDATA},
                {"\5", 1, PICKLE_ERR_HANDLE_COUNT}};
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        pair p = make_pair(SOCK_STREAM);
        bundle b = make_bundle(rows[i].sent);
        pickle_handle got[2];
        size_t count;
        char answer[4];
        raw_send(p.a, rows[i].payload, 1, &b, &b.count, b.count);
        assert_int_equal(
            pickle_recvfds(p.b, 1, &acknowledged, got, &count, NULL),
            rows[i].code);
        assert_int_equal(waiting(p.a, answer, sizeof answer), 1);
        assert_int_equal(answer[0], 'A');
        if (rows[i].code == PICKLE_OK) {
            assert_came(&b, got, count);
        }
        close_bundle(&b);
        close_pair(p);
    }
}

static void acknowledge_is_not_sent_after_the_end(void **state) {
    (void)state;
    pair p = make_pair(SOCK_STREAM);
    pickle_handle got[2];
    size_t count;
    char answer[4];
    shutdown(p.a, SHUT_WR);
    assert_int_equal(pickle_recvfds(p.b, 1, &acknowledged, got, &count, NULL),
                     PICKLE_ERR_EOF);
    assert_int_equal(waiting(p.a, answer, sizeof answer), -1);
    close_pair(p);
}

/* CPython leaves the descriptor open here. */
static void acknowledge_to_nobody_closes_what_came(void **state) {
    (void)state;
    pair p = make_pair(SOCK_STREAM);
    bundle b = make_bundle(3);
    pickle_handle got[4];
    size_t count;
    pickle_error err;
    assert_int_equal(pickle_sendfds(p.a, b.fds, 3, &plain, NULL), 0);
    close(p.a);
    POISON(err);
    assert_int_equal(pickle_recvfds(p.b, 3, &acknowledged, got, &count, &err),
                     PICKLE_ERR_SYSTEM);
    assert_int_equal(err.os_error, EPIPE);
    close_bundle(&b);
    close(p.b);
}

static void acknowledge_by_versions(void **state) {
    (void)state;
    for (int cpython = 308; cpython <= 316; cpython++) {
        assert_int_equal(pickle_handle_options_for(cpython).acknowledge,
                         cpython >= 314);
    }
    assert_int_equal(pickle_handle_options_for(0).acknowledge,
                     PICKLE_CPYTHON_DEFAULT >= 314);
    assert_int_equal(pickle_handle_options_for(0).timeout_ms, 0);
    assert_false(pickle_handle_options_for(0).inheritable);
}

/* Both ends at once, over each kind of socket. */
static pair echo_pair;

static bool echo_in_child(void) {
    pickle_handle got[17];
    size_t count;
    close(echo_pair.a);
    for (int i = 0; i < 20; i++) {
        if (pickle_recvfds(echo_pair.b, 16, &acknowledged, got, &count, NULL) ||
            pickle_sendfds(echo_pair.b, got, count, &acknowledged, NULL)) {
            return false;
        }
        while (count) {
            close((int)got[--count]);
        }
    }
    return true;
}

static void echo_acknowledged(int type) {
    bundle b = make_bundle(16);
    echo_pair = make_pair(type);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        alarm(60);
        _exit(echo_in_child() ? 0 : 1);
    }
    close(echo_pair.b);
    for (int i = 0; i < 20; i++) {
        pickle_handle got[17];
        size_t count;
        assert_int_equal(
            pickle_sendfds(echo_pair.a, b.fds, 16, &acknowledged, NULL), 0);
        assert_int_equal(
            pickle_recvfds(echo_pair.a, 16, &acknowledged, got, &count, NULL),
            0);
        assert_came(&b, got, count);
    }
    assert_child_ended_well(pid);
    close(echo_pair.a);
    close_bundle(&b);
}

static void acknowledge_both_ways_over_each_kind(void **state) {
    (void)state;
    echo_acknowledged(SOCK_STREAM);
    echo_acknowledged(SOCK_DGRAM);
    echo_acknowledged(SOCK_SEQPACKET);
}

/* ---- time and signals ---- */

static void timeout_of_receiving_is_kept(void **state) {
    (void)state;
    pair p = make_pair(SOCK_STREAM);
    pickle_handle_options opt = {.timeout_ms = 50};
    pickle_handle got[2];
    size_t count;
    pickle_error err;
    int64_t start = now_ms();
    POISON(err);
    assert_int_equal(pickle_recvfds(p.b, 1, &opt, got, &count, &err),
                     PICKLE_ERR_TIMEOUT);
    assert_string_equal(pickle_code_exception(err.code), "TimeoutError");
    assert_in_range(now_ms() - start, 45, 5000);
    close_pair(p);
}

static void timeout_of_an_acknowledgement_is_kept(void **state) {
    (void)state;
    pair p = make_pair(SOCK_STREAM);
    pickle_handle_options opt = {.timeout_ms = 50, .acknowledge = true};
    pickle_handle fd = 0;
    int64_t start = now_ms();
    assert_int_equal(pickle_sendfds(p.a, &fd, 1, &opt, NULL),
                     PICKLE_ERR_TIMEOUT);
    assert_in_range(now_ms() - start, 45, 5000);
    close_pair(p);
}

static void fill(int sock) {
    char junk[512] = {0};
    while (send(sock, junk, sizeof junk, MSG_DONTWAIT) > 0) {
        continue;
    }
}

static void timeout_of_sending_is_kept(void **state) {
    (void)state;
    pair p = make_pair(SOCK_STREAM);
    pickle_handle_options opt = {.timeout_ms = 50};
    pickle_handle fd = 0;
    pickle_error err;
    fill(p.a);
    /* With one that blocks, and with one that does not. */
    for (int flags = 0; flags <= O_NONBLOCK; flags += O_NONBLOCK) {
        assert_int_equal(fcntl(p.a, F_SETFL, flags), 0);
        int64_t start = now_ms();
        assert_int_equal(pickle_sendfds(p.a, &fd, 1, &opt, &err),
                         PICKLE_ERR_TIMEOUT);
        assert_in_range(now_ms() - start, 45, 5000);
    }
    close_pair(p);
}

static void timeout_of_a_connection_is_kept(void **state) {
    (void)state;
    duplex d = make_duplex(true);
    pickle_handle h;
    pickle_connection_set_timeout(d.a, 30);
    assert_int_equal(pickle_recv_handle(d.a, &h, NULL), PICKLE_ERR_TIMEOUT);
    assert_int_equal(pickle_send_handle(d.a, 0, NULL), PICKLE_ERR_TIMEOUT);
    close_duplex(d);
}

/* More than a socket or a pipe holds, and nobody who reads. */
static void timeout_of_a_long_message_is_kept(void **state) {
    (void)state;
    size_t len = (size_t)4 << 20;
    void *message = calloc(1, len);
    for (int i = 0; i < 2; i++) {
        pickle_connection *a;
        pickle_connection *b;
        pickle_error err;
        assert_int_equal(pickle_connection_pipe(i == 0, NULL, &a, &b, NULL), 0);
        pickle_connection_set_timeout(b, 50);
        int64_t start = now_ms();
        assert_int_equal(pickle_connection_send_bytes(b, message, len, &err),
                         PICKLE_ERR_TIMEOUT);
        assert_in_range(now_ms() - start, 45, 5000);
        pickle_connection_close(a);
        pickle_connection_close(b);
    }
    free(message);
}

static volatile sig_atomic_t signals;

static void count_signal(int number) {
    (void)number;
    signals++;
}

/* A child that interrupts this process ten times and then sends a
 * descriptor. */
static pid_t interrupt_then_send(pair p) {
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        pickle_handle fd = 0;
        for (int i = 0; i < 10; i++) {
            struct timespec t = {0, 5000000};
            nanosleep(&t, NULL);
            kill(getppid(), SIGUSR1);
        }
        _exit(pickle_sendfds(p.a, &fd, 1, &plain, NULL) != PICKLE_OK);
    }
    return pid;
}

static void receive_among_signals(int flags, const pickle_handle_options *opt) {
    pair p = make_pair(SOCK_STREAM);
    struct sigaction act = {.sa_handler = count_signal};
    pickle_handle got[2];
    size_t count = 0;
    signals = 0;
    assert_int_equal(fcntl(p.b, F_SETFL, flags), 0);
    sigaction(SIGUSR1, &act, NULL);
    pid_t pid = interrupt_then_send(p);
    assert_int_equal(pickle_recvfds(p.b, 1, opt, got, &count, NULL), 0);
    assert_int_equal(count, 1);
    close((int)got[0]);
    assert_child_ended_well(pid);
    assert_true(signals > 0);
    close_pair(p);
}

static void receive_goes_on_after_signals(void **state) {
    (void)state;
    pickle_handle_options limited = {.timeout_ms = 30000};
    receive_among_signals(0, &plain);
    receive_among_signals(O_NONBLOCK, &plain);
    receive_among_signals(0, &limited);
}

/* ---- connections ---- */

static void connection_carries_messages_and_handles(void **state) {
    (void)state;
    duplex d = make_duplex(false);
    bundle b = make_bundle(2);
    pickle_bytes_buffer in = {0};
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(pickle_connection_send_bytes(d.a, "one", 3, NULL), 0);
        assert_int_equal(pickle_send_handle(d.a, b.fds[i], NULL), 0);
    }
    assert_int_equal(pickle_connection_send_bytes(d.a, "", 0, NULL), 0);
    for (size_t i = 0; i < 2; i++) {
        pickle_handle h;
        assert_int_equal(pickle_connection_recv_bytes(d.b, 100, &in, NULL), 0);
        assert_int_equal(in.len, 3);
        assert_int_equal(pickle_recv_handle(d.b, &h, NULL), 0);
        assert_int_equal(inode(h), inode(b.fds[i]));
        assert_int_equal(fcntl((int)h, F_GETFD), FD_CLOEXEC);
        close((int)h);
    }
    assert_int_equal(pickle_connection_recv_bytes(d.b, 100, &in, NULL), 0);
    assert_int_equal(in.len, 0);
    pickle_bytes_buffer_deinit(&in);
    close_bundle(&b);
    close_duplex(d);
}

/* The header's first byte goes, as in CPython. */
static void connection_message_where_a_handle_is_due(void **state) {
    (void)state;
    duplex d = make_duplex(false);
    pickle_handle h = 77;
    pickle_error err;
    char left[16];
    assert_int_equal(pickle_connection_send_bytes(d.a, "hi", 2, NULL), 0);
    POISON(err);
    assert_int_equal(pickle_recv_handle(d.b, &h, &err), PICKLE_ERR_ANCDATA);
    assert_error(err, PICKLE_ERR_ANCDATA, "received 0 items of ancdata");
    assert_int_equal(h, 77);
    assert_int_equal(waiting((int)pickle_connection_handle(d.b), left, 16), 5);
    close_duplex(d);
}

static void connection_closes_a_second_handle(void **state) {
    (void)state;
    duplex d = make_duplex(false);
    bundle b = make_bundle(2);
    pickle_handle h;
    assert_int_equal(
        pickle_sendfds(pickle_connection_handle(d.a), b.fds, 2, &plain, NULL),
        0);
    assert_int_equal(pickle_recv_handle(d.b, &h, NULL), 0);
    assert_int_equal(inode(h), inode(b.fds[0]));
    close((int)h);
    close_bundle(&b);
    close_duplex(d);
}

/* The direction is not looked at, as in CPython. */
static void connection_of_one_direction_passes_handles(void **state) {
    (void)state;
    pair p = make_pair(SOCK_STREAM);
    pickle_connection *reader;
    pickle_connection *writer;
    pickle_handle h;
    assert_int_equal(
        pickle_connection_new(p.a, PICKLE_READABLE, NULL, &reader, NULL), 0);
    assert_int_equal(
        pickle_connection_new(p.b, PICKLE_WRITABLE, NULL, &writer, NULL), 0);
    pickle_connection_set_acknowledge(reader, false);
    pickle_connection_set_acknowledge(writer, false);
    assert_int_equal(pickle_send_handle(reader, p.a, NULL), 0);
    assert_int_equal(pickle_recv_handle(writer, &h, NULL), 0);
    close((int)h);
    pickle_connection_close(reader);
    pickle_connection_close(writer);
}

/* A message that is too long closes a connection that only reads. */
static void connection_that_is_closed_is_refused(void **state) {
    (void)state;
    pair p = make_pair(SOCK_STREAM);
    pickle_connection *conn;
    pickle_bytes_buffer in = {0};
    pickle_handle h = 77;
    pickle_error err;
    assert_int_equal(
        pickle_connection_new(p.b, PICKLE_READABLE, NULL, &conn, NULL), 0);
    assert_int_equal(write(p.a, "\0\0\1\0", 4), 4);
    assert_int_equal(pickle_connection_recv_bytes(conn, 10, &in, NULL),
                     PICKLE_ERR_MESSAGE_LENGTH);
    POISON(err);
    assert_int_equal(pickle_recv_handle(conn, &h, &err), PICKLE_ERR_DIRECTION);
    assert_error(err, PICKLE_ERR_DIRECTION, "handle is closed");
    POISON(err);
    assert_int_equal(pickle_send_handle(conn, 0, &err), PICKLE_ERR_DIRECTION);
    assert_error(err, PICKLE_ERR_DIRECTION, "handle is closed");
    pickle_bytes_buffer_deinit(&in);
    pickle_connection_close(conn);
    close(p.a);
}

static void connection_of_a_pipe_is_enotsock(void **state) {
    (void)state;
    pickle_connection *reader;
    pickle_connection *writer;
    pickle_handle h;
    pickle_error err;
    assert_int_equal(
        pickle_connection_pipe(false, NULL, &reader, &writer, NULL), 0);
    assert_int_equal(pickle_send_handle(writer, 0, &err), PICKLE_ERR_SYSTEM);
    assert_os_error(err, ENOTSOCK, "sendmsg");
    assert_int_equal(pickle_recv_handle(reader, &h, &err), PICKLE_ERR_SYSTEM);
    assert_os_error(err, ENOTSOCK, "recvmsg");
    pickle_connection_close(reader);
    pickle_connection_close(writer);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        HANDLE_TEST(acknowledge_right_byte_is_taken),
        HANDLE_TEST(acknowledge_wrong_byte_is_refused),
        HANDLE_TEST(acknowledge_end_is_refused),
        HANDLE_TEST(acknowledge_by_a_message_loses_a_byte),
        HANDLE_TEST(acknowledge_is_sent_before_the_checks),
        HANDLE_TEST(acknowledge_is_not_sent_after_the_end),
        HANDLE_TEST(acknowledge_to_nobody_closes_what_came),
        HANDLE_TEST(acknowledge_by_versions),
        HANDLE_TEST(acknowledge_both_ways_over_each_kind),
        HANDLE_TEST(timeout_of_receiving_is_kept),
        HANDLE_TEST(timeout_of_an_acknowledgement_is_kept),
        HANDLE_TEST(timeout_of_sending_is_kept),
        HANDLE_TEST(timeout_of_a_connection_is_kept),
        HANDLE_TEST(timeout_of_a_long_message_is_kept),
        HANDLE_TEST(receive_goes_on_after_signals),
        HANDLE_TEST(connection_carries_messages_and_handles),
        HANDLE_TEST(connection_message_where_a_handle_is_due),
        HANDLE_TEST(connection_closes_a_second_handle),
        HANDLE_TEST(connection_of_one_direction_passes_handles),
        HANDLE_TEST(connection_that_is_closed_is_refused),
        HANDLE_TEST(connection_of_a_pipe_is_enotsock),
    };
    return RUN_TESTS(tests);
}
