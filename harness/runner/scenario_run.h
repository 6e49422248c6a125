/*
 * scenario_run.h  One scenario put to one pair.
 */
#ifndef RUNNER_SCENARIO_RUN_H
#define RUNNER_SCENARIO_RUN_H

#include "result.h"
#include "scenario_pairs.h"

/* Two processes that stay from scenario to scenario. */
typedef struct stage {
    const pair *pair;
    const peer_ground *ground;
    const char *folder; /* of this pair */
    peer peers[2];
    size_t processes; /* started so far */
    size_t scenarios; /* run so far */
    buffer session;   /* what was wrong apart from scenarios, a line each */
} stage;

void stage_open(stage *s, const pair *p, const peer_ground *ground,
                const char *folder);

/* Run a scenario: fills outcome, reason, detail and errors of `r`. */
void stage_run(stage *s, const scenario *sc, result *r);

/* End both peers; what was wrong apart from scenarios is added to `session`. */
void stage_close(stage *s, buffer *session);

#endif
