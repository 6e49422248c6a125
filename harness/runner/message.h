/*
 * message.h  Exit codes, and one-line messages on standard error.
 */
#ifndef RUNNER_MESSAGE_H
#define RUNNER_MESSAGE_H

#include "buffer.h"

/* What a command ends with: documented in harness/README.md, read by CI. */
enum {
    EXIT_AS_EXPECTED = 0,
    EXIT_NOT_AS_EXPECTED = 1,
    EXIT_USAGE = 2,   /* a wrong option, or a file that cannot be used */
    EXIT_NOT_RUN = 3, /* the testee or the runner itself could not run */
    EXIT_NOTHING = 4  /* nothing was selected, or nothing could be checked */
};

/* How this program was called, for lines that a person can copy. */
extern const char *program_name;

/* Print "pickleproof: ..." and a newline on standard error. The message says
 * what is wrong and what to do about it. */
void complain(const char *format, ...) RUNNER_PRINTF(1, 2);

/* Write standard output out; EXIT_NOT_RUN with a message if that fails (a full
 * disk), otherwise `code`. */
int close_output(int code);

#endif
