/*
 * The C side of scripts/bench --handles: round trips between this process and a
 * child that echoes, by the library and by a plain loop of system calls.
 *
 *     open HOW WORKLOAD  begin: `ours` or `raw`, and a name of the table below
 *     run N              N round trips, fetches or connects
 *
 * Each answer is one line, `ok NUMBER` (nanoseconds for all N) or `error TEXT`.
 */
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <pickleproof/connection.h>
#include <pickleproof/reduction.h>
#include <pickleproof/resource_sharer.h>
#include <pickleproof/value.h>

enum { MOST = 253, PAYLOAD = 20, FETCHES = 100, VERSION = 311 };

/* One end of what is timed. */
typedef struct end {
    int sock;
    size_t count; /* descriptors sent at a time */
    pickle_handle fds[MOST];
    pickle_handle got[MOST + 1];
    pickle_connection *conn; /* over the same socket */
    pickle_bytes_buffer in;
    pickle_doc *doc; /* holds what conn_obj sends */
    pickle_value value;
    pickle_address address; /* of the child's sharer or listener */
    pickle_resource_sharer *sharer;
    pickle_listener *listener;
} end;

typedef bool (*step)(end *e);

static uint64_t now_ns(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static pickle_auth_options auth(void) {
    pickle_auth_options a = {0};
    a.authkey = "0123456789abcdef";
    a.authkey_len = 16;
    a.cpython = VERSION;
    return a;
}

/* ---- descriptors by hand ---- */

typedef union control {
    struct cmsghdr align;
    char bytes[CMSG_SPACE(sizeof(int) * MOST)];
} control;

static bool raw_send_fds(end *e) {
    control c;
    char byte = (char)e->count;
    struct iovec iov = {&byte, 1};
    struct msghdr msg = {.msg_iov = &iov, .msg_iovlen = 1};
    msg.msg_control = c.bytes;
    msg.msg_controllen = CMSG_SPACE(sizeof(int) * e->count);
    memset(c.bytes, 0, msg.msg_controllen);
    c.align.cmsg_level = SOL_SOCKET;
    c.align.cmsg_type = SCM_RIGHTS;
    c.align.cmsg_len = CMSG_LEN(sizeof(int) * e->count);
    int *fds = (int *)(void *)CMSG_DATA(&c.align);
    for (size_t i = 0; i < e->count; i++)
        fds[i] = (int)e->fds[i];
    return sendmsg(e->sock, &msg, MSG_NOSIGNAL) == 1;
}

static bool raw_recv_fds(end *e) {
    control c;
    char byte;
    struct iovec iov = {&byte, 1};
    struct msghdr msg = {.msg_iov = &iov, .msg_iovlen = 1};
    msg.msg_control = c.bytes;
    msg.msg_controllen = CMSG_SPACE(sizeof(int) * e->count);
    if (recvmsg(e->sock, &msg, MSG_CMSG_CLOEXEC) != 1 ||
        msg.msg_controllen < CMSG_LEN(sizeof(int) * e->count))
        return false;
    const int *fds = (const int *)(const void *)CMSG_DATA(&c.align);
    for (size_t i = 0; i < e->count; i++)
        close(fds[i]);
    return true;
}

static bool raw_fd_trip(end *e) {
    return raw_send_fds(e) && raw_recv_fds(e);
}

static bool raw_fd_echo(end *e) {
    return raw_recv_fds(e) && raw_send_fds(e);
}

/* ---- descriptors by the library ---- */

static bool send_fds(end *e) {
    const pickle_handle_options opt = {0};
    return pickle_sendfds(e->sock, e->fds, e->count, &opt, NULL) == PICKLE_OK;
}

static bool recv_fds(end *e) {
    const pickle_handle_options opt = {0};
    size_t count;
    if (pickle_recvfds(e->sock, e->count, &opt, e->got, &count, NULL))
        return false;
    for (size_t i = 0; i < count; i++)
        close((int)e->got[i]);
    return count == e->count;
}

static bool fd_trip(end *e) {
    return send_fds(e) && recv_fds(e);
}

static bool fd_echo(end *e) {
    return recv_fds(e) && send_fds(e);
}

static bool handle_in(end *e) {
    if (pickle_recv_handle(e->conn, &e->got[0], NULL))
        return false;
    close((int)e->got[0]);
    return true;
}

static bool handle_trip(end *e) {
    return !pickle_send_handle(e->conn, e->fds[0], NULL) && handle_in(e);
}

static bool handle_echo(end *e) {
    return handle_in(e) && !pickle_send_handle(e->conn, e->fds[0], NULL);
}

/* ---- messages ---- */

static bool raw_send_message(end *e) {
    char message[4 + PAYLOAD] = {0, 0, 0, PAYLOAD};
    return write(e->sock, message, sizeof message) == sizeof message;
}

static bool raw_recv_message(end *e) {
    char header[4];
    char payload[PAYLOAD];
    return read(e->sock, header, 4) == 4 && header[3] == PAYLOAD &&
           read(e->sock, payload, PAYLOAD) == PAYLOAD;
}

static bool raw_message_trip(end *e) {
    return raw_send_message(e) && raw_recv_message(e);
}

static bool raw_message_echo(end *e) {
    return raw_recv_message(e) && raw_send_message(e);
}

static bool message_in(end *e) {
    return !pickle_connection_recv_bytes(e->conn, SIZE_MAX, &e->in, NULL) &&
           e->in.len == PAYLOAD;
}

static bool message_out(end *e) {
    static const char payload[PAYLOAD];
    return !pickle_connection_send_bytes(e->conn, payload, PAYLOAD, NULL);
}

static bool message_trip(end *e) {
    return message_out(e) && message_in(e);
}

static bool message_echo(end *e) {
    return message_in(e) && message_out(e);
}

static bool object_in(end *e) {
    pickle_doc *doc;
    if (pickle_connection_recv(e->conn, NULL, &doc, NULL))
        return false;
    bool right = pickle_get_count(pickle_doc_get_root(doc)) == 3;
    pickle_doc_free(doc);
    return right;
}

static bool object_out(end *e) {
    return !pickle_connection_send(e->conn, e->doc, e->value, NULL, NULL);
}

static bool object_trip(end *e) {
    return object_out(e) && object_in(e);
}

static bool object_echo(end *e) {
    return object_in(e) && object_out(e);
}

/* ---- sharer and authentication: the child serves, this process connects ----
 */

/* Told one byte, the child registers FETCHES descriptors and answers with the
 * last key. */
static bool sharer_serve(end *e) {
    char byte;
    int64_t key = 0;
    for (int i = 0; i < FETCHES; i++) {
        if (i == 0 && read(e->sock, &byte, 1) != 1)
            return false;
        if (pickle_resource_sharer_register(e->sharer, e->fds[0], &e->address,
                                            &key, NULL))
            return false;
    }
    return write(e->sock, &key, sizeof key) == sizeof key &&
           write(e->sock, &e->address, sizeof e->address) == sizeof e->address;
}

/* FETCHES of them; registering is not timed. */
static bool sharer_fetch(end *e, uint64_t *ns) {
    int64_t last;
    pickle_auth_options a = auth();
    if (write(e->sock, "r", 1) != 1 ||
        read(e->sock, &last, sizeof last) != sizeof last ||
        read(e->sock, &e->address, sizeof e->address) != sizeof e->address)
        return false;
    uint64_t start = now_ns();
    for (int64_t key = last - FETCHES + 1; key <= last; key++) {
        if (pickle_resource_sharer_fetch(&e->address, key, &a, NULL, &e->got[0],
                                         NULL))
            return false;
        close((int)e->got[0]);
    }
    *ns += now_ns() - start;
    return true;
}

static bool auth_serve(end *e) {
    pickle_connection *conn;
    char byte;
    if (pickle_listener_accept(e->listener, PICKLE_NO_TIMEOUT, &conn, NULL))
        return recv(e->sock, &byte, 1, MSG_DONTWAIT) != 0;
    pickle_connection_close(conn);
    return recv(e->sock, &byte, 1, MSG_DONTWAIT) != 0;
}

static bool auth_connect(end *e) {
    pickle_auth_options a = auth();
    pickle_connection *conn;
    if (pickle_client(&e->address, &a, NULL, &conn, NULL))
        return false;
    pickle_connection_close(conn);
    return true;
}

/* ---- the table ---- */

static const struct workload {
    const char *name;
    size_t count; /* descriptors */
    step ours[2]; /* here, in the child */
    step raw[2];
} workloads[] = {
    {"fd1", 1, {fd_trip, fd_echo}, {raw_fd_trip, raw_fd_echo}},
    {"fd16", 16, {fd_trip, fd_echo}, {raw_fd_trip, raw_fd_echo}},
    {"fd253", MOST, {fd_trip, fd_echo}, {raw_fd_trip, raw_fd_echo}},
    {"handle", 1, {handle_trip, handle_echo}, {raw_fd_trip, raw_fd_echo}},
    {"conn_bytes20",
     0,
     {message_trip, message_echo},
     {raw_message_trip, raw_message_echo}},
    {"conn_obj", 0, {object_trip, object_echo}, {NULL, NULL}},
    {"sharer", 0, {NULL, sharer_serve}, {NULL, NULL}},
    {"auth", 0, {auth_connect, auth_serve}, {NULL, NULL}},
};

static const struct workload *find(const char *name) {
    for (size_t i = 0; i < sizeof workloads / sizeof workloads[0]; i++) {
        if (strcmp(workloads[i].name, name) == 0)
            return &workloads[i];
    }
    return NULL;
}

/* ---- beginning ---- */

static bool make_end(end *e, int sock, size_t count) {
    memset(e, 0, sizeof *e);
    e->sock = sock;
    e->count = count;
    for (size_t i = 0; i < MOST; i++)
        e->fds[i] = STDERR_FILENO;
    if (pickle_doc_new(NULL, &e->doc, NULL) ||
        pickle_connection_new(sock, PICKLE_DUPLEX, NULL, &e->conn, NULL))
        return false;
    pickle_value items[3] = {pickle_int(e->doc, 7),
                             pickle_str_z(e->doc, "task"),
                             pickle_float(e->doc, 1.5)};
    e->value = pickle_tuple(e->doc, items, 3);
    return !pickle_is_null(e->value);
}

/* In the child, which tells the parent its address. */
static bool make_listener(end *e) {
    pickle_auth_options a = auth();
    if (pickle_listener_new(NULL, 128, &a, NULL, &e->listener, NULL))
        return false;
    e->address = *pickle_listener_address(e->listener);
    return write(e->sock, &e->address, sizeof e->address) == sizeof e->address;
}

static void child(end *e, const struct workload *w, step echo) {
    pickle_sharer_options opt = {0};
    opt.authkey = "0123456789abcdef";
    opt.authkey_len = 16;
    opt.cpython = VERSION;
    opt.client_timeout_ms = -1;
    if (strcmp(w->name, "sharer") == 0 &&
        pickle_resource_sharer_new(&opt, NULL, &e->sharer, NULL))
        _exit(1);
    if (strcmp(w->name, "auth") == 0 && !make_listener(e))
        _exit(1);
    while (echo(e))
        continue;
    pickle_resource_sharer_free(e->sharer);
    pickle_listener_close(e->listener);
    _exit(0);
}

static bool begin(end *e, const struct workload *w, step echo, pid_t *pid) {
    int pair[2];
    end theirs;
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) != 0 ||
        !make_end(e, pair[0], w->count) ||
        !make_end(&theirs, pair[1], w->count))
        return false;
    *pid = fork();
    if (*pid == 0) {
        close(pair[0]);
        child(&theirs, w, echo);
    }
    close(pair[1]);
    return *pid > 0 &&
           (strcmp(w->name, "auth") != 0 ||
            read(e->sock, &e->address, sizeof e->address) == sizeof e->address);
}

