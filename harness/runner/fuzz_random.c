/* fuzz_random.c  Chance that repeats itself, and what a case is made of. */
#include <string.h>

#include "fuzz.h"

/* splitmix64: a counter and a finalizer, so neighbours are unrelated. */
uint64_t fuzz_next(fuzz_random *r) {
    uint64_t z = r->state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

fuzz_random fuzz_random_of(uint64_t seed, uint64_t number) {
    fuzz_random r = {seed};
    r.state = fuzz_next(&r) + number;
    r.state = fuzz_next(&r);
    return r;
}

size_t fuzz_below(fuzz_random *r, size_t n) {
    return (size_t)(fuzz_next(r) % n);
}

size_t fuzz_small(fuzz_random *r, size_t n) {
    return fuzz_below(r, fuzz_below(r, n) + 1);
}

bool fuzz_chance(fuzz_random *r, unsigned percent) {
    return fuzz_below(r, 100) < percent;
}

const char *fuzz_pick(fuzz_random *r, const char *const words[], size_t count) {
    return words[fuzz_below(r, count)];
}

/* ---- cases ---- */

const char *fuzz_op_name(fuzz_op op) {
    static const char *const names[] = {"load", "dump", "redump"};
    return names[op];
}

void fuzz_case_clear(fuzz_case *c) {
    c->op = FUZZ_LOAD;
    c->protocol = 0;
    buffer_clear(&c->keys);
    buffer_clear(&c->data);
}

void fuzz_case_copy(fuzz_case *to, const fuzz_case *from) {
    fuzz_case_clear(to);
    to->op = from->op;
    to->protocol = from->protocol;
    buffer_add(&to->keys, buffer_text(&from->keys), from->keys.len);
    buffer_add(&to->data, buffer_text(&from->data), from->data.len);
}

void fuzz_case_free(fuzz_case *c) {
    buffer_free(&c->keys);
    buffer_free(&c->data);
}

void fuzz_request(const fuzz_case *c, const char *profile, buffer *out) {
    buffer_puts(out, fuzz_op_name(c->op));
    if (c->op == FUZZ_LOAD)
        buffer_puts(out, " used=1");
    else
        buffer_printf(out, " proto=%d", c->protocol);
    buffer_add(out, buffer_text(&c->keys), c->keys.len);
    if (profile && profile[0])
        buffer_printf(out, " profile=%s", profile);
    if (c->op == FUZZ_DUMP) {
        buffer_puts(out, " v:");
        buffer_add(out, buffer_text(&c->data), c->data.len);
    } else {
        buffer_puts(out, " x:");
        buffer_hex(out, buffer_text(&c->data), c->data.len);
    }
}

/* A third of the cases goes each way; a change of what was recorded gets
 * furthest. */
void fuzz_make(uint64_t seed, uint64_t number, const fuzz_seeds *seeds,
               fuzz_case *c) {
    fuzz_random r = fuzz_random_of(seed, number);
    size_t way = fuzz_below(&r, 100);
    fuzz_case_clear(c);
    if (way < 25)
        fuzz_graph(&r, c);
    else if (way < 50 || !seeds->count)
        fuzz_program(&r, c);
    else
        fuzz_mutate(&r, seeds, c);
    if (c->op != FUZZ_DUMP && !fuzz_is_reasonable(&c->data)) {
        /* Rather a dull case than one that asks for all memory. */
        fuzz_case_clear(c);
        buffer_puts(&c->data, "N.");
    }
}

/* ---- odd values ---- */

uint64_t fuzz_float_bits(fuzz_random *r) {
    static const uint64_t edges[] = {0,
                                     UINT64_C(0x8000000000000000),
                                     UINT64_C(0x3ff0000000000000),
                                     UINT64_C(0xbff8000000000000),
                                     UINT64_C(0x7ff0000000000000),
                                     UINT64_C(0xfff0000000000000),
                                     UINT64_C(0x7ff8000000000000),
                                     UINT64_C(0xfff8000000000000),
                                     1,
                                     UINT64_C(0x000fffffffffffff),
                                     UINT64_C(0x0010000000000000),
                                     UINT64_C(0x7fefffffffffffff),
                                     UINT64_C(0x3fb999999999999a),
                                     UINT64_C(0x4341c37937e08000),
                                     UINT64_C(0x444b1ae4d6e2ef50),
                                     UINT64_C(0x3f1a36e2eb1c432d),
                                     UINT64_C(0x3ee4f8b588e368f1)};
    if (fuzz_chance(r, 50))
        return edges[fuzz_below(r, sizeof edges / sizeof *edges)];
    return fuzz_next(r);
}

void fuzz_put_utf8(unsigned c, buffer *out) {
    if (c < 0x80) {
        buffer_putc(out, (char)c);
    } else if (c < 0x800) {
        buffer_putc(out, (char)(0xc0 | c >> 6));
        buffer_putc(out, (char)(0x80 | (c & 0x3f)));
    } else if (c < 0x10000) {
        buffer_putc(out, (char)(0xe0 | c >> 12));
        buffer_putc(out, (char)(0x80 | (c >> 6 & 0x3f)));
        buffer_putc(out, (char)(0x80 | (c & 0x3f)));
    } else {
        buffer_putc(out, (char)(0xf0 | c >> 18));
        buffer_putc(out, (char)(0x80 | (c >> 12 & 0x3f)));
        buffer_putc(out, (char)(0x80 | (c >> 6 & 0x3f)));
        buffer_putc(out, (char)(0x80 | (c & 0x3f)));
    }
}

void fuzz_utf8(fuzz_random *r, bool broken, size_t chars, buffer *out) {
    static const unsigned edges[] = {
        0,      '\n',   '\r',    '\\',    'a',      'z',    ' ',
        '\'',   '"',    0x7f,    0x80,    0xff,     0x100,  0x7ff,
        0x800,  0xd800, 0xdbff,  0xdc00,  0xdfff,   0xe000, 0xfffd,
        0xffff, 0x1a,   0x10000, 0x1f455, 0x10ffff, 0x2028, 'u'};
    for (size_t i = 0; i < chars; i++) {
        unsigned c = fuzz_chance(r, 60)
                         ? 'a' + (unsigned)fuzz_below(r, 26)
                         : edges[fuzz_below(r, sizeof edges / sizeof *edges)];
        if (broken && fuzz_chance(r, 10))
            buffer_putc(out, (char)fuzz_below(r, 256));
        else
            fuzz_put_utf8(c, out);
    }
}
