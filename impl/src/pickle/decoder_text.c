/* Opcodes whose argument is a line with a number: INT, LONG, FLOAT, GET, PUT.
 */
#include "base/repr.h"
#include "pickle/decoder.h"
#include "pickle/input.h"
#include "pickle/number_text.h"

/* How much of a number that is none CPython's messages quote. */
enum { QUOTED = 200 };

/* The C unpickler hands a line to functions that end at a NUL. */
static size_t c_length(const uint8_t *text, size_t len) {
    const uint8_t *nul = len ? memchr(text, 0, len) : NULL;
    return nul ? (size_t)(nul - text) : len;
}

/* readline()[:-1]: where the input ended, a digit goes instead of the newline.
 */
static size_t python_length(const pickle__line *line) {
    return line->len - (!line->ended && line->len ? 1 : 0);
}

/* The base of INT and LONG: by prefix up to 3.13 (gh-126992). */
static unsigned literal_base(const pickle_decoder *d) {
    return d->cpython >= 314 ? 10 : 0;
}

static pickle_code fail_digits(pickle_decoder *d, size_t digits) {
    return pickle__fail(d, PICKLE_ERR_INT_DIGITS,
                        "Exceeds the limit (%zu%s) for integer string "
                        "conversion: value has %zu digits; use "
                        "sys.set_int_max_str_digits() to increase the limit",
                        d->opt.max_digits, d->cpython < 311 ? "" : " digits",
                        digits);
}

/* With a message that was put together; it is freed. */
static pickle_code fail_with(pickle_decoder *d, pickle_code code,
                             pickle__text *message) {
    pickle__text_terminate(message);
    pickle_code result =
        message->failed ? pickle__fail(d, PICKLE_ERR_NOMEM, "out of memory")
                        : pickle__fail(d, code, "%s", (char *)message->data);
    pickle__text_deinit(message);
    return result;
}

/* The message quotes up to 200 bytes of the text as a str, which may fail
 * itself; the pure-Python unpickler has bytes. */
static pickle_code fail_int_text(pickle_decoder *d, const uint8_t *text,
                                 size_t len, unsigned base) {
    pickle__utf8_error bad;
    pickle__text message;
    size_t shown = len < QUOTED ? len : QUOTED;
    if (!d->pure && !pickle__utf8_strict(text, shown, &bad)) {
        return pickle__fail_decode(d, "utf-8", text, &bad);
    }
    pickle__text_init(&message, &d->alloc);
    pickle__text_format(&message,
                        "invalid literal for int() with base %u: ", base);
    if (d->pure) {
        pickle__repr_bytes(&message, text, shown);
    } else {
        pickle__repr_str(&message, text, shown, d->cpython, false);
    }
    return fail_with(d, PICKLE_ERR_INT_TEXT, &message);
}

/* int(text), its errors recorded. newline: one follows, which a message
 * quotes. */
static pickle_code int_value(pickle_decoder *d, const uint8_t *text, size_t len,
                             unsigned base, bool newline, pickle_value *v) {
    pickle__int_text how = {base, d->opt.max_digits, d->cpython < 312, 0};
    switch (pickle__int_from_text(d->doc, &d->alloc, text, len, &how, v)) {
    case PICKLE__NUMBER_OK: return PICKLE_OK;
    case PICKLE__NUMBER_DIGITS: return fail_digits(d, how.digits);
    case PICKLE__NUMBER_NOMEM: return pickle__fail_doc(d);
    default: return fail_int_text(d, text, len + newline, how.base);
    }
}

/*
 * What strtol() makes of a whole text that fits 64 bits. It takes a leading
 * zero for octal where int() refuses it, and an empty text for 0.
 */
