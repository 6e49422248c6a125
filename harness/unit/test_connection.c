/*
 * test_connection.c  Messages over sockets and pipes: whole whatever the peer's
 * pace, in time, within limits. The bytes themselves are vectors/wire's.
 */
#include "handles_support.h"

#include <poll.h>
#include <pthread.h>

static const size_t sizes[] = {0,     1,     255,   256,    16380,
                               16384, 16385, 65536, 100000, 1000000};

static uint8_t *make_data(size_t len) {
    uint8_t *data = malloc(len + 1);
    assert_non_null(data);
    for (size_t i = 0; i < len; i++) {
        data[i] = (uint8_t)(i % 251);
    }
    return data;
}

/* ---- a peer of another pace, in a thread ---- */

typedef struct slow_peer {
    int fd;
    const uint8_t *out; /* to be written ... */
    uint8_t *in;        /* ... or read into */
    size_t len;
    size_t piece; /* at a time */
    long pause_us;
    pthread_t id;
} slow_peer;

static void pause_for(long us) {
    const struct timespec t = {us / 1000000, us % 1000000 * 1000};
    nanosleep(&t, NULL);
}

static void *go_slowly(void *ctx) {
    slow_peer *p = ctx;
    for (size_t done = 0; done < p->len;) {
        size_t n = p->len - done < p->piece ? p->len - done : p->piece;
        ssize_t got = p->out ? send(p->fd, p->out + done, n, MSG_NOSIGNAL)
                             : read(p->fd, p->in + done, n);
        if (got <= 0) {
            break;
        }
        done += (size_t)got;
        pause_for(p->pause_us);
    }
    return NULL;
}

static void start(slow_peer *p) {
    sigset_t all;
    sigset_t old;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &old); /* signals are for the test */
    assert_int_equal(pthread_create(&p->id, NULL, go_slowly, p), 0);
    pthread_sigmask(SIG_SETMASK, &old, NULL);
}

static void assert_received(pickle_connection *conn, const void *data,
                            size_t len) {
    pickle_bytes_buffer in = {0};
    pickle_error err;
    if (pickle_connection_recv_bytes(conn, SIZE_MAX, &in, &err)) {
        fail_msg("not received: %s", err.message);
    }
    assert_int_equal(in.len, len);
    assert_memory_equal(in.data ? in.data : (const void *)"", data, len);
    pickle_bytes_buffer_deinit(&in);
}

/* ---- whole messages ---- */

/* A message of a size, its reader or its writer taking small pieces. */
static void passes_slowly(size_t len, size_t piece, bool timed) {
    duplex d = make_duplex(false);
    uint8_t *data = make_data(len);
    uint8_t *framed = malloc(len + 4);
    pickle_error err;
    assert_non_null(framed);
    if (timed) {
        pickle_connection_set_timeout(d.a, 20000);
    }
    slow_peer reader = {
        .fd = fd_of(d.b), .in = framed, .len = len + 4, .piece = piece};
    start(&reader);
    assert_int_equal(pickle_connection_send_bytes(d.a, data, len, &err), 0);
    pthread_join(reader.id, NULL);
    assert_int_equal(
        (size_t)framed[1] << 16 | (size_t)framed[2] << 8 | framed[3], len);
    assert_memory_equal(framed + 4, data, len);
    slow_peer writer = {
        .fd = fd_of(d.b), .out = framed, .len = len + 4, .piece = piece};
    start(&writer);
    assert_received(d.a, data, len);
    pthread_join(writer.id, NULL);
    free(framed);
    free(data);
    close_duplex(d);
}

static void message_is_whole_whatever_the_pace(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT_OF(sizes); i++) {
        passes_slowly(sizes[i], sizes[i] / 50 + 1, false);
        passes_slowly(sizes[i], sizes[i] / 50 + 1, true);
    }
    passes_slowly(600, 1, false);
    passes_slowly(600, 1, true);
}

static void one_way_pipe_carries_messages(void **state) {
    pickle_connection *r;
    pickle_connection *w;
    pickle_error err;
    (void)state;
    assert_int_equal(pickle_connection_pipe(false, NULL, &r, &w, NULL), 0);
    assert_int_equal(fcntl(fd_of(r), F_GETFD), FD_CLOEXEC);
    assert_int_equal(fcntl(fd_of(w), F_GETFD), FD_CLOEXEC);
    for (size_t i = 0; i < COUNT_OF(sizes) && sizes[i] < 60000; i++) {
        uint8_t *data = make_data(sizes[i]);
        assert_int_equal(pickle_connection_send_bytes(w, data, sizes[i], NULL),
                         0);
        assert_received(r, data, sizes[i]);
        free(data);
    }
    assert_int_equal(pickle_connection_send_bytes(r, "", 0, &err),
                     PICKLE_ERR_DIRECTION);
    assert_error(err, PICKLE_ERR_DIRECTION, "connection is read-only");
    assert_refused(w, PICKLE_ERR_DIRECTION, "connection is write-only");
    pickle_connection_close(r);
    pickle_connection_close(w);
}

