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

/* Room for more bytes in a caller's buffer; its allocator is set. */
pickle_code pickle__buffer_reserve(pickle_bytes_buffer *buf, size_t more,
                                   pickle_error *err);

/* Refuse a direction that the connection does not have, or no longer. */
pickle_code pickle__connection_check(const pickle_connection *conn,
                                     unsigned direction, pickle_error *err);

#endif