static bool by_strtol(const uint8_t *text, size_t len, unsigned base,
                      int64_t *n) {
    size_t i = 0;
    uint64_t sum = 0;
    while (i < len && pickle__is_space(text[i])) {
        i++;
    }
    if (i == len) {
        *n = 0;
        return len == 0;
    }
    bool negative = text[i] == '-';
    i += text[i] == '-' || text[i] == '+';
    if (base == 0) {
        base = i < len && text[i] == '0' ? 8 : 10;
    }
    size_t start = i;
    for (; i < len && pickle__digit(text[i]) < base; i++) {
        if (sum > ((uint64_t)INT64_MAX - pickle__digit(text[i])) / base) {
            return false;
        }
        sum = sum * base + pickle__digit(text[i]);
    }
    *n = negative ? -(int64_t)sum : (int64_t)sum;
    return i == len && i > start;
}

/* A line of two characters that reads as 0 or 1 is a bool; from 3.15 on it
 * must be 00 or 01. */
static bool is_bool(const pickle_decoder *d, const pickle__line *line,
                    int64_t n) {
    if (line->len != 2 || (n != 0 && n != 1)) {
        return false;
    }
    return d->cpython < 315 ||
           (line->text[0] == '0' && line->text[1] == '0' + n);
}

static pickle_code push_c_int(pickle_decoder *d, const pickle__line *line) {
    size_t len = c_length(line->text, line->len);
    unsigned base = literal_base(d);
    int64_t n;
    if (by_strtol(line->text, len, base, &n)) {
        return pickle__push(d, is_bool(d, line, n) ? pickle_bool(n == 1)
                                                   : pickle_int(d->doc, n));
    }
    pickle_value v;
    pickle_code code = int_value(d, line->text, len, base, false, &v);
    if (code == PICKLE_ERR_INT_TEXT || code == PICKLE_ERR_INT_DIGITS ||
        code == PICKLE_ERR_UNICODE_DECODE) {
        return pickle__fail(d, PICKLE_ERR_INT_TEXT,
                            "could not convert string to int");
    }
    return code ? code : pickle__push(d, v);
}

static pickle_code push_python_int(pickle_decoder *d,
                                   const pickle__line *line) {
    if (line->ended && line->len == 2 && line->text[0] == '0' &&
        (line->text[1] == '0' || line->text[1] == '1')) {
        return pickle__push(d, pickle_bool(line->text[1] == '1'));
    }
    pickle_value v;
    pickle_code code =
        int_value(d, line->text, line->len, literal_base(d), line->ended, &v);
    return code ? code : pickle__push(d, v);
}

pickle_code pickle__op_int(pickle_decoder *d) {
    pickle__line line;
    pickle_code code = pickle__input_line(d, 1, &line);
    if (code) {
        return code;
    }
    return d->pure ? push_python_int(d, &line) : push_c_int(d, &line);
}

/* One L at the end is dropped; without it the C unpickler's text keeps the
 * newline. */
pickle_code pickle__op_long(pickle_decoder *d) {
    pickle__line line;
    pickle_code code = pickle__input_line(d, 1, &line);
    if (code) {
        return code;
    }
    size_t len = d->pure ? python_length(&line) : line.len;
    len -= len && line.text[len - 1] == 'L';
    if (!d->pure) {
        len = c_length(line.text, len);
    }
    bool newline = !d->pure && len == line.len;
    pickle_value v;
    code = int_value(d, line.text, len, literal_base(d), newline, &v);
    return code ? code : pickle__push(d, v);
}

pickle_code pickle__line_index(pickle_decoder *d, const pickle__line *line,
                               int64_t *index, bool *big) {
    size_t len =
        d->pure ? python_length(line) : c_length(line->text, line->len);
    pickle_value v;
    *big = false;
    if (len < 18 && by_strtol(line->text, len, 10, index) && len) {
        return PICKLE_OK;
    }
    bool newline = !d->pure && len == line->len;
    pickle_code code = int_value(d, line->text, len, 10, newline, &v);
    if (!code && !pickle_get_int(v, index)) {
        uint8_t scratch[8];
        const uint8_t *data;
        size_t n = pickle_get_int_bytes(v, scratch, &data);
        *big = true;
        *index = data[n - 1] & 0x80 ? INT64_MIN : INT64_MAX;
    }
    return code;
}

/* ---- FLOAT ---- */

