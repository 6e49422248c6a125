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
    unsigned form = (n > 0xff) + (n > 0xffff);
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
    return false;
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
        case PICKLE__TAG_INT: done = hot_int(h, v); break;
        case PICKLE__TAG_CONST: done = hot_const(h, v); break;
        case PICKLE__TAG_STR: done = hot_str(h, pickle__blob_of(v)); break;
        case PICKLE__TAG_NUMBER: done = false; break;
        default: done = hot_get(h, pickle__node_of(v)); break;
        }
        if (PICKLE__UNLIKELY(!done)) {
            return at;
        }
    }
    return at;
}

/* Save the rest of the batch of the topmost frame, or up to a container. */
static pickle_code pickle__save_fast(pickle_encoder *e) {
    pickle__frame *f = &e->frames[e->depth - 1];
    const size_t depth = e->depth;
    hot h;
    h.memoize = e->memoize;
    h.proto2 = e->proto >= 2;
    const pickle_value *end = pickle__frame_values(f) + f->stop;
    const pickle_value *at = end - f->left;
    for (;;) {
        hot_load(&h, e);
        at = hot_values(&h, at, end);
        hot_store(&h, e);
        f->left = (size_t)(end - at);
        if (at == end) {
            return PICKLE_OK;
        }
        if (h.p >= h.limit) {
            pickle_code code = pickle__writer_boundary(&e->w);
            if (code) {
                return code;
            }
            continue;
        }
        f->left--;
        pickle_code code = pickle__save(e, *at++);
        if (code || e->depth != depth) {
            return code;
        }
    }
}

#endif
