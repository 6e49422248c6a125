#include "value/hash.h"

#include <math.h>

#include "base/alloc.h"

uint64_t pickle__mix(uint64_t a, uint64_t b) {
    uint64_t x = (a ^ b) * UINT64_C(0x9fb21c651e98df25);
    x ^= x >> 32;
    x *= UINT64_C(0xd6e8feb86659fd93);
    return x ^ x >> 29;
}

uint64_t pickle__hash_bytes(uint64_t seed, const void *data, size_t len) {
    const uint8_t *p = data;
    uint64_t h = seed ^ len;
    for (; len >= 8; p += 8, len -= 8) {
        uint64_t word;
        memcpy(&word, p, 8);
        h = pickle__mix(h + UINT64_C(0x9e3779b97f4a7c15), word);
    }
    uint64_t tail = 0;
    for (size_t i = 0; i < len; i++) {
        tail |= (uint64_t)p[i] << (8 * i);
    }
    return pickle__mix(h, tail ^ seed);
}

/* An int that equals a double hashes as that double does. */
static uint64_t hash_double(uint64_t seed, double x) {
    if (x == floor(x) && x >= -9223372036854775808.0 &&
        x < 9223372036854775808.0) {
        return pickle__mix(seed, (uint64_t)(int64_t)x);
    }
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    return pickle__mix(seed ^ 0x5bd1e995u, bits);
}

/* The double that an int past 64 bits equals exactly, if there is one. */
static bool exact_double(const pickle__blob *b, double *x) {
    size_t top = b->len;
    bool negative = b->data[top - 1] >= 0x80;
    size_t low = 0;
    while (low < top - 1 && b->data[low] == 0) {
        low++;
    }
    if (top - low > 9 || top > 130) {
        return false;
    }
    /* At most nine bytes that matter: take them as a magnitude. */
    double sum = 0;
    unsigned carry = 1;
    uint64_t magnitude = 0;
    for (size_t i = low; i < top; i++) {
        unsigned byte = b->data[i];
        if (negative) {
            byte = (~byte & 0xffu) + carry;
            carry = byte >> 8;
            byte &= 0xff;
        }
        if (i - low == 8) {
            if (byte) {
                return false; /* the magnitude needs more than 64 bits */
            }
            break;
        }
        magnitude |= (uint64_t)byte << (8 * (i - low));
    }
    sum = (double)magnitude;
    if (sum >= 18446744073709551616.0 || (uint64_t)sum != magnitude) {
        return false;
    }
    *x = ldexp(negative ? -sum : sum, (int)(8 * low));
    return isfinite(*x);
}

static uint64_t hash_int(uint64_t seed, pickle_value v) {
    int64_t n;
    double x;
    if (pickle_get_int(v, &n)) {
        return pickle__mix(seed, (uint64_t)n);
    }
    const pickle__blob *b = pickle__blob_of(v);
    if (exact_double(b, &x)) {
        return hash_double(seed, x);
    }
    return pickle__hash_bytes(seed, b->data, b->len);
}

static uint64_t hash_complex(uint64_t seed, pickle_value v) {
    double re;
    double im;
    pickle_get_complex(v, &re, &im);
    return im == 0 ? hash_double(seed, re)
                   : pickle__mix(hash_double(seed, re), hash_double(~seed, im));
}

uint64_t pickle__hash_atom(uint64_t seed, pickle_value v) {
    size_t len;
    const uint8_t *data;
    switch (pickle_kind_of(v)) {
    case PICKLE_KIND_INT:
    case PICKLE_KIND_BOOL: return hash_int(seed, v);
    case PICKLE_KIND_FLOAT: return hash_double(seed, pickle_get_float(v));
    case PICKLE_KIND_COMPLEX: return hash_complex(seed, v);
    case PICKLE_KIND_STR:
    case PICKLE_KIND_BYTES:
        data = pickle_get_data(v, &len);
        return pickle__hash_bytes(seed ^ pickle__tag(v), data, len);
    case PICKLE_KIND_GLOBAL:
        return pickle__mix(seed, pickle__global_of(v)->hash);
    default: return pickle__mix(seed, v.bits);
    }
}

