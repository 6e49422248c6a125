#include "base/text.h"

#include <stdio.h>

#include "base/alloc.h"
#include "base/checked.h"

#ifdef PICKLE_HOSTILE
#define FIRST_CAP ((size_t)1)
#else
#define FIRST_CAP ((size_t)128)
#endif

void pickle__text_init(pickle__text *t, const pickle_allocator *alloc) {
    memset(t, 0, sizeof *t);
    t->alloc = *alloc;
}

void pickle__text_deinit(pickle__text *t) {
    pickle__free(&t->alloc, t->data, t->cap);
    t->data = NULL;
    t->len = t->cap = 0;
}

uint8_t *pickle__text_reserve(pickle__text *t, size_t more) {
    size_t need;
    if (t->failed || !pickle__add_size(t->len, more, &need)) {
        t->failed = true;
        return NULL;
    }
    if (need > t->cap || !t->data) {
        size_t cap = t->cap ? t->cap : FIRST_CAP;
        while (cap < need) {
            cap = cap > SIZE_MAX / 2 ? need : cap * 2;
        }
        uint8_t *data = pickle__realloc(&t->alloc, t->data, t->cap, cap);
        if (!data) {
            t->failed = true;
            return NULL;
        }
        t->data = data;
        t->cap = cap;
    }
    return t->data + t->len;
}

void pickle__text_put(pickle__text *t, const void *data, size_t len) {
    uint8_t *to = pickle__text_reserve(t, len);
    if (to && len) {
        memcpy(to, data, len);
        t->len += len;
    }
}

void pickle__text_str(pickle__text *t, const char *s) {
    pickle__text_put(t, s, strlen(s));
}

void pickle__text_fill(pickle__text *t, char c, size_t count) {
    uint8_t *to = pickle__text_reserve(t, count);
    if (to) {
        memset(to, c, count);
        t->len += count;
    }
}

void pickle__text_format(pickle__text *t, const char *format, ...) {
    char small[128];
    va_list args;
    va_list again;
    va_start(args, format);
    va_copy(again, args);
    int n = vsnprintf(small, sizeof small, format, args);
    va_end(args);
    if (n < 0) {
        t->failed = true;
    } else if ((size_t)n < sizeof small) {
        pickle__text_put(t, small, (size_t)n);
    } else {
        uint8_t *to = pickle__text_reserve(t, (size_t)n + 1);
        if (to) {
            vsnprintf((char *)to, (size_t)n + 1, format, again);
            t->len += (size_t)n;
        }
    }
    va_end(again);
}

void pickle__text_terminate(pickle__text *t) {
    uint8_t *to = pickle__text_reserve(t, 1);
    if (to) {
        *to = '\0';
    }
}
