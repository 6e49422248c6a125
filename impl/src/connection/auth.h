/*
 * connection/auth.h  The steps of the handshake, for whoever sends several in
 * one message.
 */
#ifndef PICKLE_CONNECTION_AUTH_H
#define PICKLE_CONNECTION_AUTH_H

#include <pickleproof/connection.h>

/* The longest message CPython reads here, and the longest of ours. */
#define PICKLE__AUTH_MESSAGE   ((size_t)256)
#define PICKLE__AUTH_ANSWER    ((size_t)(16 + 64))
#define PICKLE__AUTH_CHALLENGE ((size_t)(11 + 18 + 40))

#define PICKLE__AUTH_WELCOME "#WELCOME#"
#define PICKLE__AUTH_FAILURE "#FAILURE#"
#define PICKLE__AUTH_VERDICT ((size_t)9)

/* There must be a key. */
pickle_code pickle__auth_check(const pickle_auth_options *auth,
                               pickle_error *err);

pickle_code pickle__auth_recv(pickle_connection *conn,
                              uint8_t data[PICKLE__AUTH_MESSAGE], size_t *len,
                              pickle_error *err);

/* The answer to a challenge. */
pickle_code pickle__auth_answer(const pickle_auth_options *auth,
                                const uint8_t *data, size_t len,
                                uint8_t answer[PICKLE__AUTH_ANSWER],
                                size_t *answer_len, pickle_error *err);

/* What the peer says to our answer. */
pickle_code pickle__auth_recv_verdict(pickle_connection *conn,
                                      pickle_error *err);

/* A challenge of our own, and what we say to its answer. */
pickle_code pickle__auth_challenge(const pickle_auth_options *auth,
                                   uint8_t challenge[PICKLE__AUTH_CHALLENGE],
                                   size_t *len, pickle_error *err);
pickle_code pickle__auth_judge(const pickle_auth_options *auth,
                               const uint8_t *challenge, size_t challenge_len,
                               const uint8_t *answer, size_t len,
                               pickle_error *err);

/*
 * A client's whole handshake, and `data[len]` as its first message. The bytes
 * of each direction are those of pickle_answer_challenge(),
 * pickle_deliver_challenge() and a message; but our challenge leaves with our
 * answer, and the message with our verdict: two turns fewer. Over TCP a server
 * that refuses us may reset the connection before its verdict is read; use it
 * with AF_UNIX.
 */
pickle_code pickle__auth_client(pickle_connection *conn,
                                const pickle_auth_options *auth,
                                const void *data, size_t len,
                                pickle_error *err);

#endif
