/*
 * wire.h  Answers to WIRE questions: a list of words, one for each call, for
 * what was written and for what was used (harness/PROTOCOL.md).
 */
#ifndef RUNNER_WIRE_H
#define RUNNER_WIRE_H

#include "testee.h"
#include "vectors.h"

/* What is wrong with the words of a reply, or NULL if they are what the form
 * says. The classes of exceptions count if `classes`. */
const char *wire_mismatch(const form *f, const reply *p, bool classes);

/* The message, in hex, of the last exception of a reply; NULL if it has none.
 */
const char *wire_last_message(const reply *p);

/* Both sides, word by word; bytes written are taken apart into messages. */
void wire_explain(const form *f, const reply *p, buffer *out);

/* Bytes, in hex, as the messages they are: one a line. */
void wire_print_messages(const char *hex, const char *indent, buffer *out);

/* The words of a form, one a line. */
void wire_print(const form *f, const char *indent, buffer *out);

#endif
