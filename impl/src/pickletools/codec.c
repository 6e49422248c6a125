#include "pickletools/codec.h"

bool pickle__genops_nomem(pickle_genops *it) {
    return pickle__genops_fail(it, PICKLE_ERR_NOMEM, "out of memory");
}

/* The UnicodeDecodeError of a codec. */
static bool fail_decode(pickle_genops *it, const char *codec,
                        const uint8_t *data, const pickle__utf8_error *bad) {
    if (bad->end - bad->start == 1) {
        return pickle__genops_fail(
            it, PICKLE_ERR_UNICODE_DECODE,
            "'%s' codec can't decode byte 0x%02x in position %zu: %s", codec,
            data[bad->start], bad->start, bad->reason);
    }
    return pickle__genops_fail(
        it, PICKLE_ERR_UNICODE_DECODE,
        "'%s' codec can't decode bytes in position %zu-%zu: %s", codec,
        bad->start, bad->end - 1, bad->reason);
}

/* ---- escapes of a bytes literal ---- */

static int hex_digit(uint8_t c) {
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
}

/* What a letter behind a backslash stands for; 0 if nothing. A newline, which
 * would stand for no character, cannot be in a line. */
static uint8_t simple_escape(uint8_t c) {
    switch (c) {
    case '\\':
    case '\'':
    case '"': return c;
    case 'a': return '\a';
    case 'b': return '\b';
    case 'f': return '\f';
    case 'n': return '\n';
    case 'r': return '\r';
    case 't': return '\t';
    case 'v': return '\v';
    default: return 0;
    }
}

/* Up to three octal digits at line[*i]; what exceeds a byte is cut off. */
static uint8_t octal_escape(const uint8_t *line, size_t len, size_t *i) {
    unsigned c = 0;
    for (int n = 0; n < 3 && *i < len; n++) {
        if (line[*i] < '0' || line[*i] > '7') {
            break;
        }
        c = c * 8 + (line[(*i)++] - (unsigned)'0');
    }
    return (uint8_t)c;
}

/* The escape whose backslash is before line[*i]. */
static bool unescape_one(pickle_genops *it, const uint8_t *line, size_t len,
                         size_t *i) {
    pickle__text *out = &it->unescaped;
    if (*i == len) {
        return pickle__genops_fail(it, PICKLE_ERR_PICKLETOOLS,
                                   "Trailing \\ in string");
    }
    uint8_t c = line[*i];
    if (c >= '0' && c <= '7') {
        pickle__text_byte(out, octal_escape(line, len, i));
        return true;
    }
    ++*i;
    if (c == 'x') {
        int high = *i < len ? hex_digit(line[*i]) : -1;
        int low = *i + 1 < len ? hex_digit(line[*i + 1]) : -1;
        if (high < 0 || low < 0) {
            return pickle__genops_fail(it, PICKLE_ERR_PICKLETOOLS,
                                       "invalid \\x escape at position %zu",
                                       *i - 2);
        }
        pickle__text_byte(out, (uint8_t)(high << 4 | low));
        *i += 2;
    } else if (simple_escape(c)) {
        pickle__text_byte(out, simple_escape(c));
    } else {
        pickle__text_byte(out, '\\');
        pickle__text_byte(out, c);
    }
    return true;
}

static bool unescape(pickle_genops *it, const uint8_t *line, size_t len) {
    it->unescaped.len = 0;
    for (size_t i = 0; i < len;) {
        const uint8_t *found = memchr(line + i, '\\', len - i);
        size_t plain = (found ? (size_t)(found - line) : len) - i;
        pickle__text_put(&it->unescaped, line + i, plain);
        i += plain;
        if (i < len) {
            i++;
            if (!unescape_one(it, line, len, &i)) {
                return false;
            }
        }
    }
    return it->unescaped.failed ? pickle__genops_nomem(it) : true;
}

/* ---- decoding ---- */

