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

#include "value/text_read.h"

static void fail_doc(reader *r) {
    pickle_error e;
    pickle_doc_error(r->doc, &e);
    pickle__read_fail(r, r->p, e.code ? e.code : PICKLE_ERR_NOMEM,
                      pickle_code_text(e.code ? e.code : PICKLE_ERR_NOMEM));
}

static void push_value(reader *r, pickle_value v) {
    pickle_value *a = pickle__read_room(r, r->values, r->value_count,
                                        &r->value_cap, sizeof *a);
    if (a) {
        r->values = a;
        a[r->value_count++] = v;
    }
}

void pickle__read_push_frame(reader *r, char type, int want, pickle_value v) {
    read_frame *a =
        pickle__read_room(r, r->frames, r->depth, &r->frame_cap, sizeof *a);
    if (a) {
        size_t below = r->depth ? a[r->depth - 1].level : 0;
        bool counts = type != '$' && type != 'g' && type != 'p';
        r->frames = a;
        a[r->depth++] = (read_frame){.type = type,
                                     .want = want,
                                     .v = v,
                                     .first = r->value_count,
                                     .key = pickle_null(),
                                     .fresh = true,
                                     .level = below + counts};
    }
}

/* ---- containers ---- */

static bool accept(reader *r, char c) {
    if (r->p < r->end && *r->p == c) {
        r->p++;
        return true;
    }
    return false;
}

/* A tuple that something in it may refer to is made when its text begins, with
 * its elements still null. That takes a count of them ahead, so it is done
 * only where the text holds a reference at all. */
static void open_container(reader *r, char type) {
    pickle_value v = pickle_null();
    int want = ELEMENT;
    if (!accept(r, '(')) {
        pickle__read_syntax(r, "expected '('");
        return;
    }
    switch (type) {
    case 't':
        if (accept(r, ')')) {
            push_value(r, pickle_tuple(r->doc, NULL, 0));
            return;
        }
        if (r->has_references) {
            v = pickle_tuple(r->doc, NULL, pickle__read_tuple_count(r));
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
    pickle__read_push_frame(r, type, want, v);
    if (r->code == PICKLE_OK && type != 'p' && type != 'g') {
        r->frames[r->depth - 1].number = pickle__read_number(r, v);
    }
}

static void read_base(reader *r, pickle_value v) {
    size_t left = (size_t)(r->end - r->p);
    for (int base = PICKLE_BASE_OBJECT + 1; base <= PICKLE_BASE_REFUSES;
         base++) {
        const char *name = pickle__base_names[base];
        size_t len = strlen(name);
        if (len < left && memcmp(r->p, name, len) == 0 && r->p[len] == ')') {
            r->p += len;
            pickle_object_set_base(r->doc, v, (pickle_base)base);
            return;
        }
    }
    if (r->p == r->end || *r->p != ')') {
        pickle__read_syntax(r, "unknown base");
    }
}

static void set_args(reader *r, read_frame *f) {
    size_t count = r->value_count - f->first;
    pickle_value args =
        pickle_tuple(r->doc, count ? r->values + f->first : NULL, count);
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
    default: pickle__read_syntax(r, "unexpected ';'"); return;
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
        pickle__read_syntax(r,
                            "elements of a tuple are not separated by commas");
    } else {
        memcpy(pickle__tuple_of(v)->items, r->values + f->first,
               count * sizeof(pickle_value));
    }
    r->value_count = f->first;
    return v;
}

/* The fault is the parenthesis just taken. */
static void refuse_close(reader *r, const char *message) {
    r->p--;
    pickle__read_syntax(r, message);
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
            refuse_close(r, "an object needs a class and arguments");
            return;
        }
        if (f.want == ARGS) {
            set_args(r, &f);
        }
        break;
    case 'd':
        if (f.want == VALUE) {
            refuse_close(r, "expected '=' and a value");
            return;
        }
        break;
    case 'p':
    case 'g':
        if (f.fresh || f.want == GLOBAL_NAME) {
            refuse_close(r, "expected a value");
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
                              : pickle__set_put(r->doc, f->v, v);
        break;
    case KEY:
    case PAIR_KEY:
        f->key = v;
        f->want = f->want == KEY ? VALUE : PAIR_VALUE;
        if (!accept(r, '=')) {
            pickle__read_syntax(r, "expected '='");
        }
        break;
    case VALUE:
        code = pickle__dict_put(r->doc, f->v, f->key, v);
        f->want = KEY;
        break;
    case PAIR_VALUE:
        code = pickle_object_add_pair(r->doc, f->v, f->key, v);
        f->want = PAIR_KEY;
        break;
    case CALLABLE: pickle__object_of(f->v)->callable = v; break;
    case ARGS_TUPLE:
        if (pickle__tag(v) != PICKLE__TAG_TUPLE) {
            pickle__read_syntax(r, "arguments must be a tuple");
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
            pickle__read_syntax(r, "expected ','");
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
    default: pickle__read_syntax(r, "unexpected value");
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
    pickle_value shared = pickle__read_shared_object(r, l->name, l->len);
    if (!pickle_is_null(shared)) {
        r->values[r->value_count - 1] = shared;
    }
}

/* Begin a value: an atom comes whole, a container opens a frame. */
static void read_value(reader *r) {
    pickle_value v = pickle_null();
    const char *at = r->p;
    if (r->p == r->end) {
        pickle__read_syntax(r, "text ends where a value is expected");
        return;
    }
    char type = *r->p++;
    switch (type) {
    case 'N': v = pickle_none(); break;
    case 'T':
    case 'F': v = pickle_bool(type == 'T'); break;
    case 'i': v = pickle__read_int(r); break;
    case 'f': v = pickle__read_float(r); break;
    case 'c': v = pickle__read_complex(r); break;
    case 'u':
    case 'b':
    case 'B':
    case 'r':
    case 'w':
    case 'R':
    case 'W': v = pickle__read_blob(r, type); break;
    case '*': v = pickle__read_reference(r); break;
    case '^': v = pickle__read_level(r); break;
    case '$':
        if (!pickle__read_label(r, &v)) {
            return;
        }
        break;
    case 'g':
        if (r->p < r->end && *r->p == '(') {
            open_container(r, 'g');
            return;
        }
        v = pickle__read_global(r);
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
        pickle__read_syntax(r, "not the start of a value");
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
            pickle__read_syntax(r,
                                many ? "expected ',' or ')'" : "expected ')'");
            return;
        }
        if (r->p < r->end && (*r->p == ')' || *r->p == ';')) {
            pickle__read_syntax(r, "expected a value after ','");
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
    pickle__free(r->alloc, r->label_slots,
                 r->label_slot_cap * sizeof *r->label_slots);
    pickle__free(r->alloc, r->tuples, r->tuple_cap * sizeof *r->tuples);
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
        pickle__read_syntax(&r, "text goes on after the value");
    }
    if (r.code == PICKLE_OK) {
        *v = r.values[0];
    }
    release(&r);
    return r.code;
}
