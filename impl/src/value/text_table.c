/* value/text_table.c  The writer's table of nodes: open addressing by handle
 * and scope. */
#include "value/text.h"

static size_t home(uint64_t node, size_t scope, size_t cap) {
    uint64_t h = (node ^ (uint64_t)scope << 40) * UINT64_C(0x9e3779b97f4a7c15);
    return (size_t)(h >> 20) & (cap - 1);
}

static bool grow(writer *w) {
    size_t cap = w->slot_cap ? w->slot_cap * 2 : 64;
    text_slot *slots = pickle__alloc(w->alloc, cap * sizeof *slots);
    if (!slots) {
        w->code = PICKLE_ERR_NOMEM;
        return false;
    }
    memset(slots, 0, cap * sizeof *slots);
    for (size_t i = 0; i < w->slot_cap; i++) {
        if (w->slots[i].node) {
            size_t at = home(w->slots[i].node, w->slots[i].scope, cap);
            while (slots[at].node) {
                at = (at + 1) & (cap - 1);
            }
            slots[at] = w->slots[i];
        }
    }
    pickle__free(w->alloc, w->slots, w->slot_cap * sizeof *slots);
    w->slots = slots;
    w->slot_cap = cap;
    return true;
}

size_t *pickle__text_slot(writer *w, pickle_value v, size_t scope) {
    if (w->code || ((w->slot_count + 1) * 2 > w->slot_cap && !grow(w))) {
        return NULL;
    }
    size_t at = home(v.bits, scope, w->slot_cap);
    while (w->slots[at].node &&
           (w->slots[at].node != v.bits || w->slots[at].scope != scope)) {
        at = (at + 1) & (w->slot_cap - 1);
    }
    if (!w->slots[at].node) {
        w->slots[at] = (text_slot){v.bits, scope, 0};
        w->slot_count++;
    }
    return &w->slots[at].number;
}

void *pickle__text_room(writer *w, void *array, size_t count, size_t *cap,
                        size_t size) {
    if (count < *cap) {
        return array;
    }
    size_t more = *cap ? *cap * 2 : 32;
    void *grown = pickle__realloc(w->alloc, array, *cap * size, more * size);
    if (!grown) {
        pickle__write_fail(w, PICKLE_ERR_NOMEM);
        return NULL;
    }
    *cap = more;
    return grown;
}

size_t pickle__text_new_scope(writer *w) {
    if (w->code == PICKLE_OK) {
        size_t *counters = pickle__text_room(w, w->counters, w->scopes,
                                             &w->scope_cap, sizeof *counters);
        w->counters = counters ? counters : w->counters;
    }
    if (w->code) {
        return FIRST_SCOPE;
    }
    w->counters[w->scopes] = 0;
    return FIRST_SCOPE + w->scopes++;
}

size_t *pickle__text_counter(writer *w, size_t scope) {
    return &w->counters[scope - FIRST_SCOPE];
}

void pickle__text_forget_scopes(writer *w) {
    for (size_t i = 0; i < w->slot_cap; i++) {
        if (w->slots[i].node && w->slots[i].scope != COUNT_SCOPE) {
            w->slots[i].number = 0;
        }
    }
    w->scopes = 0;
    w->open = 0;
}

void pickle__text_free_tables(writer *w) {
    pickle__free(w->alloc, w->slots, w->slot_cap * sizeof *w->slots);
    pickle__free(w->alloc, w->frames, w->frame_cap * sizeof *w->frames);
    pickle__free(w->alloc, w->counters, w->scope_cap * sizeof *w->counters);
    pickle__free(w->alloc, w->starts, w->start_cap * sizeof *w->starts);
}
