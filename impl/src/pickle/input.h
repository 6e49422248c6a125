/*
 * pickle/input.h  Reading bytes: from memory or from a stream, inside frames
 * or not, as the C or the pure-Python unpickler does.
 *
 * Every function works on hot.p and hot.end. Pointers it hands out hold until
 * the next call. After a failure the error is recorded.
 */
#ifndef PICKLE_PICKLE_INPUT_H
#define PICKLE_PICKLE_INPUT_H

#include "pickle/decoder.h"

/* Offset in the input of a place among the bytes at hand. */
static inline size_t pickle__offset(const pickle_decoder *d, const uint8_t *p) {
    return d->base + (size_t)(p - d->begin);
}

/* Start reading `data[len]`, or from a source. */
void pickle__input_memory(pickle_decoder *d, const uint8_t *data, size_t len);
void pickle__input_stream(pickle_decoder *d, pickle_read_fn read, void *ctx);

/* Have an opcode at hot.p; PICKLE_ERR_EOF where there is none. */
pickle_code pickle__input_opcode(pickle_decoder *d);

/* Take a fixed argument of 1 to 8 bytes. */
pickle_code pickle__input_arg(pickle_decoder *d, size_t n,
                              const uint8_t **data);

/* How a payload is read: CPython's C unpickler copies some into an object of
 * their own, which may begin in one frame and end behind it. */
typedef enum pickle__payload {
    PICKLE__PAYLOAD_READ, /* str, int: read as a unit */
    PICKLE__PAYLOAD_INTO  /* bytes, bytearray: read into the object */
} pickle__payload;

/* Take n bytes. The pure-Python unpickler accepts fewer where the input ends:
 * *got tells; otherwise *got is n. */
pickle_code pickle__input_payload(pickle_decoder *d, uint64_t n,
                                  pickle__payload how, const uint8_t **data,
                                  size_t *got);

/* Take a line; min_len is the least length the C unpickler accepts. */
pickle_code pickle__input_line(pickle_decoder *d, size_t min_len,
                               pickle__line *line);

/* The FRAME opcode. */
pickle_code pickle__op_frame(pickle_decoder *d);

static inline uint32_t pickle__u32(const uint8_t *p) {
    return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 |
           (uint32_t)p[3] << 24;
}

static inline uint64_t pickle__u64(const uint8_t *p) {
    return (uint64_t)pickle__u32(p) | (uint64_t)pickle__u32(p + 4) << 32;
}

#endif
