#include "pickle/encoder.h"

/* How an object is constructed. The first two members of each come from an
 * instance or, for _CALL, from the arguments of a call of copyreg's. */
enum {
    FORM_CALL,           /* callable, args: REDUCE */
    FORM_NEWOBJ,         /* class, new tuple of the args: NEWOBJ */
    FORM_NEWOBJ_CALL,    /* (class, *args): the same */
    FORM_NEWOBJ_EX,      /* class, args, keyword arguments: NEWOBJ_EX */
    FORM_NEWOBJ_EX_CALL, /* (class, args, kwargs): the same */
    FORM_PARTIAL,        /* as NEWOBJ_EX, by functools.partial */
    FORM_PARTIAL_CALL
};

enum {
    STEP_CLASS,
    STEP_ARGS,
    STEP_KWARGS,
    STEP_MADE,
    STEP_ITEMS,
    STEP_PAIRS,
    STEP_STATE, /* f->stop is the index of the state */
    STEP_BUILD,
    STEP_SELF,
    STEP_SETTER_STATE,
    STEP_SETTER_CALL
};

/* ---- which form ---- */

/* The callable's `__name__`: what CPython looks at, whatever it is. */
static bool is_named(pickle_value callable, const char *name) {
    size_t len;
    size_t want = strlen(name);
    const uint8_t *text = pickle_get_data(pickle_get_qualname(callable), &len);
    return text && len >= want && memcmp(text + len - want, name, want) == 0 &&
           (len == want || text[len - want - 1] == '.');
}

/* Whether v can be a class, as far as the value tells. */
static bool may_be_class(pickle_value v) {
    unsigned tag = pickle__tag(v);
    return !pickle__is_double(v) &&
           (tag == PICKLE__TAG_GLOBAL || tag == PICKLE__TAG_OBJECT ||
            pickle_kind_of(v) == PICKLE_KIND_PERSID);
}

static pickle_code check_newobj(pickle_encoder *e, const pickle__tuple *args) {
    bool old = e->cpython < 314;
    if (args->count == 0) {
        return pickle__encode_fail(
            e, e->pure ? PICKLE_ERR_INDEX : PICKLE_ERR_PICKLING,
            old ? "__newobj__ arglist is empty"
                : "__newobj__ expected at least 1 argument, got 0");
    }
    if (!may_be_class(args->items[0])) {
        return pickle__encode_fail(
            e, PICKLE_ERR_PICKLING,
            old ? "args[0] from __newobj__ args is not a type"
                : "first argument to __newobj__() must be a class");
    }
    return PICKLE_OK;
}

static pickle_code check_newobj_ex(pickle_encoder *e,
                                   const pickle__tuple *args) {
    static const char *const kinds[] = {"class", "tuple", "dict"};
    static const char *const places[] = {"first", "second", "third"};
    if (args->count != 3) {
        return pickle__encode_fail(
            e, e->pure ? PICKLE_ERR_PICKLING_VALUE : PICKLE_ERR_PICKLING,
            e->cpython < 314 ? "length of the NEWOBJ_EX argument tuple must be "
                               "exactly 3, not %u"
                             : "__newobj_ex__ expected 3 arguments, got %u",
            (unsigned)args->count);
    }
    bool fits[3];
    fits[0] = may_be_class(args->items[0]);
    fits[1] = pickle_kind_of(args->items[1]) == PICKLE_KIND_TUPLE;
    fits[2] = pickle_kind_of(args->items[2]) == PICKLE_KIND_DICT;
    /* pickle.py looks at the class; the rest it writes as it is or, before
     * protocol 4, unpacks. */
    if (e->pure && fits[0] && e->proto >= 4) {
        return PICKLE_OK;
    }
    if (e->pure && fits[0] && !fits[2]) {
        return pickle__encode_fail(e, PICKLE_ERR_TYPE,
                                   "argument after ** must be a mapping");
    }
    for (int i = 0; i < 3; i++) {
        if (!fits[i]) {
            return pickle__encode_fail(
                e, PICKLE_ERR_PICKLING,
                e->cpython < 314
                    ? "%s item from NEWOBJ_EX argument tuple must be a %s"
                    : "%s argument to __newobj_ex__() must be a %s",
                places[i], kinds[i]);
        }
    }
    return PICKLE_OK;
}

static pickle_code form_of_call(pickle_encoder *e, const pickle__object *o,
                                uint8_t *form) {
    const pickle__tuple *args = pickle__tuple_of(o->args);
    *form = FORM_CALL;
    if (e->proto < 2) {
        return PICKLE_OK;
    }
    if (is_named(o->callable, "__newobj_ex__")) {
        *form = e->proto >= 4 ? FORM_NEWOBJ_EX_CALL : FORM_PARTIAL_CALL;
        return check_newobj_ex(e, args);
    }
    if (is_named(o->callable, "__newobj__")) {
        *form = FORM_NEWOBJ_CALL;
        return check_newobj(e, args);
    }
    return PICKLE_OK;
}