/* Nothing behind a message is read with it: it may bring descriptors. */
static void what_is_behind_a_message_stays(void **state) {
    static const char both[] = "\0\0\0\3abcd\0\0";
    char rest[16];
    duplex d = make_duplex(false);
    (void)state;
    assert_int_equal(write(fd_of(d.b), both, 10), 10);
    assert_received(d.a, "abc", 3);
    assert_int_equal(waiting(fd_of(d.a), rest, sizeof rest), 3);
    close_duplex(d);
}

static void length_of_eight_bytes_is_taken(void **state) {
    static const char framed[] = "\377\377\377\377\0\0\0\0\0\0\0\2hi";
    duplex d = make_duplex(false);
    (void)state;
    assert_int_equal(write(fd_of(d.b), framed, sizeof framed - 1), 14);
    assert_received(d.a, "hi", 2);
    close_duplex(d);
}

/* ---- signals ---- */

static volatile sig_atomic_t signals;

static void count_signal(int number) {
    (void)number;
    signals = signals + 1;
}

typedef struct interrupter {
    pthread_t target;
    pthread_t id;
    bool end;
} interrupter;

static void *interrupt(void *ctx) {
    interrupter *i = ctx;
    while (!__atomic_load_n(&i->end, __ATOMIC_RELAXED)) {
        pthread_kill(i->target, SIGUSR1);
        pause_for(300);
    }
    return NULL;
}

/* Calls that a signal interrupts go on; the handler asks for no restart. */
static void signals_do_not_disturb(void **state) {
    struct sigaction action = {.sa_handler = count_signal};
    struct sigaction old;
    interrupter i = {.target = pthread_self()};
    (void)state;
    signals = 0;
    assert_int_equal(sigaction(SIGUSR1, &action, &old), 0);
    assert_int_equal(pthread_create(&i.id, NULL, interrupt, &i), 0);
    passes_slowly(1000000, 20000, false);
    passes_slowly(1000000, 20000, true);
    bool ready;
    duplex d = make_duplex(false);
    int64_t before = now_ms();
    assert_int_equal(pickle_connection_poll(d.a, 30, &ready, NULL), 0);
    assert_false(ready);
    assert_true(now_ms() - before >= 29);
    close_duplex(d);
    __atomic_store_n(&i.end, true, __ATOMIC_RELAXED);
    pthread_join(i.id, NULL);
    assert_int_equal(sigaction(SIGUSR1, &old, NULL), 0);
    assert_true(signals > 5);
}

/* ---- time ---- */

static void receiving_ends_in_time(void **state) {
    int64_t before = now_ms();
    duplex d = make_duplex(false);
    uint8_t framed[104] = {0, 0, 0, 100};
    (void)state;
    pickle_connection_set_timeout(d.a, 30);
    assert_refused(d.a, PICKLE_ERR_TIMEOUT, "timed out");
    /* The time is the whole call's: each byte comes in time. */
    slow_peer p = {.fd = fd_of(d.b),
                   .out = framed,
                   .len = sizeof framed,
                   .piece = 1,
                   .pause_us = 10000};
    start(&p);
    assert_refused(d.a, PICKLE_ERR_TIMEOUT, "timed out");
    assert_true(now_ms() - before < 900);
    shutdown(fd_of(d.a), SHUT_RDWR);
    pthread_join(p.id, NULL);
    close_duplex(d);
}

static void sending_ends_in_time(void **state) {
    uint8_t *data = make_data(4000000);
    pickle_connection *ends[4];
    (void)state;
    assert_int_equal(
        pickle_connection_pipe(true, NULL, &ends[0], &ends[1], NULL), 0);
    assert_int_equal(
        pickle_connection_pipe(false, NULL, &ends[2], &ends[3], NULL), 0);
    for (int i = 1; i < 4; i += 2) {
        pickle_error err;
        int64_t before = now_ms();
        pickle_connection_set_timeout(ends[i], 30);
        assert_int_equal(
            pickle_connection_send_bytes(ends[i], data, 4000000, &err),
            PICKLE_ERR_TIMEOUT);
        assert_true(now_ms() - before < 900);
    }
    for (int i = 0; i < 4; i++) {
        pickle_connection_close(ends[i]);
    }
    free(data);
}

