/*
 * value/text_read.c  Canonical text to values: the grammar of
 * harness/PROTOCOL.md.
 *
 * One pass, one token at a time; open containers lie on a stack of frames, so
 * depth costs memory, not C stack. A container is made when its text begins,
 * so that `*N` inside it finds it; a tuple's elements and an object's
 * arguments are collected on a stack of values first and put in when the
 * parenthesis closes.
 */
#include <string.h>

#include "value/text.h"

/* Where a frame's next value goes. */
enum {
    ELEMENT, /* of a tuple, list or set */
    KEY,
    VALUE,
    CALLABLE,
    ARGS,
    ARGS_TUPLE, /* `=VALUE` */
    STATES,
    ITEMS,
    PAIR_KEY,
    PAIR_VALUE,
    KWARGS_OR_SETTER,
    BASE,
    PERSID,
    GLOBAL_MODULE,
    GLOBAL_NAME,
    LABEL
};

typedef struct read_frame {
    char type;      /* the letter of the container, '$' for a label */
    int want;       /* what comes next */
    pickle_value v; /* null until made */
    size_t first;   /* of its values on the value stack */
    pickle_value key;
    size_t number;            /* of `*N`, or the label's slot */
    bool fresh;               /* nothing of this part has come yet */
    size_t number_of_waiting; /* values that wait on the value stack */
} read_frame;

typedef struct label {
    const char *name;
    size_t len;
    pickle_value v;
} label;

typedef struct reader {
    pickle_doc *doc;
    const pickle_allocator *alloc;
    const char *start;
    const char *p;
    const char *end;
    bool has_references; /* some `*N` or `^D` stands in the text */
    read_frame *frames;
    size_t depth;
    size_t frame_cap;
    pickle_value *values;
    size_t value_count;
    size_t value_cap;
    pickle_value *numbered;
    size_t number_count;
    size_t number_cap;
    label *labels;
    size_t label_count;
    size_t label_cap;
    pickle_value result;
    pickle_error *err;
    pickle_code code;
} reader;

static void fail_at(reader *r, const char *at, pickle_code code,
                    const char *message) {
    if (r->code == PICKLE_OK) {
        r->code =
            pickle__error_set(r->err, code, "canonical text", "%s", message);
        if (r->err) {
            r->err->offset = (size_t)(at - r->start);
        }
    }
}

static void syntax(reader *r, const char *message) {
    fail_at(r, r->p, PICKLE_ERR_TEXT_SYNTAX, message);
}

static void fail_doc(reader *r) {
    pickle_error e;
    pickle_doc_error(r->doc, &e);
    fail_at(r, r->p, e.code ? e.code : PICKLE_ERR_NOMEM,
            pickle_code_text(e.code ? e.code : PICKLE_ERR_NOMEM));
}

/* Room for one more in an array that grows. NULL on failure. */
static void *room(reader *r, void *array, size_t count, size_t *cap,
                  size_t size) {
    if (count < *cap) {
        return array;
    }
    size_t more = *cap ? *cap * 2 : 32;
    void *grown = pickle__realloc(r->alloc, array, *cap * size, more * size);
    if (!grown) {
        fail_at(r, r->p, PICKLE_ERR_NOMEM, "out of memory");
        return NULL;
    }
    *cap = more;
    return grown;
}

static void push_value(reader *r, pickle_value v) {
    pickle_value *a =
        room(r, r->values, r->value_count, &r->value_cap, sizeof *a);
    if (a) {
        r->values = a;
        a[r->value_count++] = v;
    }
}

static size_t add_number(reader *r, pickle_value v) {
    pickle_value *a =
        room(r, r->numbered, r->number_count, &r->number_cap, sizeof *a);
    if (!a) {
        return 0;
    }
    r->numbered = a;
    a[r->number_count] = v;
    return r->number_count++;
}

static void push_frame(reader *r, char type, int want, pickle_value v) {
    read_frame *a = room(r, r->frames, r->depth, &r->frame_cap, sizeof *a);
    if (a) {
        r->frames = a;
        a[r->depth++] = (read_frame){type,          want, v,    r->value_count,
                                     pickle_null(), 0,    true, 0};
    }
}

/* ---- characters ---- */

