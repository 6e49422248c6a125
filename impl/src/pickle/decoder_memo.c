/*
 * The unpickler's memo: an array, and a table for indexes far beyond it.
 *
 * CPython numbers by "how many slots are filled", which MEMOIZE uses as its
 * index: after PUT 5 alone it stores at 1.
 */
#include <inttypes.h>
#include <stdio.h>

#include "base/checked.h"
#include "pickle/decoder.h"
#include "pickle/input.h"

/* The array may be twice as long as there are entries, and this much longer. */
#define SPARE_GAPS ((size_t)512)

/* CPython's array starts at 32 entries and grows to twice the index needed. */
#define CPYTHON_MEMO_START ((uint64_t)32)

static size_t slot_of(const pickle_decoder *d, uint64_t index) {
    uint64_t hash = index * UINT64_C(0x9e3779b97f4a7c15);
    size_t mask = d->sparse_cap - 1;
    size_t i = (size_t)(hash >> 32) & mask;
    while (!pickle_is_null(d->sparse[i].value) && d->sparse[i].index != index) {
        i = (i + 1) & mask;
    }
    return i;
}

pickle_value pickle__decoder_memo_get(const pickle_decoder *d, uint64_t index) {
    if (index < d->memo_len && !pickle_is_null(d->memo[index])) {
        return d->memo[index];
    }
    if (d->sparse_cap) {
        return d->sparse[slot_of(d, index)].value;
    }
    return pickle_null();
}

static pickle_code fail_nomem(pickle_decoder *d) {
    return pickle__fail(d, PICKLE_ERR_NOMEM, "out of memory");
}

static bool sparse_grow(pickle_decoder *d) {
    size_t old_cap = d->sparse_cap;
    pickle__sparse_entry *old = d->sparse;
    size_t cap = old_cap ? old_cap * 2 : 16;
    size_t bytes;
    if (!pickle__mul_size(cap, sizeof *old, &bytes)) {
        return false;
    }
    pickle__sparse_entry *fresh = pickle__alloc(&d->alloc, bytes);
    if (!fresh) {
        return false;
    }
    for (size_t i = 0; i < cap; i++) {
        fresh[i].value = pickle_null();
    }
    d->sparse = fresh;
    d->sparse_cap = cap;
    for (size_t i = 0; i < old_cap; i++) {
        if (!pickle_is_null(old[i].value)) {
            d->sparse[slot_of(d, old[i].index)] = old[i];
        }
    }
    pickle__free(&d->alloc, old, old_cap * sizeof *old);
    return true;
}

static pickle_code sparse_put(pickle_decoder *d, uint64_t index,
                              pickle_value v) {
    if (d->sparse_count * 2 >= d->sparse_cap && !sparse_grow(d)) {
        return fail_nomem(d);
    }
    pickle__sparse_entry *e = &d->sparse[slot_of(d, index)];
    d->sparse_count += pickle_is_null(e->value);
    e->index = index;
    e->value = v;
    return PICKLE_OK;
}

/* Make the array reach past index, with gaps on the way. */
static pickle_code extend_array(pickle_decoder *d, size_t index) {
    if (index >= d->memo_cap) {
        size_t cap = d->memo_cap * 2 > index ? d->memo_cap * 2 : index + 1;
        if (cap > d->opt.max_memo && index < d->opt.max_memo) {
            cap = d->opt.max_memo;
        }
        size_t size = sizeof *d->memo;
        size_t bytes;
        if (!pickle__mul_size(cap, size, &bytes)) {
            return fail_nomem(d);
        }
        bool inside = d->memo == d->memo_start;
        pickle_value *p =
            pickle__realloc(&d->alloc, inside ? NULL : d->memo,
                            inside ? 0 : d->memo_cap * size, bytes);
        if (!p) {
            return fail_nomem(d);
        }
        if (inside) {
            memcpy(p, d->memo_start, d->memo_len * size);
        }
        d->memo = p;
        d->memo_cap = cap;
    }
    while (d->memo_len <= index) {
        d->memo[d->memo_len++] = pickle_null();
    }
    return PICKLE_OK;
}

/*
 * Whether 3.15 keeps an entry in its side dictionary: past its array and more
 * than twice the entries. Those do not count for MEMOIZE.
 */
static bool is_uncounted(pickle_decoder *d, uint64_t index) {
    if (d->pure || d->cpython < 315) {
        return false;
    }
    if (d->cpython_memo == 0) {
        d->cpython_memo = CPYTHON_MEMO_START;
    }
    while (d->cpython_memo < d->memo_len) {
        d->cpython_memo *= 2;
    }
    if (index < d->cpython_memo) {
        return false;
    }
    if (index > 2 * (uint64_t)d->memo_count) {
        return true;
    }
    d->cpython_memo = 2 * index;
    return false;
}

/* Whether an index is near enough to the others for the array. */
static bool in_array(const pickle_decoder *d, uint64_t index) {
    return index < d->memo_len || index / 2 < d->memo_count + SPARE_GAPS;
}

static bool in_table(const pickle_decoder *d, uint64_t index) {
    return d->sparse_cap && !pickle_is_null(d->sparse[slot_of(d, index)].value);
}

static pickle_code check_limit(pickle_decoder *d) {
    if (d->memo_count + d->sparse_count >= d->opt.max_memo) {
        return pickle__fail(d, PICKLE_ERR_LIMIT, "more than %zu memo entries",
                            d->opt.max_memo);
    }
    return PICKLE_OK;
}

