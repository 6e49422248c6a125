/* peer_files.c  Descriptors of all kinds, and what is asked of any. See
 * peer.h. */
#define _GNU_SOURCE /* O_PATH, memfd_create */
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>
#if defined(__linux__)
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#endif

#include "peer.h"

/* ---- open ---- */

static const char *folder(void) {
    const char *given = getenv("TMPDIR");
    return given && *given ? given : "/tmp";
}

static char *make_path(testee_peer *p) {
    buffer path = {0};
    buffer_printf(&path, "%s/file-%ld-%zu", folder(), (long)getpid(),
                  ++p->names_made);
    return buffer_take(&path);
}

int peer_make_file(testee_peer *p, int flags) {
    char *path = make_path(p);
    int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    bool good = fd >= 0 && write(fd, "0123456789", 10) == 10;
    if (fd >= 0)
        close(fd);
    p->files = must_resize(p->files, (p->file_count + 1) * sizeof *p->files);
    p->files[p->file_count++] = path;
    return good ? open(path, flags | O_CLOEXEC) : -1;
}

static int open_file(testee_peer *p) {
    return peer_make_file(p, O_RDWR);
}

static int open_file_ro(testee_peer *p) {
    return peer_make_file(p, O_RDONLY);
}

static int open_unlinked(testee_peer *p) {
    int fd = peer_make_file(p, O_RDWR);
    unlink(p->files[p->file_count - 1]);
    return fd;
}

