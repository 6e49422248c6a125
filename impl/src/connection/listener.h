/* connection/listener.h  What the resource sharer needs of a listener. */
#ifndef PICKLE_CONNECTION_LISTENER_H
#define PICKLE_CONNECTION_LISTENER_H

#include <pickleproof/connection.h>

/* Accept a client without a handshake. */
pickle_code pickle__listener_accept_raw(pickle_listener *l, int timeout_ms,
                                        pickle_connection **conn,
                                        pickle_error *err);

/* As pickle_client(), and send the first message, of at most 256 bytes. */
pickle_code pickle__client_first(const pickle_address *address,
                                 const pickle_auth_options *auth,
                                 const void *first, size_t first_len,
                                 const pickle_allocator *alloc,
                                 pickle_connection **conn, pickle_error *err);

/* In a forked child: closing it leaves the socket file to the parent. */
void pickle__listener_forget(pickle_listener *l);

#endif
