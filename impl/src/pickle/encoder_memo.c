#include "base/checked.h"
#include "base/decimal.h"
#include "pickle/encoder.h"

/* FAST_NESTING_LIMIT of _pickle.c. */
enum { GUARD_FROM = 50 };

void *pickle__encoder_grow(pickle_encoder *e, void *array, const void *start,
                           size_t *cap, size_t first, size_t size) {
    const pickle_allocator *alloc = &e->doc->arena.alloc;
    size_t new_cap = *cap ? *cap * 2 : first;
    size_t old_bytes = *cap * size;
    size_t bytes;
    if (*cap > SIZE_MAX / 2 || !pickle__mul_size(new_cap, size, &bytes)) {
        return NULL;
    }
    void *grown = array == start
                      ? pickle__alloc(alloc, bytes)
                      : pickle__realloc(alloc, array, old_bytes, bytes);
    if (grown && array == start && old_bytes) {
        memcpy(grown, array, old_bytes);
    }
    *cap = grown ? new_cap : *cap;
    return grown;
}

pickle_code pickle__memo_grow(pickle_encoder *e) {
    pickle__node **grown =
        pickle__encoder_grow(e, e->journal, e->journal_start, &e->memo_cap,
                             PICKLE__JOURNAL_START, sizeof *grown);
    if (!grown) {
        return pickle__encode_fail(e, PICKLE_ERR_NOMEM, "memo");
    }
    e->journal = grown;
    return PICKLE_OK;
}

static void put_decimal(pickle_encoder *e, unsigned op, size_t index) {
    pickle__put(&e->w, op);
    e->w.pos += pickle__decimal_small(e->w.pos, (int64_t)index);
    pickle__put(&e->w, '\n');
}

pickle_code pickle__memo_put(pickle_encoder *e, pickle__node *n) {
    if (e->fast) {
        return PICKLE_OK;
    }
    size_t index = e->memo_count;
    if (PICKLE__UNLIKELY(index == e->memo_cap)) {
        pickle_code code = pickle__memo_grow(e);
        if (code) {
            return code;
        }
    }
    if (PICKLE__UNLIKELY(index >= PICKLE__NO_MEMO)) {
        return pickle__encode_fail(e, PICKLE_ERR_PICKLING,
                                   "memo id too large for LONG_BINPUT");
    }
    e->journal[e->memo_count++] = n;
    if (n) {
        n->memo = (uint32_t)index;
    }
    if (e->memoize) {
        pickle__put(&e->w, PICKLE__OP_MEMOIZE);
    } else if (e->proto == 0) {
        put_decimal(e, PICKLE__OP_PUT, index);
    } else if (index < 256) {
        pickle__put(&e->w, PICKLE__OP_BINPUT);
        pickle__put(&e->w, (unsigned)index);
    } else {
        pickle__put(&e->w, PICKLE__OP_LONG_BINPUT);
        pickle__store_le32(e->w.pos, (uint32_t)index);
        e->w.pos += 4;
    }
    return PICKLE_OK;
}

void pickle__memo_get(pickle_encoder *e, const pickle__node *n) {
    uint32_t index = n->memo;
    if (e->proto == 0) {
        put_decimal(e, PICKLE__OP_GET, index);
    } else if (index < 256) {
        pickle__put(&e->w, PICKLE__OP_BINGET);
        pickle__put(&e->w, index);
    } else {
        pickle__put(&e->w, PICKLE__OP_LONG_BINGET);
        pickle__store_le32(e->w.pos, index);
        e->w.pos += 4;
    }
}

void pickle__memo_claim(pickle_encoder *e) {
    if (e->doc->memo_owner == e) {
        return;
    }
    e->doc->memo_owner = e;
    for (size_t i = 0; i < e->memo_count; i++) {
        if (e->journal[i]) {
            e->journal[i]->memo = (uint32_t)i;
        }
    }
    for (size_t i = GUARD_FROM; e->fast && i <= e->nesting; i++) {
        e->guard[i - GUARD_FROM]->memo = (uint32_t)(i - GUARD_FROM);
    }
}

/* The slots are free in fast mode: nothing is memoized. A container has its
 * place on the way from the root in its slot. */
pickle_code pickle__guard_enter(pickle_encoder *e, pickle__node *n) {
    if (e->pure || ++e->nesting < GUARD_FROM) {
        return PICKLE_OK;
    }
    size_t at = e->nesting - GUARD_FROM;
    if (n->memo < at && e->guard[n->memo] == n) {
        return pickle__encode_fail(
            e, PICKLE_ERR_PICKLING_VALUE,
            "fast mode: can't pickle cyclic objects including object type %s",
            pickle_kind_name((pickle_kind)n->kind));
    }
    if (at == e->guard_cap) {
        pickle__node **grown = pickle__encoder_grow(
            e, e->guard, NULL, &e->guard_cap, 16, sizeof *grown);
        if (!grown) {
            e->nesting--;
            return pickle__encode_fail(e, PICKLE_ERR_NOMEM, "fast");
        }
        e->guard = grown;
    }
    e->guard[at] = n;
    n->memo = (uint32_t)at;
    return PICKLE_OK;
}

void pickle__guard_leave(pickle_encoder *e) {
    if (!e->pure) {
        e->nesting--;
    }
}
