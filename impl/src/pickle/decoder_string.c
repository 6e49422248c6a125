/* Opcodes of strings: STRING, BINSTRING, SHORT_BINSTRING, UNICODE. */
#include "pickle/decoder.h"
#include "pickle/input.h"
#include "pickle/number_text.h"

static pickle_code counted_string(pickle_decoder *d, uint64_t len) {
    const uint8_t *data;
    size_t got;
    pickle_code code =
        pickle__input_payload(d, len, PICKLE__PAYLOAD_READ, &data, &got);
    return code ? code : pickle__push_string(d, data, got, true);
}

pickle_code pickle__op_short_binstring(pickle_decoder *d) {
    uint64_t len;
    pickle_code code = pickle__arg_unsigned(d, 1, &len);
    return code ? code : counted_string(d, len);
}

/* The C unpickler took the length for unsigned up to 3.13 (gh-135321). */
pickle_code pickle__op_binstring(pickle_decoder *d) {
    uint64_t len;
    pickle_code code = pickle__arg_unsigned(d, 4, &len);
    if (code) {
        return code;
    }
    if (len > INT32_MAX && (d->pure || d->cpython >= 314)) {
        return pickle__fail(d, PICKLE_ERR_NEGATIVE_COUNT,
                            "BINSTRING pickle has negative byte count");
    }
    return counted_string(d, len);
}

/* The character of a simple escape, or 0. */
static uint8_t simple_escape(uint8_t c) {
    static const char from[] = "\\'\"bftnrav";
    static const char to[] = "\\'\"\b\f\t\n\r\a\v";
    const char *at = c ? strchr(from, c) : NULL;
    return at ? (uint8_t)to[at - from] : 0;
}

/* Put the escape behind the backslash at text[i - 1]; returns the place behind
 * it, or 0 after an error. Unknown ones stay as they are. */
static size_t put_unescaped(pickle_decoder *d, const uint8_t *text, size_t len,
                            size_t i, pickle__output *out) {
    uint8_t c = text[i];
    uint8_t simple = simple_escape(c);
    if (simple) {
        out->data[out->len++] = simple;
        return i + 1;
    }
    if (c >= '0' && c <= '7') {
        unsigned value = 0;
        size_t end = i + 3 < len ? i + 3 : len;
        while (i < end && text[i] >= '0' && text[i] <= '7') {
            value = value * 8 + (unsigned)(text[i++] - '0');
        }
        out->data[out->len++] = (uint8_t)value;
        return i;
    }
    if (c != 'x') {
        out->data[out->len++] = '\\';
        return i;
    }
    unsigned high = i + 1 < len ? pickle__digit(text[i + 1]) : 255;
    unsigned low = i + 2 < len ? pickle__digit(text[i + 2]) : 255;
    if (high > 15 || low > 15) {
        pickle__fail(d, PICKLE_ERR_STRING_ESCAPE,
                     "invalid \\x escape at position %zu", i - 1);
        return 0;
    }
    out->data[out->len++] = (uint8_t)(high << 4 | low);
    return i + 3;
}

static pickle_code unescape(pickle_decoder *d, const uint8_t *text, size_t len,
                            pickle__output *out) {
    for (size_t i = 0; i < len;) {
        if (text[i] != '\\') {
            out->data[out->len++] = text[i++];
            continue;
        }
        if (i + 1 == len) {
            return pickle__fail(d, PICKLE_ERR_STRING_ESCAPE,
                                "Trailing \\ in string");
        }
        i = put_unescaped(d, text, len, i + 1, out);
        if (i == 0) {
            return d->error.code;
        }
    }
    return PICKLE_OK;
}

pickle_code pickle__op_string(pickle_decoder *d) {
    pickle__line line;
    pickle_code code = pickle__input_line(d, 0, &line);
    if (code) {
        return code;
    }
    const uint8_t *text = line.text;
    size_t len = line.len - (!line.ended && line.len ? 1 : 0);
    if (len < 2 || text[0] != text[len - 1] ||
        (text[0] != '\'' && text[0] != '"')) {
        return pickle__fail(d, PICKLE_ERR_STRING_QUOTE,
                            "the STRING opcode argument must be quoted");
    }
    pickle__output out;
    code = pickle__output_init(d, &out, len);
    if (code) {
        return code;
    }
    code = unescape(d, text + 1, len - 2, &out);
    if (!code) {
        code = pickle__push_string(d, out.data, out.len, false);
    }
    pickle__output_deinit(d, &out);
    return code;
}

/* ---- UNICODE ---- */

/* Put the character of a \u or \U escape whose digits begin at text[i];
 * returns the place behind it, or 0 after an error. */
static size_t put_unicode_escape(pickle_decoder *d, const uint8_t *text,
                                 size_t len, size_t i, pickle__output *out) {
    size_t start = i - 2;
    bool is_long = text[i - 1] == 'U';
    size_t end = i + (is_long ? 8 : 4);
    uint32_t c = 0;
    while (i < len && i < end && pickle__digit(text[i]) < 16) {
        c = c << 4 | pickle__digit(text[i++]);
    }
    if (i == end && c <= 0x10ffff) {
        pickle__output_char(out, c);
        return i;
    }
    pickle__utf8_error bad = {start, i,
                              i == end  ? "\\Uxxxxxxxx out of range"
                              : is_long ? "truncated \\UXXXXXXXX escape"
                                        : "truncated \\uXXXX escape"};
    pickle__fail_decode(d, "rawunicodeescape", text, &bad);
    return 0;
}

/* raw-unicode-escape: latin-1, and \u and \U behind an odd number of
 * backslashes. */
static pickle_code decode_raw(pickle_decoder *d, const uint8_t *text,
                              size_t len, pickle__output *out) {
    for (size_t i = 0; i < len;) {
        uint8_t c = text[i++];
        if (c != '\\' || i == len) {
            pickle__output_char(out, c);
        } else if (text[i] == 'u' || text[i] == 'U') {
            i = put_unicode_escape(d, text, len, i + 1, out);
            if (i == 0) {
                return d->error.code;
            }
        } else {
            pickle__output_char(out, c);
            pickle__output_char(out, text[i++]);
        }
    }
    return PICKLE_OK;
}

pickle_code pickle__op_unicode(pickle_decoder *d) {
    pickle__line line;
    pickle_code code = pickle__input_line(d, 0, &line);
    if (code) {
        return code;
    }
    size_t len = line.len - (!line.ended && line.len ? 1 : 0);
    bool plain = pickle__is_ascii(line.text, len) &&
                 (len == 0 || !memchr(line.text, '\\', len));
    if (plain) {
        return pickle__push(d, pickle__decoder_str(d, line.text, len, true));
    }
    pickle__output out;
    code = pickle__output_init(d, &out, len * 2);
    if (code) {
        return code;
    }
    code = decode_raw(d, line.text, len, &out);
    if (!code) {
        bool ascii = pickle__is_ascii(out.data, out.len);
        code =
            pickle__push(d, pickle__decoder_str(d, out.data, out.len, ascii));
    }
    pickle__output_deinit(d, &out);
    return code;
}
