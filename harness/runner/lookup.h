/* lookup.h  Finding vectors for the commands that look at them. */
#ifndef RUNNER_LOOKUP_H
#define RUNNER_LOOKUP_H

#include "scenario.h"
#include "vectors.h"

/* Read the vectors that `filter` takes (NULL: all) from `folder` (NULL: those
 * of this build). Returns -1, or an exit code after a message. */
int lookup_vectors(vectors *v, const char *folder, vectors_filter_fn filter,
                   void *ctx);

/* Find a case, reading only the file it can be in. `id` is that of a case or of
 * one of its checks: *variant receives the check's, or -1. Returns -1, or an
 * exit code after a message. */
int lookup_case(vectors *v, const char *folder, const char *id,
                const vector_case **c, int *variant);

/* Whether an id is that of a scenario, or of one with a pair. */
bool lookup_is_scenario(const char *id);

/* Print a scenario of `folder` (NULL: those of this build) as it is written, or
 * as the lines that each peer is sent. Returns an exit code. */
int scenario_show(const char *folder, const char *id);
int scenario_repro(const char *folder, const char *id);

#endif
