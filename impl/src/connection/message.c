/*
 * connection/message.c  Framing: a length and a payload, as CPython's
 * Connection.
 *
 * Nothing is read past the message: descriptors may travel on the same socket,
 * and a read that goes too far loses them.
 */
#include <string.h>

#include "base/alloc.h"
#include "base/checked.h"
#include "connection/connection.h"

/* CPython joins header and payload up to this payload. */
#define JOINED ((size_t)16384)

/* A system's call that gathers costs more than a copy of so little. */
#define COPIED ((size_t)512)

/* Memory for a message grows with what has arrived, from this. */
#define FIRST_READ ((size_t)65536)

pickle_code pickle__buffer_reserve(pickle_bytes_buffer *buf, size_t more,
                                   pickle_error *err) {
    size_t need;
    if (!buf->alloc.fn) {
        buf->alloc = *pickle_allocator_default();
    }
    if (!pickle__add_size(buf->len, more, &need)) {
        return pickle__error_code(err, PICKLE_ERR_NOMEM, "message");
    }
    if (need > buf->cap) {
        size_t cap = buf->cap > need / 2 ? buf->cap * 2 : need;
        uint8_t *data = pickle__realloc(&buf->alloc, buf->data, buf->cap, cap);
        if (!data) {
            return pickle__error_code(err, PICKLE_ERR_NOMEM, "message");
        }
        buf->data = data;
        buf->cap = cap;
    }
    return PICKLE_OK;
}

pickle_code pickle__connection_eof(pickle_error *err, const char *where) {
    return pickle__error_set(err, PICKLE_ERR_EOF, where, "%s", "");
}

static void put_be(uint8_t *out, uint64_t n, size_t bytes) {
    for (size_t i = 0; i < bytes; i++) {
        out[i] = (uint8_t)(n >> (8 * (bytes - 1 - i)));
    }
}

static uint64_t get_be(const uint8_t *in, size_t bytes) {
    uint64_t n = 0;
    for (size_t i = 0; i < bytes; i++) {
        n = n << 8 | in[i];
    }
    return n;
}

pickle_code pickle_connection_send_bytes(pickle_connection *conn,
                                         const void *data, size_t len,
                                         pickle_error *err) {
    uint8_t header[12 + COPIED];
    size_t header_len = 4;
    pickle_code code = pickle__connection_check(conn, PICKLE_WRITABLE, err);
    if (code) {
        return code;
    }
    int64_t deadline = pickle__deadline(conn->timeout_ms);
    if (len > 0x7fffffff) {
        put_be(header, 0xffffffff, 4);
        put_be(header + 4, len, 8);
        header_len = 12;
    } else {
        put_be(header, len, 4);
    }
    if (len <= COPIED && len > 0) {
        memcpy(header + header_len, data, len);
        header_len += len;
        len = 0;
    }
    if (len <= JOINED) {
        return pickle__handle_write(conn->handle, conn->is_socket, header,
                                    header_len, data, len, deadline, err);
    }
    code = pickle__handle_write(conn->handle, conn->is_socket, header,
                                header_len, NULL, 0, deadline, err);
    return code ? code
                : pickle__handle_write(conn->handle, conn->is_socket, data, len,
                                       NULL, 0, deadline, err);
}

pickle_code pickle__connection_send_two(pickle_connection *conn, const void *a,
                                        size_t a_len, const void *b,
                                        size_t b_len, pickle_error *err) {
    uint8_t out[1024];
    size_t b_at = 4 + a_len;
    pickle_code code = pickle__connection_check(conn, PICKLE_WRITABLE, err);
    if (code || b_at + 4 + b_len > sizeof out) {
        return code ? code : pickle__error_code(err, PICKLE_ERR_BUG, "message");
    }
    put_be(out, a_len, 4);
    memcpy(out + 4, a, a_len);
    put_be(out + b_at, b_len, 4);
    memcpy(out + b_at + 4, b, b_len);
    return pickle__handle_write(conn->handle, conn->is_socket, out,
                                b_at + 4 + b_len, NULL, 0,
                                pickle__deadline(conn->timeout_ms), err);
}

