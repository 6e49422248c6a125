#include "base/utf8.h"
#include "pickle/encoder.h"
#include "pickle/names.h"

/* Part of a name. */
typedef struct word {
    const uint8_t *text;
    size_t len;
} word;

static word word_of(pickle_value str) {
    const pickle__blob *b = pickle__blob_of(str);
    word w = {b->data, b->len};
    return w;
}

/* The component of a dotted name that begins at `at`. */
static word component(word name, size_t at) {
    const uint8_t *start = name.text + at;
    const uint8_t *dot =
        name.len > at ? memchr(start, '.', name.len - at) : NULL;
    word w = {start, dot ? (size_t)(dot - start) : name.len - at};
    return w;
}

static bool is_word(word w, const char *text) {
    return w.len == strlen(text) && memcmp(w.text, text, w.len) == 0;
}

pickle_value pickle__named(pickle_encoder *e, const char *module,
                           const char *qualname) {
    pickle_value v = pickle_global(e->doc, module, qualname);
    if (pickle_is_null(v)) {
        pickle__encode_fail_doc(e, e->doc);
    }
    return v;
}

/* ---- names that cannot be found ---- */

static pickle_code fail_lookup(pickle_encoder *e, word module, word name) {
    return pickle__encode_fail(e, PICKLE_ERR_PICKLING,
                               "Can't pickle %.*s: it's not found as %.*s.%.*s",
                               (int)(name.len < 30 ? name.len : 30), name.text,
                               (int)(module.len < 30 ? module.len : 30),
                               module.text,
                               (int)(name.len < 30 ? name.len : 30), name.text);
}

/* A class without the underscores that name mangling ignores. */
static word stripped(word w) {
    while (w.len && *w.text == '_') {
        w.text++;
        w.len--;
    }
    return w;
}

/* Whether the compiler stores `name` in a class under another name. */
static bool is_private(word class_name, word name) {
    return name.len > 2 && memcmp(name.text, "__", 2) == 0 &&
           memcmp(name.text + name.len - 2, "__", 2) != 0 &&
           stripped(class_name).len != 0;
}

/* Whether a component of the name is private to the one before it. */
static bool has_private(word name) {
    word before = component(name, 0);
    for (size_t at = before.len + 1; at < name.len; at += before.len + 1) {
        word w = component(name, at);
        if (is_private(before, w)) {
            return true;
        }
        before = w;
    }
    return false;
}

/* Refuse what CPython never finds: a function's own, a lambda, and up to 3.14
 * private names, which stand in their class under another name. */
static pickle_code check_name(pickle_encoder *e, word module, word name) {
    for (size_t at = 0; at < name.len;) {
        word w = component(name, at);
        if (is_word(w, "<locals>")) {
            return pickle__encode_fail(
                e,
                e->pure || e->cpython >= 314 ? PICKLE_ERR_PICKLING
                                             : PICKLE_ERR_PICKLING_ATTRIBUTE,
                "Can't pickle local object '%.*s'",
                (int)(name.len < 60 ? name.len : 60), name.text);
        }
        if (is_word(w, "<lambda>")) {
            return fail_lookup(e, module, name);
        }
        at += w.len + 1;
    }
    return e->cpython < 315 && has_private(name) ? fail_lookup(e, module, name)
                                                 : PICKLE_OK;
}

/* The name with its private components as their classes hold them: a new str
 * of the encoder's. */
static pickle_value mangled(pickle_encoder *e, word name) {
    pickle_doc *scratch = pickle__scratch(e);
    /* Each component takes at most one more of the one before it. */
    uint8_t *text =
        scratch ? pickle__arena_alloc(&scratch->arena, 2 * name.len + 1) : NULL;
    if (!text) {
        pickle__encode_fail(e, PICKLE_ERR_NOMEM, "global");
        return pickle_null();
    }
    word before = component(name, 0);
    size_t len = before.len;
    memcpy(text, name.text, len);
    for (size_t at = before.len + 1; at <= name.len; at += before.len + 1) {
        word w = component(name, at);
        text[len++] = '.';
        if (is_private(before, w)) {
            word c = stripped(before);
            text[len++] = '_';
            memcpy(text + len, c.text, c.len);
            len += c.len;
        }
        memcpy(text + len, w.text, w.len);
        len += w.len;
        before = w;
    }
    pickle_value v = pickle__blob_borrow(scratch, PICKLE__TAG_STR,
                                         PICKLE_KIND_STR, text, len);
    if (pickle_is_null(v)) {
        pickle__encode_fail_doc(e, scratch);
    }
    return v;
}

/* ---- GLOBAL ---- */

static pickle_code fail_identifier(pickle_encoder *e, const char *what,
                                   word w) {
    return pickle__encode_fail(
        e, PICKLE_ERR_PICKLING,
        "can't pickle %s identifier '%.*s' using pickle protocol %d", what,
        (int)(w.len < 40 ? w.len : 40), w.text, e->proto);
}

