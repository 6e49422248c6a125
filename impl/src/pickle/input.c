#include "pickle/input.h"

#include <inttypes.h>

#include "base/checked.h"

#define STREAM_STEP ((size_t)65536)

void pickle__input_memory(pickle_decoder *d, const uint8_t *data, size_t len) {
    static const uint8_t nothing[1] = {0};
    d->begin = len ? data : nothing;
    d->data_end = d->begin + len;
    d->hot.p = d->begin;
    d->hot.end = d->data_end;
}

void pickle__input_stream(pickle_decoder *d, pickle_read_fn read, void *ctx) {
    pickle__input_memory(d, NULL, 0);
    d->read = read;
    d->read_ctx = ctx;
}

/* Bytes at hand that may be read without leaving the frame. */
static size_t available(const pickle_decoder *d) {
    return (size_t)(d->hot.end - d->hot.p);
}

/* At the end of a frame, the bytes behind it come next. */
static void leave_frame(pickle_decoder *d) {
    if (d->in_frame && d->hot.p == d->hot.end) {
        d->in_frame = false;
        d->hot.end = d->data_end;
    }
}

static pickle_code fail_truncated(pickle_decoder *d) {
    return pickle__fail(d, PICKLE_ERR_TRUNCATED, "pickle data was truncated");
}

static pickle_code fail_frame_end(pickle_decoder *d) {
    return pickle__fail(d, PICKLE_ERR_FRAME_END,
                        "pickle exhausted before end of frame");
}

/* Ask the source once for up to `want` bytes behind the `have` in the buffer.
 */
static pickle_code read_once(pickle_decoder *d, size_t have, size_t want,
                             size_t *got) {
    size_t need;
    if (!pickle__add_size(have, want, &need) ||
        !pickle__decoder_grow(d, (void **)&d->buf, NULL, &d->buf_cap, need,
                              1)) {
        return pickle__fail(d, PICKLE_ERR_NOMEM, "out of memory");
    }
    *got = 0;
    int status = d->read(d->read_ctx, d->buf + have, want, got);
    if (status != 0) {
        pickle__fail(d, PICKLE_ERR_HOOK, "the source failed: %d", status);
        d->error.os_error = status;
        return PICKLE_ERR_HOOK;
    }
    if (*got > want) {
        return pickle__fail(d, PICKLE_ERR_BUG,
                            "the source put more than was asked for");
    }
    return PICKLE_OK;
}

/*
 * Read n bytes from the source; what is left at hand comes first if keep, and
 * is dropped otherwise: so does CPython when an argument runs over the end of
 * what it has read as one frame. The buffer grows as bytes arrive, never by
 * what the input promises. Fewer than n are at hand at the end of the source.
 */
static pickle_code stream_fill(pickle_decoder *d, uint64_t n, bool keep) {
    size_t have = keep ? available(d) : 0;
    d->base = pickle__offset(d, d->hot.end) - have;
    if (have) {
        memmove(d->buf, d->hot.p, have);
    }
    pickle_code code = PICKLE_OK;
    while (have < n) {
        size_t step = have < STREAM_STEP ? STREAM_STEP : have;
        size_t want = n - have < step ? (size_t)(n - have) : step;
        size_t got;
        code = read_once(d, have, want, &got);
        if (code || got == 0) {
            break;
        }
        have += got;
    }
    d->begin = d->hot.p = d->buf;
    d->hot.end = d->data_end = have ? d->buf + have : d->buf;
    d->in_frame = false;
    return code;
}

/* Have n bytes at hand, or as many as there are. */
static pickle_code have_bytes(pickle_decoder *d, uint64_t n, bool keep) {
    if (available(d) >= n) {
        return PICKLE_OK;
    }
    leave_frame(d);
    if (available(d) >= n) {
        return PICKLE_OK;
    }
    if (d->in_frame) {
        return fail_frame_end(d);
    }
    return d->read ? stream_fill(d, n, keep) : PICKLE_OK;
}

pickle_code pickle__input_opcode(pickle_decoder *d) {
    d->op = -1;
    d->op_off = pickle__offset(d, d->hot.p);
    pickle_code code = have_bytes(d, 1, false);
    if (code) {
        return code;
    }
    if (available(d) == 0) {
        return pickle__fail(d, PICKLE_ERR_EOF, "Ran out of input");
    }
    return PICKLE_OK;
}

/* What a short fixed argument raises: struct.unpack() or an index in the
 * pure-Python unpickler. */
static pickle_code fail_short_arg(pickle_decoder *d, size_t n) {
    if (!d->pure) {
        return fail_truncated(d);
    }
    if (n == 1) {
        return pickle__fail(d, PICKLE_ERR_INDEX, "index out of range");
    }
    return pickle__fail(d, PICKLE_ERR_STRUCT,
                        "unpack requires a buffer of %zu bytes", n);
}

