/* connection/connection.h  A connection's insides. */
#ifndef PICKLE_CONNECTION_CONNECTION_H
#define PICKLE_CONNECTION_CONNECTION_H

#include <pickleproof/connection.h>

#include "platform/handle_backend.h"

struct pickle_connection {
    pickle_allocator alloc;
    pickle_handle handle;
    unsigned direction; /* of pickle_direction; loses READABLE after a message
                           that was too long */
    int timeout_ms;
    bool is_socket;
    bool acknowledge;
};

/* As pickle_connection_new(), of a socket made here. */
pickle_code pickle__connection_of_socket(pickle_handle handle,
                                         const pickle_allocator *alloc,
                                         pickle_connection **conn,
                                         pickle_error *err);

/* The end where a message could begin: PICKLE_ERR_EOF without a text, as
 * CPython's EOFError has none. */
pickle_code pickle__connection_eof(pickle_error *err, const char *where);

/* Room for more bytes in a caller's buffer; its allocator is set. */
pickle_code pickle__buffer_reserve(pickle_bytes_buffer *buf, size_t more,
                                   pickle_error *err);

/* A message of the handshake is no longer than this. */
#define PICKLE__SMALL ((size_t)256)

/* As pickle_connection_recv_bytes() with that limit. `likely` bytes are asked
 * for together with the header: of a shorter message that has another behind it
 * too much is read, so it must be one after which the connection is closed. */
pickle_code pickle__connection_recv_small(pickle_connection *conn,
                                          uint8_t data[PICKLE__SMALL],
                                          size_t likely, size_t *len,
                                          pickle_error *err);

/* Two small messages in one write. */
pickle_code pickle__connection_send_two(pickle_connection *conn, const void *a,
                                        size_t a_len, const void *b,
                                        size_t b_len, pickle_error *err);

/* Both halves of the handshake, for a listener. */
pickle_code pickle__listener_handshake(pickle_connection *conn,
                                       const pickle_auth_options *auth,
                                       pickle_error *err);

/* For a client, with the message that comes first behind it, `first[first_len]`
 * of at most 256 bytes, or NULL. Not over TCP: a listener that refuses the
 * answer closes with the challenge unread, and its verdict may be lost. */
pickle_code pickle__client_handshake(pickle_connection *conn,
                                     const pickle_auth_options *auth,
                                     const void *first, size_t first_len,
                                     pickle_error *err);

/* Refuse a direction that the connection does not have, or no longer. */
pickle_code pickle__connection_check(const pickle_connection *conn,
                                     unsigned direction, pickle_error *err);

#endif
