/* value/object.c  Instances, reduced calls, persistent objects. */
#include "base/checked.h"
#include "value/node.h"

static pickle_value new_object(pickle_doc *doc, pickle_kind kind,
                               pickle_value callable, pickle_value args) {
    if (pickle_is_null(args)) {
        args = pickle_tuple(doc, NULL, 0);
    }
    if (pickle_is_null(callable) || pickle__tag(args) != PICKLE__TAG_TUPLE) {
        return pickle__doc_error(doc, PICKLE_ERR_BUG, "object");
    }
    pickle__object *o = pickle__node_new(doc, sizeof *o, kind);
    if (!o) {
        return pickle_null();
    }
    o->callable = callable;
    o->args = args;
    o->state = pickle_null();
    o->more = NULL;
    return pickle__make(PICKLE__TAG_OBJECT, o);
}

pickle_value pickle_instance(pickle_doc *doc, pickle_value cls,
                             pickle_value args) {
    return new_object(doc, PICKLE_KIND_INSTANCE, cls, args);
}

pickle_value pickle_reduce(pickle_doc *doc, pickle_value callable,
                           pickle_value args) {
    return new_object(doc, PICKLE_KIND_REDUCE, callable, args);
}

pickle_value pickle_native(pickle_doc *doc, pickle_value type,
                           pickle_value fields) {
    return new_object(doc, PICKLE_KIND_NATIVE, type, fields);
}

pickle__object_more *pickle__object_more_of(pickle_doc *doc,
                                            pickle__object *o) {
    if (!o->more) {
        pickle__object_more *more =
            pickle__arena_alloc(&doc->arena, sizeof *more);
        if (!more) {
            pickle__doc_fail(doc);
            return NULL;
        }
        memset(more, 0, sizeof *more);
        more->kwargs = pickle_null();
        more->setter = pickle_null();
        o->more = more;
    }
    return o->more;
}

/* The object and its extra part; NULL with the error set otherwise. */
static pickle__object_more *extra(pickle_doc *doc, pickle_value object) {
    if (pickle__tag(object) != PICKLE__TAG_OBJECT) {
        pickle__doc_error(doc, PICKLE_ERR_BUG, "object");
        return NULL;
    }
    return pickle__object_more_of(doc, pickle__object_of(object));
}

static void push(pickle_doc *doc, pickle__list *l, pickle_value item) {
    if (pickle_is_null(item)) {
        pickle__doc_error(doc, PICKLE_ERR_BUG, "null value");
    } else if (pickle__list_reserve(doc, l, 1)) {
        l->items[l->count++] = item;
    }
}

pickle_code pickle_object_add_state(pickle_doc *doc, pickle_value object,
                                    pickle_value state) {
    if (pickle__tag(object) != PICKLE__TAG_OBJECT || pickle_is_null(state)) {
        pickle__doc_error(doc, PICKLE_ERR_BUG, "state");
        return doc->error.code;
    }
    pickle__object *o = pickle__object_of(object);
    if (!pickle_is_null(o->state)) {
        pickle__object_more *more = extra(doc, object);
        if (!more) {
            return doc->error.code;
        }
        if (more->more_states.count == 0) {
            push(doc, &more->more_states, o->state);
        }
        push(doc, &more->more_states, state);
    }
    o->state = state;
    return doc->error.code;
}

pickle_code pickle_object_add_item(pickle_doc *doc, pickle_value object,
                                   pickle_value item) {
    pickle__object_more *more = extra(doc, object);
    if (more) {
        push(doc, &more->items, item);
    }
    return doc->error.code;
}

pickle_code pickle_object_add_pair(pickle_doc *doc, pickle_value object,
                                   pickle_value key, pickle_value value) {
    pickle__object_more *more = extra(doc, object);
    if (!more) {
        return doc->error.code;
    }
    if (pickle_is_null(key) || pickle_is_null(value)) {
        pickle__doc_error(doc, PICKLE_ERR_BUG, "null value");
        return doc->error.code;
    }
    if (more->pair_count == more->pair_cap) {
        size_t cap = more->pair_cap ? more->pair_cap * 2 : 4;
        pickle_pair *pairs = pickle__arena_resize(
            &doc->arena, more->pairs, more->pair_cap * sizeof *pairs,
            cap * sizeof *pairs);
        if (!pairs) {
            pickle__doc_fail(doc);
            return doc->error.code;
        }
        more->pairs = pairs;
        more->pair_cap = cap;
    }
    more->pairs[more->pair_count++] = (pickle_pair){key, value};
    return doc->error.code;
}