static void acknowledging_can_be_chosen(void **state) {
    pickle_connection *ends[2];
    (void)state;
    assert_int_equal(
        pickle_connection_pipe(true, NULL, &ends[0], &ends[1], NULL), 0);
    for (int on = 1; on >= 0; on--) {
        pickle_connection_set_acknowledge(ends[0], on);
        assert_int_equal(pickle_connection_acknowledges(ends[0]), on);
        assert_false(pickle_connection_acknowledges(ends[1]));
    }
    pickle_connection_close(ends[0]);
    pickle_connection_close(ends[1]);
}

/* ---- limits ---- */

static void message_too_long_ends_reading(void **state) {
    pickle_bytes_buffer in = {0};
    pickle_error err;
    pickle_connection *r;
    pickle_connection *w;
    duplex d = make_duplex(false);
    (void)state;
    assert_int_equal(pickle_connection_send_bytes(d.b, "abc", 3, NULL), 0);
    assert_int_equal(pickle_connection_recv_bytes(d.a, 3, &in, NULL), 0);
    assert_int_equal(pickle_connection_send_bytes(d.b, "abc", 3, NULL), 0);
    assert_int_equal(pickle_connection_recv_bytes(d.a, 2, &in, &err),
                     PICKLE_ERR_MESSAGE_LENGTH);
    assert_error(err, PICKLE_ERR_MESSAGE_LENGTH, "bad message length");
    assert_refused(d.a, PICKLE_ERR_DIRECTION, "connection is write-only");
    assert_int_equal(pickle_connection_send_bytes(d.a, "x", 1, NULL), 0);
    assert_received(d.b, "x", 1);
    close_duplex(d);
    /* One that only reads is closed: its writer is told so. */
    assert_int_equal(pickle_connection_pipe(false, NULL, &r, &w, NULL), 0);
    assert_int_equal(pickle_connection_send_bytes(w, "abc", 3, NULL), 0);
    assert_int_equal(pickle_connection_recv_bytes(r, 2, &in, &err),
                     PICKLE_ERR_MESSAGE_LENGTH);
    assert_refused(r, PICKLE_ERR_DIRECTION, "handle is closed");
    assert_int_equal(pickle_connection_handle(r), PICKLE_INVALID_HANDLE);
    assert_int_equal(pickle_connection_send_bytes(w, "abc", 3, &err),
                     PICKLE_ERR_SYSTEM);
    assert_int_equal(err.os_error, EPIPE);
    pickle_connection_close(r);
    pickle_connection_close(w);
    pickle_bytes_buffer_deinit(&in);
}

static void message_into_memory_fits_or_is_given_whole(void **state) {
    char into[8] = "-------";
    size_t len = 99;
    pickle_error err;
    pickle_bytes_buffer whole = {0};
    duplex d = make_duplex(false);
    (void)state;
    for (int i = 0; i < 3; i++) {
        assert_int_equal(pickle_connection_send_bytes(d.b, "abc", 3, NULL), 0);
    }
    assert_int_equal(
        pickle_connection_recv_bytes_into(d.a, into, 3, &len, NULL, &err), 0);
    assert_int_equal(len, 3);
    assert_string_equal(into, "abc----");
    assert_int_equal(
        pickle_connection_recv_bytes_into(d.a, into, 2, &len, &whole, &err),
        PICKLE_ERR_BUFFER_TOO_SHORT);
    assert_int_equal(whole.len, 3);
    assert_memory_equal(whole.data, "abc", 3);
    assert_int_equal(
        pickle_connection_recv_bytes_into(d.a, into, 2, &len, NULL, &err),
        PICKLE_ERR_BUFFER_TOO_SHORT);
    assert_int_equal(len, 3);
    assert_string_equal(into, "abc----");
    assert_int_equal(pickle_connection_send_bytes(d.b, "next", 4, NULL), 0);
    assert_received(d.a, "next", 4);
    pickle_bytes_buffer_deinit(&whole);
    close_duplex(d);
}