bool pickle__is_atom(pickle_value v) {
    switch (pickle_kind_of(v)) {
    case PICKLE_KIND_TUPLE:
    case PICKLE_KIND_LIST:
    case PICKLE_KIND_DICT:
    case PICKLE_KIND_SET:
    case PICKLE_KIND_FROZENSET: return false;
    default: return true;
    }
}

/* A number as an exact double where it has one; kind tells what it is. */
static bool number_as_double(pickle_value v, double *x) {
    int64_t n;
    switch (pickle_kind_of(v)) {
    case PICKLE_KIND_FLOAT: *x = pickle_get_float(v); return true;
    case PICKLE_KIND_BOOL:
    case PICKLE_KIND_INT:
        if (pickle_get_int(v, &n)) {
            *x = (double)n;
            return *x < 9223372036854775808.0 && (int64_t)*x == n;
        }
        return exact_double(pickle__blob_of(v), x);
    default: return false;
    }
}

static bool is_number(pickle_kind k) {
    return k == PICKLE_KIND_BOOL || k == PICKLE_KIND_INT ||
           k == PICKLE_KIND_FLOAT || k == PICKLE_KIND_COMPLEX;
}

static bool ints_equal(pickle_value a, pickle_value b) {
    int64_t m;
    int64_t n;
    bool small = pickle_get_int(a, &m);
    if (small != pickle_get_int(b, &n)) {
        return false;
    }
    if (small) {
        return m == n;
    }
    const pickle__blob *p = pickle__blob_of(a);
    const pickle__blob *q = pickle__blob_of(b);
    return p->len == q->len && memcmp(p->data, q->data, p->len) == 0;
}

static bool numbers_equal(pickle_value a, pickle_kind ka, pickle_value b,
                          pickle_kind kb) {
    if (ka == PICKLE_KIND_COMPLEX || kb == PICKLE_KIND_COMPLEX) {
        double re[2];
        double im[2] = {0, 0};
        if (ka == PICKLE_KIND_COMPLEX) {
            pickle_get_complex(a, &re[0], &im[0]);
        } else if (!number_as_double(a, &re[0])) {
            return false;
        }
        if (kb == PICKLE_KIND_COMPLEX) {
            pickle_get_complex(b, &re[1], &im[1]);
        } else if (!number_as_double(b, &re[1])) {
            return false;
        }
        return re[0] == re[1] && im[0] == im[1];
    }
    if (ka == PICKLE_KIND_FLOAT || kb == PICKLE_KIND_FLOAT) {
        double x;
        double y;
        return number_as_double(a, &x) && number_as_double(b, &y) && x == y;
    }
    return ints_equal(a, b);
}

static bool is_bytes_like(pickle_kind k) {
    return k == PICKLE_KIND_BYTES || k == PICKLE_KIND_BYTEARRAY;
}

bool pickle__atoms_equal(pickle_value a, pickle_value b) {
    pickle_kind ka = pickle_kind_of(a);
    pickle_kind kb = pickle_kind_of(b);
    if (is_number(ka) && is_number(kb)) {
        return numbers_equal(a, ka, b, kb);
    }
    if (pickle_is(a, b)) {
        return true;
    }
    if ((ka == PICKLE_KIND_STR && kb == PICKLE_KIND_STR) ||
        (is_bytes_like(ka) && is_bytes_like(kb))) {
        const pickle__blob *p = pickle__blob_of(a);
        const pickle__blob *q = pickle__blob_of(b);
        return p->len == q->len && memcmp(p->data, q->data, p->len) == 0;
    }
    if (ka == PICKLE_KIND_GLOBAL && kb == PICKLE_KIND_GLOBAL) {
        const pickle__global *g = pickle__global_of(a);
        const pickle__global *h = pickle__global_of(b);
        return pickle__atoms_equal(g->module, h->module) &&
               pickle__atoms_equal(g->qualname, h->qualname);
    }
    return false;
}
