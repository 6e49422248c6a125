/*
 * fuzz_run.h  A whole session of fuzzing: batches of cases, what was found.
 */
#ifndef RUNNER_FUZZ_RUN_H
#define RUNNER_FUZZ_RUN_H

#include "fuzz.h"

typedef struct fuzz_options {
    double seconds; /* 0: no limit */
    uint64_t seed;
    uint64_t cases;   /* 0: no limit */
    const char *save; /* a folder; NULL: nothing is kept */
    const char *profile;
    bool quiet;
} fuzz_options;

/* A finding that no rule explains. */
typedef struct fuzz_found {
    char *signature;
    fuzz_verdict before; /* as it was met, not yet minimised */
    size_t times;
} fuzz_found;

typedef struct fuzz_run {
    fuzz_options options;
    fuzz_side sides[2];
    fuzz_seeds seeds;
    fuzz_rules rules;
    fuzz_found *found;
    size_t found_count;
    uint64_t cases, known, repeated, asked, na, follow_ups;
    bool stopped; /* a testee is gone */
    bool shows_progress;
    double started, progress_at;
} fuzz_run;

/* Fuzz until the options say stop. False when a testee could not be asked. */
bool fuzz_execute(fuzz_run *r);

/* The counts, rules that were never needed, and the closing line. */
void fuzz_tell_end(const fuzz_run *r);

#endif
