/*
 * connection/auth.c  The handshake: each side proves to the other that it has
 * the key.
 *
 * Three dialects are met: a bare HMAC-MD5 of 20 bytes (CPython up to 3.11), a
 * MAC behind `{digest}` (from 3.12), and a bare SHA-256 (vendors' patches of
 * 3.11 and older). Which one to answer with is told by the challenge.
 */
#include <string.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "connection/connection.h"

#define CHALLENGE     "#CHALLENGE#"
#define CHALLENGE_LEN ((size_t)11)
#define WELCOME       "#WELCOME#"
#define FAILURE       "#FAILURE#"
#define VERDICT_LEN   ((size_t)9)
#define MAX_MESSAGE   ((size_t)256)
#define LEGACY_LEN    ((size_t)20) /* of a challenge up to 3.11 */
#define MODERN_LEN    ((size_t)40) /* of the random part from 3.12 on */

/* The digests CPython allows in a prefix. */
static const char *const digests[] = {"md5", "sha256", "sha384", "sha3_256",
                                      "sha3_384"};

static const EVP_MD *digest_by_name(const char *name) {
    static const char *const openssl[] = {"MD5", "SHA256", "SHA384", "SHA3-256",
                                          "SHA3-384"};
    for (size_t i = 0; i < sizeof digests / sizeof digests[0]; i++) {
        if (strcmp(name, digests[i]) == 0) {
            return EVP_get_digestbyname(openssl[i]);
        }
    }
    return NULL;
}

static pickle_code fail(pickle_error *err, const char *message) {
    return pickle__error_set(err, PICKLE_ERR_AUTHENTICATION, "authkey", "%s",
                             message);
}

/* The `{digest}` in front of a message; NULL if there is none that CPython
 * allows. *len is its length with the braces. */
static const char *prefix_of(const uint8_t *data, size_t data_len,
                             size_t *len) {
    for (size_t i = 0; i < sizeof digests / sizeof digests[0]; i++) {
        size_t n = strlen(digests[i]);
        if (data_len >= n + 2 && data[0] == '{' && data[n + 1] == '}' &&
            memcmp(data + 1, digests[i], n) == 0) {
            *len = n + 2;
            return digests[i];
        }
    }
    return NULL;
}

static bool mac(const pickle_auth_options *auth, const EVP_MD *md,
                const uint8_t *data, size_t len, uint8_t *out,
                unsigned *out_len) {
    /* HMAC() refuses a NULL key even when its length is 0. */
    const void *key = auth->authkey_len ? auth->authkey : "";
    return HMAC(md, key, (int)auth->authkey_len, data, len, out, out_len) !=
           NULL;
}

static pickle_code check(const pickle_connection *conn,
                         const pickle_auth_options *auth, pickle_error *err) {
    pickle__error_clear(err);
    (void)conn;
    if (!auth || !auth->authkey || auth->authkey_len > INT32_MAX) {
        return pickle__error_set(err, PICKLE_ERR_ARGUMENT, "authkey",
                                 "Authkey must be bytes");
    }
    return PICKLE_OK;
}

static pickle_code recv_small(pickle_connection *conn,
                              uint8_t data[MAX_MESSAGE], size_t *len,
                              pickle_error *err) {
    pickle_bytes_buffer in = {0};
    in.alloc = conn->alloc;
    pickle_code code =
        pickle_connection_recv_bytes(conn, MAX_MESSAGE, &in, err);
    if (code == PICKLE_OK) {
        *len = in.len;
        memcpy(data, in.data ? in.data : (uint8_t *)"", in.len);
    }
    pickle_bytes_buffer_deinit(&in);
    return code;
}

/* ---- answering ---- */

/* Which digest a challenge wants, and whether its answer has a prefix. NULL
 * if 3.12 and newer refuse it. */
static const char *wanted(const pickle_auth_options *auth,
                          const uint8_t *message, size_t len, bool *prefixed) {
    size_t prefix_len;
    const char *name = prefix_of(message, len, &prefix_len);
    *prefixed = false;
    if (auth->bare) {
        return auth->digest ? auth->digest : "sha256";
    }
    if (len == LEGACY_LEN) {
        return "md5";
    }
    *prefixed = true;
    return len < LEGACY_LEN ? NULL : name;
}

/* What goes over the wire in one direction. */
typedef struct small {
    uint8_t data[MAX_MESSAGE];
    size_t len;
} small;

