/*
 * handles_support.h  What the tests of descriptors share: sockets, descriptors
 * to send, and the count of open ones, which no test may change.
 */
#ifndef PICKLE_HANDLES_SUPPORT_H
#define PICKLE_HANDLES_SUPPORT_H

/* O_PATH, struct ucred and the like are Linux's own. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE 1 /* NOLINT */
#endif

#include "test_support.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <pickleproof/reduction.h>

enum { MOST = 253, KINDS = 7 };

static const pickle_handle_options plain = {0};
static const pickle_handle_options acknowledged = {.acknowledge = true};

/* ---- before and after ---- */

TEST_UNUSED static size_t open_handles(void) {
    size_t n = 0;
    DIR *dir = opendir("/proc/self/fd");
    assert_non_null(dir);
    while (readdir(dir)) {
        n++;
    }
    closedir(dir);
    return n;
}

/* A test that hangs is a test that fails. */
TEST_UNUSED static int before_test(void **state) {
    *state = (void *)open_handles();
    alarm(60);
    return 0;
}

TEST_UNUSED static int after_test(void **state) {
    size_t before = (size_t)*state;
    size_t now = open_handles();
    alarm(0);
    if (now != before) {
        print_error("%zu descriptors before, %zu after\n", before, now);
    }
    return now != before;
}

#define HANDLE_TEST(f)                                                         \
    cmocka_unit_test_setup_teardown(f, before_test, after_test)

/* ---- sockets ---- */

typedef struct pair {
    int a; /* sends, as a rule */
    int b;
} pair;

TEST_UNUSED static pair make_pair(int type) {
    int fds[2];
    assert_int_equal(socketpair(AF_UNIX, type | SOCK_CLOEXEC, 0, fds), 0);
    return (pair){fds[0], fds[1]};
}

TEST_UNUSED static void close_pair(pair p) {
    close(p.a);
    close(p.b);
}

/* Two connections over a socket pair. */
typedef struct duplex {
    pickle_connection *a;
    pickle_connection *b;
} duplex;

TEST_UNUSED static duplex make_duplex(bool acknowledge) {
    duplex d;
    assert_int_equal(pickle_connection_pipe(true, NULL, &d.a, &d.b, NULL), 0);
    pickle_connection_set_acknowledge(d.a, acknowledge);
    pickle_connection_set_acknowledge(d.b, acknowledge);
    return d;
}

TEST_UNUSED static void close_duplex(duplex d) {
    pickle_connection_close(d.a);
    pickle_connection_close(d.b);
}

/* What is in a socket and can be read at once. */
TEST_UNUSED static ssize_t waiting(int sock, char *out, size_t cap) {
    return recv(sock, out, cap, MSG_DONTWAIT);
}

/* ---- descriptors to send ---- */

/* So many descriptors of a few files in turn, each its own number. */
typedef struct bundle {
    size_t count;
    pickle_handle fds[MOST + 100];
} bundle;

TEST_UNUSED static ino_t inode(pickle_handle h) {
    struct stat st;
    assert_int_equal(fstat((int)h, &st), 0);
    return st.st_ino;
}

TEST_UNUSED static bundle make_bundle(size_t count) {
    bundle b = {.count = count};
    for (size_t i = 0; i < count; i++) {
        if (i < KINDS) {
            int fds[2];
            assert_int_equal(pipe(fds), 0);
            close(fds[1]);
            b.fds[i] = fds[0];
        } else {
            b.fds[i] = dup((int)b.fds[i % KINDS]);
        }
        assert_true(b.fds[i] >= 0);
    }
    return b;
}

TEST_UNUSED static void close_bundle(const bundle *b) {
    for (size_t i = 0; i < b->count; i++) {
        close((int)b->fds[i]);
    }
}

/* The received ones are those that were sent, in their order, new and
 * close-on-exec; they are closed. */
TEST_UNUSED static void assert_came(const bundle *sent,
                                    const pickle_handle *got, size_t count) {
    assert_int_equal(count, sent->count);
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(inode(got[i]), inode(sent->fds[i]));
        assert_int_not_equal(got[i], sent->fds[i]);
        assert_int_equal(fcntl((int)got[i], F_GETFD), FD_CLOEXEC);
        close((int)got[i]);
    }
}

/* A message that sendfds() would not send: any payload, several control
 * messages of `each[messages]` descriptors. */
TEST_UNUSED static void raw_send(int sock, const void *payload, size_t len,
                                 const bundle *b, const size_t *each,
                                 size_t messages) {
    union {
        struct cmsghdr align;
        char bytes[4096];
    } c = {.bytes = {0}};
    struct iovec iov = {(void *)(uintptr_t)payload, len};
    struct msghdr msg = {.msg_iov = &iov, .msg_iovlen = 1};
    size_t done = 0;
    for (size_t m = 0; m < messages; m++) {
        struct cmsghdr *h =
            (struct cmsghdr *)(void *)(c.bytes + msg.msg_controllen);
        h->cmsg_level = SOL_SOCKET;
        h->cmsg_type = SCM_RIGHTS;
        h->cmsg_len = CMSG_LEN(each[m] * sizeof(int));
        for (size_t i = 0; i < each[m]; i++) {
            int fd = (int)b->fds[done++];
            memcpy((char *)CMSG_DATA(h) + i * sizeof fd, &fd, sizeof fd);
        }
        msg.msg_controllen += CMSG_SPACE(each[m] * sizeof(int));
    }
    msg.msg_control = messages ? c.bytes : NULL;
    assert_int_equal(sendmsg(sock, &msg, 0), len);
}

/* ---- errors ---- */

/* Everything of the error is written, whatever was in it. */
#define POISON(err) memset(&(err), 0xa5, sizeof(err))

#define assert_error(err, expected, text)                                      \
    do {                                                                       \
        assert_string_equal(pickle_code_name((err).code),                      \
                            pickle_code_name(expected));                       \
        assert_string_equal((err).message, text);                              \
        assert_true((err).offset == PICKLE_NO_OFFSET);                         \
        assert_int_equal((err).opcode, -1);                                    \
        assert_int_equal((err).os_error, 0);                                   \
    } while (0)

#define assert_os_error(err, number, call)                                     \
    do {                                                                       \
        assert_string_equal(pickle_code_name((err).code), "SYSTEM");           \
        assert_int_equal((err).os_error, number);                              \
        assert_string_equal((err).where, call);                                \
    } while (0)

/* ---- another process ---- */

TEST_UNUSED static void assert_child_ended_well(pid_t pid) {
    int status = -1;
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
        continue;
    }
    assert_int_equal(status, 0);
}

/* Run a part of a test in a child that may spoil its own limits; it returns
 * whether all was well. */
TEST_UNUSED static void assert_in_child(bool (*fn)(void)) {
    fflush(NULL);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        alarm(60);
        _exit(fn() ? 0 : 1);
    }
    assert_child_ended_well(pid);
}

/* Milliseconds of a clock that only goes forward. */
TEST_UNUSED static int64_t now_ms(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

TEST_UNUSED static int fd_of(const pickle_connection *conn) {
    return (int)pickle_connection_handle(conn);
}

/* Receiving a message fails as told. */
TEST_UNUSED static void assert_refused(pickle_connection *conn,
                                       pickle_code code, const char *message) {
    pickle_bytes_buffer in = {0};
    pickle_error err;
    POISON(err);
    pickle_code got = pickle_connection_recv_bytes(conn, SIZE_MAX, &in, &err);
    pickle_bytes_buffer_deinit(&in);
    assert_int_equal(got, code);
    assert_error(err, code, message);
}

#endif
