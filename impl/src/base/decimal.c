#include "base/decimal.h"

#include <stdbool.h>
#include <string.h>

static const char pairs[] =
    "00010203040506070809101112131415161718192021222324"
    "25262728293031323334353637383940414243444546474849"
    "50515253545556575859606162636465666768697071727374"
    "75767778798081828384858687888990919293949596979899";

size_t pickle__decimal_small(uint8_t out[PICKLE__DECIMAL_SMALL], int64_t n) {
    uint8_t text[PICKLE__DECIMAL_SMALL];
    size_t at = sizeof text;
    uint64_t rest = n < 0 ? 0 - (uint64_t)n : (uint64_t)n;
    while (rest >= 100) {
        at -= 2;
        memcpy(text + at, pairs + 2 * (rest % 100), 2);
        rest /= 100;
    }
    if (rest >= 10) {
        at -= 2;
        memcpy(text + at, pairs + 2 * rest, 2);
    } else {
        text[--at] = (uint8_t)('0' + rest);
    }
    if (n < 0) {
        text[--at] = '-';
    }
    memcpy(out, text + at, sizeof text - at);
    return sizeof text - at;
}

size_t pickle__decimal_least_digits(const uint8_t *data, size_t len) {
    uint8_t sign = len && data[len - 1] & 0x80 ? 0xff : 0;
    while (len && data[len - 1] == sign) {
        len--;
    }
    if (len < 2) {
        return 1;
    }
    /* The magnitude is at least 256 ** (len - 1) - 1, and a byte is more than
     * 2.4 digits. */
    size_t bytes = len - 1;
    return bytes / 5 * 12 + bytes % 5 * 12 / 5;
}

static uint32_t load(const uint8_t *p) {
    uint32_t x;
    memcpy(&x, p, sizeof x);
    return x;
}

static void store(uint8_t *p, uint32_t x) {
    memcpy(p, &x, sizeof x);
}

/* Put the magnitude of `data[len]` to out in limbs of the machine's order;
 * returns their number. */
static size_t magnitude(uint8_t *out, const uint8_t *data, size_t len,
                        bool negative) {
    size_t limbs = 0;
    uint64_t carry = negative;
    for (size_t i = 0; i < len; i += 4) {
        uint32_t x = negative ? UINT32_MAX : 0;
        for (size_t k = 0; k < 4 && i + k < len; k++) {
            unsigned shift = (unsigned)(8 * k);
            x = (x & ~((uint32_t)0xff << shift)) | (uint32_t)data[i + k]
                                                       << shift;
        }
        carry += negative ? (uint32_t)~x : x;
        store(out + 4 * limbs++, (uint32_t)carry);
        carry >>= 32;
    }
    while (limbs && load(out + 4 * (limbs - 1)) == 0) {
        limbs--;
    }
    return limbs;
}

/* Divide the limbs by 10 ** 9 in place; returns the remainder. */
static uint32_t divide(uint8_t *limbs, size_t count) {
    uint64_t rest = 0;
    for (size_t i = count; i--;) {
        rest = rest << 32 | load(limbs + 4 * i);
        store(limbs + 4 * i, (uint32_t)(rest / 1000000000));
        rest %= 1000000000;
    }
    return (uint32_t)rest;
}

size_t pickle__decimal(uint8_t *out, const uint8_t *data, size_t len) {
    /* The limbs stand at the front of out and shrink as the digits grow from
     * its end: nine bytes of digits for less than four of limbs, so the two
     * meet only when nothing is left to divide. */
    size_t room = pickle__decimal_room(len);
    size_t at = room;
    bool negative = len && data[len - 1] & 0x80;
    size_t count = magnitude(out, data, len, negative);
    while (count) {
        uint32_t nine = divide(out, count);
        while (count && load(out + 4 * (count - 1)) == 0) {
            count--;
        }
        for (int i = 0; count ? i < 9 : nine != 0; i++) {
            out[--at] = (uint8_t)('0' + nine % 10);
            nine /= 10;
        }
    }
    if (at == room) {
        out[--at] = '0';
    }
    if (negative) {
        out[--at] = '-';
    }
    memmove(out, out + at, room - at);
    return room - at;
}
