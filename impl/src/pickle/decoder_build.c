/*
 * BUILD, and filling what is not a list, dict or set: objects take anything,
 * native kinds what their methods take.
 */
#include "pickle/decoder.h"

/* ---- BUILD ---- */

static pickle_code fail_state(pickle_decoder *d, const char *what) {
    return pickle__fail(d, PICKLE_ERR_STATE, "%s is not a dictionary", what);
}

static pickle_code fail_attribute(pickle_decoder *d, pickle_value v,
                                  const char *attribute) {
    return pickle__fail(d, PICKLE_ERR_ATTRIBUTE,
                        "'%.*s' object has no attribute '%s'",
                        PICKLE__SHOW(pickle__type_name(v)), attribute);
}

static pickle_code fail_setattr(pickle_decoder *d, pickle_value v,
                                pickle_value key) {
    size_t len;
    const char *name = (const char *)pickle_get_data(key, &len);
    return pickle__fail(
        d, PICKLE_ERR_ATTRIBUTE, "'%.*s' object has no attribute '%.*s'%s",
        PICKLE__SHOW(pickle__type_name(v)), (int)(len < 60 ? len : 60), name,
        d->cpython < 313 ? "" : " and no __dict__ for setting new attributes");
}

static pickle_code fail_index_size(pickle_decoder *d) {
    return pickle__fail(d, PICKLE_ERR_INDEX,
                        "cannot fit 'int' into an index-sized integer");
}

/* `vars(v).update(state)`: classes have a read-only __dict__, functions one to
 * write to, and what else is native has none. */
static pickle_code update_dict(pickle_decoder *d, pickle_value v,
                               pickle_value state) {
    size_t count;
    const pickle_pair *pairs = pickle_get_pairs(state, &count);
    int64_t index;
    if (pickle_kind_of(v) != PICKLE_KIND_GLOBAL) {
        return fail_attribute(d, v, "__dict__");
    }
    pickle__known_form form = pickle__form_of(v);
    if (count == 0 || form == PICKLE__FORM_FUNCTION ||
        form == PICKLE__FORM_OBJECT) {
        return PICKLE_OK;
    }
    if (pickle_kind_of(pairs[0].key) == PICKLE_KIND_INT &&
        !pickle_get_int(pairs[0].key, &index)) {
        return fail_index_size(d);
    }
    return pickle__fail(d, PICKLE_ERR_TYPE,
                        "'mappingproxy' object does not support item "
                        "assignment");
}

/* setattr() of each item: no native object has an attribute to set. */
static pickle_code set_attributes(pickle_decoder *d, pickle_value v,
                                  pickle_value slots) {
    size_t count;
    const pickle_pair *pairs = pickle_get_pairs(slots, &count);
    for (size_t i = 0; i < count; i++) {
        pickle_value key = pairs[i].key;
        if (pickle_kind_of(key) != PICKLE_KIND_STR) {
            return pickle__fail(d, PICKLE_ERR_TYPE,
                                "attribute name must be string, not '%.*s'",
                                PICKLE__SHOW(pickle__type_name(key)));
        }
        if (pickle_kind_of(v) == PICKLE_KIND_GLOBAL) {
            continue;
        }
        if (pickle_str_equals(key, "__class__")) {
            return pickle__fail(d, PICKLE_ERR_TYPE,
                                "__class__ must be set to a class");
        }
        return fail_setattr(d, v, key);
    }
    return PICKLE_OK;
}

static bool is_true(pickle_value v) {
    int64_t n;
    double re;
    double im;
    size_t len;
    switch (pickle_kind_of(v)) {
    case PICKLE_KIND_NONE: return false;
    case PICKLE_KIND_BOOL:
    case PICKLE_KIND_INT: return !pickle_get_int(v, &n) || n != 0;
    case PICKLE_KIND_FLOAT: {
        double x = pickle_get_float(v);
        return x < 0 || x > 0 || x != x;
    }
    case PICKLE_KIND_COMPLEX:
        pickle_get_complex(v, &re, &im);
        return !(re >= 0 && re <= 0 && im >= 0 && im <= 0);
    case PICKLE_KIND_STR:
    case PICKLE_KIND_BYTES:
    case PICKLE_KIND_BYTEARRAY: (void)pickle_get_data(v, &len); return len > 0;
    case PICKLE_KIND_TUPLE:
    case PICKLE_KIND_LIST:
    case PICKLE_KIND_SET:
    case PICKLE_KIND_FROZENSET:
    case PICKLE_KIND_DICT: return pickle_get_count(v) > 0;
    default: return true;
    }
}

/* The C unpickler asks whether a state is None, and then for a dict. */
static pickle_code build_c(pickle_decoder *d, pickle_value v,
                           pickle_value state, pickle_value slots) {
    if (pickle_kind_of(state) != PICKLE_KIND_NONE) {
        if (pickle_kind_of(state) != PICKLE_KIND_DICT) {
            return fail_state(d, "state");
        }
        pickle_code code = update_dict(d, v, state);
        if (code) {
            return code;
        }
    }
    if (pickle_is_null(slots)) {
        return PICKLE_OK;
    }
    if (pickle_kind_of(slots) != PICKLE_KIND_DICT) {
        return fail_state(d, "slot state");
    }
    return set_attributes(d, v, slots);
}