static uint8_t form_of_instance(const pickle_encoder *e,
                                const pickle__object *o) {
    if (!o->more || pickle_is_null(o->more->kwargs)) {
        return FORM_NEWOBJ;
    }
    return e->proto >= 4 ? FORM_NEWOBJ_EX : FORM_PARTIAL;
}

/* The setter and its like are checked before anything is written. */
static pickle_code check_parts(pickle_encoder *e, const pickle__object *o) {
    pickle_value setter = o->more ? o->more->setter : pickle_null();
    if (!pickle_is_null(setter) && !may_be_class(setter) && !e->pure) {
        return pickle__encode_fail(
            e, PICKLE_ERR_PICKLING,
            e->cpython < 314 ? "sixth element of the tuple returned by "
                               "__reduce__ must be a function"
                             : "sixth item of the tuple returned by "
                               "__reduce__ must be callable");
    }
    if (!may_be_class(o->callable)) {
        return pickle__encode_fail(e, PICKLE_ERR_PICKLING,
                                   "first item of the tuple returned by "
                                   "__reduce__ must be callable");
    }
    return PICKLE_OK;
}

pickle_code pickle__save_object(pickle_encoder *e, pickle_value self,
                                pickle_value object) {
    if (pickle_is_null(object)) {
        return e->failed;
    }
    bool instance = pickle_kind_of(object) == PICKLE_KIND_INSTANCE;
    if (instance && e->proto < 2) {
        object = pickle__lower_instance(e, object);
        if (pickle_is_null(object)) {
            return e->failed;
        }
        instance = false;
    }
    pickle__object *o = pickle__object_of(object);
    uint8_t form = FORM_CALL;
    pickle_code code = check_parts(e, o);
    if (instance) {
        form = form_of_instance(e, o);
    } else if (!code) {
        code = form_of_call(e, o, &form);
    }
    if (code) {
        return code;
    }
    pickle__frame *f = pickle__push_frame(e, PICKLE__FRAME_OBJECT);
    if (!f) {
        return e->failed;
    }
    f->node = o;
    f->self = self;
    f->form = form;
    return PICKLE_OK;
}

/* ---- the constructor ---- */

static const pickle_value *args_of(const pickle__object *o) {
    return pickle__tuple_of(o->args)->items;
}

static pickle_value kwargs_of(const pickle__object *o) {
    return o->more ? o->more->kwargs : pickle_null();
}

static pickle_code save_class(pickle_encoder *e, const pickle__frame *f) {
    const pickle__object *o = f->node;
    pickle_value partial;
    switch (f->form) {
    case FORM_NEWOBJ_CALL:
    case FORM_NEWOBJ_EX_CALL: return pickle__save(e, args_of(o)[0]);
    case FORM_PARTIAL:
        partial = pickle__lower_partial(e, o->callable, o->args, kwargs_of(o));
        break;
    case FORM_PARTIAL_CALL:
        partial = pickle__lower_partial(e, args_of(o)[0], args_of(o)[1],
                                        args_of(o)[2]);
        break;
    default: return pickle__save(e, o->callable);
    }
    return pickle_is_null(partial) ? e->failed : pickle__save(e, partial);
}

/* __getnewargs__ of a subclass of tuple makes a new tuple each time: it shows
 * when the object holds itself. */
static pickle_code save_newobj_args(pickle_encoder *e,
                                    const pickle__object *o) {
    pickle_value args = o->args;
    if (o->node.aux == PICKLE_BASE_TUPLE &&
        pickle_kind_of(pickle_get_item(args, 0)) == PICKLE_KIND_TUPLE) {
        pickle_value copy = pickle__copy_tuple(e, args_of(o)[0]);
        args = pickle__make_tuple(e, &copy, 1);
        if (pickle_is_null(args)) {
            return e->failed;
        }
    }
    return pickle__save_tuple_rest(e, args, 0);
}

static pickle_code save_args(pickle_encoder *e, const pickle__frame *f) {
    const pickle__object *o = f->node;
    switch (f->form) {
    case FORM_NEWOBJ: return save_newobj_args(e, o);
    case FORM_NEWOBJ_CALL: return pickle__save_tuple_rest(e, o->args, 1);
    case FORM_NEWOBJ_EX_CALL: return pickle__save(e, args_of(o)[1]);
    case FORM_PARTIAL:
    case FORM_PARTIAL_CALL: {
        pickle_value none = pickle__make_tuple(e, NULL, 0);
        return pickle_is_null(none) ? e->failed : pickle__save(e, none);
    }
    default: return pickle__save(e, o->args);
    }
}

