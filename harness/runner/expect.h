/*
 * expect.h  Expectation files: what a testee is known to fail, owned by its
 * author. Two-sided: what passes although it is listed is a failure, too.
 *
 *     # pattern            outcome      when              reason
 *     encode/set/order-*   fail         -                 sets lose their order
 *     decode/int/huge      crash|hang   os=linux          issue 12
 *
 * `when` is "-" or conditions joined by commas, all of which must hold:
 * os= arch= name= version= lang= profile= with alternatives a|b and `*`, and
 * count=N, the number of checks a wildcard must match. The last line that
 * matches counts.
 */
#ifndef RUNNER_EXPECT_H
#define RUNNER_EXPECT_H

#include "result.h"
#include "testee.h"

typedef struct expect_line {
    size_t number; /* in the file, from 1 */
    char *text;    /* the whole line */
    char *words;   /* a copy cut at its columns; NULL for a comment */
    const char *pattern;
    const char *outcome;
    const char *reason;
    unsigned outcomes; /* a bit for each that is expected */
    bool wild;
    bool holds;          /* its conditions, apart from profile= */
    const char *profile; /* a list; NULL: any */
    buffer others;       /* conditions apart from profile= and count= */
    long count;          /* -1: not said */
    size_t met, passed, otherwise, skipped; /* results it decided */
} expect_line;

typedef struct expectations {
    const char *path;
    expect_line *lines;
    size_t count;
    const expect_line **exact; /* without wildcards, sorted by pattern */
    size_t exact_count;
    expect_line **wild;
    size_t wild_count;
} expectations;

/* What `when` is compared with. */
typedef struct surroundings {
    char system[32];
    char machine[32];
    const hello *hello;
} surroundings;

/* Read a file. False with a one-line message in `why`. */
bool expect_load(expectations *e, const char *path, const surroundings *s,
                 buffer *why);
void expect_free(expectations *e);

/* The line that decides for a check; NULL if none. The case's id stands for
 * all of its checks. */
expect_line *expect_find(const expectations *e, const char *check_id,
                         const char *case_id, const char *profile);

/* Set r->expected, and count at the line. */
void expect_apply(const expectations *e, const char *case_id, result *r);

/* Add a result for each line that is stale or miscounted. `whole`: everything
 * was selected, so a line that matched nothing is out of date. */
void expect_finish(const expectations *e, bool whole, results *all);

/* Append what to do to the file about this result: one line, "" if nothing. */
void expect_advice(const expectations *e, const char *case_id, const result *r,
                   buffer *out);

/* One group of results: those of a case, in the order of its checks. */
typedef struct expect_case {
    const char *id;
    const result *results;
    size_t count;
    bool whole; /* none of its checks was left out */
} expect_case;

/* Write a new file into `out`: the old lines (e may be NULL), without what has
 * passed, plus lines for new failures of cases[count]. */
void expect_update(const expectations *e, bool whole, const expect_case *cases,
                   size_t count, buffer *out);

#endif
