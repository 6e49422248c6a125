/**
 * @file connection.h  Python's multiprocessing.connection: framed messages over
 * sockets and pipes, listeners, clients, and the authentication between them.
 *
 * A C program and a Python process of any version talk through these: bytes on
 * the wire are CPython's. Calls block up to the connection's timeout; EINTR and
 * short reads and writes are taken care of. A descriptor in non-blocking mode
 * is waited for like any other, where CPython raises BlockingIOError and leaves
 * a message that was sent or received in part.
 */
#ifndef PICKLEPROOF_CONNECTION_H
#define PICKLEPROOF_CONNECTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <pickleproof/alloc.h>
#include <pickleproof/error.h>
#include <pickleproof/handle.h>
#include <pickleproof/pickle.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Wait for ever. */
#define PICKLE_NO_TIMEOUT (-1)

/* ---- connections ---- */

/** One end of a connection. Opaque. Threads: one at a time. */
typedef struct pickle_connection pickle_connection;

/** What a connection may do. */
typedef enum pickle_direction {
    PICKLE_READABLE = 1,
    PICKLE_WRITABLE = 2,
    PICKLE_DUPLEX = 3
} pickle_direction;

/**
 * Make a connection of a descriptor, as `Connection(handle, readable,
 * writable)`.
 * @param[in]  handle     taken: closed with the connection. On failure it stays
 *                        the caller's.
 * @param[in]  direction  of pickle_direction.
 * @param[in]  alloc      copied; NULL means pickle_allocator_default().
 * @param[out] conn       owned by the caller; release with
 *                        pickle_connection_close(). Unchanged on failure.
 * @param[out] err        nullable; always written.
 * @return PICKLE_OK, PICKLE_ERR_ARGUMENT (handle, direction), PICKLE_ERR_NOMEM.
 */
PICKLE_API PICKLE_NODISCARD pickle_code pickle_connection_new(
    pickle_handle handle, pickle_direction direction,
    const pickle_allocator *alloc, pickle_connection **conn, pickle_error *err);

/**
 * Two connected ends, as `Pipe(duplex)`: a socket pair, or a pipe of which `a`
 * reads and `b` writes. Both are close-on-exec.
 * @param[in]  duplex  both ends read and write.
 * @param[in]  alloc   copied; NULL means pickle_allocator_default().
 * @param[out] a       owned by the caller. Unchanged on failure.
 * @param[out] b       owned by the caller. Unchanged on failure.
 * @param[out] err     nullable; always written.
 * @return PICKLE_OK, PICKLE_ERR_SYSTEM, PICKLE_ERR_NOMEM.
 */
PICKLE_API PICKLE_NODISCARD pickle_code pickle_connection_pipe(
    bool duplex, const pickle_allocator *alloc, pickle_connection **a,
    pickle_connection **b, pickle_error *err);

/** Close a connection and free it. @param[in] conn  taken; NULL is allowed. */
PICKLE_API void pickle_connection_close(pickle_connection *conn);

/** The descriptor. @param[in] conn  borrowed. @return borrowed, as fileno(). */
PICKLE_API pickle_handle
pickle_connection_handle(const pickle_connection *conn);

/** Give up the descriptor and free the rest. @param[in] conn  taken. @return
 * owned. */
PICKLE_API pickle_handle pickle_connection_detach(pickle_connection *conn);

/**
 * How long a call may wait in all.
 * @param[in] conn        borrowed.
 * @param[in] timeout_ms  milliseconds; PICKLE_NO_TIMEOUT (the default) for
 * ever.
 */
PICKLE_API void pickle_connection_set_timeout(pickle_connection *conn,
                                              int timeout_ms);

/**
 * Whether descriptors sent over this connection are acknowledged with a byte:
 * macOS up to CPython 3.13, every POSIX system from 3.14. Both ends must agree;
 * nothing is negotiated.
 * @param[in] conn     borrowed.
 * @param[in] cpython  version of the peer, as pickle_encode_options.cpython;
 * the rule of that version on this system is taken.
 */
PICKLE_API void pickle_connection_set_peer(pickle_connection *conn,
                                           int cpython);

