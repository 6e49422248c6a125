/*
 * The known constructors (known.def), computed as CPython computes them; any
 * other call becomes a node.
 */
#include "pickle/decoder.h"

/* ---- what is known ---- */

typedef struct known_row {
    const char *module;
    const char *qualname;
    size_t qualname_len;
    bool is_type;
} known_row;

static const known_row rows[] = {
    {"", "", 0, false},
#define X(name, module, qualname, is_type)                                     \
    {module, qualname, sizeof qualname - 1, is_type},
#include "pickle/known.def"
#undef X
};

enum { ROW_COUNT = sizeof rows / sizeof rows[0] };

/* What in builtins is no type: NEWOBJ and OBJ tell the two apart. */
static const char functions[][16] = {"__build_class__",
                                     "__import__",
                                     "abs",
                                     "aiter",
                                     "all",
                                     "anext",
                                     "any",
                                     "ascii",
                                     "bin",
                                     "breakpoint",
                                     "callable",
                                     "chr",
                                     "compile",
                                     "delattr",
                                     "dir",
                                     "divmod",
                                     "eval",
                                     "exec",
                                     "format",
                                     "globals",
                                     "hasattr",
                                     "hash",
                                     "hex",
                                     "id",
                                     "input",
                                     "isinstance",
                                     "issubclass",
                                     "iter",
                                     "len",
                                     "locals",
                                     "max",
                                     "min",
                                     "next",
                                     "oct",
                                     "open",
                                     "ord",
                                     "pow",
                                     "print",
                                     "repr",
                                     "round",
                                     "setattr",
                                     "sorted",
                                     "sum",
                                     "vars"};

static bool is_function(const pickle__blob *name) {
    for (size_t i = 0; i < sizeof functions / sizeof functions[0]; i++) {
        const char *f = functions[i];
        if (f[0] == (char)name->data[0] && strlen(f) == name->len &&
            memcmp(f, name->data, name->len) == 0) {
            return true;
        }
    }
    return false;
}

static uint32_t look_up(const pickle__global *g) {
    const pickle__blob *name = pickle__blob_of(g->qualname);
    bool builtin = pickle_str_equals(g->module, "builtins");
    if (name->len == 0 ||
        !(builtin || pickle_str_equals(g->module, "copyreg") ||
          pickle_str_equals(g->module, "_codecs"))) {
        return PICKLE__KNOWN_NONE;
    }
    for (uint32_t i = 1; i < ROW_COUNT; i++) {
        if (rows[i].qualname_len == name->len &&
            memcmp(rows[i].qualname, name->data, name->len) == 0 &&
            pickle_str_equals(g->module, rows[i].module)) {
            return i;
        }
    }
    return builtin && is_function(name) ? PICKLE__KNOWN_FUNCTION
                                        : PICKLE__KNOWN_NONE;
}

pickle__known pickle__known_of(pickle_value v) {
    if (pickle__tag(v) != PICKLE__TAG_GLOBAL) {
        return PICKLE__KNOWN_NONE;
    }
    pickle__global *g = pickle__global_of(v);
    if (!(g->node.flags & PICKLE__GLOBAL_ASKED)) {
        g->known = look_up(g);
        g->node.flags |= PICKLE__GLOBAL_ASKED;
    }
    return (pickle__known)g->known;
}

bool pickle__known_is_type(pickle__known k) {
    return rows[k].is_type;
}

const char *pickle__type_name(pickle_value v) {
    pickle_kind kind = pickle_kind_of(v);
    if (kind == PICKLE_KIND_GLOBAL) {
        pickle__known known = pickle__known_of(v);
        if (known == PICKLE__KNOWN_NONE || rows[known].is_type) {
            return "type";
        }
        return strcmp(rows[known].module, "copyreg") == 0
                   ? "function"
                   : "builtin_function_or_method";
    }
    if (kind == PICKLE_KIND_BOOL) {
        return "bool";
    }
    return kind == PICKLE_KIND_PERSID ? "object" : pickle_kind_name(kind);
}

/* ---- helpers ---- */

