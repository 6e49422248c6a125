/* Arguments as dis prints them. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/repr.h"
#include "pickletools/genops.h"

#define MAX_DIGITS 4300

/* More bytes than this are more than MAX_DIGITS digits in any case. */
#define MAX_INT_BYTES 1790

#define WORDS (MAX_INT_BYTES / 4 + 2)

/* The magnitude of a two's complement int in words; their count. */
static size_t magnitude(uint32_t words[WORDS], const uint8_t *data,
                        size_t len) {
    bool negative = data[len - 1] >= 0x80;
    size_t count = len / 4 + 1;
    uint64_t carry = negative;
    for (size_t i = 0; i < count; i++) {
        uint32_t word = 0;
        for (size_t k = 0; k < 4; k++) {
            size_t at = 4 * i + k;
            uint8_t byte = at < len ? data[at] : negative ? 0xff : 0;
            word |= (uint32_t)byte << 8 * k;
        }
        carry += negative ? (uint32_t)~word : word;
        words[i] = (uint32_t)carry;
        carry >>= 32;
    }
    return count;
}

/* Divide by 10**9; the remainder. */
static uint32_t divide(uint32_t *words, size_t *count) {
    uint64_t rest = 0;
    for (size_t i = *count; i > 0; i--) {
        rest = rest << 32 | words[i - 1];
        words[i - 1] = (uint32_t)(rest / 1000000000);
        rest %= 1000000000;
    }
    while (*count && words[*count - 1] == 0) {
        --*count;
    }
    return (uint32_t)rest;
}

static bool put_bigint(pickle__text *t, const uint8_t *data, size_t len) {
    uint32_t words[WORDS];
    char digits[MAX_DIGITS + 32];
    size_t at = sizeof digits;
    if (len > MAX_INT_BYTES) {
        return false;
    }
    size_t count = magnitude(words, data, len);
    while (count) {
        uint32_t part = divide(words, &count);
        for (int i = 0; i < 9 && (count || part); i++) {
            digits[--at] = (char)('0' + part % 10);
            part /= 10;
        }
    }
    if (sizeof digits - at > MAX_DIGITS) {
        return false;
    }
    if (data[len - 1] >= 0x80) {
        pickle__text_byte(t, '-');
    }
    pickle__text_put(t, digits + at, sizeof digits - at);
    return true;
}

static void put_float(pickle__text *t, double x) {
    char s[40];
    if (isnan(x)) {
        pickle__text_str(t, "nan");
        return;
    }
    if (isinf(x)) {
        pickle__text_str(t, x < 0 ? "-inf" : "inf");
        return;
    }
    int p = 0;
    do {
        snprintf(s, sizeof s, "%.*e", p, x);
    } while (strtod(s, NULL) != x && p++ < 17);
    /* sign, digits, exponent */
    const char *d = s;
    if (*d == '-') {
        pickle__text_byte(t, '-');
        d++;
    }
    char digits[32];
    int n = 0;
    for (; *d != 'e'; d++) {
        if (*d != '.') {
            digits[n++] = *d;
        }
    }
    while (n > 1 && digits[n - 1] == '0') {
        n--;
    }
    int point = atoi(d + 1) + 1;
    if (point > 16 || point < -3) {
        pickle__text_put(t, digits, 1);
        if (n > 1) {
            pickle__text_byte(t, '.');
            pickle__text_put(t, digits + 1, (size_t)n - 1);
        }
        pickle__text_format(t, "e%+03d", point - 1);
    } else if (point <= 0) {
        pickle__text_str(t, "0.");
        pickle__text_fill(t, '0', (size_t)-point);
        pickle__text_put(t, digits, (size_t)n);
    } else if (point >= n) {
        pickle__text_put(t, digits, (size_t)n);
        pickle__text_fill(t, '0', (size_t)(point - n));
        pickle__text_str(t, ".0");
    } else {
        pickle__text_put(t, digits, (size_t)point);
        pickle__text_byte(t, '.');
        pickle__text_put(t, digits + point, (size_t)(n - point));
    }
}

bool pickle__arg_repr(pickle__text *t, const pickle_arg *arg, int cpython,
                      bool ascii_only) {
    switch (arg->kind) {
    case PICKLE_ARG_NONE: break;
    case PICKLE_ARG_BOOL:
        pickle__text_str(t, arg->integer ? "True" : "False");
        break;
    case PICKLE_ARG_INT:
        pickle__text_format(t, "%lld", (long long)arg->integer);
        break;
    case PICKLE_ARG_BIGINT: return put_bigint(t, arg->data, arg->len);
    case PICKLE_ARG_FLOAT: put_float(t, arg->number); break;
    case PICKLE_ARG_STR:
        pickle__repr_str(t, arg->data, arg->len, cpython, ascii_only);
        break;
    case PICKLE_ARG_BYTES: pickle__repr_bytes(t, arg->data, arg->len); break;
    case PICKLE_ARG_BYTEARRAY:
        pickle__repr_bytearray(t, arg->data, arg->len, cpython);
        break;
    }
    return true;
}

bool pickle__is_ascii_arg(uint8_t opcode, int cpython) {
    return cpython >= 314 && (opcode == 'S' || opcode == 'T' || opcode == 'U');
}

pickle_code pickle_genop_repr(const pickle_genop *op, int cpython,
                              pickle_bytes_buffer *out, pickle_error *err) {
    pickle__text t;
    pickle__error_clear(err);
    cpython = pickle__cpython(cpython);
    if (!cpython) {
        return pickle__error_code(err, PICKLE_ERR_ARGUMENT, "genops");
    }
    pickle__text_borrow(&t, out);
    bool good = pickle__arg_repr(&t, &op->arg, cpython,
                                 pickle__is_ascii_arg(op->info->code, cpython));
    pickle__text_return(&t, out, good && !t.failed);
    if (t.failed) {
        return pickle__error_code(err, PICKLE_ERR_NOMEM, op->info->name);
    }
    return good
               ? PICKLE_OK
               : pickle__error_code(err, PICKLE_ERR_INT_DIGITS, op->info->name);
}
