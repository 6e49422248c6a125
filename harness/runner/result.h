/*
 * result.h  What came out of each check, and the counts: the model that all
 * reports are written from and that a JSON Lines report is read into.
 */
#ifndef RUNNER_RESULT_H
#define RUNNER_RESULT_H

#include <stdbool.h>
#include <stddef.h>

#include "buffer.h"
#include "options.h"

typedef enum outcome {
#define X(name, word, bad, about) OUTCOME_##name,
#include "outcomes.def"
#undef X
    OUTCOME_COUNT
} outcome;

const char *outcome_word(outcome o);
bool outcome_is_bad(outcome o);
const char *outcome_about(outcome o);

/* The outcome of a word; OUTCOME_COUNT if it is none. */
outcome outcome_parse(const char *word, size_t len);

/* What the expectation file says of a result. */
typedef enum expectation {
    EXPECT_NOTHING,   /* no line for it: it should pass */
    EXPECT_MET,       /* a line says it fails, and it does */
    EXPECT_PASSED,    /* a line says it fails, but it passes */
    EXPECT_OTHERWISE, /* a line names another outcome */
    EXPECT_COUNT
} expectation;

const char *expectation_word(expectation e);

/* How a result is counted. */
typedef enum bucket { BUCKET_PASSED, BUCKET_FAILED, BUCKET_SKIPPED } bucket;

/* Texts are owned by the results they stand in, unless `borrowed`. */
typedef struct result {
    const char *id;
    const char *profile; /* "" if none; static or owned by the results */
    outcome outcome;
    expectation expected;
    float ms;
    size_t number; /* of a report that was read: its place among the others */
    char *reason;  /* one line; NULL if there is nothing to say */
    char *detail;  /* lines; NULL */
    char *errors;  /* the end of standard error; NULL */
    char *repro;   /* a command; NULL */
} result;

/* About the run as a whole. */
typedef struct run_info {
    char *name;
    char *version;
    char *hello;   /* the line */
    char *command; /* as typed; "" for the built-in testee */
    char *profile; /* as asked: "all", "c3.11", ... */
    char *shard;   /* "1/3"; "" if all */
    bool complete; /* every selected check has an outcome */
    double seconds;
} run_info;

typedef struct results {
    run_info info;
    result *items;
    size_t count;
    size_t cap;
    strings pool; /* texts to free in the end */
} results;

result *results_add(results *r);
void results_free(results *r);

/* Keep a copy of a text as long as the results. */
const char *results_keep(results *r, const char *text);

bucket result_bucket(const result *r);

/* The word a report shows: the outcome's, or "unexpected pass" and so on. */
const char *result_word(const result *r);

/* The topic of an id: what stands before the first slash. */
size_t id_topic_len(const char *id);

typedef struct tally {
    size_t passed;
    size_t failed;
    size_t skipped;
} tally;

/* Counts of one topic. */
typedef struct topic_tally {
    const char *topic; /* topic[len] */
    size_t len;
    tally counts;
} topic_tally;

typedef struct summary {
    topic_tally topics[32];
    size_t topic_count;
    tally total;
    size_t outcomes[OUTCOME_COUNT];
    size_t expectations[EXPECT_COUNT];
} summary;

void results_count(const results *r, summary *s);

/* 0, 1 or 4, from the counts. */
int summary_exit_code(const summary *s);

/* Print what was skipped and why, a line a topic, and the closing line. */
void summary_print(const summary *s, const results *r, bool brief, buffer *out);

#endif
