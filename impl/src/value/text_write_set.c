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

/* The texts stand joined by newlines from f->start; sort them, drop equal
 * ones, and join them by commas. */
static void sort_elements(writer *w, size_t start, size_t count) {
    size_t len = w->len - start;
    size_t spans_size = count * sizeof(span);
    char *copy = pickle__alloc(w->alloc, len + 1);
    span *spans = pickle__alloc(w->alloc, spans_size + 1);
    if (!copy || !spans) {
        pickle__write_fail(w, PICKLE_ERR_NOMEM);
        pickle__free(w->alloc, copy, len + 1);
        pickle__free(w->alloc, spans, spans_size + 1);
        return;
    }
    memcpy(copy, w->text + start, len);
    const char *p = copy;
    for (size_t i = 0; i < count; i++) {
        const char *end = memchr(p, '\n', (size_t)(copy + len - p));
        spans[i] = (span){p, (size_t)(end - p)};
        p = end + 1;
    }
    qsort(spans, count, sizeof *spans, compare_spans);
    w->len = start;
    for (size_t i = 0; i < count; i++) {
        if (i && compare_spans(&spans[i - 1], &spans[i]) == 0) {
            continue;
        }
        if (i) {
            pickle__write_char(w, ',');
        }
        pickle__write_data(w, spans[i].text, spans[i].len);
    }
    pickle__free(w->alloc, copy, len + 1);
    pickle__free(w->alloc, spans, spans_size + 1);
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
        f->start = w->len;
    } else {
        pickle__write_char(w, '\n');
    }
    if (f->i == count) {
        if (count && w->code == PICKLE_OK) {
            sort_elements(w, f->start, count);
        }
        pickle__text_finish(w);
        return;
    }
    size_t scope = pickle__text_new_scope(w);
    pickle__text_value(w, items[w->frames[w->depth - 1].i++], scope);
}
