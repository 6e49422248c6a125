/*
 * connection/handles.h  Descriptors over a socket, with the acknowledgement:
 * what reduction's sendfds() and recvfds() do, for the rooms that may not use
 * reduction.
 */
#ifndef PICKLE_CONNECTION_HANDLES_H
#define PICKLE_CONNECTION_HANDLES_H

#include <pickleproof/connection.h>

#include "platform/handle_backend.h"

/* Send `handles[count]` in one message, and wait for the byte that says they
 * have come. */
pickle_code pickle__send_handles(pickle_handle socket,
                                 const pickle_handle *handles, size_t count,
                                 bool acknowledge, int64_t deadline,
                                 pickle_error *err);

/* Receive up to `size` of them into `handles[size + 1]`, close-on-exec: the
 * padding of a control message lets one more through where size is odd. After
 * an error none is left open. */
pickle_code pickle__recv_handles(pickle_handle socket, size_t size,
                                 bool acknowledge, int64_t deadline,
                                 pickle_handle *handles, size_t *count,
                                 pickle_error *err);

/* One descriptor over a connection, as send_handle() and recv_handle(); a
 * second that came along is closed. */
pickle_code pickle__connection_send_handle(pickle_connection *conn,
                                           pickle_handle h, pickle_error *err);
pickle_code pickle__connection_recv_handle(pickle_connection *conn,
                                           pickle_handle *h, pickle_error *err);

#endif
