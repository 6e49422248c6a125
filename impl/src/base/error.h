/* base/error.h  Filling a pickle_error: the one way every room reports. */
#ifndef PICKLE_BASE_ERROR_H
#define PICKLE_BASE_ERROR_H

#include <stdarg.h>

#include <pickleproof/error.h>

#if defined(__GNUC__)
#define PICKLE__PRINTF(at, args) __attribute__((format(printf, at, args)))
#define PICKLE__LIKELY(x)        __builtin_expect(!!(x), 1)
#define PICKLE__UNLIKELY(x)      __builtin_expect(!!(x), 0)
#define PICKLE__NOINLINE         __attribute__((noinline, cold))
#else
#define PICKLE__PRINTF(at, args)
#define PICKLE__LIKELY(x)   (x)
#define PICKLE__UNLIKELY(x) (x)
#define PICKLE__NOINLINE
#endif

/* Clear err (nullable) to PICKLE_OK: called first by every public function. */
void pickle__error_clear(pickle_error *err);

/* Store code with a message; no offset, opcode -1, os_error 0. Returns code. */
pickle_code pickle__error_set(pickle_error *err, pickle_code code,
                              const char *where, const char *format, ...)
    PICKLE__PRINTF(4, 5);

/* Store code with the text of the error map. Returns code. */
pickle_code pickle__error_code(pickle_error *err, pickle_code code,
                               const char *where);

/* Store a failed system call: PICKLE_ERR_SYSTEM with its number, and the text
 * of an OSError. */
pickle_code pickle__error_system(pickle_error *err, const char *where,
                                 int64_t os_error);

#endif
