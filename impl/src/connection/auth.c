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

#include "base/repr.h"
#include "connection/connection.h"
#include "connection/mac.h"

#define CHALLENGE     "#CHALLENGE#"
#define CHALLENGE_LEN ((size_t)11)
#define WELCOME       "#WELCOME#"
#define FAILURE       "#FAILURE#"
#define VERDICT_LEN   ((size_t)9)
#define MAC_LEN       ((size_t)16) /* of the shortest digest */
#define LEGACY_LEN    ((size_t)20) /* of a challenge up to 3.11 */
#define MODERN_LEN    ((size_t)40) /* of the random part from 3.12 on */

/* The digests CPython allows in a prefix. */
static const char *const digests[] = {"md5", "sha256", "sha384", "sha3_256",
                                      "sha3_384"};

static pickle_code fail(pickle_error *err, const char *message) {
    return pickle__error_set(err, PICKLE_ERR_AUTHENTICATION, "authkey", "%s",
                             message);
}

/* As fail(), with the repr() of what the peer sent behind the message. */
static pickle_code fail_quoting(const pickle_connection *conn, pickle_code code,
                                const char *message, const uint8_t *data,
                                size_t len, pickle_error *err) {
    pickle__text t;
    pickle__text_init(&t, &conn->alloc);
    pickle__repr_bytes(&t, data, len);
    pickle__text_terminate(&t);
    pickle__error_set(err, code, "authkey", "%s%s", message,
                      t.failed ? "" : (const char *)t.data);
    pickle__text_deinit(&t);
    return code;
}

static pickle_code fail_unsupported(const pickle_connection *conn,
                                    const uint8_t *data, size_t len,
                                    pickle_error *err) {
    return fail_quoting(conn, PICKLE_ERR_AUTHENTICATION,
                        "unsupported message length, missing digest prefix, or "
                        "unsupported digest: message=",
                        data, len, err);
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

static pickle_code check(const pickle_auth_options *auth, pickle_error *err) {
    pickle__error_clear(err);
    if (!auth || !auth->authkey || auth->authkey_len > INT32_MAX) {
        return pickle__error_set(err, PICKLE_ERR_ARGUMENT, "authkey",
                                 "Authkey must be bytes");
    }
    return PICKLE_OK;
}

/* ---- answering ---- */

static int version_of(const pickle_auth_options *auth) {
    return auth->cpython ? auth->cpython : PICKLE_CPYTHON_DEFAULT;
}

/* Up to 3.11 every challenge is answered with a bare MD5, whatever it is. */
static bool is_legacy(const pickle_auth_options *auth) {
    return auth->cpython && auth->cpython < 312;
}

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
    if (len == LEGACY_LEN || is_legacy(auth)) {
        return "md5";
    }
    *prefixed = true;
    return len < LEGACY_LEN ? NULL : name;
}

/* What goes over the wire in one direction. */
typedef struct small {
    uint8_t data[PICKLE__SMALL];
    size_t len;
} small;

/* Read a message; at least so many bytes if it is a right one, and if it is not
 * the connection is `doomed`: then they are read together with its header. */
static pickle_code recv_small(pickle_connection *conn, small *in, bool doomed,
                              size_t at_least, pickle_error *err) {
    return pickle__connection_recv_small(conn, in->data, doomed ? at_least : 0,
                                         &in->len, err);
}

static pickle_code not_a_challenge(const pickle_connection *conn,
                                   const pickle_auth_options *auth,
                                   const small *in, pickle_error *err) {
    return is_legacy(auth)
               ? fail_quoting(conn, PICKLE_ERR_CHALLENGE,
                              "message = ", in->data, in->len, err)
               : fail_quoting(conn, PICKLE_ERR_AUTHENTICATION,
                              "Protocol error, expected challenge: message=",
                              in->data, in->len, err);
}

/* 3.12 and 3.13 do not fill the length in. */
static pickle_code too_short(const pickle_auth_options *auth, size_t len,
                             pickle_error *err) {
    if (version_of(auth) < 314) {
        return fail(err, "challenge too short: {len(message)} bytes");
    }
    return pickle__error_set(err, PICKLE_ERR_AUTHENTICATION, "authkey",
                             "challenge too short: %zu bytes", len);
}

