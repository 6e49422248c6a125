/*
 * Calls. The forms of harness/PROTOCOL.md, which CPython writes for built-in
 * values, make those values; any other call becomes a node.
 */
#include "pickle/decoder.h"

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
    return pickle__fail(d, PICKLE_ERR_TYPE, format,
                        PICKLE__SHOW(pickle__type_name(v)));
}

/* Whether the arguments are of these kinds, and as many. */
static bool has_kinds(const arguments *a, size_t count, pickle_kind first,
                      pickle_kind second) {
    return a->count == count &&
           (count < 1 || pickle_kind_of(a->items[0]) == first) &&
           (count < 2 || pickle_kind_of(a->items[1]) == second);
}

/* ---- iteration, for the pure-Python unpickler ---- */

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

static void add_bytes(pickle_decoder *d, pickle_value list, const uint8_t *data,
                      size_t len) {
    for (size_t i = 0; i < len; i++) {
        pickle_list_append(d->doc, list, pickle__make_small_int(data[i]));
    }
}

static void add_keys(pickle_decoder *d, pickle_value list, pickle_value dict) {
    size_t count;
    const pickle_pair *pairs = pickle_get_pairs(dict, &count);
    for (size_t i = 0; i < count; i++) {
        pickle_list_append(d->doc, list, pairs[i].key);
    }
}

pickle_code pickle__iterate(pickle_decoder *d, pickle_value v,
                            pickle_value *list) {
    size_t count;
    const uint8_t *data = pickle_get_data(v, &count);
    *list = pickle_list(d->doc, 0);
    switch (pickle_kind_of(v)) {
    case PICKLE_KIND_STR: add_characters(d, *list, data, count); break;
    case PICKLE_KIND_BYTES:
    case PICKLE_KIND_BYTEARRAY: add_bytes(d, *list, data, count); break;
    case PICKLE_KIND_DICT: add_keys(d, *list, v); break;
    case PICKLE_KIND_TUPLE:
    case PICKLE_KIND_LIST:
    case PICKLE_KIND_SET:
    case PICKLE_KIND_FROZENSET: {
        const pickle_value *items = pickle_get_items(v, &count);
        for (size_t i = 0; i < count; i++) {
            pickle_list_append(d->doc, *list, items[i]);
        }
        break;
    }
    default: return fail_type(d, "'%.*s' object is not iterable", v);
    }
    return pickle_doc_error(d->doc, NULL) ? pickle__fail_doc(d) : PICKLE_OK;
}

/* ---- built-in values ---- */

static pickle_code call_set(pickle_decoder *d, const arguments *a, bool frozen,
                            pickle_value *result) {
    if (!has_kinds(a, 1, PICKLE_KIND_LIST, PICKLE_KIND_NULL)) {
        return symbolic(d, a, result);
    }
    size_t count;
    const pickle_value *items = pickle_get_items(a->items[0], &count);
    if (frozen) {
        return pickle__frozenset(d, items, count, true, result);
    }
    pickle_code code = done(d, pickle_set(d->doc, count), result);
    return code ? code : pickle__extend_set(d, *result, items, count);
}

static bool is_latin1(pickle_value name) {
    return pickle_str_equals(name, "latin1") ||
           pickle_str_equals(name, "latin-1");
}

static pickle_code call_bytearray(pickle_decoder *d, const arguments *a,
                                  pickle_value *result) {
    if (a->count == 0 || has_kinds(a, 1, PICKLE_KIND_BYTES, PICKLE_KIND_NULL)) {
        size_t len = 0;
        const uint8_t *data =
            a->count ? pickle_get_data(a->items[0], &len) : NULL;
        return done(d, pickle_bytearray(d->doc, data, len), result);
    }
    if (has_kinds(a, 2, PICKLE_KIND_STR, PICKLE_KIND_STR) &&
        is_latin1(a->items[1])) {
        return pickle__encode_latin1(d, a->items[0], PICKLE_KIND_BYTEARRAY,
                                     result);
    }
    return symbolic(d, a, result);
}

static pickle_code call_encode(pickle_decoder *d, const arguments *a,
                               pickle_value *result) {
    if (has_kinds(a, 2, PICKLE_KIND_STR, PICKLE_KIND_STR) &&
        is_latin1(a->items[1])) {
        return pickle__encode_latin1(d, a->items[0], PICKLE_KIND_BYTES, result);
    }
    return symbolic(d, a, result);
}

