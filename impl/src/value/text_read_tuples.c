/* value/text_read_tuples.c  Elements of the tuples of a text, counted ahead:
 * one pass for all, since in nested tuples one for each would be many. */
#include "value/text_read.h"

typedef struct parenthesis {
    size_t tuple;  /* index + 1; 0: of something else */
    size_t values; /* so far */
} parenthesis;

/* The index + 1 of the tuple that starts at `at`; 0 on failure. */
static size_t add_tuple(reader *r, const char *at) {
    counted_tuple *a = pickle__read_room(r, r->tuples, r->tuple_count,
                                         &r->tuple_cap, sizeof *a);
    if (!a) {
        return 0;
    }
    r->tuples = a;
    a[r->tuple_count++] = (counted_tuple){at, 0};
    return r->tuple_count;
}

static void count_all(reader *r) {
    parenthesis *open = NULL;
    size_t depth = 0;
    size_t cap = 0;
    for (const char *p = r->p - 2; p < r->end && r->code == PICKLE_OK; p++) {
        if (*p == '(') {
            parenthesis *a = pickle__read_room(r, open, depth, &cap, sizeof *a);
            if (a) {
                open = a;
                open[depth++] =
                    (parenthesis){p[-1] == 't' ? add_tuple(r, p + 1) : 0, 1};
            }
        } else if (*p == ')' && depth > 0) {
            parenthesis closed = open[--depth];
            if (closed.tuple) {
                r->tuples[closed.tuple - 1].count = closed.values;
            }
        } else if (*p == ',' && depth > 0) {
            open[depth - 1].values++;
        }
    }
    pickle__free(r->alloc, open, cap * sizeof *open);
}

size_t pickle__read_tuple_count(reader *r) {
    if (!r->tuples) {
        count_all(r);
    }
    while (r->tuple_next < r->tuple_count &&
           r->tuples[r->tuple_next].at < r->p) {
        r->tuple_next++;
    }
    return r->tuple_next < r->tuple_count && r->tuples[r->tuple_next].at == r->p
               ? r->tuples[r->tuple_next].count
               : 0;
}
