/*
 * reduction/reducers.c  The reducers of reduction.py and connection.py: native
 * objects to calls.
 *
 * Built-in functions keep their module's name in a str of their own: the
 * 'builtins' of getattr is not the 'builtins' of int, and each is memoized
 * once. getattr is therefore spelled with its own strs.
 */
#include <pickleproof/reduction.h>

#include <string.h>

#include "reduction/members.h"
#include "reduction/reducers.h"
#include "value/node.h"

static pickle_value getattr_of(pickle_doc *doc) {
    return pickle_global_str(doc, pickle_str_z(doc, "builtins"),
                             pickle_str_z(doc, "getattr"));
}

static pickle_value call(pickle_doc *doc, pickle_value f,
                         const pickle_value *args, size_t count) {
    for (size_t i = 0; i < count; i++) {
        if (pickle_is_null(args[i])) {
            return args[i];
        }
    }
    pickle_value tuple = pickle_tuple(doc, args, count);
    return pickle_is_null(f) || pickle_is_null(tuple)
               ? pickle_null()
               : pickle_reduce(doc, f, tuple);
}

static pickle_value field(pickle_value native, size_t i) {
    return pickle_get_item(pickle_get_args(native), i);
}

/* ---- method, method_descriptor, wrapper_descriptor: getattr(owner, name) ----
 */

static pickle_value reduce_getattr(void *ctx, pickle_doc *doc, pickle_value v) {
    (void)ctx;
    pickle_value args[2] = {field(v, 0), field(v, 1)};
    return call(doc, getattr_of(doc), args, 2);
}

/* ---- partial ---- */

static pickle_value reduce_partial(void *ctx, pickle_doc *doc, pickle_value v) {
    (void)ctx;
    pickle_value args[3] = {field(v, 0), field(v, 1), field(v, 2)};
    return call(
        doc,
        pickle_global(doc, "multiprocessing.reduction", "_rebuild_partial"),
        args, 3);
}

/* ---- socket, connection ---- */

#define COUNT_OF(a) (sizeof(a) / sizeof(a)[0])

const pickle__member pickle__members[PICKLE__MEMBER_COUNT] = {
#define X(cls, name, number) {#cls, #name, number},
#include "reduction/socket_members.def"
#undef X
};

void pickle__reducer_state_init(pickle__reducer_state *state, int cpython) {
    state->cpython = cpython;
    for (size_t i = 0; i < PICKLE__MEMBER_COUNT; i++) {
        state->members[i] = pickle_null();
    }
}

/* By name up to 3.10, by a call of its class from 3.11.5 on. */
static pickle_value make_member(pickle_doc *doc, int cpython,
                                const pickle__member *m) {
    if (cpython <= 310) {
        return pickle_global(doc, "socket", m->name);
    }
    pickle_value arg = pickle_int(doc, m->number);
    return call(doc, pickle_global(doc, "socket", m->cls), &arg, 1);
}

/* A family or type as it pickles: a plain number where it is no member. */
static pickle_value member_value(pickle_doc *doc, pickle__reducer_state *state,
                                 const char *cls, pickle_value number) {
    int64_t n = -1;
    (void)pickle_get_int(number, &n);
    for (size_t i = 0; i < PICKLE__MEMBER_COUNT; i++) {
        const pickle__member *m = &pickle__members[i];
        if (m->number == n && strcmp(m->cls, cls) == 0) {
            if (pickle_is_null(state->members[i])) {
                state->members[i] = make_member(doc, state->cpython, m);
            }
            return state->members[i];
        }
    }
    return number;
}

static pickle_value reduce_socket(void *ctx, pickle_doc *doc, pickle_value v) {
    pickle__reducer_state alone;
    pickle__reducer_state *state = ctx;
    if (!state) {
        pickle__reducer_state_init(&alone, PICKLE_CPYTHON_DEFAULT);
        state = &alone;
    }
    size_t count = pickle_get_count(pickle_get_args(v));
    pickle_value args[4] = {
        field(v, 0), member_value(doc, state, "AddressFamily", field(v, 1)),
        member_value(doc, state, "SocketKind", field(v, 2)), field(v, 3)};
    return call(
        doc, pickle_global(doc, "multiprocessing.reduction", "_rebuild_socket"),
        args, count == 1 ? 1 : 4);
}

static pickle_value reduce_connection(void *ctx, pickle_doc *doc,
                                      pickle_value v) {
    (void)ctx;
    pickle_value args[3] = {field(v, 0), field(v, 1), field(v, 2)};
    return call(
        doc,
        pickle_global(doc, "multiprocessing.connection", "rebuild_connection"),
        args, 3);
}

static pickle_value reduce_pipe_connection(void *ctx, pickle_doc *doc,
                                           pickle_value v) {
    (void)ctx;
    pickle_value f = pickle_global(doc, "multiprocessing.connection",
                                   "rebuild_pipe_connection");
    return pickle_is_null(f) ? f : pickle_reduce(doc, f, pickle_get_args(v));
}

const pickle_abstract_reducer pickle_reducer_defaults = {
    reduce_getattr, reduce_getattr,    reduce_partial,
    reduce_socket,  reduce_connection, NULL};

