/*
 * pickle/writer.h  Where the pickler's bytes go: a buffer that grows, framed
 * at protocols 4 and 5, and written out in CPython's pieces when streaming.
 *
 *     begin          frame    frame + 9            pos        hard       end
 *     | PROTO, frames | FRAME n | opcodes ...       |  free    |  slack   |
 *
 * Between two checks the pickler stores at most PICKLE__SLACK bytes, so one
 * comparison with `limit` serves two purposes: that the slack is there, and
 * that the open frame is not yet full.
 */
#ifndef PICKLE_PICKLE_WRITER_H
#define PICKLE_PICKLE_WRITER_H

#include <string.h>

#include <pickleproof/pickle.h>

#include "base/error.h"

enum {
    /* A str of 255 bytes with its opcodes, and what closes containers. */
    PICKLE__SLACK = 384,
    PICKLE__FRAME_HEADER = 9,
    PICKLE__FRAME_MIN = 4,
    PICKLE__FRAME_TARGET = 65536
};

#define PICKLE__NO_FRAME SIZE_MAX

typedef struct pickle__writer {
    uint8_t *pos;
    uint8_t *limit; /* the lower of hard and the open frame's cut */
    uint8_t *hard;  /* end less the slack; NULL while there is no buffer */
    uint8_t *begin;
    size_t frame; /* offset of the open frame's header, PICKLE__NO_FRAME */
    pickle_bytes_buffer *out;
    pickle_write_fn write; /* NULL: to memory */
    void *write_ctx;
    bool framing;
    pickle_error *err; /* nullable */
} pickle__writer;

/* Start behind what out holds. */
pickle_code pickle__writer_start(pickle__writer *w, pickle_bytes_buffer *out,
                                 bool framing, pickle_error *err);

/* Make sure of `more` bytes and the slack behind pos. */
pickle_code pickle__writer_grow(pickle__writer *w, size_t more);

/* What save() begins with when pos has reached limit: close a frame that is
 * full, make room. */
pickle_code pickle__writer_boundary(pickle__writer *w);

/* Store `header[header_len]` (short) and `data[len]`; 64 KiB and more go
 * outside frames, and when streaming to write() on their own. */
pickle_code pickle__writer_payload(pickle__writer *w, const uint8_t *header,
                                   size_t header_len, const uint8_t *data,
                                   size_t len);

/* Open and close a frame; nothing is left of one that stayed empty. */
void pickle__frame_open(pickle__writer *w);
void pickle__frame_close(pickle__writer *w);

/* Close the frame and, when streaming, write what is left. */
pickle_code pickle__writer_finish(pickle__writer *w);

/* Make sure of the slack at the start of a step that is no save(). */
static inline pickle_code pickle__writer_room(pickle__writer *w) {
    return PICKLE__LIKELY(w->pos <= w->hard) ? PICKLE_OK
                                             : pickle__writer_grow(w, 0);
}

static inline void pickle__store_le16(uint8_t *p, unsigned n) {
    p[0] = (uint8_t)n;
    p[1] = (uint8_t)(n >> 8);
}

static inline void pickle__store_le32(uint8_t *p, uint32_t n) {
    p[0] = (uint8_t)n;
    p[1] = (uint8_t)(n >> 8);
    p[2] = (uint8_t)(n >> 16);
    p[3] = (uint8_t)(n >> 24);
}

static inline void pickle__store_le64(uint8_t *p, uint64_t n) {
    pickle__store_le32(p, (uint32_t)n);
    pickle__store_le32(p + 4, (uint32_t)(n >> 32));
}

static inline void pickle__store_be64(uint8_t *p, uint64_t n) {
    for (int i = 0; i < 8; i++) {
        p[i] = (uint8_t)(n >> (56 - 8 * i));
    }
}

/* Store one byte within the slack. */
static inline void pickle__put(pickle__writer *w, unsigned byte) {
    *w->pos++ = (uint8_t)byte;
}

/* Store a few bytes within the slack. */
static inline void pickle__put_bytes(pickle__writer *w, const void *data,
                                     size_t len) {
    memcpy(w->pos, data, len);
    w->pos += len;
}

#endif
