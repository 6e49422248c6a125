/**
 * @file copyreg.h  Python's copyreg: the extension registry, and dispatch
 * tables.
 *
 * Both are values the program owns; there are no global ones.
 * pickle_dispatch_table stands for copyreg.dispatch_table, and
 * pickle_dispatch_table_set() for copyreg.pickle(). copyreg.constructor() only
 * checks that its argument can be called, and has no counterpart.
 */
#ifndef PICKLEPROOF_COPYREG_H
#define PICKLEPROOF_COPYREG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <pickleproof/alloc.h>
#include <pickleproof/error.h>
#include <pickleproof/value.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- the extension registry ---- */

/** A two-way table of extension codes (PEP 307): code to (module, qualified
 * name) and back. Opaque. */
typedef struct pickle_extension_registry pickle_extension_registry;

/**
 * Make an empty registry.
 * @param[in]  alloc  copied; NULL means pickle_allocator_default().
 * @param[out] reg    owned by the caller; release with
 * pickle_extension_registry_free().
 * @param[out] err    nullable; always written.
 * @return PICKLE_OK or PICKLE_ERR_NOMEM.
 */
PICKLE_API PICKLE_NODISCARD pickle_code pickle_extension_registry_new(
    const pickle_allocator *alloc, pickle_extension_registry **reg,
    pickle_error *err);

/** Free a registry. @param[in] reg  taken; NULL is allowed. */
PICKLE_API void pickle_extension_registry_free(pickle_extension_registry *reg);

/**
 * Register a code, as copyreg.add_extension().
 * @param[in] reg       borrowed.
 * @param[in] module    NUL-terminated, copied.
 * @param[in] qualname  NUL-terminated, copied.
 * @param[in] code      1 to 0x7fffffff.
 * @param[out] err      nullable; always written.
 * @return PICKLE_OK, PICKLE_ERR_NOMEM, or PICKLE_ERR_VALUE: code out of range,
 * or key or code already registered otherwise.
 */
PICKLE_API PICKLE_NODISCARD pickle_code
pickle_extension_add(pickle_extension_registry *reg, const char *module,
                     const char *qualname, int64_t code, pickle_error *err);

/**
 * Forget a code, as copyreg.remove_extension().
 * @param[in] reg       borrowed.
 * @param[in] module    NUL-terminated.
 * @param[in] qualname  NUL-terminated.
 * @param[in] code      that the name is registered with.
 * @param[out] err      nullable; always written.
 * @return PICKLE_OK, or PICKLE_ERR_VALUE: the name is not registered with this
 *         code.
 */
PICKLE_API PICKLE_NODISCARD pickle_code
pickle_extension_remove(pickle_extension_registry *reg, const char *module,
                        const char *qualname, int64_t code, pickle_error *err);

/** The code of a name, of which `module[module_len]` and
 * `qualname[qualname_len]` are the bytes. @return 0 if there is none. */
PICKLE_API int32_t pickle_extension_code(const pickle_extension_registry *reg,
                                         const char *module, size_t module_len,
                                         const char *qualname,
                                         size_t qualname_len);

/** The name of a code; module and qualname are borrowed until the registry
 * changes. @return false if there is none. */
PICKLE_API bool pickle_extension_name(const pickle_extension_registry *reg,
                                      int32_t code, const char **module,
                                      const char **qualname);

/* ---- dispatch tables ---- */

/**
 * A reducer: what to pickle instead of v, or the null handle for the usual way.
 * Return a REDUCE or INSTANCE value (v takes its memo entry), or a GLOBAL (a
 * reducer that returned a str).
 */
typedef pickle_value (*pickle_reducer_fn)(void *ctx, pickle_doc *doc,
                                          pickle_value v);

/**
 * A dispatch table: exact type to reducer, as copyreg.dispatch_table. Opaque.
 * Threads: one at a time for changes; lookups may run side by side.
 */
typedef struct pickle_dispatch_table pickle_dispatch_table;

/**
 * Make an empty table.
 * @param[in]  alloc  copied; NULL means pickle_allocator_default().
 * @param[out] table  owned by the caller; release with
 *                    pickle_dispatch_table_free(). Unchanged on failure.
 * @param[out] err    nullable; always written.
 * @return PICKLE_OK or PICKLE_ERR_NOMEM.
 */
PICKLE_API PICKLE_NODISCARD pickle_code
pickle_dispatch_table_new(const pickle_allocator *alloc,
                          pickle_dispatch_table **table, pickle_error *err);

/** Free a table. @param[in] table  taken; NULL is allowed. */
PICKLE_API void pickle_dispatch_table_free(pickle_dispatch_table *table);

/**
 * Set the reducer of one exact type, in place of an earlier one.
 * @param[in] table             borrowed.
 * @param[in] module            of the type, NUL-terminated, copied.
 * @param[in] qualname          of the type, NUL-terminated, copied.
 * @param[in] fn                never NULL.
 * @param[in] ctx               handed to fn; must outlive the table.
 * @param[out] err              nullable; always written.
 * @return PICKLE_OK, PICKLE_ERR_ARGUMENT (fn is NULL: CPython's TypeError comes
 *         only when it is called), PICKLE_ERR_NOMEM.
 * Source: CPython Lib/copyreg.py pickle().
 */
PICKLE_API PICKLE_NODISCARD pickle_code pickle_dispatch_table_set(
    pickle_dispatch_table *table, const char *module, const char *qualname,
    pickle_reducer_fn fn, void *ctx, pickle_error *err);

/**
 * Set every entry of another table, as dict.update.
 * @param[in] table        borrowed.
 * @param[in] other        borrowed.
 * @param[out] err          nullable; always written.
 * @return PICKLE_OK or PICKLE_ERR_NOMEM; after an error some are set.
 */
PICKLE_API PICKLE_NODISCARD pickle_code pickle_dispatch_table_update(
    pickle_dispatch_table *table, const pickle_dispatch_table *other,
    pickle_error *err);

/**
 * The reducer of a type.
 * @param[in]  table  borrowed.
 * @param[in]  type   a global.
 * @param[out] ctx    nullable; written when a reducer is found.
 * @return the reducer, or NULL if there is none.
 */
PICKLE_API pickle_reducer_fn pickle_dispatch_table_find(
    const pickle_dispatch_table *table, pickle_value type, void **ctx);

/** Number of types in a table. @param[in] table  borrowed. @return entries. */
PICKLE_API size_t
pickle_dispatch_table_count(const pickle_dispatch_table *table);

/**
 * The exact type of a value as a global of its document: `builtins.int`, an
 * instance's class, a native object's type.
 * @param[in] doc  borrowed; receives the global.
 * @param[in] v    the value.
 * @return a global; null for what has no type of its own to look up (a global,
 *         a call, a persistent object) or if out of memory.
 */
PICKLE_API pickle_value pickle_type_of(pickle_doc *doc, pickle_value v);

#ifdef __cplusplus
}
#endif

#endif
