/* buffer.c  See buffer.h. */
#include "buffer.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "message.h"

static void out_of_memory(void) {
    complain("out of memory");
    exit(EXIT_NOT_RUN);
}

void *must_alloc(size_t size) {
    void *p = malloc(size ? size : 1);
    if (!p)
        out_of_memory();
    return p;
}

void *must_calloc(size_t count, size_t size) {
    void *p = calloc(count ? count : 1, size);
    if (!p)
        out_of_memory();
    return p;
}

void *must_resize(void *ptr, size_t size) {
    void *p = realloc(ptr, size ? size : 1);
    if (!p)
        out_of_memory();
    return p;
}

char *must_copy_len(const char *text, size_t len) {
    char *copy = must_alloc(len + 1);
    memcpy(copy, text, len);
    copy[len] = '\0';
    return copy;
}

char *must_copy(const char *text) {
    return must_copy_len(text, strlen(text));
}

char *buffer_room(buffer *b, size_t more) {
    if (more >= SIZE_MAX / 4 || b->len >= SIZE_MAX / 4)
        out_of_memory();
    size_t need = b->len + more + 1;
    if (need > b->cap) {
        size_t cap = b->cap ? b->cap : 64;
        while (cap < need)
            cap *= 2;
        b->data = must_resize(b->data, cap);
        b->cap = cap;
    }
    b->data[b->len] = '\0';
    return b->data + b->len;
}

void buffer_add(buffer *b, const void *data, size_t len) {
    char *to = buffer_room(b, len);
    if (len)
        memcpy(to, data, len);
    b->len += len;
    b->data[b->len] = '\0';
}

void buffer_puts(buffer *b, const char *text) {
    buffer_add(b, text, strlen(text));
}

void buffer_putc(buffer *b, char c) {
    buffer_add(b, &c, 1);
}

void buffer_fill(buffer *b, char c, size_t count) {
    char *to = buffer_room(b, count);
    memset(to, c, count);
    b->len += count;
    b->data[b->len] = '\0';
}

void buffer_printf(buffer *b, const char *format, ...) {
    va_list args;
    va_start(args, format);
    va_list again;
    va_copy(again, args);
    int need = vsnprintf(NULL, 0, format, args);
    va_end(args);
    if (need > 0) {
        char *to = buffer_room(b, (size_t)need);
        vsnprintf(to, (size_t)need + 1, format, again);
        b->len += (size_t)need;
    }
    va_end(again);
}

void buffer_hex(buffer *b, const void *data, size_t len) {
    static const char digits[] = "0123456789abcdef";
    const uint8_t *p = data;
    char *to = buffer_room(b, len * 2);
    for (size_t i = 0; i < len; i++) {
        to[2 * i] = digits[p[i] >> 4];
        to[2 * i + 1] = digits[p[i] & 15];
    }
    b->len += len * 2;
    b->data[b->len] = '\0';
}

static int digit_of(char c) {
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return -1;
}

bool buffer_unhex(buffer *b, const char *hex, size_t len) {
    if (len % 2 != 0)
        return false;
    size_t before = b->len;
    char *to = buffer_room(b, len / 2);
    for (size_t i = 0; i < len; i += 2) {
        int high = digit_of(hex[i]);
        int low = digit_of(hex[i + 1]);
        if (high < 0 || low < 0) {
            b->data[before] = '\0';
            return false;
        }
        *to++ = (char)(high << 4 | low);
    }
    b->len += len / 2;
    b->data[b->len] = '\0';
    return true;
}

void buffer_drop(buffer *b, size_t count) {
    if (count >= b->len) {
        buffer_clear(b);
        return;
    }
    memmove(b->data, b->data + count, b->len - count + 1);
    b->len -= count;
}

const char *buffer_text(const buffer *b) {
    return b->data ? b->data : "";
}

char *buffer_take(buffer *b) {
    char *text = b->data ? b->data : must_copy("");
    *b = (buffer){0};
    return text;
}

void buffer_clear(buffer *b) {
    b->len = 0;
    if (b->data)
        b->data[0] = '\0';
}

void buffer_free(buffer *b) {
    free(b->data);
    *b = (buffer){0};
}
