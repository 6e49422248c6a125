/* copyreg's extension registry: two hash tables over one array of entries. */
#include <pickleproof/copyreg.h>

#include <string.h>

#include "base/alloc.h"
#include "base/checked.h"
#include "base/error.h"

/* One registered name; module and qualname stand behind it, NUL-terminated. */
typedef struct entry {
    struct entry *next_name; /* in its bucket by name */
    struct entry *next_code; /* in its bucket by code */
    size_t size;
    size_t module_len;
    size_t qualname_len;
    uint64_t hash; /* of the name */
    int32_t code;
    char text[];
} entry;

struct pickle_extension_registry {
    pickle_allocator alloc;
    entry **by_name; /* [cap] */
    entry **by_code; /* [cap] */
    size_t cap;      /* a power of two, or 0 */
    size_t count;
};

static uint64_t hash_name(const char *module, size_t module_len,
                          const char *qualname, size_t qualname_len) {
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    for (size_t i = 0; i < module_len; i++) {
        hash = (hash ^ (uint8_t)module[i]) * UINT64_C(0x100000001b3);
    }
    hash = (hash ^ 0xff) * UINT64_C(0x100000001b3);
    for (size_t i = 0; i < qualname_len; i++) {
        hash = (hash ^ (uint8_t)qualname[i]) * UINT64_C(0x100000001b3);
    }
    return hash ^ hash >> 29;
}

static const char *qualname_of(const entry *x) {
    return x->text + x->module_len + 1;
}

static entry *find_name(const pickle_extension_registry *reg, uint64_t hash,
                        const char *module, size_t module_len,
                        const char *qualname, size_t qualname_len) {
    entry *x = reg->cap ? reg->by_name[hash & (reg->cap - 1)] : NULL;
    while (x && !(x->hash == hash && x->module_len == module_len &&
                  x->qualname_len == qualname_len &&
                  memcmp(x->text, module, module_len) == 0 &&
                  memcmp(qualname_of(x), qualname, qualname_len) == 0)) {
        x = x->next_name;
    }
    return x;
}

static entry *find_code(const pickle_extension_registry *reg, int32_t code) {
    entry *x = reg->cap ? reg->by_code[(uint32_t)code & (reg->cap - 1)] : NULL;
    while (x && x->code != code) {
        x = x->next_code;
    }
    return x;
}

static void link_entry(pickle_extension_registry *reg, entry *x) {
    entry **name = &reg->by_name[x->hash & (reg->cap - 1)];
    entry **code = &reg->by_code[(uint32_t)x->code & (reg->cap - 1)];
    x->next_name = *name;
    *name = x;
    x->next_code = *code;
    *code = x;
}

/* Double the tables; every entry is found through the old by_name. */
static bool grow(pickle_extension_registry *reg) {
    entry **old = reg->by_name;
    size_t old_cap = reg->cap;
    size_t cap = old_cap ? old_cap * 2 : 16;
    size_t bytes;
    if (!pickle__mul_size(cap, 2 * sizeof *old, &bytes)) {
        return false;
    }
    entry **tables = pickle__alloc(&reg->alloc, bytes);
    if (!tables) {
        return false;
    }
    memset(tables, 0, bytes);
    reg->by_name = tables;
    reg->by_code = tables + cap;
    reg->cap = cap;
    for (size_t i = 0; i < old_cap; i++) {
        for (entry *x = old[i], *next; x; x = next) {
            next = x->next_name;
            link_entry(reg, x);
        }
    }
    pickle__free(&reg->alloc, old, old_cap * 2 * sizeof *old);
    return true;
}

pickle_code pickle_extension_registry_new(const pickle_allocator *alloc,
                                          pickle_extension_registry **out,
                                          pickle_error *err) {
    pickle__error_clear(err);
    alloc = alloc ? alloc : pickle_allocator_default();
    pickle_extension_registry *reg = pickle__alloc(alloc, sizeof *reg);
    if (!reg) {
        return pickle__error_code(err, PICKLE_ERR_NOMEM, "registry");
    }
    memset(reg, 0, sizeof *reg);
    reg->alloc = *alloc;
    *out = reg;
    return PICKLE_OK;
}

