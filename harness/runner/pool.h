/*
 * pool.h  Puts requests to several processes of one testee at a time, finds
 * out which request made one die, hang or talk nonsense, and asks that one
 * again in a process of its own.
 */
#ifndef RUNNER_POOL_H
#define RUNNER_POOL_H

#include "result.h"
#include "worker.h"

typedef struct pool_options {
    char *const *argv;
    int jobs;
    double timeout_ms; /* of one reply */
    double startup_ms; /* of the hello */
    bool isolate;      /* a process for each request */
    size_t stop_after; /* failures; 0: never */
} pool_options;

/* Who knows what the items mean. */
typedef struct pool_client {
    void *ctx;
    void (*request)(void *ctx, size_t item, const hello *h, buffer *out);
    /* Fill outcome, reason and detail from a reply. */
    void (*judge)(void *ctx, size_t item, const hello *h, const reply *p,
                  result *r);
    /* The same for an item that got no reply: outcome and reason are there. */
    void (*explain)(void *ctx, size_t item, result *r);
    /* Whether a failure is an expected one. */
    bool (*expects)(void *ctx, size_t item, const result *r);
    /* The result of an item is final. Returns whether it is a failure that
     * nobody expected. */
    bool (*settled)(void *ctx, size_t item, const result *r);
} pool_client;

typedef struct solo {
    size_t item;
    outcome first; /* what came of it among others; NOTRUN: not asked yet */
    char *reason;
} solo;

typedef struct pool {
    pool_options options;
    pool_client client;
    worker *workers;
    size_t worker_count;
    hello hello; /* the first worker's */
    reply reply;
    result *results;
    const size_t *items; /* what to ask, items[count] */
    size_t count, next;
    size_t *again; /* taken from processes that ended */
    size_t again_count, again_cap;
    solo *solos;
    size_t solo_count, solo_cap, solo_next;
    bool solo_phase;
    size_t deaths, deaths_in_a_row, deaths_allowed;
    size_t failures;
    size_t reruns;  /* failures asked again */
    buffer broken;  /* why the run cannot go on; empty while it can */
    buffer session; /* what is wrong apart from the replies, a line each */
    bool left_processes;
    size_t noise;
    char first_noise[80];
} pool;

/* Start the first process; its hello is awaited by pool_greet(). False after a
 * message. */
bool pool_start(pool *p, const pool_options *options);
bool pool_greet(pool *p);

/* Put items[count] to the testee; into[item] receives what comes of them.
 * False if it had to be given up: p->broken says why. */
bool pool_run(pool *p, const pool_client *client, const size_t *items,
              size_t count, result *into);

/* Let all processes finish; notes in p->session which did not do so well. */
void pool_finish(pool *p);
void pool_free(pool *p);

#endif
