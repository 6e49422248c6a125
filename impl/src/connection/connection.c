/* connection/connection.c  Connections: life, direction, waiting. */
#include "connection/connection.h"

#include <string.h>

#include "base/alloc.h"

static pickle_code make(pickle_handle handle, unsigned direction,
                        bool is_socket, const pickle_allocator *alloc,
                        pickle_connection **out, pickle_error *err) {
    pickle_connection *conn = pickle__alloc(alloc, sizeof *conn);
    if (!conn) {
        return pickle__error_code(err, PICKLE_ERR_NOMEM, "Connection");
    }
    conn->alloc = *alloc;
    conn->handle = handle;
    conn->direction = direction;
    conn->timeout_ms = PICKLE_NO_TIMEOUT;
    conn->is_socket = is_socket;
    conn->acknowledge = pickle__acknowledges(PICKLE_CPYTHON_DEFAULT);
    *out = conn;
    return PICKLE_OK;
}

pickle_code pickle_connection_new(pickle_handle handle,
                                  pickle_direction direction,
                                  const pickle_allocator *alloc,
                                  pickle_connection **out, pickle_error *err) {
    const pickle_allocator *a = alloc ? alloc : pickle_allocator_default();
    pickle__error_clear(err);
    if (handle < 0) {
        return pickle__error_set(err, PICKLE_ERR_ARGUMENT, "Connection",
                                 "invalid handle");
    }
    if (direction < PICKLE_READABLE || direction > PICKLE_DUPLEX) {
        return pickle__error_set(
            err, PICKLE_ERR_ARGUMENT, "Connection",
            "at least one of `readable` and `writable` must be True");
    }
    return make(handle, direction, pickle__handle_is_socket(handle), a, out,
                err);
}

pickle_code pickle__connection_of_socket(pickle_handle handle,
                                         const pickle_allocator *alloc,
                                         pickle_connection **conn,
                                         pickle_error *err) {
    return make(handle, PICKLE_DUPLEX, true, alloc, conn, err);
}

pickle_code pickle_connection_pipe(bool duplex, const pickle_allocator *alloc,
                                   pickle_connection **a, pickle_connection **b,
                                   pickle_error *err) {
    pickle_handle pair[2];
    pickle_connection *ends[2] = {NULL, NULL};
    pickle__error_clear(err);
    pickle_code code = pickle__handle_pair(duplex, pair, err);
    if (code) {
        return code;
    }
    for (int i = 0; i < 2 && code == PICKLE_OK; i++) {
        pickle_direction one = i == 0 ? PICKLE_READABLE : PICKLE_WRITABLE;
        code = pickle_connection_new(pair[i], duplex ? PICKLE_DUPLEX : one,
                                     alloc, &ends[i], err);
    }
    if (code) {
        for (int i = 0; i < 2; i++) {
            if (ends[i]) {
                pickle_connection_close(ends[i]);
            } else {
                pickle__handle_close(pair[i]);
            }
        }
        return code;
    }
    *a = ends[0];
    *b = ends[1];
    return PICKLE_OK;
}

pickle_handle pickle_connection_detach(pickle_connection *conn) {
    pickle_allocator a = conn->alloc;
    pickle_handle h = conn->handle;
    pickle__free(&a, conn, sizeof *conn);
    return h;
}

void pickle_connection_close(pickle_connection *conn) {
    if (conn) {
        pickle__handle_close(pickle_connection_detach(conn));
    }
}

pickle_handle pickle_connection_handle(const pickle_connection *conn) {
    return conn->handle;
}

void pickle_connection_set_timeout(pickle_connection *conn, int timeout_ms) {
    conn->timeout_ms = timeout_ms;
}

void pickle_connection_set_peer(pickle_connection *conn, int cpython) {
    conn->acknowledge = pickle__acknowledges(cpython);
}

void pickle_connection_set_acknowledge(pickle_connection *conn,
                                       bool acknowledge) {
    conn->acknowledge = acknowledge;
}

bool pickle_connection_acknowledges(const pickle_connection *conn) {
    return conn->acknowledge;
}

pickle_code pickle__connection_check(const pickle_connection *conn,
                                     unsigned direction, pickle_error *err) {
    pickle__error_clear(err);
    if (conn->direction & direction) {
        return PICKLE_OK;
    }
    return pickle__error_set(err, PICKLE_ERR_DIRECTION, "Connection", "%s",
                             conn->direction == 0 ? "handle is closed"
                             : direction == PICKLE_READABLE
                                 ? "connection is write-only"
                                 : "connection is read-only");
}

pickle_code pickle_connection_poll(pickle_connection *conn, int timeout_ms,
                                   bool *ready, pickle_error *err) {
    pickle_code code = pickle__connection_check(conn, PICKLE_READABLE, err);
    return code ? code
                : pickle__handle_poll(&conn->handle, 1,
                                      pickle__deadline(timeout_ms), ready, err);
}

pickle_code pickle_connection_wait(const pickle_handle *handles, size_t count,
                                   int timeout_ms, bool *ready,
                                   size_t *ready_count, pickle_error *err) {
    pickle__error_clear(err);
    pickle_code code = pickle__handle_poll(
        handles, count, pickle__deadline(timeout_ms), ready, err);
    if (ready_count) {
        *ready_count = 0;
        for (size_t i = 0; i < count && code == PICKLE_OK; i++) {
            *ready_count += ready[i];
        }
    }
    return code;
}
