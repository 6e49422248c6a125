/*
 * spawn.h  What a system must supply: child processes with pipes, a clock, the
 * place of this program. One file a system (spawn_posix.c), chosen by CMake.
 */
#ifndef RUNNER_SPAWN_H
#define RUNNER_SPAWN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "buffer.h"

/* A child with pipes to its standard streams; it leads a process group of its
 * own and dies with us where the system can do that. */
typedef struct process {
    int64_t id; /* 0: none */
    intptr_t in;
    intptr_t out;
    intptr_t err;
    bool out_open;
    bool err_open;
} process;

/* How a process ended. */
typedef struct ending {
    bool known;
    int code;   /* exit code, if signal is 0 */
    int signal; /* the signal that killed it, 0 if it exited */
} ending;

/* Start argv[0], looked up as a shell does. On failure false, with the system's
 * reason appended to `why`. */
bool spawn_start(process *p, char *const argv[], buffer *why);

/* The same with another folder for temporary files (TMPDIR); NULL: ours. Not
 * by two threads at once: a child would inherit the other's pipes. It ends with
 * the thread that starts it. */
bool spawn_start_in(process *p, char *const argv[], const char *temporary,
                    buffer *why);

enum { SPAWN_END = 0, SPAWN_AGAIN = -1, SPAWN_BROKEN = -2 };

/* Read or write without waiting: bytes, or one of the three above. */
ptrdiff_t spawn_read_out(process *p, void *to, size_t cap);
ptrdiff_t spawn_read_err(process *p, void *to, size_t cap);
ptrdiff_t spawn_write(process *p, const void *from, size_t len);

/* What to wait for, and what came. */
typedef struct spawn_event {
    process *process;
    bool want_write;
    bool can_read_out;
    bool can_read_err;
    bool can_write;
} spawn_event;

/* Wait until something can be read or written, at most timeout_ms (negative:
 * for ever). */
void spawn_wait(spawn_event *events, size_t count, double timeout_ms);

/* Close our end of its standard input. */
void spawn_close_in(process *p);

/* Whether it has ended; waits at most timeout_ms. `how` is filled when true. */
bool spawn_ended(process *p, double timeout_ms, ending *how);

/* Send it a signal: "KILL", "STOP", "CONT", "USR1", ... False if there is none
 * of that name, or no process. */
bool spawn_signal(process *p, const char *name);

/* End it and its whole group: first politely, after 200 ms by force. Safe on a
 * process that has ended. */
void spawn_stop(process *p, ending *how);

/* Whether others of its group still run after it has ended; they are killed. */
bool spawn_kill_leftovers(process *p);

/* Close what is still open of a process that has ended. */
void spawn_close(process *p);

/* "Segmentation fault" and the like. */
const char *spawn_signal_name(int signal);

/* Milliseconds of a clock that only goes forward. */
double spawn_clock_ms(void);

/* The path of this program; free it. NULL if the system does not say. */
char *spawn_own_path(void);

/* Processors this process may use, at least 1. */
int spawn_cores(void);

/* Whether a person reads this stream. */
bool spawn_is_terminal(FILE *stream);

/* From now on SIGINT and SIGTERM set a flag instead of ending the program, and
 * a broken pipe is an error code. */
void spawn_catch_signals(void);
bool spawn_interrupted(void);

/* "linux", "darwin", "freebsd", "windows", ... and "x86_64". */
void spawn_system(char system[32], char machine[32]);

#endif
