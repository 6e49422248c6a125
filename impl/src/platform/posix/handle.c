/* platform/posix/handle.c  Reading, writing and waiting for descriptors. */
#include "base/port.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#include <pickleproof/alloc.h>

#include "base/alloc.h"
#include "platform/handle_backend.h"
#include "platform/posix/posix.h"

int64_t pickle__clock_ms(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void pickle__rest_ms(int ms) {
    const struct timespec t = {ms / 1000, ms % 1000 * 1000000L};
    (void)nanosleep(&t, NULL);
}

int64_t pickle__process_id(void) {
    return getpid();
}

void pickle__handle_close(pickle_handle h) {
    if (h != PICKLE_INVALID_HANDLE) {
        (void)close((int)h);
    }
}

pickle_code pickle__handle_dup(pickle_handle h, pickle_handle *copy,
                               pickle_error *err) {
    int fd = fcntl((int)h, F_DUPFD_CLOEXEC, 0);
    if (fd < 0) {
        return pickle__error_system(err, "dup", errno);
    }
    *copy = fd;
    return PICKLE_OK;
}

void pickle__handle_set_inheritable(pickle_handle h, bool inheritable) {
    (void)fcntl((int)h, F_SETFD, inheritable ? 0 : FD_CLOEXEC);
}

bool pickle__handle_is_socket(pickle_handle h) {
    struct stat st;
    return fstat((int)h, &st) == 0 && S_ISSOCK(st.st_mode);
}

/* Milliseconds left, for poll(); -1 without a deadline. */
static int left(int64_t deadline) {
    if (deadline == PICKLE__NO_DEADLINE) {
        return -1;
    }
    int64_t ms = deadline - pickle__clock_ms();
    return ms < 0 ? 0 : ms > 1000000000 ? 1000000000 : (int)ms;
}

pickle_code pickle__fd_wait(int fd, short events, int64_t deadline,
                            pickle_error *err) {
    struct pollfd p = {fd, events, 0};
    for (;;) {
        int n = poll(&p, 1, left(deadline));
        if (n > 0) {
            return PICKLE_OK;
        }
        if (n == 0) {
            return pickle__error_code(err, PICKLE_ERR_TIMEOUT, "poll");
        }
        if (errno != EINTR) {
            return pickle__error_system(err, "poll", errno);
        }
    }
}

static bool would_block(int e) {
    return e == EAGAIN || e == EWOULDBLOCK;
}

pickle_code pickle__fd_again(int fd, short events, int e, int64_t deadline,
                             const char *where, pickle_error *err) {
    if (e == EINTR) {
        return PICKLE_OK;
    }
    return would_block(e) ? pickle__fd_wait(fd, events, deadline, err)
                          : pickle__error_system(err, where, e);
}

pickle_code pickle__handle_read(pickle_handle h, void *data, size_t len,
                                int64_t deadline, size_t *got,
                                pickle_error *err) {
    /* Without a deadline the read itself waits: one call a read. */
    if (deadline != PICKLE__NO_DEADLINE) {
        pickle_code code = pickle__fd_wait((int)h, POLLIN, deadline, err);
        if (code) {
            return code;
        }
    }
    for (;;) {
        ssize_t n = read((int)h, data, len);
        if (n >= 0) {
            *got = (size_t)n;
            return PICKLE_OK;
        }
        pickle_code code =
            pickle__fd_again((int)h, POLLIN, errno, deadline, "read", err);
        if (code) {
            return code;
        }
    }
}

/* Write what a pipe takes at once when poll() calls it writable: no more, or
 * the write waits past the deadline. */
static ssize_t write_pipe_at_once(int fd, const struct iovec *iov) {
    struct iovec piece = {iov->iov_base,
                          iov->iov_len < PIPE_BUF ? iov->iov_len : PIPE_BUF};
    return writev(fd, &piece, 1);
}

/* One write of what is left. A pipe has no MSG_NOSIGNAL: SIGPIPE is held back
 * in this thread and, if the write raised it, taken. */
static ssize_t write_pipe(int fd, bool at_once, const struct iovec *iov,
                          int count) {
    sigset_t pipe_set;
    sigset_t old;
    sigset_t pending;
    sigemptyset(&pipe_set);
    sigaddset(&pipe_set, SIGPIPE);
    sigpending(&pending);
    bool was_pending = sigismember(&pending, SIGPIPE) == 1;
    pthread_sigmask(SIG_BLOCK, &pipe_set, &old);
    ssize_t n = at_once ? write_pipe_at_once(fd, iov) : writev(fd, iov, count);
    int saved = errno;
    if (n < 0 && saved == EPIPE && !was_pending) {
        pickle__take_sigpipe();
    }
    pthread_sigmask(SIG_SETMASK, &old, NULL);
    errno = saved;
    return n;
}

static ssize_t write_some(int fd, bool is_socket, bool at_once,
                          struct iovec *iov, int count) {
    int flags = at_once ? MSG_NOSIGNAL | MSG_DONTWAIT : MSG_NOSIGNAL;
    if (!is_socket) {
        return write_pipe(fd, at_once, iov, count);
    }
    if (count == 1) {
        return send(fd, iov[0].iov_base, iov[0].iov_len, flags);
    }
    struct msghdr msg;
    memset(&msg, 0, sizeof msg);
    msg.msg_iov = iov;
    msg.msg_iovlen = (size_t)count;
    return sendmsg(fd, &msg, flags);
}

pickle_code pickle__handle_write(pickle_handle h, bool is_socket, const void *a,
                                 size_t a_len, const void *b, size_t b_len,
                                 int64_t deadline, pickle_error *err) {
    struct iovec iov[2] = {{(void *)(uintptr_t)a, a_len},
                           {(void *)(uintptr_t)b, b_len}};
    int first = a_len == 0;
    int count = b_len ? 2 : 1;
    bool at_once = deadline != PICKLE__NO_DEADLINE;
    while (first < count) {
        if (at_once && !is_socket) { /* a socket says itself when to wait */
            pickle_code code = pickle__fd_wait((int)h, POLLOUT, deadline, err);
            if (code) {
                return code;
            }
        }
        ssize_t n =
            write_some((int)h, is_socket, at_once, iov + first, count - first);
        if (n < 0) {
            pickle_code code = pickle__fd_again((int)h, POLLOUT, errno,
                                                deadline, "write", err);
            if (code) {
                return code;
            }
            continue;
        }
        size_t done = (size_t)n;
        while (first < count && done >= iov[first].iov_len) {
            done -= iov[first++].iov_len;
        }
        if (first < count) {
            iov[first].iov_base = (char *)iov[first].iov_base + done;
            iov[first].iov_len -= done;
        }
    }
    return PICKLE_OK;
}

pickle_code pickle__handle_poll(const pickle_handle *handles, size_t count,
                                int64_t deadline, bool *ready,
                                pickle_error *err) {
    struct pollfd few[16];
    struct pollfd *fds = few;
    const pickle_allocator *alloc = pickle_allocator_default();
    if (count > 16) {
        fds = pickle__alloc(alloc, count * sizeof *fds);
        if (!fds) {
            return pickle__error_code(err, PICKLE_ERR_NOMEM, "poll");
        }
    }
    for (size_t i = 0; i < count; i++) {
        fds[i] = (struct pollfd){(int)handles[i], POLLIN, 0};
    }
    int n;
    do {
        n = poll(fds, (nfds_t)count, left(deadline));
    } while (n < 0 && errno == EINTR);
    int e = errno;
    for (size_t i = 0; i < count; i++) {
        ready[i] = n > 0 && fds[i].revents != 0;
        if (n > 0 && (fds[i].revents & POLLNVAL)) {
            n = -1;
            e = EBADF;
        }
    }
    if (fds != few) {
        pickle__free(alloc, fds, count * sizeof *fds);
    }
    return n < 0 ? pickle__error_system(err, "poll", e) : PICKLE_OK;
}

pickle_code pickle__handle_pair(bool duplex, pickle_handle pair[2],
                                pickle_error *err) {
    int fds[2];
    if (pickle__open_pair(duplex, fds)) {
        return pickle__error_system(err, duplex ? "socketpair" : "pipe", errno);
    }
    for (int i = 0; i < 2; i++) {
        pair[i] = fds[i];
    }
    return PICKLE_OK;
}
