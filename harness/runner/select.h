/*
 * select.h  Which checks a command is about: --run, --skip, --flag, --topic,
 * --shard, --failed-from.
 */
#ifndef RUNNER_SELECT_H
#define RUNNER_SELECT_H

#include <stdbool.h>
#include <stddef.h>

#include "options.h"
#include "vectors.h"

typedef struct selection {
    strings run;
    strings skip;
    strings flags;
    strings topics;
    const char *shard;       /* "i/n"; NULL for all */
    const char *failed_from; /* a JSON Lines report; NULL */
    /* Filled by selection_prepare(). */
    int shard_index;
    int shard_count; /* 0: all */
    char **failed;   /* sorted ids of failed_from */
    size_t failed_count;
    bool *run_hits; /* which patterns have matched something */
    bool *skip_hits;
} selection;

/* The option rows of a selection, to be put into a command's table. */
/* clang-format off */
#define SELECTION_OPTIONS(s)                                                   \
    {"run", 'r', OPTION_LIST, &(s).run, "PATTERN",                             \
     "only ids that match: * stays within a part of an\n"                      \
     "id, ** does not; may be repeated"},                                      \
    {"skip", 's', OPTION_LIST, &(s).skip, "PATTERN",                           \
     "leave out what matches; may be repeated"},                               \
    {"flag", 0, OPTION_LIST, &(s).flags, "FLAG",                               \
     "only cases with this flag; may be repeated"},                            \
    {"topic", 't', OPTION_LIST, &(s).topics, "TOPIC",                          \
     "only this topic; may be repeated"},                                      \
    {"shard", 0, OPTION_TEXT, &(s).shard, "I/N",                               \
     "the I-th of N parts; stable when cases are added"},                      \
    {"failed-from", 0, OPTION_TEXT, &(s).failed_from, "FILE",                  \
     "only what failed in that JSON Lines report"}
/* clang-format on */

/* Check the options and read what they name. Returns -1, or an exit code after
 * a message. */
int selection_prepare(selection *s);
void selection_free(selection *s);

/* Whether a vector file may hold something that is selected: a
 * vectors_filter_fn, ctx the selection. */
bool selection_wants_file(void *selection_ctx, topic t, const char *name);

/* Whether a case, or (with `id` the id of a check) one of its checks, is
 * selected. */
bool selection_wants(selection *s, const vector_case *c, const char *id);

/* The same for what is no vector: a topic, the id of a case, that of a check
 * (NULL: any). It has no flags. */
bool selection_wants_id(selection *s, const char *topic_of, const char *case_id,
                        const char *id);

/* Whether a case of that id could have checks that are selected: their own part
 * of the id comes behind a slash. */
bool selection_may_want(const selection *s, const char *topic_of,
                        const char *case_id);

/* Whether a file of that topic may hold something that is selected. */
bool selection_wants_folder(const selection *s, const char *topic_of,
                            const char *name);

/* Whether nothing narrows the choice. */
bool selection_is_all(const selection *s);

/* After the last selection_wants(): -1, or EXIT_USAGE after naming a pattern
 * that matched nothing, or EXIT_NOTHING if count is 0. */
int selection_verify(const selection *s, size_t count);

#endif
