/*
 * base/text.h  Text (or bytes) that grows, with a sticky failure.
 *
 * A failed allocation sets `failed`; whatever is appended later is dropped, so
 * a writer checks once, at the end.
 */
#ifndef PICKLE_BASE_TEXT_H
#define PICKLE_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <pickleproof/alloc.h>

#include "base/error.h"

typedef struct pickle__text {
    uint8_t *data;
    size_t len;
    size_t cap;
    pickle_allocator alloc;
    bool failed;
} pickle__text;

void pickle__text_init(pickle__text *t, const pickle_allocator *alloc);

void pickle__text_deinit(pickle__text *t);

/* Room for `more` bytes behind len; NULL, and failed set, if there is none. */
uint8_t *pickle__text_reserve(pickle__text *t, size_t more);

void pickle__text_put(pickle__text *t, const void *data, size_t len);

/* A string with its NUL left out. */
void pickle__text_str(pickle__text *t, const char *s);

void pickle__text_fill(pickle__text *t, char c, size_t count);

/* As printf. */
void pickle__text_format(pickle__text *t, const char *format, ...)
    PICKLE__PRINTF(2, 3);

/* A NUL behind the text that len does not count. */
void pickle__text_terminate(pickle__text *t);

static inline void pickle__text_byte(pickle__text *t, uint8_t c) {
    if (PICKLE__LIKELY(t->len < t->cap && !t->failed)) {
        t->data[t->len++] = c;
    } else {
        pickle__text_put(t, &c, 1);
    }
}

#endif
