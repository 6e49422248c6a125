#include "base/decimal.h"
#include "base/repr_float.h"
#include "base/utf8.h"
#include "pickle/encoder.h"

/* sys.get_int_max_str_digits() as CPython starts. */
enum { MAX_DIGITS = 4300 };

/* ---- int, float, None, bool ---- */

static void put_int_text(pickle_encoder *e, int64_t n) {
    bool long_form = n < INT32_MIN || n > INT32_MAX;
    pickle__put(&e->w, long_form ? PICKLE__OP_LONG : PICKLE__OP_INT);
    e->w.pos += pickle__decimal_small(e->w.pos, n);
    if (long_form) {
        pickle__put(&e->w, 'L');
    }
    pickle__put(&e->w, '\n');
}

static void put_binint(pickle_encoder *e, int32_t n) {
    uint8_t *p = e->w.pos;
    if (n >= 0 && n <= 0xff) {
        p[0] = PICKLE__OP_BININT1;
        p[1] = (uint8_t)n;
        e->w.pos += 2;
    } else if (n >= 0 && n <= 0xffff) {
        p[0] = PICKLE__OP_BININT2;
        pickle__store_le16(p + 1, (unsigned)n);
        e->w.pos += 3;
    } else {
        p[0] = PICKLE__OP_BININT;
        pickle__store_le32(p + 1, (uint32_t)n);
        e->w.pos += 5;
    }
}

size_t pickle__max_digits(const pickle_encoder *e) {
    return e->opt->max_digits ? e->opt->max_digits : MAX_DIGITS;
}

pickle_code pickle__fail_digits(pickle_encoder *e) {
    return pickle__encode_fail(
        e, PICKLE_ERR_INT_DIGITS,
        "Exceeds the limit (%zu digits) for integer string conversion",
        pickle__max_digits(e));
}

static pickle_code put_long_text(pickle_encoder *e, const uint8_t *data,
                                 size_t len) {
    size_t max = pickle__max_digits(e);
    if (pickle__decimal_least_digits(data, len) > max) {
        return pickle__fail_digits(e);
    }
    pickle_code code = pickle__writer_grow(&e->w, pickle__decimal_room(len));
    if (code) {
        return code;
    }
    pickle__put(&e->w, PICKLE__OP_LONG);
    size_t text = pickle__decimal(e->w.pos, data, len);
    if (text - (*e->w.pos == '-') > max) {
        return pickle__fail_digits(e);
    }
    e->w.pos += text;
    pickle__put(&e->w, 'L');
    pickle__put(&e->w, '\n');
    return PICKLE_OK;
}

/* LONG1 and LONG4 stay in the frame, however long. */
static pickle_code put_long(pickle_encoder *e, const uint8_t *data,
                            size_t len) {
    if (len > INT32_MAX) {
        return pickle__encode_fail(e, PICKLE_ERR_PICKLING_OVERFLOW,
                                   "int too large to pickle");
    }
    pickle_code code = pickle__writer_grow(&e->w, len);
    if (code) {
        return code;
    }
    if (len < 256) {
        pickle__put(&e->w, PICKLE__OP_LONG1);
        pickle__put(&e->w, (unsigned)len);
    } else {
        pickle__put(&e->w, PICKLE__OP_LONG4);
        pickle__store_le32(e->w.pos, (uint32_t)len);
        e->w.pos += 4;
    }
    memcpy(e->w.pos, data, len);
    e->w.pos += len;
    return PICKLE_OK;
}

pickle_code pickle__save_int(pickle_encoder *e, pickle_value v) {
    if (pickle__is_small_int(v)) {
        int64_t n = pickle__small_int(v);
        if (e->proto == 0) {
            put_int_text(e, n);
            return PICKLE_OK;
        }
        if (n >= INT32_MIN && n <= INT32_MAX) {
            put_binint(e, (int32_t)n);
            return PICKLE_OK;
        }
    }
    uint8_t scratch[8];
    const uint8_t *data;
    size_t len = pickle_get_int_bytes(v, scratch, &data);
    return e->proto >= 2 ? put_long(e, data, len) : put_long_text(e, data, len);
}

pickle_code pickle__save_float(pickle_encoder *e, pickle_value v) {
    double x = pickle_get_float(v);
    if (e->proto == 0) {
        pickle__put(&e->w, PICKLE__OP_FLOAT);
        e->w.pos += pickle__repr_float(e->w.pos, x);
        pickle__put(&e->w, '\n');
        return PICKLE_OK;
    }
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    pickle__put(&e->w, PICKLE__OP_BINFLOAT);
    pickle__store_be64(e->w.pos, bits);
    e->w.pos += 8;
    return PICKLE_OK;
}

