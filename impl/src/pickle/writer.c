#include "pickle/writer.h"

#include "base/alloc.h"
#include "base/checked.h"

#ifdef PICKLE_HOSTILE
enum { FIRST_CAP = 1 };
#else
enum { FIRST_CAP = 1024 };
#endif

/* limit is where save() has to stop and look. */
static void set_limit(pickle__writer *w) {
    w->limit = w->hard;
    if (w->frame != PICKLE__NO_FRAME) {
        uint8_t *start = w->begin + w->frame + PICKLE__FRAME_HEADER;
        if (w->hard > start && w->hard - start > PICKLE__FRAME_TARGET) {
            w->limit = start + PICKLE__FRAME_TARGET;
        }
    }
}

pickle_code pickle__writer_grow(pickle__writer *w, size_t more) {
    pickle_bytes_buffer *out = w->out;
    size_t used = w->begin ? (size_t)(w->pos - w->begin) : out->len;
    size_t need;
    if (!pickle__add_size(used, more, &need) ||
        !pickle__add_size(need, PICKLE__SLACK, &need)) {
        return pickle__error_code(w->err, PICKLE_ERR_NOMEM, "buffer");
    }
    if (need > out->cap || !out->data) {
        if (!out->alloc.fn) {
            out->alloc = *pickle_allocator_default();
        }
        size_t cap = out->cap > SIZE_MAX / 2 ? SIZE_MAX : out->cap * 2;
        cap = cap < FIRST_CAP ? FIRST_CAP : cap;
        cap = cap < need ? need : cap;
        uint8_t *data = pickle__realloc(&out->alloc, out->data, out->cap, cap);
        if (!data) {
            return pickle__error_code(w->err, PICKLE_ERR_NOMEM, "buffer");
        }
        out->data = data;
        out->cap = cap;
    }
    w->begin = out->data;
    w->pos = out->data + used;
    w->hard = out->data + out->cap - PICKLE__SLACK;
    set_limit(w);
    return PICKLE_OK;
}

pickle_code pickle__writer_start(pickle__writer *w, pickle_bytes_buffer *out,
                                 bool framing, pickle_error *err) {
    w->out = out;
    w->begin = NULL;
    w->frame = PICKLE__NO_FRAME;
    w->framing = framing;
    w->err = err;
    return pickle__writer_grow(w, 0);
}

void pickle__frame_open(pickle__writer *w) {
    w->frame = (size_t)(w->pos - w->begin);
    w->pos += PICKLE__FRAME_HEADER;
    set_limit(w);
}

void pickle__frame_close(pickle__writer *w) {
    uint8_t *header = w->begin + w->frame;
    size_t len = (size_t)(w->pos - header) - PICKLE__FRAME_HEADER;
    if (len >= PICKLE__FRAME_MIN) {
        *header = 0x95; /* FRAME */
        pickle__store_le64(header + 1, len);
    } else {
        memmove(header, header + PICKLE__FRAME_HEADER, len);
        w->pos -= PICKLE__FRAME_HEADER;
    }
    w->frame = PICKLE__NO_FRAME;
    set_limit(w);
}

static pickle_code call_write(pickle__writer *w, const uint8_t *data,
                              size_t len) {
    int answer = w->write(w->write_ctx, data, len);
    if (answer) {
        pickle__error_code(w->err, PICKLE_ERR_HOOK, "write");
        if (w->err) {
            w->err->os_error = answer;
        }
        return PICKLE_ERR_HOOK;
    }
    return PICKLE_OK;
}

/* Write what is buffered, no frame being open. */
static pickle_code flush(pickle__writer *w) {
    size_t len = (size_t)(w->pos - w->begin);
    w->pos = w->begin;
    return len ? call_write(w, w->begin, len) : PICKLE_OK;
}

pickle_code pickle__writer_boundary(pickle__writer *w) {
    if (w->frame != PICKLE__NO_FRAME &&
        (size_t)(w->pos - w->begin) - w->frame >=
            PICKLE__FRAME_HEADER + PICKLE__FRAME_TARGET) {
        pickle__frame_close(w);
        pickle_code code = w->write ? flush(w) : PICKLE_OK;
        if (code) {
            return code;
        }
        code = pickle__writer_grow(w, 0);
        if (code) {
            return code;
        }
        pickle__frame_open(w);
    }
    return w->pos < w->hard ? PICKLE_OK : pickle__writer_grow(w, 1);
}

/* CPython closes the frame before a large payload and leaves framing off while
 * it is stored; when streaming it hands the payload to write() uncopied. */
static pickle_code large_payload(pickle__writer *w, const uint8_t *header,
                                 size_t header_len, const uint8_t *data,
                                 size_t len) {
    pickle_code code;
    if (w->framing) {
        pickle__frame_close(w);
    }
    if (w->write) {
        pickle__put_bytes(w, header, header_len);
        code = flush(w);
        code = code ? code : call_write(w, data, len);
    } else {
        code = pickle__writer_grow(w, header_len + len);
        if (!code) {
            pickle__put_bytes(w, header, header_len);
            memcpy(w->pos, data, len);
            w->pos += len;
        }
    }
    if (!code && w->framing) {
        pickle__frame_open(w);
    }
    return code;
}

pickle_code pickle__writer_payload(pickle__writer *w, const uint8_t *header,
                                   size_t header_len, const uint8_t *data,
                                   size_t len) {
    if (len >= PICKLE__FRAME_TARGET) {
        return large_payload(w, header, header_len, data, len);
    }
    if (w->hard - w->pos < (ptrdiff_t)(header_len + len)) {
        pickle_code code = pickle__writer_grow(w, header_len + len);
        if (code) {
            return code;
        }
    }
    pickle__put_bytes(w, header, header_len);
    if (len) {
        memcpy(w->pos, data, len);
        w->pos += len;
    }
    return PICKLE_OK;
}

pickle_code pickle__writer_finish(pickle__writer *w) {
    if (w->framing) {
        pickle__frame_close(w);
    }
    return w->write ? flush(w) : PICKLE_OK;
}