/** As pickle_connection_set_peer(), said outright. */
PICKLE_API void pickle_connection_set_acknowledge(pickle_connection *conn,
                                                  bool acknowledge);

/** Whether descriptors are acknowledged. @param[in] conn  borrowed. */
PICKLE_API bool pickle_connection_acknowledges(const pickle_connection *conn);

/**
 * Send one message, as `send_bytes(data)`.
 *
 * On the wire: a 4-byte big-endian length and the data, joined in one write up
 * to 16384 bytes; from 2 GiB on ff ff ff ff and an 8-byte length.
 *
 * @param[in]  conn  borrowed.
 * @param[in]  data  `data[len]` bytes, borrowed for the call.
 * @param[in]  len   bytes.
 * @param[out] err   nullable; always written.
 * @return PICKLE_OK, PICKLE_ERR_DIRECTION, PICKLE_ERR_TIMEOUT,
 * PICKLE_ERR_SYSTEM (EPIPE where CPython raises BrokenPipeError; no signal is
 * raised).
 */
PICKLE_API PICKLE_NODISCARD pickle_code pickle_connection_send_bytes(
    pickle_connection *conn, const void *data, size_t len, pickle_error *err);

/**
 * Receive one message, as `recv_bytes(maxlength)`.
 *
 * @param[in]     conn    borrowed.
 * @param[in]     max     most bytes of a message; SIZE_MAX no limit. A longer
 * one is not read: a duplex connection becomes write-only, a read-only one is
 * closed.
 * @param[in,out] out     the message replaces its contents. Memory grows as
 * bytes arrive, not as the header announces.
 * @param[out]    err     nullable; always written.
 * @return PICKLE_OK; PICKLE_ERR_EOF (the end before a message, or right behind
 * a header; without a message, as CPython's EOFError); PICKLE_ERR_MESSAGE_END
 * (inside one); PICKLE_ERR_MESSAGE_LENGTH; PICKLE_ERR_DIRECTION;
 * PICKLE_ERR_TIMEOUT; PICKLE_ERR_SYSTEM; PICKLE_ERR_NOMEM. A length below -1 is
 * an empty message, as in CPython.
 */
PICKLE_API PICKLE_NODISCARD pickle_code
pickle_connection_recv_bytes(pickle_connection *conn, size_t max,
                             pickle_bytes_buffer *out, pickle_error *err);

/**
 * Receive one message into memory of the caller's, as `recv_bytes_into(buf)`.
 * @param[in]     conn   borrowed.
 * @param[out]    data   `data[cap]`, written up to the message's length.
 * @param[in]     cap    bytes.
 * @param[out]    len    the message's length in bytes.
 * @param[in,out] whole  receives the whole message when it does not fit, as
 *                       BufferTooShort carries it. NULL: it is dropped.
 * @param[out]    err    nullable; always written.
 * @return as pickle_connection_recv_bytes(); PICKLE_ERR_BUFFER_TOO_SHORT.
 */
PICKLE_API PICKLE_NODISCARD pickle_code pickle_connection_recv_bytes_into(
    pickle_connection *conn, void *data, size_t cap, size_t *len,
    pickle_bytes_buffer *whole, pickle_error *err);

/**
 * Whether something can be received, as `poll(timeout)`: a byte, or the end.
 * @param[in]  conn        borrowed.
 * @param[in]  timeout_ms  0 does not wait; PICKLE_NO_TIMEOUT waits for ever.
 * @param[out] ready       written on success.
 * @param[out] err         nullable; always written.
 * @return PICKLE_OK, PICKLE_ERR_DIRECTION, PICKLE_ERR_SYSTEM.
 */
PICKLE_API PICKLE_NODISCARD pickle_code pickle_connection_poll(
    pickle_connection *conn, int timeout_ms, bool *ready, pickle_error *err);

/**
 * Which of several descriptors can be read, as `wait(object_list, timeout)`.
 * @param[in]  handles     `handles[count]`, borrowed.
 * @param[in]  count       descriptors.
 * @param[in]  timeout_ms  as pickle_connection_poll().
 * @param[out] ready       `ready[count]`: true for each that is, in their
 * order.
 * @param[out] ready_count nullable; how many are ready; 0 after the time.
 * @param[out] err         nullable; always written.
 * @return PICKLE_OK, PICKLE_ERR_SYSTEM, PICKLE_ERR_NOMEM.
 */
