/* pickle/decoder_fast_atoms.h  Of decoder_fast.h: numbers, str and bytes. */
#ifndef PICKLE_PICKLE_DECODER_FAST_ATOMS_H
#define PICKLE_PICKLE_DECODER_FAST_ATOMS_H

#include "pickle/decoder_fast.h"

/* ---- numbers ---- */

/*
 * Ints mostly come in rows. A row of one opcode is read in a loop of its own,
 * whose branch the processor foresees; where BININT1 and BININT2 take turns it
 * cannot, so there the length is computed and nothing branches on it.
 */
static inline void fast_mixed_ints(pickle__hot *h) {
    while (fast_left(h) > 2 && h->sp != h->limit) {
        unsigned two = *h->p == PICKLE__OP_BININT2;
        if (!two && *h->p != PICKLE__OP_BININT1) {
            break;
        }
        unsigned n = h->p[1] | h->p[2] << 8;
        n &= 0xff | (0u - two) << 8;
        h->p += 2 + two;
        *h->sp++ = pickle__make_small_int(n);
    }
}

FAST fast_binint1(pickle__hot *h) {
    if (PICKLE__UNLIKELY(h->p == h->end)) {
        return false;
    }
    fast_push(h, pickle__make_small_int(*h->p++));
    while (fast_goes_on(h, PICKLE__OP_BININT1, 1)) {
        fast_push(h, pickle__make_small_int(h->p[1]));
        h->p += 2;
    }
    if (fast_goes_on(h, PICKLE__OP_BININT2, 2)) {
        fast_mixed_ints(h);
    }
    return true;
}

FAST fast_binint2(pickle__hot *h) {
    if (PICKLE__UNLIKELY(fast_left(h) < 2)) {
        return false;
    }
    fast_push(h, pickle__make_small_int(h->p[0] | h->p[1] << 8));
    h->p += 2;
    while (fast_goes_on(h, PICKLE__OP_BININT2, 2)) {
        fast_push(h, pickle__make_small_int(h->p[1] | h->p[2] << 8));
        h->p += 3;
    }
    if (fast_goes_on(h, PICKLE__OP_BININT1, 2)) {
        fast_mixed_ints(h);
    }
    return true;
}

FAST fast_binint(pickle__hot *h) {
    if (PICKLE__UNLIKELY(fast_left(h) < 4)) {
        return false;
    }
    fast_push(h, pickle__make_small_int((int32_t)pickle__u32(h->p)));
    h->p += 4;
    while (fast_goes_on(h, PICKLE__OP_BININT, 4)) {
        fast_push(h, pickle__make_small_int((int32_t)pickle__u32(h->p + 1)));
        h->p += 5;
    }
    return true;
}

/* An int of up to 8 bytes; the input must hold 8 to be read as one word. */
FAST fast_long1(pickle_decoder *d, pickle__hot *h) {
    if (PICKLE__UNLIKELY(fast_left(h) < 9 || h->p[0] > 8 || h->p[0] == 0)) {
        return false;
    }
    unsigned shift = 64u - 8u * h->p[0];
    int64_t n = (int64_t)(pickle__u64(h->p + 1) << shift) >> shift;
    pickle_value v = pickle__fits_small_int(n) ? pickle__make_small_int(n)
                                               : pickle_int(d->doc, n);
    h->p += 1 + h->p[0];
    *h->sp = v;
    h->sp += !pickle_is_null(v);
    return !pickle_is_null(v);
}

FAST fast_binfloat(pickle__hot *h) {
    if (PICKLE__UNLIKELY(fast_left(h) < 8)) {
        return false;
    }
    const uint8_t *p = h->p;
    uint64_t bits = (uint64_t)p[0] << 56 | (uint64_t)p[1] << 48 |
                    (uint64_t)p[2] << 40 | (uint64_t)p[3] << 32 |
                    (uint64_t)p[4] << 24 | (uint64_t)p[5] << 16 |
                    (uint64_t)p[6] << 8 | (uint64_t)p[7];
    pickle_value v = {bits};
    if (PICKLE__UNLIKELY(!pickle__is_double(v))) {
        return false;
    }
    h->p += 8;
    return fast_push(h, v);
}

/* ---- str, bytes ---- */

/* A node for a str or bytes with room for `room` bytes behind it, if the
 * chunk has it. */
static inline pickle__blob *fast_blob(pickle_doc *doc, pickle_kind kind,
                                      size_t room) {
    pickle__arena *a = &doc->arena;
    size_t size = sizeof(pickle__blob) + room;
    if (PICKLE__UNLIKELY((size_t)(a->end - a->pos) < size)) {
        return NULL;
    }
    pickle__blob *b = (pickle__blob *)a->pos;
    a->pos += size;
    b->node.memo = PICKLE__NO_MEMO;
    b->node.kind = (uint8_t)kind;
    b->node.flags = 0;
    b->node.aux = 0;
    return b;
}

