#include "base/utf8.h"

#include <string.h>

/* Length of the leading ASCII part, eight bytes at a time. */
static size_t ascii_prefix(const uint8_t *data, size_t len) {
    size_t i = 0;
    for (; i + 8 <= len; i += 8) {
        uint64_t word;
        memcpy(&word, data + i, 8);
        if (word & UINT64_C(0x8080808080808080)) {
            break;
        }
    }
    while (i < len && data[i] < 0x80) {
        i++;
    }
    return i;
}

static bool is_continuation(uint8_t c) {
    return (c & 0xc0) == 0x80;
}

/*
 * Length of the valid sequence at p[avail], p[0] >= 0x80; 0 and *bad (how many
 * bytes CPython blames) and *reason if there is none. The second byte of some
 * sequences has a narrower range: it excludes overlong forms and code points
 * past U+10FFFF. ED A0..BF (surrogates) pass.
 */
static size_t sequence(const uint8_t *p, size_t avail, size_t *bad,
                       const char **reason) {
    size_t need = p[0] < 0xc2   ? 0
                  : p[0] < 0xe0 ? 2
                  : p[0] < 0xf0 ? 3
                  : p[0] < 0xf5 ? 4
                                : 0;
    uint8_t low = p[0] == 0xe0 ? 0xa0 : p[0] == 0xf0 ? 0x90 : 0x80;
    uint8_t high = p[0] == 0xf4 ? 0x8f : 0xbf;
    *bad = 1;
    /* Strict UTF-8 stops at the second byte of a surrogate, so that is the
     * error "surrogatepass" passes on when it finds no whole surrogate. */
    if (p[0] == 0xed && avail >= 2 && p[1] >= 0xa0 && is_continuation(p[1]) &&
        (avail < 3 || !is_continuation(p[2]))) {
        *reason = "invalid continuation byte";
        return 0;
    }
    if (need == 0) {
        *reason = "invalid start byte";
        return 0;
    }
    for (size_t i = 1; i < need; i++) {
        if (i >= avail) {
            *bad = i;
            *reason = "unexpected end of data";
            return 0;
        }
        bool ok = i == 1 ? p[1] >= low && p[1] <= high : is_continuation(p[i]);
        if (!ok) {
            *bad = i;
            *reason = "invalid continuation byte";
            return 0;
        }
    }
    return need;
}

bool pickle__utf8_valid(const uint8_t *data, size_t len, bool *ascii,
                        pickle__utf8_error *bad) {
    size_t i = ascii_prefix(data, len);
    if (ascii) {
        *ascii = i == len;
    }
    while (i < len) {
        if (data[i] < 0x80) {
            i += ascii_prefix(data + i, len - i);
            continue;
        }
        size_t blamed;
        const char *reason;
        size_t n = sequence(data + i, len - i, &blamed, &reason);
        if (n == 0) {
            if (bad) {
                bad->start = i;
                bad->end = i + blamed;
                bad->reason = reason;
            }
            return false;
        }
        i += n;
    }
    return true;
}

bool pickle__utf8_strict(const uint8_t *data, size_t len,
                         pickle__utf8_error *bad) {
    pickle__utf8_error first = {len, len, ""};
    bool valid = pickle__utf8_valid(data, len, NULL, &first);
    for (size_t i = 0; i + 1 < first.start; i++) {
        if (data[i] == 0xed && data[i + 1] >= 0xa0) {
            *bad = (pickle__utf8_error){i, i + 1, "invalid continuation byte"};
            return false;
        }
    }
    if (!valid) {
        *bad = first;
    }
    return valid;
}

uint32_t pickle__utf8_next(const uint8_t *data, size_t *pos) {
    const uint8_t *p = data + *pos;
    if (p[0] < 0x80) {
        *pos += 1;
        return p[0];
    }
    if (p[0] < 0xe0) {
        *pos += 2;
        return (uint32_t)(p[0] & 0x1f) << 6 | (p[1] & 0x3fu);
    }
    if (p[0] < 0xf0) {
        *pos += 3;
        return (uint32_t)(p[0] & 0x0f) << 12 | (uint32_t)(p[1] & 0x3f) << 6 |
               (p[2] & 0x3fu);
    }
    *pos += 4;
    return (uint32_t)(p[0] & 0x07) << 18 | (uint32_t)(p[1] & 0x3f) << 12 |
           (uint32_t)(p[2] & 0x3f) << 6 | (p[3] & 0x3fu);
}

size_t pickle__utf8_put(uint8_t *out, uint32_t c) {
    if (c < 0x80) {
        out[0] = (uint8_t)c;
        return 1;
    }
    if (c < 0x800) {
        out[0] = (uint8_t)(0xc0 | c >> 6);
        out[1] = (uint8_t)(0x80 | (c & 0x3f));
        return 2;
    }
    if (c < 0x10000) {
        out[0] = (uint8_t)(0xe0 | c >> 12);
        out[1] = (uint8_t)(0x80 | (c >> 6 & 0x3f));
        out[2] = (uint8_t)(0x80 | (c & 0x3f));
        return 3;
    }
    out[0] = (uint8_t)(0xf0 | c >> 18);
    out[1] = (uint8_t)(0x80 | (c >> 12 & 0x3f));
    out[2] = (uint8_t)(0x80 | (c >> 6 & 0x3f));
    out[3] = (uint8_t)(0x80 | (c & 0x3f));
    return 4;
}

size_t pickle__utf8_count(const uint8_t *data, size_t len) {
    size_t n = 0;
    for (size_t i = 0; i < len; i++) {
        n += !is_continuation(data[i]);
    }
    return n;
}
