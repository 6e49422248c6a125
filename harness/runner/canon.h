/*
 * canon.h  Canonical text of values (harness/PROTOCOL.md) as tokens: expanding
 * references, finding the first difference, printing like Python. Independent
 * of the library under test; nothing here recurses.
 */
#ifndef RUNNER_CANON_H
#define RUNNER_CANON_H

#include <stdbool.h>
#include <stddef.h>

#include "buffer.h"

typedef enum token_kind {
    TOKEN_ATOM, /* i1f, u6162, gos:path, *3, $L ... */
    TOKEN_OPEN, /* a letter and its parenthesis: "l(" */
    TOKEN_CLOSE,
    TOKEN_COMMA,
    TOKEN_EQUALS,
    TOKEN_SEMICOLON,
    TOKEN_END
} token_kind;

typedef struct token {
    token_kind kind;
    const char *text;
    size_t len;
} token;

/* The token at *pos, which moves behind it. */
token canon_next(const char **pos, const char *end);

/* Whether a token that opens or is a value gets a number. `next` is the byte
 * behind it: t() has none. */
bool canon_is_numbered(const token *t, char next);

typedef enum expansion {
    EXPAND_OK,
    EXPAND_CYCLIC,
    EXPAND_TOO_LARGE,
    EXPAND_BAD /* a reference to nothing, or unbalanced */
} expansion;

/* Append `text[len]` with every *N replaced by what it refers to. `dump` says
 * that sets are numbered like lists, as in requests. */
expansion canon_expand(const char *text, size_t len, bool dump, buffer *out);

/* Append the value at the start of `text[len]` the way Python would write it,
 * about `limit` bytes of it at most. */
void canon_print(const char *text, size_t len, size_t limit, buffer *out);

/* Where two values part: a path such as value[2]['k'].state, and how far into
 * each text the part that differs begins. */
typedef struct difference {
    buffer path;
    size_t expected_at;
    size_t actual_at;
} difference;

/* False if the texts are equal. Free d->path. */
bool canon_differ(const char *expected, size_t expected_len, const char *actual,
                  size_t actual_len, difference *d);

#endif