/* The arguments of the call at work. */
typedef struct arguments {
    pickle_value callable;
    pickle_value tuple;
    const pickle_value *items;
    size_t count;
} arguments;

static pickle_code done(pickle_decoder *d, pickle_value v,
                        pickle_value *result) {
    *result = v;
    return pickle_is_null(v) ? pickle__fail_doc(d) : PICKLE_OK;
}

/* The call as a node. */
static pickle_code symbolic(pickle_decoder *d, const arguments *a,
                            pickle_value *result) {
    return done(d, pickle_reduce(d->doc, a->callable, a->tuple), result);
}

static pickle_code fail_type(pickle_decoder *d, const char *format,
                             pickle_value v) {
    return pickle__fail(d, PICKLE_ERR_TYPE, format, pickle__type_name(v));
}

/* Python's words for built-in functions; those of copyreg say it at length. */
static pickle_code fail_count(pickle_decoder *d, const arguments *a,
                              const char *name, size_t least, size_t most) {
    bool few = a->count < least;
    size_t limit = few ? least : most;
    return pickle__fail(
        d, PICKLE_ERR_TYPE, "%s expected at %s %zu argument%s, got %zu", name,
        few ? "least" : "most", limit, limit == 1 ? "" : "s", a->count);
}

/* Whether a value stands for an object of a class we do not know. */
static bool is_opaque(pickle_value v) {
    return pickle__tag(v) == PICKLE__TAG_OBJECT;
}

/* ---- iteration ---- */

typedef enum iterability {
    ITERABLE,    /* its items are at hand */
    MAY_ITERATE, /* an object that may be iterable */
    NOT_ITERABLE
} iterability;

static iterability iterability_of(pickle_value v) {
    switch (pickle_kind_of(v)) {
    case PICKLE_KIND_STR:
    case PICKLE_KIND_BYTES:
    case PICKLE_KIND_BYTEARRAY:
    case PICKLE_KIND_TUPLE:
    case PICKLE_KIND_LIST:
    case PICKLE_KIND_DICT:
    case PICKLE_KIND_SET:
    case PICKLE_KIND_FROZENSET: return ITERABLE;
    case PICKLE_KIND_INSTANCE:
    case PICKLE_KIND_REDUCE:
    case PICKLE_KIND_NATIVE: return MAY_ITERATE;
    case PICKLE_KIND_GLOBAL: /* a class may be: an Enum */
        return pickle__known_of(v) ? NOT_ITERABLE : MAY_ITERATE;
    default: return NOT_ITERABLE;
    }
}

static void add_characters(pickle_decoder *d, pickle_value list,
                           const uint8_t *utf8, size_t len) {
    for (size_t i = 0; i < len;) {
        size_t start = i;
        pickle__utf8_next(utf8, &i);
        pickle_list_append(
            d->doc, list,
            pickle__decoder_str(d, utf8 + start, i - start, false));
    }
}

pickle_code pickle__iterate(pickle_decoder *d, pickle_value v,
                            pickle_value *list) {
    size_t count;
    if (iterability_of(v) != ITERABLE) {
        return fail_type(d, "'%s' object is not iterable", v);
    }
    pickle_value l = pickle_list(d->doc, 0);
    const uint8_t *data = pickle_get_data(v, &count);
    if (pickle_kind_of(v) == PICKLE_KIND_STR) {
        add_characters(d, l, data, count);
    } else if (data) {
        for (size_t i = 0; i < count; i++) {
            pickle_list_append(d->doc, l, pickle__make_small_int(data[i]));
        }
    } else if (pickle_kind_of(v) == PICKLE_KIND_DICT) {
        const pickle_pair *pairs = pickle_get_pairs(v, &count);
        for (size_t i = 0; i < count; i++) {
            pickle_list_append(d->doc, l, pairs[i].key);
        }
    } else {
        const pickle_value *items = pickle_get_items(v, &count);
        for (size_t i = 0; i < count; i++) {
            pickle_list_append(d->doc, l, items[i]);
        }
    }
    if (pickle_doc_error(d->doc, NULL)) {
        return pickle__fail_doc(d);
    }
    *list = l;
    return PICKLE_OK;
}

/* ---- set, frozenset ---- */

