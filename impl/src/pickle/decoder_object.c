/*
 * Opcodes of objects: REDUCE, NEWOBJ, NEWOBJ_EX, INST and OBJ. Nothing is
 * called: a call is a node. What can be told without the program that wrote the
 * pickle is refused as CPython refuses it.
 */
#include "pickle/decoder.h"
#include "pickle/input.h"

/* ---- calls ---- */

/* The arguments of a call as a tuple. The pure-Python unpickler takes any
 * iterable; the C one a tuple only. */
static pickle_code to_tuple(pickle_decoder *d, pickle_value *args,
                            pickle_code refusal, const char *what) {
    pickle_kind kind = pickle_kind_of(*args);
    if (kind == PICKLE_KIND_TUPLE) {
        return PICKLE_OK;
    }
    if (!d->pure) {
        return pickle__fail(d, refusal, "%s", what);
    }
    pickle_value list;
    pickle_code code = pickle__iterate(d, *args, &list);
    if (code) {
        return code;
    }
    size_t count = 0;
    const pickle_value *items = pickle_get_items(list, &count);
    *args = pickle_tuple(d->doc, items, count);
    return pickle_is_null(*args) ? pickle__fail_doc(d) : PICKLE_OK;
}

pickle_code pickle__op_reduce(pickle_decoder *d) {
    pickle_code code = pickle__need(d, 2);
    if (code) {
        return code;
    }
    d->hot.sp -= 2;
    pickle_value callable = d->hot.sp[0];
    pickle_value args = d->hot.sp[1];
    pickle_value v;
    code = to_tuple(d, &args, PICKLE_ERR_TYPE, "argument list must be a tuple");
    if (!code) {
        code = pickle__call(d, callable, args, &v);
    }
    return code ? code : pickle__push(d, v);
}

/* Whether a value may be a class, as far as can be told. */
static bool may_be_type(pickle_value v) {
    pickle_kind kind = pickle_kind_of(v);
    if (kind == PICKLE_KIND_GLOBAL) {
        pickle__known_form form = pickle__form_of(v);
        return form == PICKLE__FORM_UNKNOWN || form == PICKLE__FORM_TYPE;
    }
    return kind == PICKLE_KIND_REDUCE; /* a class made by a function */
}

static pickle_code fail_newobj(pickle_decoder *d, bool ex, const char *which,
                               const char *wanted, pickle_value v) {
    return pickle__fail(
        d, PICKLE_ERR_NEWOBJ, "NEWOBJ%s %s argument must be a %s, not %.*s",
        ex ? "_EX" : "", which, wanted, PICKLE__SHOW(pickle__type_name(v)));
}

/* cls.__new__(cls, *args, **kwargs) in Python: everything has a __new__. That
 * of a native kind refuses what is no class; an object's may do anything. */
static pickle_code python_newobj(pickle_decoder *d, pickle_value cls,
                                 pickle_value *args, pickle_value kwargs) {
    pickle_code code = to_tuple(d, args, PICKLE_ERR_TYPE, "");
    if (code) {
        return code;
    }
    if (!may_be_type(cls) && pickle__tag(cls) != PICKLE__TAG_OBJECT) {
        return pickle__fail(d, PICKLE_ERR_TYPE,
                            "%.*s.__new__(X): X is not a type object (%.*s)",
                            PICKLE__SHOW(pickle__type_name(cls)),
                            PICKLE__SHOW(pickle__type_name(cls)));
    }
    if (!pickle_is_null(kwargs) && pickle_kind_of(kwargs) != PICKLE_KIND_DICT) {
        return pickle__fail(d, PICKLE_ERR_TYPE,
                            "argument after ** must be a mapping, not %.*s",
                            PICKLE__SHOW(pickle__type_name(kwargs)));
    }
    return PICKLE_OK;
}

static pickle_code check_newobj(pickle_decoder *d, pickle_value cls,
                                pickle_value args, pickle_value kwargs) {
    bool ex = !pickle_is_null(kwargs);
    if (!may_be_type(cls)) {
        return fail_newobj(d, ex, "class", "type", cls);
    }
    if (pickle_kind_of(args) != PICKLE_KIND_TUPLE) {
        return fail_newobj(d, ex, "args", "tuple", args);
    }
    if (ex && pickle_kind_of(kwargs) != PICKLE_KIND_DICT) {
        return fail_newobj(d, ex, "kwargs", "dict", kwargs);
    }
    return PICKLE_OK;
}

