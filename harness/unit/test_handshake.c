/* test_handshake.c  Reading a message of the handshake together with its header
 * is reading it as any other: the same bytes, the same errors. */
#include "handles_support.h"

#include "connection/connection.h"

/* What came of reading one message. */
typedef struct outcome {
    pickle_code code;
    size_t len;
    uint8_t data[PICKLE__SMALL];
    size_t left; /* bytes that stay in the stream */
} outcome;

/* A connection that receives `bytes[len]` and then the end. */
static pickle_connection *receiver(const void *bytes, size_t len, int *sender) {
    pair p = make_pair(SOCK_STREAM);
    pickle_connection *conn;
    assert_int_equal(write(p.a, bytes, len), len);
    shutdown(p.a, SHUT_WR);
    *sender = p.a;
    assert_int_equal(
        pickle_connection_new(p.b, PICKLE_DUPLEX, NULL, &conn, NULL), 0);
    return conn;
}

static void finish(outcome *o, pickle_connection *conn, int sender) {
    char left[1024];
    ssize_t n = waiting((int)pickle_connection_handle(conn), left, sizeof left);
    o->left = n > 0 ? (size_t)n : 0;
    pickle_connection_close(conn);
    close(sender);
}

static outcome read_plainly(const void *bytes, size_t len) {
    outcome o = {.code = PICKLE_OK};
    int sender;
    pickle_connection *conn = receiver(bytes, len, &sender);
    pickle_bytes_buffer in = {0};
    o.code = pickle_connection_recv_bytes(conn, PICKLE__SMALL, &in, NULL);
    if (o.code == PICKLE_OK) {
        o.len = in.len;
        memcpy(o.data, in.len ? in.data : (const uint8_t *)"", in.len);
    }
    pickle_bytes_buffer_deinit(&in);
    finish(&o, conn, sender);
    return o;
}

static outcome read_at_once(const void *bytes, size_t len, size_t likely) {
    outcome o = {.code = PICKLE_OK};
    int sender;
    pickle_connection *conn = receiver(bytes, len, &sender);
    o.code = pickle__connection_recv_small(conn, o.data, likely, &o.len, NULL);
    finish(&o, conn, sender);
    return o;
}

/* Every length of a message up to the limit, one past it, in both forms of
 * header; negative ones too. Cut off at each byte. */
static const struct {
    uint8_t header[12];
    size_t header_len;
    size_t body; /* bytes behind it */
} messages[] = {
    {{0, 0, 0, 0}, 4, 5},
    {{0, 0, 0, 1}, 4, 1},
    {{0, 0, 0, 9}, 4, 9},
    {{0, 0, 0, 16}, 4, 30},
    {{0, 0, 0, 31}, 4, 40},
    {{0, 0, 1, 0}, 4, 260},
    {{0, 0, 1, 1}, 4, 260},
    {{0x7f, 0xff, 0xff, 0xff}, 4, 20},
    {{0x80, 0, 0, 0}, 4, 20},
    {{0xff, 0xff, 0xff, 0xfe}, 4, 20},
    {{0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0, 0, 0, 0, 20}, 12, 30},
    {{0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0, 0, 0, 0, 0}, 12, 30},
    {{0xff, 0xff, 0xff, 0xff, 0, 0, 0, 1, 0, 0, 0, 0}, 12, 30},
};

static size_t build(uint8_t out[300], size_t m) {
    size_t n = messages[m].header_len;
    memcpy(out, messages[m].header, n);
    for (size_t i = 0; i < messages[m].body; i++) {
        out[n++] = (uint8_t)(i * 7 + m);
    }
    return n;
}

static void compare(size_t m, const uint8_t *bytes, size_t len, size_t likely) {
    outcome a = read_plainly(bytes, len);
    outcome b = read_at_once(bytes, len, likely);
    /* Where more was read than the message has, less is left. */
    bool too_much = !a.code && a.len < likely;
    if (a.code != b.code || a.len != b.len ||
        memcmp(a.data, b.data, a.len) != 0 ||
        (!a.code && !too_much && a.left != b.left)) {
        print_error("message %zu, %zu bytes, likely %zu: %s %zu, plainly "
                    "%s %zu\n",
                    m, len, likely, pickle_code_name(b.code), b.len,
                    pickle_code_name(a.code), a.len);
        fail();
    }
}

static void read_at_once_is_read_plainly(void **state) {
    (void)state;
    static const size_t likely[] = {0, 9, 16, 31};
    uint8_t bytes[300];
    for (size_t m = 0; m < COUNT_OF(messages); m++) {
        size_t all = build(bytes, m);
        for (size_t len = 0; len <= all; len++) {
            for (size_t i = 0; i < COUNT_OF(likely); i++) {
                compare(m, bytes, len, likely[i]);
            }
        }
    }
}

/* A short one is not waited for to become long: its sender waits for us. */
static void read_at_once_of_a_short_message_does_not_wait(void **state) {
    (void)state;
    duplex d = make_duplex(false);
    uint8_t data[PICKLE__SMALL];
    size_t len = 0;
    assert_int_equal(pickle_connection_send_bytes(d.a, "#FAIL", 5, NULL), 0);
    assert_int_equal(pickle__connection_recv_small(d.b, data, 31, &len, NULL),
                     0);
    assert_int_equal(len, 5);
    assert_memory_equal(data, "#FAIL", 5);
    close_duplex(d);
}

/* A byte at a time. */
static void read_at_once_of_what_trickles_in(void **state) {
    (void)state;
    pair p = make_pair(SOCK_STREAM);
    static const char message[] = "\0\0\0\11#WELCOME#";
    uint8_t data[PICKLE__SMALL];
    size_t len = 0;
    pickle_connection *conn;
    pid_t pid = fork();
    if (pid == 0) {
        for (size_t i = 0; i < 13; i++) {
            struct timespec t = {0, 1000000};
            nanosleep(&t, NULL);
            if (write(p.a, message + i, 1) != 1) {
                _exit(1);
            }
        }
        _exit(0);
    }
    assert_int_equal(
        pickle_connection_new(p.b, PICKLE_DUPLEX, NULL, &conn, NULL), 0);
    assert_int_equal(pickle__connection_recv_small(conn, data, 9, &len, NULL),
                     0);
    assert_int_equal(len, 9);
    assert_memory_equal(data, "#WELCOME#", 9);
    assert_child_ended_well(pid);
    pickle_connection_close(conn);
    close(p.a);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        HANDLE_TEST(read_at_once_is_read_plainly),
        HANDLE_TEST(read_at_once_of_a_short_message_does_not_wait),
        HANDLE_TEST(read_at_once_of_what_trickles_in),
    };
    return RUN_TESTS(tests);
}
