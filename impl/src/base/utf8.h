/* base/utf8.h  UTF-8 as Python's "surrogatepass" has it: a lone surrogate is
 * three bytes of its own. */
#ifndef PICKLE_BASE_UTF8_H
#define PICKLE_BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Where and why `data[len]` is not such UTF-8. */
typedef struct pickle__utf8_error {
    size_t start;       /* offset of the first bad byte */
    size_t end;         /* offset after the last bad byte */
    const char *reason; /* CPython's: "invalid start byte", ... */
} pickle__utf8_error;

/*
 * Whether `data[len]` is UTF-8 with surrogatepass. *ascii (nullable) tells
 * whether every byte is below 0x80. bad (nullable) is written on failure,
 * with what CPython's codec reports.
 */
bool pickle__utf8_valid(const uint8_t *data, size_t len, bool *ascii,
                        pickle__utf8_error *bad);

/* Whether `data[len]` is UTF-8 without surrogates; *bad is written on failure.
 */
bool pickle__utf8_strict(const uint8_t *data, size_t len,
                         pickle__utf8_error *bad);

/* The character at data[*pos], which must be valid; *pos moves past it. */
uint32_t pickle__utf8_next(const uint8_t *data, size_t *pos);

/* Write a character (surrogates allowed) to out[4]; returns its length. */
size_t pickle__utf8_put(uint8_t *out, uint32_t c);

/* Number of characters of valid `data[len]`. */
size_t pickle__utf8_count(const uint8_t *data, size_t len);

#endif
