/*
 * pickle/decoder_fast.h  The frequent opcodes, inlined into the decoder's
 * loop.
 *
 * Each handler finishes the opcode and returns true, or returns false and
 * leaves everything but h->p as it was: pickle__op() then does it from the
 * start, with all checks. There is always room for one more value on the
 * stack. In the slice of a mark, values lie as a list's items and a dict's
 * pairs do, so that both are filled by one copy.
 */
#ifndef PICKLE_PICKLE_DECODER_FAST_H
#define PICKLE_PICKLE_DECODER_FAST_H

#include "pickle/decoder.h"
#include "pickle/input.h"

#if defined(__GNUC__)
#define FAST static inline __attribute__((always_inline)) bool
#else
#define FAST static inline bool
#endif

/* Bytes that may be read at h->p. */
static inline size_t fast_left(const pickle__hot *h) {
    return (size_t)(h->end - h->p);
}

/* Values above the fence. */
static inline size_t fast_depth(const pickle__hot *h) {
    return (size_t)(h->sp - h->fence);
}

FAST fast_push(pickle__hot *h, pickle_value v) {
    *h->sp++ = v;
    return true;
}

FAST fast_mark(pickle_decoder *d, pickle__hot *h) {
    if (PICKLE__UNLIKELY(d->mark_count >= d->mark_limit)) {
        return false;
    }
    d->marks[d->mark_count++] = (size_t)(h->sp - d->stack);
    h->fence = h->sp;
    return true;
}

/* The fence when the topmost of the marks, of which there is one, goes. */
static inline pickle_value *fast_fence_below(const pickle_decoder *d) {
    size_t n = d->mark_count - 1;
    return d->stack + (n ? d->marks[n - 1] : 0);
}

/* ---- numbers ---- */

/*
 * Ints mostly come in rows. A row of one opcode is read in a loop of its own,
 * whose branch the processor foresees; where BININT1 and BININT2 take turns it
 * cannot, so there the length is computed and nothing branches on it.
 */
static inline bool fast_goes_on(const pickle__hot *h, uint8_t op, size_t n) {
    return fast_left(h) > n && *h->p == op && h->sp != h->limit;
}

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

/* ---- memo ---- */

/* Fetch an entry by an opcode with an index of `bytes` bytes. */
static inline bool fast_fetch(const pickle_decoder *d, pickle__hot *h,
                              size_t index, size_t bytes) {
    if (PICKLE__UNLIKELY(index >= d->memo_len) ||
        PICKLE__UNLIKELY(pickle_is_null(d->memo[index]))) {
        return false;
    }
    h->p += bytes;
    return fast_push(h, d->memo[index]);
}

/* BINGET and LONG_BINGET in turns, as fast_mixed_ints(). */
static inline void fast_mixed_gets(const pickle_decoder *d, pickle__hot *h) {
    while (fast_left(h) > 4 && h->sp != h->limit) {
        unsigned four = *h->p == PICKLE__OP_LONG_BINGET;
        if (!four && *h->p != PICKLE__OP_BINGET) {
            break;
        }
        uint32_t index = pickle__u32(h->p + 1) & (0xff | (0u - four) << 8);
        if (!fast_fetch(d, h, index, 2 + 3 * four)) {
            break;
        }
    }
}

FAST fast_binget(const pickle_decoder *d, pickle__hot *h) {
    if (PICKLE__UNLIKELY(h->p == h->end) || !fast_fetch(d, h, *h->p, 1)) {
        return false;
    }
    while (fast_goes_on(h, PICKLE__OP_BINGET, 1) &&
           fast_fetch(d, h, h->p[1], 2)) {
    }
    if (fast_goes_on(h, PICKLE__OP_LONG_BINGET, 4)) {
        fast_mixed_gets(d, h);
    }
    return true;
}

