/*
 * Every opcode, with all its checks. CPython's order of checks is kept: which
 * error a pickle with two faults gets is part of the behaviour.
 */
#include <inttypes.h>

#include "pickle/decoder.h"
#include "pickle/input.h"

/* ---- the stack ---- */

pickle_code pickle__fail_underflow(pickle_decoder *d) {
    if (d->pure) {
        return pickle__fail(d, PICKLE_ERR_INDEX, "pop from empty list");
    }
    if (d->mark_count) {
        return pickle__fail(d, PICKLE_ERR_MARK_UNEXPECTED,
                            "unexpected MARK found");
    }
    return pickle__fail(d, PICKLE_ERR_UNDERFLOW, "unpickling stack underflow");
}

pickle_code pickle__need(pickle_decoder *d, size_t n) {
    return pickle__depth(d) < n ? pickle__fail_underflow(d) : PICKLE_OK;
}

static void drop_mark(pickle_decoder *d) {
    size_t n = --d->mark_count;
    d->hot.fence = d->stack + (n ? d->marks[n - 1] : 0);
}

pickle_code pickle__pop_mark(pickle_decoder *d, pickle_value **items,
                             size_t *count) {
    if (d->mark_count == 0) {
        if (d->pure) {
            return pickle__fail(d, PICKLE_ERR_INDEX, "pop from empty list");
        }
        return pickle__fail(d, PICKLE_ERR_MARK_MISSING, "could not find MARK");
    }
    *items = d->hot.fence;
    *count = pickle__depth(d);
    drop_mark(d);
    return PICKLE_OK;
}

pickle_code pickle__arg_unsigned(pickle_decoder *d, size_t n, uint64_t *value) {
    const uint8_t *arg = NULL;
    pickle_code code = pickle__input_arg(d, n, &arg);
    if (code) {
        return code;
    }
    *value = 0;
    for (size_t i = n; i-- > 0;) {
        *value = *value << 8 | arg[i];
    }
    return PICKLE_OK;
}

static pickle_code op_mark(pickle_decoder *d) {
    if (d->mark_count >= d->opt.max_depth) {
        return pickle__fail(d, PICKLE_ERR_LIMIT, "more than %zu open marks",
                            d->opt.max_depth);
    }
    if (!pickle__decoder_grow(d, (void **)&d->marks, d->mark_start,
                              &d->mark_cap, d->mark_count + 1,
                              sizeof *d->marks)) {
        return pickle__fail(d, PICKLE_ERR_NOMEM, "out of memory");
    }
    d->mark_limit =
        d->mark_cap < d->opt.max_depth ? d->mark_cap : d->opt.max_depth;
    d->marks[d->mark_count++] = (size_t)(d->hot.sp - d->stack);
    d->hot.fence = d->hot.sp;
    return PICKLE_OK;
}

pickle_code pickle__op_stop(pickle_decoder *d, pickle_value *v) {
    pickle_code code = pickle__need(d, 1);
    if (!code) {
        *v = *--d->hot.sp;
    }
    return code;
}

/* A mark on top counts as what is popped. */
static pickle_code op_pop(pickle_decoder *d) {
    if (d->mark_count && pickle__depth(d) == 0) {
        drop_mark(d);
        return PICKLE_OK;
    }
    pickle_code code = pickle__need(d, 1);
    if (!code) {
        d->hot.sp--;
    }
    return code;
}

static pickle_code op_pop_mark(pickle_decoder *d) {
    pickle_value *items = NULL;
    size_t count = 0;
    pickle_code code = pickle__pop_mark(d, &items, &count);
    if (!code) {
        d->hot.sp = items;
    }
    return code;
}

static pickle_code op_dup(pickle_decoder *d) {
    pickle_code code = pickle__need(d, 1);
    return code ? code : pickle__push(d, d->hot.sp[-1]);
}

/* ---- persistent ids, buffers, protocol ---- */

