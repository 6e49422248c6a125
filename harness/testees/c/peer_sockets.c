/* peer_sockets.c  The channel, sockets, descriptors sent over them. See
 * peer.h. */
#define _GNU_SOURCE /* accept4 */
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <pickleproof/reduction.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "peer.h"

/* ---- addresses ---- */

static struct sockaddr_in local(int64_t port) {
    struct sockaddr_in a = {.sin_family = AF_INET,
                            .sin_port = htons((uint16_t)port)};
    a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return a;
}

static struct sockaddr_un at_path(const char *path, const char *suffix) {
    struct sockaddr_un a = {.sun_family = AF_UNIX};
    snprintf(a.sun_path, sizeof a.sun_path, "%s%s", path, suffix);
    return a;
}

static int type_of(const char *kind) {
    return strcmp(kind, "dgram") == 0       ? SOCK_DGRAM
           : strcmp(kind, "seqpacket") == 0 ? SOCK_SEQPACKET
                                            : SOCK_STREAM;
}

static int unix_socket(const char *kind) {
    return socket(AF_UNIX, type_of(kind) | SOCK_CLOEXEC, 0);
}

/* ---- the channel ---- */

static bool is(const channel *c, const char *kind) {
    return strcmp(c->kind, kind) == 0;
}

void peer_forget_channel(testee_peer *p) {
    channel *c = &p->channel;
    if (c->listening >= 0)
        close(c->listening);
    free(c->path);
    free(c->kind);
    *c = (channel){.listening = -1};
}

static void listen_tcp(peer_request *r, channel *c) {
    struct sockaddr_in a = local(0);
    socklen_t len = sizeof a;
    c->listening = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (bind(c->listening, (struct sockaddr *)&a, sizeof a) == 0 &&
        listen(c->listening, 1) == 0 &&
        getsockname(c->listening, (struct sockaddr *)&a, &len) == 0)
        peer_ok_int(r, ntohs(a.sin_port));
    else
        peer_done(r, false);
}

static void channel_listen(peer_request *r) {
    channel *c = &r->peer->channel;
    const char *path = peer_word(r, 1), *kind = peer_word(r, 2);
    if (!path || !kind)
        return;
    peer_forget_channel(r->peer);
    c->path = must_copy(path);
    c->kind = must_copy(kind);
    if (is(c, "tcp")) {
        listen_tcp(r, c);
        return;
    }
    if (is(c, "pipe")) {
        peer_done(r, mkfifo(path, 0600) == 0);
        return;
    }
    struct sockaddr_un a = at_path(path, "");
    c->listening = unix_socket(kind);
    peer_done(r, bind(c->listening, (struct sockaddr *)&a, sizeof a) == 0 &&
                     (is(c, "dgram") || listen(c->listening, 1) == 0));
}

/* Opened without a writer, so that nobody has to wait; it blocks from then
 * on. */
static int read_fifo(const char *path) {
    int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    if (fd >= 0)
        fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) & ~O_NONBLOCK);
    return fd;
}

static int connect_unix(const char *path, const char *kind) {
    struct sockaddr_un to = at_path(path, ""), from = at_path(path, ".b");
    int fd = unix_socket(kind);
    if (fd < 0)
        return -1;
    if (strcmp(kind, "dgram") == 0 &&
        bind(fd, (struct sockaddr *)&from, sizeof from) != 0)
        return -1;
    return connect(fd, (struct sockaddr *)&to, sizeof to) == 0 ? fd : -1;
}

static int connect_tcp(peer_request *r, size_t i) {
    int64_t port;
    if (!peer_int(r, i, &port))
        return -1;
    struct sockaddr_in a = local(port);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd >= 0 && connect(fd, (struct sockaddr *)&a, sizeof a) == 0)
        return fd;
    int error = errno;
    if (fd >= 0)
        close(fd);
    errno = error;
    return -1;
}