/* A length is a promise: memory is for what has come. */
static void memory_grows_with_what_arrives(void **state) {
    static const char promise[] = "\177\377\377\377some";
    static const char greater[] = "\377\377\377\377\177\0\0\0\0\0\0\0";
    (void)state;
    for (int i = 0; i < 2; i++) {
        test_alloc t = {0};
        pickle_bytes_buffer in = {.alloc = {test_alloc_fn, &t}};
        pickle_error err;
        duplex d = make_duplex(false);
        assert_int_equal(write(fd_of(d.b), i ? greater : promise, i ? 12 : 8),
                         i ? 12 : 8);
        shutdown(fd_of(d.b), SHUT_WR);
        assert_int_equal(pickle_connection_recv_bytes(d.a, SIZE_MAX, &in, &err),
                         i ? PICKLE_ERR_EOF : PICKLE_ERR_MESSAGE_END);
        pickle_bytes_buffer_deinit(&in);
        assert_true(t.largest <= 65536);
        assert_int_equal(t.live, 0);
        close_duplex(d);
    }
}

/* ---- objects ---- */

static void objects_are_pickled_and_a_bad_one_is_passed_over(void **state) {
    pickle_doc *doc;
    pickle_doc *got;
    pickle_error err;
    pickle_decode_options opt = pickle_decode_defaults;
    duplex d = make_duplex(false);
    (void)state;
    assert_int_equal(pickle_doc_new(NULL, &doc, NULL), 0);
    assert_int_equal(
        pickle_connection_send(d.a, doc, pickle_int(doc, 42), NULL, NULL), 0);
    assert_int_equal(pickle_connection_recv(d.b, NULL, &got, NULL), 0);
    int64_t number = 0;
    assert_true(pickle_get_int(pickle_doc_get_root(got), &number));
    assert_int_equal(number, 42);
    pickle_doc_free(got);
    got = NULL;
    assert_int_equal(pickle_connection_send_bytes(d.a, "\200\6.", 3, NULL), 0);
    assert_int_equal(pickle_connection_recv(d.b, NULL, &got, &err),
                     PICKLE_ERR_PROTOCOL);
    assert_int_equal(pickle_connection_send_bytes(d.a, "", 0, NULL), 0);
    assert_int_equal(pickle_connection_recv(d.b, NULL, &got, &err),
                     PICKLE_ERR_EOF);
    assert_int_equal(pickle_connection_send_bytes(d.a, "N.behind", 8, NULL), 0);
    assert_int_equal(pickle_connection_recv(d.b, NULL, &got, &err), 0);
    pickle_doc_free(got);
    got = NULL;
    opt.borrow = true;
    assert_int_equal(pickle_connection_recv(d.b, &opt, &got, &err),
                     PICKLE_ERR_ARGUMENT);
    opt.borrow = false;
    opt.max_bytes = 3;
    assert_int_equal(pickle_connection_send_bytes(d.a, "NN0.", 4, NULL), 0);
    assert_int_equal(pickle_connection_recv(d.b, &opt, &got, &err),
                     PICKLE_ERR_MESSAGE_LENGTH);
    assert_null(got);
    pickle_doc_free(doc);
    close_duplex(d);
}

/* ---- no memory ---- */

static pickle_code all_with(const pickle_allocator *alloc) {
    pickle_connection *a;
    pickle_connection *b;
    pickle_bytes_buffer in = {.alloc = *alloc};
    pickle_code code = pickle_connection_pipe(true, alloc, &a, &b, NULL);
    if (code) {
        return code;
    }
    uint8_t *data = make_data(100000);
    code = pickle_connection_send_bytes(a, data, 100000, NULL);
    code = code ? code : pickle_connection_recv_bytes(b, SIZE_MAX, &in, NULL);
    free(data);
    pickle_bytes_buffer_deinit(&in);
    pickle_connection_close(a);
    pickle_connection_close(b);
    return code;
}

static void messages_without_memory_fail_and_leave_nothing(void **state) {
    (void)state;
    assert_survives_failures(all_with);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        HANDLE_TEST(message_is_whole_whatever_the_pace),
        HANDLE_TEST(one_way_pipe_carries_messages),
        HANDLE_TEST(what_is_behind_a_message_stays),
        HANDLE_TEST(length_of_eight_bytes_is_taken),
        HANDLE_TEST(signals_do_not_disturb),
        HANDLE_TEST(receiving_ends_in_time),
        HANDLE_TEST(sending_ends_in_time),
        HANDLE_TEST(acknowledging_can_be_chosen),
        HANDLE_TEST(message_too_long_ends_reading),
        HANDLE_TEST(message_into_memory_fits_or_is_given_whole),
        HANDLE_TEST(memory_grows_with_what_arrives),
        HANDLE_TEST(objects_are_pickled_and_a_bad_one_is_passed_over),
        HANDLE_TEST(messages_without_memory_fail_and_leave_nothing),
    };
    return RUN_TESTS(tests);
}
