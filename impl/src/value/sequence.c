/* value/sequence.c  tuple, list, set and frozenset. */
#include <string.h>

#include "base/checked.h"
#include "value/keys.h"
#include "value/node.h"

pickle_value pickle_tuple(pickle_doc *doc, const pickle_value *items,
                          size_t count) {
    size_t size;
    if (count == 0 && !pickle_is_null(doc->empty_tuple)) {
        return doc->empty_tuple;
    }
    if (count > UINT32_MAX || !pickle__mul_size(count, sizeof *items, &size) ||
        !pickle__add_size(size, sizeof(pickle__tuple), &size)) {
        return pickle__doc_fail(doc);
    }
    pickle__tuple *t = pickle__node_new(doc, size, PICKLE_KIND_TUPLE);
    if (!t) {
        return pickle_null();
    }
    t->count = (uint32_t)count;
    t->class = 0;
    if (items) {
        memcpy(t->items, items, count * sizeof *items);
    } else {
        for (size_t i = 0; i < count; i++) {
            t->items[i] = pickle_null();
        }
    }
    pickle_value v = pickle__make(PICKLE__TAG_TUPLE, t);
    if (count == 0) {
        doc->empty_tuple = v;
    }
    return v;
}

pickle_code pickle_tuple_set(pickle_value tuple, size_t index,
                             pickle_value item) {
    if (pickle__tag(tuple) != PICKLE__TAG_TUPLE ||
        index >= pickle__tuple_of(tuple)->count) {
        return PICKLE_ERR_BUG;
    }
    pickle__tuple_of(tuple)->items[index] = item;
    pickle__node_of(tuple)->flags = 0;
    return PICKLE_OK;
}

bool pickle__list_reserve(pickle_doc *doc, pickle__list *l, size_t more) {
    if (more <= l->cap - l->count) {
        return true;
    }
    pickle_value *items = pickle__array_grow(doc, l->items, l->count, &l->cap,
                                             more, sizeof *l->items);
    l->items = items ? items : l->items;
    return items != NULL;
}

void pickle__list_trim(pickle_doc *doc, pickle__list *l) {
    size_t used = l->count * sizeof *l->items;
    if (used >= PICKLE__ARENA_LARGE && l->cap > l->count) {
        pickle_value *items = pickle__arena_resize(
            &doc->arena, l->items, l->cap * sizeof *l->items, used);
        if (items) {
            l->items = items;
            l->cap = l->count;
        }
    }
}

static bool list_init(pickle_doc *doc, pickle__list *l, size_t cap) {
    l->count = 0;
    l->cap = 0;
    l->items = NULL;
    return cap == 0 || pickle__list_reserve(doc, l, cap);
}

pickle_value pickle_list(pickle_doc *doc, size_t cap) {
    pickle__list *l = pickle__node_new(doc, sizeof *l, PICKLE_KIND_LIST);
    if (!l || !list_init(doc, l, cap)) {
        return pickle_null();
    }
    return pickle__make(PICKLE__TAG_LIST, l);
}

static bool push(pickle_doc *doc, pickle__list *l, pickle_value item) {
    if (pickle_is_null(item)) {
        pickle__doc_error(doc, PICKLE_ERR_BUG, "null value");
        return false;
    }
    if (!pickle__list_reserve(doc, l, 1)) {
        return false;
    }
    l->items[l->count++] = item;
    return true;
}

pickle_code pickle_list_append(pickle_doc *doc, pickle_value list,
                               pickle_value item) {
    if (pickle__tag(list) != PICKLE__TAG_LIST) {
        pickle__doc_error(doc, PICKLE_ERR_BUG, "list");
        return doc->error.code;
    }
    push(doc, pickle__list_of(list), item);
    return doc->error.code;
}

static pickle_value new_set(pickle_doc *doc, unsigned tag, pickle_kind kind,
                            size_t cap) {
    pickle__set *s = pickle__node_new(doc, sizeof *s, kind);
    if (!s || !list_init(doc, &s->list, cap)) {
        return pickle_null();
    }
    s->index = NULL;
    s->doc = doc;
    s->class = 0;
    return pickle__make(tag, s);
}

pickle_value pickle_set(pickle_doc *doc, size_t cap) {
    return new_set(doc, PICKLE__TAG_SET, PICKLE_KIND_SET, cap);
}

