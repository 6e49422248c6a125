/*
 * testee_c.h  The built-in testee: this library behind the line protocol of
 * harness/PROTOCOL.md. A program of its own, a command of the runner, and (for
 * testees that are not byte-exact) the runner's own means to compare values.
 */
#ifndef TESTEE_C_H
#define TESTEE_C_H

#include <stdbool.h>
#include <stddef.h>

#include "buffer.h"

/* Serve requests from standard input until "bye" or its end. Returns an exit
 * code. */
int testee_serve(void);

/* Answer one line, without its newline: append the reply, without one either.
 * False when the line says bye. */
bool testee_answer(const char *line, size_t len, buffer *reply);

/* The operations, on a request taken apart. */
struct testee_request;
void testee_load(const struct testee_request *r, buffer *reply);
void testee_dump(const struct testee_request *r, buffer *reply);
void testee_redump(const struct testee_request *r, buffer *reply);
void testee_dis(const struct testee_request *r, buffer *reply);
void testee_genops(const struct testee_request *r, buffer *reply);
void testee_optimize(const struct testee_request *r, buffer *reply);

#endif
