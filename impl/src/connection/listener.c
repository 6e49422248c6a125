/* connection/listener.c  Listener and Client. */
#include <string.h>

#include <openssl/crypto.h>

#include "base/alloc.h"
#include "connection/connection.h"
#include "connection/listener.h"

struct pickle_listener {
    pickle_allocator alloc;
    pickle_handle handle;
    pickle_address address;
    bool own_dir;   /* the socket file's directory was made for it */
    bool forgotten; /* the socket file is another process's */
    pickle_auth_options auth;
    uint8_t *key; /* the copy that auth.authkey points to */
};

pickle_code pickle_address_unix(const char *path, size_t len,
                                pickle_address *address, pickle_error *err) {
    pickle__error_clear(err);
    size_t max = len && path[0] == '\0' ? 108 : 107;
    if (len == 0 || len > max) {
        return pickle__error_set(err, PICKLE_ERR_ARGUMENT, "address",
                                 "AF_UNIX path too long");
    }
    memset(address, 0, sizeof *address);
    address->family = PICKLE_AF_UNIX;
    memcpy(address->text, path, len);
    address->len = len;
    return PICKLE_OK;
}

pickle_code pickle_address_inet(const char *host, uint16_t port,
                                pickle_address *address, pickle_error *err) {
    size_t len = strlen(host);
    pickle__error_clear(err);
    if (len >= PICKLE_ADDRESS_MAX) {
        return pickle__error_set(err, PICKLE_ERR_ARGUMENT, "address",
                                 "host name too long");
    }
    memset(address, 0, sizeof *address);
    address->family = PICKLE_AF_INET;
    memcpy(address->text, host, len);
    address->len = len;
    address->port = port;
    return PICKLE_OK;
}

/* Copy the key, so that the caller may wipe its own. */
static pickle_code copy_auth(pickle_listener *l,
                             const pickle_auth_options *auth,
                             pickle_error *err) {
    if (!auth || !auth->authkey) {
        return PICKLE_OK;
    }
    l->auth = *auth;
    l->key = pickle__alloc(&l->alloc, auth->authkey_len + 1);
    if (!l->key) {
        return pickle__error_code(err, PICKLE_ERR_NOMEM, "authkey");
    }
    memcpy(l->key, auth->authkey, auth->authkey_len);
    l->auth.authkey = l->key;
    return PICKLE_OK;
}

pickle_code pickle_listener_new(const pickle_address *address, int backlog,
                                const pickle_auth_options *auth,
                                const pickle_allocator *alloc,
                                pickle_listener **out, pickle_error *err) {
    const pickle_allocator *a = alloc ? alloc : pickle_allocator_default();
    pickle__error_clear(err);
    pickle_listener *l = pickle__alloc(a, sizeof *l);
    if (!l) {
        return pickle__error_code(err, PICKLE_ERR_NOMEM, "Listener");
    }
    memset(l, 0, sizeof *l);
    l->alloc = *a;
    l->handle = PICKLE_INVALID_HANDLE;
    pickle_code code = copy_auth(l, auth, err);
    if (code == PICKLE_OK && address) {
        l->address = *address;
    } else if (code == PICKLE_OK) {
        code = pickle__socket_temp_path(&l->address, err);
        l->own_dir = code == PICKLE_OK;
    }
    if (code == PICKLE_OK) {
        code = pickle__socket_listen(&l->address, backlog ? backlog : 1,
                                     &l->handle, err);
    }
    if (code) {
        pickle_listener_close(l);
        return code;
    }
    *out = l;
    return PICKLE_OK;
}

const pickle_address *pickle_listener_address(const pickle_listener *l) {
    return &l->address;
}

pickle_handle pickle_listener_handle(const pickle_listener *l) {
    return l->handle;
}

void pickle_listener_close(pickle_listener *l) {
    if (!l) {
        return;
    }
    pickle_allocator a = l->alloc;
    /* Only what was bound here is removed: a path that was taken already
     * belongs to somebody else. */
    if (!l->forgotten && (l->handle != PICKLE_INVALID_HANDLE || l->own_dir)) {
        pickle__socket_unlink(&l->address, l->own_dir);
    }
    pickle__handle_close(l->handle);
    if (l->key) {
        size_t size = l->auth.authkey_len + 1;
        OPENSSL_cleanse(l->key, size);
        pickle__free(&a, l->key, size);
    }
    pickle__free(&a, l, sizeof *l);
}

