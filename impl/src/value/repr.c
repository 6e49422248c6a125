#include "value/repr.h"

#include <math.h>

#include "base/alloc.h"
#include "base/checked.h"
#include "base/decimal.h"
#include "base/repr.h"
#include "base/repr_float.h"

/* A container whose repr() is being written. */
typedef struct level {
    pickle_value v;
    size_t next; /* index of the value to come */
} level;

typedef struct printer {
    pickle__text *text;
    int cpython;
    size_t max_digits;
    level *levels;
    size_t depth;
    size_t cap;
    pickle_code code;
} printer;

static void put_int(printer *p, pickle_value v) {
    uint8_t scratch[8];
    const uint8_t *data;
    size_t len = pickle_get_int_bytes(v, scratch, &data);
    if (pickle__decimal_least_digits(data, len) > p->max_digits) {
        p->code = PICKLE_ERR_INT_DIGITS;
        return;
    }
    uint8_t *out = pickle__text_reserve(p->text, pickle__decimal_room(len));
    if (out) {
        size_t written = pickle__decimal(out, data, len);
        if (written - (*out == '-') > p->max_digits) {
            p->code = PICKLE_ERR_INT_DIGITS;
        }
        p->text->len += written;
    }
}

static void put_float(printer *p, double x) {
    uint8_t out[PICKLE__REPR_FLOAT_ROOM];
    pickle__text_put(p->text, out, pickle__repr_float(out, x));
}

/* As str() of a float, without the ".0" of whole numbers. */
static void put_part(printer *p, double x) {
    uint8_t out[PICKLE__REPR_FLOAT_ROOM];
    size_t len = pickle__repr_float(out, x);
    if (len > 2 && memcmp(out + len - 2, ".0", 2) == 0) {
        len -= 2;
    }
    pickle__text_put(p->text, out, len);
}

static void put_complex(printer *p, pickle_value v) {
    double re;
    double im;
    pickle_get_complex(v, &re, &im);
    bool imaginary = re == 0 && !signbit(re);
    if (!imaginary) {
        pickle__text_byte(p->text, '(');
        put_part(p, re);
        if (isnan(im) || !signbit(im)) {
            pickle__text_byte(p->text, '+');
        }
    }
    put_part(p, im);
    pickle__text_str(p->text, imaginary ? "j" : "j)");
}

/* A class; a function's repr() would hold its address. */
static void put_class(printer *p, pickle_value v) {
    size_t module_len;
    size_t name_len;
    const uint8_t *module = pickle_get_data(pickle_get_module(v), &module_len);
    const uint8_t *name = pickle_get_data(pickle_get_qualname(v), &name_len);
    pickle__text_str(p->text, "<class '");
    if (!pickle_str_equals(pickle_get_module(v), "builtins")) {
        pickle__text_put(p->text, module, module_len);
        pickle__text_byte(p->text, '.');
    }
    pickle__text_put(p->text, name, name_len);
    pickle__text_str(p->text, "'>");
}

static void put_leaf(printer *p, pickle_value v) {
    size_t len;
    const uint8_t *data = pickle_get_data(v, &len);
    switch (pickle_kind_of(v)) {
    case PICKLE_KIND_NONE: pickle__text_str(p->text, "None"); break;
    case PICKLE_KIND_BOOL:
        pickle__text_str(p->text, pickle_get_bool(v) ? "True" : "False");
        break;
    case PICKLE_KIND_INT: put_int(p, v); break;
    case PICKLE_KIND_FLOAT: put_float(p, pickle_get_float(v)); break;
    case PICKLE_KIND_COMPLEX: put_complex(p, v); break;
    case PICKLE_KIND_STR:
        pickle__repr_str(p->text, data, len, p->cpython, false);
        break;
    case PICKLE_KIND_BYTES: pickle__repr_bytes(p->text, data, len); break;
    case PICKLE_KIND_BYTEARRAY:
        pickle__repr_bytearray(p->text, data, len, p->cpython);
        break;
    case PICKLE_KIND_GLOBAL: put_class(p, v); break;
    default: p->code = PICKLE_ERR_UNSUPPORTED;
    }
}