static pickle_code fail_persid_hook(pickle_decoder *d) {
    if (d->pure) {
        return pickle__fail(d, PICKLE_ERR_PERSID_HOOK,
                            "unsupported persistent id encountered");
    }
    return pickle__fail(d, PICKLE_ERR_PERSID_HOOK,
                        "A load persistent id instruction was encountered,%c"
                        "but no persistent_load function was specified.",
                        d->cpython < 312 ? '\n' : ' ');
}

static pickle_code push_persistent(pickle_decoder *d, pickle_value id) {
    if (pickle_is_null(id)) {
        return pickle__fail_doc(d);
    }
    if (!d->opt.persistent_load) {
        return fail_persid_hook(d);
    }
    pickle_value v = d->opt.persistent_load(d->opt.hook_ctx, d->doc, id);
    if (pickle_is_null(v)) {
        return pickle__fail(d, PICKLE_ERR_HOOK, "persistent_load failed");
    }
    return pickle__push(d, v);
}

/* Up to 3.12 the missing hook is noticed before anything is read. */
static bool lacks_hook_at_once(const pickle_decoder *d) {
    return !d->opt.persistent_load && !d->pure && d->cpython < 313;
}

static pickle_code op_persid(pickle_decoder *d) {
    if (lacks_hook_at_once(d)) {
        return fail_persid_hook(d);
    }
    pickle__line line;
    pickle_code code = pickle__input_line(d, 0, &line);
    if (code) {
        return code;
    }
    size_t len = line.len - (!line.ended && line.len ? 1 : 0);
    for (size_t i = 0; i < len; i++) {
        if (line.text[i] >= 0x80) {
            return pickle__fail(d, PICKLE_ERR_PERSID_ASCII,
                                "persistent IDs in protocol 0 must be ASCII "
                                "strings");
        }
    }
    return push_persistent(d, pickle__decoder_str(d, line.text, len, true));
}

static pickle_code op_binpersid(pickle_decoder *d) {
    if (lacks_hook_at_once(d)) {
        return fail_persid_hook(d);
    }
    pickle_code code = pickle__need(d, 1);
    return code ? code : push_persistent(d, *--d->hot.sp);
}

static pickle_code op_next_buffer(pickle_decoder *d) {
    if (!d->opt.has_buffers) {
        return pickle__fail(d, PICKLE_ERR_BUFFERS_NONE,
                            "pickle stream refers to out-of-band data but no "
                            "*buffers* argument was given");
    }
    if (d->next_buffer == d->opt.buffer_count) {
        return pickle__fail(d, PICKLE_ERR_BUFFERS_SHORT,
                            "not enough out-of-band buffers");
    }
    const pickle_oob_buffer *b = &d->opt.buffers[d->next_buffer++];
    unsigned flags = PICKLE_BUFFER_OUT_OF_BAND |
                     (b->readonly ? (unsigned)PICKLE_BUFFER_READONLY : 0);
    return pickle__push(d, pickle_buffer(d->doc, b->data, b->len, flags));
}

/* A read-only view of the object on top, which stays if it is read-only. */
static pickle_code op_readonly_buffer(pickle_decoder *d) {
    pickle_code code = pickle__need(d, 1);
    if (code) {
        return code;
    }
    pickle_value v = *--d->hot.sp;
    size_t len;
    const uint8_t *data = pickle_get_data(v, &len);
    unsigned flags = pickle_get_buffer_flags(v);
    switch (pickle_kind_of(v)) {
    case PICKLE_KIND_BYTES: return pickle__push(d, v);
    case PICKLE_KIND_BUFFER:
        if (flags & PICKLE_BUFFER_READONLY) {
            return pickle__push(d, v);
        }
        break;
    case PICKLE_KIND_BYTEARRAY:
        pickle__node_of(v)->flags |= PICKLE__BYTEARRAY_VIEWED;
        break;
    default:
        return pickle__fail(d, PICKLE_ERR_TYPE,
                            "memoryview: a bytes-like object is required, not "
                            "'%.*s'",
                            PICKLE__SHOW(pickle__type_name(v)));
    }
    pickle_value view = pickle_buffer(
        d->doc, data, len, PICKLE_BUFFER_OUT_OF_BAND | PICKLE_BUFFER_READONLY);
    if (!pickle_is_null(view)) {
        pickle__node_of(view)->flags |= PICKLE__BUFFER_VIEW;
    }
    return pickle__push(d, view);
}

