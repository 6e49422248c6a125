/* pickle/number_text.h  Numbers from text, as Python's int() and float(). */
#ifndef PICKLE_PICKLE_NUMBER_TEXT_H
#define PICKLE_PICKLE_NUMBER_TEXT_H

#include <pickleproof/alloc.h>
#include <pickleproof/value.h>

typedef enum pickle__number_result {
    PICKLE__NUMBER_OK,
    PICKLE__NUMBER_INVALID,
    PICKLE__NUMBER_DIGITS, /* more decimal digits than the limit */
    PICKLE__NUMBER_RANGE,  /* a float too large */
    PICKLE__NUMBER_NOMEM
} pickle__number_result;

typedef struct pickle__int_text {
    unsigned base;     /* in: 0 or 10; out: what CPython's message says */
    size_t max_digits; /* in: of a number not in base 2, 8 or 16 */
    bool junk_is_last; /* in: up to 3.11 what follows the digits is looked at
                          after a leading zero */
    size_t digits;     /* out */
} pickle__int_text;

/* int(text, base), all of `text[len]`. */
pickle__number_result pickle__int_from_text(pickle_doc *doc,
                                            const pickle_allocator *alloc,
                                            const uint8_t *text, size_t len,
                                            pickle__int_text *how,
                                            pickle_value *v);

/* The number that `text[len]` begins with, *used bytes of it; 0 used if none.
 * RANGE: too large, *x is infinite. */
pickle__number_result pickle__float_from_text(const pickle_allocator *alloc,
                                              const uint8_t *text, size_t len,
                                              size_t *used, double *x);

/* Whether int() and float() skip a byte at both ends. */
static inline bool pickle__is_space(uint8_t c) {
    return c == ' ' || (c >= '\t' && c <= '\r');
}

/* Value of a digit in bases up to 36; 255 if it is none. */
static inline unsigned pickle__digit(uint8_t c) {
    if (c >= '0' && c <= '9') {
        return (unsigned)(c - '0');
    }
    if (c >= 'a' && c <= 'z') {
        return (unsigned)(c - 'a' + 10);
    }
    if (c >= 'A' && c <= 'Z') {
        return (unsigned)(c - 'A' + 10);
    }
    return 255;
}

#endif