/* How a container is shown. */
typedef struct brackets {
    const char *open;
    const char *close;
    const char *empty;
    const char *again; /* inside itself */
} brackets;

static const brackets *brackets_of(pickle_value v) {
    static const brackets tuple = {"(", ")", "()", "(...)"};
    static const brackets list = {"[", "]", "[]", "[...]"};
    static const brackets dict = {"{", "}", "{}", "{...}"};
    static const brackets set = {"{", "}", "set()", "set(...)"};
    static const brackets frozenset = {"frozenset({", "})", "frozenset()",
                                       "frozenset(...)"};
    switch (pickle_kind_of(v)) {
    case PICKLE_KIND_TUPLE: return &tuple;
    case PICKLE_KIND_LIST: return &list;
    case PICKLE_KIND_DICT: return &dict;
    case PICKLE_KIND_SET: return &set;
    case PICKLE_KIND_FROZENSET: return &frozenset;
    default: return NULL;
    }
}

/* Whether the container v is being written already: then it is shown as dots.
 */
static bool is_open(const printer *p, pickle_value v) {
    for (size_t i = 0; i < p->depth; i++) {
        if (pickle_is(p->levels[i].v, v)) {
            return true;
        }
    }
    return false;
}

static bool more_levels(printer *p) {
    size_t cap = p->cap ? p->cap * 2 : 8;
    size_t size;
    level *grown = pickle__mul_size(cap, sizeof *grown, &size)
                       ? pickle__realloc(&p->text->alloc, p->levels,
                                         p->cap * sizeof *grown, size)
                       : NULL;
    if (!grown) {
        return false;
    }
    p->levels = grown;
    p->cap = cap;
    return true;
}

static bool push(printer *p, pickle_value v) {
    if (p->depth == p->cap && !more_levels(p)) {
        return false;
    }
    p->levels[p->depth].v = v;
    p->levels[p->depth++].next = 0;
    return true;
}

static void put_value(printer *p, pickle_value v) {
    const brackets *pair = brackets_of(v);
    if (!pair) {
        put_leaf(p, v);
    } else if (pickle_get_count(v) == 0) {
        pickle__text_str(p->text, pair->empty);
    } else if (is_open(p, v)) {
        pickle__text_str(p->text, pair->again);
    } else if (push(p, v)) {
        pickle__text_str(p->text, pair->open);
    } else {
        p->text->failed = true;
    }
}

/* The next value of the innermost container, or its end. */
static void put_next(printer *p) {
    level *l = &p->levels[p->depth - 1];
    pickle_kind kind = pickle_kind_of(l->v);
    size_t count;
    const pickle_value *items;
    if (kind == PICKLE_KIND_DICT) {
        const pickle_pair *pairs = pickle_get_pairs(l->v, &count);
        items = count ? &pairs->key : NULL;
        count *= 2;
    } else {
        items = pickle_get_items(l->v, &count);
    }
    if (l->next == count) {
        if (kind == PICKLE_KIND_TUPLE && count == 1) {
            pickle__text_byte(p->text, ',');
        }
        pickle__text_str(p->text, brackets_of(l->v)->close);
        p->depth--;
        return;
    }
    if (l->next) {
        bool value = kind == PICKLE_KIND_DICT && l->next % 2;
        pickle__text_str(p->text, value ? ": " : ", ");
    }
    put_value(p, items[l->next++]);
}

pickle_code pickle__repr(pickle__text *t, pickle_value v, int cpython,
                         size_t max_digits) {
    printer p = {.text = t, .cpython = cpython, .max_digits = max_digits};
    put_value(&p, v);
    while (p.depth && !t->failed && !p.code) {
        put_next(&p);
    }
    pickle__free(&t->alloc, p.levels, p.cap * sizeof *p.levels);
    return t->failed ? PICKLE_ERR_NOMEM : p.code;
}