void pickle_extension_registry_free(pickle_extension_registry *reg) {
    if (!reg) {
        return;
    }
    for (size_t i = 0; i < reg->cap; i++) {
        for (entry *x = reg->by_name[i], *next; x; x = next) {
            next = x->next_name;
            pickle__free(&reg->alloc, x, x->size);
        }
    }
    pickle_allocator alloc = reg->alloc;
    pickle__free(&alloc, reg->by_name, reg->cap * 2 * sizeof *reg->by_name);
    pickle__free(&alloc, reg, sizeof *reg);
}

static pickle_code add(pickle_extension_registry *reg, const char *module,
                       const char *qualname, int32_t code, uint64_t hash,
                       pickle_error *err) {
    size_t module_len = strlen(module);
    size_t qualname_len = strlen(qualname);
    size_t size = sizeof(entry) + module_len + qualname_len + 2;
    entry *x = reg->count < reg->cap || grow(reg)
                   ? pickle__alloc(&reg->alloc, size)
                   : NULL;
    if (!x) {
        return pickle__error_code(err, PICKLE_ERR_NOMEM, "add_extension");
    }
    x->size = size;
    x->module_len = module_len;
    x->qualname_len = qualname_len;
    x->hash = hash;
    x->code = code;
    memcpy(x->text, module, module_len + 1);
    memcpy(x->text + module_len + 1, qualname, qualname_len + 1);
    link_entry(reg, x);
    reg->count++;
    return PICKLE_OK;
}

pickle_code pickle_extension_add(pickle_extension_registry *reg,
                                 const char *module, const char *qualname,
                                 int64_t code, pickle_error *err) {
    pickle__error_clear(err);
    if (code < 1 || code > INT32_MAX) {
        return pickle__error_set(err, PICKLE_ERR_VALUE, "add_extension",
                                 "code out of range");
    }
    uint64_t hash =
        hash_name(module, strlen(module), qualname, strlen(qualname));
    entry *named = find_name(reg, hash, module, strlen(module), qualname,
                             strlen(qualname));
    entry *coded = find_code(reg, (int32_t)code);
    if (named && named == coded) {
        return PICKLE_OK;
    }
    if (named) {
        return pickle__error_set(err, PICKLE_ERR_VALUE, "add_extension",
                                 "key %.30s.%.30s is already registered with "
                                 "code %ld",
                                 module, qualname, (long)named->code);
    }
    if (coded) {
        return pickle__error_set(err, PICKLE_ERR_VALUE, "add_extension",
                                 "code %ld is already in use for key "
                                 "%.30s.%.30s",
                                 (long)code, coded->text, qualname_of(coded));
    }
    return add(reg, module, qualname, (int32_t)code, hash, err);
}

/* Take x out of one chain. */
static void unlink_name(pickle_extension_registry *reg, const entry *x) {
    entry **at = &reg->by_name[x->hash & (reg->cap - 1)];
    while (*at != x) {
        at = &(*at)->next_name;
    }
    *at = x->next_name;
}

static void unlink_code(pickle_extension_registry *reg, const entry *x) {
    entry **at = &reg->by_code[(uint32_t)x->code & (reg->cap - 1)];
    while (*at != x) {
        at = &(*at)->next_code;
    }
    *at = x->next_code;
}

pickle_code pickle_extension_remove(pickle_extension_registry *reg,
                                    const char *module, const char *qualname,
                                    int64_t code, pickle_error *err) {
    pickle__error_clear(err);
    entry *x = find_name(
        reg, hash_name(module, strlen(module), qualname, strlen(qualname)),
        module, strlen(module), qualname, strlen(qualname));
    if (!x || x->code != code) {
        return pickle__error_set(err, PICKLE_ERR_VALUE, "remove_extension",
                                 "key %.30s.%.30s is not registered with "
                                 "code %lld",
                                 module, qualname, (long long)code);
    }
    unlink_name(reg, x);
    unlink_code(reg, x);
    reg->count--;
    pickle__free(&reg->alloc, x, x->size);
    return PICKLE_OK;
}

int32_t pickle_extension_code(const pickle_extension_registry *reg,
                              const char *module, size_t module_len,
                              const char *qualname, size_t qualname_len) {
    entry *x =
        find_name(reg, hash_name(module, module_len, qualname, qualname_len),
                  module, module_len, qualname, qualname_len);
    return x ? x->code : 0;
}

bool pickle_extension_name(const pickle_extension_registry *reg, int32_t code,
                           const char **module, const char **qualname) {
    const entry *x = find_code(reg, code);
    if (x) {
        *module = x->text;
        *qualname = qualname_of(x);
    }
    return x != NULL;
}
