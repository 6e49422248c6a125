/* wire_handles.c  recvfds, sendfds, and a sharer with a scripted client. See
 * wire.h. */
#define _GNU_SOURCE /* SO_PASSCRED */
#include <dirent.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <pickleproof/reduction.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "wire.h"

enum { MOST = 512 }; /* descriptors in one message */

/* ---- a pair of sockets ---- */

static bool inet_pair(int ends[2]) {
    struct sockaddr_in name = {.sin_family = AF_INET,
                               .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t len = sizeof name;
    int server = socket(AF_INET, SOCK_STREAM, 0);
    ends[1] = socket(AF_INET, SOCK_STREAM, 0);
    bool good = bind(server, (struct sockaddr *)&name, len) == 0 &&
                listen(server, 1) == 0 &&
                getsockname(server, (struct sockaddr *)&name, &len) == 0 &&
                connect(ends[1], (struct sockaddr *)&name, len) == 0;
    ends[0] = good ? accept(server, NULL, NULL) : -1;
    close(server);
    return ends[0] >= 0;
}

static bool open_pair(const wire_request *r, int ends[2]) {
    const char *type = wire_key(r, "type");
    int kind = !type                        ? SOCK_STREAM
               : strcmp(type, "dgram") == 0 ? SOCK_DGRAM
                                            : SOCK_SEQPACKET;
    return wire_key(r, "family") ? inet_pair(ends)
                                 : socketpair(AF_UNIX, kind, 0, ends) == 0;
}

/* As the version does, or forced. */
static pickle_handle_options handle_options(const wire_request *r) {
    pickle_handle_options opt = pickle_handle_options_for(r->cpython);
    opt.acknowledge = opt.acknowledge || wire_key(r, "ack");
    return opt;
}

/* ---- receiving ---- */

/* One message with `count` descriptors, as it is. */
static void send_raw(int fd, size_t count, const void *data, size_t len) {
    union {
        char bytes[CMSG_SPACE(MOST * sizeof(int))];
        struct cmsghdr align;
    } control;
    struct iovec iov = {(void *)(uintptr_t)data, len};
    struct msghdr message = {.msg_iov = &iov, .msg_iovlen = 1};
    int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (count && count <= MOST) {
        memset(&control, 0, sizeof control);
        message.msg_control = control.bytes;
        message.msg_controllen = CMSG_SPACE(count * sizeof(int));
        struct cmsghdr *c = CMSG_FIRSTHDR(&message);
        c->cmsg_level = SOL_SOCKET;
        c->cmsg_type = SCM_RIGHTS;
        c->cmsg_len = CMSG_LEN(count * sizeof(int));
        for (size_t i = 0; i < count; i++)
            memcpy(CMSG_DATA(c) + i * sizeof null, &null, sizeof null);
    }
    (void)!sendmsg(fd, &message, MSG_NOSIGNAL);
    close(null);
}

static void send_messages(const wire_request *r, int fd) {
    const char *then = wire_key(r, "then");
    if (wire_key(r, "sent"))
        send_raw(fd, (size_t)wire_number(r, "sent", 0), buffer_text(&r->data),
                 r->data.len);
    if (then) {
        buffer data = {0};
        const char *hex = then + strcspn(then, ":") + 1;
        buffer_unhex(&data, hex, strlen(hex));
        send_raw(fd, (size_t)strtoul(then, NULL, 10), buffer_text(&data),
                 data.len);
        buffer_free(&data);
    }
    shutdown(fd, SHUT_WR);
}

static void receive_once(wire_request *r, int fd, size_t size) {
    pickle_handle_options opt = handle_options(r);
    /* A size that is refused needs no room. */
    size_t room = size <= MOST ? size + 1 : 1;
    pickle_handle *fds = must_calloc(room, sizeof *fds);
    pickle_error err;
    struct stat st;
    size_t count = 0;
    bool open = true;
    if (pickle_recvfds(fd, size, &opt, fds, &count, &err) != PICKLE_OK) {
        wire_error(r, &err);
    } else {
        for (size_t i = 0; i < count; i++) {
            open = fstat((int)fds[i], &st) == 0 && open;
            close((int)fds[i]);
        }
        wire_word(r, open ? "i%zx" : "not-open:%zu", count);
    }
    free(fds);
}

void wire_recvfds(wire_request *r) {
    int ends[2], on = 1;
    buffer answered = {0}, left = {0};
    size_t descriptors = 0;
    const char *size = wire_key(r, "size");
    if (!size || !open_pair(r, ends)) {
        r->na = "peer";
        return;
    }
    if (wire_key(r, "passcred"))
        setsockopt(ends[0], SOL_SOCKET, SO_PASSCRED, &on, sizeof on);
    send_messages(r, ends[1]);
    while (size) {
        receive_once(r, ends[0], (size_t)strtoll(size, NULL, 10));
        size = strchr(size, ',');
        size = size ? size + 1 : NULL;
    }
    wire_drain(ends[1], &answered, &descriptors);
    wire_drain(ends[0], &left, &descriptors);
    wire_bytes(r, "x:", buffer_text(&answered), answered.len);
    wire_bytes(r, "x:", buffer_text(&left), left.len);
    close(ends[0]);
    close(ends[1]);
    buffer_free(&answered);
    buffer_free(&left);
}

/* ---- sending ---- */

void wire_sendfds(wire_request *r) {
    int ends[2];
    buffer written = {0};
    size_t descriptors = 0;
    size_t count = (size_t)wire_number(r, "count", 0);
    pickle_handle_options opt = handle_options(r);
    pickle_handle fds[MOST];
    pickle_error err;
    if (count >= MOST || !open_pair(r, ends)) {
        r->na = "peer";
        return;
    }
    wire_feed(ends[1], buffer_text(&r->data), r->data.len);
    if (wire_key(r, "peer"))
        close(ends[1]);
    else
        shutdown(ends[1], SHUT_WR);
    int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
    for (size_t i = 0; i < count; i++)
        fds[i] = null;
    if (wire_key(r, "bad"))
        fds[count++] = (pickle_handle)wire_number(r, "bad", 0);
    wire_done(r, pickle_sendfds(ends[0], fds, count, &opt, &err), &err);
    close(null);
    if (!wire_key(r, "peer")) {
        wire_drain(ends[1], &written, &descriptors);
        close(ends[1]);
    }
    wire_bytes(r, "x:", buffer_text(&written), written.len);
    wire_word(r, "i%zx", descriptors);
    close(ends[0]);
    buffer_free(&written);
}

/* ---- the server of resource_sharer ---- */

typedef struct failures {
    pickle_error first;
    size_t count;
} failures;

static void keep_first(void *ctx, const pickle_error *err) {
    failures *f = ctx;
    if (f->count++ == 0)
        f->first = *err;
}

static int connect_to(const pickle_address *address) {
    struct sockaddr_un name = {.sun_family = AF_UNIX};
    memcpy(name.sun_path, address->text, address->len);
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    (void)!connect(fd, (struct sockaddr *)&name, sizeof name);
    return fd;
}

static void wait_readable(int fd, int timeout_ms) {
    struct pollfd p = {fd, POLLIN, 0};
    (void)!poll(&p, 1, timeout_ms);
}

/* What the server wrote, until it closes. */
static void converse(const wire_request *r, int fd, buffer *written,
                     size_t *descriptors) {
    size_t before;
    wire_feed(fd, buffer_text(&r->data), r->data.len);
    shutdown(fd, SHUT_WR);
    do {
        before = written->len;
        wait_readable(fd, -1);
        wire_drain(fd, written, descriptors);
    } while (written->len > before);
}

static size_t thread_count(void) {
    size_t count = 0;
    DIR *tasks = opendir("/proc/self/task");
    while (tasks && readdir(tasks))
        count++;
    if (tasks)
        closedir(tasks);
    return count;
}

/* Whether the server's thread has ended: the next client is asked for its key,
 * or there is one thread less. */
static bool has_ended(const pickle_address *address, size_t threads,
                      const failures *f, failures *until_then) {
    struct pollfd next = {connect_to(address), POLLIN, 0};
    while (poll(&next, 1, 5) == 0 && thread_count() >= threads)
        continue;
    /* The next client's own failure comes when it closes. */
    *until_then = *f;
    close(next.fd);
    return !(next.revents & POLLIN);
}

static void serve_client(wire_request *r, pickle_resource_sharer *sharer,
                         failures *f) {
    int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
    pickle_address address;
    buffer written = {0};
    size_t descriptors = 0;
    int64_t key;
    failures told;
    bool good = true;
    for (long long i = wire_number(r, "entries", 1); i > 0; i--)
        good = pickle_resource_sharer_register(sharer, null, &address, &key,
                                               NULL) == PICKLE_OK &&
               good;
    close(null);
    if (!good) {
        r->na = "sharer";
        return;
    }
    size_t threads = thread_count();
    int fd = connect_to(&address);
    converse(r, fd, &written, &descriptors);
    close(fd);
    bool ended = has_ended(&address, threads, f, &told);
    size_t left = pickle_resource_sharer_count(sharer);
    pickle_resource_sharer_stop(sharer, -1);
    wire_word(r, ended ? "stopped" : "served");
    wire_done(r, told.count ? told.first.code : PICKLE_OK, &told.first);
    wire_bytes(r, "x:", buffer_text(&written), written.len);
    wire_word(r, "i%zx", descriptors);
    wire_word(r, "i%zx", left);
    buffer_free(&written);
}

void wire_serve(wire_request *r) {
    buffer key = {0};
    wire_random random = {0};
    failures f = {0};
    pickle_resource_sharer *sharer = NULL;
    wire_key_bytes(r, "key", &key);
    wire_key_bytes(r, "random", &random.bytes);
    pickle_sharer_options opt = {.authkey = buffer_text(&key),
                                 .authkey_len = key.len,
                                 .cpython = r->cpython,
                                 .on_error = keep_first,
                                 .on_error_ctx = &f,
                                 .random = wire_random_take,
                                 .random_ctx = &random,
                                 .acknowledge = wire_key(r, "ack") != NULL};
    if (pickle_resource_sharer_new(&opt, NULL, &sharer, NULL) == PICKLE_OK)
        serve_client(r, sharer, &f);
    else
        r->na = "sharer";
    pickle_resource_sharer_free(sharer);
    buffer_free(&key);
    buffer_free(&random.bytes);
}
