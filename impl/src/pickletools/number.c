/* Numbers of lines and of two's complement bytes, as Python's int() and
 * float() read them. */
#include "base/repr.h"
#include "pickle/number_text.h"
#include "pickletools/codec.h"

/* int() takes no more decimal digits than this (CVE-2020-10735). */
#define MAX_DIGITS 4300

/* Bytes of the line that a message of int() quotes, and characters of their
 * repr(): the closing quote may be cut off. */
#define MAX_QUOTED 200

void pickle__int_arg(const uint8_t *data, size_t len, pickle_arg *arg) {
    while (len > 1 && ((data[len - 1] == 0x00 && data[len - 2] < 0x80) ||
                       (data[len - 1] == 0xff && data[len - 2] >= 0x80))) {
        len--;
    }
    if (len > 8) {
        arg->kind = PICKLE_ARG_BIGINT;
        arg->data = data;
        arg->len = len;
        return;
    }
    uint64_t n = len && data[len - 1] >= 0x80 ? UINT64_MAX : 0;
    for (size_t i = len; i > 0; i--) {
        n = n << 8 | data[i - 1];
    }
    arg->kind = PICKLE_ARG_INT;
    arg->integer = (int64_t)n;
}

/* ---- int() ---- */

/* The parts of a text that is to be an int. */
typedef struct int_text {
    size_t first;  /* of the digits */
    size_t end;    /* behind them */
    size_t digits; /* without underscores */
    bool negative;
    bool well_spaced; /* underscores only between digits */
    bool to_the_end;  /* nothing but white space follows */
} int_text;

static int_text scan_int(const uint8_t *line, size_t len) {
    int_text n = {0, 0, 0, false, true, false};
    size_t i = 0;
    while (i < len && pickle__is_space(line[i])) {
        i++;
    }
    if (i < len && (line[i] == '-' || line[i] == '+')) {
        n.negative = line[i++] == '-';
    }
    n.first = i;
    uint8_t before = '_';
    for (; i < len && (pickle__digit(line[i]) < 10 || line[i] == '_'); i++) {
        if (line[i] == '_' && before == '_') {
            break;
        }
        n.digits += line[i] != '_';
        before = line[i];
    }
    n.well_spaced = before != '_' && (i == len || line[i] != '_');
    n.end = i;
    while (i < len && pickle__is_space(line[i])) {
        i++;
    }
    n.to_the_end = i == len;
    return n;
}

static bool fail_int(pickle_genops *it, const uint8_t *line, size_t len) {
    pickle__text_str(&it->message, "invalid literal for int() with base 10: ");
    size_t start = it->message.len;
    pickle__repr_bytes(&it->message, line, len < MAX_QUOTED ? len : MAX_QUOTED);
    if (!it->message.failed && it->message.len - start > MAX_QUOTED) {
        it->message.len = start + MAX_QUOTED;
    }
    return pickle__genops_stop(it, PICKLE_ERR_PICKLETOOLS);
}

void pickle__digits_message(pickle__text *t, int cpython) {
    pickle__text_format(t,
                        "Exceeds the limit (%d%s) for integer string "
                        "conversion; use sys.set_int_max_str_digits() to "
                        "increase the limit",
                        MAX_DIGITS, cpython < 311 ? "" : " digits");
}

static bool fail_digits(pickle_genops *it, size_t digits) {
    pickle__text_format(&it->message,
                        "Exceeds the limit (%d%s) for integer string "
                        "conversion: value has %zu digits; use "
                        "sys.set_int_max_str_digits() to increase the limit",
                        MAX_DIGITS, it->cpython < 311 ? "" : " digits", digits);
    return pickle__genops_stop(it, PICKLE_ERR_INT_DIGITS);
}

/* bytes[len] = bytes * factor + add, least significant first. */
static size_t multiply_add(uint8_t *bytes, size_t len, uint32_t factor,
                           uint32_t add) {
    uint64_t carry = add;
    for (size_t i = 0; i < len; i++) {
        carry += (uint64_t)bytes[i] * factor;
        bytes[i] = (uint8_t)carry;
        carry >>= 8;
    }
    while (carry) {
        bytes[len++] = (uint8_t)carry;
        carry >>= 8;
    }
    return len;
}

