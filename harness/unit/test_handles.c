/* test_handles.c  sendfds(), recvfds(), send_handle(), recv_handle(): what
 * works, and each row of CPython's table of errors that Linux can show. */
#include "handles_support.h"

#include <netinet/in.h>

/* ---- what works ---- */

static const size_t counts[] = {1, 2, 3, 16, 64, 252, MOST};

static void send_and_receive(int type) {
    pair p = make_pair(type);
    for (size_t i = 0; i < COUNT_OF(counts); i++) {
        bundle b = make_bundle(counts[i]);
        pickle_handle got[MOST + 1];
        size_t count = 0;
        pickle_error err;
        POISON(err);
        assert_int_equal(pickle_sendfds(p.a, b.fds, b.count, &plain, &err), 0);
        assert_error(err, PICKLE_OK, "");
        POISON(err);
        assert_int_equal(
            pickle_recvfds(p.b, b.count, &plain, got, &count, &err), 0);
        assert_error(err, PICKLE_OK, "");
        assert_came(&b, got, count);
        close_bundle(&b);
    }
    close_pair(p);
}

static void handles_over_a_stream_arrive(void **state) {
    (void)state;
    assert_true(pickle_have_send_handle());
    send_and_receive(SOCK_STREAM);
}

static void handles_over_a_dgram_arrive(void **state) {
    (void)state;
    send_and_receive(SOCK_DGRAM);
}

static void handles_over_a_seqpacket_arrive(void **state) {
    (void)state;
    send_and_receive(SOCK_SEQPACKET);
}

static void handles_on_the_wire_are_one_byte_and_one_cmsg(void **state) {
    (void)state;
    pair p = make_pair(SOCK_STREAM);
    bundle b = make_bundle(3);
    char bytes[16];
    union {
        struct cmsghdr align;
        char bytes[256];
    } c;
    struct iovec iov = {bytes, sizeof bytes};
    struct msghdr msg = {.msg_iov = &iov, .msg_iovlen = 1};
    msg.msg_control = c.bytes;
    msg.msg_controllen = sizeof c.bytes;
    assert_int_equal(pickle_sendfds(p.a, b.fds, 3, &plain, NULL), 0);
    assert_int_equal(recvmsg(p.b, &msg, 0), 1);
    assert_int_equal(bytes[0], 3);
    assert_int_equal(c.align.cmsg_len, CMSG_LEN(3 * sizeof(int)));
    assert_int_equal(c.align.cmsg_level, SOL_SOCKET);
    assert_int_equal(c.align.cmsg_type, SCM_RIGHTS);
    assert_int_equal(msg.msg_flags, 0);
    assert_null(CMSG_NXTHDR(&msg, &c.align));
    for (size_t i = 0; i < 3; i++) {
        int fd;
        memcpy(&fd, CMSG_DATA(&c.align) + i * sizeof fd, sizeof fd);
        close(fd);
    }
    close_bundle(&b);
    close_pair(p);
}

static void handles_inheritable_stay_open_over_exec(void **state) {
    (void)state;
    pair p = make_pair(SOCK_STREAM);
    pickle_handle_options opt = {.inheritable = true};
    pickle_handle got[2];
    size_t count;
    pickle_handle fd = p.a;
    assert_int_equal(pickle_sendfds(p.a, &fd, 1, &plain, NULL), 0);
    assert_int_equal(pickle_recvfds(p.b, 1, &opt, got, &count, NULL), 0);
    assert_int_equal(fcntl((int)got[0], F_GETFD), 0);
    close((int)got[0]);
    close_pair(p);
}

static void handles_of_one_file_share_its_offset(void **state) {
    (void)state;
    pair p = make_pair(SOCK_STREAM);
    FILE *file = tmpfile();
    pickle_handle fds[3] = {fileno(file), fileno(file), fileno(file)};
    pickle_handle got[4];
    size_t count;
    assert_int_equal(pickle_sendfds(p.a, fds, 3, &plain, NULL), 0);
    assert_int_equal(pickle_recvfds(p.b, 3, &plain, got, &count, NULL), 0);
    assert_int_equal(count, 3);
    assert_int_equal(write((int)got[0], "abc", 3), 3);
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(lseek((int)got[i], 0, SEEK_CUR), 3);
        close((int)got[i]);
    }
    fclose(file);
    close_pair(p);
}

static void handles_fewer_than_asked_arrive(void **state) {
    (void)state;
    pair p = make_pair(SOCK_STREAM);
    for (size_t size = 3; size <= 1000; size += 199) {
        pickle_handle got[1001];
        size_t count;
        bundle b = make_bundle(2);
        assert_int_equal(pickle_sendfds(p.a, b.fds, 2, &plain, NULL), 0);
        assert_int_equal(pickle_recvfds(p.b, size, &plain, got, &count, NULL),
                         0);
        assert_came(&b, got, count);
        close_bundle(&b);
    }
    close_pair(p);
}

