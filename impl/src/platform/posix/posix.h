/* platform/posix/posix.h  What the files of this folder share, and what a
 * system does its own way (linux/). */
#ifndef PICKLE_PLATFORM_POSIX_H
#define PICKLE_PLATFORM_POSIX_H

#include <sys/socket.h>

#include "platform/handle_backend.h"

/* Report a failed call as CPython words it: "[Errno 32] Broken pipe". */
pickle_code pickle__fd_error(pickle_error *err, const char *where, int e);

/* Wait for events of poll() until the deadline. */
pickle_code pickle__fd_wait(int fd, short events, int64_t deadline,
                            pickle_error *err);

/* After a failed call: PICKLE_OK to try again, having waited where the
 * descriptor does not block; else the error. */
pickle_code pickle__fd_again(int fd, short events, int e, int64_t deadline,
                             const char *where, pickle_error *err);

/* Flags of a socket call with a deadline: it is tried first, and waited for
 * only if it would block. */
static inline int pickle__fd_flags(int64_t deadline) {
    return deadline == PICKLE__NO_DEADLINE ? 0 : MSG_DONTWAIT;
}

/* Milliseconds left, for poll(); -1 without a deadline. */
int pickle__left_ms(int64_t deadline);

/* ---- what each system does its own way ---- */

/* socket(), accept(), pipe() and socketpair() with close-on-exec set from the
 * start where the system can. */
int pickle__sys_socket(int family, int type);
int pickle__sys_accept(int fd, struct sockaddr *address, socklen_t *len);
int pickle__sys_pair(bool duplex, int fds[2]);

/* Flags for recvmsg() that make received descriptors close-on-exec; 0 where
 * the system has none and fcntl() must do. */
int pickle__sys_recv_cloexec(void);

/* Take a SIGPIPE that this thread's own write has raised while it is held
 * back. */
void pickle__sys_take_sigpipe(void);

/* The system's words for an errno, in a static string or in buf. */
const char *pickle__sys_error_text(int e, char *buf, size_t size);

#endif
