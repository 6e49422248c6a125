/* value/text_write_object.c  Canonical text of instances and calls, part by
 * part. */
#include "value/text.h"

enum { ARGS, STATES, ITEMS, PAIRS, KWARGS_OR_SETTER, BASE, PARTS };

static size_t part_count(pickle_value v, int part) {
    size_t count = 0;
    switch (part) {
    case ARGS: return pickle_get_count(pickle_get_args(v));
    case STATES: (void)pickle_object_get_states(v, &count); return count;
    case ITEMS: (void)pickle_object_get_items(v, &count); return count;
    case PAIRS: (void)pickle_object_get_pairs(v, &count); return 2 * count;
    case KWARGS_OR_SETTER:
        return pickle_kind_of(v) == PICKLE_KIND_REDUCE
                   ? !pickle_is_null(pickle_object_get_setter(v))
                   : pickle_get_count(pickle_object_get_kwargs(v)) != 0;
    default: return 0;
    }
}

static pickle_value part_item(pickle_value v, int part, size_t i) {
    size_t count;
    const pickle_pair *pairs;
    switch (part) {
    case ARGS: return pickle_get_item(pickle_get_args(v), i);
    case STATES: return pickle_object_get_states(v, &count)[i];
    case ITEMS: return pickle_object_get_items(v, &count)[i];
    case PAIRS:
        pairs = pickle_object_get_pairs(v, &count);
        return i % 2 ? pairs[i / 2].value : pairs[i / 2].key;
    default:
        return pickle_kind_of(v) == PICKLE_KIND_REDUCE
                   ? pickle_object_get_setter(v)
                   : pickle_object_get_kwargs(v);
    }
}

/* Names of the bases in text, in the order of pickle_base. */
const char *const pickle__base_names[PICKLE_BASE_REFUSES + 1] = {
    "",      "int",     "float", "str",  "bytes",
    "tuple", "complex", "list",  "dict", "-"};

static int last_part(const writer *w, pickle_value v) {
    if (w->labels && pickle_object_get_base(v) != PICKLE_BASE_OBJECT) {
        return BASE;
    }
    int last = BASE - 1;
    while (last > ARGS && part_count(v, last) == 0) {
        last--;
    }
    return last;
}

/* Whether the tuple of arguments is met elsewhere too, so that it is written
 * as a value of its own. */
static bool args_are_shared(writer *w, pickle_value v) {
    pickle_value args = pickle_get_args(v);
    if (!w->labels || pickle_kind_of(v) != PICKLE_KIND_REDUCE ||
        pickle_get_count(args) == 0) {
        return false;
    }
    size_t *seen = pickle__text_slot(w, args, COUNT_SCOPE);
    return seen && *seen > 1;
}

/* f->part counts parts done (0: the callable), f->i the items of this one. */
void pickle__text_step_object(writer *w) {
    text_frame *f = &w->frames[w->depth - 1];
    pickle_value v = f->v;
    if (f->part == 0) {
        pickle__write_z(w, pickle_kind_of(v) == PICKLE_KIND_REDUCE     ? "o("
                           : pickle_kind_of(v) == PICKLE_KIND_INSTANCE ? "n("
                                                                       : "x(");
        f->part = 1;
        pickle__text_value(w, pickle_get_callable(v), f->scope);
        return;
    }
    int part = f->part - 1;
    if (f->i == 0) {
        pickle__write_char(w, ';');
        /* Of other objects it is made anew at each reading. */
        if (part == ARGS && pickle_kind_of(v) == PICKLE_KIND_REDUCE) {
            pickle__text_count_tuple(w, pickle_get_args(v));
        }
    }
    if (part == ARGS && f->i == 0 && args_are_shared(w, v)) {
        pickle__write_char(w, '=');
        f->i = part_count(v, part);
        pickle__text_value(w, pickle_get_args(v), f->scope);
        return;
    }
    if (f->i < part_count(v, part)) {
        size_t i = f->i++;
        if (i) {
            pickle__write_char(w, part == PAIRS && i % 2 ? '=' : ',');
        }
        pickle__text_value(w, part_item(v, part, i), f->scope);
        return;
    }
    if (part == BASE) {
        pickle__write_z(w, pickle__base_names[pickle_object_get_base(v)]);
    }
    if (part >= last_part(w, v)) {
        pickle__text_finish(w);
        return;
    }
    f->part++;
    f->i = 0;
}
