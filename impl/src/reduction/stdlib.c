/* reduction/stdlib.c  What modules other than reduction.py and connection.py
 * register with ForkingPickler. */
#include <pickleproof/reduction.h>

#include <string.h>

#include "base/error.h"
#include "reduction/reducers.h"
#include "value/node.h"

/* Fields and arguments are the same. */
static pickle_value reduce_as(pickle_doc *doc, pickle_value v,
                              const char *module, const char *qualname) {
    pickle_value f = pickle_global(doc, module, qualname);
    return pickle_is_null(f) ? f : pickle_reduce(doc, f, pickle_get_args(v));
}

static pickle_value reduce_list(void *ctx, pickle_doc *doc, pickle_value v) {
    (void)ctx;
    return reduce_as(doc, v, "builtins", "list");
}

static pickle_value reduce_array(void *ctx, pickle_doc *doc, pickle_value v) {
    (void)ctx;
    return reduce_as(doc, v, "array", "array");
}

static pickle_value reduce_arena(void *ctx, pickle_doc *doc, pickle_value v) {
    (void)ctx;
    return reduce_as(doc, v, "multiprocessing.heap", "rebuild_arena");
}

static pickle_value reduce_authentication(void *ctx, pickle_doc *doc,
                                          pickle_value v) {
    (void)ctx;
    return reduce_as(doc, v, "multiprocessing.process", "AuthenticationString");
}

static pickle_value refuse_authentication(void *ctx, pickle_doc *doc,
                                          pickle_value v) {
    (void)ctx;
    (void)v;
    if (doc->error.code == PICKLE_OK) {
        pickle__error_set(&doc->error, PICKLE_ERR_PICKLING_TYPE,
                          "AuthenticationString",
                          "Pickling an AuthenticationString object is "
                          "disallowed for security reasons");
    }
    return pickle_null();
}

static const char *const view_names[] = {
    [PICKLE_DICT_ITEMS] = "dict_items",
    [PICKLE_DICT_KEYS] = "dict_keys",
    [PICKLE_DICT_VALUES] = "dict_values",
};

#define COUNT_OF(a) (sizeof(a) / sizeof(a)[0])

pickle_code pickle_reducer_install_stdlib(pickle_forking_pickler *cls,
                                          bool spawning, pickle_error *err) {
    const struct {
        const char *module;
        const char *qualname;
        pickle_reducer_fn fn;
    } rows[] = {
        {"builtins", view_names[PICKLE_DICT_ITEMS], reduce_list},
        {"builtins", view_names[PICKLE_DICT_KEYS], reduce_list},
        {"builtins", view_names[PICKLE_DICT_VALUES], reduce_list},
        {"array", "array", reduce_array},
        {"multiprocessing.heap", "Arena", reduce_arena},
        {"multiprocessing.process", "AuthenticationString",
         spawning ? reduce_authentication : refuse_authentication},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        pickle_code code = pickle_forking_pickler_register(
            cls, rows[i].module, rows[i].qualname, rows[i].fn, NULL, err);
        if (code) {
            return code;
        }
    }
    return PICKLE_OK;
}

pickle_value pickle_dict_view_value(pickle_doc *doc, pickle_dict_view view,
                                    pickle_value items) {
    return (unsigned)view < COUNT_OF(view_names)
               ? pickle__native_of(doc, "builtins", view_names[view], &items, 1)
               : pickle_null();
}

pickle_value pickle_array_value(pickle_doc *doc, pickle_value typecode,
                                pickle_value data) {
    pickle_value fields[2] = {typecode, data};
    return pickle__native_of(doc, "array", "array", fields, 2);
}

pickle_value pickle_arena_value(pickle_doc *doc, int64_t size,
                                pickle_value dup) {
    pickle_value fields[2] = {pickle_int(doc, size), dup};
    return pickle__native_of(doc, "multiprocessing.heap", "Arena", fields, 2);
}

pickle_value pickle_authentication_string(pickle_doc *doc, pickle_value key) {
    return pickle__native_of(doc, "multiprocessing.process",
                             "AuthenticationString", &key, 1);
}
