/* Codecs: the strings of Python 2 under `encoding` and `errors`, UTF-8. */
#include "pickle/decoder.h"
#include "pickle/number_text.h"

/* ---- str ---- */

pickle_value pickle__decoder_str(pickle_decoder *d, const uint8_t *data,
                                 size_t len, bool ascii) {
    if (len == 0) {
        return pickle__char_str(d->doc, 256);
    }
    if (len == 1) {
        return pickle__char_str(d->doc, data[0]);
    }
    if (len == 2 && !ascii && data[0] >= 0xc2 && data[0] < 0xc4) {
        size_t pos = 0;
        return pickle__char_str(d->doc, pickle__utf8_next(data, &pos));
    }
    pickle_value v =
        pickle__blob_copy(d->doc, PICKLE__TAG_STR, PICKLE_KIND_STR, data, len);
    if (ascii && !pickle_is_null(v)) {
        pickle__node_of(v)->flags = PICKLE__STR_ASCII;
    }
    return v;
}

pickle_code pickle__fail_decode(pickle_decoder *d, const char *codec,
                                const uint8_t *data,
                                const pickle__utf8_error *bad) {
    if (bad->end - bad->start > 1) {
        return pickle__fail(d, PICKLE_ERR_UNICODE_DECODE,
                            "'%s' codec can't decode bytes in position "
                            "%zu-%zu: %s",
                            codec, bad->start, bad->end - 1, bad->reason);
    }
    return pickle__fail(d, PICKLE_ERR_UNICODE_DECODE,
                        "'%s' codec can't decode byte 0x%02x in position "
                        "%zu: %s",
                        codec, data[bad->start], bad->start, bad->reason);
}

pickle_code pickle__push_utf8(pickle_decoder *d, const uint8_t *data,
                              size_t len) {
    bool ascii;
    pickle__utf8_error bad;
    if (!pickle__utf8_valid(data, len, &ascii, &bad)) {
        return pickle__fail_decode(d, "utf-8", data, &bad);
    }
    if (!d->borrow || len < 3) {
        return pickle__push(d, pickle__decoder_str(d, data, len, ascii));
    }
    pickle_value v = pickle__blob_borrow(d->doc, PICKLE__TAG_STR,
                                         PICKLE_KIND_STR, data, len);
    if (ascii && !pickle_is_null(v)) {
        pickle__node_of(v)->flags = PICKLE__STR_ASCII;
    }
    return pickle__push(d, v);
}

/* ---- names of codecs and error handlers ---- */

/* The codecs that are known; CPython has a hundred more. */
typedef enum codec_id {
    CODEC_NONE,
    CODEC_ASCII,
    CODEC_LATIN1,
    CODEC_UTF8
} codec_id;

/* Aliases of Lib/encodings/aliases.py, in the form normalize() gives. */
static const struct {
    const char *name;
    codec_id codec;
} aliases[] = {
    {"ascii", CODEC_ASCII},
    {"us_ascii", CODEC_ASCII},
    {"646", CODEC_ASCII},
    {"ansi_x3.4_1968", CODEC_ASCII},
    {"ansi_x3_4_1968", CODEC_ASCII},
    {"ansi_x3.4_1986", CODEC_ASCII},
    {"cp367", CODEC_ASCII},
    {"csascii", CODEC_ASCII},
    {"ibm367", CODEC_ASCII},
    {"iso646_us", CODEC_ASCII},
    {"iso_646.irv_1991", CODEC_ASCII},
    {"iso_ir_6", CODEC_ASCII},
    {"us", CODEC_ASCII},
    {"latin_1", CODEC_LATIN1},
    {"latin1", CODEC_LATIN1},
    {"iso_8859_1", CODEC_LATIN1},
    {"iso8859_1", CODEC_LATIN1},
    {"8859", CODEC_LATIN1},
    {"cp819", CODEC_LATIN1},
    {"csisolatin1", CODEC_LATIN1},
    {"ibm819", CODEC_LATIN1},
    {"iso8859", CODEC_LATIN1},
    {"iso_8859_1_1987", CODEC_LATIN1},
    {"iso_ir_100", CODEC_LATIN1},
    {"l1", CODEC_LATIN1},
    {"latin", CODEC_LATIN1},
    {"utf_8", CODEC_UTF8},
    {"utf8", CODEC_UTF8},
    {"u8", CODEC_UTF8},
    {"utf", CODEC_UTF8},
    {"utf8_ucs2", CODEC_UTF8},
    {"utf8_ucs4", CODEC_UTF8},
    {"cp65001", CODEC_UTF8},
};

/* Lower case, anything but letters, digits and dots one underscore. Returns
 * the length, or 0 if it does not fit: then it is none of ours. */
