/*
 * wire.h  The built-in testee on the wire: requests `frame`, `deframe`, `auth`,
 * `serve`, `recvfds` and `sendfds` of harness/PROTOCOL.md, over a scripted peer
 * whose bytes are all there before anything is called.
 */
#ifndef TESTEE_C_WIRE_H
#define TESTEE_C_WIRE_H

#include <pickleproof/connection.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buffer.h"

/* Carry out a request and append the reply; false if it is of another kind. */
bool testee_wire_answer(const char *text, size_t len, buffer *reply);

/* A request taken apart. */
typedef struct wire_request {
    char *text; /* words end with NULs */
    size_t len;
    buffer data; /* of x: */
    int cpython;
    buffer *reply;
    const char *na; /* why it cannot be done; NULL if it can */
} wire_request;

/* The value of key=...; NULL if it is not there. */
const char *wire_key(const wire_request *r, const char *key);
long long wire_number(const wire_request *r, const char *key, long long none);
bool wire_key_bytes(const wire_request *r, const char *key, buffer *out);

/* ---- words of a reply ---- */

void wire_word(wire_request *r, const char *format, ...) RUNNER_PRINTF(2, 3);
void wire_bytes(wire_request *r, const char *title, const void *data,
                size_t len);
void wire_error(wire_request *r, const pickle_error *err);

/* `+`, or what was raised. */
void wire_done(wire_request *r, pickle_code code, const pickle_error *err);

/* ---- the peer ---- */

typedef struct wire_peer {
    int mine;  /* this side; kept beside the one under test */
    int other; /* the peer's; -1 for a pipe */
    size_t total;
} wire_peer;

/* pieces: how many bytes each read gets at most, "4,1,2"; NULL: no matter. */
bool wire_peer_open(wire_peer *p, const buffer *data, const char *pieces,
                    bool pipe);

/* A duplicate of this side, as a connection of the request's version. */
pickle_connection *wire_peer_connection(const wire_peer *p,
                                        const wire_request *r);

/* Report what was written and, if `tell_used`, how much was used; close. */
void wire_peer_finish(wire_peer *p, wire_request *r, bool tell_used);

/* Read what waits in a socket; descriptors are counted and closed. */
void wire_drain(int fd, buffer *out, size_t *descriptors);

/* Write all of it, ignoring that nobody may read it. */
void wire_feed(int fd, const void *data, size_t len);

/* ---- random bytes ---- */

/* Hands out the bytes of random=, to each who asks the same; a hook of
 * pickle_auth_options. */
typedef struct wire_random {
    buffer bytes;
} wire_random;

int wire_random_take(void *ctx, void *out, size_t len);

/* ---- operations ---- */

void wire_frame(wire_request *r);
void wire_deframe(wire_request *r);
void wire_auth(wire_request *r);
void wire_serve(wire_request *r);
void wire_recvfds(wire_request *r);
void wire_sendfds(wire_request *r);

#endif
