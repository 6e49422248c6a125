/*
 * recipe.h  Long strings of vector files, written as an array of pieces to
 * join (vectors/README.md): expanded only when somebody needs them.
 */
#ifndef RUNNER_RECIPE_H
#define RUNNER_RECIPE_H

#include <jansson.h>
#include <stdbool.h>

#include "buffer.h"

/* More than this is no vector but a mistake in one. */
#define RECIPE_MAX_LEN ((size_t)1 << 30)

/* Append the string that `recipe` stands for to `out`. False if it is neither
 * a string nor a recipe. */
bool recipe_expand(const json_t *recipe, buffer *out);

/* The string a recipe stands for, without a copy where it is a plain one:
 * otherwise expanded into `scratch`. NULL if it is no recipe. */
const char *recipe_text(const json_t *recipe, buffer *scratch, size_t *len);

/* An expectation that is too large to write down. */
typedef struct digest {
    const char *sha256; /* lower-case hex */
    size_t len;         /* of the bytes, or of the text */
} digest;

/* Whether `value` is {"sha256": HEX, "len": N}. */
bool recipe_is_digest(const json_t *value, digest *d);

/* Whether `data[len]` is what the digest describes. */
bool digest_matches(const digest *d, const void *data, size_t len);

#endif
