/* What is known of globals: known.def, and which functions are no types. */
#include "pickle/known.h"

#include <stdio.h>

typedef struct known_row {
    const char *module;
    const char *qualname;
    pickle__known_form form;
} known_row;

static const known_row rows[] = {
    {"", "", PICKLE__FORM_UNKNOWN},
#define X(name, module, qualname, form) {module, qualname, PICKLE__FORM_##form},
#include "pickle/known.def"
#undef X
};

enum { ROW_COUNT = sizeof rows / sizeof rows[0] };

/* The functions of builtins: what else is there is a type. */
static const char *const builtin_functions[] = {"__build_class__",
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

/* The types of operator: what else is there is a function. */
static const char *const operator_types[] = {"attrgetter", "itemgetter",
                                             "methodcaller"};

static bool is_named(pickle_value str, const char *const *names, size_t count) {
    for (size_t i = 0; i < count; i++) {
        if (pickle_str_equals(str, names[i])) {
            return true;
        }
    }
    return false;
}

#define IS_NAMED(str, names)                                                   \
    is_named(str, names, sizeof(names) / sizeof(names)[0])

static bool is_function(const pickle__global *g) {
    if (pickle_str_equals(g->module, "builtins")) {
        return IS_NAMED(g->qualname, builtin_functions);
    }
    if (pickle_str_equals(g->module, "operator") ||
        pickle_str_equals(g->module, "_operator")) {
        return !IS_NAMED(g->qualname, operator_types);
    }
    /* What Python 2's builtin of that name is mapped to. */
    if (pickle_str_equals(g->module, "functools")) {
        return pickle_str_equals(g->qualname, "reduce");
    }
    return pickle_str_equals(g->module, "copyreg") ||
           pickle_str_equals(g->module, "_codecs");
}

/* Modules of other lengths than "builtins", "operator", "_operator",
 * "functools", "copyreg" and "_codecs" are not looked at. */
static pickle__known look_up(const pickle__global *g) {
    size_t len = pickle__blob_of(g->module)->len;
    if (len < 7 || len > 9) {
        return PICKLE__KNOWN_NONE;
    }
    for (unsigned i = 1; i < ROW_COUNT; i++) {
        if (pickle_str_equals(g->qualname, rows[i].qualname) &&
            pickle_str_equals(g->module, rows[i].module)) {
            return (pickle__known)i;
        }
    }
    return is_function(g) ? PICKLE__KNOWN_FUNCTION : PICKLE__KNOWN_NONE;
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

pickle__known_form pickle__form_of(pickle_value v) {
    return rows[pickle__known_of(v)].form;
}

static const char *kind_name(pickle_value v) {
    switch (pickle_kind_of(v)) {
    case PICKLE_KIND_BOOL: return "bool";
    case PICKLE_KIND_PERSID: return "object";
    case PICKLE_KIND_BUFFER:
        return pickle__node_of(v)->flags & PICKLE__BUFFER_VIEW ? "memoryview"
                                                               : "PickleBuffer";
    case PICKLE_KIND_GLOBAL:
        switch (pickle__form_of(v)) {
        case PICKLE__FORM_FUNCTION: return "function";
        case PICKLE__FORM_OBJECT: return "object";
        default: return "type";
        }
    default: return pickle_kind_name(pickle_kind_of(v));
    }
}

pickle__type_text pickle__type_name(pickle_value v) {
    enum { SHOWN = 60 };
    pickle_value qualname = pickle_get_qualname(pickle_get_callable(v));
    const char *text = kind_name(v);
    size_t len = strlen(text);
    if (pickle_kind_of(v) == PICKLE_KIND_INSTANCE &&
        !pickle_is_null(qualname)) {
        text = (const char *)pickle_get_data(qualname, &len);
        for (size_t i = len; i > 0; i--) {
            if (text[i - 1] == '.') {
                text += i;
                len -= i;
                break;
            }
        }
    }
    return (pickle__type_text){(int)(len < SHOWN ? len : SHOWN), text};
}

/* 3.14 says what the value was wanted as. */
void pickle__unhashable_text(char out[PICKLE__UNHASHABLE_ROOM], pickle_value v,
                             pickle_value at, const char *what, int cpython) {
    /* A memoryview asks what it looks at for its hash. */
    pickle__type_text inner = pickle_kind_of(at) == PICKLE_KIND_BUFFER
                                  ? (pickle__type_text){9, "bytearray"}
                                  : pickle__type_name(at);
    if (cpython >= 314) {
        snprintf(out, PICKLE__UNHASHABLE_ROOM,
                 "cannot use '%.*s' as %s (unhashable type: '%.*s')",
                 PICKLE__SHOW(pickle__type_name(v)), what, PICKLE__SHOW(inner));
    } else {
        snprintf(out, PICKLE__UNHASHABLE_ROOM, "unhashable type: '%.*s'",
                 PICKLE__SHOW(inner));
    }
}
