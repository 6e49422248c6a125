/*
 * buffer.h  A growing string of bytes, always followed by a NUL.
 *
 * Running out of memory ends the program: a command has nothing better to do.
 */
#ifndef RUNNER_BUFFER_H
#define RUNNER_BUFFER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct buffer {
    char *data; /* data[len] and a NUL; NULL while nothing was added */
    size_t len;
    size_t cap;
} buffer;

#if defined(__GNUC__)
#define RUNNER_PRINTF(f, a) __attribute__((format(printf, f, a)))
#else
#define RUNNER_PRINTF(f, a)
#endif

/* Make room for `more` bytes; returns where to put them. */
char *buffer_room(buffer *b, size_t more);

void buffer_add(buffer *b, const void *data, size_t len);
void buffer_puts(buffer *b, const char *text);
void buffer_putc(buffer *b, char c);
void buffer_printf(buffer *b, const char *format, ...) RUNNER_PRINTF(2, 3);
void buffer_fill(buffer *b, char c, size_t count);

/* Add `data[len]` as lower-case hex. */
void buffer_hex(buffer *b, const void *data, size_t len);

/* Add the bytes that `hex[len]` stands for; false (and nothing added) if it is
 * not hex. */
bool buffer_unhex(buffer *b, const char *hex, size_t len);

/* Remove the first `count` bytes. */
void buffer_drop(buffer *b, size_t count);

/* The text, never NULL. */
const char *buffer_text(const buffer *b);

/* Hand the text over to the caller, who frees it; b is empty then. */
char *buffer_take(buffer *b);

void buffer_clear(buffer *b);
void buffer_free(buffer *b);

/* malloc, calloc, realloc, strdup that do not fail. */
void *must_alloc(size_t size);
void *must_calloc(size_t count, size_t size);
void *must_resize(void *ptr, size_t size);
char *must_copy(const char *text);
char *must_copy_len(const char *text, size_t len);

#endif