FAST fast_long_binget(const pickle_decoder *d, pickle__hot *h) {
    if (PICKLE__UNLIKELY(fast_left(h) < 4) ||
        !fast_fetch(d, h, pickle__u32(h->p), 4)) {
        return false;
    }
    while (fast_goes_on(h, PICKLE__OP_LONG_BINGET, 4) &&
           fast_fetch(d, h, pickle__u32(h->p + 1), 5)) {
    }
    if (fast_goes_on(h, PICKLE__OP_BINGET, 4)) {
        fast_mixed_gets(d, h);
    }
    return true;
}

/* The next entry of a memo without gaps. */
FAST fast_put(pickle_decoder *d, pickle__hot *h, size_t index) {
    if (PICKLE__UNLIKELY(index != d->memo_len || index >= d->memo_fast ||
                         fast_depth(h) == 0)) {
        return false;
    }
    d->memo[index] = h->sp[-1];
    d->memo_len = index + 1;
    return true;
}

FAST fast_memoize(pickle_decoder *d, pickle__hot *h) {
    return fast_put(d, h, d->memo_len);
}

/* Nearly everything made is memoized next: saves a turn of the loop. */
static inline bool fast_push_memo(pickle_decoder *d, pickle__hot *h,
                                  pickle_value v) {
    size_t index = d->memo_len;
    *h->sp++ = v;
    if (PICKLE__LIKELY(h->p != h->end && *h->p == PICKLE__OP_MEMOIZE &&
                       index < d->memo_fast)) {
        d->memo[index] = v;
        d->memo_len = index + 1;
        h->p++;
    }
    return true;
}

FAST fast_binput(pickle_decoder *d, pickle__hot *h) {
    if (PICKLE__UNLIKELY(h->p == h->end)) {
        return false;
    }
    size_t index = *h->p++;
    return fast_put(d, h, index);
}

