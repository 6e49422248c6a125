/* pool_parts.h  What the files of the pool share: pool_start.c, pool_reply.c
 * and pool.c. */
#ifndef RUNNER_POOL_PARTS_H
#define RUNNER_POOL_PARTS_H

#include "pool.h"

/* ---- pool_start.c ---- */

/* Let all processes write and read, until one has something new or `until`, in
 * ms of spawn_clock_ms(), has come. */
void pool_wait(pool *p, double until);

/* ---- pool_reply.c ---- */

/* Take in whatever lines a process has written. */
void pool_handle_lines(pool *p, worker *w);

/* The first request in flight is to blame; the process is given up. */
void pool_give_up(pool *p, worker *w, outcome o, const char *reason);

/* The result of the last reply is told when the next line shows that it stays
 * the only one to its request. */
void pool_tell_held(pool *p, worker *w);

/* Ask an item in a process of its own; `first` and `reason` came of it among
 * others. */
void pool_ask_alone(pool *p, size_t item, outcome first, const char *reason);

/* The result of an item is final. */
void pool_settle(pool *p, size_t item);
/* The same where it was asked alone. */
void pool_settle_solo(pool *p, const solo *s);

/* A finding about the testee that belongs to no request, said once. */
void pool_add_session(pool *p, const char *text);

/* The end of what a process said on standard error, eight lines at most. */
void pool_last_lines(const buffer *errors, buffer *out);

#endif
