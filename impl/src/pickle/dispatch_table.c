/* pickle/dispatch_table.c  Dispatch tables: exact type to reducer. A dozen
 * entries, looked through in order. */
#include <pickleproof/copyreg.h>

#include "base/alloc.h"
#include "base/error.h"
#include "value/node.h"

typedef struct dispatch_entry {
    char *module;
    char *qualname;
    pickle_reducer_fn fn;
    void *ctx;
} dispatch_entry;

struct pickle_dispatch_table {
    pickle_allocator alloc;
    dispatch_entry *entries;
    size_t count;
    size_t cap;
};

pickle_code pickle_dispatch_table_new(const pickle_allocator *alloc,
                                      pickle_dispatch_table **table,
                                      pickle_error *err) {
    const pickle_allocator *a = alloc ? alloc : pickle_allocator_default();
    pickle__error_clear(err);
    pickle_dispatch_table *t = pickle__alloc(a, sizeof *t);
    if (!t) {
        return pickle__error_code(err, PICKLE_ERR_NOMEM, "dispatch table");
    }
    memset(t, 0, sizeof *t);
    t->alloc = *a;
    *table = t;
    return PICKLE_OK;
}

static void free_name(const pickle_allocator *a, char *name) {
    pickle__free(a, name, name ? strlen(name) + 1 : 0);
}

void pickle_dispatch_table_free(pickle_dispatch_table *t) {
    if (!t) {
        return;
    }
    pickle_allocator a = t->alloc;
    for (size_t i = 0; i < t->count; i++) {
        free_name(&a, t->entries[i].module);
        free_name(&a, t->entries[i].qualname);
    }
    pickle__free(&a, t->entries, t->cap * sizeof *t->entries);
    pickle__free(&a, t, sizeof *t);
}

static char *copy_name(const pickle_allocator *a, const char *name) {
    size_t size = strlen(name) + 1;
    char *copy = pickle__alloc(a, size);
    return copy ? memcpy(copy, name, size) : NULL;
}

static dispatch_entry *find(const pickle_dispatch_table *t, const char *module,
                            const char *qualname) {
    for (size_t i = 0; i < t->count; i++) {
        if (strcmp(t->entries[i].qualname, qualname) == 0 &&
            strcmp(t->entries[i].module, module) == 0) {
            return &t->entries[i];
        }
    }
    return NULL;
}

static bool reserve(pickle_dispatch_table *t) {
    if (t->count < t->cap) {
        return true;
    }
    size_t cap = t->cap ? t->cap * 2 : 8;
    dispatch_entry *entries = pickle__realloc(
        &t->alloc, t->entries, t->cap * sizeof *entries, cap * sizeof *entries);
    if (!entries) {
        return false;
    }
    t->entries = entries;
    t->cap = cap;
    return true;
}

pickle_code pickle_dispatch_table_set(pickle_dispatch_table *t,
                                      const char *module, const char *qualname,
                                      pickle_reducer_fn fn, void *ctx,
                                      pickle_error *err) {
    pickle__error_clear(err);
    if (!fn) {
        return pickle__error_code(err, PICKLE_ERR_ARGUMENT, "reducer");
    }
    dispatch_entry *e = find(t, module, qualname);
    if (!e) {
        char *m = copy_name(&t->alloc, module);
        char *q = copy_name(&t->alloc, qualname);
        if (!m || !q || !reserve(t)) {
            free_name(&t->alloc, m);
            free_name(&t->alloc, q);
            return pickle__error_code(err, PICKLE_ERR_NOMEM, "dispatch table");
        }
        e = &t->entries[t->count++];
        e->module = m;
        e->qualname = q;
    }
    e->fn = fn;
    e->ctx = ctx;
    return PICKLE_OK;
}

pickle_code pickle_dispatch_table_update(pickle_dispatch_table *t,
                                         const pickle_dispatch_table *other,
                                         pickle_error *err) {
    pickle__error_clear(err);
    for (size_t i = 0; i < other->count; i++) {
        const dispatch_entry *e = &other->entries[i];
        pickle_code code = pickle_dispatch_table_set(t, e->module, e->qualname,
                                                     e->fn, e->ctx, err);
        if (code) {
            return code;
        }
    }
    return PICKLE_OK;
}

pickle_reducer_fn pickle_dispatch_table_find(const pickle_dispatch_table *t,
                                             pickle_value type, void **ctx) {
    for (size_t i = 0; i < t->count; i++) {
        const dispatch_entry *e = &t->entries[i];
        if (pickle_is_global(type, e->module, e->qualname)) {
            if (ctx) {
                *ctx = e->ctx;
            }
            return e->fn;
        }
    }
    return NULL;
}

size_t pickle_dispatch_table_count(const pickle_dispatch_table *t) {
    return t->count;
}

pickle_value pickle_type_of(pickle_doc *doc, pickle_value v) {
    switch (pickle_kind_of(v)) {
    case PICKLE_KIND_NATIVE:
    case PICKLE_KIND_INSTANCE: return pickle_get_callable(v);
    case PICKLE_KIND_NULL:
    case PICKLE_KIND_GLOBAL:
    case PICKLE_KIND_REDUCE:
    case PICKLE_KIND_PERSID: return pickle_null();
    case PICKLE_KIND_BOOL: return pickle_global(doc, "builtins", "bool");
    case PICKLE_KIND_BUFFER:
        return pickle_global(doc, "pickle", "PickleBuffer");
    default:
        return pickle_global(doc, "builtins",
                             pickle_kind_name(pickle_kind_of(v)));
    }
}