/* Read exactly len bytes. The end before the first of them is EOF, as in
 * CPython also right behind a header; later it is inside a message. */
static pickle_code read_exactly(pickle_connection *conn, uint8_t *out,
                                size_t len, size_t done, int64_t deadline,
                                pickle_error *err) {
    while (done < len) {
        size_t got;
        pickle_code code = pickle__handle_read(conn->handle, out + done,
                                               len - done, deadline, &got, err);
        if (code) {
            return code;
        }
        if (got == 0) {
            return done
                       ? pickle__error_code(err, PICKLE_ERR_MESSAGE_END, "recv")
                       : pickle__connection_eof(err, "recv");
        }
        done += got;
    }
    return PICKLE_OK;
}

/* The length of the header at the start of `in[got]`, or 0 if more of it must
 * come; *len is what it announces. Below -1 it counts as empty, as CPython's
 * read of a negative size ends at once. */
static size_t header_at(const uint8_t *in, size_t got, uint64_t *len) {
    bool is_long = got >= 4 && get_be(in, 4) == 0xffffffff;
    if (got < (is_long ? 12 : 4)) {
        return 0;
    }
    *len = is_long ? get_be(in + 4, 8) : get_be(in, 4);
    if (!is_long && *len > 0x7fffffff) {
        *len = 0;
    }
    return is_long ? 12 : 4;
}

/* The length of the next message. */
static pickle_code read_header(pickle_connection *conn, int64_t deadline,
                               uint64_t *len, pickle_error *err) {
    uint8_t header[12];
    pickle_code code = read_exactly(conn, header, 4, 0, deadline, err);
    if (code || header_at(header, 4, len)) {
        return code;
    }
    code = read_exactly(conn, header + 4, 8, 0, deadline, err);
    if (!code) {
        (void)header_at(header, 12, len);
    }
    return code;
}

/* A message that is too long is not read, so nothing after it can be: a duplex
 * connection only writes from here on, one that only reads is closed. */
static pickle_code too_long(pickle_connection *conn, pickle_error *err) {
    conn->direction &= ~(unsigned)PICKLE_READABLE;
    if (!conn->direction) {
        pickle__handle_close(conn->handle);
        conn->handle = PICKLE_INVALID_HANDLE;
    }
    return pickle__error_code(err, PICKLE_ERR_MESSAGE_LENGTH, "recv_bytes");
}

pickle_code pickle__connection_recv_small(pickle_connection *conn,
                                          uint8_t data[PICKLE__SMALL],
                                          size_t likely, size_t *len,
                                          pickle_error *err) {
    uint8_t in[12 + PICKLE__SMALL];
    uint64_t announced = 0;
    size_t header = 0;
    size_t got = 0;
    size_t want = 4 + likely;
    pickle_code code = pickle__connection_check(conn, PICKLE_READABLE, err);
    int64_t deadline = pickle__deadline(conn->timeout_ms);
    while (!code && got < want) {
        size_t n;
        code = pickle__handle_read(conn->handle, in + got, want - got, deadline,
                                   &n, err);
        if (!code && n == 0) {
            bool between = got == 0 || got == 4 || got == header;
            return between ? pickle__connection_eof(err, "recv")
                           : pickle__error_code(err, PICKLE_ERR_MESSAGE_END,
                                                "recv");
        }
        got += code ? 0 : n;
        header = header_at(in, got, &announced);
        if (header && announced > PICKLE__SMALL) {
            return too_long(conn, err);
        }
        want = header ? header + (size_t)announced : got < 4 ? want : 12;
    }
    if (!code) {
        *len = (size_t)announced;
        memcpy(data, in + header, *len);
    }
    return code;
}

