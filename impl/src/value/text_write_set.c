/*
 * value/text_write_set.c  Canonical text of sets: elements sorted by their
 * text, each in a scope of its own.
 */
#include <stdlib.h>
#include <string.h>

#include "value/text.h"

typedef struct span {
    const char *text;
    size_t len;
} span;

static int compare_spans(const void *a, const void *b) {
    const span *x = a;
    const span *y = b;
    size_t n = x->len < y->len ? x->len : y->len;
    int order = memcmp(x->text, y->text, n);
    if (order) {
        return order;
    }
    return (x->len > y->len) - (x->len < y->len);
}

/* Where the text of the next element of the innermost set begins. */
static void push_start(writer *w) {
    size_t *starts = pickle__text_room(w, w->starts, w->start_count,
                                       &w->start_cap, sizeof *starts);
    if (!starts) {
        return;
    }
    w->starts = starts;
    w->starts[w->start_count++] = w->len;
}

/* The i-th text of a set: a newline stands behind each. */
static span element(const writer *w, const size_t *starts, size_t count,
                    size_t i) {
    size_t end = i + 1 < count ? starts[i + 1] : w->len;
    return (span){w->text + starts[i], end - 1 - starts[i]};
}

/* Whether the texts are in order, none of them twice. */
static bool in_order(const writer *w, const size_t *starts, size_t count) {
    for (size_t i = 1; i < count; i++) {
        span one = element(w, starts, count, i - 1);
        span next = element(w, starts, count, i);
        if (compare_spans(&one, &next) >= 0) {
            return false;
        }
    }
    return true;
}

/* Sort the texts in a copy, and write each once. */
static void rewrite(writer *w, const size_t *starts, size_t count) {
    size_t len = w->len - starts[0];
    char *copy = pickle__alloc(w->alloc, len);
    span *spans = pickle__alloc(w->alloc, count * sizeof *spans);
    if (!copy || !spans) {
        pickle__write_fail(w, PICKLE_ERR_NOMEM);
        pickle__free(w->alloc, copy, len);
        pickle__free(w->alloc, spans, count * sizeof *spans);
        return;
    }
    memcpy(copy, w->text + starts[0], len);
    for (size_t i = 0; i < count; i++) {
        spans[i] = element(w, starts, count, i);
        spans[i].text = copy + (starts[i] - starts[0]);
    }
    qsort(spans, count, sizeof *spans, compare_spans);
    w->len = starts[0];
    for (size_t i = 0; i < count; i++) {
        if (i && compare_spans(&spans[i - 1], &spans[i]) == 0) {
            continue;
        }
        if (i) {
            pickle__write_char(w, ',');
        }
        pickle__write_data(w, spans[i].text, spans[i].len);
    }
    pickle__free(w->alloc, copy, len);
    pickle__free(w->alloc, spans, count * sizeof *spans);
}

/* Sort the texts of the innermost set, drop equal ones, and join them by
 * commas. Those in order stay where they are: sets in sets cost no more than
 * their text is long. */
static void join_elements(writer *w, size_t count) {
    size_t *starts = w->starts + w->start_count - count;
    if (in_order(w, starts, count)) {
        for (size_t i = 1; i < count; i++) {
            w->text[starts[i] - 1] = ',';
        }
        w->len--;
    } else {
        rewrite(w, starts, count);
    }
    w->start_count -= count;
}

void pickle__text_step_set(writer *w, const char *open) {
    text_frame *f = &w->frames[w->depth - 1];
    size_t count;
    const pickle_value *items = pickle_get_items(f->v, &count);
    if (w->labels) {
        pickle__text_step_sequence(w, open);
        return;
    }
    if (f->i == 0) {
        pickle__write_z(w, open);
    } else {
        pickle__write_char(w, '\n');
    }
    if (f->i == count) {
        if (count && w->code == PICKLE_OK && !w->counting) {
            join_elements(w, count);
        }
        pickle__text_finish(w);
        return;
    }
    if (!w->counting) {
        push_start(w);
    }
    size_t scope = pickle__text_new_scope(w);
    pickle__text_value(w, items[w->frames[w->depth - 1].i++], scope);
}
