/* platform/posix/socket.c  Listening, connecting, and socket files. */
#include "base/port.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "platform/posix/posix.h"

typedef union any_address {
    struct sockaddr any;
    struct sockaddr_un un;
    struct sockaddr_in in;
} any_address;

static pickle_code bad_address(pickle_error *err) {
    return pickle__error_set(err, PICKLE_ERR_ARGUMENT, "address",
                             "not an address of its family");
}

/* The system's form of an address, and its length. */
static pickle_code to_system(const pickle_address *a, any_address *out,
                             socklen_t *len, pickle_error *err) {
    memset(out, 0, sizeof *out);
    if (a->family == PICKLE_AF_INET) {
        const char *host = strcmp(a->text, "localhost") == 0 ? "127.0.0.1"
                           : a->len == 0                     ? "0.0.0.0"
                                                             : a->text;
        out->in.sin_family = AF_INET;
        out->in.sin_port = htons(a->port);
        *len = sizeof out->in;
        return inet_pton(AF_INET, host, &out->in.sin_addr) == 1
                   ? PICKLE_OK
                   : bad_address(err);
    }
    /* A path has a NUL behind it, an abstract name needs none. */
    if (a->len == 0 ||
        a->len + (a->text[0] != '\0') > sizeof out->un.sun_path) {
        return bad_address(err);
    }
    out->un.sun_family = AF_UNIX;
    memcpy(out->un.sun_path, a->text, a->len);
    /* An abstract name ends where its length says; a path at its NUL. */
    *len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + a->len +
                       (a->text[0] != '\0'));
    return PICKLE_OK;
}

static pickle_code open_socket(const pickle_address *a, int *fd,
                               pickle_error *err) {
    *fd = pickle__open_socket(a->family == PICKLE_AF_INET ? AF_INET : AF_UNIX);
    return *fd < 0 ? pickle__error_system(err, "socket", errno) : PICKLE_OK;
}

static pickle_code close_failed(int fd, const char *where, pickle_error *err) {
    int e = errno;
    close(fd);
    return pickle__error_system(err, where, e);
}

pickle_code pickle__socket_listen(pickle_address *a, int backlog,
                                  pickle_handle *h, pickle_error *err) {
    any_address address;
    socklen_t len;
    int fd;
    int on = 1;
    pickle_code code = to_system(a, &address, &len, err);
    if (code == PICKLE_OK) {
        code = open_socket(a, &fd, err);
    }
    if (code) {
        return code;
    }
    (void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(fd, &address.any, len)) {
        return close_failed(fd, "bind", err);
    }
    /* A client may be gone by the time it is accepted: that must not block. */
    if (listen(fd, backlog) || fcntl(fd, F_SETFL, O_NONBLOCK)) {
        return close_failed(fd, "listen", err);
    }
    if (a->family == PICKLE_AF_INET) {
        len = sizeof address;
        if (getsockname(fd, &address.any, &len)) {
            return close_failed(fd, "getsockname", err);
        }
        a->port = ntohs(address.in.sin_port);
        if (inet_ntop(AF_INET, &address.in.sin_addr, a->text, sizeof a->text)) {
            a->len = strlen(a->text);
        }
    }
    *h = fd;
    return PICKLE_OK;
}

pickle_code pickle__socket_accept(pickle_handle listener, int64_t deadline,
                                  pickle_handle *h, pickle_error *err) {
    for (;;) {
        int fd = pickle__accept_socket((int)listener);
        if (fd >= 0) {
            *h = fd;
            return PICKLE_OK;
        }
        if (errno == ECONNABORTED) {
            continue; /* that client is gone already */
        }
        pickle_code code = pickle__fd_again((int)listener, POLLIN, errno,
                                            deadline, "accept", err);
        if (code) {
            return code;
        }
    }
}

/* How long a connect() may wait: for a place in a local listener's queue, or
 * for the other machine. A zero is no limit. */
