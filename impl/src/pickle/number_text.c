#include "pickle/number_text.h"

#include <errno.h>
#include <locale.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/checked.h"

/* ---- int ---- */

/* A magnitude that grows digit by digit: little-endian words. */
typedef struct magnitude {
    uint32_t *words;
    size_t count;
    size_t cap;
} magnitude;

/* m = m * factor + add. There is room for one more word. */
static void multiply_add(magnitude *m, uint32_t factor, uint32_t add) {
    uint64_t carry = add;
    for (size_t i = 0; i < m->count; i++) {
        carry += (uint64_t)m->words[i] * factor;
        m->words[i] = (uint32_t)carry;
        carry >>= 32;
    }
    if (carry) {
        m->words[m->count++] = (uint32_t)carry;
    }
}

/* The int of a magnitude and sign, in two's complement in its own words. */
static pickle_value finish(pickle_doc *doc, magnitude *m, bool negative) {
    m->words[m->count] = 0; /* the sign */
    size_t n = m->count + 1;
    uint64_t carry = 1;
    for (size_t i = 0; negative && i < n; i++) {
        carry += (uint32_t)~m->words[i];
        m->words[i] = (uint32_t)carry;
        carry >>= 32;
    }
    uint8_t *bytes = (uint8_t *)m->words;
    for (size_t i = 0; i < n; i++) {
        uint32_t word = m->words[i];
        for (size_t k = 0; k < 4; k++) {
            bytes[4 * i + k] = (uint8_t)(word >> 8 * k);
        }
    }
    return pickle_int_bytes(doc, bytes, 4 * n);
}

/* Digits and single underscores between them, checked by the caller. */
static void accumulate(magnitude *m, const uint8_t *text, size_t len,
                       unsigned base) {
    uint32_t factor = 1;
    uint32_t part = 0;
    for (size_t i = 0; i < len; i++) {
        if (text[i] == '_') {
            continue;
        }
        part = part * base + pickle__digit(text[i]);
        factor *= base;
        if (factor > UINT32_MAX / 16) {
            multiply_add(m, factor, part);
            factor = 1;
            part = 0;
        }
    }
    multiply_add(m, factor, part);
}

static pickle__number_result
big_int(pickle_doc *doc, const pickle_allocator *alloc, const uint8_t *text,
        size_t len, unsigned base, bool negative, pickle_value *v) {
    magnitude m = {NULL, 0, len / 8 + 3};
    size_t bytes = m.cap * sizeof *m.words;
    m.words = pickle__alloc(alloc, bytes);
    if (!m.words) {
        return PICKLE__NUMBER_NOMEM;
    }
    accumulate(&m, text, len, base);
    *v = finish(doc, &m, negative);
    pickle__free(alloc, m.words, bytes);
    return pickle_is_null(*v) ? PICKLE__NUMBER_NOMEM : PICKLE__NUMBER_OK;
}

/* Count digits of the base up to the end of the number; underscores may only
 * stand between digits. *end is behind it. False if the form is wrong. */
static bool scan_digits(const uint8_t *text, size_t len, unsigned base,
                        size_t *end, size_t *digits, bool *nonzero) {
    uint8_t before = '_';
    size_t i = 0;
    *digits = 0;
    *nonzero = false;
    for (; i < len; i++) {
        bool is_digit = pickle__digit(text[i]) < base;
        if (!is_digit && !(text[i] == '_' && before != '_')) {
            break;
        }
        *digits += is_digit;
        *nonzero |= is_digit && text[i] != '0';
        before = text[i];
    }
    *end = i;
    return *digits > 0 && before != '_' && (i == len || text[i] != '_');
}

/* The base a prefix announces; *skip its length. "0" followed by anything else
 * is 10, and only zero may be written so. */
static unsigned prefix_base(const uint8_t *text, size_t len, size_t *skip) {
    static const char letters[] = "xXoObB";
    static const unsigned char bases[] = {16, 16, 8, 8, 2, 2};
    *skip = 0;
    if (len < 2 || text[0] != '0' || text[1] == '\0') {
        return 10;
    }
    const char *at = strchr(letters, text[1]);
    if (!at) {
        return 10;
    }
    *skip = len > 2 && text[2] == '_' ? 3 : 2;
    return bases[at - letters];
}

