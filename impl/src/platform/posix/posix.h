/* platform/posix/posix.h  What the files of this folder share. */
#ifndef PICKLE_PLATFORM_POSIX_H
#define PICKLE_PLATFORM_POSIX_H

#include "platform/handle_backend.h"

/* Wait for events of poll() until the deadline. */
pickle_code pickle__fd_wait(int fd, short events, int64_t deadline,
                            pickle_error *err);

/* After a failed call: PICKLE_OK to try again, having waited where the
 * descriptor does not block; else the error. */
pickle_code pickle__fd_again(int fd, short events, int e, int64_t deadline,
                             const char *where, pickle_error *err);

/* Take a SIGPIPE that this thread's own write has raised while it is held
 * back. */
void pickle__take_sigpipe(void);

/* socket(), accept(), pipe() and socketpair() that make close-on-exec
 * descriptors, which block; where the system can, in one step. */
int pickle__open_socket(int family);
int pickle__accept_socket(int listener);
int pickle__open_pair(bool duplex, int fds[2]);

/* Flags for recvmsg() that make received descriptors close-on-exec; 0 where
 * the system has none and fcntl() must do. */
int pickle__recvmsg_cloexec(void);

#endif