static bool encodable(const pickle_encoder *e, word w) {
    bool ascii;
    pickle__utf8_error bad;
    return e->proto == 3
               ? pickle__utf8_strict(w.text, w.len, &bad)
               : pickle__utf8_valid(w.text, w.len, &ascii, NULL) && ascii;
}

/* GLOBAL with its two lines, mapped to Python 2 where that is asked for. */
static pickle_code put_global_text(pickle_encoder *e, word module, word name) {
    if (e->fix_imports) {
        pickle__names_to_python2(e->cpython, &module.text, &module.len,
                                 &name.text, &name.len);
    }
    if (!encodable(e, module)) {
        return fail_identifier(e, "module", module);
    }
    if (!encodable(e, name)) {
        return fail_identifier(e, "global", name);
    }
    pickle_code code = pickle__writer_grow(&e->w, module.len + name.len);
    if (code) {
        return code;
    }
    pickle__put(&e->w, PICKLE__OP_GLOBAL);
    pickle__put_bytes(&e->w, module.text, module.len);
    pickle__put(&e->w, '\n');
    pickle__put_bytes(&e->w, name.text, name.len);
    pickle__put(&e->w, '\n');
    return PICKLE_OK;
}

/* ---- nested names below protocol 4 ---- */

enum { /* steps; f->stop is where the next component begins */
       NESTED_GETATTR,
       NESTED_MARK,
       NESTED_NAME,
       NESTED_CALL
};

/* 3.13 and newer write getattr(getattr(Outer, "Inner"), "Deep") without a
 * number for anything but the functions, the strs and the result: first each
 * getattr, then the outermost name, then the rest of each call. */
static pickle_code push_nested(pickle_encoder *e, pickle_value self,
                               pickle_value global, pickle_value qualname) {
    pickle__frame *f = pickle__push_frame(e, PICKLE__FRAME_NESTED);
    if (!f) {
        return e->failed;
    }
    f->node = pickle__global_of(global);
    f->self = self;
    f->qualname = qualname;
    f->stop = component(word_of(qualname), 0).len + 1;
    return PICKLE_OK;
}

/* A component as str.split() makes it: a new str, but one character of Latin-1
 * is CPython's own. */
static pickle_value component_str(pickle_encoder *e, word w) {
    size_t pos = 0;
    uint32_t c = w.len ? pickle__utf8_next(w.text, &pos) : 0;
    pickle_doc *doc = e->doc;
    pickle_value v;
    if (w.len == 0) {
        v = pickle__char_str(doc, 256);
    } else if (pos == w.len && c < 256) {
        v = pickle__char_str(doc, c);
    } else {
        doc = pickle__scratch(e);
        v = doc ? pickle__blob_borrow(doc, PICKLE__TAG_STR, PICKLE_KIND_STR,
                                      w.text, w.len)
                : pickle_null();
    }
    if (doc && pickle_is_null(v)) {
        pickle__encode_fail_doc(e, doc);
    }
    return v;
}

static pickle_code save_or_fail(pickle_encoder *e, pickle_value v) {
    return pickle_is_null(v) ? e->failed : pickle__save(e, v);
}

/* The functions are written; now the outermost name. */
static pickle_code put_outermost(pickle_encoder *e, pickle__frame *f) {
    const pickle__global *g = f->node;
    word outer = component(word_of(f->qualname), 0);
    f->step = NESTED_NAME;
    f->stop = outer.len + 1;
    return put_global_text(e, word_of(g->module), outer);
}

static pickle_code put_call(pickle_encoder *e, pickle__frame *f, word name) {
    pickle_value self = f->self;
    pickle__put(&e->w, e->proto >= 2 ? PICKLE__OP_TUPLE2 : PICKLE__OP_TUPLE);
    pickle__put(&e->w, PICKLE__OP_REDUCE);
    f->stop += component(name, f->stop).len + 1;
    f->step = NESTED_NAME;
    if (f->stop <= name.len) {
        return PICKLE_OK;
    }
    e->depth--;
    return pickle__memo_put(e, pickle__memo_node(self));
}

pickle_code pickle__nested_step(pickle_encoder *e, pickle__frame *f) {
    word name = word_of(f->qualname);
    switch (f->step) {
    case NESTED_GETATTR:
        if (f->stop > name.len) {
            return put_outermost(e, f);
        }
        f->step = NESTED_MARK;
        return save_or_fail(e, pickle__named(e, "builtins", "getattr"));
    case NESTED_MARK:
        if (e->proto < 2) {
            pickle__put(&e->w, PICKLE__OP_MARK);
        }
        f->stop += component(name, f->stop).len + 1;
        f->step = NESTED_GETATTR;
        return PICKLE_OK;
    case NESTED_NAME:
        f->step = NESTED_CALL;
        return save_or_fail(e, component_str(e, component(name, f->stop)));
    default: return put_call(e, f, name);
    }
}