static inline uint64_t fast_word(const uint8_t *p) {
    uint64_t word;
    memcpy(&word, p, sizeof word);
    return word;
}

/* The bytes of a word that stand before the first n, moved to the front: 1 to
 * 8. Whether one is not ASCII shows in the result's high bits. */
static inline uint64_t fast_first(uint64_t word, size_t n) {
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    return word >> 8 * (8 - n);
#else
    return word << 8 * (8 - n);
#endif
}

/*
 * Copy len bytes, 1 or more, in words: up to 7 bytes behind both are touched.
 * Returns a word whose high bits tell whether a byte was not ASCII.
 */
static inline uint64_t fast_copy(uint8_t *out, const uint8_t *p, size_t len) {
    uint64_t seen = 0;
    while (len > 8) {
        uint64_t word = fast_word(p);
        memcpy(out, &word, sizeof word);
        seen |= word;
        p += 8;
        out += 8;
        len -= 8;
    }
    uint64_t last = fast_word(p);
    memcpy(out, &last, sizeof last);
    return seen | fast_first(last, len);
}

#define FAST_HIGH_BITS UINT64_C(0x8080808080808080)

/* The same without copying. */
static inline uint64_t fast_scan(const uint8_t *p, size_t len) {
    uint64_t seen = 0;
    while (len > 8) {
        seen |= fast_word(p);
        p += 8;
        len -= 8;
    }
    return seen | fast_first(fast_word(p), len);
}

/* A str of one ASCII character: a shared object. */
FAST fast_char(pickle_decoder *d, pickle__hot *h) {
    pickle_value *table = d->doc->char_str;
    if (!table || h->p == h->end || *h->p >= 0x80) {
        return false;
    }
    uint8_t c = *h->p;
    if (PICKLE__UNLIKELY(pickle_is_null(table[c]))) {
        pickle__blob *b = fast_blob(d->doc, PICKLE_KIND_STR, 8);
        if (!b) {
            return false;
        }
        uint8_t *data = (uint8_t *)(b + 1);
        data[0] = c;
        b->node.flags = PICKLE__SHARED | PICKLE__STR_ASCII;
        b->len = 1;
        b->data = data;
        table[c] = pickle__make(PICKLE__TAG_STR, b);
    }
    h->p++;
    return fast_push_memo(d, h, table[c]);
}

/* A str of ASCII at h->p. */
FAST fast_str(pickle_decoder *d, pickle__hot *h, size_t len) {
    if (len == 1) {
        return fast_char(d, h);
    }
    size_t room = (len + 7) & ~(size_t)7;
    if (PICKLE__UNLIKELY(len < 2 || room > fast_left(h))) {
        return false;
    }
    pickle_doc *doc = d->doc;
    uint8_t *undo = doc->arena.pos;
    bool borrow = d->borrow;
    pickle__blob *b = fast_blob(doc, PICKLE_KIND_STR, borrow ? 0 : room);
    if (PICKLE__UNLIKELY(!b)) {
        return false;
    }
    uint64_t seen;
    if (borrow) {
        b->data = h->p;
        seen = fast_scan(h->p, len);
    } else {
        uint8_t *data = (uint8_t *)(b + 1);
        b->data = data;
        seen = fast_copy(data, h->p, len);
    }
    if (PICKLE__UNLIKELY(seen & FAST_HIGH_BITS)) {
        doc->arena.pos = undo;
        return false;
    }
    b->node.flags = PICKLE__STR_ASCII;
    b->len = len;
    h->p += len;
    return fast_push_memo(d, h, pickle__make(PICKLE__TAG_STR, b));
}

FAST fast_str1(pickle_decoder *d, pickle__hot *h) {
    if (PICKLE__UNLIKELY(h->p == h->end)) {
        return false;
    }
    size_t len = *h->p++;
    return fast_str(d, h, len);
}

FAST fast_str4(pickle_decoder *d, pickle__hot *h) {
    if (PICKLE__UNLIKELY(fast_left(h) < 4)) {
        return false;
    }
    size_t len = pickle__u32(h->p);
    h->p += 4;
    return len < 4096 && fast_str(d, h, len);
}

FAST fast_bytes1(pickle_decoder *d, pickle__hot *h) {
    if (PICKLE__UNLIKELY(h->p == h->end)) {
        return false;
    }
    size_t len = *h->p++;
    size_t room = (len + 7) & ~(size_t)7;
    if (PICKLE__UNLIKELY(len == 0 || room > fast_left(h) || d->borrow)) {
        return false;
    }
    pickle__blob *b = fast_blob(d->doc, PICKLE_KIND_BYTES, room);
    if (PICKLE__UNLIKELY(!b)) {
        return false;
    }
    uint8_t *data = (uint8_t *)(b + 1);
    fast_copy(data, h->p, len);
    b->len = len;
    b->data = data;
    h->p += len;
    return fast_push_memo(d, h, pickle__make(PICKLE__TAG_BYTES, b));
}

#undef FAST_HIGH_BITS

#endif
