/*
 * scenario_peer.h  One process that takes part in scenarios: started, asked,
 * listened to, ended.
 */
#ifndef RUNNER_SCENARIO_PEER_H
#define RUNNER_SCENARIO_PEER_H

#include <pthread.h>

#include "dialogue.h"
#include "scenario.h"
#include "scenario_traces.h"
#include "testee.h"

/* A program that can be a peer. */
typedef struct peer_spec {
    char *name;  /* "c", "python3.12": unique in a run */
    char **argv; /* NULL-terminated */
    size_t argc;
    hello hello;
    int version;       /* 312; 0 if its hello has none */
    const char *given; /* as typed; NULL for the testee */
    bool absent;       /* no such program here */
} peer_spec;

/* What all peers of a run share. */
typedef struct peer_ground {
    const char *folder; /* for the temporary folders of each */
    double timeout_ms;  /* of one reply */
    double startup_ms;  /* of the hello */
    pthread_mutex_t *starting;
} peer_ground;

/* A process of a peer, or none. */
typedef struct peer {
    const peer_spec *spec;
    const peer_ground *ground;
    const char *profile; /* what it is told to behave as; "" nothing */
    char letter;         /* 'A' or 'B' */
    dialogue d;
    bool running;
    bool stopped;  /* by SIGSTOP */
    bool leaving;  /* it said it would exit */
    bool released; /* ended on purpose: by the referee, or blocked */
    uint64_t next_id;
    char *temporary; /* its folder */
    traces before;   /* its descriptors when nothing is open */
} peer;

/* Start a process and say hello to it; peer_greet() waits for its hello and
 * resets it. False with a message in `why`. */
bool peer_launch(peer *p, const char *folder, buffer *why);
bool peer_greet(peer *p, buffer *why);

/* Wait for the hello of a process just started. */
bool peer_hello(dialogue *d, double timeout_ms, hello *h, buffer *why);

/* Send a request; false if it is not taken in time. */
bool peer_send(peer *p, const char *request);

typedef enum heard {
    HEARD_REPLY,   /* *body is what follows the id */
    HEARD_NOTHING, /* not in time */
    HEARD_END,     /* it has ended */
    HEARD_NONSENSE /* a line that answers nothing asked: *body is the line */
} heard;

/* The reply to the request sent last; *body is valid until the next call. */
heard peer_hear(peer *p, double timeout_ms, char **body);

/* "reset profile=c3.12" */
void peer_reset_request(const peer *p, buffer *out);

/* End it: with bye, noting in `session` what is wrong about its end; or by
 * force, and then its files stay, as those of who is killed do, until its pair
 * is done. Nothing happens when it does not run. */
void peer_end(peer *p, buffer *session);
void peer_kill(peer *p);

/* How a process that closed its output has ended, for people. */
void peer_describe_end(peer *p, buffer *out);

/* The last lines of its standard error, each behind its letter. */
void peer_errors(const peer *p, buffer *out);

#endif