FAST fast_long_binput(pickle_decoder *d, pickle__hot *h) {
    if (PICKLE__UNLIKELY(fast_left(h) < 4)) {
        return false;
    }
    size_t index = pickle__u32(h->p);
    h->p += 4;
    return fast_put(d, h, index);
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

/* ---- containers ---- */

/* A node of any kind, if the chunk has room. */
static inline void *fast_node(pickle_doc *doc, size_t size, pickle_kind kind) {
    pickle__arena *a = &doc->arena;
    if (PICKLE__UNLIKELY((size_t)(a->end - a->pos) < size)) {
        return NULL;
    }
    pickle__node *n = (pickle__node *)a->pos;
    a->pos += size;
    n->memo = PICKLE__NO_MEMO;
    n->kind = (uint8_t)kind;
    n->flags = 0;
    n->aux = 0;
    return n;
}

FAST fast_empty_tuple(pickle_decoder *d, pickle__hot *h) {
    pickle_value v = d->doc->empty_tuple;
    return !pickle_is_null(v) && fast_push(h, v);
}

FAST fast_empty_list(pickle_decoder *d, pickle__hot *h) {
    pickle__list *l = fast_node(d->doc, sizeof *l, PICKLE_KIND_LIST);
    if (PICKLE__UNLIKELY(!l)) {
        return false;
    }
    l->count = l->cap = 0;
    l->items = NULL;
    return fast_push_memo(d, h, pickle__make(PICKLE__TAG_LIST, l));
}

FAST fast_empty_dict(pickle_decoder *d, pickle__hot *h) {
    pickle__dict *m = fast_node(d->doc, sizeof *m, PICKLE_KIND_DICT);
    if (PICKLE__UNLIKELY(!m)) {
        return false;
    }
    m->count = m->cap = 0;
    m->pairs = NULL;
    m->index = NULL;
    m->doc = d->doc;
    return fast_push_memo(d, h, pickle__make(PICKLE__TAG_DICT, m));
}

FAST fast_tuple(pickle_decoder *d, pickle__hot *h, size_t count) {
    if (PICKLE__UNLIKELY(fast_depth(h) < count)) {
        return false;
    }
    pickle__tuple *t = fast_node(d->doc, sizeof *t + count * sizeof t->items[0],
                                 PICKLE_KIND_TUPLE);
    if (PICKLE__UNLIKELY(!t)) {
        return false;
    }
    t->count = (uint32_t)count;
    t->class = 0;
    h->sp -= count;
    for (size_t i = 0; i < count; i++) {
        t->items[i] = h->sp[i];
    }
    return fast_push_memo(d, h, pickle__make(PICKLE__TAG_TUPLE, t));
}

FAST fast_tuple_mark(pickle_decoder *d, pickle__hot *h) {
    size_t count = fast_depth(h);
    if (PICKLE__UNLIKELY(d->mark_count == 0 || count == 0 || count > 1000)) {
        return false;
    }
    size_t size = count * sizeof(pickle_value);
    pickle__tuple *t = fast_node(d->doc, sizeof *t + size, PICKLE_KIND_TUPLE);
    if (PICKLE__UNLIKELY(!t)) {
        return false;
    }
    t->count = (uint32_t)count;
    t->class = 0;
    memcpy(t->items, h->fence, size);
    h->sp = h->fence;
    h->fence = fast_fence_below(d);
    d->mark_count--;
    return fast_push_memo(d, h, pickle__make(PICKLE__TAG_TUPLE, t));
}

/*
 * Room for `more` elements of `size` bytes in an array that holds `count` of
 * `cap`. An empty one gets just what comes, if the chunk has it: what comes in
 * one batch is nearly always all.
 */
static inline bool fast_room(pickle_doc *doc, void **array, size_t count,
                             size_t *cap, size_t more, size_t size) {
    if (PICKLE__LIKELY(*cap - count >= more)) {
        return true;
    }
    pickle__arena *a = &doc->arena;
    size_t bytes = more * size;
    if (*cap != 0 || more == 0 || more >= 1000 ||
        bytes > (size_t)(a->end - a->pos)) {
        return false;
    }
    *array = a->pos;
    a->pos += bytes;
    *cap = more;
    return true;
}

FAST fast_append(pickle_decoder *d, pickle__hot *h) {
    if (PICKLE__UNLIKELY(fast_depth(h) < 2 ||
                         pickle__tag(h->sp[-2]) != PICKLE__TAG_LIST)) {
        return false;
    }
    pickle__list *l = pickle__list_of(h->sp[-2]);
    if (!fast_room(d->doc, (void **)&l->items, l->count, &l->cap, 1,
                   sizeof *l->items)) {
        return false;
    }
    l->items[l->count++] = *--h->sp;
    return true;
}

FAST fast_appends(pickle_decoder *d, pickle__hot *h) {
    if (PICKLE__UNLIKELY(d->mark_count == 0)) {
        return false;
    }
    pickle_value *below = fast_fence_below(d);
    pickle_value *items = h->fence;
    if (PICKLE__UNLIKELY(items == below ||
                         pickle__tag(items[-1]) != PICKLE__TAG_LIST)) {
        return false;
    }
    pickle__list *l = pickle__list_of(items[-1]);
    size_t more = fast_depth(h);
    if (!fast_room(d->doc, (void **)&l->items, l->count, &l->cap, more,
                   sizeof *l->items)) {
        return false;
    }
    if (PICKLE__LIKELY(more)) {
        memcpy(l->items + l->count, items, more * sizeof *items);
    }
    l->count += more;
    h->sp = items;
    h->fence = below;
    d->mark_count--;
    return true;
}

/* Whether a value can be a key without a look inside: a number, str or bytes.
 * Of the other tags, which follow each other, some have no hash: bytearrays,
 * views, what holds them. */
static inline bool fast_is_plain_key(pickle_value v) {
    return pickle__tag(v) - PICKLE__TAG_BYTEARRAY >
           PICKLE__TAG_OTHER - PICKLE__TAG_BYTEARRAY;
}

static inline void fast_unchecked(pickle__dict *m) {
    if (m->count > 1) {
        m->node.flags |= PICKLE__UNCHECKED;
    }
}

FAST fast_setitem(pickle_decoder *d, pickle__hot *h) {
    if (PICKLE__UNLIKELY(fast_depth(h) < 3 ||
                         pickle__tag(h->sp[-3]) != PICKLE__TAG_DICT ||
                         !fast_is_plain_key(h->sp[-2]))) {
        return false;
    }
    pickle__dict *m = pickle__dict_of(h->sp[-3]);
    if (m->index || !fast_room(d->doc, (void **)&m->pairs, m->count, &m->cap, 1,
                               sizeof *m->pairs)) {
        return false;
    }
    m->pairs[m->count].key = h->sp[-2];
    m->pairs[m->count].value = h->sp[-1];
    m->count++;
    fast_unchecked(m);
    h->sp -= 2;
    return true;
}

FAST fast_setitems(pickle_decoder *d, pickle__hot *h) {
    if (PICKLE__UNLIKELY(d->mark_count == 0)) {
        return false;
    }
    pickle_value *below = fast_fence_below(d);
    pickle_value *items = h->fence;
    size_t count = fast_depth(h);
    if (PICKLE__UNLIKELY(items == below || count % 2 != 0 ||
                         pickle__tag(items[-1]) != PICKLE__TAG_DICT)) {
        return false;
    }
    bool plain = true;
    for (size_t i = 0; i < count; i += 2) {
        plain &= fast_is_plain_key(items[i]);
    }
    pickle__dict *m = pickle__dict_of(items[-1]);
    if (!plain || m->index ||
        !fast_room(d->doc, (void **)&m->pairs, m->count, &m->cap, count / 2,
                   sizeof *m->pairs)) {
        return false;
    }
    if (PICKLE__LIKELY(count)) {
        memcpy(m->pairs + m->count, items, count * sizeof *items);
    }
    m->count += count / 2;
    fast_unchecked(m);
    h->sp = items;
    h->fence = below;
    d->mark_count--;
    return true;
}

/* ---- objects ---- */

/* Whether a value is a global that is no known constructor, and args a tuple.
 */
static inline bool fast_is_symbolic_call(const pickle__hot *h) {
    if (fast_depth(h) < 2 || pickle__tag(h->sp[-2]) != PICKLE__TAG_GLOBAL ||
        pickle__tag(h->sp[-1]) != PICKLE__TAG_TUPLE) {
        return false;
    }
    const pickle__global *g = pickle__global_of(h->sp[-2]);
    return (g->node.flags & PICKLE__GLOBAL_ASKED) && g->known == 0;
}

static inline bool fast_object(pickle_decoder *d, pickle__hot *h,
                               pickle_kind kind) {
    if (PICKLE__UNLIKELY(!fast_is_symbolic_call(h))) {
        return false;
    }
    pickle__object *o = fast_node(d->doc, sizeof *o, kind);
    if (PICKLE__UNLIKELY(!o)) {
        return false;
    }
    o->callable = h->sp[-2];
    o->args = h->sp[-1];
    o->state = pickle_null();
    o->more = NULL;
    h->sp -= 2;
    return fast_push_memo(d, h, pickle__make(PICKLE__TAG_OBJECT, o));
}

FAST fast_newobj(pickle_decoder *d, pickle__hot *h) {
    return fast_object(d, h, PICKLE_KIND_INSTANCE);
}

FAST fast_reduce(pickle_decoder *d, pickle__hot *h) {
    return fast_object(d, h, PICKLE_KIND_REDUCE);
}

/* The first state of an object. */
FAST fast_build(pickle_decoder *d, pickle__hot *h) {
    (void)d;
    if (PICKLE__UNLIKELY(fast_depth(h) < 2 ||
                         pickle__tag(h->sp[-2]) != PICKLE__TAG_OBJECT)) {
        return false;
    }
    pickle__object *o = pickle__object_of(h->sp[-2]);
    if (PICKLE__UNLIKELY(!pickle_is_null(o->state) || o->more)) {
        return false;
    }
    o->state = *--h->sp;
    return true;
}

FAST fast_proto(pickle_decoder *d, pickle__hot *h) {
    if (PICKLE__UNLIKELY(h->p == h->end || *h->p > PICKLE_HIGHEST_PROTOCOL)) {
        return false;
    }
    d->proto = *h->p++;
    return true;
}

#undef FAST_HIGH_BITS
#undef FAST

#endif
