#include "base/repr_float.h"

#include <stdbool.h>
#include <string.h>

#include "base/decimal.h"

/*
 * The digits come from exact arithmetic after Steele and White: x = r / s with
 * the half gaps to its neighbours on the same scale, one digit a step, until
 * what is left is inside a gap. The largest number, 2 ** 1074 times a few, has
 * 35 limbs of 32 bits; most doubles in use need three or four.
 */
enum { LIMBS = 40 };

typedef struct big {
    uint32_t limb[LIMBS];
    int count; /* no zero limb at the top */
} big;

static void big_set(big *b, uint64_t n) {
    b->limb[0] = (uint32_t)n;
    b->limb[1] = (uint32_t)(n >> 32);
    b->count = b->limb[1] ? 2 : b->limb[0] ? 1 : 0;
}

static void big_multiply(big *b, uint32_t factor) {
    uint64_t carry = 0;
    for (int i = 0; i < b->count; i++) {
        carry += (uint64_t)b->limb[i] * factor;
        b->limb[i] = (uint32_t)carry;
        carry >>= 32;
    }
    if (carry) {
        b->limb[b->count++] = (uint32_t)carry;
    }
}

static void big_power10(big *b, int exponent) {
    for (; exponent >= 9; exponent -= 9) {
        big_multiply(b, 1000000000);
    }
    for (; exponent > 0; exponent--) {
        big_multiply(b, 10);
    }
}

static void big_shift(big *b, int bits) {
    int limbs = bits / 32;
    int rest = bits % 32;
    if (b->count == 0) {
        return;
    }
    big_multiply(b, (uint32_t)1 << rest);
    memmove(b->limb + limbs, b->limb, (size_t)b->count * sizeof b->limb[0]);
    memset(b->limb, 0, (size_t)limbs * sizeof b->limb[0]);
    b->count += limbs;
}

static int big_compare(const big *a, const big *b) {
    if (a->count != b->count) {
        return a->count < b->count ? -1 : 1;
    }
    for (int i = a->count; i--;) {
        if (a->limb[i] != b->limb[i]) {
            return a->limb[i] < b->limb[i] ? -1 : 1;
        }
    }
    return 0;
}

/* a + b compared with c. */
static int big_compare_sum(const big *a, const big *b, const big *c) {
    big sum;
    uint64_t carry = 0;
    int count = a->count > b->count ? a->count : b->count;
    for (int i = 0; i < count; i++) {
        carry += i < a->count ? a->limb[i] : 0;
        carry += i < b->count ? b->limb[i] : 0;
        sum.limb[i] = (uint32_t)carry;
        carry >>= 32;
    }
    if (carry) {
        sum.limb[count++] = (uint32_t)carry;
    }
    sum.count = count;
    return big_compare(&sum, c);
}

static void big_subtract(big *a, const big *b) {
    int64_t borrow = 0;
    for (int i = 0; i < a->count; i++) {
        borrow += (int64_t)a->limb[i] - (i < b->count ? b->limb[i] : 0);
        a->limb[i] = (uint32_t)borrow;
        borrow >>= 32;
    }
    while (a->count && a->limb[a->count - 1] == 0) {
        a->count--;
    }
}

/* A double as r / s, its gaps low and high on the same scale. */
typedef struct ratio {
    big r;
    big s;
    big low;
    big high;
    bool even; /* then the ends of the gaps read back as x, too */
} ratio;

static void ratio_scale(ratio *q, int exponent) {
    int up = exponent > 0 ? exponent : 0;
    int down = exponent < 0 ? -exponent : 0;
    big_shift(&q->r, up + 1);
    big_shift(&q->s, down + 1);
    big_shift(&q->low, up);
    big_shift(&q->high, up);
}

/* Set q from the bits of a finite x > 0; returns an estimate of the exponent of
 * ten that is right or one too small. */
static int ratio_set(ratio *q, uint64_t bits) {
    uint64_t fraction = bits & ((UINT64_C(1) << 52) - 1);
    int biased = (int)(bits >> 52 & 0x7ff);
    uint64_t mantissa = biased ? fraction | UINT64_C(1) << 52 : fraction;
    int exponent = (biased ? biased : 1) - 1075;
    big_set(&q->r, mantissa);
    big_set(&q->s, 1);
    big_set(&q->low, 1);
    big_set(&q->high, 1);
    q->even = !(mantissa & 1);
    ratio_scale(q, exponent);
    if (fraction == 0 && biased > 1) {
        /* The lower neighbour of a power of two is nearer. */
        big_shift(&q->r, 1);
        big_shift(&q->s, 1);
        big_shift(&q->high, 1);
    }
    int top = 63;
    while (!(mantissa >> top)) {
        top--;
    }
    /* floor(log10) of the power of two below x; 1233 / 4096 is a little less
     * than log10(2), and floors negative products the right way. */
    int product = (exponent + top) * 1233;
    return product >= 0 ? product / 4096 : -((-product + 4095) / 4096);
}