static pickle_code op_proto(pickle_decoder *d) {
    uint64_t proto;
    pickle_code code = pickle__arg_unsigned(d, 1, &proto);
    if (code) {
        return code;
    }
    if (proto > PICKLE_HIGHEST_PROTOCOL) {
        return pickle__fail(d, PICKLE_ERR_PROTOCOL,
                            "unsupported pickle protocol: %d", (int)proto);
    }
    d->proto = (unsigned)proto;
    return PICKLE_OK;
}

/* ---- dispatch ---- */

static pickle_code fail_opcode(pickle_decoder *d, int op) {
    if (d->pure) {
        return pickle__fail(d, PICKLE_ERR_KEY, "%d", op);
    }
    if (op >= 0x20 && op <= 0x7e && op != '\'' && op != '\\') {
        return pickle__fail(d, PICKLE_ERR_OPCODE, "invalid load key, '%c'.",
                            op);
    }
    return pickle__fail(d, PICKLE_ERR_OPCODE, "invalid load key, '\\x%02x'.",
                        (unsigned)op);
}

static bool is_opcode(int op) {
    switch (op) {
#define X(name, byte, protocol, argument, before, after) case byte:
#include "pickle/opcodes.def"
#undef X
        return true;
    default: return false;
    }
}

pickle_code pickle__op(pickle_decoder *d) {
    if (!is_opcode(d->op)) {
        return fail_opcode(d, d->op);
    }
    switch ((pickle__opcode)d->op) {
    case PICKLE__OP_MARK: return op_mark(d);
    case PICKLE__OP_EMPTY_TUPLE:
        return pickle__push(d, pickle_tuple(d->doc, NULL, 0));
    case PICKLE__OP_STOP: break; /* the loop's own */
    case PICKLE__OP_POP: return op_pop(d);
    case PICKLE__OP_POP_MARK: return op_pop_mark(d);
    case PICKLE__OP_DUP: return op_dup(d);
    case PICKLE__OP_BINBYTES: return pickle__op_binbytes(d, 4);
    case PICKLE__OP_SHORT_BINBYTES: return pickle__op_binbytes(d, 1);
    case PICKLE__OP_FLOAT: return pickle__op_float(d);
    case PICKLE__OP_BINFLOAT: return pickle__op_binfloat(d);
    case PICKLE__OP_INT: return pickle__op_int(d);
    case PICKLE__OP_BININT: return pickle__op_binint(d);
    case PICKLE__OP_BININT1: return pickle__op_binint_unsigned(d, 1);
    case PICKLE__OP_LONG: return pickle__op_long(d);
    case PICKLE__OP_BININT2: return pickle__op_binint_unsigned(d, 2);
    case PICKLE__OP_NONE: return pickle__push(d, pickle_none());
    case PICKLE__OP_PERSID: return op_persid(d);
    case PICKLE__OP_BINPERSID: return op_binpersid(d);
    case PICKLE__OP_REDUCE: return pickle__op_reduce(d);
    case PICKLE__OP_STRING: return pickle__op_string(d);
    case PICKLE__OP_BINSTRING: return pickle__op_binstring(d);
    case PICKLE__OP_SHORT_BINSTRING: return pickle__op_short_binstring(d);
    case PICKLE__OP_UNICODE: return pickle__op_unicode(d);
    case PICKLE__OP_BINUNICODE: return pickle__op_binunicode(d, 4);
    case PICKLE__OP_EMPTY_LIST: return pickle__push(d, pickle_list(d->doc, 0));
    case PICKLE__OP_APPEND: return pickle__op_append(d);
    case PICKLE__OP_BUILD: return pickle__op_build(d);
    case PICKLE__OP_GLOBAL: return pickle__op_global(d);
    case PICKLE__OP_DICT: return pickle__op_dict(d);
    case PICKLE__OP_APPENDS: return pickle__op_appends(d);
    case PICKLE__OP_GET: return pickle__op_get(d);
    case PICKLE__OP_BINGET: return pickle__op_binget(d, 1);
    case PICKLE__OP_INST: return pickle__op_inst(d);
    case PICKLE__OP_LONG_BINGET: return pickle__op_binget(d, 4);
    case PICKLE__OP_LIST: return pickle__op_list(d);
    case PICKLE__OP_OBJ: return pickle__op_obj(d);
    case PICKLE__OP_PUT: return pickle__op_put(d);
    case PICKLE__OP_BINPUT: return pickle__op_binput(d, 1);
    case PICKLE__OP_LONG_BINPUT: return pickle__op_binput(d, 4);
    case PICKLE__OP_SETITEM: return pickle__op_setitem(d);
    case PICKLE__OP_TUPLE: return pickle__op_tuple(d);
    case PICKLE__OP_SETITEMS: return pickle__op_setitems(d);
    case PICKLE__OP_EMPTY_DICT: return pickle__push(d, pickle_dict(d->doc, 0));
    case PICKLE__OP_PROTO: return op_proto(d);
    case PICKLE__OP_NEWOBJ: return pickle__op_newobj(d);
    case PICKLE__OP_EXT1: return pickle__op_ext(d, 1);
    case PICKLE__OP_EXT2: return pickle__op_ext(d, 2);
    case PICKLE__OP_EXT4: return pickle__op_ext(d, 4);
    case PICKLE__OP_TUPLE1: return pickle__op_tuple_n(d, 1);
    case PICKLE__OP_TUPLE2: return pickle__op_tuple_n(d, 2);
    case PICKLE__OP_TUPLE3: return pickle__op_tuple_n(d, 3);
    case PICKLE__OP_NEWTRUE: return pickle__push(d, pickle_bool(true));
    case PICKLE__OP_NEWFALSE: return pickle__push(d, pickle_bool(false));
    case PICKLE__OP_LONG1: return pickle__op_long1(d);
    case PICKLE__OP_LONG4: return pickle__op_long4(d);
    case PICKLE__OP_SHORT_BINUNICODE: return pickle__op_binunicode(d, 1);
    case PICKLE__OP_BINUNICODE8: return pickle__op_binunicode(d, 8);
    case PICKLE__OP_BINBYTES8: return pickle__op_binbytes(d, 8);
    case PICKLE__OP_EMPTY_SET: return pickle__push(d, pickle_set(d->doc, 0));
    case PICKLE__OP_ADDITEMS: return pickle__op_additems(d);
    case PICKLE__OP_FROZENSET: return pickle__op_frozenset(d);
    case PICKLE__OP_NEWOBJ_EX: return pickle__op_newobj_ex(d);
    case PICKLE__OP_STACK_GLOBAL: return pickle__op_stack_global(d);
    case PICKLE__OP_MEMOIZE: return pickle__op_memoize(d);
    case PICKLE__OP_FRAME: return pickle__op_frame(d);
    case PICKLE__OP_BYTEARRAY8: return pickle__op_bytearray8(d);
    case PICKLE__OP_NEXT_BUFFER: return op_next_buffer(d);
    case PICKLE__OP_READONLY_BUFFER: return op_readonly_buffer(d);
    }
    return PICKLE_ERR_BUG;
}
