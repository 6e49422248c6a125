/*
 * run.h  One run of the vectors on a testee: what it is made of.
 */
#ifndef RUNNER_RUN_H
#define RUNNER_RUN_H

#include "check.h"
#include "expect.h"
#include "judge.h"
#include "outfile.h"
#include "pool.h"
#include "report.h"
#include "select.h"

typedef struct run_options {
    selection selection;
    report_files files;
    text_options text;
    judging judging;
    const char *vectors;
    const char *profile;
    const char *expect;
    const char *baseline;
    bool update_expect;
    bool no_color;
    bool isolate;
    int jobs;
    int stop_after;
    double timeout;
    double startup;
    char **argv; /* of the testee; NULL: the built-in one */
} run_options;

typedef struct run {
    const run_options *options;
    vectors vectors;
    pool pool;
    checks checks;
    results results; /* of each check, in their order; then of the session */
    bool *told;      /* results that are final */
    expectations expectations;
    bool has_expectations;
    surroundings around;
    outfile json;
    size_t *items; /* checks to be asked */
    size_t item_count;
    size_t explained;
    size_t settled, unexpected;
    bool show_progress;
    double progress_at; /* when it was shown last */
    double started;
} run;

/* Make checks and results, ask, judge. Returns an exit code. */
int run_execute(run *r);

/* A command line that a person can paste. */
void shell_quote(char *const argv[], buffer *out);

#endif