PICKLE_API PICKLE_NODISCARD pickle_code pickle_connection_wait(
    const pickle_handle *handles, size_t count, int timeout_ms, bool *ready,
    size_t *ready_count, pickle_error *err);

/**
 * Pickle a value and send it, as `send(obj)`.
 * @param[in]  conn  borrowed.
 * @param[in]  doc   document of v, as pickle_encode().
 * @param[in]  v     the value.
 * @param[in]  opt   as pickle_encode(); NULL means the defaults.
 * @param[out] err   nullable; always written.
 * @return as pickle_encode() and pickle_connection_send_bytes().
 */
PICKLE_API PICKLE_NODISCARD pickle_code
pickle_connection_send(pickle_connection *conn, pickle_doc *doc, pickle_value v,
                       const pickle_encode_options *opt, pickle_error *err);

/**
 * Receive a message and unpickle it, as `recv()`. Bytes behind the pickle are
 * ignored; a message that is no pickle is consumed.
 * @param[in]  conn  borrowed.
 * @param[in]  opt   as pickle_decode(); `borrow` is not allowed. NULL means the
 *                   defaults. Messages longer than its max_bytes are refused.
 * @param[out] doc   owned by the caller. Unchanged on failure.
 * @param[out] err   nullable; always written.
 * @return as pickle_connection_recv_bytes() and pickle_decode().
 */
PICKLE_API PICKLE_NODISCARD pickle_code pickle_connection_recv(
    pickle_connection *conn, const pickle_decode_options *opt, pickle_doc **doc,
    pickle_error *err);

/* ---- addresses, listeners, clients ---- */

/**
 * An AF_UNIX address of a path or, with a leading NUL, an abstract name.
 * @param[in]  path     `path[len]`.
 * @param[in]  len      bytes; at most 107 for a path, 108 for a name with its
 *                      NUL.
 * @param[out] address  written on success.
 * @param[out] err      nullable; always written.
 * @return PICKLE_OK or PICKLE_ERR_ARGUMENT.
 */
PICKLE_API PICKLE_NODISCARD pickle_code pickle_address_unix(
    const char *path, size_t len, pickle_address *address, pickle_error *err);

/**
 * An AF_INET address. Names other than "localhost" must be numeric.
 * @param[in]  host     NUL-terminated.
 * @param[in]  port     0 for any when listening.
 * @param[out] address  written on success.
 * @param[out] err      nullable; always written.
 * @return PICKLE_OK or PICKLE_ERR_ARGUMENT.
 */
PICKLE_API PICKLE_NODISCARD pickle_code
pickle_address_inet(const char *host, uint16_t port, pickle_address *address,
                    pickle_error *err);

/** How a connection is authenticated. */
typedef struct pickle_auth_options {
    const void *authkey; /**< `authkey[authkey_len]`, borrowed; NULL: none */
    size_t authkey_len;  /**< bytes; 0 with a non-NULL key is an empty key */
    int cpython;         /**< whose dialect: up to 311 bare MD5 both ways, from
                              312 `{sha256}` and what the peer asks for; 0 means
                              PICKLE_CPYTHON_DEFAULT */
    const char *digest;  /**< "sha256" if NULL; with `bare` the vendors' form */
    bool bare; /**< challenge of 20 bytes without a prefix, answered with
                    `digest` bare: SHA-256 patches of CPython up to 3.11 */
    int (*random)(void *ctx, void *out, size_t len); /**< 0 on success; NULL:
                              the system's. For transcripts that repeat */
    void *random_ctx;
    int timeout_ms;   /**< for each step: connecting, and each message of the
                           handshake; 0 and below: for ever */
    bool acknowledge; /**< descriptors are acknowledged also where the version
                           does not, as on macOS */
} pickle_auth_options;