/* Where the size is odd, CPython's padded buffer lets one more through. */
static void handles_more_than_asked_fit_the_padding(void **state) {
    (void)state;
    static const size_t sizes[] = {1, 3, 15, 251};
    pair p = make_pair(SOCK_STREAM);
    for (size_t i = 0; i < COUNT_OF(sizes); i++) {
        pickle_handle got[MOST + 1];
        size_t count;
        bundle b = make_bundle(sizes[i] + 1);
        assert_int_equal(pickle_sendfds(p.a, b.fds, b.count, &plain, NULL), 0);
        assert_int_equal(
            pickle_recvfds(p.b, sizes[i], &plain, got, &count, NULL), 0);
        assert_came(&b, got, count);
        close_bundle(&b);
    }
    close_pair(p);
}

static void handles_in_two_control_messages_are_one(void **state) {
    (void)state;
    pair p = make_pair(SOCK_STREAM);
    bundle b = make_bundle(2);
    pickle_handle got[3];
    size_t count;
    const size_t each[2] = {1, 1};
    raw_send(p.a, "\2", 1, &b, each, 2);
    assert_int_equal(pickle_recvfds(p.b, 2, &plain, got, &count, NULL), 0);
    assert_came(&b, got, count);
    close_bundle(&b);
    close_pair(p);
}

/* ---- receiving what is no good ---- */

/* One message, and what recvfds() makes of it; CPython's texts. */
static const struct refusal {
    const char *name;
    int type;
    const char *payload;
    size_t len;
    size_t sent; /* descriptors */
    size_t size; /* of recvfds() */
    bool credentials;
    pickle_code code;
    const char *message;
    size_t left; /* bytes that stay in the stream */
} refusals[] = {
    {"no control message", SOCK_STREAM, "xy", 2, 0, 1, false,
     PICKLE_ERR_ANCDATA, "received 0 items of ancdata", 1},
    {"no room asked for", SOCK_STREAM, "\1", 1, 1, 0, false, PICKLE_ERR_ANCDATA,
     "received 0 items of ancdata", 0},
    {"credentials too", SOCK_STREAM, "\1", 1, 1, 20, true, PICKLE_ERR_ANCDATA,
     "received 2 items of ancdata", 0},
    {"credentials too, much room", SOCK_STREAM, "\1", 1, 1, 1000, true,
     PICKLE_ERR_ANCDATA, "received 2 items of ancdata", 0},
    {"credentials alone", SOCK_STREAM, "\1", 1, 1, 1, true, PICKLE_ERR_ANCDATA,
     "Invalid data received", 0},
    {"no byte", SOCK_DGRAM, "", 0, 1, 1, false, PICKLE_ERR_ANCDATA,
     "Invalid data received", 0},
    {"another number", SOCK_STREAM, "\5", 1, 1, 8, false,
     PICKLE_ERR_HANDLE_COUNT, "Len is 1 but msg[0] is 5", 0},
    {"number 0", SOCK_STREAM, "\0", 1, 2, 2, false, PICKLE_ERR_HANDLE_COUNT,
     "Len is 2 but msg[0] is 0", 0},
    {"number 255", SOCK_STREAM, "\377", 1, 2, 2, false, PICKLE_ERR_HANDLE_COUNT,
     "Len is 2 but msg[0] is 255", 0},
    {"one too many", SOCK_STREAM, "\3", 1, 3, 2, false, PICKLE_ERR_HANDLE_COUNT,
     "Len is 2 but msg[0] is 3", 0},
    {"two too many", SOCK_STREAM, "\3", 1, 3, 1, false, PICKLE_ERR_HANDLE_COUNT,
     "Len is 2 but msg[0] is 3", 0},
    {"253 where 252 fit", SOCK_STREAM, "\375", 1, 253, 252, false,
     PICKLE_ERR_HANDLE_COUNT, "Len is 252 but msg[0] is 253", 0},
    {"another number, more bytes", SOCK_STREAM, "\2abc", 4, 1, 1, false,
     PICKLE_ERR_HANDLE_COUNT, "Len is 1 but msg[0] is 2", 3},
};