static int open_dir(testee_peer *p) {
    (void)p;
    return open(folder(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

static int open_null(testee_peer *p) {
    (void)p;
    return open("/dev/null", O_RDWR | O_CLOEXEC);
}

#if defined(__linux__)
static int open_path(testee_peer *p) {
    return peer_make_file(p, O_PATH);
}

static int open_eventfd(testee_peer *p) {
    (void)p;
    return eventfd(0, EFD_CLOEXEC);
}

static int open_memfd(testee_peer *p) {
    (void)p;
    return memfd_create("pickleproof", MFD_CLOEXEC);
}

static int open_epoll(testee_peer *p) {
    (void)p;
    return epoll_create1(EPOLL_CLOEXEC);
}
#endif

static const struct {
    const char *kind;
    int (*open)(testee_peer *p);
} single[] = {{"file", open_file},         {"file-ro", open_file_ro},
              {"unlinked", open_unlinked}, {"dir", open_dir},
#if defined(__linux__)
              {"path", open_path},         {"eventfd", open_eventfd},
              {"memfd", open_memfd},       {"epoll", open_epoll},
#endif
              {"null", open_null}};

static bool open_pty(int pair[2]) {
    pair[1] = -1;
    pair[0] = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (pair[0] < 0)
        return false;
    if (grantpt(pair[0]) == 0 && unlockpt(pair[0]) == 0)
        pair[1] = open(ptsname(pair[0]), O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (pair[1] < 0)
        close(pair[0]);
    return pair[1] >= 0;
}

static bool open_pair(const char *kind, int pair[2]) {
    if (strcmp(kind, "pipe") == 0)
        return pipe2(pair, O_CLOEXEC) == 0;
    if (strcmp(kind, "socketpair") == 0)
        return socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) == 0;
    return open_pty(pair);
}

static void add_pair(peer_request *r, const char *kind) {
    int pair[2];
    const char *first = peer_word(r, 1), *second = peer_word(r, 2);
    if (!first || !second)
        return;
    if (!open_pair(kind, pair)) {
        if (strcmp(kind, "pty") == 0) /* a system without terminals */
            buffer_puts(r->reply, "na pty");
        else
            peer_done(r, false);
        return;
    }
    bool pipes = strcmp(kind, "pipe") == 0;
    peer_add(r->peer, first, pair[0])->direction =
        pipes ? PICKLE_READABLE : PICKLE_DUPLEX;
    peer_add(r->peer, second, pair[1])->direction =
        pipes ? PICKLE_WRITABLE : PICKLE_DUPLEX;
    peer_ok(r);
}

/* A socket on this machine, at a port of the system's choice. */
static void add_bound(peer_request *r, int type) {
    struct sockaddr_in a = {.sin_family = AF_INET};
    socklen_t len = sizeof a;
    const char *name = peer_word(r, 1);
    if (!name)
        return;
    a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, type | SOCK_CLOEXEC, 0);
    bool good = fd >= 0 && bind(fd, (struct sockaddr *)&a, sizeof a) == 0 &&
                (type != SOCK_STREAM || listen(fd, 8) == 0) &&
                getsockname(fd, (struct sockaddr *)&a, &len) == 0;
    if (fd >= 0)
        peer_add(r->peer, name, fd);
    if (good)
        peer_ok_int(r, ntohs(a.sin_port));
    else
        peer_done(r, false);
}

void peer_do_open(peer_request *r) {
    const char *kind = peer_word(r, 0), *name = peer_word(r, 1);
    if (!kind || !name)
        return;
    for (size_t i = 0; i < sizeof single / sizeof *single; i++) {
        if (strcmp(single[i].kind, kind) != 0)
            continue;
        int fd = single[i].open(r->peer);
        if (fd >= 0)
            peer_add(r->peer, name, fd);
        peer_done(r, fd >= 0);
        return;
    }
    if (strcmp(kind, "tcp-listener") == 0)
        add_bound(r, SOCK_STREAM);
    else if (strcmp(kind, "udp") == 0)
        add_bound(r, SOCK_DGRAM);
    else if (strcmp(kind, "pipe") == 0 || strcmp(kind, "socketpair") == 0 ||
             strcmp(kind, "pty") == 0)
        add_pair(r, kind);
    else
        buffer_puts(r->reply, "na kind");
}

/* ---- reading and writing ---- */

/* What keeps message boundaries is read once. */
static bool has_messages(int fd) {
    int type = 0;
    socklen_t len = sizeof type;
    return getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &len) == 0 &&
           type != SOCK_STREAM;
}

void peer_do_read(peer_request *r) {
    const thing *t = peer_thing(r, 0);
    buffer data = {0};
    int64_t len;
    if (!t || !peer_int(r, 1, &len) || len < 0)
        return;
    int fd = peer_fd(t);
    bool once = has_messages(fd), failed = false;
    while (data.len < (size_t)len) {
        char *to = buffer_room(&data, (size_t)len - data.len);
        ssize_t n = read(fd, to, (size_t)len - data.len);
        if (n < 0 && errno == EINTR)
            continue;
        failed = n < 0 && !data.len;
        if (n <= 0)
            break;
        data.len += (size_t)n;
        if (once)
            break;
    }
    if (failed)
        peer_done(r, false);
    else
        peer_ok_bytes(r, buffer_text(&data), data.len);
    buffer_free(&data);
}

void peer_do_write(peer_request *r) {
    const thing *t = peer_thing(r, 0);
    buffer data = {0};
    size_t at = 0;
    ssize_t n = 0;
    if (!t || !peer_bytes(r, 1, &data)) {
        buffer_free(&data);
        return;
    }
    do {
        n = write(peer_fd(t), buffer_text(&data) + at, data.len - at);
        at += n > 0 ? (size_t)n : 0;
    } while ((n > 0 && at < data.len) || (n < 0 && errno == EINTR));
    if (n < 0 && !at)
        peer_done(r, false);
    else
        peer_ok_int(r, (int64_t)at);
    buffer_free(&data);
}

void peer_do_seek(peer_request *r) {
    const thing *t = peer_thing(r, 0);
    int64_t offset;
    if (!t || !peer_int(r, 1, &offset))
        return;
    off_t at = lseek(peer_fd(t), (off_t)offset, SEEK_SET);
    if (at < 0)
        peer_done(r, false);
    else
        peer_ok_int(r, at);
}

/* ---- asking ---- */

void peer_do_kind(peer_request *r) {
    const thing *t = peer_thing(r, 0);
    struct stat st;
    if (!t)
        return;
    if (fstat(peer_fd(t), &st) != 0) {
        peer_done(r, false);
        return;
    }
    const char *kind = S_ISFIFO(st.st_mode)   ? "fifo"
                       : S_ISSOCK(st.st_mode) ? "socket"
                       : S_ISREG(st.st_mode)  ? "file"
                       : S_ISDIR(st.st_mode)  ? "dir"
                       : S_ISCHR(st.st_mode)  ? "char"
                                              : "anon";
    buffer_printf(r->reply, "ok %s", kind);
}

static void tell_flag(peer_request *r, int command, int flag) {
    const thing *t = peer_thing(r, 0);
    if (!t)
        return;
    int flags = fcntl(peer_fd(t), command);
    if (flags < 0)
        peer_done(r, false);
    else
        buffer_puts(r->reply, flags & flag ? "ok F" : "ok T");
}

void peer_do_inheritable(peer_request *r) {
    tell_flag(r, F_GETFD, FD_CLOEXEC);
}

void peer_do_blocking(peer_request *r) {
    tell_flag(r, F_GETFL, O_NONBLOCK);
}

static bool set_nonblock(int fd, bool on) {
    int flags = fcntl(fd, F_GETFL);
    flags = on ? flags | O_NONBLOCK : flags & ~O_NONBLOCK;
    return fcntl(fd, F_SETFL, flags) == 0;
}

void peer_do_set(peer_request *r) {
    const thing *t = peer_thing(r, 0);
    const char *what = peer_word(r, 1), *value = peer_word(r, 2);
    if (!t || !what || !value)
        return;
    int on = value[0] == 'T';
    if (strcmp(what, "nonblock") == 0)
        peer_done(r, set_nonblock(peer_fd(t), on));
#ifdef SO_PASSCRED
    else if (strcmp(what, "passcred") == 0)
        peer_done(r, setsockopt(peer_fd(t), SOL_SOCKET, SO_PASSCRED, &on,
                                sizeof on) == 0);
#endif
    else
        buffer_puts(r->reply, "na option");
}

/* ---- limits ---- */

void peer_unlimit(testee_peer *p) {
    if (p->limited)
        setrlimit(RLIMIT_NOFILE, &p->unlimited);
    p->limited = false;
}

/* The limit is a number that no new descriptor reaches, so it stands where
 * `count` free numbers are below it. */
void peer_do_limit(peer_request *r) {
    int64_t count;
    if (r->count && strcmp(r->words[0], "-") == 0) {
        peer_unlimit(r->peer);
        peer_ok(r);
        return;
    }
    if (!peer_int(r, 0, &count))
        return;
    peer_unlimit(r->peer);
    getrlimit(RLIMIT_NOFILE, &r->peer->unlimited);
    struct rlimit limit = r->peer->unlimited;
    int fd = 0;
    for (; count > 0 || fcntl(fd, F_GETFD) >= 0; fd++)
        count -= fcntl(fd, F_GETFD) < 0;
    limit.rlim_cur = (rlim_t)fd;
    r->peer->limited = setrlimit(RLIMIT_NOFILE, &limit) == 0;
    peer_done(r, r->peer->limited);
}