/* The children end when their socket does; the listener's wakes by a client. */
static void finish(end *e, const struct workload *w, pid_t pid) {
    pickle_connection_close(e->conn);
    if (strcmp(w->name, "auth") == 0)
        (void)auth_connect(e);
    waitpid(pid, NULL, 0);
    pickle_doc_free(e->doc);
    pickle_bytes_buffer_deinit(&e->in);
}

static bool run(end *e, const struct workload *w, step trip, long n,
                uint64_t *ns) {
    *ns = 0;
    if (strcmp(w->name, "sharer") == 0) {
        uint64_t all = 0;
        long rounds = (n + FETCHES - 1) / FETCHES;
        for (long i = 0; i < rounds; i++) {
            if (!sharer_fetch(e, &all))
                return false;
        }
        *ns = all / (uint64_t)(rounds * FETCHES) * (uint64_t)n;
        return true;
    }
    uint64_t start = now_ns();
    for (long i = 0; i < n; i++) {
        if (!trip(e))
            return false;
    }
    *ns = now_ns() - start;
    return true;
}

int main(void) {
    char line[256];
    char how[16];
    char name[32];
    end e;
    const struct workload *w = NULL;
    const step *steps = NULL;
    pid_t pid = 0;
    long n;
    uint64_t ns;

    while (fgets(line, sizeof line, stdin)) {
        if (sscanf(line, "open %15s %31s", how, name) == 2) {
            if (w)
                finish(&e, w, pid);
            w = find(name);
            steps = w && strcmp(how, "raw") == 0 ? w->raw : w ? w->ours : NULL;
            if (!steps || !steps[1] || !begin(&e, w, steps[1], &pid)) {
                w = NULL;
                puts("error cannot begin");
            } else {
                puts("ok");
            }
        } else if (w && sscanf(line, "run %ld", &n) == 1 &&
                   run(&e, w, steps[0], n, &ns)) {
            printf("ok %" PRIu64 "\n", ns);
        } else {
            puts("error it failed");
        }
        fflush(stdout);
    }
    if (w)
        finish(&e, w, pid);
    return 0;
}
