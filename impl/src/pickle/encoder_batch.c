#include "pickle/encoder.h"

/*
 * Batches. From protocol 1 on the items of a list, set or dict are written in
 * groups of at most 1000 between a MARK and one opcode. How the last group
 * looks depends on where the items come from:
 *
 *   exact list, dict, set, C pickler before 3.15: the form for a single item
 *     only if there is just one in all; a dict or set of a multiple of 1000
 *     ends with an empty group;
 *   iterators of a reduce tuple, the pure-Python pickler, and 3.15: a last
 *     group of one has the single form, and none is empty.
 */

/* Values an item has: a dict's key and value are two. */
static size_t unit_of(const pickle__frame *f) {
    return f->kind == PICKLE__FRAME_DICT || f->kind == PICKLE__FRAME_PAIRS ? 2
                                                                           : 1;
}

static size_t total_values(const pickle__frame *f) {
    switch (f->kind) {
    case PICKLE__FRAME_DICT: return 2 * ((const pickle__dict *)f->node)->count;
    case PICKLE__FRAME_PAIRS:
        return 2 * ((const pickle__object_more *)f->node)->pair_count;
    default: return ((const pickle__list *)f->node)->count;
    }
}

static void close_batch(pickle_encoder *e, const pickle__frame *f) {
    bool single = f->flags & PICKLE__BATCH_SINGLE;
    if (unit_of(f) == 2) {
        pickle__put(&e->w, single ? PICKLE__OP_SETITEM : PICKLE__OP_SETITEMS);
    } else if (f->kind == PICKLE__FRAME_SET) {
        pickle__put(&e->w, PICKLE__OP_ADDITEMS);
    } else {
        pickle__put(&e->w, single ? PICKLE__OP_APPEND : PICKLE__OP_APPENDS);
    }
}

/* Begin a batch of the `rest` items behind f->stop. */
static void open_batch(pickle_encoder *e, pickle__frame *f, size_t rest) {
    size_t items = rest < PICKLE__BATCH ? rest : PICKLE__BATCH;
    bool single = false;
    if (e->proto == 0) {
        items = 1;
        single = true;
    } else if (rest == 1 && f->kind != PICKLE__FRAME_SET) {
        single = f->stop == 0 || f->flags & PICKLE__TAIL_SINGLE;
    }
    if (!single) {
        pickle__put(&e->w, PICKLE__OP_MARK);
    }
    f->flags |= PICKLE__BATCH_OPEN;
    f->flags &= (uint8_t)~PICKLE__BATCH_SINGLE;
    f->flags |= single ? PICKLE__BATCH_SINGLE : 0;
    f->left = items * unit_of(f);
    f->stop += f->left;
}

static void finish(pickle_encoder *e, const pickle__frame *f) {
    size_t full = PICKLE__BATCH * unit_of(f);
    if (f->flags & PICKLE__TAIL_EMPTY && e->proto && f->stop % full == 0) {
        pickle__put(&e->w, PICKLE__OP_MARK);
        close_batch(e, f);
    }
    if (f->flags & PICKLE__GUARDED) {
        pickle__guard_leave(e);
    }
    e->depth--;
}

static pickle_code batch_next(pickle_encoder *e, pickle__frame *f) {
    size_t total = total_values(f);
    if (f->flags & PICKLE__BATCH_OPEN) {
        close_batch(e, f);
    }
    if (f->stop < total) {
        open_batch(e, f, (total - f->stop) / unit_of(f));
    } else {
        finish(e, f);
    }
    return PICKLE_OK;
}

/* ---- tuple, frozenset ---- */