/* Read a challenge and make the answer to it. */
static pickle_code make_answer(pickle_connection *conn,
                               const pickle_auth_options *auth, small *answer,
                               pickle_error *err) {
    small in;
    bool prefixed;
    unsigned mac_len;
    size_t prefix_len = 0;
    pickle_code code = recv_small(conn, in.data, &in.len, err);
    if (code) {
        return code;
    }
    if (in.len < CHALLENGE_LEN ||
        memcmp(in.data, CHALLENGE, CHALLENGE_LEN) != 0) {
        return fail(err, "Protocol error, expected challenge");
    }
    const uint8_t *message = in.data + CHALLENGE_LEN;
    size_t len = in.len - CHALLENGE_LEN;
    const char *name = wanted(auth, message, len, &prefixed);
    if (!name) {
        return fail(err, len < LEGACY_LEN
                             ? "challenge too short"
                             : "unsupported message length, missing digest "
                               "prefix, or unsupported digest");
    }
    if (prefixed) {
        prefix_len = strlen(name) + 2;
        memcpy(answer->data, message, prefix_len);
    }
    const EVP_MD *md = digest_by_name(name);
    if (!md ||
        !mac(auth, md, message, len, answer->data + prefix_len, &mac_len)) {
        return fail(err, "digest unsupported");
    }
    answer->len = prefix_len + mac_len;
    return PICKLE_OK;
}

static pickle_code read_verdict(pickle_connection *conn, pickle_error *err) {
    small in;
    pickle_code code = recv_small(conn, in.data, &in.len, err);
    if (code == PICKLE_OK &&
        (in.len != VERDICT_LEN || memcmp(in.data, WELCOME, VERDICT_LEN) != 0)) {
        code = fail(err, "digest sent was rejected");
    }
    return code;
}

pickle_code pickle_answer_challenge(pickle_connection *conn,
                                    const pickle_auth_options *auth,
                                    pickle_error *err) {
    small answer;
    pickle_code code = check(conn, auth, err);
    code = code ? code : make_answer(conn, auth, &answer, err);
    if (code) {
        return code;
    }
    code = pickle_connection_send_bytes(conn, answer.data, answer.len, err);
    OPENSSL_cleanse(&answer, sizeof answer);
    return code ? code : read_verdict(conn, err);
}

/* ---- asking ---- */

/* The message to be answered: random bytes, from 3.12 on behind a prefix. */
static pickle_code make_message(const pickle_auth_options *auth, uint8_t *out,
                                size_t *len, pickle_error *err) {
    int cpython = auth->cpython ? auth->cpython : PICKLE_CPYTHON_DEFAULT;
    size_t random_len = LEGACY_LEN;
    *len = 0;
    if (cpython >= 312 && !auth->bare) {
        const char *name = auth->digest ? auth->digest : "sha256";
        size_t n = strlen(name);
        if (n > 16) {
            return pickle__error_set(err, PICKLE_ERR_ARGUMENT, "digest",
                                     "unknown digest");
        }
        out[0] = '{';
        memcpy(out + 1, name, n);
        out[n + 1] = '}';
        *len = n + 2;
        random_len = MODERN_LEN;
    }
    uint8_t *to = out + *len;
    *len += random_len;
    if (!auth->random) {
        return pickle__random(to, random_len, err);
    }
    int failed = auth->random(auth->random_ctx, to, random_len);
    if (failed) {
        pickle_code code = pickle__error_code(err, PICKLE_ERR_HOOK, "random");
        if (err) {
            err->os_error = failed;
        }
        return code;
    }
    return PICKLE_OK;
}

/* Whether an answer is right; NULL, or what CPython says is wrong with it. */
static const char *judge(const pickle_auth_options *auth,
                         const uint8_t *message, size_t message_len,
                         const uint8_t *answer, size_t len) {
    int cpython = auth->cpython ? auth->cpython : PICKLE_CPYTHON_DEFAULT;
    uint8_t expected[EVP_MAX_MD_SIZE];
    unsigned expected_len;
    size_t prefix_len = 0;
    const char *name = "md5";
    if (auth->bare) {
        name = auth->digest ? auth->digest : "sha256";
    } else if (cpython >= 312 && len != 16 && len != LEGACY_LEN) {
        name = prefix_of(answer, len, &prefix_len);
        if (!name) {
            return "unsupported message length, missing digest prefix, or "
                   "unsupported digest";
        }
    }
    const EVP_MD *md = digest_by_name(name);
    if (!md || !mac(auth, md, message, message_len, expected, &expected_len)) {
        return "digest unsupported";
    }
    bool same = len - prefix_len == expected_len &&
                CRYPTO_memcmp(answer + prefix_len, expected, expected_len) == 0;
    OPENSSL_cleanse(expected, sizeof expected);
    return same ? NULL : "digest received was wrong";
}