/* A new entry; those of the table count too, except in 3.15's dictionary. */
static pickle_code put_new(pickle_decoder *d, uint64_t index, pickle_value v,
                           bool counted) {
    pickle_code code = check_limit(d);
    if (code) {
        return code;
    }
    if (counted && in_array(d, index)) {
        code = extend_array(d, (size_t)index);
        if (!code) {
            d->memo[index] = v;
        }
    } else {
        code = sparse_put(d, index, v);
    }
    if (!code && counted) {
        d->memo_count++;
    }
    return code;
}

static pickle_code put_anywhere(pickle_decoder *d, uint64_t index,
                                pickle_value v) {
    bool counted = !is_uncounted(d, index);
    if (index < d->memo_len && !pickle_is_null(d->memo[index])) {
        d->memo[index] = v;
        return PICKLE_OK;
    }
    bool has_dictionary = !d->pure && d->cpython >= 315;
    if (in_table(d, index) && !(has_dictionary && counted)) {
        return sparse_put(d, index, v);
    }
    return put_new(d, index, v, counted);
}

/*
 * 3.15 asks its array first and then its dictionary, in which an entry stays
 * when the array grows past it. Elsewhere there is one table, and an index
 * that is in ours stays there.
 */
pickle_code pickle__decoder_memo_put(pickle_decoder *d, uint64_t index,
                                     pickle_value v) {
    if (d->memo_fast) {
        d->memo_count = d->memo_len;
    }
    pickle_code code = put_anywhere(d, index, v);
    bool dense = d->memo_count == d->memo_len && d->sparse_count == 0;
    d->memo_fast = dense ? d->memo_cap : 0;
    return code;
}

/* ---- opcodes ---- */

static pickle_code fail_missing(pickle_decoder *d, const char *index) {
    if (d->cpython == 308) {
        return pickle__fail(d, PICKLE_ERR_MEMO_MISSING_KEY, "%s", index);
    }
    return pickle__fail(d, PICKLE_ERR_MEMO_MISSING,
                        "Memo value not found at index %s", index);
}

static pickle_code get(pickle_decoder *d, int64_t index) {
    pickle_value v = index < 0 ? pickle_null()
                               : pickle__decoder_memo_get(d, (uint64_t)index);
    if (pickle_is_null(v)) {
        char text[24];
        snprintf(text, sizeof text, "%" PRId64, index);
        return fail_missing(d, text);
    }
    return pickle__push(d, v);
}

pickle_code pickle__op_binget(pickle_decoder *d, size_t n) {
    uint64_t index;
    pickle_code code = pickle__arg_unsigned(d, n, &index);
    return code ? code : get(d, (int64_t)index);
}

static pickle_code fail_index_range(pickle_decoder *d) {
    return pickle__fail(d, PICKLE_ERR_INT_RANGE,
                        "Python int too large to convert to C ssize_t");
}

/* An index that fits nothing is quoted from its first digit on. */
static pickle_code fail_missing_line(pickle_decoder *d,
                                     const pickle__line *line) {
    const uint8_t *p = line->text;
    size_t len = line->len;
    char text[80];
    bool negative = memchr(p, '-', len) != NULL;
    while (len && (*p < '1' || *p > '9')) {
        p++;
        len--;
    }
    snprintf(text, sizeof text, "%s%.*s", negative ? "-" : "",
             (int)(len < 78 ? len : 78), (const char *)p);
    return fail_missing(d, text);
}

pickle_code pickle__op_get(pickle_decoder *d) {
    pickle__line line;
    int64_t index;
    bool big;
    pickle_code code = pickle__input_line(d, 1, &line);
    if (!code) {
        code = pickle__line_index(d, &line, &index, &big);
    }
    if (code) {
        return code;
    }
    if (big) {
        return d->pure ? fail_missing_line(d, &line) : fail_index_range(d);
    }
    return get(d, index);
}

/* Up to 3.14 the C unpickler makes an array of twice the index. What would
 * take more memory than the document may have is refused as it refuses it. */
static bool is_unaffordable(const pickle_decoder *d, uint64_t index) {
    return !d->pure && d->cpython < 315 &&
           index > d->doc->arena.max_bytes / (2 * sizeof(pickle_value));
}

static pickle_code put(pickle_decoder *d, uint64_t index) {
    pickle_code code = pickle__need(d, 1);
    if (!code && is_unaffordable(d, index)) {
        return pickle__fail(d, PICKLE_ERR_LIMIT, "out of memory");
    }
    return code ? code : pickle__decoder_memo_put(d, index, d->hot.sp[-1]);
}

pickle_code pickle__op_memoize(pickle_decoder *d) {
    return put(d, d->memo_fast ? d->memo_len : d->memo_count);
}

pickle_code pickle__op_binput(pickle_decoder *d, size_t n) {
    uint64_t index;
    pickle_code code = pickle__arg_unsigned(d, n, &index);
    return code ? code : put(d, index);
}

/* The C unpickler looks at the stack before it reads the number. */
pickle_code pickle__op_put(pickle_decoder *d) {
    pickle__line line;
    int64_t index;
    bool big;
    pickle_code code = pickle__input_line(d, 1, &line);
    if (!code && !d->pure) {
        code = pickle__need(d, 1);
    }
    if (!code) {
        code = pickle__line_index(d, &line, &index, &big);
    }
    if (code) {
        return code;
    }
    if (big && !d->pure) {
        return fail_index_range(d);
    }
    if (index < 0) {
        return pickle__fail(d, PICKLE_ERR_MEMO_NEGATIVE,
                            "negative PUT argument");
    }
    return put(d, (uint64_t)index);
}