static void channel_connect(peer_request *r) {
    const char *path = peer_word(r, 1), *kind = peer_word(r, 2);
    int fd;
    if (!path || !kind)
        return;
    if (strcmp(kind, "tcp") == 0)
        fd = connect_tcp(r, 1);
    else if (strcmp(kind, "pipe") == 0)
        fd = read_fifo(path);
    else
        fd = connect_unix(path, kind);
    if (fd >= 0 && strcmp(kind, "pipe") == 0)
        peer_add(r->peer, "c", fd)->direction = PICKLE_READABLE;
    else if (fd >= 0)
        peer_add(r->peer, "c", fd);
    if (!r->reply->len)
        peer_done(r, fd >= 0);
}

/* A datagram socket is bound and connected both ways: nobody accepts. */
static int accept_dgram(channel *c) {
    struct sockaddr_un to = at_path(c->path, ".b");
    int fd = c->listening;
    c->listening = -1;
    int failed = connect(fd, (struct sockaddr *)&to, sizeof to);
    unlink(c->path);
    unlink(to.sun_path);
    return failed ? -1 : fd;
}

static void channel_accept(peer_request *r) {
    channel *c = &r->peer->channel;
    int fd;
    if (!c->kind)
        return;
    bool pipes = is(c, "pipe");
    if (is(c, "dgram"))
        fd = accept_dgram(c);
    else if (pipes)
        fd = open(c->path, O_WRONLY | O_CLOEXEC);
    else
        fd = accept4(c->listening, NULL, NULL, SOCK_CLOEXEC);
    if (!is(c, "tcp"))
        unlink(c->path);
    if (fd >= 0)
        peer_add(r->peer, "c", fd)->direction =
            pipes ? PICKLE_WRITABLE : PICKLE_DUPLEX;
    peer_done(r, fd >= 0);
    peer_forget_channel(r->peer);
}

void peer_do_chan(peer_request *r) {
    const char *what = peer_word(r, 0);
    if (!what)
        return;
    if (strcmp(what, "listen") == 0)
        channel_listen(r);
    else if (strcmp(what, "connect") == 0)
        channel_connect(r);
    else if (strcmp(what, "accept") == 0)
        channel_accept(r);
}

/* ---- sockets ---- */

void peer_do_connect(peer_request *r) {
    const char *name = peer_word(r, 1);
    if (!name)
        return;
    int fd = connect_tcp(r, 0);
    if (fd >= 0)
        peer_add(r->peer, name, fd);
    if (!r->reply->len)
        peer_done(r, fd >= 0);
}

void peer_do_accept(peer_request *r) {
    const thing *t = peer_thing(r, 0);
    const char *name = peer_word(r, 1);
    if (!t || !name)
        return;
    int fd;
    do
        fd = accept4(peer_fd(t), NULL, NULL, SOCK_CLOEXEC);
    while (fd < 0 && errno == EINTR);
    if (fd >= 0)
        peer_add(r->peer, name, fd);
    peer_done(r, fd >= 0);
}

void peer_do_sendto(peer_request *r) {
    const thing *t = peer_thing(r, 0);
    buffer data = {0};
    int64_t port;
    if (t && peer_int(r, 1, &port) && peer_bytes(r, 2, &data)) {
        struct sockaddr_in a = local(port);
        ssize_t n = sendto(peer_fd(t), buffer_text(&data), data.len, 0,
                           (struct sockaddr *)&a, sizeof a);
        if (n < 0)
            peer_done(r, false);
        else
            peer_ok_int(r, n);
    }
    buffer_free(&data);
}

void peer_do_shutdown(peer_request *r) {
    const thing *t = peer_thing(r, 0);
    const char *how = peer_word(r, 1);
    if (!t || !how)
        return;
    int what = strcmp(how, "rd") == 0   ? SHUT_RD
               : strcmp(how, "wr") == 0 ? SHUT_WR
                                        : SHUT_RDWR;
    peer_done(r, shutdown(peer_fd(t), what) == 0);
}

/* ---- descriptors ---- */

/* The descriptors of words from `first` on; NULL after a reply. */
static pickle_handle *handles_of(peer_request *r, size_t first, size_t *count) {
    *count = r->count > first ? r->count - first : 0;
    pickle_handle *fds = must_calloc(*count + 1, sizeof *fds);
    for (size_t i = 0; i < *count; i++) {
        const thing *t = peer_thing(r, first + i);
        if (!t) {
            free(fds);
            return NULL;
        }
        fds[i] = peer_fd(t);
    }
    return fds;
}

