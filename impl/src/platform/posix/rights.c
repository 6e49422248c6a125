/*
 * platform/posix/rights.c  Descriptors over a socket: SCM_RIGHTS.
 *
 * Everything the system hands over is accounted for: what does not fit the
 * caller's array is closed at once, so that nothing is left open that nobody
 * knows of. CPython leaks there.
 */
#include "base/port.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include "platform/posix/posix.h"

/* Linux's SCM_MAX_FD; more is refused by the system, not by us. */
#define MAX_FDS 253

/* Room for one descriptor more than the system takes, and for a control message
 * that is not asked for, such as credentials; aligned as one must be. */
typedef union control {
    struct cmsghdr align;
    char bytes[CMSG_SPACE((MAX_FDS + 1) * sizeof(int)) + 256];
} control;

/* What CPython's CMSG_SPACE(4 * size) says, as far as there is room. */
static size_t space_for(size_t size) {
    const size_t most = sizeof(control);
    size_t space = CMSG_SPACE((size < most ? size : most) * sizeof(int));
    return space < most ? space : most;
}

pickle_code pickle__socket_send_handles(pickle_handle socket, uint8_t byte,
                                        const pickle_handle *handles,
                                        size_t count, int64_t deadline,
                                        pickle_error *err) {
    control c;
    struct iovec iov = {&byte, 1};
    struct msghdr msg;
    if (count > MAX_FDS) {
        count = MAX_FDS + 1; /* the system says itself that it is too many */
    }
    memset(&msg, 0, sizeof msg);
    msg.msg_iov = &iov;
    msg.msg_iovlen = 1;
    msg.msg_control = c.bytes;
    msg.msg_controllen = CMSG_SPACE(count * sizeof(int));
    memset(c.bytes, 0, msg.msg_controllen);
    struct cmsghdr *cmsg = CMSG_FIRSTHDR(&msg);
    cmsg->cmsg_level = SOL_SOCKET;
    cmsg->cmsg_type = SCM_RIGHTS;
    cmsg->cmsg_len = CMSG_LEN(count * sizeof(int));
    int *fds = (int *)(void *)CMSG_DATA(cmsg);
    for (size_t i = 0; i < count; i++) {
        fds[i] = (int)handles[i];
    }
    /* With a deadline it is poll() that waits, and only where it must. */
    int flags = deadline == PICKLE__NO_DEADLINE ? MSG_NOSIGNAL
                                                : MSG_NOSIGNAL | MSG_DONTWAIT;
    for (;;) {
        if (sendmsg((int)socket, &msg, flags) >= 0) {
            return PICKLE_OK; /* one byte: it is never sent in part */
        }
        pickle_code code = pickle__fd_again((int)socket, POLLOUT, errno,
                                            deadline, "sendmsg", err);
        if (code) {
            return code;
        }
    }
}

/* Take the descriptors of one control message. Its length is not trusted past
 * what the system wrote: some leave it as it was sent when they truncate. */
static void take(const struct msghdr *msg, struct cmsghdr *cmsg,
                 pickle_handle *handles, size_t cap, pickle__received *r) {
    const char *end = (const char *)msg->msg_control + msg->msg_controllen;
    const char *data = (const char *)CMSG_DATA(cmsg);
    size_t len = cmsg->cmsg_len - CMSG_LEN(0);
    if (data + len > end) {
        len = data < end ? (size_t)(end - data) : 0;
    }
    for (size_t i = 0; i < len / sizeof(int); i++) {
        int fd;
        memcpy(&fd, data + i * sizeof fd, sizeof fd);
        if (r->count == cap) {
            pickle__handle_close(fd);
            r->truncated = true;
            continue;
        }
        if (!pickle__recvmsg_cloexec()) {
            (void)fcntl(fd, F_SETFD, FD_CLOEXEC);
        }
        handles[r->count++] = fd;
    }
}

pickle_code pickle__socket_recv_handles(pickle_handle socket,
                                        pickle_handle *handles, size_t size,
                                        int64_t deadline, pickle__received *r,
                                        pickle_error *err) {
    control c;
    struct iovec iov;
    struct msghdr msg;
    size_t space = space_for(size);
    ssize_t n;
    memset(r, 0, sizeof *r);
    iov.iov_base = &r->byte;
    iov.iov_len = 1;
    memset(&msg, 0, sizeof msg);
    msg.msg_iov = &iov;
    msg.msg_iovlen = 1;
    msg.msg_control = c.bytes;
    if (deadline != PICKLE__NO_DEADLINE) {
        pickle_code code = pickle__fd_wait((int)socket, POLLIN, deadline, err);
        if (code) {
            return code;
        }
    }
    do {
        msg.msg_controllen = space;
        n = recvmsg((int)socket, &msg, pickle__recvmsg_cloexec());
        if (n < 0) {
            pickle_code code = pickle__fd_again((int)socket, POLLIN, errno,
                                                deadline, "recvmsg", err);
            if (code) {
                return code;
            }
        }
    } while (n < 0);
    r->bytes = (size_t)n;
    r->truncated = (msg.msg_flags & MSG_CTRUNC) != 0;
    for (struct cmsghdr *m = CMSG_FIRSTHDR(&msg); m; m = CMSG_NXTHDR(&msg, m)) {
        bool rights = m->cmsg_level == SOL_SOCKET && m->cmsg_type == SCM_RIGHTS;
        r->is_rights = r->cmsgs++ == 0 ? rights : r->is_rights;
        if (rights) {
            take(&msg, m, handles, size + 1, r);
        }
    }
    return PICKLE_OK;
}
