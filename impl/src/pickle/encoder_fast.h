/*
 * pickle/encoder_fast.h  The loop over a container's values for what is
 * frequent: small ints, floats, strs, repeated values.
 *
 * The position in the buffer and the memo are kept in locals (a store of a
 * byte could otherwise change any field, for all the compiler knows). It is
 * used from protocol 1 on when no hook has to be asked for every value;
 * whatever it does not do itself goes through pickle__save().
 */
#ifndef PICKLE_PICKLE_ENCODER_FAST_H
#define PICKLE_PICKLE_ENCODER_FAST_H

#include "pickle/encoder.h"

typedef struct hot {
    uint8_t *p;
    uint8_t *limit;
    pickle__node **journal;
    size_t count;
    size_t cap;
    bool memoize;
    bool proto2;
} hot;

static inline void hot_load(hot *h, const pickle_encoder *e) {
    h->p = e->w.pos;
    h->limit = e->w.limit;
    h->journal = e->journal;
    h->count = e->memo_count;
    h->cap = e->memo_cap;
}

static inline void hot_store(const hot *h, pickle_encoder *e) {
    e->w.pos = h->p;
    e->memo_count = h->count;
}

static inline void hot_float(hot *h, uint64_t bits) {
    h->p[0] = PICKLE__OP_BINFLOAT;
    pickle__store_be64(h->p + 1, bits);
    h->p += 9;
}

/* BININT1, BININT2 or BININT without a branch: which one follows cannot be
 * foreseen in much data. Stores up to three bytes more than it takes. */
static inline void hot_binint(hot *h, uint32_t n) {
    unsigned form = (n > 0xff ? 1u : 0u) + (n > 0xffff ? 1u : 0u);
    uint64_t ops = (uint64_t)PICKLE__OP_BININT1 |
                   (uint64_t)PICKLE__OP_BININT2 << 8 |
                   (uint64_t)PICKLE__OP_BININT << 16;
    h->p[0] = (uint8_t)(ops >> (8 * form));
    pickle__store_le32(h->p + 1, n);
    h->p += 2 + form + (form >> 1);
}

/* An int of up to 48 bits; false: not in this protocol. */
static inline bool hot_int(hot *h, pickle_value v) {
    int64_t n = pickle__small_int(v);
    if (PICKLE__LIKELY(n >= INT32_MIN && n <= INT32_MAX)) {
        hot_binint(h, (uint32_t)(int32_t)n);
        return true;
    }
    if (!h->proto2) {
        return false;
    }
    /* Beyond 32 bits it takes five or six bytes. */
    int64_t high = n >> 39;
    size_t len = high == 0 || high == -1 ? 5 : 6;
    h->p[0] = PICKLE__OP_LONG1;
    h->p[1] = (uint8_t)len;
    pickle__store_le64(h->p + 2, (uint64_t)n);
    h->p += 2 + len;
    return true;
}

static inline bool hot_const(hot *h, pickle_value v) {
    if (pickle_is(v, pickle_none())) {
        *h->p++ = PICKLE__OP_NONE;
        return true;
    }
    if (!h->proto2 || pickle_is_null(v)) {
        return false;
    }
    /* NEWTRUE is 0x88, NEWFALSE 0x89; False is 2 and True 3. */
    *h->p++ = (uint8_t)(PICKLE__OP_NEWFALSE - (v.bits & 1));
    return true;
}

/* GET, if the node has a number. */
static inline bool hot_get(hot *h, const pickle__node *n) {
    uint32_t i = n->memo;
    if (i >= h->count || h->journal[i] != n) {
        return false;
    }
    bool small = i < 256;
    h->p[0] = small ? PICKLE__OP_BINGET : PICKLE__OP_LONG_BINGET;
    pickle__store_le32(h->p + 1, i);
    h->p += small ? 2 : 5;
    return true;
}

