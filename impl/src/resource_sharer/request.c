/*
 * resource_sharer/request.c  What a client asks for, and what CPython says of
 * what cannot be asked: `key, pid = request`, then `cache.pop(key)`.
 */
#include "base/text.h"
#include "pickle/known.h"
#include "resource_sharer/sharer.h"
#include "value/hash.h"
#include "value/repr.h"

/* A request is some twenty bytes. */
#define MAX_REQUEST ((size_t)4096)

/* ---- key, pid = request ---- */

static size_t count_characters(pickle_value str) {
    size_t len;
    size_t count = 0;
    const uint8_t *data = pickle_get_data(str, &len);
    for (size_t i = 0; i < len; i++) {
        count += (data[i] & 0xc0) != 0x80;
    }
    return count;
}

/* How many values there are in what can be unpacked; false if it cannot. */
static bool count_values(pickle_value request, size_t *count) {
    switch (pickle_kind_of(request)) {
    case PICKLE_KIND_TUPLE:
    case PICKLE_KIND_LIST:
    case PICKLE_KIND_DICT:
    case PICKLE_KIND_SET:
    case PICKLE_KIND_FROZENSET: *count = pickle_get_count(request); return true;
    case PICKLE_KIND_STR: *count = count_characters(request); return true;
    case PICKLE_KIND_BYTES:
    case PICKLE_KIND_BYTEARRAY: pickle_get_data(request, count); return true;
    default: return false;
    }
}

/* The first of two values. Null for sets: their order is Python's. */
static pickle_value first_of(pickle_doc *doc, pickle_value request) {
    size_t len;
    size_t n = 1;
    const uint8_t *data = pickle_get_data(request, &len);
    switch (pickle_kind_of(request)) {
    case PICKLE_KIND_TUPLE:
    case PICKLE_KIND_LIST: return pickle_get_item(request, 0);
    case PICKLE_KIND_DICT: return pickle_get_pairs(request, &len)->key;
    case PICKLE_KIND_BYTES:
    case PICKLE_KIND_BYTEARRAY: return pickle_int(doc, data[0]);
    case PICKLE_KIND_STR:
        while (n < len && (data[n] & 0xc0) == 0x80) {
            n++;
        }
        return pickle_str(doc, (const char *)data, n);
    default: return pickle_null();
    }
}

/* From 3.14 on, what knows its length says it. */
static pickle_code fail_too_many(pickle_kind kind, size_t count, int cpython,
                                 pickle_error *err) {
    if (cpython >= 314 &&
        (kind == PICKLE_KIND_TUPLE || kind == PICKLE_KIND_LIST ||
         kind == PICKLE_KIND_DICT)) {
        return pickle__error_set(
            err, PICKLE_ERR_VALUE, "sharer",
            "too many values to unpack (expected 2, got %zu)", count);
    }
    return pickle__error_set(err, PICKLE_ERR_VALUE, "sharer",
                             "too many values to unpack (expected 2)");
}

static pickle_code unpack(pickle_doc *doc, int cpython, pickle_value *key,
                          pickle_error *err) {
    pickle_value request = pickle_doc_get_root(doc);
    size_t count;
    if (!count_values(request, &count)) {
        return pickle__error_set(err, PICKLE_ERR_TYPE, "sharer",
                                 "cannot unpack non-iterable %.*s object",
                                 PICKLE__SHOW(pickle__type_name(request)));
    }
    if (count < 2) {
        return pickle__error_set(
            err, PICKLE_ERR_VALUE, "sharer",
            "not enough values to unpack (expected 2, got %zu)", count);
    }
    if (count > 2) {
        return fail_too_many(pickle_kind_of(request), count, cpython, err);
    }
    *key = first_of(doc, request);
    return PICKLE_OK;
}

/* ---- cache.pop(key) ---- */

static pickle_code fail_key(const pickle_resource_sharer *s, pickle_value key,
                            int cpython, pickle_error *err) {
    pickle__text t;
    pickle__text_init(&t, &s->alloc);
    pickle_code shown = pickle__repr(&t, key, cpython, SIZE_MAX);
    pickle__text_terminate(&t);
    pickle_code code = shown || t.failed
                           ? pickle__error_code(err, PICKLE_ERR_KEY, "sharer")
                           : pickle__error_set(err, PICKLE_ERR_KEY, "sharer",
                                               "%s", (const char *)t.data);
    pickle__text_deinit(&t);
    return code;
}

static pickle_code fail_unhashable(pickle_value key, pickle_value at,
                                   int cpython, pickle_error *err) {
    char text[PICKLE__UNHASHABLE_ROOM];
    pickle__unhashable_text(text, key, at, "a dict key", cpython);
    return pickle__error_set(err, PICKLE_ERR_TYPE, "sharer", "%s", text);
}

/* The int that a key equals: True and 1.0 are 1. */
static bool equals_int(pickle_value key, int64_t *n) {
    double number = 0;
    double imaginary = 0;
    switch (pickle_kind_of(key)) {
    case PICKLE_KIND_BOOL: *n = pickle_get_bool(key); return true;
    case PICKLE_KIND_FLOAT: number = pickle_get_float(key); break;
    case PICKLE_KIND_COMPLEX:
        pickle_get_complex(key, &number, &imaginary);
        break;
    default: return pickle_get_int(key, n);
    }
    if (imaginary != 0 || number < 1 || number > 1e15 ||
        number != (double)(int64_t)number) {
        return false;
    }
    *n = (int64_t)number;
    return true;
}

pickle_code pickle__request_take(pickle_resource_sharer *s, pickle_doc *doc,
                                 pickle_handle *handle, pickle_error *err) {
    int cpython = s->opt.cpython ? s->opt.cpython : PICKLE_CPYTHON_DEFAULT;
    pickle_value key = pickle_null();
    int64_t n;
    pickle_code code = unpack(doc, cpython, &key, err);
    if (code) {
        return code;
    }
    pickle_value at = pickle__find_unhashable(&s->alloc, key);
    if (!pickle_is_null(at)) {
        return fail_unhashable(key, at, cpython, err);
    }
    bool known = equals_int(key, &n);
    pickle__mutex_lock(s->mutex);
    *handle = known ? pickle__entries_take(s, n) : PICKLE_INVALID_HANDLE;
    pickle__mutex_unlock(s->mutex);
    return *handle == PICKLE_INVALID_HANDLE ? fail_key(s, key, cpython, err)
                                            : PICKLE_OK;
}

/* ---- receiving ---- */

pickle_code pickle__request_recv(const pickle_resource_sharer *s,
                                 pickle_connection *client, pickle_doc **doc,
                                 bool *end, pickle_error *err) {
    pickle_decode_options opt = pickle_decode_defaults;
    opt.max_bytes = MAX_REQUEST;
    opt.cpython = s->opt.cpython;
    pickle_code code = pickle_connection_recv(client, &opt, doc, err);
    *end =
        !code && pickle_kind_of(pickle_doc_get_root(*doc)) == PICKLE_KIND_NONE;
    return code;
}
