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
#include "run_scenarios.h"
#include "select.h"

typedef struct run_options {
    selection selection;
    report_files files;
    text_options text;
    judging judging;
    const char *vectors;
    const char *scenarios; /* their folder; NULL: beside the vectors */
    strings peers;         /* commands */
    const char *control;   /* as typed; NULL: all */
    controls controls;
    const char *profile;
    const char *expect;
    const char *baseline;
    bool update_expect;
    bool no_color;
    bool isolate;
    int jobs;
    int stop_after;
    double timeout; /* seconds; 0: the default */
    double startup;
    char **argv; /* of the testee; NULL: the built-in one */
} run_options;

typedef struct run {
    const run_options *options;
    vectors vectors;
    pool pool;
    checks checks;
    scenario_part scenarios;
    results results; /* of each check, in their order; of each scenario; then
                        of the session */
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

/* How many results belong to cases, and the id of the case of each. Those of
 * one case stand together and have the same pointer. */
size_t run_count(const run *r);
const char *run_case_id(const run *r, size_t number);

/* A result is final: report and count it. Returns whether nobody expected it.
 */
bool run_settle(run *r, size_t number);

/* Read what is known to fail. Returns -1 or an exit code. */
int run_load_expectations(run *r);

/* Write the file of what is expected from now on, and judge by it. */
bool run_renew_expectations(run *r);

/* A command line that a person can paste. */
void shell_quote(char *const argv[], buffer *out);

#endif
