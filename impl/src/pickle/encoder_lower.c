/* What CPython reduces built-in values to, where they have no opcode. */
#include "base/utf8.h"
#include "pickle/encoder.h"

pickle_doc *pickle__scratch(pickle_encoder *e) {
    if (!e->scratch) {
        pickle_doc_options opt = {.alloc = &e->doc->arena.alloc,
                                  .max_bytes = e->doc->arena.max_bytes};
        if (pickle_doc_new(&opt, &e->scratch, e->err)) {
            e->failed = PICKLE_ERR_NOMEM;
            pickle__encode_fail(e, PICKLE_ERR_NOMEM, "temporaries");
        }
    }
    return e->scratch;
}

/* A value made in the document of temporaries, or null with its error. */
static pickle_value made(pickle_encoder *e, pickle_value v) {
    if (pickle_is_null(v) && e->scratch) {
        pickle__encode_fail_doc(e, e->scratch);
    }
    return v;
}

/* The same for the document itself, which has CPython's shared objects. */
static pickle_value shared(pickle_encoder *e, pickle_value v) {
    if (pickle_is_null(v)) {
        pickle__encode_fail_doc(e, e->doc);
    }
    return v;
}

pickle_value pickle__make_tuple(pickle_encoder *e, const pickle_value *items,
                                size_t count) {
    if (count == 0) {
        return shared(e, pickle_tuple(e->doc, NULL, 0));
    }
    for (size_t i = 0; i < count; i++) {
        if (pickle_is_null(items[i])) {
            return items[i];
        }
    }
    pickle_doc *scratch = pickle__scratch(e);
    return scratch ? made(e, pickle_tuple(scratch, items, count))
                   : pickle_null();
}

pickle_value pickle__copy_tuple(pickle_encoder *e, pickle_value v) {
    size_t count;
    const pickle_value *items = pickle_get_items(v, &count);
    return pickle_kind_of(v) == PICKLE_KIND_TUPLE
               ? pickle__make_tuple(e, items, count)
               : v;
}

/* callable(*args), args being null after a failure. */
static pickle_value make_reduce(pickle_encoder *e, pickle_value callable,
                                pickle_value args) {
    if (pickle_is_null(callable) || pickle_is_null(args)) {
        return pickle_null();
    }
    pickle_doc *scratch = pickle__scratch(e);
    return scratch ? made(e, pickle_reduce(scratch, callable, args))
                   : pickle_null();
}

pickle_value pickle__make_reduce(pickle_encoder *e, pickle_value callable,
                                 const pickle_value *items, size_t count) {
    return make_reduce(e, callable, pickle__make_tuple(e, items, count));
}

pickle_value pickle__make_call(pickle_encoder *e, const char *module,
                               const char *qualname, const pickle_value *items,
                               size_t count) {
    pickle_value args = pickle__make_tuple(e, items, count);
    return pickle_is_null(args)
               ? args
               : make_reduce(e, pickle__named(e, module, qualname), args);
}

static pickle_value make_blob(pickle_encoder *e, unsigned tag, pickle_kind kind,
                              const uint8_t *data, size_t len) {
    pickle_doc *scratch = pickle__scratch(e);
    return scratch ? made(e, pickle__blob_borrow(scratch, tag, kind, data, len))
                   : pickle_null();
}

/* ---- bytes, bytearray ---- */

/* bytes.decode("latin1"): of one character, CPython's own. */
static pickle_value latin1_text(pickle_encoder *e, const pickle__blob *b) {
    if (b->len == 1) {
        return shared(e, pickle__char_str(e->doc, b->data[0]));
    }
    size_t high = 0;
    for (size_t i = 0; i < b->len; i++) {
        high += b->data[i] >> 7;
    }
    if (high == 0) {
        return make_blob(e, PICKLE__TAG_STR, PICKLE_KIND_STR, b->data, b->len);
    }
    pickle_doc *scratch = pickle__scratch(e);
    uint8_t *text =
        scratch ? pickle__arena_alloc(&scratch->arena, b->len + high) : NULL;
    if (!text) {
        pickle__encode_fail(e, PICKLE_ERR_NOMEM, "bytes");
        return pickle_null();
    }
    size_t len = 0;
    for (size_t i = 0; i < b->len; i++) {
        if (b->data[i] < 0x80) {
            text[len++] = b->data[i];
        } else {
            text[len++] = (uint8_t)(0xc0 | b->data[i] >> 6);
            text[len++] = (uint8_t)(0x80 | (b->data[i] & 0x3f));
        }
    }
    return make_blob(e, PICKLE__TAG_STR, PICKLE_KIND_STR, text, len);
}

pickle_value pickle__lower_bytes(pickle_encoder *e, pickle_value v) {
    const pickle__blob *b = pickle__blob_of(v);
    if (b->len == 0) {
        return pickle__make_call(e, "builtins", "bytes", NULL, 0);
    }
    pickle_value items[2];
    items[0] = latin1_text(e, b);
    items[1] =
        pickle_is_null(items[0]) ? items[0] : shared(e, pickle__latin1(e->doc));
    return pickle__make_call(e, "_codecs", "encode", items, 2);
}

