/*
 * value/text_write.c  Values to canonical text: the grammar of
 * harness/PROTOCOL.md.
 *
 * Containers are opened on a stack of frames, so depth costs memory, not C
 * stack. With labels the writer runs twice: once to count how often each str,
 * bytes or persistent object is met, once to write.
 */
#include <string.h>

#include "value/text.h"

#define DEFAULT_MAX_BYTES ((size_t)1 << 30)

/* ---- labels ---- */

/* `$S61`, `$Y61`, `$L` for CPython's own objects, else false. */
static bool put_shared_label(writer *w, pickle_value v) {
    size_t len;
    const uint8_t *data = pickle_get_data(v, &len);
    if (!data || !(pickle__node_of(v)->flags & PICKLE__SHARED)) {
        return false;
    }
    if (len > 2) {
        pickle__write_z(w, "$L");
        return true;
    }
    pickle__write_z(w, pickle__tag(v) == PICKLE__TAG_STR ? "$S" : "$Y");
    if (len) {
        size_t pos = 0;
        uint32_t c = pickle__tag(v) == PICKLE__TAG_STR
                         ? pickle__utf8_next(data, &pos)
                         : data[0];
        uint8_t byte = (uint8_t)c;
        pickle__write_hex(w, &byte, 1);
    }
    return true;
}

/* Write a label where one is due. True if that is all there is to write. */
static bool put_label(writer *w, pickle_value v) {
    if (!w->labels) {
        return false;
    }
    size_t *seen = pickle__text_slot(w, v, COUNT_SCOPE);
    if (!seen) {
        return true;
    }
    if (w->counting) {
        *seen += 1;
        return *seen > 1;
    }
    bool shared = put_shared_label(w, v);
    if (!shared && *seen < 2) {
        return false;
    }
    size_t *label = pickle__text_slot(w, v, LABEL_SCOPE);
    if (!label) {
        return true;
    }
    bool again = *label != 0;
    if (!again) {
        *label = shared ? SIZE_MAX : ++w->labels_used;
    }
    if (!shared) {
        pickle__write_number(w, '$', *label);
    }
    if (!again) {
        pickle__write_char(w, '=');
    }
    return again;
}

/* ---- frames ---- */

static void push(writer *w, pickle_value v, size_t scope) {
    if (w->code) {
        return;
    }
    text_frame *frames = pickle__text_room(w, w->frames, w->depth,
                                           &w->frame_cap, sizeof *frames);
    if (!frames) {
        return;
    }
    w->frames = frames;
    w->frames[w->depth++] = (text_frame){.v = v, .scope = scope};
}

/* Whether text for v stands already (`*N`, `^D`); if not, v is numbered and
 * counted as open. */
static bool put_reference(writer *w, pickle_value v, size_t scope) {
    size_t *number = pickle__text_slot(w, v, scope);
    if (!number) {
        return true;
    }
    if (*number) {
        pickle__write_number(w, '*', *number - 1);
        return true;
    }
    size_t *level = pickle__text_slot(w, v, OPEN_SCOPE);
    if (!level) {
        return true;
    }
    if (*level) {
        pickle__write_number(w, '^', w->open - *level + 1);
        return true;
    }
    *level = ++w->open;
    number = pickle__text_slot(w, v, scope); /* the table may have moved */
    *number = ++*pickle__text_counter(w, scope);
    return false;
}

static void close_value(writer *w, pickle_value v) {
    size_t *level = pickle__text_slot(w, v, OPEN_SCOPE);
    if (level) {
        *level = 0;
    }
    w->open--;
}

static void put_global(writer *w, pickle_value v, size_t scope) {
    const pickle__global *g = pickle__global_of(v);
    bool own = !(pickle__node_of(g->module)->flags & PICKLE__STR_MODULE);
    if (w->labels && own) {
        size_t *seen = pickle__text_slot(w, v, LABEL_SCOPE);
        if (!seen) {
            return;
        }
        if (!*seen) {
            *seen = 1;
            pickle__write_z(w, "g(");
            pickle__text_value(w, g->module, scope);
            pickle__write_char(w, ',');
            pickle__text_value(w, g->qualname, scope);
            pickle__write_char(w, ')');
            return;
        }
    }
    pickle__write_char(w, 'g');
    pickle__write_name(w, g->module);
    pickle__write_char(w, ':');
    pickle__write_name(w, g->qualname);
}