static pickle_code call_complex(pickle_decoder *d, const arguments *a,
                                pickle_value *result) {
    if (!has_kinds(a, 2, PICKLE_KIND_FLOAT, PICKLE_KIND_FLOAT)) {
        return symbolic(d, a, result);
    }
    return done(d,
                pickle_complex(d->doc, pickle_get_float(a->items[0]),
                               pickle_get_float(a->items[1])),
                result);
}

/* getattr(cls, name) for a global is the nested global: below protocol 4 that
 * is how a nested class is written. */
static pickle_code call_getattr(pickle_decoder *d, const arguments *a,
                                pickle_value *result) {
    if (!has_kinds(a, 2, PICKLE_KIND_GLOBAL, PICKLE_KIND_STR)) {
        return symbolic(d, a, result);
    }
    const pickle__global *owner = pickle__global_of(a->items[0]);
    const pickle__blob *module = pickle__blob_of(owner->module);
    const pickle__blob *outer = pickle__blob_of(owner->qualname);
    const pickle__blob *inner = pickle__blob_of(a->items[1]);
    pickle__output path;
    pickle_code code =
        pickle__output_init(d, &path, outer->len + 1 + inner->len);
    if (code) {
        return code;
    }
    memcpy(path.data, outer->data, outer->len);
    path.data[outer->len] = '.';
    memcpy(path.data + outer->len + 1, inner->data, inner->len);
    *result = pickle__global_named(d->doc, module->data, module->len, path.data,
                                   outer->len + 1 + inner->len);
    pickle__output_deinit(d, &path);
    return pickle_is_null(*result) ? pickle__fail_doc(d) : PICKLE_OK;
}

/* ---- copyreg ---- */

static bool is_class(pickle_value v) {
    pickle__known_form form = pickle__form_of(v);
    return pickle_kind_of(v) == PICKLE_KIND_GLOBAL &&
           (form == PICKLE__FORM_UNKNOWN || form == PICKLE__FORM_TYPE);
}

/* The base that a global names and what its value must be. */
static bool base_of(pickle_value v, pickle_base *base, pickle_kind *kind) {
    static const struct {
        pickle__known known;
        pickle_base base;
        pickle_kind kind;
    } bases[] = {
        {PICKLE__KNOWN_OBJECT, PICKLE_BASE_OBJECT, PICKLE_KIND_NONE},
        {PICKLE__KNOWN_INT, PICKLE_BASE_INT, PICKLE_KIND_INT},
        {PICKLE__KNOWN_FLOAT, PICKLE_BASE_FLOAT, PICKLE_KIND_FLOAT},
        {PICKLE__KNOWN_STR, PICKLE_BASE_STR, PICKLE_KIND_STR},
        {PICKLE__KNOWN_BYTES, PICKLE_BASE_BYTES, PICKLE_KIND_BYTES},
        {PICKLE__KNOWN_TUPLE, PICKLE_BASE_TUPLE, PICKLE_KIND_TUPLE},
        {PICKLE__KNOWN_COMPLEX, PICKLE_BASE_COMPLEX, PICKLE_KIND_COMPLEX},
        {PICKLE__KNOWN_LIST, PICKLE_BASE_LIST, PICKLE_KIND_LIST},
        {PICKLE__KNOWN_DICT, PICKLE_BASE_DICT, PICKLE_KIND_DICT},
    };
    pickle__known known = pickle__known_of(v);
    for (size_t i = 0; i < sizeof bases / sizeof bases[0]; i++) {
        if (bases[i].known == known) {
            *base = bases[i].base;
            *kind = bases[i].kind;
            return true;
        }
    }
    return false;
}

/* What base.__init__ puts into an instance of a list or dict. */
static void fill_instance(pickle_decoder *d, pickle_value instance,
                          pickle_value state) {
    size_t count;
    const pickle_value *items = pickle_get_items(state, &count);
    for (size_t i = 0; i < count; i++) {
        pickle_object_add_item(d->doc, instance, items[i]);
    }
    const pickle_pair *pairs = pickle_get_pairs(state, &count);
    for (size_t i = 0; i < count; i++) {
        pickle_object_add_pair(d->doc, instance, pairs[i].key, pairs[i].value);
    }
}

/* _reconstructor(cls, base, state): an instance of cls; the base's value is
 * its argument, or fills it. */
