/* pickle/encoder_native.c  Native objects that no reducer of the program's
 * took: what they reduce to by themselves, as their types' own `__reduce__`
 * says. */
#include "pickle/encoder.h"

/* Built-in functions have a 'builtins' of their own as their module: another
 * str than that of the built-in types, and memoized once more. */
static pickle_value getattr_function(pickle_encoder *e) {
    pickle_value f = pickle_global_str(e->doc, pickle_str_z(e->doc, "builtins"),
                                       pickle_str_z(e->doc, "getattr"));
    if (pickle_is_null(f)) {
        pickle__encode_fail_doc(e, e->doc);
    }
    return f;
}

/* getattr(owner, name) */
static pickle_value lower_member(pickle_encoder *e, const pickle_value *fields,
                                 size_t count) {
    pickle_value f = getattr_function(e);
    return pickle_is_null(f) ? f : pickle__make_reduce(e, f, fields, count);
}

/* partial(func), and its state (func, args, keywords, attributes) */
static pickle_value lower_partial(pickle_encoder *e, const pickle_value *fields,
                                  size_t count) {
    (void)count;
    pickle_value parts[4] = {fields[0], fields[1], fields[2], pickle_none()};
    pickle_value state = pickle__make_tuple(e, parts, 4);
    pickle_value made =
        pickle_is_null(state)
            ? state
            : pickle__make_call(e, "functools", "partial", fields, 1);
    if (!pickle_is_null(made) &&
        pickle_object_add_state(e->scratch, made, state)) {
        pickle__encode_fail_doc(e, e->scratch);
        return pickle_null();
    }
    return made;
}

static const struct {
    const char *module;
    const char *qualname;
    size_t count;
    pickle_value (*lower)(pickle_encoder *e, const pickle_value *fields,
                          size_t count);
} natives[] = {
    {"builtins", "method", 2, lower_member},
    {"builtins", "builtin_function_or_method", 2, lower_member},
    {"builtins", "method-wrapper", 2, lower_member},
    {"builtins", "method_descriptor", 2, lower_member},
    {"builtins", "wrapper_descriptor", 2, lower_member},
    {"functools", "partial", 3, lower_partial},
};

pickle_code pickle__save_native(pickle_encoder *e, pickle_value v) {
    pickle_value type = pickle_get_callable(v);
    size_t count = 0;
    const pickle_value *fields = pickle_get_items(pickle_get_args(v), &count);
    for (size_t i = 0; i < sizeof natives / sizeof *natives; i++) {
        if (natives[i].count == count &&
            pickle_is_global(type, natives[i].module, natives[i].qualname)) {
            return pickle__save_object(e, v,
                                       natives[i].lower(e, fields, count));
        }
    }
    size_t len = 0;
    const uint8_t *name = pickle_get_data(pickle_get_qualname(type), &len);
    return pickle__encode_fail(
        e, PICKLE_ERR_PICKLING_TYPE, "cannot pickle '%.*s' object",
        len < 60 ? (int)len : 60, name ? (const char *)name : "");
}
