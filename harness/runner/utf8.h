/* utf8.h  Text from testees may be anything; reports must be UTF-8. */
#ifndef RUNNER_UTF8_H
#define RUNNER_UTF8_H

#include <stddef.h>
#include <stdint.h>

/* Length of the character at `s[len]` and its code point; an invalid byte has
 * length 1 and code point 0xfffd. len is at least 1. */
size_t utf8_next(const char *s, size_t len, uint32_t *code);

#endif
