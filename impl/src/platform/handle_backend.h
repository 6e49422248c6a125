/*
 * platform/handle_backend.h  What a system must supply for descriptors.
 *
 * Each function is documented here once; posix/ (with linux/ for what Linux
 * does its own way) implements them, and CMake picks the files.
 *
 * A deadline is a time of pickle__clock_ms(), or PICKLE__NO_DEADLINE; without
 * one a call blocks as the descriptor does, and a non-blocking descriptor is
 * waited for. Interrupted calls are repeated. A call that fails is
 * PICKLE_ERR_SYSTEM with its number and name, and CPython's words for it; a
 * deadline that passes is PICKLE_ERR_TIMEOUT. Every descriptor that is made or
 * received is close-on-exec unless said otherwise, from its first moment where
 * the system can do that.
 */
#ifndef PICKLE_PLATFORM_HANDLE_BACKEND_H
#define PICKLE_PLATFORM_HANDLE_BACKEND_H

#include <pickleproof/alloc.h>
#include <pickleproof/handle.h>

#include "base/error.h"

#define PICKLE__NO_DEADLINE INT64_MAX

/* Milliseconds of a clock that only goes forward. */
int64_t pickle__clock_ms(void);

/* The deadline of a timeout in ms; negative: none. */
static inline int64_t pickle__deadline(int timeout_ms) {
    return timeout_ms < 0 ? PICKLE__NO_DEADLINE
                          : pickle__clock_ms() + timeout_ms;
}

/* Let time pass. */
void pickle__sleep_ms(int ms);

/* The number of this process. */
int64_t pickle__process_id(void);

/* Fill with random bytes. */
pickle_code pickle__random(void *out, size_t len, pickle_error *err);

/* Whether CPython of this version (0: the default) acknowledges descriptors on
 * this system. */
bool pickle__acknowledges(int cpython);

/* ---- descriptors ---- */

/* Close a descriptor; PICKLE_INVALID_HANDLE is allowed. Errors are ignored, as
 * the descriptor is gone anyway. */
void pickle__handle_close(pickle_handle h);

/* A copy of a descriptor. */
pickle_code pickle__handle_dup(pickle_handle h, pickle_handle *copy,
                               pickle_error *err);

/* Whether it is a socket: those have calls that do not block. */
bool pickle__handle_is_socket(pickle_handle h);

/* Read up to len bytes once there are some; *got 0 is the end. */
pickle_code pickle__handle_read(pickle_handle h, bool is_socket, void *data,
                                size_t len, int64_t deadline, size_t *got,
                                pickle_error *err);

/* Write all of two pieces (either may be empty), in as few calls as the system
 * takes. Raises no SIGPIPE. */
pickle_code pickle__handle_write(pickle_handle h, bool is_socket, const void *a,
                                 size_t a_len, const void *b, size_t b_len,
                                 int64_t deadline, pickle_error *err);

/* Wait until one of the descriptors can be read or is at its end; ready[i]
 * tells which. Time that passes is no error. */
pickle_code pickle__handle_poll(const pickle_handle *handles, size_t count,
                                int64_t deadline, bool *ready,
                                pickle_error *err);

/* A pipe (pair[0] reads), or a pair of connected sockets. */
pickle_code pickle__handle_pair(bool duplex, pickle_handle pair[2],
                                pickle_error *err);

/* ---- sockets ---- */

/* Bind and listen. An AF_INET address becomes numeric, with its real port. */
pickle_code pickle__socket_listen(pickle_address *address, int backlog,
                                  pickle_handle *h, pickle_error *err);

/* Take a client; *peer is where it comes from (AF_INET), or empty. */
pickle_code pickle__socket_accept(pickle_handle listener, int64_t deadline,
                                  pickle_handle *h, pickle_address *peer,
                                  pickle_error *err);

pickle_code pickle__socket_connect(const pickle_address *address,
                                   int64_t deadline, pickle_handle *h,
                                   pickle_error *err);

/* A path for an AF_UNIX socket in a new directory of mode 0700, named as that
 * version of CPython names them. */
pickle_code pickle__socket_temp_path(int cpython, pickle_address *address,
                                     pickle_error *err);

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
    bool is_rights; /* the first holds descriptors */
    size_t count;   /* descriptors in handles[] */
    size_t total;   /* those received, the closed ones too */
} pickle__received;

/* Receive one byte of payload and up to cap descriptors into `handles[cap]`.
 * Those past cap, which the padding of the message may hold, are closed. */
pickle_code pickle__socket_recv_handles(pickle_handle socket,
                                        pickle_handle *handles, size_t cap,
                                        bool inheritable, int64_t deadline,
                                        pickle__received *received,
                                        pickle_error *err);

/* Look at the next byte and take it if it is the one expected; *same tells.
 * Anything else, and the end, stays where it is. */
pickle_code pickle__socket_expect(pickle_handle socket, uint8_t expected,
                                  int64_t deadline, bool *same,
                                  pickle_error *err);

/* ---- threads ---- */

typedef struct pickle__mutex pickle__mutex;

/* NULL if there is no memory. */
pickle__mutex *pickle__mutex_new(const pickle_allocator *alloc);
void pickle__mutex_free(pickle__mutex *mutex);
void pickle__mutex_lock(pickle__mutex *mutex);
void pickle__mutex_unlock(pickle__mutex *mutex);

/* Make a mutex free in the child of a fork, whoever held it in the parent. */
void pickle__mutex_after_fork(pickle__mutex *mutex);

typedef struct pickle__thread pickle__thread;

/* Start a thread in which no signal is delivered. */
pickle_code pickle__thread_start(void (*run)(void *ctx), void *ctx,
                                 const pickle_allocator *alloc,
                                 pickle__thread **thread, pickle_error *err);

/* Wait for its end and free it. */
void pickle__thread_join(pickle__thread *thread);

/* Free it in the child of a fork, where it does not run. */
void pickle__thread_after_fork(pickle__thread *thread);

#endif
