/* failing_calls.c  What stands between the library and the system. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE 1 /* NOLINT */
#endif

#include "failing_calls.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

enum { MOST_ERRORS = 256 };
enum { INTERRUPT = 1, BLOCK = 2, AGAIN = 3, SHORT = 4, DONE = 8 };

static atomic_bool armed;
static atomic_int fault;
static atomic_size_t counted;
static atomic_size_t first;
static atomic_bool had[MOST_ERRORS];
static _Atomic(const char *) last_name;
static atomic_bool kept_file;
static atomic_bool everywhere;
static _Thread_local bool is_tester;
static _Thread_local bool is_exempt;

void failing_calls_arm(call_fault what, size_t n) {
    fault = (int)what;
    first = n;
    counted = 0;
    for (int i = 0; i < MOST_ERRORS; i++) {
        had[i] = false;
    }
    last_name = "none";
    kept_file = false;
    everywhere = false;
    is_tester = true;
    armed = true;
}

void failing_calls_everywhere(void) {
    everywhere = true;
}

size_t failing_calls_disarm(void) {
    armed = false;
    return counted;
}

bool failing_calls_exempt(bool exempt) {
    bool was = is_exempt;
    is_exempt = exempt;
    return was;
}

call_fault failing_calls_fault(void) {
    return (call_fault)fault;
}

bool failing_calls_had(int error) {
    return error > 0 && error < MOST_ERRORS && had[error];
}

const char *failing_calls_name(void) {
    return last_name;
}

bool failing_calls_kept_file(void) {
    return kept_file;
}

static bool can_happen(int kinds) {
    switch (failing_calls_fault()) {
    case CALL_EINTR: return kinds & INTERRUPT;
    case CALL_EAGAIN: return kinds & BLOCK;
    case CALLS_ARE_SHORT: return kinds & SHORT;
    default: return true;
    }
}

/* Whether this call has the fault. */
static bool is_due(int kinds) {
    bool here = (is_tester || everywhere) && !is_exempt;
    if (!armed || !here || !can_happen(kinds)) {
        return false;
    }
    size_t n = ++counted;
    return n == first ||
           (n > first && (fault == CALLS_FAIL || fault == CALLS_ARE_SHORT));
}

static int fail(const char *name, int error) {
    error = fault == CALL_EINTR ? EINTR : fault == CALL_EAGAIN ? EAGAIN : error;
    had[error] = true;
    last_name = name;
    if (strcmp(name, "unlink") == 0 || strcmp(name, "rmdir") == 0) {
        kept_file = true;
    }
    errno = error;
    return -1;
}

/* ---- the wrappers ---- */

/* The names are the linker's. NOLINTBEGIN */
#define CALL(result, name, parameters, arguments, error, kinds, failed, less)  \
    result __real_##name parameters;                                           \
    result __wrap_##name parameters;
#include "failing_calls.def"
#undef CALL
int __real_fcntl(int fd, int command, ...);
int __wrap_fcntl(int fd, int command, ...);

/* Half of so many bytes; of one, one. */
static size_t half(size_t len) {
    return len - len / 2;
}

/* The first half of what is to be written, of two pieces at most. */
static size_t first_half(const struct iovec *iov, size_t count,
                         struct iovec out[2]) {
    size_t total = 0;
    size_t pieces = 0;
    for (size_t i = 0; i < count; i++) {
        total += iov[i].iov_len;
    }
    for (size_t left = half(total); left && pieces < 2; pieces++) {
        out[pieces] = iov[pieces];
        if (out[pieces].iov_len > left) {
            out[pieces].iov_len = left;
        }
        left -= out[pieces].iov_len;
    }
    return pieces;
}

static ssize_t short_writev(int fd, const struct iovec *iov, int count) {
    struct iovec some[2];
    return __real_writev(fd, some, (int)first_half(iov, (size_t)count, some));
}

static ssize_t short_sendmsg(int fd, const struct msghdr *msg, int flags) {
    struct iovec some[2];
    struct msghdr less = *msg;
    less.msg_iovlen = first_half(msg->msg_iov, msg->msg_iovlen, some);
    less.msg_iov = some;
    return __real_sendmsg(fd, &less, flags);
}

#define CALL(result, name, parameters, arguments, error, kinds, failed, less)  \
    result __wrap_##name parameters {                                          \
        if (!is_due(kinds)) {                                                  \
            return __real_##name arguments;                                    \
        }                                                                      \
        if (fault == CALLS_ARE_SHORT) {                                        \
            return (result)(less);                                             \
        }                                                                      \
        if ((kinds)&DONE) {                                                    \
            (void)__real_##name arguments;                                     \
        }                                                                      \
        fail(#name, error);                                                    \
        return (result)(failed);                                               \
    }
#include "failing_calls.def"
#undef CALL

int __wrap_fcntl(int fd, int command, ...) {
    va_list rest;
    va_start(rest, command);
    long argument = va_arg(rest, long);
    va_end(rest);
    return is_due(0) ? fail("fcntl", EMFILE)
                     : __real_fcntl(fd, command, argument);
}
/* NOLINTEND */