static void put_atom(writer *w, pickle_value v, size_t scope) {
    double re;
    double im;
    switch (pickle_kind_of(v)) {
    case PICKLE_KIND_NONE: pickle__write_char(w, 'N'); break;
    case PICKLE_KIND_BOOL:
        pickle__write_char(w, pickle_get_bool(v) ? 'T' : 'F');
        break;
    case PICKLE_KIND_INT: pickle__write_int(w, v); break;
    case PICKLE_KIND_FLOAT:
        pickle__write_char(w, 'f');
        pickle__write_double(w, pickle_get_float(v));
        break;
    case PICKLE_KIND_COMPLEX:
        pickle_get_complex(v, &re, &im);
        pickle__write_char(w, 'c');
        pickle__write_double(w, re);
        pickle__write_double(w, im);
        break;
    case PICKLE_KIND_STR: pickle__write_blob(w, 'u', v); break;
    case PICKLE_KIND_BYTES: pickle__write_blob(w, 'b', v); break;
    case PICKLE_KIND_GLOBAL: put_global(w, v, scope); break;
    default: pickle__write_fail(w, PICKLE_ERR_BUG);
    }
}

static char buffer_letter(pickle_value v) {
    unsigned flags = pickle_get_buffer_flags(v);
    bool readonly = flags & PICKLE_BUFFER_READONLY;
    if (flags & PICKLE_BUFFER_OUT_OF_BAND) {
        return readonly ? 'R' : 'W';
    }
    return readonly ? 'r' : 'w';
}

void pickle__text_count_tuple(writer *w, pickle_value v) {
    size_t *seen = w->counting ? pickle__text_slot(w, v, COUNT_SCOPE) : NULL;
    if (seen) {
        *seen += 1;
    }
}

void pickle__text_value(writer *w, pickle_value v, size_t scope) {
    switch (pickle_kind_of(v)) {
    case PICKLE_KIND_STR:
    case PICKLE_KIND_BYTES:
    case PICKLE_KIND_COMPLEX:
        if (!put_label(w, v)) {
            put_atom(w, v, scope);
        }
        return;
    case PICKLE_KIND_BYTEARRAY:
    case PICKLE_KIND_BUFFER:
        if (!put_reference(w, v, scope)) {
            pickle__write_blob(w,
                               pickle_kind_of(v) == PICKLE_KIND_BYTEARRAY
                                   ? 'B'
                                   : buffer_letter(v),
                               v);
            close_value(w, v);
        }
        return;
    case PICKLE_KIND_PERSID:
        if (!put_label(w, v)) {
            push(w, v, scope);
        }
        return;
    case PICKLE_KIND_TUPLE:
        if (pickle__tuple_of(v)->count == 0) {
            pickle__write_z(w, "t()");
            return;
        }
        pickle__text_count_tuple(w, v); /* fallthrough */
    case PICKLE_KIND_LIST:
    case PICKLE_KIND_DICT:
    case PICKLE_KIND_SET:
    case PICKLE_KIND_FROZENSET:
    case PICKLE_KIND_INSTANCE:
    case PICKLE_KIND_REDUCE:
    case PICKLE_KIND_NATIVE:
        if (!put_reference(w, v, scope)) {
            push(w, v, scope);
        }
        return;
    default: put_atom(w, v, scope);
    }
}

void pickle__text_finish(writer *w) {
    text_frame *f = &w->frames[w->depth - 1];
    pickle_value v = f->v;
    pickle__write_char(w, ')');
    w->depth--;
    if (pickle_kind_of(v) != PICKLE_KIND_PERSID) {
        close_value(w, v);
    }
}

