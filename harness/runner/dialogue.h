/*
 * dialogue.h  Talking to one testee by hand: raw bytes out, lines in.
 */
#ifndef RUNNER_DIALOGUE_H
#define RUNNER_DIALOGUE_H

#include "buffer.h"
#include "spawn.h"

typedef struct dialogue {
    process process;
    buffer in; /* read, not yet handed out */
    size_t at;
    buffer errors; /* its standard error */
    bool ended;    /* its output is at its end */
} dialogue;

bool dialogue_start(dialogue *d, char *const argv[], buffer *why);

/* With a folder of its own for temporary files: see spawn_start_in(). */
bool dialogue_start_in(dialogue *d, char *const argv[], const char *temporary,
                       buffer *why);

/* Send bytes, reading meanwhile, so that neither side blocks. False when it
 * does not take them within timeout_ms. */
bool dialogue_send(dialogue *d, const char *data, size_t len,
                   double timeout_ms);

/* The next line, without its end, valid until the next call; NULL at the end
 * of its output or after timeout_ms. */
char *dialogue_line(dialogue *d, double timeout_ms);

/* Close its input and wait; false if it had to be ended by force. */
bool dialogue_end(dialogue *d, double timeout_ms, ending *how);

/* Release everything; tells whether processes of its group were left. */
bool dialogue_free(dialogue *d);

#endif
