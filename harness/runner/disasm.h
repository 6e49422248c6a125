/*
 * disasm.h  Pickles as lists of opcodes, for people: one, or two side by side.
 */
#ifndef RUNNER_DISASM_H
#define RUNNER_DISASM_H

#include "buffer.h"

/* Append one line an opcode, at most max_lines, each after `indent`. */
void disasm_print(const void *data, size_t len, size_t max_lines,
                  const char *indent, buffer *out);

/* Append both side by side around the first opcode in which they differ, which
 * is marked with ">". */
void disasm_compare(const void *expected, size_t expected_len,
                    const void *actual, size_t actual_len, buffer *out);

#endif