/* UTF-8, with U+FFFD for what is not. */
static void put_replaced(pickle__text *t, const uint8_t *text, size_t len) {
    static const char replacement[] = "\xef\xbf\xbd";
    pickle__utf8_error bad;
    while (!pickle__utf8_strict(text, len, &bad)) {
        pickle__text_put(t, text, bad.start);
        pickle__text_str(t, replacement);
        text += bad.end;
        len -= bad.end;
    }
    pickle__text_put(t, text, len);
}

/* The message quotes up to 200 bytes, the newline among them if no NUL came
 * before it. */
static pickle_code fail_float(pickle_decoder *d, pickle_code code,
                              const char *what, const uint8_t *text,
                              size_t len) {
    pickle__text message;
    len += text[len] == '\n';
    pickle__text_init(&message, &d->alloc);
    pickle__text_format(&message, "%s: '", what);
    put_replaced(&message, text, len < QUOTED ? len : QUOTED);
    pickle__text_byte(&message, '\'');
    return fail_with(d, code, &message);
}

static pickle_code push_c_float(pickle_decoder *d, const uint8_t *text,
                                size_t len) {
    size_t used;
    double x;
    switch (pickle__float_from_text(&d->alloc, text, len, &used, &x)) {
    case PICKLE__NUMBER_OK: break;
    case PICKLE__NUMBER_RANGE:
        return fail_float(d, PICKLE_ERR_FLOAT_RANGE,
                          "value too large to convert to float", text, len);
    case PICKLE__NUMBER_NOMEM:
        return pickle__fail(d, PICKLE_ERR_NOMEM, "out of memory");
    default:
        return fail_float(d, PICKLE_ERR_FLOAT_TEXT,
                          "could not convert string to float", text, len);
    }
    if (used != len) {
        return pickle__fail(d, PICKLE_ERR_FLOAT_TEXT,
                            "could not convert string to float");
    }
    return pickle__push(d, pickle_float(d->doc, x));
}

/* Copy text without the underscores that stand between digits; others stay
 * and make it invalid. Returns the length. */
static size_t drop_underscores(uint8_t *out, const uint8_t *text, size_t len) {
    size_t n = 0;
    for (size_t i = 0; i < len; i++) {
        bool between = text[i] == '_' && i > 0 && i + 1 < len &&
                       pickle__digit(text[i - 1]) < 10 &&
                       pickle__digit(text[i + 1]) < 10;
        if (!between) {
            out[n++] = text[i];
        }
    }
    return n;
}

/* float(): white space around and underscores are allowed, too large is
 * infinite. */
static pickle_code push_python_float(pickle_decoder *d, const uint8_t *text,
                                     size_t len) {
    while (len && pickle__is_space(text[0])) {
        text++;
        len--;
    }
    while (len && pickle__is_space(text[len - 1])) {
        len--;
    }
    uint8_t *copy = pickle__alloc(&d->alloc, len + 1);
    if (!copy) {
        return pickle__fail(d, PICKLE_ERR_NOMEM, "out of memory");
    }
    size_t n = drop_underscores(copy, text, len);
    size_t used;
    double x;
    pickle__number_result result =
        pickle__float_from_text(&d->alloc, copy, n, &used, &x);
    pickle__free(&d->alloc, copy, len + 1);
    if (result == PICKLE__NUMBER_NOMEM) {
        return pickle__fail(d, PICKLE_ERR_NOMEM, "out of memory");
    }
    if (result == PICKLE__NUMBER_INVALID || used != n) {
        return pickle__fail(d, PICKLE_ERR_FLOAT_TEXT,
                            "could not convert string to float: b'%.*s'",
                            (int)(len < 60 ? len : 60), (const char *)text);
    }
    return pickle__push(d, pickle_float(d->doc, x));
}

pickle_code pickle__op_float(pickle_decoder *d) {
    pickle__line line;
    pickle_code code = pickle__input_line(d, 1, &line);
    if (code) {
        return code;
    }
    if (d->pure) {
        return push_python_float(d, line.text, python_length(&line));
    }
    return push_c_float(d, line.text, c_length(line.text, line.len));
}