/**
 * Ask the peer to prove it has the key, as deliver_challenge(). Sends FAILURE
 * before it fails, where CPython does.
 * @param[in]  conn  borrowed.
 * @param[in]  auth  borrowed; its key must be there.
 * @param[out] err   nullable; always written.
 * @return PICKLE_OK; PICKLE_ERR_AUTHENTICATION; PICKLE_ERR_ARGUMENT; as
 *         pickle_connection_recv_bytes() and pickle_connection_send_bytes().
 */
PICKLE_API PICKLE_NODISCARD pickle_code
pickle_deliver_challenge(pickle_connection *conn,
                         const pickle_auth_options *auth, pickle_error *err);

/** Prove to the peer that we have the key, as answer_challenge(). The dialect
 * is chosen by what the peer sends, as CPython does. Errors as
 * pickle_deliver_challenge(); PICKLE_ERR_CHALLENGE: as a version up to 3.11,
 * which calls anything but a challenge an assertion. */
PICKLE_API PICKLE_NODISCARD pickle_code
pickle_answer_challenge(pickle_connection *conn,
                        const pickle_auth_options *auth, pickle_error *err);

/** A socket that waits for clients. Opaque. */
typedef struct pickle_listener pickle_listener;

/**
 * Listen, as `Listener(address, family, backlog, authkey)`.
 * @param[in]  address   NULL: an AF_UNIX path in a new directory of mode 0700.
 * @param[in]  backlog   as listen(2); 0 means 1.
 * @param[in]  auth      copied, its key too; NULL or no key: no authentication.
 * @param[in]  alloc     copied; NULL means pickle_allocator_default().
 * @param[out] listener  owned by the caller; release with
 *                       pickle_listener_close(). Unchanged on failure.
 * @param[out] err       nullable; always written.
 * @return PICKLE_OK, PICKLE_ERR_SYSTEM, PICKLE_ERR_ARGUMENT, PICKLE_ERR_NOMEM.
 */
PICKLE_API PICKLE_NODISCARD pickle_code pickle_listener_new(
    const pickle_address *address, int backlog, const pickle_auth_options *auth,
    const pickle_allocator *alloc, pickle_listener **listener,
    pickle_error *err);

/** Where it listens. @param[in] l  borrowed. @return borrowed. */
PICKLE_API const pickle_address *
pickle_listener_address(const pickle_listener *l);

/** Its descriptor. @param[in] l  borrowed. @return borrowed. */
PICKLE_API pickle_handle pickle_listener_handle(const pickle_listener *l);

/**
 * Take the next client and, with a key, authenticate both ways. A client that
 * fails is closed and the listener stays usable.
 * @param[in]  l           borrowed.
 * @param[in]  timeout_ms  to wait for a client; PICKLE_NO_TIMEOUT for ever.
 * @param[out] conn        owned by the caller. Unchanged on failure.
 * @param[out] err         nullable; always written.
 * @return PICKLE_OK, PICKLE_ERR_TIMEOUT, PICKLE_ERR_SYSTEM, as
 *         pickle_deliver_challenge().
 */
PICKLE_API PICKLE_NODISCARD pickle_code
pickle_listener_accept(pickle_listener *l, int timeout_ms,
                       pickle_connection **conn, pickle_error *err);

/** Stop listening, remove the socket file, free. @param[in] l  taken; NULL
 * allowed. */
PICKLE_API void pickle_listener_close(pickle_listener *l);

/**
 * Connect, as `Client(address, authkey)`, and with a key authenticate both
 * ways.
 * @param[in]  address  borrowed for the call.
 * @param[in]  auth     borrowed for the call; NULL or no key: none.
 * @param[in]  alloc    copied; NULL means pickle_allocator_default().
 * @param[out] conn     owned by the caller. Unchanged on failure.
 * @param[out] err      nullable; always written.
 * @return PICKLE_OK, PICKLE_ERR_SYSTEM, PICKLE_ERR_TIMEOUT, as
 *         pickle_answer_challenge().
 */
PICKLE_API PICKLE_NODISCARD pickle_code pickle_client(
    const pickle_address *address, const pickle_auth_options *auth,
    const pickle_allocator *alloc, pickle_connection **conn, pickle_error *err);

#ifdef __cplusplus
}
#endif

#endif
