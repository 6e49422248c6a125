/* value/doc.c  Documents: one block for the struct and the first chunk, an
 * arena behind it. */
#include "base/alloc.h"
#include "base/checked.h"
#include "value/node.h"

#define DEFAULT_MAX_BYTES ((size_t)1 << 32)
#define FIRST_BYTES       ((size_t)1536)
#define MAX_FIRST_BYTES   ((size_t)65536)

static size_t max_bytes_of(const pickle_doc_options *opt) {
    if (opt && opt->max_bytes) {
        return opt->max_bytes;
    }
    return sizeof(size_t) > 4 ? DEFAULT_MAX_BYTES : SIZE_MAX / 2;
}

/* The first chunk lies behind the struct, sized by the hint: a small pickle
 * costs one allocation in all, from malloc's fastest lists. */
static size_t block_size(const pickle_doc_options *opt) {
    size_t first = FIRST_BYTES;
    if (opt && opt->size_hint) {
        first = opt->size_hint;
    }
    if (first > MAX_FIRST_BYTES) {
        first = MAX_FIRST_BYTES;
    }
    return sizeof(pickle_doc) + ((first + 15) & ~(size_t)15);
}

/* Field by field: a small document is made in the time a memset takes. */
static void clear(pickle_doc *doc) {
    doc->root = pickle_null();
    doc->empty_tuple = pickle_null();
    doc->latin1 = pickle_null();
    doc->char_str = NULL;
    doc->char_bytes = NULL;
    doc->globals = NULL;
    doc->global_count = 0;
    doc->modules = NULL;
    doc->module_cap = 0;
    doc->global_cap = 0;
    doc->memo_owner = NULL;
    pickle__error_clear(&doc->error);
}

pickle_code pickle_doc_new(const pickle_doc_options *opt, pickle_doc **out,
                           pickle_error *err) {
    const pickle_allocator *alloc =
        opt && opt->alloc ? opt->alloc : pickle_allocator_default();
    size_t size = block_size(opt);
    size_t max = max_bytes_of(opt);
    pickle_doc *doc;

    pickle__error_clear(err);
    if (size > max) {
        return pickle__error_code(err, PICKLE_ERR_LIMIT, "document");
    }
    doc = pickle__alloc(alloc, size);
    if (!doc) {
        return pickle__error_code(err, PICKLE_ERR_NOMEM, "document");
    }
    clear(doc);
    pickle__arena_init(&doc->arena, alloc, max - size, doc + 1,
                       size - sizeof *doc);
    doc->struct_size = size;
    /* Differs from document to document and, where addresses are randomised,
     * from run to run; no result depends on it. */
    doc->classes = (pickle__classes){.arena = &doc->arena,
                                     .seed = (uint64_t)(uintptr_t)doc *
                                                 UINT64_C(0x9e3779b97f4a7c15) ^
                                             (uint64_t)(uintptr_t)&doc};
    pickle__error_clear(&doc->error);
    *out = doc;
    return PICKLE_OK;
}

void pickle_doc_free(pickle_doc *doc) {
    if (doc) {
        pickle_allocator alloc = doc->arena.alloc;
        pickle__arena_deinit(&doc->arena);
        pickle__free(&alloc, doc, doc->struct_size);
    }
}

pickle_value pickle_doc_get_root(const pickle_doc *doc) {
    return doc->root;
}

void pickle_doc_set_root(pickle_doc *doc, pickle_value root) {
    doc->root = root;
}

pickle_code pickle_doc_error(const pickle_doc *doc, pickle_error *err) {
    if (err) {
        *err = doc->error;
    }
    return doc->error.code;
}

size_t pickle_doc_memory(const pickle_doc *doc) {
    return doc->struct_size + doc->arena.total;
}

pickle_value pickle__doc_error(pickle_doc *doc, pickle_code code,
                               const char *where) {
    if (doc->error.code == PICKLE_OK) {
        pickle__error_code(&doc->error, code, where);
    }
    return pickle_null();
}

pickle_value pickle__doc_fail(pickle_doc *doc) {
    return pickle__doc_error(
        doc, doc->arena.hit_limit ? PICKLE_ERR_LIMIT : PICKLE_ERR_NOMEM,
        "document");
}

void *pickle__array_grow(pickle_doc *doc, void *array, size_t count,
                         size_t *cap, size_t more, size_t size) {
    size_t need;
    size_t bytes;
    if (!pickle__add_size(count, more, &need)) {
        pickle__doc_fail(doc);
        return NULL;
    }
    if (*cap && need < *cap + *cap / 2 + 4) {
        need = *cap + *cap / 2 + 4;
    }
    void *grown =
        pickle__mul_size(need, size, &bytes)
            ? pickle__arena_resize(&doc->arena, array, *cap * size, bytes)
            : NULL;
    if (!grown) {
        pickle__doc_fail(doc);
        return NULL;
    }
    *cap = need;
    return grown;
}

pickle_kind pickle_kind_of(pickle_value v) {
    unsigned tag = pickle__tag(v);
    if (pickle__is_double(v)) {
        return PICKLE_KIND_FLOAT;
    }
    if (tag == PICKLE__TAG_INT) {
        return PICKLE_KIND_INT;
    }
    if (tag == PICKLE__TAG_CONST) {
        switch (v.bits & PICKLE__ADDRESS_MASK) {
        case 1: return PICKLE_KIND_NONE;
        case 2:
        case 3: return PICKLE_KIND_BOOL;
        default: return PICKLE_KIND_NULL;
        }
    }
    return (pickle_kind)pickle__node_of(v)->kind;
}

const char *pickle_kind_name(pickle_kind kind) {
    static const char *const names[] = {
        "null",    "NoneType", "bool",          "int",         "float",
        "complex", "str",      "bytes",         "bytearray",   "tuple",
        "list",    "dict",     "set",           "frozenset",   "global",
        "object",  "object",   "persistent id", "PickleBuffer"};
    return (size_t)kind < sizeof names / sizeof names[0] ? names[kind] : "?";
}
