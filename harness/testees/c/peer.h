/*
 * peer.h  The built-in testee as a peer of scenarios: the requests
 * `xVERB` of harness/scenarios/README.md, over the library's public headers.
 */
#ifndef TESTEE_C_PEER_H
#define TESTEE_C_PEER_H

#include <pickleproof/connection.h>
#include <pickleproof/reduction.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/resource.h>
#include <sys/types.h>

#include "buffer.h"

/* What a name stands for: a descriptor and what has been made of it. One that
 * is closed keeps its name until the next reset. */
typedef struct thing {
    char *name;
    int fd; /* -1: closed; else, with `conn`, that of the connection */
    pickle_connection *conn;
    pickle_listener *listener;
    int direction; /* of pickle_direction, for a connection made of it */
} thing;

typedef struct channel {
    char *path;
    char *kind;
    int listening; /* -1 */
} channel;

typedef struct testee_peer {
    thing *things;
    size_t count;
    int cpython;      /* the version to behave as */
    bool acknowledge; /* also where that version does not */
    channel channel;
    buffer authkey;
    pickle_resource_sharer *sharer;
    char **files; /* to remove */
    size_t file_count;
    pid_t *children;
    size_t child_count;
    bool limited;
    struct rlimit unlimited; /* as it was before `limit` */
    bool leaving;
    int exit_code;
    size_t names_made;
} testee_peer;

/* A request: words without its verb. */
typedef struct peer_request {
    testee_peer *peer;
    char **words;
    size_t count;
    buffer *reply;
} peer_request;

typedef void (*peer_verb)(peer_request *r);

/* Carry out `xVERB ...`; the reply is appended. */
void testee_peer_answer(const char *text, size_t len, buffer *reply);

/* Whether a request asked the process to end; with which code. */
bool testee_peer_is_leaving(int *code);

/* Close all there is. */
void testee_peer_end(void);

/* ---- replies ---- */

void peer_ok(peer_request *r);
void peer_ok_int(peer_request *r, int64_t n);
void peer_ok_bytes(peer_request *r, const void *data, size_t len);
void peer_raise(peer_request *r, const char *klass, const char *message);
void peer_errno(peer_request *r, int error);
void peer_error(peer_request *r, const pickle_error *err);

/* `ok`, or the error that has just happened. */
void peer_done(peer_request *r, bool good);

/* The subclass of OSError that CPython raises for an errno. */
const char *peer_class_of(int error);

/* ---- arguments ---- */

/* Each says what is wrong in the reply when it fails. */
bool peer_int(peer_request *r, size_t i, int64_t *n);
bool peer_bytes(peer_request *r, size_t i, buffer *out);
const char *peer_word(peer_request *r, size_t i);

/* The value of key=... among the words; NULL. */
const char *peer_key(const peer_request *r, const char *key);

/* ---- names ---- */

thing *peer_add(testee_peer *p, const char *name, int fd);
thing *peer_find(const testee_peer *p, const char *name);

/* The thing of a word; NULL after a reply. */
thing *peer_thing(peer_request *r, size_t i);

/* What a sharer's client shows: its key. */
pickle_auth_options peer_auth(testee_peer *p);

/* How descriptors are sent and received. */
pickle_handle_options peer_handle_options(const testee_peer *p);

/* Its descriptor: -1 when it is closed. */
int peer_fd(const thing *t);

/* As a Connection; NULL after a reply. */
pickle_connection *peer_connection(peer_request *r, size_t i);

/* Give up its descriptor; the name is closed then. */
int peer_release(thing *t);
void peer_close(thing *t);
void peer_close_all(testee_peer *p);

/* A file of ten digits, open with these flags; -1 with errno. */
int peer_make_file(testee_peer *p, int flags);

/* ---- verbs ---- */

#define X(name) void peer_do_##name(peer_request *r);
#include "scenario_verbs.def"
#undef X

/* ---- parts of a reset ---- */

void peer_unlimit(testee_peer *p);
void peer_end_children(testee_peer *p);
void peer_forget_channel(testee_peer *p);
void peer_stop_sharer(testee_peer *p);

#endif