static pickle_code empty_set(pickle_decoder *d, bool frozen,
                             pickle_value *result) {
    if (frozen) {
        return pickle__frozenset(d, NULL, 0, true, result);
    }
    return done(d, pickle_set(d->doc, 0), result);
}

static pickle_code call_set(pickle_decoder *d, const arguments *a, bool frozen,
                            pickle_value *result) {
    if (a->count > 1) {
        return fail_count(d, a, frozen ? "frozenset" : "set", 0, 1);
    }
    if (a->count == 0) {
        return empty_set(d, frozen, result);
    }
    pickle_value source = a->items[0];
    if (frozen && pickle_kind_of(source) == PICKLE_KIND_FROZENSET) {
        *result = source;
        return PICKLE_OK;
    }
    if (iterability_of(source) == MAY_ITERATE) {
        return symbolic(d, a, result);
    }
    pickle_value list;
    pickle_code code = PICKLE_OK;
    if (pickle_kind_of(source) == PICKLE_KIND_LIST) {
        list = source;
    } else {
        code = pickle__iterate(d, source, &list);
    }
    if (!code && !frozen) {
        code = empty_set(d, false, result);
    }
    if (code) {
        return code;
    }
    size_t count;
    const pickle_value *items = pickle_get_items(list, &count);
    return frozen ? pickle__frozenset(d, items, count, true, result)
                  : pickle__extend_set(d, *result, items, count);
}

/* ---- bytes, bytearray, encode ---- */

static pickle_code fail_byte_range(pickle_decoder *d) {
    return pickle__fail(d, PICKLE_ERR_VALUE, "byte must be in range(0, 256)");
}

pickle_code pickle__byte_of(pickle_decoder *d, pickle_value v, uint8_t *byte) {
    pickle_kind kind = pickle_kind_of(v);
    int64_t n;
    if (kind != PICKLE_KIND_INT && kind != PICKLE_KIND_BOOL) {
        return fail_type(d, "'%s' object cannot be interpreted as an integer",
                         v);
    }
    if (!pickle_get_int(v, &n) || n < 0 || n > 255) {
        return fail_byte_range(d);
    }
    *byte = (uint8_t)n;
    return PICKLE_OK;
}

/* A size: a negative one is refused, one that is not stays symbolic, so that
 * twenty bytes of pickle do not cost gigabytes. */
static pickle_code sized_bytes(pickle_decoder *d, const arguments *a,
                               pickle_value *result) {
    int64_t n;
    if (!pickle_get_int(a->items[0], &n)) {
        return pickle__fail(d, PICKLE_ERR_INT_RANGE,
                            "cannot fit 'int' into an index-sized integer");
    }
    if (n < 0) {
        return pickle__fail(d, PICKLE_ERR_VALUE, "negative count");
    }
    return symbolic(d, a, result);
}

/* One argument that is neither bytes nor str: sizes, iterables of bytes. */
static pickle_code other_bytes(pickle_decoder *d, const arguments *a,
                               pickle_value *result) {
    pickle_value source = a->items[0];
    pickle_kind kind = pickle_kind_of(source);
    if (kind == PICKLE_KIND_INT || kind == PICKLE_KIND_BOOL) {
        return sized_bytes(d, a, result);
    }
    if (kind == PICKLE_KIND_BUFFER) {
        return symbolic(d, a, result);
    }
    if (iterability_of(source) == NOT_ITERABLE) {
        return fail_type(d, "cannot convert '%s' object to bytes", source);
    }
    if (iterability_of(source) == ITERABLE) {
        pickle_value list;
        pickle_code code = pickle__iterate(d, source, &list);
        size_t count = 0;
        const pickle_value *items =
            code ? NULL : pickle_get_items(list, &count);
        uint8_t byte;
        for (size_t i = 0; i < count && !code; i++) {
            if (!is_opaque(items[i])) {
                code = pickle__byte_of(d, items[i], &byte);
            }
        }
        if (code) {
            return code;
        }
    }
    return symbolic(d, a, result);
}