/* The tuple came into the memo while its items were saved: it holds itself. */
static pickle_code drop_tuple(pickle_encoder *e, const pickle__frame *f) {
    if (e->proto == 0 || (e->proto >= 2 && f->stop <= 3)) {
        /* At protocol 0 the last POP takes the MARK. */
        size_t pops = f->stop + (e->proto == 0);
        pickle_code code = pickle__writer_grow(&e->w, pops);
        if (code) {
            return code;
        }
        memset(e->w.pos, PICKLE__OP_POP, pops);
        e->w.pos += pops;
    } else {
        pickle__put(&e->w, PICKLE__OP_POP_MARK);
    }
    pickle__memo_get(e, pickle__memo_node(f->self));
    return PICKLE_OK;
}

static pickle_code finish_tuple(pickle_encoder *e, pickle__frame *f) {
    pickle__node *n = pickle__memo_node(f->self);
    e->depth--;
    if (n && pickle__memo_has(e, n)) {
        return drop_tuple(e, f);
    }
    if (e->proto >= 2 && f->stop <= 3) {
        pickle__put(&e->w, PICKLE__OP_TUPLE1 + (unsigned)f->stop - 1);
    } else {
        pickle__put(&e->w, PICKLE__OP_TUPLE);
    }
    return pickle__memo_put(e, n);
}

static pickle_code finish_frozenset(pickle_encoder *e, pickle__frame *f) {
    pickle__node *n = pickle__memo_node(f->self);
    e->depth--;
    if (pickle__memo_has(e, n)) {
        pickle__put(&e->w, PICKLE__OP_POP_MARK);
        pickle__memo_get(e, n);
        return PICKLE_OK;
    }
    pickle__put(&e->w, PICKLE__OP_FROZENSET);
    return pickle__memo_put(e, n);
}

pickle_code pickle__batch_next(pickle_encoder *e, pickle__frame *f) {
    switch (f->kind) {
    case PICKLE__FRAME_TUPLE: return finish_tuple(e, f);
    case PICKLE__FRAME_FROZENSET: return finish_frozenset(e, f);
    default: return batch_next(e, f);
    }
}

/* ---- starting ---- */

/* The empty container's opcode, and its number. */
static pickle_code put_empty(pickle_encoder *e, pickle__node *n, unsigned op,
                             unsigned text_op) {
    if (e->proto == 0) {
        pickle__put(&e->w, PICKLE__OP_MARK);
        op = text_op;
    }
    pickle__put(&e->w, op);
    return pickle__memo_put(e, n);
}

/* Push a frame with batches. */
static pickle_code push_batches(pickle_encoder *e, pickle__frame_kind kind,
                                void *node, unsigned flags) {
    pickle__frame *f = pickle__push_frame(e, kind);
    if (!f) {
        return e->failed;
    }
    f->node = node;
    f->flags = (uint8_t)flags;
    return PICKLE_OK;
}

/* Push the frame of an exact list or dict, also an empty one in fast mode. */
static pickle_code push_exact(pickle_encoder *e, pickle__frame_kind kind,
                              pickle__node *n, unsigned flags) {
    if (e->fast) {
        pickle_code code = pickle__guard_enter(e, n);
        if (code) {
            return code;
        }
        flags |= PICKLE__GUARDED;
    }
    return push_batches(e, kind, n, flags);
}

pickle_code pickle__save_list(pickle_encoder *e, pickle_value v) {
    pickle__list *l = pickle__list_of(v);
    pickle_code code =
        put_empty(e, &l->node, PICKLE__OP_EMPTY_LIST, PICKLE__OP_LIST);
    if (code || l->count == 0) {
        return code;
    }
    return push_exact(e, PICKLE__FRAME_LIST, &l->node, e->list_flags);
}

pickle_code pickle__save_dict(pickle_encoder *e, pickle_value v) {
    pickle__dict *d = pickle__dict_of(v);
    if (d->node.flags & PICKLE__UNCHECKED && !pickle__dict_check(d)) {
        return pickle__encode_fail(e, PICKLE_ERR_NOMEM, "dict");
    }
    pickle_code code =
        put_empty(e, &d->node, PICKLE__OP_EMPTY_DICT, PICKLE__OP_DICT);
    if (code || d->count == 0) {
        return code;
    }
    return push_exact(e, PICKLE__FRAME_DICT, &d->node, e->dict_flags);
}