pickle_value pickle__lower_bytearray(pickle_encoder *e, pickle_value v) {
    const pickle__blob *b = pickle__blob_of(v);
    pickle_value copy;
    if (b->len == 0) {
        return pickle__make_call(e, "builtins", "bytearray", NULL, 0);
    }
    if (b->len == 1 && e->cpython >= 315) {
        copy = shared(e, pickle__char_bytes(e->doc, b->data[0]));
    } else {
        copy =
            make_blob(e, PICKLE__TAG_BYTES, PICKLE_KIND_BYTES, b->data, b->len);
    }
    return pickle__make_call(e, "builtins", "bytearray", &copy, 1);
}

/* ---- complex, set, frozenset ---- */

pickle_value pickle__lower_complex(pickle_encoder *e, pickle_value v) {
    double re;
    double im;
    pickle_doc *scratch = pickle__scratch(e);
    if (!scratch) {
        return pickle_null();
    }
    pickle_get_complex(v, &re, &im);
    pickle_value items[2];
    items[0] = made(e, pickle_float(scratch, re));
    items[1] = made(e, pickle_float(scratch, im));
    return pickle__make_call(e, "builtins", "complex", items, 2);
}

static pickle_value make_list(pickle_encoder *e, const pickle_value *items,
                              size_t count) {
    pickle_doc *scratch = pickle__scratch(e);
    pickle_value v =
        scratch ? made(e, pickle_list(scratch, count)) : pickle_null();
    if (pickle_is_null(v) || count == 0) {
        return v;
    }
    pickle__list *l = pickle__list_of(v);
    if (!pickle__list_reserve(scratch, l, count)) {
        return made(e, pickle_null());
    }
    memcpy(l->items, items, count * sizeof *items);
    l->count = count;
    return v;
}

/* A dict of pairs that have no equal keys. */
static pickle_value make_dict(pickle_encoder *e, const pickle_pair *pairs,
                              size_t count) {
    pickle_doc *scratch = pickle__scratch(e);
    pickle_value v =
        scratch ? made(e, pickle_dict(scratch, count)) : pickle_null();
    if (pickle_is_null(v) || count == 0) {
        return v;
    }
    pickle__dict *d = pickle__dict_of(v);
    if (!pickle__dict_reserve(scratch, d, count)) {
        return made(e, pickle_null());
    }
    memcpy(d->pairs, pairs, count * sizeof *pairs);
    d->count = count;
    return v;
}

pickle_value pickle__lower_set(pickle_encoder *e, pickle_value v) {
    const pickle__list *l = pickle__list_of(v);
    pickle_value list = make_list(e, l->items, l->count);
    return pickle__make_call(
        e, "builtins", pickle__tag(v) == PICKLE__TAG_SET ? "set" : "frozenset",
        &list, 1);
}

/* ---- instances at protocols 0 and 1: copyreg._reduce_ex ---- */

/* bool(v), as far as the value tells. */
static bool is_true(pickle_value v) {
    size_t len;
    switch (pickle_kind_of(v)) {
    case PICKLE_KIND_NONE: return false;
    case PICKLE_KIND_BOOL: return pickle_get_bool(v);
    case PICKLE_KIND_INT: return !pickle_is(v, pickle__make_small_int(0));
    case PICKLE_KIND_FLOAT: return pickle_get_float(v) != 0;
    case PICKLE_KIND_COMPLEX: {
        double re;
        double im;
        pickle_get_complex(v, &re, &im);
        return re != 0 || im != 0;
    }
    case PICKLE_KIND_STR:
    case PICKLE_KIND_BYTES:
    case PICKLE_KIND_BYTEARRAY: pickle_get_data(v, &len); return len != 0;
    case PICKLE_KIND_TUPLE:
    case PICKLE_KIND_LIST:
    case PICKLE_KIND_DICT:
    case PICKLE_KIND_SET:
    case PICKLE_KIND_FROZENSET: return pickle_get_count(v) != 0;
    default: return true;
    }
}

static const char *const base_names[] = {
    [PICKLE_BASE_OBJECT] = "object",   [PICKLE_BASE_INT] = "int",
    [PICKLE_BASE_FLOAT] = "float",     [PICKLE_BASE_STR] = "str",
    [PICKLE_BASE_BYTES] = "bytes",     [PICKLE_BASE_TUPLE] = "tuple",
    [PICKLE_BASE_COMPLEX] = "complex", [PICKLE_BASE_LIST] = "list",
    [PICKLE_BASE_DICT] = "dict"};

/* base(self), None for object. Null (error recorded) on failure. */
static pickle_value base_value(pickle_encoder *e, pickle_value v,
                               pickle_base base) {
    size_t count;
    switch (base) {
    case PICKLE_BASE_OBJECT: return pickle_none();
    case PICKLE_BASE_LIST: {
        const pickle_value *items = pickle_object_get_items(v, &count);
        return make_list(e, items, count);
    }
    case PICKLE_BASE_DICT: {
        const pickle_pair *pairs = pickle_object_get_pairs(v, &count);
        return make_dict(e, pairs, count);
    }
    default: {
        pickle_value item = pickle_get_item(pickle_get_args(v), 0);
        if (pickle_is_null(item)) {
            pickle__encode_fail(e, PICKLE_ERR_BUG,
                                "an instance without its base value");
        }
        return base == PICKLE_BASE_TUPLE ? pickle__copy_tuple(e, item) : item;
    }
    }
}