static pickle_code save_nested(pickle_encoder *e, pickle_value self,
                               pickle_value global, pickle_value qualname) {
    if (e->cpython >= 313) {
        return push_nested(e, self, global, qualname);
    }
    /* Older versions pickle the parent as a value. */
    word name = word_of(qualname);
    size_t dot = name.len;
    while (name.text[dot - 1] != '.') {
        dot--;
    }
    word module = word_of(pickle__global_of(global)->module);
    word last = component(name, dot);
    pickle_value items[2];
    items[0] = pickle__global_named(e->doc, module.text, module.len, name.text,
                                    dot - 1);
    if (pickle_is_null(items[0])) {
        return pickle__encode_fail_doc(e, e->doc);
    }
    items[1] = component_str(e, last);
    return pickle_is_null(items[1])
               ? e->failed
               : pickle__save_object(
                     e, self,
                     pickle__make_call(e, "builtins", "getattr", items, 2));
}

/* ---- STACK_GLOBAL ---- */

enum { STACK_MODULE, STACK_NAME, STACK_CALL };

pickle_code pickle__global_step(pickle_encoder *e, pickle__frame *f) {
    const pickle__global *g = f->node;
    pickle_value self = f->self;
    switch (f->step++) {
    case STACK_MODULE: return pickle__save(e, g->module);
    case STACK_NAME: return pickle__save(e, f->qualname);
    default:
        e->depth--;
        pickle__put(&e->w, PICKLE__OP_STACK_GLOBAL);
        return pickle__memo_put(e, pickle__memo_node(self));
    }
}

static pickle_code save_stack_global(pickle_encoder *e, pickle_value self,
                                     pickle_value global,
                                     pickle_value qualname) {
    pickle_value module = pickle__global_of(global)->module;
    if (e->inlined && pickle__tag(module) == PICKLE__TAG_STR &&
        pickle__tag(qualname) == PICKLE__TAG_STR) {
        pickle_code code = pickle__save(e, module);
        code = code ? code : pickle__save(e, qualname);
        if (code) {
            return code;
        }
        pickle__put(&e->w, PICKLE__OP_STACK_GLOBAL);
        return pickle__memo_put(e, pickle__memo_node(self));
    }
    pickle__frame *f = pickle__push_frame(e, PICKLE__FRAME_GLOBAL);
    if (!f) {
        return e->failed;
    }
    f->node = pickle__global_of(global);
    f->self = self;
    f->qualname = qualname;
    return PICKLE_OK;
}

/* ---- EXT ---- */

static int32_t extension_of(const pickle_encoder *e, word module, word name) {
    return e->proto >= 2 && e->opt->extensions
               ? pickle_extension_code(e->opt->extensions,
                                       (const char *)module.text, module.len,
                                       (const char *)name.text, name.len)
               : 0;
}

/* No number: an EXT is written again each time. */
static pickle_code put_extension(pickle_encoder *e, int32_t code) {
    uint8_t *p = e->w.pos;
    if (code <= 0xff) {
        p[0] = PICKLE__OP_EXT1;
        p[1] = (uint8_t)code;
        e->w.pos += 2;
    } else if (code <= 0xffff) {
        p[0] = PICKLE__OP_EXT2;
        pickle__store_le16(p + 1, (unsigned)code);
        e->w.pos += 3;
    } else {
        p[0] = PICKLE__OP_EXT4;
        pickle__store_le32(p + 1, (uint32_t)code);
        e->w.pos += 5;
    }
    return PICKLE_OK;
}

pickle_code pickle__save_global(pickle_encoder *e, pickle_value self,
                                pickle_value global) {
    const pickle__global *g = pickle__global_of(global);
    pickle_value qualname = g->qualname;
    if (pickle__tag(g->module) != PICKLE__TAG_STR ||
        pickle__tag(qualname) != PICKLE__TAG_STR) {
        return e->proto >= 4 ? save_stack_global(e, self, global, qualname)
                             : pickle__encode_fail(e, PICKLE_ERR_PICKLING,
                                                   "a global without a name");
    }
    word module = word_of(g->module);
    word name = word_of(qualname);
    pickle_code code = check_name(e, module, name);
    if (code) {
        return code;
    }
    if (has_private(name)) {
        qualname = mangled(e, name);
        if (pickle_is_null(qualname)) {
            return e->failed;
        }
        name = word_of(qualname);
    }
    int32_t extension = extension_of(e, module, name);
    if (extension) {
        return put_extension(e, extension);
    }
    if (e->proto >= 4) {
        return save_stack_global(e, self, global, qualname);
    }
    if (memchr(name.text, '.', name.len)) {
        return save_nested(e, self, global, qualname);
    }
    code = put_global_text(e, module, name);
    return code ? code : pickle__memo_put(e, pickle__memo_node(self));
}
