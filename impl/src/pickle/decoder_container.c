/*
 * Opcodes that make and fill tuples, lists, dicts and sets. Equal keys are
 * not looked for here: a dict or set that may have some is marked, and its
 * first reader drops them.
 */
#include "pickle/decoder.h"
#include "value/hash.h"

/* Pop the slice of the topmost mark, below which a value must be. */
static pickle_code pop_slice(pickle_decoder *d, pickle_value **items,
                             size_t *count) {
    pickle_code code = pickle__pop_mark(d, items, count);
    if (code) {
        return code;
    }
    d->hot.sp = *items;
    return pickle__need(d, 1);
}

/* Whether an array has become a large block, which is trimmed at the end. */
static bool is_large(size_t cap, size_t old_cap, size_t size) {
    return old_cap < PICKLE__ARENA_LARGE / size &&
           cap >= PICKLE__ARENA_LARGE / size;
}

pickle_code pickle__extend_list(pickle_decoder *d, pickle_value list,
                                const pickle_value *items, size_t count) {
    pickle__list *l = pickle__list_of(list);
    if (count == 0) {
        return PICKLE_OK;
    }
    size_t old_cap = l->cap;
    pickle__plan_array(d, (void **)&l->items, l->count, &l->cap, count,
                       sizeof *items);
    if (!pickle__list_reserve(d->doc, l, count)) {
        return pickle__fail_doc(d);
    }
    memcpy(l->items + l->count, items, count * sizeof *items);
    l->count += count;
    if (is_large(l->cap, old_cap, sizeof *items)) {
        pickle__plan_note(d, list);
    }
    return PICKLE_OK;
}

static pickle_code fail_unhashable(pickle_decoder *d, pickle_value v,
                                   const char *what) {
    char text[PICKLE__UNHASHABLE_ROOM];
    pickle__unhashable_text(text, v, pickle__find_unhashable(&d->alloc, v),
                            what, d->cpython);
    return pickle__fail(d, PICKLE_ERR_UNHASHABLE, "%s", text);
}

pickle_code pickle__hashable(pickle_decoder *d, pickle_value v,
                             const char *what) {
    return pickle__value_hashable(&d->alloc, v) ? PICKLE_OK
                                                : fail_unhashable(d, v, what);
}

static pickle_code hashable_all(pickle_decoder *d, const pickle_value *items,
                                size_t count, size_t step, const char *what) {
    for (size_t i = 0; i < count; i += step) {
        pickle_code code = pickle__hashable(d, items[i], what);
        if (code) {
            return code;
        }
    }
    return PICKLE_OK;
}

pickle_code pickle__extend_set(pickle_decoder *d, pickle_value set,
                               const pickle_value *items, size_t count) {
    pickle_code code = hashable_all(d, items, count, 1, "a set element");
    if (code || count == 0) {
        return code;
    }
    pickle__set *s = pickle__set_of(set);
    if (s->index) {
        /* A hook has looked into it: keep its index right. */
        for (size_t i = 0; i < count && !code; i++) {
            code = pickle_set_add(d->doc, set, items[i]);
        }
        return code ? pickle__fail_doc(d) : PICKLE_OK;
    }
    code = pickle__extend_list(d, set, items, count);
    if (s->list.count > 1) {
        s->list.node.flags |= PICKLE__UNCHECKED;
    }
    return code;
}

pickle_code pickle__extend_dict(pickle_decoder *d, pickle_value dict,
                                const pickle_value *items, size_t count) {
    pickle_code code = hashable_all(d, items, count, 2, "a dict key");
    if (code || count == 0) {
        return code;
    }
    pickle__dict *m = pickle__dict_of(dict);
    if (m->index) {
        for (size_t i = 0; i < count && !code; i += 2) {
            code = pickle_dict_set(d->doc, dict, items[i], items[i + 1]);
        }
        return code ? pickle__fail_doc(d) : PICKLE_OK;
    }
    size_t old_cap = m->cap;
    pickle__plan_array(d, (void **)&m->pairs, m->count, &m->cap, count / 2,
                       sizeof *m->pairs);
    if (!pickle__dict_reserve(d->doc, m, count / 2)) {
        return pickle__fail_doc(d);
    }
    memcpy(m->pairs + m->count, items, count * sizeof *items);
    m->count += count / 2;
    if (is_large(m->cap, old_cap, sizeof *m->pairs)) {
        pickle__plan_note(d, dict);
    }
    if (m->count > 1) {
        m->node.flags |= PICKLE__UNCHECKED;
    }
    return PICKLE_OK;
}

static pickle_code push_tuple(pickle_decoder *d, pickle_value *items,
                              size_t count) {
    d->hot.sp = items;
    return pickle__push(d, pickle_tuple(d->doc, items, count));
}

pickle_code pickle__op_tuple(pickle_decoder *d) {
    pickle_value *items = NULL;
    size_t count = 0;
    pickle_code code = pickle__pop_mark(d, &items, &count);
    return code ? code : push_tuple(d, items, count);
}

pickle_code pickle__op_tuple_n(pickle_decoder *d, size_t count) {
    pickle_code code = pickle__need(d, count);
    return code ? code : push_tuple(d, d->hot.sp - count, count);
}