static pickle_code convert(pickle_decoder *d, pickle_value source,
                           pickle_kind kind, pickle_value *result) {
    size_t len;
    const uint8_t *data = pickle_get_data(source, &len);
    if (kind == PICKLE_KIND_BYTEARRAY) {
        return done(d, pickle_bytearray(d->doc, data, len), result);
    }
    if (pickle_kind_of(source) == PICKLE_KIND_BYTES) {
        *result = source;
        return PICKLE_OK;
    }
    return done(d, pickle_bytes(d->doc, data, len), result);
}

/* encode(str, encoding, errors): latin-1 is computed; of ascii and utf-8 just
 * the failures. */
static pickle_code encode(pickle_decoder *d, const arguments *a,
                          pickle_kind kind, pickle_value *result) {
    for (size_t i = 1; i < a->count; i++) {
        if (pickle_kind_of(a->items[i]) != PICKLE_KIND_STR &&
            !is_opaque(a->items[i])) {
            return fail_type(d, "argument must be str, not %s", a->items[i]);
        }
    }
    pickle_value source = a->items[0];
    const uint8_t *name = (const uint8_t *)"utf-8";
    size_t len = 5;
    if (a->count > 1) {
        name = pickle_get_data(a->items[1], &len);
    }
    pickle__codec codec = pickle__codec_of(name, len);
    bool strict = a->count < 3 || pickle_str_equals(a->items[2], "strict");
    if (!name || !strict || codec == PICKLE__CODEC_NONE || is_opaque(source)) {
        return symbolic(d, a, result);
    }
    if (pickle_kind_of(source) != PICKLE_KIND_STR) {
        return fail_type(d, "argument must be str, not %s", source);
    }
    pickle_code code = pickle__encode_str(d, source, codec, kind, result);
    return code || codec == PICKLE__CODEC_LATIN1 ? code
                                                 : symbolic(d, a, result);
}

static pickle_code call_bytes(pickle_decoder *d, const arguments *a,
                              pickle_kind kind, pickle_value *result) {
    if (a->count == 0) {
        return done(d,
                    kind == PICKLE_KIND_BYTES
                        ? pickle__char_bytes(d->doc, 256)
                        : pickle_bytearray(d->doc, NULL, 0),
                    result);
    }
    if (a->count > 3) {
        return fail_count(d, a, "bytes", 0, 3);
    }
    pickle_kind source = pickle_kind_of(a->items[0]);
    if (a->count > 1) {
        if (source != PICKLE_KIND_STR && !is_opaque(a->items[0])) {
            return pickle__fail(d, PICKLE_ERR_TYPE,
                                "encoding without a string argument");
        }
        return encode(d, a, kind, result);
    }
    if (source == PICKLE_KIND_STR) {
        return pickle__fail(d, PICKLE_ERR_TYPE,
                            "string argument without an encoding");
    }
    if (source == PICKLE_KIND_BYTES || source == PICKLE_KIND_BYTEARRAY) {
        return convert(d, a->items[0], kind, result);
    }
    return other_bytes(d, a, result);
}

static pickle_code call_encode(pickle_decoder *d, const arguments *a,
                               pickle_value *result) {
    if (a->count < 1 || a->count > 3) {
        return fail_count(d, a, "encode", 1, 3);
    }
    return encode(d, a, PICKLE_KIND_BYTES, result);
}

/* ---- complex, getattr ---- */

/* The value of a real number that a double holds exactly. */
static bool real_of(pickle_value v, double *x) {
    const int64_t exact = (int64_t)1 << 53;
    int64_t n;
    if (pickle_kind_of(v) == PICKLE_KIND_FLOAT) {
        *x = pickle_get_float(v);
        return true;
    }
    if (!pickle_get_int(v, &n) || n > exact || n < -exact) {
        return false;
    }
    *x = (double)n;
    return true;
}

static bool is_number(pickle_value v) {
    pickle_kind kind = pickle_kind_of(v);
    return kind == PICKLE_KIND_INT || kind == PICKLE_KIND_BOOL ||
           kind == PICKLE_KIND_FLOAT || kind == PICKLE_KIND_COMPLEX;
}