pickle__number_result pickle__int_from_text(pickle_doc *doc,
                                            const pickle_allocator *alloc,
                                            const uint8_t *text, size_t len,
                                            pickle__int_text *how,
                                            pickle_value *v) {
    size_t i = 0;
    while (i < len && pickle__is_space(text[i])) {
        i++;
    }
    bool negative = i < len && text[i] == '-';
    if (i < len && (text[i] == '-' || text[i] == '+')) {
        i++;
    }
    unsigned base = 10;
    bool only_zero = false;
    if (how->base == 0) {
        size_t skip;
        base = prefix_base(text + i, len - i, &skip);
        only_zero = base == 10 && i < len && text[i] == '0';
        i += skip;
        how->base = base;
    }
    size_t used;
    bool nonzero;
    bool ok =
        scan_digits(text + i, len - i, base, &used, &how->digits, &nonzero);
    size_t end = i + used;
    while (end < len && pickle__is_space(text[end])) {
        end++;
    }
    bool junk = end != len;
    if (only_zero && ok &&
        (how->junk_is_last ? nonzero || junk : nonzero && !junk)) {
        how->base = 0;
    }
    if (only_zero && nonzero) {
        return PICKLE__NUMBER_INVALID;
    }
    if (ok && base == 10 && how->digits > how->max_digits) {
        return PICKLE__NUMBER_DIGITS;
    }
    if (!ok || junk) {
        return PICKLE__NUMBER_INVALID;
    }
    return big_int(doc, alloc, text + i, used, base, negative, v);
}

/* ---- float ---- */

static size_t skip_digits(const uint8_t *text, size_t len, size_t i) {
    while (i < len && text[i] >= '0' && text[i] <= '9') {
        i++;
    }
    return i;
}

/* Length of the decimal number that text begins with, 0 if none. */
static size_t decimal_len(const uint8_t *text, size_t len) {
    size_t i = len && (text[0] == '-' || text[0] == '+') ? 1 : 0;
    size_t start = i;
    i = skip_digits(text, len, i);
    size_t digits = i - start;
    if (i < len && text[i] == '.') {
        size_t fraction = skip_digits(text, len, i + 1);
        digits += fraction - i - 1;
        i = fraction;
    }
    if (digits == 0) {
        return 0;
    }
    if (i < len && (text[i] == 'e' || text[i] == 'E')) {
        size_t e = i + 1;
        e += e < len && (text[e] == '-' || text[e] == '+');
        size_t end = skip_digits(text, len, e);
        i = end > e ? end : i;
    }
    return i;
}

/* Whether text goes on with a word of lower-case letters, in any case. */
static bool has_word(const uint8_t *text, size_t len, const char *word) {
    size_t n = strlen(word);
    if (len < n) {
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        if ((text[i] | 0x20) != (uint8_t)word[i]) {
            return false;
        }
    }
    return true;
}

/* "inf", "infinity", "nan" with a sign; 0 if none. */
static size_t special(const uint8_t *text, size_t len, double *x) {
    size_t i = len && (text[0] == '-' || text[0] == '+') ? 1 : 0;
    uint64_t bits = i && text[0] == '-' ? UINT64_C(1) << 63 : 0;
    size_t used = 0;
    if (has_word(text + i, len - i, "inf")) {
        bits |= UINT64_C(0x7ff0000000000000);
        used = i + (has_word(text + i, len - i, "infinity") ? 8 : 3);
    } else if (has_word(text + i, len - i, "nan")) {
        bits |= UINT64_C(0x7ff8000000000000);
        used = i + 3;
    }
    memcpy(x, &bits, sizeof *x);
    return used;
}

/*
 * strtod() rounds as Python does, but reads the locale's decimal point, so
 * the number is copied with that in the place of '.'. out has room.
 */
static void copy_localized(char *out, const uint8_t *text, size_t len,
                           const char *point) {
    for (size_t i = 0; i < len; i++) {
        if (text[i] == '.') {
            size_t n = strlen(point);
            memcpy(out, point, n);
            out += n;
        } else {
            *out++ = (char)text[i];
        }
    }
    *out = '\0';
}

pickle__number_result pickle__float_from_text(const pickle_allocator *alloc,
                                              const uint8_t *text, size_t len,
                                              size_t *used, double *x) {
    char small[64];
    char *copy = small;
    *used = decimal_len(text, len);
    if (*used == 0) {
        *used = special(text, len, x);
        return *used ? PICKLE__NUMBER_OK : PICKLE__NUMBER_INVALID;
    }
    const char *point = localeconv()->decimal_point;
    size_t size = *used + strlen(point) + 1;
    if (size > sizeof small) {
        copy = pickle__alloc(alloc, size);
        if (!copy) {
            return PICKLE__NUMBER_NOMEM;
        }
    }
    copy_localized(copy, text, *used, point);
    *x = strtod(copy, NULL);
    if (copy != small) {
        pickle__free(alloc, copy, size);
    }
    return isinf(*x) ? PICKLE__NUMBER_RANGE : PICKLE__NUMBER_OK;
}
