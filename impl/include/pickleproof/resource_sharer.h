/**
 * @file resource_sharer.h  Python's multiprocessing.resource_sharer: handing
 * descriptors to processes that ask for them.
 *
 * Registering a descriptor gives an address and a key, which travel in a pickle
 * (`resource_sharer.DupFd`). A thread serves each key once, to a client that
 * has the authkey. Clients and servers may be C or Python.
 */
#ifndef PICKLEPROOF_RESOURCE_SHARER_H
#define PICKLEPROOF_RESOURCE_SHARER_H

#include <stddef.h>
#include <stdint.h>

#include <pickleproof/alloc.h>
#include <pickleproof/connection.h>
#include <pickleproof/error.h>
#include <pickleproof/handle.h>

#ifdef __cplusplus
extern "C" {
#endif

/** How a sharer serves. Zeroes are the defaults. */
typedef struct pickle_sharer_options {
    const void *authkey; /**< `authkey[authkey_len]`, copied; must be there */
    size_t authkey_len;
    const pickle_address *address; /**< NULL: an AF_UNIX path in a new directory
                                        of mode 0700 */
    int cpython; /**< dialect and acknowledgement; 0: PICKLE_CPYTHON_DEFAULT */
    int client_timeout_ms; /**< the longest a client may keep the others waiting
                                at each step; 0: 10 s, below 0: for ever, as
                                CPython does */
    size_t max_entries;    /**< descriptors waiting; 0: 4096 */
    /** Called in the sharer's thread for each client that failed, as CPython
     * calls sys.excepthook. NULL: failures are not reported. */
    void (*on_error)(void *ctx, const pickle_error *err);
    void *on_error_ctx; /**< must outlive the sharer */
    int (*random)(void *ctx, void *out, size_t len); /**< as
                              pickle_auth_options.random, called in the sharer's
                              thread; NULL: the system's */
    void *random_ctx; /**< must outlive the sharer */
    bool acknowledge; /**< as pickle_auth_options.acknowledge */
} pickle_sharer_options;

/** A sharer. Opaque. Threads: register, count and fetch in any; stop,
 * after_fork and free while nobody else uses it. */
typedef struct pickle_resource_sharer pickle_resource_sharer;

/**
 * Make a sharer. Nothing is opened before the first registration.
 * @param[in]  opt     copied, its key and address too.
 * @param[in]  alloc   copied; NULL means pickle_allocator_default(). It is used
 *                     in the sharer's thread, too.
 * @param[out] sharer  owned by the caller; release with
 *                     pickle_resource_sharer_free(). Unchanged on failure.
 * @param[out] err     nullable; always written.
 * @return PICKLE_OK, PICKLE_ERR_ARGUMENT (no key), PICKLE_ERR_NOMEM.
 */
PICKLE_API PICKLE_NODISCARD pickle_code pickle_resource_sharer_new(
    const pickle_sharer_options *opt, const pickle_allocator *alloc,
    pickle_resource_sharer **sharer, pickle_error *err);

/**
 * Offer a descriptor, as `_resource_sharer.register()` under `DupFd(fd)`: it is
 * duplicated now and closed when it has been fetched, or by stop.
 * @param[in]  sharer   borrowed. Its thread starts at the first registration,
 *                      and anew at the next if a client that has the key ended
 *                      it by sending None.
 * @param[in]  h        borrowed.
 * @param[out] address  where to fetch it. Unchanged on failure.
 * @param[out] key      from 1, never the same twice. Unchanged on failure.
 * @param[out] err      nullable; always written.
 * @return PICKLE_OK; PICKLE_ERR_SYSTEM (EBADF, no free descriptor, the address
 *         is taken); PICKLE_ERR_LIMIT (max_entries); PICKLE_ERR_NOMEM.
 */
PICKLE_API PICKLE_NODISCARD pickle_code pickle_resource_sharer_register(
    pickle_resource_sharer *sharer, pickle_handle h, pickle_address *address,
    int64_t *key, pickle_error *err);

/** Descriptors offered and not fetched yet. @param[in] sharer  borrowed. */
PICKLE_API size_t pickle_resource_sharer_count(pickle_resource_sharer *sharer);

/**
 * End the thread, close what has not been fetched, remove the socket file, as
 * `resource_sharer.stop()`. A later registration starts anew, at another
 * address, and goes on counting keys.
 * @param[in] sharer      borrowed. One that is not running: nothing happens.
 * @param[in] timeout_ms  how long the client being served may still take; then
 *                        its connection is cut. Negative: as long as it takes.
 */
PICKLE_API void pickle_resource_sharer_stop(pickle_resource_sharer *sharer,
                                            int timeout_ms);

/**
 * Call this in a child right after fork(), before anything else touches the
 * sharer: closes the child's copies, and leaves the parent's socket file alone.
 * Keys go on where the parent's were.
 * @param[in] sharer  borrowed.
 */
PICKLE_API void
pickle_resource_sharer_after_fork(pickle_resource_sharer *sharer);

/** Stop, at once, and free. @param[in] sharer  taken; NULL is allowed. */
PICKLE_API void pickle_resource_sharer_free(pickle_resource_sharer *sharer);

/**
 * Fetch a descriptor, as `DupFd.detach()` does.
 * @param[in]  address  of the sharer, borrowed for the call.
 * @param[in]  key      of the descriptor.
 * @param[in]  auth     its authkey; timeout_ms holds for each step; cpython
 * says whether receipt is acknowledged (from 3.14 on).
 * @param[in]  alloc    NULL means pickle_allocator_default().
 * @param[out] h        owned by the caller, close-on-exec. Unchanged on
 * failure.
 * @param[out] err      nullable; always written.
 * @return PICKLE_OK; PICKLE_ERR_EOF (no such key, or not any more);
 *         PICKLE_ERR_AUTHENTICATION; PICKLE_ERR_SYSTEM; PICKLE_ERR_TIMEOUT; as
 *         pickle_recv_handle().
 */
PICKLE_API PICKLE_NODISCARD pickle_code pickle_resource_sharer_fetch(
    const pickle_address *address, int64_t key, const pickle_auth_options *auth,
    const pickle_allocator *alloc, pickle_handle *h, pickle_error *err);

#ifdef __cplusplus
}
#endif

#endif
