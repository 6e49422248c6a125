/*
 * platform/handle_backend.h  What a system must supply for descriptors.
 *
 * Each function is documented here once; posix/ (with linux/ and darwin/ for
 * what differs) implements them, and CMake picks the files. A deadline is a
 * time of pickle__clock_ms(), or PICKLE__NO_DEADLINE. Interrupted calls are
 * repeated. A failed call is PICKLE_ERR_SYSTEM with its number and name; a
 * deadline that passes is PICKLE_ERR_TIMEOUT.
 */
#ifndef PICKLE_PLATFORM_HANDLE_BACKEND_H
#define PICKLE_PLATFORM_HANDLE_BACKEND_H

#include <stdbool.h>

#include <pickleproof/handle.h>

#include "base/error.h"

#define PICKLE__NO_DEADLINE INT64_MAX

/* Milliseconds of a clock that only goes forward. */
int64_t pickle__clock_ms(void);

/* Do nothing for so many milliseconds. */
void pickle__rest_ms(int ms);

/* The deadline of a timeout in ms; negative: none. */
static inline int64_t pickle__deadline(int timeout_ms) {
    return timeout_ms < 0 ? PICKLE__NO_DEADLINE
                          : pickle__clock_ms() + timeout_ms;
}

/* Close a descriptor; errors are ignored, as the descriptor is gone anyway. */
void pickle__handle_close(pickle_handle h);

/* A copy of a descriptor, close-on-exec. */
pickle_code pickle__handle_dup(pickle_handle h, pickle_handle *copy,
                               pickle_error *err);

/* Let an open descriptor stay open over exec, or not. */
void pickle__handle_set_inheritable(pickle_handle h, bool inheritable);

/* Whether it is a socket: only those take descriptors and MSG_NOSIGNAL. */
bool pickle__handle_is_socket(pickle_handle h);

/* Read up to len bytes once there are some; *got 0 is the end. */
pickle_code pickle__handle_read(pickle_handle h, void *data, size_t len,
                                int64_t deadline, size_t *got,
                                pickle_error *err);

/* Write all of two pieces (b may be empty), in as few calls as the system
 * takes. Raises no SIGPIPE. */
pickle_code pickle__handle_write(pickle_handle h, bool is_socket, const void *a,
                                 size_t a_len, const void *b, size_t b_len,
                                 int64_t deadline, pickle_error *err);

/* Wait until one of the descriptors can be read; ready[i] tells which. */
pickle_code pickle__handle_poll(const pickle_handle *handles, size_t count,
                                int64_t deadline, bool *ready,
                                pickle_error *err);

/* A pipe, or a pair of connected sockets, close-on-exec. */
pickle_code pickle__handle_pair(bool duplex, pickle_handle pair[2],
                                pickle_error *err);

/* ---- sockets ---- */

/* Bind and listen. An AF_INET address gets its real port. */
pickle_code pickle__socket_listen(pickle_address *address, int backlog,
                                  pickle_handle *h, pickle_error *err);

pickle_code pickle__socket_accept(pickle_handle listener, int64_t deadline,
                                  pickle_handle *h, pickle_error *err);

pickle_code pickle__socket_connect(const pickle_address *address,
                                   int64_t deadline, pickle_handle *h,
                                   pickle_error *err);

/* A path for an AF_UNIX socket in a new directory of mode 0700. */
pickle_code pickle__socket_temp_path(pickle_address *address,
                                     pickle_error *err);

/* End both directions, so that whoever reads or writes returns. */
void pickle__socket_shutdown(pickle_handle h);

/* Remove a socket file, and its directory if own_dir. */
void pickle__socket_unlink(const pickle_address *address, bool own_dir);

/* ---- descriptors over a socket ---- */

/* Send one byte and `handles[count]` with it. */
pickle_code pickle__socket_send_handles(pickle_handle socket, uint8_t byte,
                                        const pickle_handle *handles,
                                        size_t count, int64_t deadline,
                                        pickle_error *err);

/* What one receive of descriptors found. */
typedef struct pickle__received {
    size_t bytes;   /* of payload: 0 or 1 */
    uint8_t byte;   /* the payload */
    size_t cmsgs;   /* control messages */
    bool is_rights; /* the first is SCM_RIGHTS */
    bool truncated; /* the system dropped some */
    size_t count;   /* descriptors in handles[] */
} pickle__received;

/* Receive one byte of payload, with room for `size` descriptors in the control
 * message, into `handles[size + 1]`, close-on-exec: its padding may hold one
 * more. Descriptors that do not fit are closed and counted as truncated. */
pickle_code pickle__socket_recv_handles(pickle_handle socket,
                                        pickle_handle *handles, size_t size,
                                        int64_t deadline,
                                        pickle__received *received,
                                        pickle_error *err);

/* This process's id. */
int64_t pickle__process_id(void);

/* Fill with random bytes. */
pickle_code pickle__random(void *out, size_t len, pickle_error *err);

/* Whether CPython of this version acknowledges descriptors on this system. */
bool pickle__acknowledges(int cpython);

#endif
