/*
 * jsonl.h  The JSON Lines report, from which all others can be made: a header,
 * a line a check, a footer.
 */
#ifndef RUNNER_JSONL_H
#define RUNNER_JSONL_H

#include "result.h"

/* Append one line each, with its newline. Results are written as they come in;
 * their numbers say in which order they belong. */
void jsonl_header(const run_info *info, buffer *out);
void jsonl_result(const result *r, size_t number, buffer *out);
void jsonl_footer(const run_info *info, const summary *s, buffer *out);

/* Append `text` as a JSON string; bytes that are not UTF-8 become U+FFFD. */
void json_quote(const char *text, buffer *out);

/* Read a report. False with a message in `why`. */
bool jsonl_read(results *r, const char *path, buffer *why);

#endif
