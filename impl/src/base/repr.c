#include "base/repr.h"

#include "base/utf8.h"

typedef struct printable_range {
    uint32_t first;
    uint32_t last;
    uint8_t minor; /* of the first CPython 3 that has it */
} printable_range;

static const printable_range ranges[] = {
#define X(first, last, minor) {first, last, minor},
#include "base/printable.def"
#undef X
};

bool pickle__is_printable(uint32_t c, int cpython) {
    if (c < 0x80) {
        return c >= 0x20 && c != 0x7f;
    }
    size_t low = 0;
    size_t high = sizeof ranges / sizeof ranges[0];
    while (low < high) {
        size_t mid = (low + high) / 2;
        if (ranges[mid].last < c) {
            low = mid + 1;
        } else {
            high = mid;
        }
    }
    return low < sizeof ranges / sizeof ranges[0] && c >= ranges[low].first &&
           cpython >= 300 + ranges[low].minor;
}

/* Double quotes only for a text that has single ones and no double ones. */
static uint8_t quote_for(const uint8_t *data, size_t len) {
    bool has_single = len && memchr(data, '\'', len);
    bool has_double = len && memchr(data, '"', len);
    return has_single && !has_double ? '"' : '\'';
}

/* The short escapes that str and bytes share; false if c has none. */
static bool put_short_escape(pickle__text *t, uint8_t c, uint8_t quote) {
    uint8_t letter = c == '\t'                 ? 't'
                     : c == '\n'               ? 'n'
                     : c == '\r'               ? 'r'
                     : c == quote || c == '\\' ? c
                                               : 0;
    if (!letter) {
        return false;
    }
    pickle__text_byte(t, '\\');
    pickle__text_byte(t, letter);
    return true;
}

static void put_hex(pickle__text *t, char letter, uint32_t c, int digits) {
    static const char hex[] = "0123456789abcdef";
    pickle__text_byte(t, '\\');
    pickle__text_byte(t, (uint8_t)letter);
    while (digits-- > 0) {
        pickle__text_byte(t, (uint8_t)hex[c >> 4 * digits & 15]);
    }
}

/* Number of plain characters that data begins with. */
static size_t plain_prefix(const uint8_t *data, size_t len, uint8_t quote) {
    size_t i = 0;
    while (i < len && data[i] >= 0x20 && data[i] < 0x7f && data[i] != quote &&
           data[i] != '\\') {
        i++;
    }
    return i;
}

static void put_str_char(pickle__text *t, uint32_t c, uint8_t quote,
                         int cpython, bool ascii_only) {
    if (c < 0x80 && put_short_escape(t, (uint8_t)c, quote)) {
        return;
    }
    if (!(c >= 0x80 && ascii_only) && pickle__is_printable(c, cpython)) {
        uint8_t utf8[4];
        pickle__text_put(t, utf8, pickle__utf8_put(utf8, c));
    } else if (c <= 0xff) {
        put_hex(t, 'x', c, 2);
    } else if (c <= 0xffff) {
        put_hex(t, 'u', c, 4);
    } else {
        put_hex(t, 'U', c, 8);
    }
}

void pickle__repr_str(pickle__text *t, const uint8_t *data, size_t len,
                      int cpython, bool ascii_only) {
    uint8_t quote = quote_for(data, len);
    pickle__text_byte(t, quote);
    for (size_t i = 0; i < len;) {
        size_t plain = plain_prefix(data + i, len - i, quote);
        pickle__text_put(t, data + i, plain);
        i += plain;
        if (i < len) {
            put_str_char(t, pickle__utf8_next(data, &i), quote, cpython,
                         ascii_only);
        }
    }
    pickle__text_byte(t, quote);
}

/* Also escaped: a quote that the enclosing quotes do not ask for. */
static void put_bytes(pickle__text *t, const uint8_t *data, size_t len,
                      uint8_t escaped) {
    uint8_t quote = quote_for(data, len);
    pickle__text_byte(t, 'b');
    pickle__text_byte(t, quote);
    for (size_t i = 0; i < len;) {
        size_t plain = plain_prefix(data + i, len - i, escaped);
        pickle__text_put(t, data + i, plain);
        i += plain;
        if (i < len && !put_short_escape(t, data[i], escaped)) {
            put_hex(t, 'x', data[i], 2);
        }
        i++;
    }
    pickle__text_byte(t, quote);
}

void pickle__repr_bytes(pickle__text *t, const uint8_t *data, size_t len) {
    put_bytes(t, data, len, quote_for(data, len));
}

void pickle__repr_bytearray(pickle__text *t, const uint8_t *data, size_t len,
                            int cpython) {
    pickle__text_str(t, "bytearray(");
    put_bytes(t, data, len, cpython < 315 ? '\'' : quote_for(data, len));
    pickle__text_byte(t, ')');
}