/* Number a node; the journal has room. */
static inline void hot_put(hot *h, pickle__node *n) {
    size_t i = h->count++;
    h->journal[i] = n;
    n->memo = (uint32_t)i;
    if (h->memoize) {
        *h->p++ = PICKLE__OP_MEMOIZE;
        return;
    }
    bool small = i < 256;
    h->p[0] = small ? PICKLE__OP_BINPUT : PICKLE__OP_LONG_BINPUT;
    pickle__store_le32(h->p + 1, (uint32_t)i);
    h->p += small ? 2 : 5;
}

/* memcpy of few bytes: two moves that overlap. */
static inline void hot_copy(uint8_t *out, const uint8_t *data, size_t len) {
    if (len >= 16) {
        size_t i = 0;
        for (; i + 16 <= len; i += 16) {
            memcpy(out + i, data + i, 16);
        }
        memcpy(out + len - 16, data + len - 16, 16);
    } else if (len >= 8) {
        memcpy(out, data, 8);
        memcpy(out + len - 8, data + len - 8, 8);
    } else if (len >= 4) {
        memcpy(out, data, 4);
        memcpy(out + len - 4, data + len - 4, 4);
    } else if (len) {
        out[0] = data[0];
        out[len / 2] = data[len / 2];
        out[len - 1] = data[len - 1];
    }
}

/* An int that is a node, of less than 256 bytes. */
static inline bool hot_long(hot *h, const pickle__blob *b) {
    if (b->node.kind != PICKLE_KIND_INT || b->len > 255 || !h->proto2) {
        return false;
    }
    h->p[0] = PICKLE__OP_LONG1;
    h->p[1] = (uint8_t)b->len;
    hot_copy(h->p + 2, b->data, b->len);
    h->p += 2 + b->len;
    return true;
}

/* A str of less than 256 bytes, for which the slack is enough. */
static inline bool hot_str(hot *h, pickle__blob *b) {
    if (hot_get(h, &b->node)) {
        return true;
    }
    size_t len = b->len;
    if (PICKLE__UNLIKELY(len > 255 || h->count == h->cap)) {
        return false;
    }
    if (PICKLE__LIKELY(h->memoize)) {
        h->p[0] = PICKLE__OP_SHORT_BINUNICODE;
        h->p[1] = (uint8_t)len;
        h->p += 2;
    } else {
        h->p[0] = PICKLE__OP_BINUNICODE;
        pickle__store_le32(h->p + 1, (uint32_t)len);
        h->p += 5;
    }
    hot_copy(h->p, b->data, len);
    h->p += len;
    hot_put(h, &b->node);
    return true;
}

/* Whether v is an int of 32 bits. */
static inline bool is_int32(pickle_value v) {
    uint64_t base = (uint64_t)PICKLE__TAG_INT << 48;
    /* The 48 bits of a negative one end where those of 0 begin anew. */
    return ((v.bits + UINT64_C(0x80000000)) & PICKLE__ADDRESS_MASK) <=
               UINT32_MAX &&
           (v.bits & ~PICKLE__ADDRESS_MASK) == base;
}

/* Save the rest of a run of ints. */
static inline const pickle_value *hot_ints(hot *h, const pickle_value *at,
                                           const pickle_value *end) {
    while (at < end && h->p < h->limit && is_int32(*at)) {
        hot_binint(h, (uint32_t)at->bits);
        at++;
    }
    return at;
}

/* Save values up to one that is not saved here, or to the end of the room. */
static inline const pickle_value *hot_values(hot *h, const pickle_value *at,
                                             const pickle_value *end) {
    for (; at < end && h->p < h->limit; at++) {
        pickle_value v = *at;
        bool done;
        if (pickle__is_double(v)) {
            hot_float(h, v.bits);
            continue;
        }
        switch (pickle__tag(v)) {
        case PICKLE__TAG_INT:
            done = hot_int(h, v);
            at = done ? hot_ints(h, at + 1, end) - 1 : at;
            break;
        case PICKLE__TAG_CONST: done = hot_const(h, v); break;
        case PICKLE__TAG_STR: done = hot_str(h, pickle__blob_of(v)); break;
        case PICKLE__TAG_NUMBER: done = hot_long(h, pickle__blob_of(v)); break;
        default: done = hot_get(h, pickle__node_of(v)); break;
        }
        if (PICKLE__UNLIKELY(!done)) {
            return at;
        }
    }
    return at;
}

