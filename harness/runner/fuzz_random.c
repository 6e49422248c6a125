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