pickle_value pickle_frozenset(pickle_doc *doc, size_t cap) {
    return new_set(doc, PICKLE__TAG_FROZENSET, PICKLE_KIND_FROZENSET, cap);
}

static bool is_set(pickle_value v) {
    unsigned tag = pickle__tag(v);
    return tag == PICKLE__TAG_SET || tag == PICKLE__TAG_FROZENSET;
}

static size_t find_element(pickle__set *s, size_t count, pickle_value item,
                           bool own) {
    pickle__keys keys = {s->list.items, 1, count};
    return pickle__find_key(s->doc, keys, &s->index, item, own);
}

/* Whether it can be an element; recorded if not. */
static bool accept_element(pickle_doc *doc, pickle_value set,
                           pickle_value item) {
    if (!is_set(set) || pickle_is_null(item)) {
        pickle__doc_error(doc, PICKLE_ERR_BUG, "set");
        return false;
    }
    if (!pickle_is_hashable(item)) {
        pickle__doc_error(doc, PICKLE_ERR_UNHASHABLE, "set");
        return false;
    }
    return true;
}

pickle_code pickle__set_put(pickle_doc *doc, pickle_value set,
                            pickle_value item) {
    if (accept_element(doc, set, item)) {
        push(doc, &pickle__set_of(set)->list, item);
        pickle__node_of(set)->flags |= PICKLE__UNCHECKED;
    }
    return doc->error.code;
}

pickle_code pickle_set_add(pickle_doc *doc, pickle_value set,
                           pickle_value item) {
    if (!accept_element(doc, set, item)) {
        return doc->error.code;
    }
    pickle__set *s = pickle__set_of(set);
    if (!pickle__set_check(s)) {
        pickle__doc_fail(doc);
        return doc->error.code;
    }
    size_t at = find_element(s, s->list.count, item, true);
    if (at == PICKLE__NO_MEMORY) {
        pickle__doc_fail(doc);
    } else if (at == PICKLE__NOT_FOUND) {
        s->class = 0; /* as it was, it may have been a key */
        push(doc, &s->list, item);
    }
    return doc->error.code;
}

/* Keep the first of equal elements, in place. */
bool pickle__set_check(pickle__set *s) {
    if (!(s->list.node.flags & PICKLE__UNCHECKED)) {
        return true;
    }
    size_t kept = 0;
    for (size_t i = 0; i < s->list.count; i++) {
        size_t at = find_element(s, kept, s->list.items[i], true);
        if (at == PICKLE__NO_MEMORY) {
            /* What stands before i is checked; the rest stays to be. */
            memmove(s->list.items + kept, s->list.items + i,
                    (s->list.count - i) * sizeof *s->list.items);
            s->list.count -= i - kept;
            s->index = NULL;
            return false;
        }
        if (at == PICKLE__NOT_FOUND) {
            s->list.items[kept++] = s->list.items[i];
        }
    }
    s->list.count = kept;
    s->list.node.flags &= (uint8_t)~PICKLE__UNCHECKED;
    return true;
}

bool pickle_set_has(pickle_value set, pickle_value item) {
    if (!is_set(set) || !pickle_is_hashable(item) ||
        !pickle__set_check(pickle__set_of(set))) {
        return false;
    }
    pickle__set *s = pickle__set_of(set);
    return find_element(s, s->list.count, item, false) < s->list.count;
}

const pickle_value *pickle_get_items(pickle_value v, size_t *count) {
    *count = 0;
    switch (pickle__tag(v)) {
    case PICKLE__TAG_TUPLE:
        *count = pickle__tuple_of(v)->count;
        return pickle__tuple_of(v)->items;
    case PICKLE__TAG_SET:
    case PICKLE__TAG_FROZENSET:
        (void)pickle__set_check(pickle__set_of(v)); /* fallthrough */
    case PICKLE__TAG_LIST:
        *count = pickle__list_of(v)->count;
        return pickle__list_of(v)->items;
    default: return NULL;
    }
}

size_t pickle_get_count(pickle_value v) {
    size_t count;
    if (pickle__tag(v) == PICKLE__TAG_DICT) {
        (void)pickle_get_pairs(v, &count);
    } else {
        (void)pickle_get_items(v, &count);
    }
    return count;
}

pickle_value pickle_get_item(pickle_value v, size_t index) {
    size_t count;
    const pickle_value *items = pickle_get_items(v, &count);
    return index < count ? items[index] : pickle_null();
}
