#include "pickle/encoder.h"

pickle_code pickle__after_hook(pickle_encoder *e, bool had_error) {
    /* The hook may have pickled parts of the document itself. */
    pickle__memo_claim(e);
    return !had_error && e->doc->error.code ? pickle__encode_fail_doc(e, e->doc)
                                            : PICKLE_OK;
}

typedef pickle_value (*value_hook)(void *ctx, pickle_doc *doc, pickle_value v);

static pickle_code ask(pickle_encoder *e, value_hook hook, pickle_value v,
                       pickle_value *answer) {
    bool had_error = e->doc->error.code != PICKLE_OK;
    *answer = hook(e->opt->hook_ctx, e->doc, v);
    return pickle__after_hook(e, had_error);
}

/* ---- persistent ids ---- */

static pickle_code save_persid(pickle_encoder *e, pickle_value id) {
    if (e->proto == 0) {
        return pickle__put_persid_text(e, id);
    }
    if (!pickle__push_frame(e, PICKLE__FRAME_PERSID)) {
        return e->failed;
    }
    return pickle__save_inner(e, id);
}

pickle_code pickle__persid_step(pickle_encoder *e, pickle__frame *f) {
    (void)f;
    pickle__put(&e->w, PICKLE__OP_BINPERSID);
    e->depth--;
    return PICKLE_OK;
}

/* ---- reducers ---- */

/* What a reducer answered stands for v. */
static pickle_code save_answer(pickle_encoder *e, pickle_value v,
                               pickle_value answer) {
    switch (pickle_kind_of(answer)) {
    case PICKLE_KIND_INSTANCE:
    case PICKLE_KIND_REDUCE: return pickle__save_object(e, v, answer);
    case PICKLE_KIND_GLOBAL: return pickle__save_global(e, v, answer);
    default:
        return pickle__encode_fail(e, PICKLE_ERR_PICKLING,
                                   "__reduce__ must return a string or tuple");
    }
}

/* What has no reducer of the program's. */
static pickle_code save_reducible(pickle_encoder *e, pickle_value v) {
    switch (pickle_kind_of(v)) {
    case PICKLE_KIND_COMPLEX:
        return pickle__save_object(e, v, pickle__lower_complex(e, v));
    case PICKLE_KIND_GLOBAL: return pickle__save_global(e, v, v);
    case PICKLE_KIND_INSTANCE:
    case PICKLE_KIND_REDUCE: return pickle__save_object(e, v, v);
    case PICKLE_KIND_NATIVE: return pickle__save_native(e, v);
    default: return pickle__encode_fail(e, PICKLE_ERR_BUG, "no such kind");
    }
}

/* CPython asks reducer_override for everything without an opcode of its own,
 * and looks into the dispatch table for what is no class and no function. */
static pickle_code save_by_reducer(pickle_encoder *e, pickle_value v) {
    pickle_value answer = pickle_null();
    pickle_code code = PICKLE_OK;
    if (e->opt->reducer_override && !e->pure) {
        code = ask(e, e->opt->reducer_override, v, &answer);
    }
    if (!code && pickle_is_null(answer) && e->opt->dispatch_table &&
        pickle__tag(v) != PICKLE__TAG_GLOBAL) {
        code = ask(e, e->opt->dispatch_table, v, &answer);
    }
    if (code) {
        return code;
    }
    return pickle_is_null(answer) ? save_reducible(e, v)
                                  : save_answer(e, v, answer);
}

/* ---- save ---- */

static pickle_code save_number(pickle_encoder *e, pickle_value v) {
    return pickle_kind_of(v) == PICKLE_KIND_FLOAT ? pickle__save_float(e, v)
                                                  : pickle__save_int(e, v);
}

/* Whether v is None, bool, int or float: never in the memo. */
static bool is_atom(pickle_value v) {
    return pickle__is_double(v) || pickle__tag(v) <= PICKLE__TAG_NUMBER;
}

static pickle_code save_atom(pickle_encoder *e, pickle_value v) {
    if (pickle__is_double(v)) {
        return pickle__save_float(e, v);
    }
    switch (pickle__tag(v)) {
    case PICKLE__TAG_CONST: return pickle__save_const(e, v);
    case PICKLE__TAG_INT: return pickle__save_int(e, v);
    default: return save_number(e, v);
    }
}

static pickle_code save_other(pickle_encoder *e, pickle_value v) {
    return pickle_kind_of(v) == PICKLE_KIND_BUFFER ? pickle__save_buffer(e, v)
                                                   : save_by_reducer(e, v);
}

/* What is not in the memo. */
static pickle_code save_node(pickle_encoder *e, pickle_value v) {
    switch (pickle__tag(v)) {
    case PICKLE__TAG_STR: return pickle__save_str(e, v);
    case PICKLE__TAG_BYTES: return pickle__save_bytes(e, v);
    case PICKLE__TAG_BYTEARRAY: return pickle__save_bytearray(e, v);
    case PICKLE__TAG_TUPLE: return pickle__save_tuple(e, v);
    case PICKLE__TAG_LIST: return pickle__save_list(e, v);
    case PICKLE__TAG_DICT: return pickle__save_dict(e, v);
    case PICKLE__TAG_SET: return pickle__save_set(e, v);
    case PICKLE__TAG_FROZENSET: return pickle__save_frozenset(e, v);
    case PICKLE__TAG_OTHER: return save_other(e, v);
    default: return save_by_reducer(e, v);
    }
}

/* The pure-Python pickler asks reducer_override for everything that is not in
 * the memo. *done: it had an answer, which for None takes no number. */
static pickle_code save_overridden(pickle_encoder *e, pickle_value v,
                                   bool *done) {
    pickle_value answer;
    pickle_code code = ask(e, e->opt->reducer_override, v, &answer);
    *done = !code && !pickle_is_null(answer);
    if (!*done) {
        return code;
    }
    size_t depth = e->depth;
    code = save_answer(e, is_atom(v) ? pickle_null() : v, answer);
    if (e->depth > depth && pickle_is(v, pickle_none())) {
        e->frames[depth].flags |= PICKLE__NO_NUMBER;
    }
    return code;
}

pickle_code pickle__save_inner(pickle_encoder *e, pickle_value v) {
    bool atom = is_atom(v);
    if (!atom && pickle_kind_of(v) == PICKLE_KIND_PERSID) {
        return save_persid(e, pickle_get_persid(v));
    }
    if (!atom && pickle__memo_has(e, pickle__node_of(v))) {
        pickle__memo_get(e, pickle__node_of(v));
        return PICKLE_OK;
    }
    if (e->pure && e->opt->reducer_override) {
        bool done;
        pickle_code code = save_overridden(e, v, &done);
        if (code || done) {
            return code;
        }
    }
    return atom ? save_atom(e, v) : save_node(e, v);
}

pickle_code pickle__save(pickle_encoder *e, pickle_value v) {
    if (e->w.pos >= e->w.limit) {
        pickle_code code = pickle__writer_boundary(&e->w);
        if (code) {
            return code;
        }
    }
    if (e->opt->persistent_id) {
        pickle_value id;
        pickle_code code = ask(e, e->opt->persistent_id, v, &id);
        if (code) {
            return code;
        }
        if (!pickle_is_null(id)) {
            return save_persid(e, id);
        }
    }
    return pickle__save_inner(e, v);
}
