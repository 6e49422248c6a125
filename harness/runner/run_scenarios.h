/*
 * run_scenarios.h  The scenarios of a run: which pairs run which, a result for
 * each, pairs side by side.
 */
#ifndef RUNNER_RUN_SCENARIOS_H
#define RUNNER_RUN_SCENARIOS_H

#include "scenario_pairs.h"
#include "select.h"

struct run;

typedef struct scenario_item {
    const scenario *sc;
    const pair *pair; /* NULL: the testee takes no part in scenarios */
} scenario_item;

typedef struct scenario_part {
    scenarios all;
    peer_specs specs;
    pairs pairs;
    scenario_item *items; /* those of one scenario stand together */
    size_t count;
    bool all_pairs;   /* no pair was left out by the selection */
    size_t next_pair; /* to be taken up by a thread */
    size_t reruns;
    buffer session; /* what was wrong apart from scenarios */
    char *folder;   /* for temporary files */
} scenario_part;

/* Read the files that may be selected. Returns -1 or an exit code. */
int scenario_part_load(scenario_part *part, const char *folder, selection *s);

/* Ask the peers for their hellos, make the items. Returns -1 or an exit code.
 */
int scenario_part_prepare(scenario_part *part, struct run *r);

/* Add a result for each item. */
void scenario_part_results(scenario_part *part, struct run *r);

/* Run them; each result is handed to run_settle() when it is final. */
void scenario_part_run(struct run *r);

void scenario_part_free(scenario_part *part);

#endif