void pickle__text_step_sequence(writer *w, const char *open) {
    text_frame *f = &w->frames[w->depth - 1];
    size_t count;
    const pickle_value *items = pickle_get_items(f->v, &count);
    if (f->i == 0) {
        pickle__write_z(w, open);
    }
    if (f->i == count) {
        pickle__text_finish(w);
        return;
    }
    if (f->i) {
        pickle__write_char(w, ',');
    }
    pickle__text_value(w, items[f->i++], f->scope);
}

static void step_dict(writer *w) {
    text_frame *f = &w->frames[w->depth - 1];
    size_t count;
    const pickle_pair *pairs = pickle_get_pairs(f->v, &count);
    if (f->i == 0) {
        pickle__write_z(w, "d(");
    }
    if (f->i == 2 * count) {
        pickle__text_finish(w);
        return;
    }
    size_t i = f->i++;
    if (i % 2) {
        pickle__write_char(w, '=');
        pickle__text_value(w, pairs[i / 2].value, f->scope);
        return;
    }
    if (i) {
        pickle__write_char(w, ',');
    }
    pickle__text_value(w, pairs[i / 2].key, f->scope);
}

static void step_persid(writer *w) {
    text_frame *f = &w->frames[w->depth - 1];
    if (f->i++ == 0) {
        pickle__write_z(w, "p(");
        pickle__text_value(w, pickle_get_persid(f->v), f->scope);
        return;
    }
    pickle__text_finish(w);
}

static void step(writer *w) {
    switch (pickle_kind_of(w->frames[w->depth - 1].v)) {
    case PICKLE_KIND_TUPLE: pickle__text_step_sequence(w, "t("); break;
    case PICKLE_KIND_LIST: pickle__text_step_sequence(w, "l("); break;
    case PICKLE_KIND_DICT: step_dict(w); break;
    case PICKLE_KIND_SET: pickle__text_step_set(w, "S("); break;
    case PICKLE_KIND_FROZENSET: pickle__text_step_set(w, "z("); break;
    case PICKLE_KIND_PERSID: step_persid(w); break;
    default: pickle__text_step_object(w);
    }
}

static void run(writer *w, pickle_value v) {
    pickle__text_value(w, v, pickle__text_new_scope(w));
    while (w->depth && w->code == PICKLE_OK) {
        step(w);
    }
}

pickle_code pickle_text_write(pickle_value v, const pickle_text_options *opt,
                              const pickle_allocator *alloc, char **text,
                              size_t *len, pickle_error *err) {
    writer w;
    pickle__error_clear(err);
    memset(&w, 0, sizeof w);
    w.alloc = alloc ? alloc : pickle_allocator_default();
    w.max_bytes = opt && opt->max_bytes ? opt->max_bytes : DEFAULT_MAX_BYTES;
    w.labels = opt && opt->labels;
    if (pickle_is_null(v)) {
        return pickle__error_code(err, PICKLE_ERR_BUG, "null value");
    }
    if (w.labels) {
        w.counting = true;
        run(&w, v);
        w.counting = false;
        pickle__text_forget_scopes(&w);
    }
    if (w.code == PICKLE_OK) {
        run(&w, v);
    }
    pickle_code code = w.code;
    if (code == PICKLE_OK && !pickle__write_reserve(&w, 1)) {
        code = w.code;
    }
    pickle__text_free_tables(&w);
    if (code) {
        pickle__free(w.alloc, w.text, w.cap);
        return pickle__error_code(err, code, "canonical text");
    }
    w.text[w.len] = '\0';
    /* The size that pickle_text_free() will tell is the length and the NUL. */
    char *fitted = pickle__realloc(w.alloc, w.text, w.cap, w.len + 1);
    if (!fitted) {
        pickle__free(w.alloc, w.text, w.cap);
        return pickle__error_code(err, PICKLE_ERR_NOMEM, "canonical text");
    }
    *text = fitted;
    *len = w.len;
    return PICKLE_OK;
}

void pickle_text_free(const pickle_allocator *alloc, char *text, size_t len) {
    pickle__free(alloc ? alloc : pickle_allocator_default(), text, len + 1);
}
