/* connection/mac.c  HMAC by libcrypto. */
#include "connection/mac.h"

#include <string.h>

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/opensslv.h>

static const char *openssl_name(const char *digest) {
    static const char *const names[][2] = {{"md5", "MD5"},
                                           {"sha256", "SHA256"},
                                           {"sha384", "SHA384"},
                                           {"sha3_256", "SHA3-256"},
                                           {"sha3_384", "SHA3-384"}};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (strcmp(digest, names[i][0]) == 0) {
            return names[i][1];
        }
    }
    return NULL;
}

/* A NULL key is refused, or taken for the one before, even where its length is
 * 0. */
static const void *key_of(const pickle__mac *m) {
    return m->auth->authkey_len ? m->auth->authkey : "";
}

#if OPENSSL_VERSION_NUMBER >= 0x30000000L

#include <openssl/core_names.h>
#include <openssl/params.h>

void pickle__mac_end(pickle__mac *m) {
    EVP_MAC_CTX_free(m->ctx);
    m->ctx = NULL;
}

/* With its key, or with the one it has. */
static bool begin(pickle__mac *m, const char *digest, const char *name) {
    if (m->ctx && strcmp(m->digest, digest) == 0) {
        return EVP_MAC_init(m->ctx, NULL, 0, NULL) == 1;
    }
    char spelled[16];
    pickle__mac_end(m);
    EVP_MAC *hmac = EVP_MAC_fetch(NULL, OSSL_MAC_NAME_HMAC, NULL);
    m->ctx = hmac ? EVP_MAC_CTX_new(hmac) : NULL;
    EVP_MAC_free(hmac);
    strcpy(spelled, name);
    const OSSL_PARAM params[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, spelled, 0),
        OSSL_PARAM_construct_end()};
    m->digest = digest;
    return m->ctx &&
           EVP_MAC_init(m->ctx, key_of(m), m->auth->authkey_len, params) == 1;
}

bool pickle__mac_make(pickle__mac *m, const char *digest, const uint8_t *data,
                      size_t len, uint8_t out[PICKLE__MAC_MAX],
                      size_t *out_len) {
    const char *name = openssl_name(digest);
    if (name && begin(m, digest, name) &&
        EVP_MAC_update(m->ctx, data, len) == 1 &&
        EVP_MAC_final(m->ctx, out, out_len, PICKLE__MAC_MAX) == 1) {
        return true;
    }
    pickle__mac_end(m);
    return false;
}

#else /* libcrypto before 3.0, LibreSSL */

void pickle__mac_end(pickle__mac *m) {
    (void)m;
}

bool pickle__mac_make(pickle__mac *m, const char *digest, const uint8_t *data,
                      size_t len, uint8_t out[PICKLE__MAC_MAX],
                      size_t *out_len) {
    const char *name = openssl_name(digest);
    const EVP_MD *md = name ? EVP_get_digestbyname(name) : NULL;
    unsigned n = 0;
    bool made = md && HMAC(md, key_of(m), (int)m->auth->authkey_len, data, len,
                           out, &n) != NULL;
    *out_len = n;
    return made;
}

#endif
