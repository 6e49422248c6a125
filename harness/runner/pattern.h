/*
 * pattern.h  Patterns over ids: parts between slashes, `*` matches within one
 * part, a part `**` matches any number of parts.
 */
#ifndef RUNNER_PATTERN_H
#define RUNNER_PATTERN_H

#include <stdbool.h>

/* Whether the whole of `id` matches. */
bool pattern_match(const char *pattern, const char *id);

/* Whether the pattern could match an id that starts with `prefix` (whole
 * parts): tells which vector files need not be read. */
bool pattern_may_start(const char *pattern, const char *prefix);

/* Whether the pattern has a wildcard. */
bool pattern_is_wild(const char *pattern);

/* Whether `text` matches one of the patterns of a list "a|b*|c", in which `*`
 * matches anything. */
bool pattern_list_match(const char *list, const char *text);

#endif