/* The challenge, marked as one; the message to be answered is behind the mark.
 */
static pickle_code make_challenge(const pickle_auth_options *auth,
                                  small *challenge, pickle_error *err) {
    memcpy(challenge->data, CHALLENGE, CHALLENGE_LEN);
    pickle_code code = make_message(auth, challenge->data + CHALLENGE_LEN,
                                    &challenge->len, err);
    challenge->len += CHALLENGE_LEN;
    return code;
}

/* Read the answer to a challenge; say FAILURE if it is wrong. */
static pickle_code judge_answer(pickle_connection *conn,
                                const pickle_auth_options *auth,
                                const small *challenge, pickle_error *err) {
    small in;
    pickle_code code = recv_small(conn, in.data, &in.len, err);
    if (code) {
        return code;
    }
    const char *wrong = judge(auth, challenge->data + CHALLENGE_LEN,
                              challenge->len - CHALLENGE_LEN, in.data, in.len);
    if (!wrong) {
        return PICKLE_OK;
    }
    /* Being told is a courtesy: that the key is wrong is what matters. */
    (void)!pickle_connection_send_bytes(conn, FAILURE, VERDICT_LEN, NULL);
    return fail(err, wrong);
}

static pickle_code send_challenge(pickle_connection *conn,
                                  const pickle_auth_options *auth,
                                  small *challenge, pickle_error *err) {
    pickle_code code = make_challenge(auth, challenge, err);
    return code ? code
                : pickle_connection_send_bytes(conn, challenge->data,
                                               challenge->len, err);
}

static pickle_code send_welcome(pickle_connection *conn, pickle_error *err) {
    return pickle_connection_send_bytes(conn, WELCOME, VERDICT_LEN, err);
}

pickle_code pickle_deliver_challenge(pickle_connection *conn,
                                     const pickle_auth_options *auth,
                                     pickle_error *err) {
    small challenge;
    pickle_code code = check(conn, auth, err);
    code = code ? code : send_challenge(conn, auth, &challenge, err);
    code = code ? code : judge_answer(conn, auth, &challenge, err);
    return code ? code : send_welcome(conn, err);
}

/* ---- both halves ----
 *
 * The bytes of each direction are those of the two functions above; the turns
 * of the peers are fewer where what is to be read next may lie there already.
 */

pickle_code pickle__listener_handshake(pickle_connection *conn,
                                       const pickle_auth_options *auth,
                                       pickle_error *err) {
    small challenge;
    small answer;
    bool ready = false;
    pickle_code code = check(conn, auth, err);
    code = code ? code : send_challenge(conn, auth, &challenge, err);
    code = code ? code : judge_answer(conn, auth, &challenge, err);
    code = code ? code : pickle_connection_poll(conn, 0, &ready, err);
    if (code) {
        return code;
    }
    if (!ready) {
        code = send_welcome(conn, err);
        return code ? code : pickle_answer_challenge(conn, auth, err);
    }
    code = make_answer(conn, auth, &answer, err);
    if (code) {
        (void)!send_welcome(conn, NULL);
        return code;
    }
    code = pickle__connection_send_two(conn, WELCOME, VERDICT_LEN, answer.data,
                                       answer.len, err);
    OPENSSL_cleanse(&answer, sizeof answer);
    return code ? code : read_verdict(conn, err);
}

pickle_code pickle__client_handshake(pickle_connection *conn,
                                     const pickle_auth_options *auth,
                                     const void *first, size_t first_len,
                                     pickle_error *err) {
    small answer;
    small challenge;
    pickle_code code = check(conn, auth, err);
    code = code ? code : make_challenge(auth, &challenge, err);
    code = code ? code : make_answer(conn, auth, &answer, err);
    if (code) {
        return code;
    }
    code = pickle__connection_send_two(conn, answer.data, answer.len,
                                       challenge.data, challenge.len, err);
    OPENSSL_cleanse(&answer, sizeof answer);
    code = code ? code : read_verdict(conn, err);
    code = code ? code : judge_answer(conn, auth, &challenge, err);
    if (code) {
        return code;
    }
    return first ? pickle__connection_send_two(conn, WELCOME, VERDICT_LEN,
                                               first, first_len, err)
                 : send_welcome(conn, err);
}
