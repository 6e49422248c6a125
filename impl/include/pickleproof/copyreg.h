/**
 * @file copyreg.h  Python's copyreg: the extension registry.
 *
 * A registry is a value the program owns; there is no global one. The same
 * holds for dispatch tables: pickle_dispatch_table of reduction.h stands for
 * copyreg.dispatch_table, and pickle_dispatch_table_set() for copyreg.pickle().
 * copyreg.constructor() only checks that its argument can be called, and has no
 * counterpart.
 */
#ifndef PICKLEPROOF_COPYREG_H
#define PICKLEPROOF_COPYREG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <pickleproof/alloc.h>
#include <pickleproof/error.h>

#ifdef __cplusplus
extern "C" {
#endif

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

#ifdef __cplusplus
}
#endif

#endif
