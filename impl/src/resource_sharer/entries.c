/* resource_sharer/entries.c  The descriptors on offer. */
#include "base/alloc.h"
#include "resource_sharer/sharer.h"

enum { DEFAULT_MAX = 4096, FIRST_CAP = 8 };

static bool grow(pickle_resource_sharer *s) {
    size_t cap = s->cap ? s->cap * 2 : FIRST_CAP;
    pickle__shared *grown = pickle__realloc(
        &s->alloc, s->entries, s->cap * sizeof *grown, cap * sizeof *grown);
    if (grown) {
        s->entries = grown;
        s->cap = cap;
    }
    return grown != NULL;
}

pickle_code pickle__entries_add(pickle_resource_sharer *s, pickle_handle h,
                                int64_t *key, pickle_error *err) {
    size_t max = s->opt.max_entries ? s->opt.max_entries : DEFAULT_MAX;
    if (s->count >= max) {
        return pickle__error_set(err, PICKLE_ERR_LIMIT, "register",
                                 "more than %zu descriptors wait", max);
    }
    if (s->count == s->cap && !grow(s)) {
        return pickle__error_code(err, PICKLE_ERR_NOMEM, "register");
    }
    *key = ++s->last_key;
    s->entries[s->count++] = (pickle__shared){*key, h};
    return PICKLE_OK;
}

pickle_handle pickle__entries_take(pickle_resource_sharer *s, int64_t key) {
    for (size_t i = 0; i < s->count; i++) {
        if (s->entries[i].key == key) {
            pickle_handle h = s->entries[i].handle;
            s->entries[i] = s->entries[--s->count];
            return h;
        }
    }
    return PICKLE_INVALID_HANDLE;
}

void pickle__entries_clear(pickle_resource_sharer *s) {
    while (s->count) {
        pickle__handle_close(s->entries[--s->count].handle);
    }
}