static pickle_code call_reconstructor(pickle_decoder *d, const arguments *a,
                                      pickle_value *result) {
    pickle_base base;
    pickle_kind kind;
    if (a->count != 3 || !is_class(a->items[0]) ||
        !base_of(a->items[1], &base, &kind) ||
        pickle_kind_of(a->items[2]) != kind) {
        return symbolic(d, a, result);
    }
    pickle_value state = a->items[2];
    bool filled = base == PICKLE_BASE_LIST || base == PICKLE_BASE_DICT;
    pickle_value args = pickle_tuple(
        d->doc, &state, filled || base == PICKLE_BASE_OBJECT ? 0 : 1);
    *result = pickle_instance(d->doc, a->items[0], args);
    if (filled) {
        fill_instance(d, *result, state);
    }
    pickle_object_set_base(d->doc, *result, base);
    return pickle_doc_error(d->doc, NULL) ? pickle__fail_doc(d) : PICKLE_OK;
}

/* __newobj__(cls, *args) */
static pickle_code call_newobj(pickle_decoder *d, const arguments *a,
                               pickle_value *result) {
    if (a->count == 0 || !is_class(a->items[0])) {
        return symbolic(d, a, result);
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
    if (a->count != 3 || !is_class(a->items[0]) ||
        pickle_kind_of(a->items[1]) != PICKLE_KIND_TUPLE ||
        pickle_kind_of(a->items[2]) != PICKLE_KIND_DICT) {
        return symbolic(d, a, result);
    }
    return pickle__new(d, a->items[0], a->items[1], a->items[2], result);
}

/* ---- entry ---- */

/* Keywords are strs, and arrive in a dict of their own. */
static pickle_code copy_keywords(pickle_decoder *d, pickle_value kwargs,
                                 pickle_value *copy) {
    size_t count;
    const pickle_pair *pairs = pickle_get_pairs(kwargs, &count);
    *copy = pickle_dict(d->doc, count);
    for (size_t i = 0; i < count; i++) {
        if (pickle_kind_of(pairs[i].key) != PICKLE_KIND_STR) {
            return pickle__fail(d, PICKLE_ERR_TYPE, "keywords must be strings");
        }
        pickle_dict_set(d->doc, *copy, pairs[i].key, pairs[i].value);
    }
    return pickle_doc_error(d->doc, NULL) ? pickle__fail_doc(d) : PICKLE_OK;
}

pickle_code pickle__new(pickle_decoder *d, pickle_value cls, pickle_value args,
                        pickle_value kwargs, pickle_value *result) {
    bool has_kwargs = !pickle_is_null(kwargs) && pickle_get_count(kwargs) > 0;
    pickle_value copy = pickle_null();
    pickle_code code = has_kwargs ? copy_keywords(d, kwargs, &copy) : PICKLE_OK;
    if (code) {
        return code;
    }
    *result = pickle_instance(d->doc, cls, args);
    if (pickle_is_null(*result) ||
        (has_kwargs && pickle_object_set_kwargs(d->doc, *result, copy))) {
        return pickle__fail_doc(d);
    }
    return PICKLE_OK;
}

static bool is_callable(pickle_value v) {
    return pickle__tag(v) == PICKLE__TAG_OBJECT ||
           (pickle_kind_of(v) == PICKLE_KIND_GLOBAL &&
            pickle__form_of(v) != PICKLE__FORM_OBJECT);
}

pickle_code pickle__call(pickle_decoder *d, pickle_value callable,
                         pickle_value args, pickle_value *result) {
    arguments a = {callable, args, NULL, 0};
    a.items = pickle_get_items(args, &a.count);
    if (!is_callable(callable)) {
        return fail_type(d, "'%.*s' object is not callable", callable);
    }
    switch (pickle__known_of(callable)) {
    case PICKLE__KNOWN_SET: return call_set(d, &a, false, result);
    case PICKLE__KNOWN_FROZENSET: return call_set(d, &a, true, result);
    case PICKLE__KNOWN_BYTEARRAY: return call_bytearray(d, &a, result);
    case PICKLE__KNOWN_BYTES:
        return a.count ? symbolic(d, &a, result)
                       : done(d, pickle__char_bytes(d->doc, 256), result);
    case PICKLE__KNOWN_COMPLEX: return call_complex(d, &a, result);
    case PICKLE__KNOWN_GETATTR: return call_getattr(d, &a, result);
    case PICKLE__KNOWN_ENCODE: return call_encode(d, &a, result);
    case PICKLE__KNOWN_RECONSTRUCTOR: return call_reconstructor(d, &a, result);
    case PICKLE__KNOWN_NEWOBJ: return call_newobj(d, &a, result);
    case PICKLE__KNOWN_NEWOBJ_EX: return call_newobj_ex(d, &a, result);
    default: return symbolic(d, &a, result);
    }
}