static pickle_code newobj(pickle_decoder *d, pickle_value cls,
                          pickle_value args, pickle_value kwargs) {
    pickle_code code = d->pure ? python_newobj(d, cls, &args, kwargs)
                               : check_newobj(d, cls, args, kwargs);
    pickle_value v;
    if (!code) {
        code = pickle__new(d, cls, args, kwargs, &v);
    }
    return code ? code : pickle__push(d, v);
}

/* Up to 3.9 the arguments of NEWOBJ are popped and looked at first. */
static pickle_code check_old_newobj(pickle_decoder *d) {
    if (d->pure || d->cpython >= 310) {
        return PICKLE_OK;
    }
    pickle_code code = pickle__need(d, 1);
    if (!code && pickle_kind_of(d->hot.sp[-1]) != PICKLE_KIND_TUPLE) {
        return pickle__fail(d, PICKLE_ERR_NEWOBJ,
                            "NEWOBJ expected an arg tuple.");
    }
    if (!code) {
        code = pickle__need(d, 2);
    }
    if (!code && !may_be_type(d->hot.sp[-2])) {
        return pickle__fail(d, PICKLE_ERR_NEWOBJ,
                            "NEWOBJ class argument isn't a type object");
    }
    return code;
}

pickle_code pickle__op_newobj(pickle_decoder *d) {
    pickle_code code = check_old_newobj(d);
    if (!code) {
        code = pickle__need(d, 2);
    }
    if (code) {
        return code;
    }
    d->hot.sp -= 2;
    return newobj(d, d->hot.sp[0], d->hot.sp[1], pickle_null());
}

pickle_code pickle__op_newobj_ex(pickle_decoder *d) {
    pickle_code code = pickle__need(d, 3);
    if (code) {
        return code;
    }
    d->hot.sp -= 3;
    return newobj(d, d->hot.sp[0], d->hot.sp[1], d->hot.sp[2]);
}

/*
 * OBJ and INST: without arguments a class is made by its __new__ alone, and
 * anything else is called. A global is taken for a class unless known not to
 * be. What has no __name__ fails in the pure-Python unpickler's own message.
 */
static pickle_code instantiate(pickle_decoder *d, pickle_value cls,
                               const pickle_value *items, size_t count) {
    pickle_value args = pickle_tuple(d->doc, items, count);
    if (pickle_is_null(args)) {
        return pickle__fail_doc(d);
    }
    bool is_class =
        pickle_kind_of(cls) == PICKLE_KIND_GLOBAL && may_be_type(cls);
    pickle_value v;
    pickle_code code = count == 0 && is_class
                           ? pickle__new(d, cls, args, pickle_null(), &v)
                           : pickle__call(d, cls, args, &v);
    if (code == PICKLE_ERR_TYPE && d->pure &&
        pickle_kind_of(cls) != PICKLE_KIND_GLOBAL) {
        return pickle__fail(d, PICKLE_ERR_ATTRIBUTE,
                            "'%.*s' object has no attribute '__name__'",
                            PICKLE__SHOW(pickle__type_name(cls)));
    }
    return code ? code : pickle__push(d, v);
}

/* The C unpickler takes the mark before it reads the names, the other one
 * after. */
pickle_code pickle__op_inst(pickle_decoder *d) {
    if (d->mark_count == 0 && !d->pure) {
        return pickle__fail(d, PICKLE_ERR_MARK_MISSING, "could not find MARK");
    }
    pickle_value cls;
    pickle_value *items = NULL;
    size_t count = 0;
    pickle_code code = pickle__named_class(d, true, &cls);
    if (!code) {
        code = pickle__pop_mark(d, &items, &count);
    }
    if (code) {
        return code;
    }
    d->hot.sp = items;
    return instantiate(d, cls, items, count);
}

pickle_code pickle__op_obj(pickle_decoder *d) {
    pickle_value *items = NULL;
    size_t count = 0;
    pickle_code code = pickle__pop_mark(d, &items, &count);
    if (code) {
        return code;
    }
    if (count == 0) {
        return pickle__fail_underflow(d);
    }
    d->hot.sp = items;
    return instantiate(d, items[0], items + 1, count - 1);
}