static pickle_code call_complex(pickle_decoder *d, const arguments *a,
                                pickle_value *result) {
    double parts[2] = {0, 0};
    bool exact = a->count > 0;
    if (a->count > 2) {
        return fail_count(d, a, "complex", 0, 2);
    }
    for (size_t i = 0; i < a->count; i++) {
        pickle_value v = a->items[i];
        bool is_text = a->count == 1 && pickle_kind_of(v) == PICKLE_KIND_STR;
        if (!is_number(v) && !is_text && !is_opaque(v)) {
            return fail_type(
                d, "complex() argument must be a string or a number, not '%s'",
                v);
        }
        exact = exact && real_of(v, &parts[i]);
    }
    if (!exact) {
        return symbolic(d, a, result);
    }
    return done(d, pickle_complex(d->doc, parts[0], parts[1]), result);
}

/* getattr(cls, name) for a global is the nested global: below protocol 4 that
 * is how a nested class is written. */
static pickle_code call_getattr(pickle_decoder *d, const arguments *a,
                                pickle_value *result) {
    if (a->count < 2 || a->count > 3) {
        return fail_count(d, a, "getattr", 2, 3);
    }
    pickle_value owner = a->items[0];
    pickle_value attribute = a->items[1];
    if (pickle_kind_of(attribute) != PICKLE_KIND_STR) {
        if (is_opaque(attribute)) {
            return symbolic(d, a, result);
        }
        return pickle__fail(d, PICKLE_ERR_TYPE,
                            "attribute name must be string, not '%s'",
                            pickle__type_name(attribute));
    }
    size_t len;
    const uint8_t *text = pickle_get_data(attribute, &len);
    if (pickle_kind_of(owner) != PICKLE_KIND_GLOBAL || a->count != 2 ||
        len == 0 || memchr(text, '.', len)) {
        return symbolic(d, a, result);
    }
    size_t module_len;
    size_t outer_len;
    const uint8_t *module =
        pickle_get_data(pickle_get_module(owner), &module_len);
    const uint8_t *outer =
        pickle_get_data(pickle_get_qualname(owner), &outer_len);
    pickle__output path;
    pickle_code code = pickle__output_init(d, &path, outer_len + 1 + len);
    if (code) {
        return code;
    }
    memcpy(path.data, outer, outer_len);
    path.data[outer_len] = '.';
    memcpy(path.data + outer_len + 1, text, len);
    *result = pickle__global_named(d->doc, module, module_len, path.data,
                                   outer_len + 1 + len);
    pickle__output_deinit(d, &path);
    return pickle_is_null(*result) ? pickle__fail_doc(d) : PICKLE_OK;
}

/* ---- copyreg ---- */

static bool may_be_class(pickle_value v) {
    pickle__known known = pickle__known_of(v);
    return (pickle_kind_of(v) == PICKLE_KIND_GLOBAL &&
            (known == PICKLE__KNOWN_NONE || rows[known].is_type)) ||
           is_opaque(v);
}

static pickle_code fail_class(pickle_decoder *d, pickle_value cls) {
    return pickle__fail(d, PICKLE_ERR_TYPE,
                        "object.__new__(X): X is not a type object (%s)",
                        pickle__type_name(cls));
}

/* An instance whose base value fills it: list and dict. */
static pickle_code fill_instance(pickle_decoder *d, pickle_value instance,
                                 pickle_base base, pickle_value state) {
    size_t count;
    if (base == PICKLE_BASE_LIST) {
        const pickle_value *items = pickle_get_items(state, &count);
        for (size_t i = 0; i < count; i++) {
            pickle_object_add_item(d->doc, instance, items[i]);
        }
    } else {
        const pickle_pair *pairs = pickle_get_pairs(state, &count);
        for (size_t i = 0; i < count; i++) {
            pickle_object_add_pair(d->doc, instance, pairs[i].key,
                                   pairs[i].value);
        }
    }
    pickle_object_set_base(d->doc, instance, base);
    return pickle_doc_error(d->doc, NULL) ? pickle__fail_doc(d) : PICKLE_OK;
}