/* Read a challenge and make the answer to it. */
static pickle_code make_answer(pickle_connection *conn, pickle__mac *mac,
                               bool doomed, small *answer, pickle_error *err) {
    const pickle_auth_options *auth = mac->auth;
    small in;
    bool prefixed;
    size_t mac_len;
    size_t prefix_len = 0;
    /* A bare challenge may have any length. */
    bool any_length = auth->bare || is_legacy(auth);
    pickle_code code = recv_small(conn, &in, doomed && !any_length,
                                  CHALLENGE_LEN + LEGACY_LEN, err);
    if (code) {
        return code;
    }
    if (in.len < CHALLENGE_LEN ||
        memcmp(in.data, CHALLENGE, CHALLENGE_LEN) != 0) {
        return not_a_challenge(conn, auth, &in, err);
    }
    const uint8_t *message = in.data + CHALLENGE_LEN;
    size_t len = in.len - CHALLENGE_LEN;
    const char *name = wanted(auth, message, len, &prefixed);
    if (!name) {
        return len < LEGACY_LEN ? too_short(auth, len, err)
                                : fail_unsupported(conn, message, len, err);
    }
    if (prefixed) {
        prefix_len = strlen(name) + 2;
        memcpy(answer->data, message, prefix_len);
    }
    if (!pickle__mac_make(mac, name, message, len, answer->data + prefix_len,
                          &mac_len)) {
        return fail(err, "digest unsupported");
    }
    answer->len = prefix_len + mac_len;
    return PICKLE_OK;
}

static pickle_code read_verdict(pickle_connection *conn, bool doomed,
                                pickle_error *err) {
    small in;
    pickle_code code = recv_small(conn, &in, doomed, VERDICT_LEN, err);
    if (code == PICKLE_OK &&
        (in.len != VERDICT_LEN || memcmp(in.data, WELCOME, VERDICT_LEN) != 0)) {
        code = fail(err, "digest sent was rejected");
    }
    return code;
}

static pickle_code send_answer(pickle_connection *conn, small *answer,
                               pickle_error *err) {
    pickle_code code =
        pickle_connection_send_bytes(conn, answer->data, answer->len, err);
    OPENSSL_cleanse(answer, sizeof *answer);
    return code;
}

pickle_code pickle_answer_challenge(pickle_connection *conn,
                                    const pickle_auth_options *auth,
                                    pickle_error *err) {
    small answer;
    pickle__mac mac = {.auth = auth};
    pickle_code code = check(auth, err);
    code = code ? code : make_answer(conn, &mac, false, &answer, err);
    code = code ? code : send_answer(conn, &answer, err);
    pickle__mac_end(&mac);
    return code ? code : read_verdict(conn, false, err);
}

/* ---- asking ---- */