static void limit_wait(int fd, int64_t deadline) {
    struct timeval wait = {0, 0};
    if (deadline != PICKLE__NO_DEADLINE) {
        int64_t ms = deadline - pickle__clock_ms();
        ms = ms < 1 ? 1 : ms;
        wait.tv_sec = (time_t)(ms / 1000);
        wait.tv_usec = (suseconds_t)(ms % 1000 * 1000);
    }
    (void)setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &wait, sizeof wait);
}

/* A connection over TCP that is still being made; wait for its end. */
static pickle_code await_connected(int fd, int64_t deadline,
                                   pickle_error *err) {
    int e = 0;
    socklen_t size = sizeof e;
    pickle_code code = pickle__fd_wait(fd, POLLOUT, deadline, err);
    if (!code && getsockopt(fd, SOL_SOCKET, SO_ERROR, &e, &size)) {
        e = errno;
    }
    return !code && e ? pickle__error_system(err, "connect", e) : code;
}

/* Interrupted, or out of time, a local socket has got nowhere and asks again;
 * one of TCP goes on by itself. */
static pickle_code connect_once(int fd, const any_address *address,
                                socklen_t len, int64_t deadline,
                                pickle_error *err) {
    for (;;) {
        if (connect(fd, &address->any, len) == 0) {
            return PICKLE_OK;
        }
        int e = errno;
        bool local = address->any.sa_family == AF_UNIX;
        if (!local && (e == EINTR || e == EINPROGRESS)) {
            return await_connected(fd, deadline, err);
        }
        if (!local || (e != EINTR && e != EAGAIN)) {
            return pickle__error_system(err, "connect", e);
        }
        if (pickle__clock_ms() >= deadline) {
            return pickle__error_code(err, PICKLE_ERR_TIMEOUT, "connect");
        }
        if (deadline != PICKLE__NO_DEADLINE) {
            limit_wait(fd, deadline);
        }
    }
}

pickle_code pickle__socket_connect(const pickle_address *a, int64_t deadline,
                                   pickle_handle *h, pickle_error *err) {
    any_address address;
    socklen_t len;
    int fd;
    bool limited = deadline != PICKLE__NO_DEADLINE;
    pickle_code code = to_system(a, &address, &len, err);
    if (code == PICKLE_OK) {
        code = open_socket(a, &fd, err);
    }
    if (code) {
        return code;
    }
    if (limited) {
        limit_wait(fd, deadline);
    }
    code = connect_once(fd, &address, len, deadline, err);
    if (code) {
        close(fd);
        return code;
    }
    if (limited) {
        limit_wait(fd, PICKLE__NO_DEADLINE);
    }
    *h = fd;
    return PICKLE_OK;
}

pickle_code pickle__socket_temp_path(pickle_address *a, pickle_error *err) {
    const char *base = getenv("TMPDIR");
    memset(a, 0, sizeof *a);
    a->family = PICKLE_AF_UNIX;
    /* A long TMPDIR would leave no room in sun_path: /tmp then, as 3.14. */
    if (!base || base[0] != '/' || strlen(base) > 60) {
        base = "/tmp";
    }
    snprintf(a->text, sizeof a->text, "%s/pymp-XXXXXX", base);
    if (!mkdtemp(a->text)) {
        return pickle__error_system(err, "mkdtemp", errno);
    }
    strcat(a->text, "/listener-0");
    a->len = strlen(a->text);
    return PICKLE_OK;
}

void pickle__socket_shutdown(pickle_handle h) {
    (void)shutdown((int)h, SHUT_RDWR);
}

void pickle__socket_unlink(const pickle_address *a, bool own_dir) {
    if (a->family != PICKLE_AF_UNIX || a->text[0] == '\0') {
        return;
    }
    (void)unlink(a->text);
    if (own_dir) {
        char dir[PICKLE_ADDRESS_MAX];
        memcpy(dir, a->text, a->len + 1);
        char *slash = strrchr(dir, '/');
        if (slash) {
            *slash = '\0';
            (void)rmdir(dir);
        }
    }
}