/* The base that a global names and what its value must be; false if none. */
static bool base_of(pickle_value v, pickle_base *base, pickle_kind *kind) {
    switch (pickle__known_of(v)) {
    case PICKLE__KNOWN_INT:
        *base = PICKLE_BASE_INT;
        *kind = PICKLE_KIND_INT;
        return true;
    case PICKLE__KNOWN_FLOAT:
        *base = PICKLE_BASE_FLOAT;
        *kind = PICKLE_KIND_FLOAT;
        return true;
    case PICKLE__KNOWN_STR:
        *base = PICKLE_BASE_STR;
        *kind = PICKLE_KIND_STR;
        return true;
    case PICKLE__KNOWN_BYTES:
        *base = PICKLE_BASE_BYTES;
        *kind = PICKLE_KIND_BYTES;
        return true;
    case PICKLE__KNOWN_TUPLE:
        *base = PICKLE_BASE_TUPLE;
        *kind = PICKLE_KIND_TUPLE;
        return true;
    case PICKLE__KNOWN_COMPLEX:
        *base = PICKLE_BASE_COMPLEX;
        *kind = PICKLE_KIND_COMPLEX;
        return true;
    case PICKLE__KNOWN_LIST:
        *base = PICKLE_BASE_LIST;
        *kind = PICKLE_KIND_LIST;
        return true;
    case PICKLE__KNOWN_DICT:
        *base = PICKLE_BASE_DICT;
        *kind = PICKLE_KIND_DICT;
        return true;
    default: return false;
    }
}

/* _reconstructor(cls, base, state): object.__new__(cls), or
 * base.__new__(cls, state) and base.__init__. */
static pickle_code call_reconstructor(pickle_decoder *d, const arguments *a,
                                      pickle_value *result) {
    if (a->count != 3) {
        return fail_count(d, a, "_reconstructor()", 3, 3);
    }
    pickle_value cls = a->items[0];
    pickle_value state = a->items[2];
    if (!may_be_class(cls)) {
        return fail_class(d, cls);
    }
    if (pickle__known_of(a->items[1]) == PICKLE__KNOWN_OBJECT) {
        return done(d, pickle_instance(d->doc, cls, pickle_null()), result);
    }
    if (!may_be_class(a->items[1])) {
        return fail_class(d, a->items[1]);
    }
    pickle_base base;
    pickle_kind kind;
    if (!base_of(a->items[1], &base, &kind) || pickle_kind_of(state) != kind) {
        return symbolic(d, a, result);
    }
    bool filled = base == PICKLE_BASE_LIST || base == PICKLE_BASE_DICT;
    pickle_value args =
        filled ? pickle_null() : pickle_tuple(d->doc, &state, 1);
    pickle_value v = pickle_instance(d->doc, cls, args);
    if (pickle_is_null(v)) {
        return pickle__fail_doc(d);
    }
    *result = v;
    if (filled) {
        return fill_instance(d, v, base, state);
    }
    pickle_object_set_base(d->doc, v, base);
    return PICKLE_OK;
}

/* __newobj__(cls, *args) */
static pickle_code call_newobj(pickle_decoder *d, const arguments *a,
                               pickle_value *result) {
    if (a->count == 0) {
        return fail_count(d, a, "__newobj__()", 1, SIZE_MAX);
    }
    if (!may_be_class(a->items[0])) {
        return fail_class(d, a->items[0]);
    }
    pickle_value args = pickle_tuple(d->doc, a->items + 1, a->count - 1);
    if (pickle_is_null(args)) {
        return pickle__fail_doc(d);
    }
    return pickle__new(d, a->items[0], args, pickle_null(), result);
}

/* __newobj_ex__(cls, args, kwargs) */
static pickle_code call_newobj_ex(pickle_decoder *d, const arguments *a,
                                  pickle_value *result) {
    if (a->count != 3) {
        return fail_count(d, a, "__newobj_ex__()", 3, 3);
    }
    pickle_value args = a->items[1];
    pickle_value kwargs = a->items[2];
    if (!may_be_class(a->items[0])) {
        return fail_class(d, a->items[0]);
    }
    if (is_opaque(args) || is_opaque(kwargs)) {
        return symbolic(d, a, result);
    }
    if (pickle_kind_of(args) != PICKLE_KIND_TUPLE) {
        pickle_value list;
        pickle_code code = pickle__iterate(d, args, &list);
        if (code) {
            return code;
        }
        size_t count;
        const pickle_value *items = pickle_get_items(list, &count);
        args = pickle_tuple(d->doc, items, count);
    }
    if (pickle_kind_of(kwargs) != PICKLE_KIND_DICT) {
        return fail_type(d, "argument after ** must be a mapping, not %s",
                         kwargs);
    }
    return pickle__new(d, a->items[0], args, kwargs, result);
}

