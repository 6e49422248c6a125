/* platform/linux/system.c  What Linux does its own way. */
#include "base/port.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "platform/posix/posix.h"

void pickle__take_sigpipe(void) {
    sigset_t set;
    const struct timespec none = {0, 0};
    sigemptyset(&set);
    sigaddset(&set, SIGPIPE);
    while (sigtimedwait(&set, NULL, &none) < 0 && errno == EINTR) {
    }
}

int pickle__open_socket(int family) {
    return socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
}

int pickle__accept_socket(int listener) {
    return accept4(listener, NULL, NULL, SOCK_CLOEXEC);
}

int pickle__open_pair(bool duplex, int fds[2]) {
    return duplex ? socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds)
                  : pipe2(fds, O_CLOEXEC);
}

int pickle__recvmsg_cloexec(void) {
    return MSG_CMSG_CLOEXEC;
}

pickle_code pickle__random(void *out, size_t len, pickle_error *err) {
    uint8_t *p = out;
    while (len) {
        ssize_t n = getrandom(p, len, 0);
        if (n < 0 && errno != EINTR) {
            return pickle__error_system(err, "getrandom", errno);
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