static bool reaches_next(const ratio *q) {
    int order = big_compare_sum(&q->r, &q->high, &q->s);
    return order > 0 || (order == 0 && q->even);
}

/* The next digit of r / s, r becoming ten times the rest. */
static int take_digit(ratio *q) {
    int digit = 0;
    while (big_compare(&q->r, &q->s) >= 0) {
        big_subtract(&q->r, &q->s);
        digit++;
    }
    return digit;
}

static void times_ten(ratio *q) {
    big_multiply(&q->r, 10);
    big_multiply(&q->low, 10);
    big_multiply(&q->high, 10);
}

/* Add one to the last digit; only the first can become ten: "9" to "10". */
static void round_up(uint8_t *digits, int *count, int *point) {
    while (*count && digits[*count - 1] == 9) {
        (*count)--;
    }
    if (*count) {
        digits[*count - 1]++;
    } else {
        digits[(*count)++] = 1;
        (*point)++;
    }
}

/* The shortest digits[17]; x is 0.digits * 10 ** *point. Returns how many. */
static int shortest(uint64_t bits, uint8_t digits[17], int *point) {
    ratio q;
    int exponent = ratio_set(&q, bits);
    big_power10(&q.s, exponent > 0 ? exponent : 0);
    int down = exponent < 0 ? -exponent : 0;
    big_power10(&q.r, down);
    big_power10(&q.low, down);
    big_power10(&q.high, down);
    *point = exponent;
    while (reaches_next(&q)) {
        big_multiply(&q.s, 10);
        ++*point;
    }
    int count = 0;
    for (;;) {
        times_ten(&q);
        digits[count++] = (uint8_t)take_digit(&q);
        int order = big_compare(&q.r, &q.low);
        bool low = order < 0 || (order == 0 && q.even);
        bool high = reaches_next(&q);
        if (!low && !high) {
            continue;
        }
        if (low && high) {
            order = big_compare_sum(&q.r, &q.r, &q.s);
            high = order > 0 || (order == 0 && (digits[count - 1] & 1));
        }
        if (high) {
            round_up(digits, &count, point);
        }
        return count;
    }
}

static size_t put_exponent(uint8_t *out, int exponent) {
    size_t len = 0;
    int rest = exponent < 0 ? -exponent : exponent;
    out[len++] = 'e';
    out[len++] = exponent < 0 ? '-' : '+';
    if (rest < 10) {
        out[len++] = '0';
    }
    return len + pickle__decimal_small(out + len, rest);
}

/* Digits from..to of digits[count], zero beyond its ends. */
static size_t put_digits(uint8_t *out, const uint8_t *digits, int count,
                         int from, int to) {
    size_t len = 0;
    for (int i = from; i < to; i++) {
        out[len++] = (uint8_t)('0' + (i >= 0 && i < count ? digits[i] : 0));
    }
    return len;
}

static size_t put_word(uint8_t *out, const char *word) {
    size_t len = strlen(word);
    memcpy(out, word, len);
    return len;
}

size_t pickle__repr_float(uint8_t out[PICKLE__REPR_FLOAT_ROOM], double x) {
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    if (x != x) {
        return put_word(out, "nan"); /* whatever its sign */
    }
    size_t len = 0;
    if (bits >> 63) {
        out[len++] = '-';
        bits &= ~(UINT64_C(1) << 63);
    }
    if (bits == 0) {
        return len + put_word(out + len, "0.0");
    }
    if (bits >> 52 == 0x7ff) {
        return len + put_word(out + len, "inf");
    }
    uint8_t digits[20];
    int point;
    int count = shortest(bits, digits, &point);
    if (point <= -4 || point > 16) {
        len += put_digits(out + len, digits, count, 0, 1);
        if (count > 1) {
            out[len++] = '.';
            len += put_digits(out + len, digits, count, 1, count);
        }
        return len + put_exponent(out + len, point - 1);
    }
    int whole = point > 0 ? point : 1;
    len += put_digits(out + len, digits, count, point - whole, point);
    out[len++] = '.';
    return len + put_digits(out + len, digits, count, point,
                            count > point ? count : point + 1);
}
