/* dialogue.c  See dialogue.h. */
#include "dialogue.h"

#include <string.h>

enum { PIECE = 1 << 16 };

bool dialogue_start(dialogue *d, char *const argv[], buffer *why) {
    return dialogue_start_in(d, argv, NULL, why);
}

bool dialogue_start_in(dialogue *d, char *const argv[], const char *temporary,
                       buffer *why) {
    *d = (dialogue){0};
    return spawn_start_in(&d->process, argv, temporary, why);
}

static void read_what_is_there(dialogue *d, const spawn_event *e) {
    char piece[PIECE];
    if (e->can_read_err && d->process.err_open) {
        ptrdiff_t n = spawn_read_err(&d->process, piece, sizeof piece);
        if (n > 0)
            buffer_add(&d->errors, piece, (size_t)n);
        else if (n != SPAWN_AGAIN)
            d->process.err_open = false;
    }
    if (e->can_read_out && d->process.out_open) {
        ptrdiff_t n = spawn_read_out(&d->process, piece, sizeof piece);
        if (n > 0) {
            buffer_add(&d->in, piece, (size_t)n);
        } else if (n != SPAWN_AGAIN) {
            d->process.out_open = false;
            d->ended = true;
        }
    }
}

bool dialogue_send(dialogue *d, const char *data, size_t len,
                   double timeout_ms) {
    double until = spawn_clock_ms() + timeout_ms;
    while (len) {
        spawn_event e = {.process = &d->process, .want_write = true};
        double left = until - spawn_clock_ms();
        if (left <= 0 || d->ended)
            return false;
        spawn_wait(&e, 1, left);
        read_what_is_there(d, &e);
        if (!e.can_write)
            continue;
        ptrdiff_t n = spawn_write(&d->process, data, len);
        if (n == SPAWN_BROKEN)
            return false;
        if (n > 0) {
            data += n;
            len -= (size_t)n;
        }
    }
    return true;
}

static char *take_line(dialogue *d) {
    char *start = d->in.len > d->at ? d->in.data + d->at : NULL;
    char *end = start ? memchr(start, '\n', d->in.len - d->at) : NULL;
    if (!end)
        return NULL;
    d->at = (size_t)(end - d->in.data) + 1;
    if (end > start && end[-1] == '\r')
        end--;
    *end = '\0';
    return start;
}

char *dialogue_line(dialogue *d, double timeout_ms) {
    double until = spawn_clock_ms() + timeout_ms;
    for (;;) {
        char *line = take_line(d);
        double left = until - spawn_clock_ms();
        if (line || left <= 0 || d->ended)
            return line;
        buffer_drop(&d->in, d->at);
        d->at = 0;
        spawn_event e = {.process = &d->process};
        spawn_wait(&e, 1, left);
        read_what_is_there(d, &e);
    }
}

bool dialogue_end(dialogue *d, double timeout_ms, ending *how) {
    double until = spawn_clock_ms() + timeout_ms;
    spawn_close_in(&d->process);
    while (!d->ended && spawn_clock_ms() < until) {
        spawn_event e = {.process = &d->process};
        spawn_wait(&e, 1, until - spawn_clock_ms());
        read_what_is_there(d, &e);
    }
    double left = until - spawn_clock_ms();
    if (spawn_ended(&d->process, left > 0 ? left : 0, how))
        return true;
    spawn_stop(&d->process, how);
    return false;
}

bool dialogue_free(dialogue *d) {
    ending how = {0};
    bool left = false;
    if (d->process.id) {
        spawn_stop(&d->process, &how);
        left = spawn_kill_leftovers(&d->process);
        spawn_close(&d->process);
    }
    buffer_free(&d->in);
    buffer_free(&d->errors);
    *d = (dialogue){0};
    return left;
}