static void negate(uint8_t *bytes, size_t len) {
    unsigned carry = 1;
    for (size_t i = 0; i < len; i++) {
        carry += (uint8_t)~bytes[i];
        bytes[i] = (uint8_t)carry;
        carry >>= 8;
    }
}

/* The value of at most MAX_DIGITS digits, eight at a time. */
static bool convert(pickle_genops *it, const uint8_t *line, const int_text *n,
                    pickle_arg *arg) {
    it->scratch.len = 0;
    uint8_t *bytes = pickle__text_reserve(&it->scratch, n->digits / 2 + 9);
    if (!bytes) {
        return pickle__genops_nomem(it);
    }
    size_t len = 0;
    uint32_t factor = 1;
    uint32_t part = 0;
    for (size_t i = n->first; i < n->end; i++) {
        if (line[i] == '_') {
            continue;
        }
        part = part * 10 + pickle__digit(line[i]);
        factor *= 10;
        if (factor == 100000000) {
            len = multiply_add(bytes, len, factor, part);
            factor = 1;
            part = 0;
        }
    }
    len = multiply_add(bytes, len, factor, part);
    bytes[len++] = 0; /* the sign */
    if (n->negative) {
        negate(bytes, len);
    }
    pickle__int_arg(bytes, len, arg);
    return true;
}

bool pickle__parse_int(pickle_genops *it, const uint8_t *line, size_t len,
                       pickle_arg *arg) {
    int_text n = scan_int(line, len);
    bool too_long = n.digits > MAX_DIGITS;
    /* 3.12 and newer look for what follows the digits before they count. */
    bool is_form_first = it->cpython >= 312;
    if (!n.well_spaced || (!n.to_the_end && (is_form_first || !too_long))) {
        return fail_int(it, line, len);
    }
    return too_long ? fail_digits(it, n.digits) : convert(it, line, &n, arg);
}

/* ---- float() ---- */

/* Underscores may stand between two digits; false if one does not. What is
 * left of `text[len]` goes to it->scratch. */
static bool drop_underscores(pickle_genops *it, const uint8_t *text,
                             size_t len) {
    uint8_t before = 0;
    it->scratch.len = 0;
    for (size_t i = 0; i < len; i++) {
        bool is_digit = pickle__digit(text[i]) < 10;
        if ((text[i] == '_' && pickle__digit(before) >= 10) ||
            (before == '_' && !is_digit)) {
            return false;
        }
        if (text[i] != '_') {
            pickle__text_byte(&it->scratch, text[i]);
        }
        before = text[i];
    }
    return before != '_';
}

static bool fail_float(pickle_genops *it, const uint8_t *line, size_t len) {
    pickle__text_str(&it->message, "could not convert string to float: ");
    pickle__repr_bytes(&it->message, line, len);
    return pickle__genops_stop(it, PICKLE_ERR_PICKLETOOLS);
}

bool pickle__parse_float(pickle_genops *it, const uint8_t *line, size_t len,
                         double *number) {
    const uint8_t *text = line;
    size_t n = len;
    while (n && pickle__is_space(*text)) {
        text++;
        n--;
    }
    while (n && pickle__is_space(text[n - 1])) {
        n--;
    }
    if (n && memchr(text, '_', n)) {
        bool good = drop_underscores(it, text, n);
        if (it->scratch.failed) {
            return pickle__genops_nomem(it);
        }
        if (!good) {
            return fail_float(it, line, len);
        }
        text = it->scratch.data;
        n = it->scratch.len;
    }
    /* Up to 3.9 the message quotes the stripped text when nothing is left. */
    if (n == 0 && it->cpython < 310) {
        return pickle__genops_fail(it, PICKLE_ERR_PICKLETOOLS,
                                   "could not convert string to float: ''");
    }
    size_t used = 0;
    switch (
        pickle__float_from_text(&it->message.alloc, text, n, &used, number)) {
    case PICKLE__NUMBER_NOMEM: return pickle__genops_nomem(it);
    case PICKLE__NUMBER_OK:
    case PICKLE__NUMBER_RANGE: /* float() gives infinity */
        if (used == n) {
            return true;
        }
        break;
    default: break;
    }
    return fail_float(it, line, len);
}