static pickle_code save_kwargs(pickle_encoder *e, const pickle__frame *f) {
    const pickle__object *o = f->node;
    switch (f->form) {
    case FORM_NEWOBJ_EX: return pickle__save(e, kwargs_of(o));
    case FORM_NEWOBJ_EX_CALL: return pickle__save(e, args_of(o)[2]);
    default: return PICKLE_OK;
    }
}

static unsigned opcode_of(uint8_t form) {
    switch (form) {
    case FORM_NEWOBJ:
    case FORM_NEWOBJ_CALL: return PICKLE__OP_NEWOBJ;
    case FORM_NEWOBJ_EX:
    case FORM_NEWOBJ_EX_CALL: return PICKLE__OP_NEWOBJ_EX;
    default: return PICKLE__OP_REDUCE;
    }
}

/* The object is made. If it came into the memo while its arguments were saved,
 * they hold it: this second one is dropped for the first. The C pickler is done
 * then; the pure-Python one goes on to write items and state. */
static pickle_code put_made(pickle_encoder *e, pickle__frame *f) {
    const pickle__object *o = f->node;
    pickle__node *n = pickle__memo_node(f->self);
    pickle__put(&e->w, opcode_of(f->form));
    bool again = n && pickle__memo_has(e, n);
    if (again) {
        pickle__put(&e->w, PICKLE__OP_POP);
        pickle__memo_get(e, n);
    }
    if ((again && !e->pure) || (!o->more && pickle_is_null(o->state))) {
        e->depth--;
    }
    return again || f->flags & PICKLE__NO_NUMBER ? PICKLE_OK
                                                 : pickle__memo_put(e, n);
}

/* ---- items and state ---- */

static pickle_code save_items(pickle_encoder *e, const pickle__object *o) {
    return o->more && o->more->items.count ? pickle__save_items(e, o->more)
                                           : PICKLE_OK;
}

static pickle_code save_pairs(pickle_encoder *e, const pickle__object *o) {
    return o->more && o->more->pair_count ? pickle__save_pairs(e, o->more)
                                          : PICKLE_OK;
}

/* The state at f->stop; null behind the last. */
static pickle_value state_at(const pickle__frame *f) {
    const pickle__object *o = f->node;
    const pickle__list *more = o->more ? &o->more->more_states : NULL;
    if (more && more->count) {
        return f->stop < more->count ? more->items[f->stop] : pickle_null();
    }
    return f->stop == 0 ? o->state : pickle_null();
}

/* Begin with the next state: saved for BUILD, or its setter to be called. */
static pickle_code save_state(pickle_encoder *e, pickle__frame *f) {
    const pickle__object *o = f->node;
    pickle_value state = state_at(f);
    if (pickle_is_null(state)) {
        e->depth--;
        return PICKLE_OK;
    }
    if (o->more && !pickle_is_null(o->more->setter)) {
        f->step = STEP_SELF;
        return pickle__save(e, o->more->setter);
    }
    f->step = STEP_BUILD;
    return pickle__save(e, state);
}

static void put_build(pickle_encoder *e, pickle__frame *f) {
    pickle__put(&e->w, PICKLE__OP_BUILD);
    f->step = STEP_STATE;
    f->stop++;
}

/* setter(self, state), its result dropped: TUPLE2 at every protocol, also at 0
 * and 1, which do not have it. */
static void put_setter_call(pickle_encoder *e, pickle__frame *f) {
    pickle__put(&e->w, PICKLE__OP_TUPLE2);
    pickle__put(&e->w, PICKLE__OP_REDUCE);
    pickle__put(&e->w, PICKLE__OP_POP);
    f->step = STEP_STATE;
    f->stop++;
}

pickle_code pickle__object_step(pickle_encoder *e, pickle__frame *f) {
    const pickle__object *o = f->node;
    switch (f->step) {
    case STEP_CLASS: f->step++; return save_class(e, f);
    case STEP_ARGS: f->step++; return save_args(e, f);
    case STEP_KWARGS: f->step++; return save_kwargs(e, f);
    case STEP_MADE: f->step++; return put_made(e, f);
    case STEP_ITEMS: f->step++; return save_items(e, o);
    case STEP_PAIRS: f->step++; return save_pairs(e, o);
    case STEP_STATE: return save_state(e, f);
    case STEP_BUILD: put_build(e, f); return PICKLE_OK;
    case STEP_SELF: f->step++; return pickle__save(e, f->self);
    case STEP_SETTER_STATE: f->step++; return pickle__save(e, state_at(f));
    default: put_setter_call(e, f); return PICKLE_OK;
    }
}