static size_t normalize(char *out, size_t size, const uint8_t *name,
                        size_t len) {
    size_t n = 0;
    bool gap = false;
    for (size_t i = 0; i < len; i++) {
        uint8_t c = name[i];
        if (pickle__digit(c) == 255 && c != '.') {
            gap = n > 0;
            continue;
        }
        if (n + 2 >= size) {
            return 0;
        }
        if (gap) {
            out[n++] = '_';
            gap = false;
        }
        out[n++] = (char)(c >= 'A' && c <= 'Z' ? c + 32 : c);
    }
    return n;
}

static codec_id codec_of(const uint8_t *name, size_t len) {
    char normal[24];
    size_t n = normalize(normal, sizeof normal, name, len);
    for (size_t i = 0; n && i < sizeof aliases / sizeof aliases[0]; i++) {
        if (strlen(aliases[i].name) == n &&
            memcmp(aliases[i].name, normal, n) == 0) {
            return aliases[i].codec;
        }
    }
    return CODEC_NONE;
}

static const char *codec_name(codec_id codec) {
    return codec == CODEC_UTF8    ? "utf-8"
           : codec == CODEC_ASCII ? "ascii"
                                  : "latin-1";
}

static const char *errors_of(const pickle_decoder *d) {
    return d->opt.errors ? d->opt.errors : "strict";
}

static const char *encoding_of(const pickle_decoder *d) {
    return d->opt.encoding ? d->opt.encoding : "ASCII";
}

/* ---- decoding with an error handler ---- */

pickle_code pickle__output_init(pickle_decoder *d, pickle__output *out,
                                size_t size) {
    out->len = 0;
    out->size = size + 1;
    out->data = pickle__alloc(&d->alloc, out->size);
    return out->data ? PICKLE_OK
                     : pickle__fail(d, PICKLE_ERR_NOMEM, "out of memory");
}

void pickle__output_deinit(pickle_decoder *d, pickle__output *out) {
    pickle__free(&d->alloc, out->data, out->size);
}

void pickle__output_char(pickle__output *out, uint32_t c) {
    out->len += pickle__utf8_put(out->data + out->len, c);
}

static void put_escape(pickle__output *out, uint8_t byte) {
    static const char hex[] = "0123456789abcdef";
    uint8_t *p = out->data + out->len;
    p[0] = '\\';
    p[1] = 'x';
    p[2] = (uint8_t)hex[byte >> 4];
    p[3] = (uint8_t)hex[byte & 15];
    out->len += 4;
}

static bool is_surrogate(const uint8_t *p, size_t len) {
    return len >= 3 && p[0] == 0xed && p[1] >= 0xa0 && p[1] < 0xc0 &&
           p[2] >= 0x80 && p[2] < 0xc0;
}

static pickle_code fail_handler(pickle_decoder *d, const char *errors) {
    if (strcmp(errors, "xmlcharrefreplace") == 0 ||
        strcmp(errors, "namereplace") == 0) {
        return pickle__fail(d, PICKLE_ERR_TYPE,
                            "don't know how to handle UnicodeDecodeError in "
                            "error callback");
    }
    return pickle__fail(d, PICKLE_ERR_ENCODING_UNKNOWN,
                        "unknown error handler name '%s'", errors);
}

/* Do as `errors` says with the bytes at fault, and tell how many are done. */
static pickle_code handle_error(pickle_decoder *d, codec_id codec,
                                const uint8_t *data, size_t len,
                                const pickle__utf8_error *bad,
                                pickle__output *out, size_t *done) {
    const char *errors = errors_of(d);
    *done = bad->end - bad->start;
    if (strcmp(errors, "ignore") == 0) {
        return PICKLE_OK;
    }
    if (strcmp(errors, "replace") == 0) {
        pickle__output_char(out, 0xfffd);
        return PICKLE_OK;
    }
    if (strcmp(errors, "backslashreplace") == 0) {
        for (size_t i = bad->start; i < bad->end; i++) {
            put_escape(out, data[i]);
        }
        return PICKLE_OK;
    }
    if (strcmp(errors, "surrogateescape") == 0) {
        for (size_t i = bad->start; i < bad->end; i++) {
            pickle__output_char(out, 0xdc00 + (uint32_t)data[i]);
        }
        return PICKLE_OK;
    }
    bool passes = strcmp(errors, "surrogatepass") == 0;
    const uint8_t *at = data + bad->start;
    if (passes && codec == CODEC_UTF8 && is_surrogate(at, len - bad->start)) {
        memcpy(out->data + out->len, at, 3);
        out->len += 3;
        *done = 3;
        return PICKLE_OK;
    }
    if (passes || strcmp(errors, "strict") == 0) {
        return pickle__fail_decode(d, codec_name(codec), data, bad);
    }
    return fail_handler(d, errors);
}

/* The character at data[i] of `data[len]`: its length, or 0 and what is wrong.
 * A window of four bytes holds the whole of it. */