/* ---- containers ---- */

/* Where the loop is: the values of the topmost frame that are to come. */
typedef struct cursor {
    pickle__frame *f;
    const pickle_value *at;
    const pickle_value *end;
} cursor;

static inline void cursor_load(cursor *c, pickle_encoder *e) {
    c->f = &e->frames[e->depth - 1];
    const pickle_value *values = pickle__frame_values(c->f);
    /* What is empty may have no array. */
    c->end = values ? values + c->f->stop : NULL;
    c->at = values ? c->end - c->f->left : NULL;
}

static inline void cursor_store(const cursor *c) {
    c->f->left = (size_t)(c->end - c->at);
}

/* Push a frame for `values` behind *c->at, the first `count` of `node`. */
static inline void cursor_push(cursor *c, pickle_encoder *e,
                               pickle__frame_kind kind, unsigned flags,
                               void *node, const pickle_value *values,
                               size_t count) {
    pickle__frame *f = c->f + 1;
    f->self = *c->at++;
    cursor_store(c);
    f->kind = (uint8_t)kind;
    f->flags = (uint8_t)flags;
    f->first = 0;
    f->node = node;
    f->stop = count;
    e->depth++;
    c->f = f;
    c->at = values;
    c->end = values + count;
}

/* Begin a list or dict of `count` items, `unit` values each, with its first
 * batch; an empty one is done with. */
static inline void hot_batch(hot *h, cursor *c, pickle_encoder *e,
                             pickle__frame_kind kind, unsigned flags,
                             pickle__node *n, const pickle_value *values,
                             size_t count, size_t unit) {
    hot_put(h, n);
    if (count == 0) {
        c->at++;
        return;
    }
    flags |= PICKLE__BATCH_OPEN;
    if (count == 1) {
        flags |= PICKLE__BATCH_SINGLE;
    } else {
        *h->p++ = PICKLE__OP_MARK;
    }
    if (count > PICKLE__BATCH) {
        count = PICKLE__BATCH;
    }
    cursor_push(c, e, kind, flags, n, values, count * unit);
}

static inline void hot_tuple(hot *h, cursor *c, pickle_encoder *e,
                             pickle__tuple *t) {
    if (t->count == 0) {
        *h->p++ = PICKLE__OP_EMPTY_TUPLE;
        c->at++;
        return;
    }
    if (t->count > 3 || !h->proto2) {
        *h->p++ = PICKLE__OP_MARK;
    }
    cursor_push(c, e, PICKLE__FRAME_TUPLE, 0, t, t->items, t->count);
}

/* Begin the container *c->at, which is not in the memo. False: it is none of
 * the frequent ones, or there is no room. */
static inline bool hot_start(hot *h, cursor *c, pickle_encoder *e) {
    if (h->count == h->cap || e->depth == e->frame_cap) {
        return false;
    }
    switch (pickle__tag(*c->at)) {
    case PICKLE__TAG_LIST: {
        pickle__list *l = pickle__list_of(*c->at);
        *h->p++ = PICKLE__OP_EMPTY_LIST;
        hot_batch(h, c, e, PICKLE__FRAME_LIST, e->list_flags, &l->node,
                  l->items, l->count, 1);
        return true;
    }
    case PICKLE__TAG_DICT: {
        pickle__dict *d = pickle__dict_of(*c->at);
        if (d->node.flags & PICKLE__UNCHECKED) {
            return false;
        }
        *h->p++ = PICKLE__OP_EMPTY_DICT;
        hot_batch(h, c, e, PICKLE__FRAME_DICT, e->dict_flags, &d->node,
                  (const pickle_value *)d->pairs, d->count, 2);
        return true;
    }
    case PICKLE__TAG_TUPLE:
        hot_tuple(h, c, e, pickle__tuple_of(*c->at));
        return true;
    default: return false;
    }
}