/* As written by hand, not by the library: what no sender of CPython sends. */
static ssize_t send_raw(int sock, const buffer *data, const pickle_handle *fds,
                        size_t count) {
    struct iovec iov = {data->data, data->len};
    struct msghdr m = {.msg_iov = &iov, .msg_iovlen = 1};
    size_t size = CMSG_SPACE(count * sizeof(int));
    void *control = count ? must_calloc(1, size) : NULL;
    if (count) {
        m.msg_control = control;
        m.msg_controllen = size;
        struct cmsghdr *c = CMSG_FIRSTHDR(&m);
        c->cmsg_level = SOL_SOCKET;
        c->cmsg_type = SCM_RIGHTS;
        c->cmsg_len = CMSG_LEN(count * sizeof(int));
        for (size_t i = 0; i < count; i++) {
            int fd = (int)fds[i];
            memcpy(CMSG_DATA(c) + i * sizeof fd, &fd, sizeof fd);
        }
    }
    ssize_t n = sendmsg(sock, &m, 0);
    int error = errno;
    free(control);
    errno = error;
    return n;
}

void peer_do_sendmsg(peer_request *r) {
    const thing *t = peer_thing(r, 0);
    buffer data = {0};
    size_t count = 0;
    pickle_handle *fds = NULL;
    if (t && peer_bytes(r, 1, &data) && (fds = handles_of(r, 2, &count))) {
        ssize_t n = send_raw(peer_fd(t), &data, fds, count);
        if (n < 0)
            peer_done(r, false);
        else
            peer_ok_int(r, n);
    }
    free(fds);
    buffer_free(&data);
}

void peer_do_sendfds(peer_request *r) {
    const thing *t = peer_thing(r, 0);
    pickle_handle_options opt = peer_handle_options(r->peer);
    size_t count = 0;
    pickle_handle *fds = t ? handles_of(r, 1, &count) : NULL;
    pickle_error err;
    if (!fds)
        return;
    if (pickle_sendfds(peer_fd(t), fds, count, &opt, &err) == PICKLE_OK)
        peer_ok(r);
    else
        peer_error(r, &err);
    free(fds);
}

void peer_do_recvfds(peer_request *r) {
    enum { SIZE_MAX_ASKED = 4096 };
    const thing *t = peer_thing(r, 0);
    const char *prefix = peer_word(r, 2);
    pickle_handle_options opt = peer_handle_options(r->peer);
    pickle_error err;
    int64_t size;
    size_t count = 0;
    if (!t || !prefix || !peer_int(r, 1, &size) || size < 0 ||
        size > SIZE_MAX_ASKED)
        return;
    pickle_handle *fds = must_calloc((size_t)size + 1, sizeof *fds);
    if (pickle_recvfds(peer_fd(t), (size_t)size, &opt, fds, &count, &err) !=
        PICKLE_OK)
        peer_error(r, &err);
    else
        peer_ok_int(r, (int64_t)count);
    for (size_t i = 0; i < count; i++) {
        char name[100];
        snprintf(name, sizeof name, "%.60s%zu", prefix, i);
        peer_add(r->peer, name, (int)fds[i]);
    }
    free(fds);
}

void peer_do_send_handle(peer_request *r) {
    pickle_connection *conn = peer_connection(r, 0);
    const thing *t = conn ? peer_thing(r, 1) : NULL;
    pickle_error err;
    if (!t)
        return;
    if (pickle_send_handle(conn, peer_fd(t), &err) == PICKLE_OK)
        peer_ok(r);
    else
        peer_error(r, &err);
}

void peer_do_recv_handle(peer_request *r) {
    pickle_connection *conn = peer_connection(r, 0);
    const char *name = conn ? peer_word(r, 1) : NULL;
    pickle_handle h;
    pickle_error err;
    if (!name)
        return;
    if (pickle_recv_handle(conn, &h, &err) == PICKLE_OK) {
        peer_add(r->peer, name, (int)h);
        peer_ok(r);
    } else {
        peer_error(r, &err);
    }
}

void peer_do_acknowledge(peer_request *r) {
    r->peer->acknowledge = true;
    peer_ok(r);
}