void pickle__decode_latin1(pickle_genops *it, const uint8_t *data, size_t len) {
    for (size_t i = 0; i < len; i++) {
        if (data[i] >= 0x80) {
            pickle__text_byte(&it->scratch, (uint8_t)(0xc0 | data[i] >> 6));
            pickle__text_byte(&it->scratch, (uint8_t)(0x80 | (data[i] & 0x3f)));
        } else {
            pickle__text_byte(&it->scratch, data[i]);
        }
    }
}

static bool check_ascii(pickle_genops *it, const uint8_t *data, size_t len) {
    for (size_t i = 0; i < len; i++) {
        if (data[i] >= 0x80) {
            pickle__utf8_error bad = {i, i + 1, "ordinal not in range(128)"};
            return fail_decode(it, "ascii", data, &bad);
        }
    }
    return true;
}

static bool check_strict_utf8(pickle_genops *it, const uint8_t *data,
                              size_t len) {
    pickle__utf8_error bad;
    return pickle__utf8_strict(data, len, &bad) ||
           fail_decode(it, "utf-8", data, &bad);
}

bool pickle__check_utf8(pickle_genops *it, const uint8_t *data, size_t len) {
    pickle__utf8_error bad;
    return pickle__utf8_valid(data, len, NULL, &bad) ||
           fail_decode(it, "utf-8", data, &bad);
}

bool pickle__decode_line(pickle_genops *it, const uint8_t *line, size_t len,
                         pickle__codec codec) {
    if (len && memchr(line, '\\', len)) {
        if (!unescape(it, line, len)) {
            return false;
        }
        line = it->unescaped.data;
        len = it->unescaped.len;
    }
    switch (codec) {
    case PICKLE__CODEC_LATIN1: pickle__decode_latin1(it, line, len); break;
    case PICKLE__CODEC_ASCII:
        if (!check_ascii(it, line, len)) {
            return false;
        }
        pickle__text_put(&it->scratch, line, len);
        break;
    case PICKLE__CODEC_UTF8:
        if (!check_strict_utf8(it, line, len)) {
            return false;
        }
        pickle__text_put(&it->scratch, line, len);
        break;
    }
    return it->scratch.failed ? pickle__genops_nomem(it) : true;
}

/* ---- raw-unicode-escape ---- */

/* The escape of `digits` hex digits at data[*i], its backslash at start. */
static bool unicode_escape(pickle_genops *it, const uint8_t *data, size_t len,
                           size_t start, size_t *i, int digits) {
    pickle__utf8_error bad = {start, 0,
                              digits == 4 ? "truncated \\uXXXX escape"
                                          : "truncated \\UXXXXXXXX escape"};
    uint32_t c = 0;
    for (int n = 0; n < digits; n++) {
        int digit = *i < len ? hex_digit(data[*i]) : -1;
        if (digit < 0) {
            bad.end = *i;
            return fail_decode(it, "rawunicodeescape", data, &bad);
        }
        c = c << 4 | (uint32_t)digit;
        ++*i;
    }
    if (c > 0x10ffff) {
        bad.end = *i;
        bad.reason = "\\Uxxxxxxxx out of range";
        return fail_decode(it, "rawunicodeescape", data, &bad);
    }
    uint8_t utf8[4];
    pickle__text_put(&it->scratch, utf8, pickle__utf8_put(utf8, c));
    return true;
}

bool pickle__decode_raw_unicode(pickle_genops *it, const uint8_t *data,
                                size_t len) {
    for (size_t i = 0; i < len;) {
        size_t start = i++;
        if (data[start] != '\\' || i == len) {
            pickle__decode_latin1(it, data + start, 1);
            continue;
        }
        uint8_t c = data[i++];
        if (c != 'u' && c != 'U') {
            /* A pair: the second may be a backslash that begins no escape. */
            pickle__decode_latin1(it, data + start, 2);
        } else if (!unicode_escape(it, data, len, start, &i,
                                   c == 'u' ? 4 : 8)) {
            return false;
        }
    }
    return it->scratch.failed ? pickle__genops_nomem(it) : true;
}
