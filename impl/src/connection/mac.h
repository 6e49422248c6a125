/*
 * connection/mac.h  HMAC with a handshake's key, by libcrypto. A handshake
 * takes two, and the second finds the key set.
 */
#ifndef PICKLE_CONNECTION_MAC_H
#define PICKLE_CONNECTION_MAC_H

#include <stdbool.h>

#include <pickleproof/connection.h>

#define PICKLE__MAC_MAX ((size_t)64)

typedef struct pickle__mac {
    const pickle_auth_options *auth;
    const char *digest; /* that ctx is set for */
    void *ctx;          /* libcrypto's; NULL: none yet */
} pickle__mac;

/* The MAC of `data[len]`. Digests have hashlib's names; false for one that is
 * not among CPython's five, or that libcrypto does not have. */
bool pickle__mac_make(pickle__mac *m, const char *digest, const uint8_t *data,
                      size_t len, uint8_t out[PICKLE__MAC_MAX],
                      size_t *out_len);

/* Forget the key. */
void pickle__mac_end(pickle__mac *m);

#endif
