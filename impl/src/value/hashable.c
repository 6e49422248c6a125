/* Whether Python could hash a value: as the key of a dict or in a set. */
#include "base/alloc.h"
#include "value/hash.h"

static bool is_plain_hashable(pickle_value v) {
    switch (pickle__tag(v)) {
    case PICKLE__TAG_BYTEARRAY:
    case PICKLE__TAG_LIST:
    case PICKLE__TAG_DICT:
    case PICKLE__TAG_SET: return false;
    case PICKLE__TAG_OTHER:
        return pickle_kind_of(v) != PICKLE_KIND_BUFFER ||
               !(pickle__node_of(v)->flags & PICKLE__BUFFER_VIEW);
    default: return true;
    }
}

static bool is_open_tuple(pickle_value v) {
    return pickle__tag(v) == PICKLE__TAG_TUPLE &&
           !(pickle__node_of(v)->flags & PICKLE__HASHABLE);
}

typedef struct walk {
    pickle__tuple *tuple;
    uint32_t next;
} walk;

/* Grow the stack of a walk that started on the C stack. NULL on failure. */
static walk *grow(const pickle_allocator *alloc, walk *stack, walk *first,
                  size_t cap) {
    walk *more = pickle__realloc(alloc, stack == first ? NULL : stack,
                                 stack == first ? 0 : cap * sizeof *stack,
                                 2 * cap * sizeof *stack);
    if (more && stack == first) {
        memcpy(more, first, cap * sizeof *first);
    }
    return more;
}

static walk enter(pickle_value tuple) {
    pickle__node_of(tuple)->flags |= PICKLE__ON_PATH;
    return (walk){pickle__tuple_of(tuple), 0};
}

/* What is left on the path of a walk that ends is on no path. */
static void leave(walk *stack, size_t depth) {
    while (depth) {
        stack[--depth].tuple->node.flags &= (uint8_t)~PICKLE__ON_PATH;
    }
}

/* Tuples do not change once made, so a yes is kept in the node: shared and
 * nested tuples are walked once. One that holds itself, which only the text of
 * a value can say, has no hash: Python would end with RecursionError. */
static pickle_value walk_tuple(const pickle_allocator *alloc, pickle_value v) {
    enum { FIRST = 16 };
    walk first[FIRST];
    walk *stack = first;
    size_t cap = FIRST;
    size_t depth = 1;
    pickle_value found = pickle_null();

    stack[0] = enter(v);
    while (depth && pickle_is_null(found)) {
        walk *top = &stack[depth - 1];
        if (top->next == top->tuple->count) {
            top->tuple->node.flags |= PICKLE__HASHABLE;
            top->tuple->node.flags &= (uint8_t)~PICKLE__ON_PATH;
            depth--;
            continue;
        }
        pickle_value item = top->tuple->items[top->next++];
        if (!is_open_tuple(item)) {
            found = is_plain_hashable(item) ? found : item;
            continue;
        }
        if (pickle__node_of(item)->flags & PICKLE__ON_PATH) {
            found = item;
            break;
        }
        if (depth == cap) {
            walk *more = grow(alloc, stack, first, cap);
            if (!more) {
                found = v;
                break;
            }
            stack = more;
            cap *= 2;
        }
        stack[depth++] = enter(item);
    }
    leave(stack, depth);
    if (stack != first) {
        pickle__free(alloc, stack, cap * sizeof *stack);
    }
    return found;
}

pickle_value pickle__find_unhashable(const pickle_allocator *alloc,
                                     pickle_value v) {
    if (is_open_tuple(v)) {
        return walk_tuple(alloc, v);
    }
    return is_plain_hashable(v) ? pickle_null() : v;
}

bool pickle__value_hashable(const pickle_allocator *alloc, pickle_value v) {
    return is_open_tuple(v) ? pickle_is_null(walk_tuple(alloc, v))
                            : is_plain_hashable(v);
}

bool pickle_is_hashable(pickle_value v) {
    return pickle__value_hashable(pickle_allocator_default(), v);
}
