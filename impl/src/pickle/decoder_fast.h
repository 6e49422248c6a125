/*
 * pickle/decoder_fast.h  The frequent opcodes, inlined into the decoder's
 * loop: stack, mark and memo. The others stand in decoder_fast_atoms.h and
 * decoder_fast_containers.h.
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

FAST fast_proto(pickle_decoder *d, pickle__hot *h) {
    if (PICKLE__UNLIKELY(h->p == h->end || *h->p > PICKLE_HIGHEST_PROTOCOL)) {
        return false;
    }
    d->proto = *h->p++;
    return true;
}

/* Whether the next opcode, of n bytes more, continues a row of the same one. */
static inline bool fast_goes_on(const pickle__hot *h, uint8_t op, size_t n) {
    return fast_left(h) > n && *h->p == op && h->sp != h->limit;
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

#endif