/* Close the only batch of a list or dict. False: there may be more to do. */
static inline bool hot_close(hot *h, const pickle__frame *f, size_t total,
                             size_t unit, unsigned single_op,
                             unsigned batch_op) {
    if (f->stop != total || f->stop >= PICKLE__BATCH * unit) {
        return false;
    }
    *h->p++ = (uint8_t)(f->flags & PICKLE__BATCH_SINGLE ? single_op : batch_op);
    return true;
}

/* A tuple that did not come into the memo with its items. */
static inline bool hot_close_tuple(hot *h, const pickle__frame *f) {
    if (pickle_is_null(f->self) || h->count == h->cap) {
        return false;
    }
    pickle__node *n = pickle__node_of(f->self);
    if (n->memo < h->count && h->journal[n->memo] == n) {
        return false;
    }
    *h->p++ =
        (uint8_t)(f->stop <= 3 && h->proto2 ? PICKLE__OP_TUPLE1 + f->stop - 1
                                            : PICKLE__OP_TUPLE);
    hot_put(h, n);
    return true;
}

/* Finish the topmost frame; false: not here. */
static inline bool hot_finish(hot *h, const pickle__frame *f) {
    switch (f->kind) {
    case PICKLE__FRAME_LIST:
        return hot_close(h, f, ((const pickle__list *)f->node)->count, 1,
                         PICKLE__OP_APPEND, PICKLE__OP_APPENDS);
    case PICKLE__FRAME_DICT:
        return hot_close(h, f, 2 * ((const pickle__dict *)f->node)->count, 2,
                         PICKLE__OP_SETITEM, PICKLE__OP_SETITEMS);
    case PICKLE__FRAME_TUPLE: return hot_close_tuple(h, f);
    default: return false;
    }
}

/* What the loop leaves to others: a full frame or buffer, a value or the end of
 * a batch that is not frequent. */
static pickle_code save_slowly(pickle_encoder *e, cursor *c) {
    if (c->at == c->end) {
        pickle_code code = pickle__writer_room(&e->w);
        return code ? code : pickle__batch_next(e, c->f);
    }
    if (e->w.pos >= e->w.limit) {
        return pickle__writer_boundary(&e->w);
    }
    c->f->left--;
    return pickle__save(e, *c->at);
}

static inline bool has_values(const pickle_encoder *e) {
    return e->depth && e->frames[e->depth - 1].kind <= PICKLE__FRAME_FROZENSET;
}

/* Work on the topmost frames as long as they have values. */
static pickle_code save_fast(pickle_encoder *e) {
    hot h;
    cursor c;
    h.memoize = e->memoize;
    h.proto2 = e->proto >= 2;
    do {
        hot_load(&h, e);
        cursor_load(&c, e);
        for (;;) {
            c.at = hot_values(&h, c.at, c.end);
            if (PICKLE__UNLIKELY(h.p >= h.limit)) {
                break;
            }
            if (c.at < c.end) {
                if (!hot_start(&h, &c, e)) {
                    break;
                }
            } else if (hot_finish(&h, c.f)) {
                e->depth--;
                if (!has_values(e)) {
                    hot_store(&h, e);
                    return PICKLE_OK;
                }
                cursor_load(&c, e);
            } else {
                break;
            }
        }
        hot_store(&h, e);
        cursor_store(&c);
        pickle_code code = save_slowly(e, &c);
        if (code) {
            return code;
        }
    } while (has_values(e));
    return PICKLE_OK;
}

#endif