static void refuse(const struct refusal *r) {
    pair p = make_pair(r->type);
    bundle b = make_bundle(r->sent);
    pickle_handle got[1001];
    size_t count = 77;
    pickle_error err;
    int on = r->credentials;
    char left[16];
    size_t before = open_handles();
    assert_int_equal(setsockopt(p.b, SOL_SOCKET, SO_PASSCRED, &on, sizeof on),
                     0);
    raw_send(p.a, r->payload, r->len, &b, &r->sent, r->sent ? 1 : 0);
    POISON(err);
    assert_int_equal(pickle_recvfds(p.b, r->size, &plain, got, &count, &err),
                     r->code);
    assert_error(err, r->code, r->message);
    assert_string_equal(err.where, "recvfds");
    assert_int_equal(count, 77);
    assert_int_equal(open_handles(), before);
    ssize_t n = waiting(p.b, left, sizeof left);
    assert_int_equal(n < 0 ? 0 : n, r->left);
    close_bundle(&b);
    close_pair(p);
}

static void receive_what_is_no_good_is_refused(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT_OF(refusals); i++) {
        print_message("    %s\n", refusals[i].name);
        refuse(&refusals[i]);
    }
}

static void receive_after_the_end_is_eof(void **state) {
    (void)state;
    pair p = make_pair(SOCK_STREAM);
    pickle_handle got[2];
    size_t count = 77;
    pickle_error err;
    close(p.a);
    POISON(err);
    assert_int_equal(pickle_recvfds(p.b, 1, &plain, got, &count, &err),
                     PICKLE_ERR_EOF);
    assert_string_equal(pickle_code_exception(err.code), "EOFError");
    assert_int_equal(count, 77);
    close(p.b);
}

static void receive_of_no_handles_is_refused(void **state) {
    (void)state;
    pair p = make_pair(SOCK_STREAM);
    pickle_handle got[2];
    size_t count;
    pickle_error err;
    assert_int_equal(pickle_sendfds(p.a, NULL, 0, &plain, &err), 0);
    assert_int_equal(pickle_recvfds(p.b, 1, &plain, got, &count, &err),
                     PICKLE_ERR_ANCDATA);
    assert_error(err, PICKLE_ERR_ANCDATA, "received 0 items of ancdata");
    close_pair(p);
}

static void receive_leaves_a_second_byte(void **state) {
    (void)state;
    pair p = make_pair(SOCK_STREAM);
    bundle b = make_bundle(1);
    pickle_handle got[2];
    size_t count;
    char left[4];
    raw_send(p.a, "\1z", 2, &b, &b.count, 1);
    assert_int_equal(pickle_recvfds(p.b, 1, &plain, got, &count, NULL), 0);
    assert_came(&b, got, count);
    assert_int_equal(waiting(p.b, left, sizeof left), 1);
    assert_int_equal(left[0], 'z');
    close_bundle(&b);
    close_pair(p);
}

static void receive_size_out_of_range_is_refused(void **state) {
    (void)state;
    static const size_t sizes[] = {SIZE_MAX, (size_t)1 << 29,
                                   ((size_t)1 << 29) - 6};
    pair p = make_pair(SOCK_STREAM);
    pickle_handle got[2];
    size_t count;
    pickle_error err;
    assert_int_equal(send(p.a, "xx", 2, 0), 2);
    for (size_t i = 0; i < COUNT_OF(sizes); i++) {
        POISON(err);
        assert_int_equal(
            pickle_recvfds(p.b, sizes[i], &plain, got, &count, &err),
            PICKLE_ERR_SIZE_OVERFLOW);
        assert_error(err, PICKLE_ERR_SIZE_OVERFLOW,
                     "CMSG_SPACE() argument out of range");
    }
    assert_int_equal(
        pickle_recvfds(p.b, ((size_t)1 << 29) - 7, &plain, got, &count, &err),
        PICKLE_ERR_ANCDATA);
    close_pair(p);
}

/* ---- sending what is no good ---- */

static void send_of_too_many_is_refused(void **state) {
    (void)state;
    static const size_t many[] = {254, 255, 300};
    pair p = make_pair(SOCK_STREAM);
    char left[4];
    for (size_t i = 0; i < COUNT_OF(many); i++) {
        bundle b = make_bundle(many[i]);
        pickle_error err;
        POISON(err);
        assert_int_equal(pickle_sendfds(p.a, b.fds, b.count, &plain, &err),
                         PICKLE_ERR_SYSTEM);
        assert_os_error(err, EINVAL, "sendmsg");
        assert_int_equal(waiting(p.b, left, sizeof left), -1);
        close_bundle(&b);
    }
    close_pair(p);
}