pickle_code pickle__save_const(pickle_encoder *e, pickle_value v) {
    if (pickle_is_null(v)) {
        return pickle__encode_fail(e, PICKLE_ERR_BUG, "null value");
    }
    if (pickle_is(v, pickle_none())) {
        pickle__put(&e->w, PICKLE__OP_NONE);
    } else if (e->proto >= 2) {
        pickle__put(&e->w, pickle_get_bool(v) ? PICKLE__OP_NEWTRUE
                                              : PICKLE__OP_NEWFALSE);
    } else {
        pickle__put_bytes(&e->w, pickle_get_bool(v) ? "I01\n" : "I00\n", 4);
    }
    return PICKLE_OK;
}

/* ---- str ---- */

static size_t put_escape(uint8_t *out, char letter, uint32_t c, int digits) {
    static const char hex[] = "0123456789abcdef";
    size_t len = 0;
    out[len++] = '\\';
    out[len++] = (uint8_t)letter;
    while (digits-- > 0) {
        out[len++] = (uint8_t)hex[c >> 4 * digits & 15];
    }
    return len;
}

/* raw-unicode-escape, with what would end or change the line escaped too. */
static size_t put_text_char(uint8_t *out, uint32_t c) {
    if (c > 0xffff) {
        return put_escape(out, 'U', c, 8);
    }
    if (c > 0xff || c == 0 || c == '\n' || c == '\r' || c == 0x1a ||
        c == '\\') {
        return put_escape(out, 'u', c, 4);
    }
    out[0] = (uint8_t)c;
    return 1;
}

static bool is_escaped_byte(uint8_t c) {
    return c == 0 || c == '\n' || c == '\r' || c == 0x1a || c == '\\';
}

/* UNICODE; *escaped: the text holds one of the ASCII characters escaped. */
static pickle_code put_str_text(pickle_encoder *e, const pickle__blob *b,
                                bool *escaped) {
    enum { PIECE = PICKLE__SLACK - 32 };
    pickle__put(&e->w, PICKLE__OP_UNICODE);
    *escaped = false;
    for (size_t i = 0; i < b->len;) {
        pickle_code code = pickle__writer_grow(&e->w, 0);
        if (code) {
            return code;
        }
        for (uint8_t *start = e->w.pos;
             i < b->len && e->w.pos - start < PIECE;) {
            *escaped |= is_escaped_byte(b->data[i]);
            e->w.pos += put_text_char(e->w.pos, pickle__utf8_next(b->data, &i));
        }
    }
    pickle_code code = pickle__writer_grow(&e->w, 0);
    if (!code) {
        pickle__put(&e->w, '\n');
    }
    return code;
}

/* Header of a counted string in the smallest of its three forms; a form of 0
 * is not to be had. Returns its length, 0 if there is none. */
static size_t put_header(uint8_t header[9], size_t len, unsigned small,
                         unsigned medium, unsigned large) {
    if (small && len < 256) {
        header[0] = (uint8_t)small;
        header[1] = (uint8_t)len;
        return 2;
    }
    if (medium && (uint64_t)len <= UINT32_MAX) {
        header[0] = (uint8_t)medium;
        pickle__store_le32(header + 1, (uint32_t)len);
        return 5;
    }
    if (large) {
        header[0] = (uint8_t)large;
        pickle__store_le64(header + 1, len);
        return 9;
    }
    return 0;
}

pickle_code pickle__save_str(pickle_encoder *e, pickle_value v) {
    pickle__blob *b = pickle__blob_of(v);
    if (e->proto == 0) {
        bool escaped;
        pickle_code code = put_str_text(e, b, &escaped);
        /* The pure-Python pickler memoized the escaped copy up to 3.12. */
        bool copy = escaped && e->pure && e->cpython < 313;
        return code ? code : pickle__memo_put(e, copy ? NULL : &b->node);
    }
    uint8_t header[9];
    size_t header_len =
        e->proto >= 4
            ? put_header(header, b->len, PICKLE__OP_SHORT_BINUNICODE,
                         PICKLE__OP_BINUNICODE, PICKLE__OP_BINUNICODE8)
            : put_header(header, b->len, 0, PICKLE__OP_BINUNICODE, 0);
    if (!header_len) {
        return pickle__encode_fail(e, PICKLE_ERR_PICKLING_OVERFLOW,
                                   "serializing a string larger than 4 GiB "
                                   "requires pickle protocol 4 or higher");
    }
    pickle_code code =
        pickle__writer_payload(&e->w, header, header_len, b->data, b->len);
    return code ? code : pickle__memo_put(e, &b->node);
}

/* ---- bytes, bytearray, PickleBuffer ---- */