/* What is to be done with a new socket. */
typedef struct opening {
    const pickle_auth_options *auth; /* NULL or without a key: no handshake */
    bool listener;                   /* which side this is */
    bool ahead;        /* a client may send before it is its turn */
    const void *first; /* a client's first message; NULL: none */
    size_t first_len;
} opening;

static pickle_code shake_hands(pickle_connection *conn, const opening *o,
                               pickle_error *err) {
    if (o->listener) {
        return pickle__listener_handshake(conn, o->auth, err);
    }
    if (o->ahead) {
        return pickle__client_handshake(conn, o->auth, o->first, o->first_len,
                                        err);
    }
    pickle_code code = pickle_answer_challenge(conn, o->auth, err);
    return code ? code : pickle_deliver_challenge(conn, o->auth, err);
}

static pickle_code open_with_key(pickle_connection *conn, const opening *o,
                                 pickle_error *err) {
    if (o->auth->cpython) {
        pickle_connection_set_peer(conn, o->auth->cpython);
    }
    if (o->auth->acknowledge) {
        pickle_connection_set_acknowledge(conn, true);
    }
    if (o->auth->timeout_ms > 0) {
        pickle_connection_set_timeout(conn, o->auth->timeout_ms);
    }
    pickle_code code = shake_hands(conn, o, err);
    pickle_connection_set_timeout(conn, PICKLE_NO_TIMEOUT);
    return code;
}

/* Make a connection of a new socket, which is closed on failure. */
static pickle_code open_connection(pickle_handle h, const opening *o,
                                   const pickle_allocator *alloc,
                                   pickle_connection **out, pickle_error *err) {
    pickle_connection *conn;
    pickle_code code = pickle__connection_of_socket(h, alloc, &conn, err);
    if (code) {
        pickle__handle_close(h);
        return code;
    }
    bool has_key = o->auth && o->auth->authkey;
    if (has_key) {
        code = open_with_key(conn, o, err);
    }
    if (!code && o->first && !(has_key && o->ahead)) {
        code = pickle_connection_send_bytes(conn, o->first, o->first_len, err);
    }
    if (code) {
        pickle_connection_close(conn);
        return code;
    }
    *out = conn;
    return PICKLE_OK;
}

static pickle_code accept_with(pickle_listener *l, int timeout_ms,
                               const pickle_auth_options *auth,
                               pickle_connection **conn, pickle_error *err) {
    pickle_handle h;
    pickle__error_clear(err);
    pickle_code code =
        pickle__socket_accept(l->handle, pickle__deadline(timeout_ms), &h, err);
    opening o = {.auth = auth, .listener = true};
    return code ? code : open_connection(h, &o, &l->alloc, conn, err);
}

pickle_code pickle_listener_accept(pickle_listener *l, int timeout_ms,
                                   pickle_connection **conn,
                                   pickle_error *err) {
    return accept_with(l, timeout_ms, &l->auth, conn, err);
}

pickle_code pickle__listener_accept_raw(pickle_listener *l, int timeout_ms,
                                        pickle_connection **conn,
                                        pickle_error *err) {
    return accept_with(l, timeout_ms, NULL, conn, err);
}

void pickle__listener_forget(pickle_listener *l) {
    l->forgotten = true;
}

static pickle_code connect_with(const pickle_address *address, const opening *o,
                                const pickle_allocator *alloc,
                                pickle_connection **conn, pickle_error *err) {
    pickle_handle h;
    pickle__error_clear(err);
    const pickle_auth_options *auth = o->auth;
    int64_t deadline = pickle__deadline(
        auth && auth->timeout_ms > 0 ? auth->timeout_ms : PICKLE_NO_TIMEOUT);
    pickle_code code = pickle__socket_connect(address, deadline, &h, err);
    return code ? code
                : open_connection(h, o,
                                  alloc ? alloc : pickle_allocator_default(),
                                  conn, err);
}

/* Over TCP a listener that refuses the answer closes with the challenge unread,
 * and its verdict may be lost: nothing is sent ahead. */
pickle_code pickle__client_first(const pickle_address *address,
                                 const pickle_auth_options *auth,
                                 const void *first, size_t first_len,
                                 const pickle_allocator *alloc,
                                 pickle_connection **conn, pickle_error *err) {
    opening o = {auth, false, address->family == PICKLE_AF_UNIX, first,
                 first_len};
    return connect_with(address, &o, alloc, conn, err);
}

pickle_code pickle_client(const pickle_address *address,
                          const pickle_auth_options *auth,
                          const pickle_allocator *alloc,
                          pickle_connection **conn, pickle_error *err) {
    opening o = {.auth = auth};
    return connect_with(address, &o, alloc, conn, err);
}