/* The message to be answered: random bytes, from 3.12 on behind a prefix. */
static pickle_code make_message(const pickle_auth_options *auth, uint8_t *out,
                                size_t *len, pickle_error *err) {
    size_t random_len = LEGACY_LEN;
    *len = 0;
    if (version_of(auth) >= 312 && !auth->bare) {
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

/* Whether an answer is right. */
static pickle_code judge(const pickle_connection *conn, pickle__mac *mac,
                         const uint8_t *message, size_t message_len,
                         const small *answer, pickle_error *err) {
    const pickle_auth_options *auth = mac->auth;
    bool modern = version_of(auth) >= 312 && !auth->bare;
    uint8_t expected[PICKLE__MAC_MAX];
    size_t expected_len;
    size_t prefix_len = 0;
    const char *name = "md5";
    if (auth->bare) {
        name = auth->digest ? auth->digest : "sha256";
    } else if (modern && answer->len != MAC_LEN && answer->len != LEGACY_LEN) {
        name = prefix_of(answer->data, answer->len, &prefix_len);
        if (!name) {
            return fail_unsupported(conn, answer->data, answer->len, err);
        }
    }
    if (!pickle__mac_make(mac, name, message, message_len, expected,
                          &expected_len)) {
        return fail(err, "digest unsupported");
    }
    size_t len = answer->len - prefix_len;
    bool same =
        len == expected_len &&
        CRYPTO_memcmp(answer->data + prefix_len, expected, expected_len) == 0;
    OPENSSL_cleanse(expected, sizeof expected);
    if (same) {
        return PICKLE_OK;
    }
    return modern && len != expected_len
               ? pickle__error_set(err, PICKLE_ERR_AUTHENTICATION, "authkey",
                                   "expected '%s' of length %zu got %zu", name,
                                   expected_len, len)
               : fail(err, "digest received was wrong");
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
static pickle_code judge_answer(pickle_connection *conn, pickle__mac *mac,
                                bool doomed, const small *challenge,
                                pickle_error *err) {
    small in;
    pickle_code code = recv_small(conn, &in, doomed, MAC_LEN, err);
    if (code) {
        return code;
    }
    code = judge(conn, mac, challenge->data + CHALLENGE_LEN,
                 challenge->len - CHALLENGE_LEN, &in, err);
    if (code) {
        /* Being told is a courtesy: that the key is wrong is what matters. */
        (void)!pickle_connection_send_bytes(conn, FAILURE, VERDICT_LEN, NULL);
    }
    return code;
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
    pickle__mac mac = {.auth = auth};
    pickle_code code = check(auth, err);
    code = code ? code : send_challenge(conn, auth, &challenge, err);
    code = code ? code : judge_answer(conn, &mac, false, &challenge, err);
    pickle__mac_end(&mac);
    return code ? code : send_welcome(conn, err);
}

/* ---- both halves ----
 *
 * The bytes of each direction are those of the two functions above; the turns
 * of the peers are fewer where what is to be read next may lie there already.
 * A connection on which one of them fails is closed.
 */

/* The listener's verdict and its answer to the client's challenge, in one write
 * if that has come. */
static pickle_code welcome_and_answer(pickle_connection *conn, pickle__mac *mac,
                                      pickle_error *err) {
    small answer;
    bool ready = false;
    pickle_code code = pickle_connection_poll(conn, 0, &ready, err);
    if (!code && !ready) {
        code = send_welcome(conn, err);
        code = code ? code : make_answer(conn, mac, true, &answer, err);
        return code ? code : send_answer(conn, &answer, err);
    }
    code = code ? code : make_answer(conn, mac, true, &answer, err);
    if (code) {
        (void)!send_welcome(conn, NULL);
        return code;
    }
    code = pickle__connection_send_two(conn, WELCOME, VERDICT_LEN, answer.data,
                                       answer.len, err);
    OPENSSL_cleanse(&answer, sizeof answer);
    return code;
}

pickle_code pickle__listener_handshake(pickle_connection *conn,
                                       const pickle_auth_options *auth,
                                       pickle_error *err) {
    small challenge;
    pickle__mac mac = {.auth = auth};
    pickle_code code = check(auth, err);
    code = code ? code : send_challenge(conn, auth, &challenge, err);
    code = code ? code : judge_answer(conn, &mac, true, &challenge, err);
    code = code ? code : welcome_and_answer(conn, &mac, err);
    pickle__mac_end(&mac);
    return code ? code : read_verdict(conn, true, err);
}

/* The answer to the listener's challenge, and our own in the same write. */
static pickle_code answer_and_challenge(pickle_connection *conn,
                                        pickle__mac *mac,
                                        const small *challenge,
                                        pickle_error *err) {
    small answer;
    pickle_code code = make_answer(conn, mac, true, &answer, err);
    if (code) {
        return code;
    }
    code = pickle__connection_send_two(conn, answer.data, answer.len,
                                       challenge->data, challenge->len, err);
    OPENSSL_cleanse(&answer, sizeof answer);
    return code;
}

pickle_code pickle__client_handshake(pickle_connection *conn,
                                     const pickle_auth_options *auth,
                                     const void *first, size_t first_len,
                                     pickle_error *err) {
    small challenge;
    pickle__mac mac = {.auth = auth};
    pickle_code code = check(auth, err);
    code = code ? code : make_challenge(auth, &challenge, err);
    code = code ? code : answer_and_challenge(conn, &mac, &challenge, err);
    code = code ? code : read_verdict(conn, true, err);
    code = code ? code : judge_answer(conn, &mac, true, &challenge, err);
    pickle__mac_end(&mac);
    if (code) {
        return code;
    }
    return first ? pickle__connection_send_two(conn, WELCOME, VERDICT_LEN,
                                               first, first_len, err)
                 : send_welcome(conn, err);
}