static int hex_digit(char c) {
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The run of hex digits at p. */
static size_t hex_run(reader *r) {
    const char *p = r->p;
    while (p < r->end && hex_digit(*p) >= 0) {
        p++;
    }
    return (size_t)(p - r->p);
}

/* Decode the hex run into scratch on the value's own memory. NULL on failure;
 * *len is the number of bytes. Freed with free_bytes(). */
static uint8_t *take_bytes(reader *r, size_t *len) {
    size_t run = hex_run(r);
    if (run % 2) {
        r->p += run;
        syntax(r, "odd number of hex digits");
        return NULL;
    }
    *len = run / 2;
    uint8_t *out = pickle__alloc(r->alloc, *len + 1);
    if (!out) {
        fail_at(r, r->p, PICKLE_ERR_NOMEM, "out of memory");
        return NULL;
    }
    for (size_t i = 0; i < *len; i++) {
        out[i] =
            (uint8_t)(hex_digit(r->p[2 * i]) << 4 | hex_digit(r->p[2 * i + 1]));
    }
    r->p += run;
    return out;
}

static void free_bytes(reader *r, uint8_t *data, size_t len) {
    pickle__free(r->alloc, data, len + 1);
}

static bool take_u64(reader *r, uint64_t *bits) {
    *bits = 0;
    for (int i = 0; i < 16; i++) {
        int d = r->p < r->end ? hex_digit(*r->p) : -1;
        if (d < 0) {
            syntax(r, "expected 16 hex digits");
            return false;
        }
        *bits = *bits << 4 | (unsigned)d;
        r->p++;
    }
    return true;
}

static bool take_decimal(reader *r, size_t *n) {
    const char *from = r->p;
    *n = 0;
    while (r->p < r->end && *r->p >= '0' && *r->p <= '9') {
        if (*n > (SIZE_MAX - 9) / 10) {
            break;
        }
        *n = *n * 10 + (size_t)(*r->p++ - '0');
    }
    if (r->p == from) {
        syntax(r, "expected a number");
        return false;
    }
    return true;
}

/* ---- atoms ---- */

static pickle_value read_int(reader *r) {
    bool negative = r->p < r->end && *r->p == '-';
    r->p += negative;
    size_t run = hex_run(r);
    if (run == 0 || (run > 1 && *r->p == '0') || (negative && *r->p == '0')) {
        syntax(r, "expected hex digits without leading zeros");
        return pickle_null();
    }
    size_t len = run / 2 + 2; /* room for a sign byte */
    uint8_t *le = pickle__alloc(r->alloc, len);
    if (!le) {
        fail_at(r, r->p, PICKLE_ERR_NOMEM, "out of memory");
        return pickle_null();
    }
    memset(le, 0, len);
    for (size_t i = 0; i < run; i++) {
        le[i / 2] |= (uint8_t)(hex_digit(r->p[run - 1 - i]) << 4 * (i % 2));
    }
    unsigned carry = 1;
    for (size_t i = 0; negative && i < len; i++) {
        unsigned byte = (~le[i] & 0xffu) + carry;
        carry = byte >> 8;
        le[i] = (uint8_t)byte;
    }
    pickle_value v = pickle_int_bytes(r->doc, le, len);
    pickle__free(r->alloc, le, len);
    r->p += run;
    return v;
}

static pickle_value read_float(reader *r) {
    uint64_t bits;
    double x;
    if (!take_u64(r, &bits)) {
        return pickle_null();
    }
    memcpy(&x, &bits, sizeof x);
    return pickle_float(r->doc, x);
}

static pickle_value read_complex(reader *r) {
    uint64_t re_bits;
    uint64_t im_bits;
    double re;
    double im;
    if (!take_u64(r, &re_bits) || !take_u64(r, &im_bits)) {
        return pickle_null();
    }
    memcpy(&re, &re_bits, sizeof re);
    memcpy(&im, &im_bits, sizeof im);
    return pickle_complex(r->doc, re, im);
}

/* A buffer's bytes must outlive the reader, so they are copied to a bytes
 * object of the document and borrowed from there. */
static pickle_value make_buffer(reader *r, char type, const uint8_t *data,
                                size_t len) {
    unsigned flags =
        (type == 'r' || type == 'R' ? PICKLE_BUFFER_READONLY : 0) |
        (type == 'R' || type == 'W' ? PICKLE_BUFFER_OUT_OF_BAND : 0);
    pickle_value copy = pickle_bytes(r->doc, data, len);
    if (pickle_is_null(copy)) {
        return copy;
    }
    data = pickle_get_data(copy, &len);
    return pickle_buffer(r->doc, data, len, flags);
}

static pickle_value read_blob(reader *r, char type) {
    const char *at = r->p;
    size_t len;
    uint8_t *data = take_bytes(r, &len);
    pickle_value v = pickle_null();
    if (!data) {
        return v;
    }
    switch (type) {
    case 'u':
        if (pickle__utf8_valid(data, len, NULL, NULL)) {
            v = pickle_str(r->doc, (char *)data, len);
        } else {
            fail_at(r, at, PICKLE_ERR_UNICODE_DECODE, "not UTF-8");
        }
        break;
    case 'b': v = pickle_bytes(r->doc, data, len); break;
    case 'B': v = pickle_bytearray(r->doc, data, len); break;
    default: v = make_buffer(r, type, data, len);
    }
    free_bytes(r, data, len);
    if (!pickle_is_null(v) && type != 'u' && type != 'b') {
        add_number(r, v);
    }
    return v;
}

static bool is_name_end(char c) {
    return c == ':' || c == ',' || c == ';' || c == ')' || c == '=';
}

/* A NAME into `out`, which has room for all text that is left. */
static size_t take_name(reader *r, uint8_t *out) {
    size_t len = 0;
    while (r->p < r->end && !is_name_end(*r->p)) {
        if (*r->p != '%') {
            out[len++] = (uint8_t)*r->p++;
            continue;
        }
        if (r->end - r->p < 3 || hex_digit(r->p[1]) < 0 ||
            hex_digit(r->p[2]) < 0) {
            syntax(r, "expected two hex digits after %");
            return len;
        }
        out[len++] = (uint8_t)(hex_digit(r->p[1]) << 4 | hex_digit(r->p[2]));
        r->p += 3;
    }
    return len;
}

static size_t name_span(const reader *r) {
    const char *p = r->p;
    while (p < r->end && *p != ',' && *p != ';' && *p != ')' && *p != '=') {
        p++;
    }
    return (size_t)(p - r->p);
}

static pickle_value read_global(reader *r) {
    const char *at = r->p;
    size_t span = name_span(r) + 1;
    uint8_t *text = pickle__alloc(r->alloc, span);
    pickle_value v = pickle_null();
    if (!text) {
        fail_at(r, r->p, PICKLE_ERR_NOMEM, "out of memory");
        return v;
    }
    size_t module_len = take_name(r, text);
    if (r->code == PICKLE_OK && (r->p == r->end || *r->p != ':')) {
        syntax(r, "expected ':' after a module");
    }
    if (r->code == PICKLE_OK) {
        r->p++;
        size_t name_len = take_name(r, text + module_len);
        if (r->code == PICKLE_OK &&
            !(pickle__utf8_valid(text, module_len, NULL, NULL) &&
              pickle__utf8_valid(text + module_len, name_len, NULL, NULL))) {
            fail_at(r, at, PICKLE_ERR_UNICODE_DECODE, "not UTF-8");
        }
        if (r->code == PICKLE_OK) {
            v = pickle__global_named(r->doc, text, module_len,
                                     text + module_len, name_len);
        }
    }
    pickle__free(r->alloc, text, span);
    return v;
}

static pickle_value read_reference(reader *r) {
    const char *at = r->p - 1;
    size_t n;
    if (!take_decimal(r, &n)) {
        return pickle_null();
    }
    if (n >= r->number_count) {
        fail_at(r, at, PICKLE_ERR_TEXT_REFERENCE, "no value of that number");
        return pickle_null();
    }
    if (pickle_is_null(r->numbered[n])) {
        fail_at(r, at, PICKLE_ERR_TEXT_REFERENCE, "that value is not made yet");
        return pickle_null();
    }
    return r->numbered[n];
}

/* `^D`: D numbered containers up. Frames of labels and globals do not count. */
static pickle_value read_level(reader *r) {
    const char *at = r->p - 1;
    size_t n;
    if (!take_decimal(r, &n) || n == 0) {
        syntax(r, "expected a level from 1");
        return pickle_null();
    }
    for (size_t i = r->depth; i > 0; i--) {
        read_frame *f = &r->frames[i - 1];
        if (f->type != '$' && f->type != 'g' && f->type != 'p' && --n == 0) {
            if (pickle_is_null(f->v)) {
                break;
            }
            return f->v;
        }
    }
    fail_at(r, at, PICKLE_ERR_TEXT_REFERENCE, "no container at that level");
    return pickle_null();
}

/* ---- labels ---- */

static label *find_label(reader *r, const char *name, size_t len) {
    for (size_t i = 0; i < r->label_count; i++) {
        if (r->labels[i].len == len &&
            memcmp(r->labels[i].name, name, len) == 0) {
            return &r->labels[i];
        }
    }
    return NULL;
}

/* CPython's own objects, by label: `L`, `S`, `S61`, `Y`, `Y61`. Null if it is
 * none of them. */
static pickle_value shared_object(reader *r, const char *name, size_t len) {
    unsigned index = 256;
    if (len == 1 && name[0] == 'L') {
        return pickle__latin1(r->doc);
    }
    if (len == 3 && hex_digit(name[1]) >= 0 && hex_digit(name[2]) >= 0) {
        index = (unsigned)(hex_digit(name[1]) << 4 | hex_digit(name[2]));
    } else if (len != 1) {
        return pickle_null();
    }
    if (name[0] == 'S') {
        return pickle__char_str(r->doc, index);
    }
    return name[0] == 'Y' ? pickle__char_bytes(r->doc, index) : pickle_null();
}

/* True when a value has come (*v); false when one must be read first. */
static bool read_label(reader *r, pickle_value *v) {
    const char *name = r->p;
    while (r->p < r->end &&
           ((*r->p >= '0' && *r->p <= '9') || (*r->p >= 'a' && *r->p <= 'z') ||
            (*r->p >= 'A' && *r->p <= 'Z'))) {
        r->p++;
    }
    size_t len = (size_t)(r->p - name);
    label *known = find_label(r, name, len);
    *v = pickle_null();
    if (known) {
        if (pickle_is_null(known->v)) {
            fail_at(r, name, PICKLE_ERR_TEXT_REFERENCE,
                    "a label inside its own value");
        }
        *v = known->v;
        return true;
    }
    if (len == 0 || r->p == r->end || *r->p != '=') {
        fail_at(r, name, PICKLE_ERR_TEXT_REFERENCE, "label is not defined");
        return true;
    }
    r->p++;
    label *a = room(r, r->labels, r->label_count, &r->label_cap, sizeof *a);
    if (!a) {
        return true;
    }
    r->labels = a;
    a[r->label_count++] = (label){name, len, pickle_null()};
    push_frame(r, '$', LABEL, pickle_null());
    if (r->code == PICKLE_OK) {
        r->frames[r->depth - 1].number = r->label_count - 1;
    }
    return false;
}

/* ---- containers ---- */

static bool accept(reader *r, char c) {
    if (r->p < r->end && *r->p == c) {
        r->p++;
        return true;
    }
    return false;
}

/* Number of elements of the tuple whose text starts at p: commas at its own
 * level. */
static size_t count_elements(const reader *r) {
    size_t level = 0;
    size_t count = 1;
    for (const char *p = r->p; p < r->end; p++) {
        if (*p == '(') {
            level++;
        } else if (*p == ')') {
            if (level == 0) {
                return p == r->p ? 0 : count;
            }
            level--;
        } else if (*p == ',' && level == 0) {
            count++;
        }
    }
    return 0;
}

/* A tuple that something in it may refer to is made when its text begins, with
 * its elements still null. That takes a count of them ahead, so it is done
 * only where the text holds a reference at all. */
static void open_container(reader *r, char type) {
    pickle_value v = pickle_null();
    int want = ELEMENT;
    if (!accept(r, '(')) {
        syntax(r, "expected '('");
        return;
    }
    switch (type) {
    case 't':
        if (accept(r, ')')) {
            push_value(r, pickle_tuple(r->doc, NULL, 0));
            return;
        }
        if (r->has_references) {
            v = pickle_tuple(r->doc, NULL, count_elements(r));
        }
        break;
    case 'l': v = pickle_list(r->doc, 0); break;
    case 'd':
        v = pickle_dict(r->doc, 0);
        want = KEY;
        break;
    case 'S': v = pickle_set(r->doc, 0); break;
    case 'z': v = pickle_frozenset(r->doc, 0); break;
    case 'n':
    case 'o':
    case 'x':
        v = type == 'n' ? pickle_instance(r->doc, pickle_none(), pickle_null())
            : type == 'o' ? pickle_reduce(r->doc, pickle_none(), pickle_null())
                          : pickle_native(r->doc, pickle_none(), pickle_null());
        want = CALLABLE;
        break;
    case 'p': want = PERSID; break;
    default: want = GLOBAL_MODULE;
    }
    if (pickle_is_null(v) && type != 'p' && type != 'g' && type != 't') {
        fail_doc(r);
        return;
    }
    push_frame(r, type, want, v);
    if (r->code == PICKLE_OK && type != 'p' && type != 'g') {
        r->frames[r->depth - 1].number = add_number(r, v);
    }
}

static const struct {
    const char *name;
    pickle_base base;
} bases[] = {{"int", PICKLE_BASE_INT},     {"float", PICKLE_BASE_FLOAT},
             {"str", PICKLE_BASE_STR},     {"bytes", PICKLE_BASE_BYTES},
             {"tuple", PICKLE_BASE_TUPLE}, {"complex", PICKLE_BASE_COMPLEX},
             {"list", PICKLE_BASE_LIST},   {"dict", PICKLE_BASE_DICT},
             {"-", PICKLE_BASE_REFUSES}};

static void read_base(reader *r, pickle_value v) {
    size_t left = (size_t)(r->end - r->p);
    for (size_t i = 0; i < sizeof bases / sizeof bases[0]; i++) {
        size_t len = strlen(bases[i].name);
        if (len < left && memcmp(r->p, bases[i].name, len) == 0 &&
            r->p[len] == ')') {
            r->p += len;
            pickle_object_set_base(r->doc, v, bases[i].base);
            return;
        }
    }
    if (r->p == r->end || *r->p != ')') {
        syntax(r, "unknown base");
    }
}

static void set_args(reader *r, read_frame *f) {
    pickle_value args =
        pickle_tuple(r->doc, r->values + f->first, r->value_count - f->first);
    r->value_count = f->first;
    f->number_of_waiting = 0;
    if (pickle_is_null(args)) {
        fail_doc(r);
        return;
    }
    pickle__object_of(f->v)->args = args;
}

/* `;` in an object: the next part begins. */
static void next_part(reader *r, read_frame *f) {
    switch (f->want) {
    case CALLABLE: f->want = ARGS; break;
    case ARGS: set_args(r, f); /* fallthrough */
    case ARGS_TUPLE: f->want = STATES; break;
    case STATES: f->want = ITEMS; break;
    case ITEMS: f->want = PAIR_KEY; break;
    case PAIR_KEY: f->want = KWARGS_OR_SETTER; break;
    case KWARGS_OR_SETTER:
        if (f->type == 'n') {
            f->want = BASE;
            break;
        } /* fallthrough */
    default: syntax(r, "unexpected ';'"); return;
    }
    f->fresh = true;
    if (f->want == ARGS && accept(r, '=')) {
        f->want = ARGS_TUPLE;
    }
    if (f->want == BASE) {
        read_base(r, f->v);
    }
}

static pickle_value close_tuple(reader *r, read_frame *f) {
    size_t count = r->value_count - f->first;
    pickle_value v = f->v;
    if (pickle_is_null(v)) {
        v = pickle_tuple(r->doc, r->values + f->first, count);
        r->numbered[f->number] = v;
    } else if (pickle__tuple_of(v)->count != count) {
        syntax(r, "elements of a tuple are not separated by commas");
    } else {
        memcpy(pickle__tuple_of(v)->items, r->values + f->first,
               count * sizeof(pickle_value));
    }
    r->value_count = f->first;
    return v;
}

/* `)`: the value is whole; it goes to the frame below. */
static void close_container(reader *r) {
    read_frame f = r->frames[r->depth - 1];
    pickle_value v = f.v;
    switch (f.type) {
    case 't': v = close_tuple(r, &f); break;
    case 'n':
    case 'o':
    case 'x':
        if (f.want == CALLABLE || f.want == PAIR_VALUE ||
            (f.want == ARGS_TUPLE && f.fresh)) {
            syntax(r, "an object needs a class and arguments");
            return;
        }
        if (f.want == ARGS) {
            set_args(r, &f);
        }
        break;
    case 'd':
        if (f.want == VALUE) {
            syntax(r, "expected '=' and a value");
            return;
        }
        break;
    case 'p':
    case 'g':
        if (f.fresh || f.want == GLOBAL_NAME) {
            syntax(r, "expected a value");
            return;
        }
        break;
    default: break;
    }
    r->depth--;
    if (pickle_is_null(v) && r->code == PICKLE_OK) {
        fail_doc(r);
    } else {
        push_value(r, v);
    }
}

/* Give the value that has just come to the frame on top. */
static void deliver(reader *r) {
    pickle_value v = r->values[r->value_count - 1];
    read_frame *f = &r->frames[r->depth - 1];
    pickle_code code = PICKLE_OK;
    f->fresh = false;
    if (f->want == ARGS || (f->want == ELEMENT && f->type == 't')) {
        return; /* they wait on the value stack */
    }
    r->value_count--;
    switch (f->want) {
    case ELEMENT:
        code = f->type == 'l' ? pickle_list_append(r->doc, f->v, v)
                              : pickle_set_add(r->doc, f->v, v);
        break;
    case KEY:
    case PAIR_KEY:
        f->key = v;
        f->want = f->want == KEY ? VALUE : PAIR_VALUE;
        if (!accept(r, '=')) {
            syntax(r, "expected '='");
        }
        break;
    case VALUE:
        code = pickle_dict_set(r->doc, f->v, f->key, v);
        f->want = KEY;
        break;
    case PAIR_VALUE:
        code = pickle_object_add_pair(r->doc, f->v, f->key, v);
        f->want = PAIR_KEY;
        break;
    case CALLABLE: pickle__object_of(f->v)->callable = v; break;
    case ARGS_TUPLE:
        if (pickle__tag(v) != PICKLE__TAG_TUPLE) {
            syntax(r, "arguments must be a tuple");
        }
        pickle__object_of(f->v)->args = v;
        break;
    case STATES: code = pickle_object_add_state(r->doc, f->v, v); break;
    case ITEMS: code = pickle_object_add_item(r->doc, f->v, v); break;
    case KWARGS_OR_SETTER:
        code = f->type == 'n' ? pickle_object_set_kwargs(r->doc, f->v, v)
                              : pickle_object_set_setter(r->doc, f->v, v);
        break;
    case PERSID: f->v = pickle_persid(r->doc, v); break;
    case GLOBAL_MODULE:
        f->key = v;
        f->want = GLOBAL_NAME;
        if (!accept(r, ',')) {
            syntax(r, "expected ','");
        }
        break;
    case GLOBAL_NAME:
        f->v = pickle_global_str(r->doc, f->key, v);
        f->want = GLOBAL_MODULE;
        break;
    case LABEL:
        r->labels[f->number].v = v;
        r->depth--;
        push_value(r, v);
        return;
    default: syntax(r, "unexpected value");
    }
    if (code) {
        fail_doc(r);
    }
}

/* A label's own objects: `$S61=u61` must give CPython's shared object, and the
 * value after `=` says the same. */
static void settle_label(reader *r) {
    read_frame *f = &r->frames[r->depth - 1];
    label *l = &r->labels[f->number];
    pickle_value shared = shared_object(r, l->name, l->len);
    if (!pickle_is_null(shared)) {
        r->values[r->value_count - 1] = shared;
    }
}

/* Begin a value: an atom comes whole, a container opens a frame. */
static void read_value(reader *r) {
    pickle_value v = pickle_null();
    const char *at = r->p;
    if (r->p == r->end) {
        syntax(r, "text ends where a value is expected");
        return;
    }
    char type = *r->p++;
    switch (type) {
    case 'N': v = pickle_none(); break;
    case 'T':
    case 'F': v = pickle_bool(type == 'T'); break;
    case 'i': v = read_int(r); break;
    case 'f': v = read_float(r); break;
    case 'c': v = read_complex(r); break;
    case 'u':
    case 'b':
    case 'B':
    case 'r':
    case 'w':
    case 'R':
    case 'W': v = read_blob(r, type); break;
    case '*': v = read_reference(r); break;
    case '^': v = read_level(r); break;
    case '$':
        if (!read_label(r, &v)) {
            return;
        }
        break;
    case 'g':
        if (r->p < r->end && *r->p == '(') {
            open_container(r, 'g');
            return;
        }
        v = read_global(r);
        break;
    case 't':
    case 'l':
    case 'd':
    case 'S':
    case 'z':
    case 'n':
    case 'o':
    case 'x':
    case 'p': open_container(r, type); return;
    default:
        r->p = at;
        syntax(r, "not the start of a value");
        return;
    }
    if (pickle_is_null(v)) {
        fail_doc(r);
    } else if (r->code == PICKLE_OK) {
        push_value(r, v);
    }
}

static bool is_object(char type) {
    return type == 'n' || type == 'o' || type == 'x';
}

/* Whether the frame on top is about to take a value, or ends, or separates. */
static void step(reader *r) {
    read_frame *f = &r->frames[r->depth - 1];
    if (f->type == '$') {
        read_value(r);
        return;
    }
    if (accept(r, ')')) {
        close_container(r);
        return;
    }
    if (is_object(f->type) && accept(r, ';')) {
        next_part(r, f);
        return;
    }
    if (!f->fresh && f->want != VALUE && f->want != PAIR_VALUE &&
        f->want != GLOBAL_NAME) {
        bool many = f->want == ELEMENT || f->want == KEY || f->want == ARGS ||
                    f->want == STATES || f->want == ITEMS ||
                    f->want == PAIR_KEY;
        if (!many || !accept(r, ',')) {
            syntax(r, many ? "expected ',' or ')'" : "expected ')'");
            return;
        }
        if (r->p < r->end && (*r->p == ')' || *r->p == ';')) {
            syntax(r, "expected a value after ','");
            return;
        }
    }
    read_value(r);
}

static void parse(reader *r) {
    read_value(r);
    while (r->code == PICKLE_OK) {
        size_t depth = r->depth;
        size_t have = r->value_count;
        if (depth == 0) {
            break;
        }
        /* A value came for the frame on top exactly when the value stack is
         * higher than what that frame knows of. */
        read_frame *f = &r->frames[depth - 1];
        bool waits = f->want == ARGS || (f->want == ELEMENT && f->type == 't');
        size_t known = f->first + (waits ? f->number_of_waiting : 0);
        if (have > known) {
            if (f->type == '$') {
                settle_label(r);
            }
            if (waits) {
                f->number_of_waiting++;
            }
            deliver(r);
            continue;
        }
        step(r);
    }
}

static void release(reader *r) {
    pickle__free(r->alloc, r->frames, r->frame_cap * sizeof *r->frames);
    pickle__free(r->alloc, r->values, r->value_cap * sizeof *r->values);
    pickle__free(r->alloc, r->numbered, r->number_cap * sizeof *r->numbered);
    pickle__free(r->alloc, r->labels, r->label_cap * sizeof *r->labels);
}

pickle_code pickle_text_read(pickle_doc *doc, const char *text, size_t len,
                             pickle_value *v, pickle_error *err) {
    reader r;
    memset(&r, 0, sizeof r);
    r.doc = doc;
    r.alloc = &doc->arena.alloc;
    r.start = r.p = text;
    r.end = text + len;
    r.has_references = memchr(text, '*', len) || memchr(text, '^', len);
    r.err = err;
    pickle__error_clear(err);
    parse(&r);
    if (r.code == PICKLE_OK && r.p != r.end) {
        syntax(&r, "text goes on after the value");
    }
    if (r.code == PICKLE_OK) {
        *v = r.values[0];
    }
    release(&r);
    return r.code;
}