/* Give the call the state, and the items and pairs that are not in the base
 * value. */
static bool copy_parts(pickle_doc *scratch, pickle_value call, pickle_value v,
                       pickle_base base) {
    size_t count;
    const pickle_value *states = pickle_object_get_states(v, &count);
    for (size_t i = 0; i < count; i++) {
        if (is_true(states[i]) &&
            pickle_object_add_state(scratch, call, states[i])) {
            return false;
        }
    }
    const pickle_value *items = pickle_object_get_items(v, &count);
    for (size_t i = 0; base != PICKLE_BASE_LIST && i < count; i++) {
        if (pickle_object_add_item(scratch, call, items[i])) {
            return false;
        }
    }
    const pickle_pair *pairs = pickle_object_get_pairs(v, &count);
    for (size_t i = 0; base != PICKLE_BASE_DICT && i < count; i++) {
        if (pickle_object_add_pair(scratch, call, pairs[i].key,
                                   pairs[i].value)) {
            return false;
        }
    }
    return true;
}

pickle_value pickle__lower_instance(pickle_encoder *e, pickle_value v) {
    pickle_base base = pickle_object_get_base(v);
    if (base == PICKLE_BASE_REFUSES) {
        pickle__encode_fail(e, PICKLE_ERR_PICKLING_TYPE,
                            "a class that defines __slots__ without defining "
                            "__getstate__ cannot be pickled");
        return pickle_null();
    }
    pickle_value items[3];
    items[0] = pickle_get_callable(v);
    items[1] = pickle__named(e, "builtins", base_names[base]);
    items[2] = pickle_is_null(items[1]) ? items[1] : base_value(e, v, base);
    pickle_value call =
        pickle__make_call(e, "copyreg", "_reconstructor", items, 3);
    if (!pickle_is_null(call) && !copy_parts(e->scratch, call, v, base)) {
        return made(e, pickle_null());
    }
    return call;
}

/* ---- keyword arguments at protocols 2 and 3 ---- */

/* cls.__new__: a function of the class. */
static pickle_value new_of(pickle_encoder *e, pickle_value cls) {
    static const char suffix[] = ".__new__";
    pickle_doc *scratch = pickle__scratch(e);
    if (!scratch || pickle__tag(cls) != PICKLE__TAG_GLOBAL) {
        if (scratch) {
            pickle__encode_fail(e, PICKLE_ERR_UNSUPPORTED,
                                "keyword arguments of a class without a name");
        }
        return pickle_null();
    }
    const pickle__blob *module = pickle__blob_of(pickle_get_module(cls));
    const pickle__blob *name = pickle__blob_of(pickle_get_qualname(cls));
    size_t len = name->len + sizeof suffix - 1;
    uint8_t *text = pickle__arena_alloc(&scratch->arena, len);
    if (!text) {
        pickle__encode_fail(e, PICKLE_ERR_NOMEM, "__new__");
        return pickle_null();
    }
    memcpy(text, name->data, name->len);
    memcpy(text + name->len, suffix, sizeof suffix - 1);
    return shared(
        e, pickle__global_named(e->doc, module->data, module->len, text, len));
}

/* (cls, *args) */
static pickle_value with_class(pickle_encoder *e, pickle_value cls,
                               pickle_value args) {
    size_t count;
    const pickle_value *items = pickle_get_items(args, &count);
    pickle_doc *scratch = pickle__scratch(e);
    pickle_value v = scratch ? made(e, pickle_tuple(scratch, NULL, count + 1))
                             : pickle_null();
    if (!pickle_is_null(v)) {
        pickle__tuple *t = pickle__tuple_of(v);
        t->items[0] = cls;
        if (count) {
            memcpy(t->items + 1, items, count * sizeof *items);
        }
    }
    return v;
}

pickle_value pickle__lower_partial(pickle_encoder *e, pickle_value cls,
                                   pickle_value args, pickle_value kwargs) {
    size_t count;
    const pickle_pair *pairs = pickle_get_pairs(kwargs, &count);
    pickle_value state[4];
    state[0] = new_of(e, cls);
    state[1] = pickle_is_null(state[0]) ? state[0] : with_class(e, cls, args);
    state[2] = pickle_is_null(state[1]) ? state[1] : make_dict(e, pairs, count);
    state[3] = pickle_none();
    pickle_value tuple = pickle__make_tuple(e, state, 4);
    if (pickle_is_null(tuple)) {
        return tuple;
    }
    pickle_value partial =
        pickle__make_call(e, "functools", "partial", state, 1);
    if (!pickle_is_null(partial) &&
        pickle_object_add_state(e->scratch, partial, tuple)) {
        return made(e, pickle_null());
    }
    return partial;
}