/* ---- entry ---- */

/* cls.__new__(cls, *args, **kwargs) of an unknown class, or of one whose
 * __new__ ignores its arguments. */
pickle_code pickle__new(pickle_decoder *d, pickle_value cls, pickle_value args,
                        pickle_value kwargs, pickle_value *result) {
    bool has_kwargs = !pickle_is_null(kwargs) && pickle_get_count(kwargs) > 0;
    size_t count = pickle_get_count(args);
    arguments a = {cls, args, pickle_get_items(args, &count), count};
    a.count = count;
    switch (pickle__known_of(cls)) {
    case PICKLE__KNOWN_LIST: return done(d, pickle_list(d->doc, 0), result);
    case PICKLE__KNOWN_DICT: return done(d, pickle_dict(d->doc, 0), result);
    case PICKLE__KNOWN_SET: return empty_set(d, false, result);
    case PICKLE__KNOWN_FROZENSET:
        if (has_kwargs) {
            return pickle__fail(d, PICKLE_ERR_TYPE,
                                "frozenset() takes no keyword arguments");
        }
        return call_set(d, &a, true, result);
    case PICKLE__KNOWN_BYTEARRAY:
        return done(d, pickle_bytearray(d->doc, NULL, 0), result);
    case PICKLE__KNOWN_OBJECT:
        if (count || has_kwargs) {
            return pickle__fail(d, PICKLE_ERR_TYPE,
                                "object() takes no arguments");
        }
        break;
    default: break;
    }
    pickle_value v = pickle_instance(d->doc, cls, args);
    if (pickle_is_null(v)) {
        return pickle__fail_doc(d);
    }
    if (has_kwargs && pickle_object_set_kwargs(d->doc, v, kwargs)) {
        return pickle__fail_doc(d);
    }
    *result = v;
    return PICKLE_OK;
}

pickle_code pickle__call(pickle_decoder *d, pickle_value callable,
                         pickle_value args, pickle_value *result) {
    size_t count;
    arguments a = {callable, args, pickle_get_items(args, &count), 0};
    a.count = count;
    if (pickle_kind_of(callable) != PICKLE_KIND_GLOBAL &&
        !is_opaque(callable)) {
        return fail_type(d, "'%s' object is not callable", callable);
    }
    switch (pickle__known_of(callable)) {
    case PICKLE__KNOWN_SET: return call_set(d, &a, false, result);
    case PICKLE__KNOWN_FROZENSET: return call_set(d, &a, true, result);
    case PICKLE__KNOWN_BYTEARRAY:
        return call_bytes(d, &a, PICKLE_KIND_BYTEARRAY, result);
    case PICKLE__KNOWN_BYTES:
        return call_bytes(d, &a, PICKLE_KIND_BYTES, result);
    case PICKLE__KNOWN_COMPLEX: return call_complex(d, &a, result);
    case PICKLE__KNOWN_GETATTR: return call_getattr(d, &a, result);
    case PICKLE__KNOWN_ENCODE: return call_encode(d, &a, result);
    case PICKLE__KNOWN_RECONSTRUCTOR: return call_reconstructor(d, &a, result);
    case PICKLE__KNOWN_NEWOBJ: return call_newobj(d, &a, result);
    case PICKLE__KNOWN_NEWOBJ_EX: return call_newobj_ex(d, &a, result);
    case PICKLE__KNOWN_OBJECT:
        if (count) {
            return pickle__fail(d, PICKLE_ERR_TYPE,
                                "object() takes no arguments");
        }
        return symbolic(d, &a, result);
    default: return symbolic(d, &a, result);
    }
}