static pickle_code check_set(pickle_encoder *e, pickle_value v) {
    pickle__set *s = pickle__set_of(v);
    if (s->list.node.flags & PICKLE__UNCHECKED && !pickle__set_check(s)) {
        return pickle__encode_fail(e, PICKLE_ERR_NOMEM, "set");
    }
    return PICKLE_OK;
}

pickle_code pickle__save_set(pickle_encoder *e, pickle_value v) {
    pickle__list *l = pickle__list_of(v);
    pickle_code code = check_set(e, v);
    if (code) {
        return code;
    }
    if (e->proto < 4) {
        return pickle__save_object(e, v, pickle__lower_set(e, v));
    }
    pickle__put(&e->w, PICKLE__OP_EMPTY_SET);
    code = pickle__memo_put(e, &l->node);
    if (code || l->count == 0) {
        return code;
    }
    return push_batches(e, PICKLE__FRAME_SET, l, e->dict_flags);
}

pickle_code pickle__save_frozenset(pickle_encoder *e, pickle_value v) {
    pickle_code code = check_set(e, v);
    if (code) {
        return code;
    }
    if (e->proto < 4) {
        return pickle__save_object(e, v, pickle__lower_set(e, v));
    }
    pickle__frame *f = pickle__push_frame(e, PICKLE__FRAME_FROZENSET);
    if (!f) {
        return e->failed;
    }
    pickle__put(&e->w, PICKLE__OP_MARK);
    f->node = pickle__list_of(v);
    f->self = v;
    f->left = f->stop = pickle__list_of(v)->count;
    return PICKLE_OK;
}

/* A tuple's items from `first` on; self null: a tuple of its own. */
static pickle_code save_tuple(pickle_encoder *e, pickle__tuple *t,
                              uint32_t first, pickle_value self) {
    size_t count = t->count - first;
    if (count == 0) {
        if (e->proto == 0) {
            pickle__put(&e->w, PICKLE__OP_MARK);
        }
        pickle__put(&e->w,
                    e->proto ? PICKLE__OP_EMPTY_TUPLE : PICKLE__OP_TUPLE);
        return PICKLE_OK;
    }
    pickle__frame *f = pickle__push_frame(e, PICKLE__FRAME_TUPLE);
    if (!f) {
        return e->failed;
    }
    if (e->proto < 2 || count > 3) {
        pickle__put(&e->w, PICKLE__OP_MARK);
    }
    f->node = t;
    f->self = self;
    f->first = first;
    f->left = f->stop = count;
    return PICKLE_OK;
}

pickle_code pickle__save_tuple(pickle_encoder *e, pickle_value v) {
    return save_tuple(e, pickle__tuple_of(v), 0, v);
}

pickle_code pickle__save_tuple_rest(pickle_encoder *e, pickle_value v,
                                    uint32_t first) {
    pickle__tuple *t = pickle__tuple_of(v);
    if (!e->opt->persistent_id && !(e->pure && e->opt->reducer_override)) {
        if (e->w.pos >= e->w.limit) {
            pickle_code code = pickle__writer_boundary(&e->w);
            if (code) {
                return code;
            }
        }
        return save_tuple(e, t, first, pickle_null());
    }
    pickle_value rest =
        pickle__make_tuple(e, t->items + first, t->count - first);
    return pickle_is_null(rest) ? e->failed : pickle__save(e, rest);
}

pickle_code pickle__save_items(pickle_encoder *e, pickle__object_more *more) {
    return push_batches(e, PICKLE__FRAME_LIST, &more->items,
                        PICKLE__TAIL_SINGLE);
}

pickle_code pickle__save_pairs(pickle_encoder *e, pickle__object_more *more) {
    return push_batches(e, PICKLE__FRAME_PAIRS, more, PICKLE__TAIL_SINGLE);
}