/* The pure-Python one asks whether it is true, and then for its items(). */
static pickle_code build_python(pickle_decoder *d, pickle_value v,
                                pickle_value state, pickle_value slots) {
    if (is_true(state)) {
        if (pickle_kind_of(v) != PICKLE_KIND_GLOBAL) {
            return fail_attribute(d, v, "__dict__");
        }
        if (pickle_kind_of(state) != PICKLE_KIND_DICT) {
            return fail_attribute(d, state, "items");
        }
        pickle_code code = update_dict(d, v, state);
        if (code) {
            return code;
        }
    }
    if (pickle_is_null(slots) || !is_true(slots)) {
        return PICKLE_OK;
    }
    if (pickle_kind_of(slots) != PICKLE_KIND_DICT) {
        return fail_attribute(d, slots, "items");
    }
    return set_attributes(d, v, slots);
}

/* An object whose class is not known keeps the state as it came. */
pickle_code pickle__op_build(pickle_decoder *d) {
    pickle_code code = pickle__need(d, 2);
    if (code) {
        return code;
    }
    pickle_value state = *--d->hot.sp;
    pickle_value v = d->hot.sp[-1];
    if (pickle__tag(v) == PICKLE__TAG_OBJECT) {
        return pickle_object_add_state(d->doc, v, state) ? pickle__fail_doc(d)
                                                         : PICKLE_OK;
    }
    pickle_value slots = pickle_null();
    if (pickle_kind_of(state) == PICKLE_KIND_TUPLE &&
        pickle_get_count(state) == 2) {
        slots = pickle_get_item(state, 1);
        state = pickle_get_item(state, 0);
    }
    return d->pure ? build_python(d, v, state, slots)
                   : build_c(d, v, state, slots);
}

/* ---- APPEND, APPENDS ---- */

/* A bytearray that has grown holds a power of two of bytes, at least 16. */
enum { BYTEARRAY_GROWN = 0x80 };

static size_t grown_cap(size_t len) {
    size_t cap = 16;
    while (cap < len) {
        cap *= 2;
    }
    return cap;
}

static bool bytearray_reserve(pickle_decoder *d, pickle__blob *b, size_t more) {
    pickle__arena *arena = &d->doc->arena;
    bool grown = b->node.flags & BYTEARRAY_GROWN;
    size_t cap = grown ? grown_cap(b->len) : 0;
    if (b->len + more <= cap) {
        return true;
    }
    size_t new_cap = grown_cap(b->len + more);
    /* A buffer may lie over the bytes: then they stay where they are. */
    bool moves = grown && !(b->node.flags & PICKLE__BYTEARRAY_VIEWED);
    uint8_t *data =
        moves ? pickle__arena_resize(arena, (void *)b->data, cap, new_cap)
              : pickle__arena_alloc(arena, new_cap);
    if (!data) {
        return false;
    }
    if (!moves && b->len) {
        memcpy(data, b->data, b->len);
    }
    b->data = data;
    b->node.flags = BYTEARRAY_GROWN;
    return true;
}

/* The byte an int stands for. */
static pickle_code byte_of(pickle_decoder *d, pickle_value v, uint8_t *byte) {
    pickle_kind kind = pickle_kind_of(v);
    int64_t n;
    if (kind != PICKLE_KIND_INT && kind != PICKLE_KIND_BOOL) {
        return pickle__fail(d, PICKLE_ERR_TYPE,
                            "'%.*s' object cannot be interpreted as an integer",
                            PICKLE__SHOW(pickle__type_name(v)));
    }
    if (!pickle_get_int(v, &n) || n < 0 || n > 255) {
        return pickle__fail(d, PICKLE_ERR_VALUE,
                            "byte must be in range(0, 256)");
    }
    *byte = (uint8_t)n;
    return PICKLE_OK;
}

static pickle_code extend_bytearray(pickle_decoder *d, pickle_value target,
                                    const pickle_value *items, size_t count) {
    pickle__blob *b = pickle__blob_of(target);
    if (!bytearray_reserve(d, b, count)) {
        pickle__doc_fail(d->doc);
        return pickle__fail_doc(d);
    }
    uint8_t *end = (uint8_t *)b->data + b->len;
    for (size_t i = 0; i < count; i++) {
        pickle_code code = byte_of(d, items[i], &end[i]);
        if (code) {
            return code;
        }
    }
    b->len += count;
    return PICKLE_OK;
}

static pickle_code add_items(pickle_decoder *d, pickle_value target,
                             const pickle_value *items, size_t count) {
    for (size_t i = 0; i < count; i++) {
        if (pickle_object_add_item(d->doc, target, items[i])) {
            return pickle__fail_doc(d);
        }
    }
    return PICKLE_OK;
}