static pickle_code read_body(pickle_connection *conn, size_t len,
                             int64_t deadline, pickle_bytes_buffer *out,
                             pickle_error *err) {
    out->len = 0;
    while (out->len < len) {
        size_t want = out->len > FIRST_READ ? out->len : FIRST_READ;
        want = want < len - out->len ? want : len - out->len;
        pickle_code code = pickle__buffer_reserve(out, want, err);
        if (code == PICKLE_OK) {
            /* `done` of an earlier piece makes an end here one inside. */
            size_t before = out->len ? 1 : 0;
            code = read_exactly(conn, out->data + out->len - before,
                                want + before, before, deadline, err);
        }
        if (code) {
            return code;
        }
        out->len += want;
    }
    return PICKLE_OK;
}

pickle_code pickle_connection_recv_bytes(pickle_connection *conn, size_t max,
                                         pickle_bytes_buffer *out,
                                         pickle_error *err) {
    uint64_t len;
    pickle_code code = pickle__connection_check(conn, PICKLE_READABLE, err);
    if (code) {
        return code;
    }
    int64_t deadline = pickle__deadline(conn->timeout_ms);
    code = read_header(conn, deadline, &len, err);
    if (code) {
        return code;
    }
    if (len > max) {
        return too_long(conn, err);
    }
    return read_body(conn, (size_t)len, deadline, out, err);
}

pickle_code pickle_connection_recv_bytes_into(pickle_connection *conn,
                                              void *data, size_t cap,
                                              size_t *len,
                                              pickle_bytes_buffer *whole,
                                              pickle_error *err) {
    uint64_t announced;
    pickle_bytes_buffer dropped = {0};
    pickle_code code = pickle__connection_check(conn, PICKLE_READABLE, err);
    if (code) {
        return code;
    }
    int64_t deadline = pickle__deadline(conn->timeout_ms);
    code = read_header(conn, deadline, &announced, err);
    if (code) {
        return code;
    }
    *len = (size_t)announced;
    if (announced <= cap) {
        return read_exactly(conn, data, *len, 0, deadline, err);
    }
    code = read_body(conn, *len, deadline, whole ? whole : &dropped, err);
    pickle_bytes_buffer_deinit(&dropped);
    return code ? code
                : pickle__error_code(err, PICKLE_ERR_BUFFER_TOO_SHORT,
                                     "recv_bytes_into");
}

pickle_code pickle_connection_send(pickle_connection *conn, pickle_doc *doc,
                                   pickle_value v,
                                   const pickle_encode_options *opt,
                                   pickle_error *err) {
    pickle_bytes_buffer out = {0};
    pickle_code code = pickle__connection_check(conn, PICKLE_WRITABLE, err);
    out.alloc = conn->alloc;
    if (code == PICKLE_OK) {
        code = pickle_encode(doc, v, opt, &out, err);
    }
    if (code == PICKLE_OK) {
        code = pickle_connection_send_bytes(conn, out.data, out.len, err);
    }
    pickle_bytes_buffer_deinit(&out);
    return code;
}

pickle_code pickle_connection_recv(pickle_connection *conn,
                                   const pickle_decode_options *opt,
                                   pickle_doc **doc, pickle_error *err) {
    pickle_bytes_buffer in = {0};
    size_t max = opt && opt->max_bytes ? opt->max_bytes : SIZE_MAX;
    if (opt && opt->borrow) {
        return pickle__error_set(err, PICKLE_ERR_ARGUMENT, "recv",
                                 "a received message cannot be borrowed");
    }
    in.alloc = conn->alloc;
    pickle_code code = pickle_connection_recv_bytes(conn, max, &in, err);
    if (code == PICKLE_OK) {
        code = pickle_decode(in.data, in.len, opt, doc, NULL, err);
    }
    pickle_bytes_buffer_deinit(&in);
    return code;
}