pickle_code pickle_object_set_kwargs(pickle_doc *doc, pickle_value object,
                                     pickle_value kwargs) {
    pickle__object_more *more = extra(doc, object);
    if (more) {
        more->kwargs = kwargs;
    }
    return doc->error.code;
}

pickle_code pickle_object_set_setter(pickle_doc *doc, pickle_value object,
                                     pickle_value setter) {
    pickle__object_more *more = extra(doc, object);
    if (more) {
        more->setter = setter;
    }
    return doc->error.code;
}

pickle_code pickle_object_set_base(pickle_doc *doc, pickle_value object,
                                   pickle_base base) {
    if (pickle_kind_of(object) != PICKLE_KIND_INSTANCE) {
        pickle__doc_error(doc, PICKLE_ERR_BUG, "base");
    } else {
        pickle__node_of(object)->aux = (uint16_t)base;
    }
    return doc->error.code;
}

static const pickle__object *object_of(pickle_value v) {
    return pickle__tag(v) == PICKLE__TAG_OBJECT ? pickle__object_of(v) : NULL;
}

static const pickle__object_more *more_of(pickle_value v) {
    const pickle__object *o = object_of(v);
    return o ? o->more : NULL;
}

pickle_value pickle_get_callable(pickle_value object) {
    const pickle__object *o = object_of(object);
    return o ? o->callable : pickle_null();
}

pickle_value pickle_get_args(pickle_value object) {
    const pickle__object *o = object_of(object);
    return o ? o->args : pickle_null();
}

pickle_value pickle_get_state(pickle_value object) {
    const pickle__object *o = object_of(object);
    return o ? o->state : pickle_null();
}

const pickle_value *pickle_object_get_states(pickle_value object,
                                             size_t *count) {
    const pickle__object *o = object_of(object);
    const pickle__object_more *more = more_of(object);
    *count = 0;
    if (more && more->more_states.count) {
        *count = more->more_states.count;
        return more->more_states.items;
    }
    if (o && !pickle_is_null(o->state)) {
        *count = 1;
        return &o->state;
    }
    return NULL;
}

const pickle_value *pickle_object_get_items(pickle_value object,
                                            size_t *count) {
    const pickle__object_more *more = more_of(object);
    *count = more ? more->items.count : 0;
    return more ? more->items.items : NULL;
}

const pickle_pair *pickle_object_get_pairs(pickle_value object, size_t *count) {
    const pickle__object_more *more = more_of(object);
    *count = more ? more->pair_count : 0;
    return more ? more->pairs : NULL;
}

pickle_value pickle_object_get_kwargs(pickle_value object) {
    const pickle__object_more *more = more_of(object);
    return more ? more->kwargs : pickle_null();
}

pickle_value pickle_object_get_setter(pickle_value object) {
    const pickle__object_more *more = more_of(object);
    return more ? more->setter : pickle_null();
}

pickle_base pickle_object_get_base(pickle_value object) {
    return pickle_kind_of(object) == PICKLE_KIND_INSTANCE
               ? (pickle_base)pickle__node_of(object)->aux
               : PICKLE_BASE_OBJECT;
}

pickle_value pickle_persid(pickle_doc *doc, pickle_value id) {
    if (pickle_is_null(id)) {
        return pickle__doc_error(doc, PICKLE_ERR_BUG, "persistent id");
    }
    pickle__persid *p = pickle__node_new(doc, sizeof *p, PICKLE_KIND_PERSID);
    if (!p) {
        return pickle_null();
    }
    p->id = id;
    return pickle__make(PICKLE__TAG_OTHER, p);
}

pickle_value pickle_get_persid(pickle_value v) {
    return pickle_kind_of(v) == PICKLE_KIND_PERSID
               ? ((const pickle__persid *)pickle__node_of(v))->id
               : pickle_null();
}
