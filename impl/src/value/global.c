/* value/global.c  Globals: one object per document and name, in a chained hash
 * table. */
#include <string.h>

#include "value/hash.h"
#include "value/node.h"

static bool same(pickle_value str, const uint8_t *data, size_t len) {
    const pickle__blob *b = pickle__blob_of(str);
    return b->len == len && memcmp(b->data, data, len) == 0;
}

/* Not seeded: equal names hash equal in every document. */
static uint64_t name_hash(const uint8_t *module, size_t module_len,
                          const uint8_t *qualname, size_t qualname_len) {
    uint64_t h = pickle__hash_bytes(17, module, module_len);
    return pickle__hash_bytes(h, qualname, qualname_len);
}

static pickle__global *find(const pickle_doc *doc, uint64_t hash,
                            const uint8_t *module, size_t module_len,
                            const uint8_t *qualname, size_t qualname_len) {
    if (!doc->global_cap) {
        return NULL;
    }
    pickle__global *g = doc->globals[hash & (doc->global_cap - 1)];
    while (g && !(g->hash == hash && same(g->module, module, module_len) &&
                  same(g->qualname, qualname, qualname_len))) {
        g = g->next;
    }
    return g;
}

/* Twice the buckets; the old table stays in the arena. */
static bool grow(pickle_doc *doc) {
    size_t cap = doc->global_cap ? doc->global_cap * 2 : 16;
    pickle__global **table =
        pickle__arena_alloc(&doc->arena, cap * sizeof *table);
    if (!table) {
        pickle__doc_fail(doc);
        return false;
    }
    memset(table, 0, cap * sizeof *table);
    for (size_t i = 0; i < doc->global_cap; i++) {
        for (pickle__global *g = doc->globals[i]; g;) {
            pickle__global *next = g->next;
            g->next = table[g->hash & (cap - 1)];
            table[g->hash & (cap - 1)] = g;
            g = next;
        }
    }
    doc->globals = table;
    doc->global_cap = cap;
    return true;
}

static pickle_value add(pickle_doc *doc, uint64_t hash, pickle_value module,
                        pickle_value qualname) {
    if (pickle_is_null(module) || pickle_is_null(qualname) ||
        (doc->global_count >= doc->global_cap && !grow(doc))) {
        return pickle_null();
    }
    pickle__global *g = pickle__node_new(doc, sizeof *g, PICKLE_KIND_GLOBAL);
    if (!g) {
        return pickle_null();
    }
    g->module = module;
    g->qualname = qualname;
    g->hash = hash;
    g->known = 0;
    g->next = doc->globals[hash & (doc->global_cap - 1)];
    doc->globals[hash & (doc->global_cap - 1)] = g;
    doc->global_count++;
    return pickle__make(PICKLE__TAG_GLOBAL, g);
}

/* The str all globals of a module share as their `__module__`. */
static pickle_value module_str(pickle_doc *doc, const uint8_t *module,
                               size_t len) {
    uint64_t hash = pickle__hash_bytes(19, module, len);
    if (doc->module_cap) {
        for (pickle__module *m = doc->modules[hash & (doc->module_cap - 1)]; m;
             m = m->next) {
            if (same(m->name, module, len)) {
                return m->name;
            }
        }
    } else {
        doc->modules = pickle__arena_alloc(
            &doc->arena, PICKLE__MODULE_BUCKETS * sizeof *doc->modules);
        if (!doc->modules) {
            return pickle__doc_fail(doc);
        }
        memset(doc->modules, 0, PICKLE__MODULE_BUCKETS * sizeof *doc->modules);
        doc->module_cap = PICKLE__MODULE_BUCKETS;
    }
    pickle__module *m = pickle__arena_alloc(&doc->arena, sizeof *m);
    if (!m) {
        return pickle__doc_fail(doc);
    }
    m->name = pickle_str(doc, (const char *)module, len);
    if (pickle_is_null(m->name)) {
        return m->name;
    }
    pickle__node_of(m->name)->flags |= PICKLE__STR_MODULE;
    m->next = doc->modules[hash & (doc->module_cap - 1)];
    doc->modules[hash & (doc->module_cap - 1)] = m;
    return m->name;
}

pickle_value pickle__global_named(pickle_doc *doc, const uint8_t *module,
                                  size_t module_len, const uint8_t *qualname,
                                  size_t qualname_len) {
    uint64_t hash = name_hash(module, module_len, qualname, qualname_len);
    pickle__global *g =
        find(doc, hash, module, module_len, qualname, qualname_len);
    if (g) {
        return pickle__make(PICKLE__TAG_GLOBAL, g);
    }
    pickle_value m = module_str(doc, module, module_len);
    if (pickle_is_null(m)) {
        return m;
    }
    return add(doc, hash, m,
               pickle_str(doc, (const char *)qualname, qualname_len));
}

pickle_value pickle_global(pickle_doc *doc, const char *module,
                           const char *qualname) {
    return pickle__global_named(doc, (const uint8_t *)module, strlen(module),
                                (const uint8_t *)qualname, strlen(qualname));
}

pickle_value pickle_global_str(pickle_doc *doc, pickle_value module,
                               pickle_value qualname) {
    if (pickle__tag(module) != PICKLE__TAG_STR ||
        pickle__tag(qualname) != PICKLE__TAG_STR) {
        return pickle__doc_error(doc, PICKLE_ERR_BUG, "global");
    }
    const pickle__blob *m = pickle__blob_of(module);
    const pickle__blob *q = pickle__blob_of(qualname);
    uint64_t hash = name_hash(m->data, m->len, q->data, q->len);
    pickle__global *g = find(doc, hash, m->data, m->len, q->data, q->len);
    return g ? pickle__make(PICKLE__TAG_GLOBAL, g)
             : add(doc, hash, module, qualname);
}

pickle_value pickle_get_module(pickle_value global) {
    return pickle__tag(global) == PICKLE__TAG_GLOBAL
               ? pickle__global_of(global)->module
               : pickle_null();
}

pickle_value pickle_get_qualname(pickle_value global) {
    return pickle__tag(global) == PICKLE__TAG_GLOBAL
               ? pickle__global_of(global)->qualname
               : pickle_null();
}

bool pickle_is_global(pickle_value v, const char *module,
                      const char *qualname) {
    return pickle__tag(v) == PICKLE__TAG_GLOBAL &&
           pickle_str_equals(pickle__global_of(v)->module, module) &&
           pickle_str_equals(pickle__global_of(v)->qualname, qualname);
}
