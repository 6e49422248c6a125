/* platform/linux/system.c  What Linux does its own way. */
#include "base/port.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#include "platform/posix/posix.h"

int pickle__sys_socket(int family, int type) {
    return socket(family, type | SOCK_CLOEXEC, 0);
}

int pickle__sys_accept(int fd, struct sockaddr *address, socklen_t *len) {
    return accept4(fd, address, len, SOCK_CLOEXEC);
}

int pickle__sys_pair(bool duplex, int fds[2]) {
    return duplex ? socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds)
                  : pipe2(fds, O_CLOEXEC);
}

int pickle__sys_recv_cloexec(void) {
    return MSG_CMSG_CLOEXEC;
}

void pickle__sys_take_sigpipe(void) {
    sigset_t set;
    const struct timespec none = {0, 0};
    sigemptyset(&set);
    sigaddset(&set, SIGPIPE);
    while (sigtimedwait(&set, NULL, &none) < 0 && errno == EINTR) {
    }
}

/* The XSI form is in every libc; glibc hides it behind _GNU_SOURCE. */
const char *pickle__sys_error_text(int e, char *buf, size_t size) {
#if defined(__GLIBC__)
    return strerror_r(e, buf, size);
#else
    return strerror_r(e, buf, size) == 0 ? buf : "Unknown error";
#endif
}

pickle_code pickle__random(void *out, size_t len, pickle_error *err) {
    uint8_t *p = out;
    while (len) {
        ssize_t n = getrandom(p, len, 0);
        if (n < 0 && errno != EINTR) {
            return pickle__fd_error(err, "getrandom", errno);
        }
        if (n > 0) {
            p += n;
            len -= (size_t)n;
        }
    }
    return PICKLE_OK;
}

/* From 3.14 every POSIX system does; before, only macOS did. */
bool pickle__acknowledges(int cpython) {
    return cpython >= 314;
}
