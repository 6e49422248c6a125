/* base/decimal.h  Ints of any size as decimal text, as Python's str(). */
#ifndef PICKLE_BASE_DECIMAL_H
#define PICKLE_BASE_DECIMAL_H

#include <stddef.h>
#include <stdint.h>

/* Most characters of an int64_t, with its sign. */
enum { PICKLE__DECIMAL_SMALL = 20 };

/* Write n; returns the number of characters. */
size_t pickle__decimal_small(uint8_t out[PICKLE__DECIMAL_SMALL], int64_t n);

/* Digits that the int of `data[len]`, in the form of pickle__decimal(), has at
 * least: to refuse what is too long before doing the work. */
size_t pickle__decimal_least_digits(const uint8_t *data, size_t len);

/* Bytes that pickle__decimal() needs for len bytes: more than the text. */
static inline size_t pickle__decimal_room(size_t len) {
    return len / 2 * 5 + 32;
}

/*
 * Write the int of `data[len]`, little-endian two's complement, to out, which
 * has pickle__decimal_room(len) bytes; returns the number of characters. Time
 * grows with the square of len.
 */
size_t pickle__decimal(uint8_t *out, const uint8_t *data, size_t len);

#endif
