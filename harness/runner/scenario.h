/*
 * scenario.h  What two processes must do together: the files of
 * harness/scenarios, read into memory. The language is described there.
 */
#ifndef RUNNER_SCENARIO_H
#define RUNNER_SCENARIO_H

#include <stdbool.h>
#include <stddef.h>

#include "buffer.h"
#include "options.h"

typedef enum side { SIDE_A, SIDE_B, SIDE_REFEREE } side;

/* ---- conditions ---- */

typedef enum condition_kind {
    CONDITION_VERSION, /* A>=3.14 */
    CONDITION_PEERS,   /* A=B, A<B: their versions */
    CONDITION_ACK,     /* ack */
    CONDITION_IS       /* B.python, B.pypy: language or name */
} condition_kind;

typedef enum comparison { LESS, AT_MOST, SAME, AT_LEAST, MORE } comparison;

typedef struct condition {
    condition_kind kind;
    bool negated;
    side side;
    comparison comparison;
    int version;      /* 314 is 3.14 */
    const char *word; /* of CONDITION_IS */
} condition;

typedef struct conditions {
    condition *items;
    size_t count;
} conditions;

/* What conditions are about. */
typedef struct pair_facts {
    struct {
        const char *name;
        const char *lang;
        int version; /* 314 is 3.14; 0: none that conditions could name */
        bool acknowledges;
    } peers[2];
} pair_facts;

/* One word as a condition. False if it is none. */
bool condition_parse(condition *c, const char *word);

/* Whether all hold. */
bool conditions_hold(const conditions *c, const pair_facts *facts);

/* "3.14.2" as 314; 0 if it does not begin with a version. */
int version_number(const char *text);

/* ---- steps ---- */

typedef enum answer_kind { ANSWER_OK, ANSWER_ERR, ANSWER_BLOCKED } answer_kind;

/* What a reply must be, for the pairs that meet its conditions. */
typedef struct answer {
    answer_kind kind;
    strings words;       /* of ok */
    bool more;           /* any further words */
    const char *klass;   /* of err */
    const char *message; /* of err; NULL: any */
    bool begins;         /* with that message */
    conditions when;
    const char *text; /* as written */
    size_t line;
} answer;

typedef struct step {
    side side;
    bool later;      /* A&: the reply is taken later */
    strings words;   /* the verb and its arguments */
    answer *answers; /* the first without conditions, the others before it */
    size_t answer_count;
    const char *text; /* as written */
    size_t line;
} step;

typedef struct restriction {
    conditions when;
    side side;       /* of `leaks` */
    const char *why; /* after -- */
} restriction;

typedef struct scenario {
    const char *id; /* scenarios/FILE/NAME */
    const char *path;
    size_t line;
    const char *about;
    const char *ref;
    const char *channel;
    bool mixed;
    bool fresh;
    restriction *only;
    size_t only_count;
    restriction *leaks;
    size_t leak_count;
    step *steps;
    size_t step_count;
    const char *text; /* as written, for people */
} scenario;

typedef struct scenarios {
    scenario *items;
    size_t count;
    strings pool; /* texts and arrays to free in the end */
} scenarios;

/* Asked for each file: whether its scenarios are wanted. `name` is
 * "scenarios/FILE". */
typedef bool (*scenarios_filter_fn)(void *ctx, const char *name);

/* Read all files NAME.scn of a folder. On failure false, with "PATH:LINE: what"
 * in `why`. */
bool scenarios_load(scenarios *s, const char *folder,
                    scenarios_filter_fn filter, void *ctx, buffer *why);

/* Read the scenarios of one text; `name` is the FILE of their ids. */
bool scenarios_parse(scenarios *s, const char *path, const char *name,
                     const char *text, buffer *why);
void scenarios_free(scenarios *s);

const scenario *scenarios_find(const scenarios *s, const char *id);

/* What a step expects of a pair. */
const answer *step_answer(const step *st, const pair_facts *facts);

/* Whether the scenario is about this pair; else why not. */
bool scenario_is_for(const scenario *sc, const pair_facts *facts,
                     const char **why);

/* Whether descriptors that a side keeps are not counted there. */
bool scenario_leaks(const scenario *sc, side s, const pair_facts *facts);

/* Where the scenarios are: `given`, or beside the vectors of this build; NULL
 * if there are none. Free the result. */
char *scenarios_folder(const char *given);

/* A folder that stands beside this program, in a build tree or installed: NULL
 * if it is not there. Free the result. */
char *folder_beside(const char *name);

/* ---- words ---- */

/* Take a line apart: blanks separate words, quotes hold blanks. Numbers, bytes
 * and repeated names are written as the protocol has them if `convert`. Words
 * are added to `out`, owned by `pool`. False with a message in `why`. */
bool words_split(const char *line, bool convert, strings *out, strings *pool,
                 buffer *why);

/* The text of a quoted word, escapes undone; false if it is not well formed.
 * *end points behind the closing quote. */
bool quoted_text(const char *word, buffer *out, const char **end);

#endif
