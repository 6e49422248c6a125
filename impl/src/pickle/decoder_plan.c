/*
 * Sizes guessed from how far the input is read: what a pickle has needed so
 * far says what the rest of it will. A document then is a few blocks, each
 * used whole, rather than many that double; its arrays do not move.
 *
 * Nothing is believed that the input says. A guess is bounded by the bytes
 * that are really there.
 */
#include "pickle/decoder.h"
#include "pickle/input.h"

/* One chunk at most, and what a byte of input is granted of arrays. */
#define MAX_CHUNK  ((size_t)1 << 25)
#define ARRAY_RATE ((size_t)8)

/* An array is planned ahead from this size on, in bytes. */
#define LARGE PICKLE__ARENA_LARGE

void pickle__plan_start(pickle_decoder *d, size_t len) {
    d->plan_left = len < SIZE_MAX / ARRAY_RATE ? len * ARRAY_RATE : SIZE_MAX;
}

/* amount * (what is left of the input) / (what is read of it). */
static size_t of_the_rest(const pickle_decoder *d, size_t amount) {
    double done = (double)(d->hot.p - d->begin);
    double left = (double)(d->data_end - d->hot.p);
    double guess = done > 0 ? (double)amount * (left / done) : 0;
    return guess < (double)MAX_CHUNK * 64 ? (size_t)guess : MAX_CHUNK * 64;
}

size_t pickle__plan_chunk(const pickle_decoder *d) {
    size_t used = d->doc->struct_size;
    for (const pickle__chunk *c = d->doc->arena.chunks; c; c = c->next) {
        used += c->size;
    }
    size_t guess = of_the_rest(d, used);
    guess += guess / 32;
    if (guess < LARGE) {
        guess = LARGE;
    }
    return guess < MAX_CHUNK ? guess : MAX_CHUNK;
}

void pickle__plan_array(pickle_decoder *d, void **array, size_t count,
                        size_t *cap, size_t more, size_t size) {
    size_t need = count + more;
    if (d->read || need <= *cap || need < LARGE / size) {
        return;
    }
    size_t rest = of_the_rest(d, need);
    rest += rest / 64;
    if (rest == 0 || rest > d->plan_left / size) {
        return;
    }
    void *p = pickle__arena_resize(&d->doc->arena, *array, *cap * size,
                                   (need + rest) * size);
    if (p) {
        d->plan_left -= rest * size;
        *array = p;
        *cap = need + rest;
    }
}

void pickle__plan_note(pickle_decoder *d, pickle_value container) {
    if (pickle__decoder_grow(d, (void **)&d->big, NULL, &d->big_cap,
                             d->big_count + 1, sizeof *d->big)) {
        d->big[d->big_count++] = container;
    }
}

/* A little slack stays: a block freed at the size it was asked for serves the
 * next decoding, a shortened one is too small for it. */
static bool has_slack(size_t count, size_t cap) {
    return cap - count > count / 9;
}

static void trim_dict(pickle_doc *doc, pickle__dict *m) {
    size_t used = m->count * sizeof *m->pairs;
    if (used >= LARGE && has_slack(m->count, m->cap)) {
        pickle_pair *pairs = pickle__arena_resize(&doc->arena, m->pairs,
                                                  m->cap * sizeof *pairs, used);
        if (pairs) {
            m->pairs = pairs;
            m->cap = m->count;
        }
    }
}

void pickle__plan_trim(pickle_decoder *d) {
    for (size_t i = 0; i < d->big_count; i++) {
        if (pickle__tag(d->big[i]) == PICKLE__TAG_DICT) {
            trim_dict(d->doc, pickle__dict_of(d->big[i]));
            continue;
        }
        pickle__list *l = pickle__list_of(d->big[i]);
        if (has_slack(l->count, l->cap)) {
            pickle__list_trim(d->doc, l);
        }
    }
    d->big_count = 0;
}