static void send_of_no_handle_is_refused(void **state) {
    (void)state;
    static const struct {
        pickle_handle fd;
        pickle_code code;
        const char *message;
    } rows[] = {
        {-1, PICKLE_ERR_SYSTEM, "[Errno 9] Bad file descriptor"},
        {1000000, PICKLE_ERR_SYSTEM, "[Errno 9] Bad file descriptor"},
        {(pickle_handle)INT32_MAX + 1, PICKLE_ERR_INT_RANGE,
         "signed integer is greater than maximum"},
        {(pickle_handle)INT32_MIN - 1, PICKLE_ERR_INT_RANGE,
         "signed integer is less than minimum"},
    };
    pair p = make_pair(SOCK_STREAM);
    char left[4];
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        pickle_handle fds[2] = {0, rows[i].fd};
        pickle_error err;
        POISON(err);
        assert_int_equal(pickle_sendfds(p.a, fds, 2, &plain, &err),
                         rows[i].code);
        assert_string_equal(err.message, rows[i].message);
        assert_int_equal(waiting(p.b, left, sizeof left), -1);
    }
    close_pair(p);
}

/* No SIGPIPE either: it would end the test. */
static void send_to_nobody_is_epipe(void **state) {
    (void)state;
    pair p = make_pair(SOCK_STREAM);
    pickle_handle fd = 0;
    pickle_error err;
    close(p.b);
    POISON(err);
    assert_int_equal(pickle_sendfds(p.a, &fd, 1, &plain, &err),
                     PICKLE_ERR_SYSTEM);
    assert_os_error(err, EPIPE, "sendmsg");
    close(p.a);
}

static void send_over_a_pipe_is_enotsock(void **state) {
    (void)state;
    int fds[2];
    pickle_handle got[2];
    pickle_handle fd = 0;
    size_t count;
    pickle_error err;
    assert_int_equal(pipe(fds), 0);
    POISON(err);
    assert_int_equal(pickle_sendfds(fds[1], &fd, 1, &plain, &err),
                     PICKLE_ERR_SYSTEM);
    assert_os_error(err, ENOTSOCK, "sendmsg");
    POISON(err);
    assert_int_equal(pickle_recvfds(fds[0], 1, &plain, got, &count, &err),
                     PICKLE_ERR_SYSTEM);
    assert_os_error(err, ENOTSOCK, "recvmsg");
    close(fds[0]);
    close(fds[1]);
}

static pair make_tcp(void) {
    struct sockaddr_in a = {.sin_family = AF_INET};
    socklen_t len = sizeof a;
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    int client = socket(AF_INET, SOCK_STREAM, 0);
    a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    assert_int_equal(bind(listener, (struct sockaddr *)&a, len), 0);
    assert_int_equal(listen(listener, 1), 0);
    assert_int_equal(getsockname(listener, (struct sockaddr *)&a, &len), 0);
    assert_int_equal(connect(client, (struct sockaddr *)&a, len), 0);
    pair p = {client, accept(listener, NULL, NULL)};
    close(listener);
    return p;
}

/* Linux takes the descriptors over TCP and drops them. */
static void send_over_tcp_loses_the_handles(void **state) {
    (void)state;
    pair p = make_tcp();
    pickle_handle fd = 0;
    pickle_handle got[2];
    size_t count;
    pickle_error err;
    assert_int_equal(pickle_sendfds(p.a, &fd, 1, &plain, &err), 0);
    assert_int_equal(pickle_recvfds(p.b, 1, &plain, got, &count, &err),
                     PICKLE_ERR_ANCDATA);
    assert_error(err, PICKLE_ERR_ANCDATA, "received 0 items of ancdata");
    close_pair(p);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        HANDLE_TEST(handles_over_a_stream_arrive),
        HANDLE_TEST(handles_over_a_dgram_arrive),
        HANDLE_TEST(handles_over_a_seqpacket_arrive),
        HANDLE_TEST(handles_on_the_wire_are_one_byte_and_one_cmsg),
        HANDLE_TEST(handles_inheritable_stay_open_over_exec),
        HANDLE_TEST(handles_of_one_file_share_its_offset),
        HANDLE_TEST(handles_fewer_than_asked_arrive),
        HANDLE_TEST(handles_more_than_asked_fit_the_padding),
        HANDLE_TEST(handles_in_two_control_messages_are_one),
        HANDLE_TEST(receive_what_is_no_good_is_refused),
        HANDLE_TEST(receive_after_the_end_is_eof),
        HANDLE_TEST(receive_of_no_handles_is_refused),
        HANDLE_TEST(receive_leaves_a_second_byte),
        HANDLE_TEST(receive_size_out_of_range_is_refused),
        HANDLE_TEST(send_of_too_many_is_refused),
        HANDLE_TEST(send_of_no_handle_is_refused),
        HANDLE_TEST(send_to_nobody_is_epipe),
        HANDLE_TEST(send_over_a_pipe_is_enotsock),
        HANDLE_TEST(send_over_tcp_loses_the_handles),
    };
    return RUN_TESTS(tests);
}
