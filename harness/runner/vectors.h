/*
 * vectors.h  The vector files in memory: cases, their forms, their flags.
 *
 * A case keeps its JSON; strings and recipes are borrowed from there and
 * expanded when they are needed.
 */
#ifndef RUNNER_VECTORS_H
#define RUNNER_VECTORS_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buffer.h"

typedef enum topic {
#define X(folder, question) TOPIC_##folder,
#include "topics.def"
#undef X
    TOPIC_COUNT
} topic;

typedef enum question {
    QUESTION_DUMP,
    QUESTION_LOAD,
    QUESTION_DIS,
    QUESTION_WIRE
} question;

const char *topic_name(topic t);
question topic_question(topic t);

/* A case is asked in variants, one check each: what a key of its `expect` says.
 * DUMP has the protocols "0" to "5", DIS has "dis", "genops" and "optimize",
 * WIRE has operations, of which a case asks one, LOAD a single one, "". */
enum { VARIANTS = 6 };

/* The name of a variant; NULL if the question has no such one. */
const char *variant_key(question q, int variant);

/* Append what a variant adds to an id: "/p4", "/dis", nothing. */
void variant_suffix(question q, int variant, buffer *out);

/* One outcome and who produced it. */
typedef struct form {
    uint64_t made_by;
    const json_t *value;  /* a recipe or a digest: decode, malformed; encode:
                             from `values` of the case */
    const json_t *values; /* of `many`: an array of recipes */
    const json_t *bytes;  /* encode: a recipe or a digest; NULL if refused */
    const json_t *words;  /* WIRE: an array of recipes */
    const json_t *text;   /* DIS: a recipe or a digest; NULL for optimize */
    const char *error;    /* class of the exception; NULL if accepted */
    const char *message;  /* NULL if not recorded */
    int64_t used;         /* -1 if not recorded */
    int64_t offset;       /* -1 if not recorded */
} form;

typedef struct form_list {
    form *forms;
    size_t count;
} form_list;

struct vector_file;

typedef struct vector_case {
    const char *id;
    const json_t *json;
    const struct vector_file *file;
    form_list forms[VARIANTS];
} vector_case;

typedef struct vector_file {
    char *path;
    topic topic;
    json_t *json;
    vector_case *cases;
    size_t case_count;
} vector_file;

typedef struct vectors {
    char *folder;
    vector_file *files;
    size_t file_count;
    buffer unknown; /* folders of topics this runner cannot check */
} vectors;

/* Asked for each file before it is read: whether it can hold anything of
 * interest. `name` is topic and file without extension, such as
 * "encode/int". */
typedef bool (*vectors_filter_fn)(void *ctx, topic t, const char *name);

/* Read what `folder` holds. On failure false, with a one-line message in
 * `why`. filter may be NULL. */
bool vectors_load(vectors *v, const char *folder, vectors_filter_fn filter,
                  void *ctx, buffer *why);

/* Read one file. */
bool vectors_load_file(vector_file *file, const char *path, topic t,
                       buffer *why);

void vectors_free(vectors *v);
void vector_file_free(vector_file *file);

/* The case of an id; NULL if there is none. */
const vector_case *vectors_find(const vectors *v, const char *id);

/* Where the vectors are: `given`, or found from the place of this program.
 * NULL with a message in `why` if they are nowhere. Free the result. */
char *vectors_folder(const char *given, buffer *why);

/* The Python expression of a case, or how it came about; "" if none. */
const char *case_python(const vector_case *c);

/* Whether a list of strings of the case ("flags", "caps") holds `word`. */
bool case_has(const vector_case *c, const char *list, const char *word);

/* A request key of the case; NULL if it has none. */
const char *case_key(const vector_case *c, const char *key);

/* The form that a producer stands in; NULL if it stands in none. */
const form *form_of(const form_list *list, int producer);

/* All producers of a list. */
uint64_t forms_made_by(const form_list *list);

#endif