pickle_code pickle_reducer_install(pickle_forking_pickler *cls,
                                   const pickle_abstract_reducer *r,
                                   pickle_error *err) {
    const pickle_abstract_reducer *d = &pickle_reducer_defaults;
    const struct {
        const char *module;
        const char *qualname;
        pickle_reducer_fn own;
        pickle_reducer_fn otherwise;
    } rows[] = {
        {"builtins", "method", r->reduce_method, d->reduce_method},
        {"builtins", "method_descriptor", r->reduce_method_descriptor,
         d->reduce_method_descriptor},
        {"builtins", "wrapper_descriptor", r->reduce_method_descriptor,
         d->reduce_method_descriptor},
        {"functools", "partial", r->reduce_partial, d->reduce_partial},
        {"socket", "socket", r->reduce_socket, d->reduce_socket},
        {"multiprocessing.connection", "Connection", r->reduce_connection,
         d->reduce_connection},
        {"multiprocessing.connection", "PipeConnection", NULL,
         reduce_pipe_connection},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        pickle_code code = pickle_forking_pickler_register(
            cls, rows[i].module, rows[i].qualname,
            rows[i].own ? rows[i].own : rows[i].otherwise,
            rows[i].own ? r->ctx : NULL, err);
        if (code) {
            return code;
        }
    }
    return PICKLE_OK;
}

/* ---- what the reducers take ---- */

pickle_value pickle__native_of(pickle_doc *doc, const char *module,
                               const char *qualname, const pickle_value *fields,
                               size_t count) {
    for (size_t i = 0; i < count; i++) {
        if (pickle_is_null(fields[i])) {
            return fields[i];
        }
    }
    pickle_value tuple = pickle_tuple(doc, fields, count);
    return pickle_is_null(tuple)
               ? tuple
               : pickle_native(doc, pickle_global(doc, module, qualname),
                               tuple);
}

pickle_value pickle_method(pickle_doc *doc, pickle_value self,
                           pickle_value name) {
    pickle_value fields[2] = {self, name};
    return pickle__native_of(doc, "builtins", "method", fields, 2);
}

pickle_value pickle_method_descriptor(pickle_doc *doc, pickle_value objclass,
                                      pickle_value name, bool slot) {
    pickle_value fields[2] = {objclass, name};
    return pickle__native_of(doc, "builtins",
                             slot ? "wrapper_descriptor" : "method_descriptor",
                             fields, 2);
}

/* The arguments of an inner partial followed by those of the outer. */
static pickle_value join_args(pickle_doc *doc, pickle_value inner,
                              pickle_value outer) {
    size_t m;
    size_t n;
    const pickle_value *x = pickle_get_items(inner, &m);
    const pickle_value *y = pickle_get_items(outer, &n);
    if (m == 0 || n == 0) {
        return m == 0 ? outer : inner;
    }
    pickle_value joined = pickle_tuple(doc, NULL, m + n);
    for (size_t i = 0; i < m + n && !pickle_is_null(joined); i++) {
        (void)pickle_tuple_set(joined, i, i < m ? x[i] : y[i - m]);
    }
    return joined;
}

static pickle_value join_keywords(pickle_doc *doc, pickle_value inner,
                                  pickle_value outer) {
    pickle_value joined = pickle_dict(doc, 0);
    for (int side = 0; side < 2; side++) {
        size_t n;
        const pickle_pair *pairs = pickle_get_pairs(side ? outer : inner, &n);
        for (size_t i = 0; i < n; i++) {
            if (pickle_dict_set(doc, joined, pairs[i].key, pairs[i].value)) {
                return pickle_null();
            }
        }
    }
    return joined;
}

pickle_value pickle_partial(pickle_doc *doc, pickle_value func,
                            pickle_value args, pickle_value keywords) {
    if (pickle_is_null(args)) {
        args = pickle_tuple(doc, NULL, 0);
    }
    if (pickle_is_null(keywords)) {
        keywords = pickle_dict(doc, 0);
    }
    if (pickle_kind_of(func) == PICKLE_KIND_NATIVE &&
        pickle_is_global(pickle_get_callable(func), "functools", "partial")) {
        args = join_args(doc, field(func, 1), args);
        keywords = join_keywords(doc, field(func, 2), keywords);
        func = field(func, 0);
    }
    pickle_value fields[3] = {func, args, keywords};
    return pickle__native_of(doc, "functools", "partial", fields, 3);
}

pickle_value pickle_socket_value(pickle_doc *doc, pickle_value dup, int family,
                                 int type, int proto) {
    pickle_value fields[4] = {dup, pickle_int(doc, family),
                              pickle_int(doc, type), pickle_int(doc, proto)};
    return pickle__native_of(doc, "socket", "socket", fields, 4);
}

pickle_value pickle_connection_value(pickle_doc *doc, pickle_value dup,
                                     bool readable, bool writable) {
    pickle_value fields[3] = {dup, pickle_bool(readable),
                              pickle_bool(writable)};
    return pickle__native_of(doc, "multiprocessing.connection", "Connection",
                             fields, 3);
}
