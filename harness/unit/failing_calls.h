/*
 * failing_calls.h  System calls that fail when a test says so: the n-th, or the
 * n-th and all later ones. The linker puts failing_calls.c between the library
 * and the system (-Wl,--wrap), for the calls of failing_calls.def and fcntl().
 */
#ifndef PICKLE_FAILING_CALLS_H
#define PICKLE_FAILING_CALLS_H

#include <stdbool.h>
#include <stddef.h>

typedef enum call_fault {
    CALL_FAILS,      /* one call, with its own error */
    CALLS_FAIL,      /* that one and all later */
    CALL_EINTR,      /* one that is repeated then */
    CALL_EAGAIN,     /* one of those that may not wait */
    CALLS_ARE_SHORT, /* that one and all later do half */
    CALL_FAULTS
} call_fault;

/* Count calls to which the fault can happen, from 1, in this thread; the n-th
 * has it. */
void failing_calls_arm(call_fault fault, size_t n);

/* Count those of all threads. Until the next arming. */
void failing_calls_everywhere(void);

/* Let calls be. How many were counted since. */
size_t failing_calls_disarm(void);

/* The calls of this thread are neither counted nor made to fail: those of the
 * test itself. Returns whether they were so before. */
bool failing_calls_exempt(bool exempt);

/* What was armed last. */
call_fault failing_calls_fault(void);

/* Whether a call failed with this error. */
bool failing_calls_had(int error);

/* The last call that was made to fail. */
const char *failing_calls_name(void);

/* Whether a file or a folder could not be removed. */
bool failing_calls_kept_file(void);

#endif
