/*
 * worker.h  One testee process: its hello, requests in flight, lines of replies
 * and what it wrote to standard error.
 */
#ifndef RUNNER_WORKER_H
#define RUNNER_WORKER_H

#include "spawn.h"
#include "testee.h"

typedef enum worker_state {
    WORKER_NONE,     /* no process */
    WORKER_STARTING, /* waiting for the hello */
    WORKER_READY,
    WORKER_CLOSING, /* told to finish */
    WORKER_ENDED    /* gone; how is filled */
} worker_state;

typedef struct flight {
    size_t item;
    uint64_t id;
} flight;

typedef struct worker {
    process process;
    worker_state state;
    hello hello;
    buffer in; /* from its standard output: lines not yet handled */
    size_t searched;
    buffer out; /* to its standard input, from out_at on */
    size_t out_at;
    buffer errors; /* the end of its standard error since the last reply */
    flight flights[WINDOW_MAX];
    size_t first, count; /* a ring */
    uint64_t next_id;
    uint64_t answered; /* requests */
    size_t last_item;  /* the last answered */
    bool held;         /* its result is not told yet */
    size_t solo;       /* what it was started for, when it is for one */
    double since;      /* since when the first reply is awaited, in ms */
    size_t noise;      /* lines that are no replies */
    char first_noise[80];
    bool cut_off; /* it closed its output, or wrote without end */
    bool killed;  /* by us */
    ending how;
} worker;

/* Start a process and greet it. False with the reason in `why`. */
bool worker_start(worker *w, char *const argv[], buffer *why);

/* Queue a request: `request` goes out after an id, before a newline. */
void worker_send(worker *w, size_t item, const buffer *request);

/* What a line turned out to be. */
typedef enum line_kind {
    LINE_NONE,  /* no complete line is there */
    LINE_HELLO, /* the greeting: state is READY now */
    LINE_REPLY, /* to the first request in flight: *body is what follows the id
                 */
    LINE_NOISE, /* not of the protocol; counted */
    LINE_AGAIN, /* a second reply to the request answered last */
    LINE_WRONG  /* a reply to something else */
} line_kind;

/* The next line read so far. *body is valid until the next call. For LINE_HELLO
 * that cannot be understood the reason is in `why`. */
line_kind worker_next_line(worker *w, char **body, buffer *why);

/* Take the first request out of flight; returns its item. */
size_t worker_land(worker *w);

/* Read and write what can be; an end of its output makes it ENDED. */
void worker_pump(worker *w, const spawn_event *event);

/* Notice that the process has ended although others, its children, hold its
 * output open: ENDED then. */
void worker_look(worker *w);

/* Say bye and close its input: CLOSING. */
void worker_close(worker *w);

/* End it by force: ENDED. */
void worker_kill(worker *w);

/* Forget the process, which has ended: NONE. */
void worker_release(worker *w);

/* "died of signal 11 (Segmentation fault)", "ended with exit code 3". */
void worker_describe_end(const worker *w, buffer *out);

#endif