pickle_code pickle__append_other(pickle_decoder *d, pickle_value target,
                                 const pickle_value *items, size_t count) {
    if (pickle__tag(target) == PICKLE__TAG_OBJECT) {
        return add_items(d, target, items, count);
    }
    if (pickle_kind_of(target) == PICKLE_KIND_BYTEARRAY) {
        return extend_bytearray(d, target, items, count);
    }
    return fail_attribute(d, target, "append");
}

pickle_code pickle__additems_other(pickle_decoder *d, pickle_value target,
                                   const pickle_value *items, size_t count) {
    if (pickle__tag(target) == PICKLE__TAG_OBJECT) {
        return add_items(d, target, items, count);
    }
    return fail_attribute(d, target, "add");
}

/* ---- SETITEM, SETITEMS ---- */

/* The place that an int names in a sequence of `count`. */
static pickle_code index_of(pickle_decoder *d, pickle_value v, const char *what,
                            size_t count, int64_t *index) {
    pickle_kind kind = pickle_kind_of(v);
    if (kind != PICKLE_KIND_INT && kind != PICKLE_KIND_BOOL) {
        return pickle__fail(d, PICKLE_ERR_TYPE,
                            "%s indices must be integers or slices, not %.*s",
                            what, PICKLE__SHOW(pickle__type_name(v)));
    }
    if (!pickle_get_int(v, index)) {
        return fail_index_size(d);
    }
    if (*index < 0) {
        *index += (int64_t)count;
    }
    return PICKLE_OK;
}

static pickle_code check_range(pickle_decoder *d, int64_t index, size_t count,
                               const char *what) {
    if (index < 0 || (uint64_t)index >= count) {
        return pickle__fail(d, PICKLE_ERR_INDEX, "%s index out of range", what);
    }
    return PICKLE_OK;
}

static pickle_code set_list_item(pickle_decoder *d, pickle_value target,
                                 pickle_value key, pickle_value value) {
    pickle__list *l = pickle__list_of(target);
    int64_t index;
    pickle_code code = index_of(d, key, "list", l->count, &index);
    if (!code) {
        code = check_range(d, index, l->count, "list assignment");
    }
    if (!code) {
        l->items[index] = value;
    }
    return code;
}

/* From 3.10 on the value is looked at before the range (gh-91153). */
static pickle_code set_byte(pickle_decoder *d, pickle_value target,
                            pickle_value key, pickle_value value) {
    pickle__blob *b = pickle__blob_of(target);
    bool value_first = d->cpython >= 310;
    int64_t index;
    uint8_t byte = 0;
    pickle_code code = index_of(d, key, "bytearray", b->len, &index);
    if (!code && value_first) {
        code = byte_of(d, value, &byte);
    }
    if (!code) {
        code = check_range(d, index, b->len, "bytearray");
    }
    if (!code && !value_first) {
        code = byte_of(d, value, &byte);
    }
    if (!code) {
        ((uint8_t *)b->data)[index] = byte;
    }
    return code;
}

/* Sequences read the index first; so do classes. */
static bool reads_index(pickle_value v) {
    switch (pickle_kind_of(v)) {
    case PICKLE_KIND_STR:
    case PICKLE_KIND_BYTES:
    case PICKLE_KIND_TUPLE:
    case PICKLE_KIND_SET:
    case PICKLE_KIND_FROZENSET: return true;
    case PICKLE_KIND_GLOBAL:
        return pickle__form_of(v) == PICKLE__FORM_UNKNOWN ||
               pickle__form_of(v) == PICKLE__FORM_TYPE;
    default: return false;
    }
}

/* What has no items to set. */
static pickle_code fail_setitem(pickle_decoder *d, pickle_value target,
                                pickle_value key) {
    int64_t index;
    if (reads_index(target) && pickle_kind_of(key) == PICKLE_KIND_INT &&
        !pickle_get_int(key, &index)) {
        return fail_index_size(d);
    }
    return pickle__fail(d, PICKLE_ERR_TYPE,
                        "'%.*s' object does not support item assignment",
                        PICKLE__SHOW(pickle__type_name(target)));
}

pickle_code pickle__setitems_other(pickle_decoder *d, pickle_value target,
                                   const pickle_value *items, size_t count) {
    pickle_code code = PICKLE_OK;
    for (size_t i = 0; i < count && !code; i += 2) {
        pickle_value key = items[i];
        pickle_value value = items[i + 1];
        if (pickle__tag(target) == PICKLE__TAG_OBJECT) {
            code = pickle_object_add_pair(d->doc, target, key, value)
                       ? pickle__fail_doc(d)
                       : PICKLE_OK;
        } else if (pickle__tag(target) == PICKLE__TAG_LIST) {
            code = set_list_item(d, target, key, value);
        } else if (pickle__tag(target) == PICKLE__TAG_BYTEARRAY) {
            code = set_byte(d, target, key, value);
        } else {
            code = fail_setitem(d, target, key);
        }
    }
    return code;
}
