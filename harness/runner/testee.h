/*
 * testee.h  What a testee says of itself, and its replies taken apart
 * (harness/PROTOCOL.md).
 */
#ifndef RUNNER_TESTEE_H
#define RUNNER_TESTEE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buffer.h"
#include "options.h"

#define PROTOCOL_NAME "pickleproof/1"

/* Most requests in flight, whatever a testee offers. */
enum { WINDOW_MAX = 256 };

typedef struct hello {
    char *line; /* as it came; the rest points into a copy of it */
    char *words;
    const char *name;
    const char *version;
    const char *lang;
    const char *exe;
    strings ops;
    strings caps;
    strings profiles;
    int window;
} hello;

/* Take a hello apart. False with a message in `why` if it is none. */
bool hello_parse(hello *h, const char *line, size_t len, buffer *why);
void hello_free(hello *h);

bool hello_has_op(const hello *h, const char *op);
bool hello_has_cap(const hello *h, const char *cap);

typedef enum reply_kind { REPLY_OK, REPLY_ERR, REPLY_NA } reply_kind;

/* One reply; borrows from the line, in which blanks become NULs. */
typedef struct reply {
    reply_kind kind;
    const char **results; /* of REPLY_OK, without key=value words */
    size_t result_count;
    size_t result_cap;
    const char *word;    /* CLASS of REPLY_ERR, REASON of REPLY_NA */
    const char *message; /* hex of REPLY_ERR; NULL if there is none */
    const char *text;    /* hex of text=; NULL if there is none */
    int64_t used;        /* -1 if not told */
    int64_t offset;      /* -1 if not told */
} reply;

/* Take apart what follows the id of a reply: `line` is changed. False with a
 * message in `why` if it is no reply. r->results may be used again. */
bool reply_parse(reply *r, char *line, buffer *why);

#endif
