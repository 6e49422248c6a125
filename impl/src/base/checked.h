/* base/checked.h  Arithmetic on lengths that come from input. */
#ifndef PICKLE_BASE_CHECKED_H
#define PICKLE_BASE_CHECKED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* *out = a + b; false, and *out unchanged, if it does not fit. */
static inline bool pickle__add_size(size_t a, size_t b, size_t *out) {
    if (a > SIZE_MAX - b) {
        return false;
    }
    *out = a + b;
    return true;
}

/* *out = a * b; false, and *out unchanged, if it does not fit. */
static inline bool pickle__mul_size(size_t a, size_t b, size_t *out) {
    if (b != 0 && a > SIZE_MAX / b) {
        return false;
    }
    *out = a * b;
    return true;
}

#endif
