/* pickle/decoder_fast_containers.h  Of decoder_fast.h: containers and objects.
 */
#ifndef PICKLE_PICKLE_DECODER_FAST_CONTAINERS_H
#define PICKLE_PICKLE_DECODER_FAST_CONTAINERS_H

#include "pickle/decoder_fast.h"

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

#endif