pickle_code pickle__input_arg(pickle_decoder *d, size_t n,
                              const uint8_t **data) {
    pickle_code code = have_bytes(d, n, false);
    if (code) {
        return code;
    }
    if (available(d) < n) {
        return fail_short_arg(d, n);
    }
    *data = d->hot.p;
    d->hot.p += n;
    return PICKLE_OK;
}

/* The C unpickler adds a length to its place in the buffer first. A file's
 * buffer has just given an argument of eight bytes, or is a frame. */
static bool would_overflow(const pickle_decoder *d, uint64_t n) {
    size_t place = (size_t)(d->hot.p - d->begin);
    return n > (uint64_t)INT64_MAX - place;
}

pickle_code pickle__input_payload(pickle_decoder *d, uint64_t n,
                                  pickle__payload how, const uint8_t **data,
                                  size_t *got) {
    if (!d->pure && how == PICKLE__PAYLOAD_READ && would_overflow(d, n)) {
        return pickle__fail(d, PICKLE_ERR_READ_OVERFLOW,
                            "read would overflow (invalid bytecode)");
    }
    pickle_code code = have_bytes(d, n, how == PICKLE__PAYLOAD_INTO);
    if (code) {
        return code;
    }
    *got = available(d) < n ? available(d) : (size_t)n;
    if (*got < n && !d->pure) {
        return fail_truncated(d);
    }
    *data = d->hot.p;
    d->hot.p += *got;
    return PICKLE_OK;
}

/* Read a line from the source, byte by byte: nothing behind it is asked for. */
static pickle_code stream_line(pickle_decoder *d) {
    size_t len = 0;
    size_t got = 0;
    d->base = pickle__offset(d, d->hot.end);
    pickle_code code;
    do {
        code = read_once(d, len, 1, &got);
        len += got;
    } while (!code && got && d->buf[len - 1] != '\n');
    d->begin = d->hot.p = d->buf;
    d->hot.end = d->data_end = d->buf + len;
    d->in_frame = false;
    return code;
}

static const uint8_t *find_newline(const pickle_decoder *d) {
    return available(d) ? memchr(d->hot.p, '\n', available(d)) : NULL;
}

pickle_code pickle__input_line(pickle_decoder *d, size_t min_len,
                               pickle__line *line) {
    leave_frame(d);
    const uint8_t *newline = find_newline(d);
    if (!newline && d->in_frame) {
        return fail_frame_end(d);
    }
    if (!newline && d->read) {
        pickle_code code = stream_line(d);
        if (code) {
            return code;
        }
        newline = find_newline(d);
    }
    if (!newline && !d->pure) {
        return fail_truncated(d);
    }
    line->text = d->hot.p;
    line->ended = newline != NULL;
    line->len = newline ? (size_t)(newline - d->hot.p) : available(d);
    d->hot.p += line->len + (newline ? 1 : 0);
    if (line->len < min_len && !d->pure) {
        return fail_truncated(d);
    }
    return PICKLE_OK;
}

static pickle_code fail_frame_size(pickle_decoder *d, uint64_t size) {
    if (d->pure) {
        return pickle__fail(d, PICKLE_ERR_VALUE,
                            "frame size > sys.maxsize: %" PRIu64, size);
    }
    return pickle__fail(d, PICKLE_ERR_SIZE_OVERFLOW,
                        "FRAME length exceeds system's maximum of "
                        "%" PRId64 " bytes",
                        INT64_MAX);
}

/* From here to `size` bytes on, nothing may cross. */
static void enter_frame(pickle_decoder *d, uint64_t size) {
    d->in_frame = size > 0;
    if (d->in_frame && available(d) > size) {
        d->hot.end = d->hot.p + size;
    }
}

/*
 * The C unpickler asks for the frame's bytes at once and then forgets the
 * frame; newer ones and the pure-Python one let nothing cross its end. The
 * latter takes a frame that the input ends in as it is, up to 3.14.
 */
pickle_code pickle__op_frame(pickle_decoder *d) {
    const uint8_t *arg = NULL;
    pickle_code code = pickle__input_arg(d, 8, &arg);
    if (code) {
        return code;
    }
    uint64_t size = pickle__u64(arg);
    leave_frame(d);
    if (d->pure && size > INT64_MAX) {
        return fail_frame_size(d, size);
    }
    if (d->strict_frames && d->in_frame) {
        return pickle__fail(d, PICKLE_ERR_FRAME_NESTED,
                            "beginning of a new frame before end of current "
                            "frame");
    }
    if (size > INT64_MAX) {
        return fail_frame_size(d, size);
    }
    if (!d->pure && would_overflow(d, size)) {
        return pickle__fail(d, PICKLE_ERR_READ_OVERFLOW,
                            "read would overflow (invalid bytecode)");
    }
    code = have_bytes(d, size, false);
    if (code) {
        return code;
    }
    if (available(d) < size) {
        if (!d->pure) {
            return fail_truncated(d);
        }
        if (d->cpython >= 315) {
            return pickle__fail(d, PICKLE_ERR_EOF, "Ran out of input");
        }
    }
    if (d->strict_frames) {
        enter_frame(d, size);
    }
    return PICKLE_OK;
}
