/* The optimizer: pickletools.optimize() and the framing of pickle._Pickler. */
#include <stdio.h>

#include "base/alloc.h"
#include "pickletools/genops.h"
#include "pickletools/memo.h"

/* A frame is closed once it holds this much, and a longer opcode stands outside
 * of frames; a shorter frame than the minimum gets no FRAME opcode. */
#define FRAME_TARGET ((size_t)65536)
#define FRAME_MIN    ((size_t)4)

/* Values of the memo: entries nobody fetches are absent. */
#define FETCHED (UINT32_MAX - 1) /* but not stored, so far */

typedef struct optimizer {
    pickle_genops ops;
    pickle__memo stored;  /* the ids of all PUTs */
    pickle__memo fetched; /* new index of each id of a GET */
    pickle__text out;
    size_t frame; /* where in out the open frame begins */
    bool framing;
    int protocol;
    uint32_t next_index;
} optimizer;

typedef enum action { COPY, DROP, STORE, FETCH } action;

static bool stop(optimizer *o, pickle_code code) {
    o->ops.fault.code = code;
    return false;
}

static action action_of(const pickle_genop *op) {
    switch (op->info->code) {
    case 'p':
    case 'q':
    case 'r':
    case 0x94: return STORE;
    case 'g':
    case 'h':
    case 'j': return FETCH;
    case 0x95: return DROP;
    default: return COPY;
    }
}

/* The id of a STORE. MEMOIZE takes the number of ids so far, which may be one
 * of them. */
static bool store_id(optimizer *o, const pickle_genop *op, pickle_arg *id) {
    *id = op->arg.kind == PICKLE_ARG_NONE
              ? pickle__dis_memo_index(o->stored.count)
              : op->arg;
    return pickle__dis_memo_set(&o->stored, id, 0) || stop(o, PICKLE_ERR_NOMEM);
}

/* ---- first pass: what is fetched, and the protocol ---- */

static void raise_protocol(optimizer *o, int protocol) {
    if (protocol > o->protocol) {
        o->protocol = protocol;
    }
}

static bool look_at(optimizer *o, const pickle_genop *op) {
    pickle_arg id;
    switch (action_of(op)) {
    case STORE: return true;
    case FETCH:
        id = op->arg;
        raise_protocol(o, op->info->protocol);
        return pickle__dis_memo_set(&o->fetched, &id, FETCHED) ||
               stop(o, PICKLE_ERR_NOMEM);
    default:
        if (op->info->code == 0x80) {
            raise_protocol(o, (int)op->arg.integer);
        }
        return true;
    }
}

/* ---- second pass: writing ---- */

/* Close the frame: its header is put in front of what is in it. */
static void close_frame(optimizer *o) {
    size_t len = o->out.len - o->frame;
    if (o->framing && len >= FRAME_MIN && pickle__text_reserve(&o->out, 9)) {
        uint8_t *at = o->out.data + o->frame;
        memmove(at + 9, at, len);
        at[0] = 0x95;
        for (int i = 0; i < 8; i++) {
            at[1 + i] = (uint8_t)((uint64_t)len >> 8 * i);
        }
        o->out.len += 9;
    }
    o->frame = o->out.len;
}

static bool put_opcode(optimizer *o, const void *data, size_t len) {
    bool frameless = len > FRAME_TARGET;
    if (frameless || o->out.len - o->frame >= FRAME_TARGET) {
        close_frame(o);
    }
    pickle__text_put(&o->out, data, len);
    if (frameless) {
        o->frame = o->out.len;
    }
    return !o->out.failed || stop(o, PICKLE_ERR_NOMEM);
}

/* A PUT or GET: by text, by a byte or by four. */
static bool put_index(optimizer *o, char text, char small, char large,
                      uint32_t index) {
    char data[16];
    if (o->protocol == 0) {
        int len = snprintf(data, sizeof data, "%c%u\n", text, (unsigned)index);
        return put_opcode(o, data, (size_t)len);
    }
    data[0] = index < 256 ? small : large;
    for (int i = 0; i < 4; i++) {
        data[1 + i] = (char)(index >> 8 * i);
    }
    return put_opcode(o, data, index < 256 ? 2 : 5);
}