/* From protocol 3. */
static pickle_code put_bytes(pickle_encoder *e, const pickle__blob *b) {
    uint8_t header[9];
    size_t header_len = put_header(header, b->len, PICKLE__OP_SHORT_BINBYTES,
                                   PICKLE__OP_BINBYTES,
                                   e->proto >= 4 ? PICKLE__OP_BINBYTES8 : 0);
    if (!header_len) {
        return pickle__encode_fail(e, PICKLE_ERR_PICKLING_OVERFLOW,
                                   "serializing a bytes object larger than 4 "
                                   "GiB requires pickle protocol 4 or higher");
    }
    return pickle__writer_payload(&e->w, header, header_len, b->data, b->len);
}

static pickle_code put_bytearray(pickle_encoder *e, const pickle__blob *b) {
    uint8_t header[9];
    size_t header_len = put_header(header, b->len, 0, 0, PICKLE__OP_BYTEARRAY8);
    return pickle__writer_payload(&e->w, header, header_len, b->data, b->len);
}

/* The pure-Python pickler did not memoize a bytearray before 3.10. */
static bool forgets_bytearrays(const pickle_encoder *e) {
    return e->pure && e->cpython < 310;
}

pickle_code pickle__save_bytes(pickle_encoder *e, pickle_value v) {
    if (e->proto < 3) {
        return pickle__save_object(e, v, pickle__lower_bytes(e, v));
    }
    pickle__blob *b = pickle__blob_of(v);
    if (e->pure && b->len == 0) {
        /* In CPython there is one b'', and the copy of an empty PickleBuffer
         * may have numbered it. */
        pickle_value empty = pickle__char_bytes(e->doc, 256);
        if (pickle_is_null(empty)) {
            return pickle__encode_fail_doc(e, e->doc);
        }
        if (pickle__memo_has(e, pickle__node_of(empty))) {
            pickle__memo_get(e, pickle__node_of(empty));
            return PICKLE_OK;
        }
    }
    pickle_code code = put_bytes(e, b);
    return code ? code : pickle__memo_put(e, &b->node);
}

pickle_code pickle__save_bytearray(pickle_encoder *e, pickle_value v) {
    if (e->proto < 5) {
        return pickle__save_object(e, v, pickle__lower_bytearray(e, v));
    }
    pickle__blob *b = pickle__blob_of(v);
    pickle_code code = put_bytearray(e, b);
    return code || forgets_bytearrays(e) ? code : pickle__memo_put(e, &b->node);
}

/* In-band, the pure-Python pickler before 3.14 memoized a copy of the bytes
 * instead of the PickleBuffer; of an empty one the copy is b'' itself. */
static pickle_code put_copied_buffer(pickle_encoder *e, const pickle__blob *b,
                                     bool readonly) {
    pickle_code code = readonly ? put_bytes(e, b) : put_bytearray(e, b);
    if (code || (!readonly && forgets_bytearrays(e))) {
        return code;
    }
    if (b->len) {
        return pickle__memo_put(e, NULL);
    }
    pickle_value empty = pickle__char_bytes(e->doc, 256);
    if (pickle_is_null(empty)) {
        return pickle__encode_fail_doc(e, e->doc);
    }
    if (!pickle__memo_has(e, pickle__node_of(empty))) {
        return pickle__memo_put(e, pickle__node_of(empty));
    }
    return e->cpython < 313
               ? pickle__encode_fail(e, PICKLE_ERR_PICKLING_ASSERTION,
                                     "b'' is in the memo already")
               : PICKLE_OK;
}

pickle_code pickle__save_buffer(pickle_encoder *e, pickle_value v) {
    pickle__blob *b = pickle__blob_of(v);
    bool readonly = b->node.flags & PICKLE_BUFFER_READONLY;
    if (e->proto < 5) {
        return pickle__encode_fail(
            e, PICKLE_ERR_PICKLING,
            e->cpython < 313
                ? "PickleBuffer can only pickled with protocol >= 5"
                : "PickleBuffer can only be pickled with protocol >= 5");
    }
    if (b->node.flags & PICKLE_BUFFER_OUT_OF_BAND && e->opt->buffer_callback) {
        bool had_error = e->doc->error.code != PICKLE_OK;
        bool in_band = e->opt->buffer_callback(e->opt->hook_ctx, v);
        pickle_code code = pickle__after_hook(e, had_error);
        if (code) {
            return code;
        }
        if (!in_band) {
            pickle__put(&e->w, PICKLE__OP_NEXT_BUFFER);
            if (readonly) {
                pickle__put(&e->w, PICKLE__OP_READONLY_BUFFER);
            }
            return PICKLE_OK;
        }
    }
    if (e->pure && e->cpython < 314) {
        return put_copied_buffer(e, b, readonly);
    }
    pickle_code code = readonly ? put_bytes(e, b) : put_bytearray(e, b);
    return code ? code : pickle__memo_put(e, &b->node);
}