pickle_code pickle__op_list(pickle_decoder *d) {
    pickle_value *items = NULL;
    size_t count = 0;
    pickle_code code = pickle__pop_mark(d, &items, &count);
    if (code) {
        return code;
    }
    pickle_value list = pickle_list(d->doc, count);
    if (pickle_is_null(list)) {
        return pickle__fail_doc(d);
    }
    d->hot.sp = items;
    code = pickle__extend_list(d, list, items, count);
    return code ? code : pickle__push(d, list);
}

pickle_code pickle__op_dict(pickle_decoder *d) {
    pickle_value *items = NULL;
    size_t count = 0;
    pickle_code code = pickle__pop_mark(d, &items, &count);
    if (code) {
        return code;
    }
    if (count % 2 != 0 && !d->pure) {
        return pickle__fail(d, PICKLE_ERR_DICT_ODD,
                            "odd number of items for DICT");
    }
    pickle_value dict = pickle_dict(d->doc, count / 2);
    if (pickle_is_null(dict)) {
        return pickle__fail_doc(d);
    }
    code = pickle__extend_dict(d, dict, items, count - count % 2);
    if (!code && count % 2 != 0) {
        return pickle__fail(d, PICKLE_ERR_INDEX, "list index out of range");
    }
    d->hot.sp = items;
    return code ? code : pickle__push(d, dict);
}

/* Up to 3.9 frozenset() returns one object whenever it is empty. */
pickle_code pickle__frozenset(pickle_decoder *d, const pickle_value *items,
                              size_t count, bool called, pickle_value *result) {
    bool shared = called && count == 0 && d->cpython < 310;
    if (shared && !pickle_is_null(d->empty_frozenset)) {
        *result = d->empty_frozenset;
        return PICKLE_OK;
    }
    *result = pickle_frozenset(d->doc, count);
    if (pickle_is_null(*result)) {
        return pickle__fail_doc(d);
    }
    if (shared) {
        d->empty_frozenset = *result;
    }
    return pickle__extend_set(d, *result, items, count);
}

pickle_code pickle__op_frozenset(pickle_decoder *d) {
    pickle_value *items = NULL;
    size_t count = 0;
    pickle_value set;
    pickle_code code = pickle__pop_mark(d, &items, &count);
    if (!code) {
        d->hot.sp = items;
        code = pickle__frozenset(d, items, count, d->pure, &set);
    }
    return code ? code : pickle__push(d, set);
}

/*
 * Nothing to add: the C unpickler up to 3.14 does not look at the target, the
 * others look up its method first.
 */
static bool is_no_op(const pickle_decoder *d, size_t count) {
    return count == 0 && !d->pure && d->cpython < 315;
}

static pickle_code append_to(pickle_decoder *d, const pickle_value *items,
                             size_t count) {
    pickle_value target = items[-1];
    if (is_no_op(d, count)) {
        return PICKLE_OK;
    }
    if (pickle__tag(target) == PICKLE__TAG_LIST) {
        return pickle__extend_list(d, target, items, count);
    }
    return pickle__append_other(d, target, items, count);
}

pickle_code pickle__op_append(pickle_decoder *d) {
    pickle_code code = pickle__need(d, 2);
    return code ? code : append_to(d, --d->hot.sp, 1);
}

pickle_code pickle__op_appends(pickle_decoder *d) {
    pickle_value *items = NULL;
    size_t count = 0;
    pickle_code code = pop_slice(d, &items, &count);
    return code ? code : append_to(d, items, count);
}

static pickle_code set_items(pickle_decoder *d, const pickle_value *items,
                             size_t count) {
    pickle_value target = items[-1];
    if (pickle__tag(target) == PICKLE__TAG_DICT) {
        return pickle__extend_dict(d, target, items, count);
    }
    return pickle__setitems_other(d, target, items, count);
}

pickle_code pickle__op_setitem(pickle_decoder *d) {
    pickle_code code = pickle__need(d, 3);
    if (code) {
        return code;
    }
    d->hot.sp -= 2;
    return set_items(d, d->hot.sp, 2);
}

/* The pure-Python unpickler sets pair by pair and then misses a value. */
pickle_code pickle__op_setitems(pickle_decoder *d) {
    pickle_value *items = NULL;
    size_t count = 0;
    pickle_code code = pop_slice(d, &items, &count);
    if (code) {
        return code;
    }
    if (count % 2 != 0 && !d->pure) {
        return pickle__fail(d, PICKLE_ERR_DICT_ODD,
                            "odd number of items for SETITEMS");
    }
    code = set_items(d, items, count - count % 2);
    if (!code && count % 2 != 0) {
        return pickle__fail(d, PICKLE_ERR_INDEX, "list index out of range");
    }
    return code;
}

pickle_code pickle__op_additems(pickle_decoder *d) {
    pickle_value *items = NULL;
    size_t count = 0;
    pickle_code code = pop_slice(d, &items, &count);
    if (code || is_no_op(d, count)) {
        return code;
    }
    if (pickle_kind_of(items[-1]) == PICKLE_KIND_SET) {
        return pickle__extend_set(d, items[-1], items, count);
    }
    return pickle__additems_other(d, items[-1], items, count);
}
