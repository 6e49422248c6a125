/*
 * scenario_pairs.h  Who takes part in scenarios: the testee, the peers of
 * --peer, and the pairs they make.
 */
#ifndef RUNNER_SCENARIO_PAIRS_H
#define RUNNER_SCENARIO_PAIRS_H

#include "scenario_peer.h"

typedef struct peer_specs {
    peer_spec *items; /* the testee is the first, if it takes part */
    size_t count;
    bool has_testee;
} peer_specs;

/* A COMMAND of --peer as words. An interpreter alone ("python3.12",
 * "/usr/bin/pypy3") gets this project's peer in Python. False with a message.
 */
bool peer_spec_parse(peer_spec *spec, const char *command, buffer *why);

/* Take the testee in, whose hello is known. */
void peer_specs_add_testee(peer_specs *all, char *const argv[], const hello *h);

/* Take in the peers of --peer and ask each for its hello. One that is not
 * installed is marked absent; for others that cannot be used false with a
 * message. */
bool peer_specs_add(peer_specs *all, const strings *commands, double startup_ms,
                    buffer *why);
void peer_specs_free(peer_specs *all);

/* Two peers, A and B. */
typedef struct pair {
    const peer_spec *specs[2];
    char profiles[2][16]; /* what each is told to behave as; "" nothing */
    const char *profile;  /* of the testee, for the report */
    char *name;           /* "c-python3.12" */
    pair_facts facts;
    bool agree; /* both acknowledge descriptors, or neither does */
} pair;

typedef struct pairs {
    pair *items;
    size_t count;
} pairs;

/* Which pairs are made of peers alone. */
typedef enum controls { CONTROL_ALL, CONTROL_SAME, CONTROL_NONE } controls;

/* "all", "same", "none"; NULL is all. False for other words. */
bool controls_parse(const char *word, controls *c);

/* The testee with itself as each of `profiles`, with each peer both ways, and
 * the control: every two peers, or those that `c` says. */
void pairs_make(pairs *out, const peer_specs *all, const strings *profiles,
                controls c);
void pairs_free(pairs *p);

#endif
