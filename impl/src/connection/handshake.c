/* connection/handshake.c  A client's handshake in as few turns as there can
 * be. See auth.h. */
#include <string.h>

#include <openssl/crypto.h>

#include "connection/auth.h"
#include "connection/connection.h"

/* Two messages, sent as one. */
static pickle_code send_two(pickle_connection *conn, const void *a,
                            size_t a_len, const void *b, size_t b_len,
                            pickle_error *err) {
    uint8_t out[256] = {0};
    if (8 + a_len + b_len > sizeof out) {
        pickle_code code = pickle_connection_send_bytes(conn, a, a_len, err);
        return code ? code : pickle_connection_send_bytes(conn, b, b_len, err);
    }
    out[3] = (uint8_t)a_len;
    memcpy(out + 4, a, a_len);
    out[4 + a_len + 3] = (uint8_t)b_len;
    memcpy(out + 8 + a_len, b, b_len);
    pickle_code code = pickle__handle_write(
        conn->handle, conn->is_socket, out, 8 + a_len + b_len, NULL, 0,
        pickle__deadline(conn->timeout_ms), err);
    OPENSSL_cleanse(out, sizeof out);
    return code;
}

/* The answer to the server's challenge, and ours. */
static pickle_code send_answer(pickle_connection *conn,
                               const pickle_auth_options *auth,
                               const uint8_t *challenge, size_t len,
                               pickle_error *err) {
    uint8_t data[PICKLE__AUTH_MESSAGE];
    uint8_t answer[PICKLE__AUTH_ANSWER];
    size_t data_len;
    size_t answer_len;
    pickle_code code = pickle__auth_recv(conn, data, &data_len, err);
    code = code ? code
                : pickle__auth_answer(auth, data, data_len, answer, &answer_len,
                                      err);
    code =
        code ? code : send_two(conn, answer, answer_len, challenge, len, err);
    OPENSSL_cleanse(answer, sizeof answer);
    return code;
}

pickle_code pickle__auth_client(pickle_connection *conn,
                                const pickle_auth_options *auth,
                                const void *data, size_t len,
                                pickle_error *err) {
    uint8_t challenge[PICKLE__AUTH_CHALLENGE];
    uint8_t answer[PICKLE__AUTH_MESSAGE];
    size_t challenge_len;
    size_t answer_len;
    pickle_code code = pickle__auth_check(auth, err);
    code = code ? code
                : pickle__auth_challenge(auth, challenge, &challenge_len, err);
    code = code ? code
                : send_answer(conn, auth, challenge, challenge_len, err);
    code = code ? code : pickle__auth_recv_verdict(conn, err);
    code = code ? code : pickle__auth_recv(conn, answer, &answer_len, err);
    if (code) {
        return code;
    }
    code = pickle__auth_judge(auth, challenge, challenge_len, answer,
                              answer_len, err);
    if (code) {
        pickle_code told = pickle_connection_send_bytes(
            conn, PICKLE__AUTH_FAILURE, PICKLE__AUTH_VERDICT, NULL);
        (void)told;
        return code;
    }
    return send_two(conn, PICKLE__AUTH_WELCOME, PICKLE__AUTH_VERDICT, data, len,
                    err);
}