static bool put_store(optimizer *o, const pickle_genop *op) {
    pickle_arg id;
    if (!store_id(o, op, &id)) {
        return false;
    }
    if (pickle__dis_memo_get(&o->fetched, &id) == PICKLE__MEMO_ABSENT) {
        return true;
    }
    if (!pickle__dis_memo_set(&o->fetched, &id, o->next_index)) {
        return stop(o, PICKLE_ERR_NOMEM);
    }
    uint32_t index = o->next_index++;
    return o->protocol >= 4 ? put_opcode(o, "\x94", 1)
                            : put_index(o, 'p', 'q', 'r', index);
}

/* A GET of what was not stored before: CPython's None is written as it is at
 * protocol 0, and compared with an int at the others. */
static bool put_fetch(optimizer *o, const pickle_genop *op) {
    uint32_t index = pickle__dis_memo_get(&o->fetched, &op->arg);
    if (index != FETCHED) {
        return put_index(o, 'g', 'h', 'j', index);
    }
    if (o->protocol == 0) {
        return put_opcode(o, "gNone\n", 6);
    }
    pickle__text_str(&o->ops.message, "'<' not supported between instances of "
                                      "'NoneType' and 'int'");
    o->ops.fault.opcode = op->info->code;
    return stop(o, PICKLE_ERR_TYPE);
}

static bool write_again(optimizer *o, const pickle_genop *op) {
    const uint8_t *data = o->ops.data + op->offset;
    switch (action_of(op)) {
    case STORE: return put_store(o, op);
    case FETCH: return put_fetch(o, op);
    case DROP: return true;
    case COPY: break;
    }
    if (op->info->code == 0x80 && op->offset == 0) {
        /* The header stands before all frames. */
        pickle__text_put(&o->out, data, op->len);
        o->frame = o->out.len;
        return !o->out.failed || stop(o, PICKLE_ERR_NOMEM);
    }
    return put_opcode(o, data, op->len);
}

/* ---- the whole ---- */

static bool pass(optimizer *o,
                 bool (*step)(optimizer *, const pickle_genop *)) {
    pickle_genop op;
    while (pickle_genops_next(&o->ops, &op)) {
        if (!step(o, &op)) {
            return false;
        }
    }
    return o->ops.fault.code == PICKLE_OK;
}

static bool run(optimizer *o) {
    if (!pass(o, look_at)) {
        return false;
    }
    if (o->protocol > PICKLE_HIGHEST_PROTOCOL) {
        pickle__text_format(&o->ops.message, "pickle protocol must be <= %d",
                            PICKLE_HIGHEST_PROTOCOL);
        return stop(o, PICKLE_ERR_PROTOCOL);
    }
    o->framing = o->protocol >= 4;
    o->ops.pos = 0;
    o->ops.ended = false;
    if (!pass(o, write_again)) {
        return false;
    }
    close_frame(o);
    return !o->out.failed || stop(o, PICKLE_ERR_NOMEM);
}

pickle_code pickle_optimize(const void *data, size_t len, int cpython,
                            pickle_bytes_buffer *out,
                            pickle_bytes_buffer *message, pickle_error *err) {
    optimizer o;
    memset(&o, 0, sizeof o);
    pickle__error_clear(err);
    if (!pickle__genops_init(&o.ops, data, len, cpython, 0,
                             out->alloc.fn ? &out->alloc : NULL)) {
        return pickle__error_code(err, PICKLE_ERR_ARGUMENT, "optimize");
    }
    pickle__dis_memo_init(&o.stored, &o.ops.message.alloc);
    pickle__dis_memo_init(&o.fetched, &o.ops.message.alloc);
    pickle__text_borrow(&o.out, out);
    size_t start = o.out.len;
    o.frame = start;
    bool good = run(&o);
    pickle__text_return(&o.out, out, good);
    pickle_code code = PICKLE_OK;
    if (!good) {
        out->len = start;
        code = pickle__report(&o.ops.fault, &o.ops.message, message, err);
    }
    pickle__dis_memo_deinit(&o.stored);
    pickle__dis_memo_deinit(&o.fetched);
    pickle__genops_deinit(&o.ops);
    return code;
}