static size_t valid_char(codec_id codec, const uint8_t *data, size_t len,
                         size_t i, pickle__utf8_error *bad) {
    if (data[i] < 0x80) {
        return 1;
    }
    if (codec == CODEC_ASCII) {
        *bad = (pickle__utf8_error){i, i + 1, "ordinal not in range(128)"};
        return 0;
    }
    size_t window = len - i < 4 ? len - i : 4;
    if (!pickle__utf8_strict(data + i, window, bad) && bad->start == 0) {
        bad->start += i;
        bad->end += i;
        return 0;
    }
    return data[i] < 0xe0 ? 2 : data[i] < 0xf0 ? 3 : 4;
}

static pickle_code decode_into(pickle_decoder *d, codec_id codec,
                               const uint8_t *data, size_t len,
                               pickle__output *out) {
    for (size_t i = 0; i < len;) {
        if (codec == CODEC_LATIN1) {
            pickle__output_char(out, data[i++]);
            continue;
        }
        pickle__utf8_error bad;
        size_t n = valid_char(codec, data, len, i, &bad);
        if (n == 0) {
            pickle_code code = handle_error(d, codec, data, len, &bad, out, &n);
            if (code) {
                return code;
            }
        } else {
            memcpy(out->data + out->len, data + i, n);
            out->len += n;
        }
        i += n;
    }
    return PICKLE_OK;
}

static pickle_code push_decoded(pickle_decoder *d, codec_id codec,
                                const uint8_t *data, size_t len) {
    pickle__output out;
    pickle_code code = pickle__output_init(d, &out, len * 4);
    if (code) {
        return code;
    }
    code = decode_into(d, codec, data, len, &out);
    if (!code) {
        code =
            pickle__push(d, pickle__decoder_str(d, out.data, out.len, false));
    }
    pickle__output_deinit(d, &out);
    return code;
}

static pickle_code push_bytes(pickle_decoder *d, const uint8_t *data,
                              size_t len) {
    if (len < 2) {
        return pickle__push(d, pickle__char_bytes(d->doc, len ? data[0] : 256));
    }
    return pickle__push(d, pickle_bytes(d->doc, data, len));
}

bool pickle__is_ascii(const uint8_t *data, size_t len) {
    bool ascii = true;
    return len == 0 || (pickle__utf8_valid(data, len, &ascii, NULL) && ascii);
}

/* A string of Python 2: bytes under the encoding "bytes", else a str. An empty
 * one does not ask for the codec, but for the counted ones of the C unpickler
 * of 3.8. */
pickle_code pickle__push_string(pickle_decoder *d, const uint8_t *data,
                                size_t len, bool counted) {
    const char *encoding = encoding_of(d);
    if (strcmp(encoding, "bytes") == 0) {
        return push_bytes(d, data, len);
    }
    if (len == 0 && (d->cpython >= 309 || d->pure || !counted)) {
        return pickle__push(d, pickle__char_str(d->doc, 256));
    }
    codec_id codec = codec_of((const uint8_t *)encoding, strlen(encoding));
    if (codec == CODEC_NONE) {
        return pickle__fail(d, PICKLE_ERR_ENCODING_UNKNOWN,
                            "unknown encoding: %.60s", encoding);
    }
    if (pickle__is_ascii(data, len)) {
        return pickle__push(d, pickle__decoder_str(d, data, len, true));
    }
    return push_decoded(d, codec, data, len);
}

/* ---- encoding ---- */

static pickle_code fail_encode(pickle_decoder *d, uint32_t c, size_t position) {
    char letter = c < 0x10000 ? 'u' : 'U';
    int width = c < 0x10000 ? 4 : 8;
    return pickle__fail(d, PICKLE_ERR_UNICODE_ENCODE,
                        "'latin-1' codec can't encode character '\\%c%0*x' "
                        "in position %zu: ordinal not in range(256)",
                        letter, width, (unsigned)c, position);
}

pickle_code pickle__encode_latin1(pickle_decoder *d, pickle_value str,
                                  pickle_kind kind, pickle_value *v) {
    size_t len;
    const uint8_t *utf8 = pickle_get_data(str, &len);
    pickle__output out;
    pickle_code code = pickle__output_init(d, &out, len);
    for (size_t i = 0; i < len && !code;) {
        uint32_t c = pickle__utf8_next(utf8, &i);
        if (c > 0xff) {
            code = fail_encode(d, c, out.len);
        } else {
            out.data[out.len++] = (uint8_t)c;
        }
    }
    if (!code) {
        if (kind == PICKLE_KIND_BYTEARRAY) {
            *v = pickle_bytearray(d->doc, out.data, out.len);
        } else if (out.len < 2) {
            *v = pickle__char_bytes(d->doc, out.len ? out.data[0] : 256);
        } else {
            *v = pickle_bytes(d->doc, out.data, out.len);
        }
        code = pickle_is_null(*v) ? pickle__fail_doc(d) : PICKLE_OK;
    }
    pickle__output_deinit(d, &out);
    return code;
}
