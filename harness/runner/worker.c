/* worker.c  See worker.h. */
#include "worker.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    READ_SIZE = 1 << 16,
    ERRORS_KEPT = 4096,  /* bytes of standard error that are shown */
    NOISE_LIMIT = 10000, /* lines; a testee that never stops is cut off */
    SANITIZER_EXIT = 86  /* what our own sanitizer builds exit with */
};
#define LINE_MAX_LEN ((size_t)1 << 30)

bool worker_start(worker *w, char *const argv[], buffer *why) {
    *w = (worker){.state = WORKER_STARTING, .next_id = 1};
    if (!spawn_start(&w->process, argv, why)) {
        w->state = WORKER_NONE;
        return false;
    }
    buffer_puts(&w->out, "hello " PROTOCOL_NAME "\n");
    w->since = spawn_clock_ms();
    return true;
}

void worker_send(worker *w, size_t item, const buffer *request) {
    if (w->out_at == w->out.len) {
        buffer_clear(&w->out);
        w->out_at = 0;
    }
    buffer_printf(&w->out, "%" PRIu64 " ", w->next_id);
    buffer_add(&w->out, buffer_text(request), request->len);
    buffer_putc(&w->out, '\n');
    if (w->count == 0)
        w->since = spawn_clock_ms();
    w->flights[(w->first + w->count++) % WINDOW_MAX] =
        (flight){item, w->next_id++};
}

size_t worker_land(worker *w) {
    size_t item = w->flights[w->first].item;
    w->first = (w->first + 1) % WINDOW_MAX;
    w->count--;
    w->answered++;
    w->last_item = item;
    w->since = spawn_clock_ms();
    return item;
}

/* ---- lines ---- */

static line_kind noise(worker *w, const char *line) {
    if (w->noise++ == 0)
        snprintf(w->first_noise, sizeof w->first_noise, "%s", line);
    return LINE_NOISE;
}

static bool is_reply_word(const char *s) {
    static const char *const words[] = {"ok", "err", "na"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        size_t len = strlen(words[i]);
        if (strncmp(s, words[i], len) == 0 && (s[len] == ' ' || !s[len]))
            return true;
    }
    return false;
}

/* A reply begins with an id of ours; what begins with another number and goes
 * on like a reply is a reply to something we did not ask. */
static line_kind sort_line(worker *w, char *line, char **body) {
    char *end;
    uint64_t id = strtoull(line, &end, 10);
    if (end == line || *end != ' ')
        return noise(w, line);
    *body = end + 1;
    if (w->count && id == w->flights[w->first].id)
        return LINE_REPLY;
    if (!is_reply_word(*body))
        return noise(w, line);
    return w->answered && id + w->count + 1 == w->next_id ? LINE_AGAIN
                                                          : LINE_WRONG;
}

static line_kind take_hello(worker *w, const char *line, size_t len,
                            buffer *why) {
    if (strncmp(line, "hello", 5) != 0)
        return noise(w, line);
    if (hello_parse(&w->hello, line, len, why))
        w->state = WORKER_READY;
    return LINE_HELLO;
}

line_kind worker_next_line(worker *w, char **body, buffer *why) {
    buffer_drop(&w->in, w->searched);
    w->searched = 0;
    char *newline = w->in.len ? memchr(w->in.data, '\n', w->in.len) : NULL;
    if (!newline)
        return LINE_NONE;
    size_t len = (size_t)(newline - w->in.data);
    w->searched = len + 1;
    if (len && w->in.data[len - 1] == '\r')
        len--;
    w->in.data[len] = '\0';
    /* A NUL would end the text early and could make it look right. */
    for (char *nul; (nul = memchr(w->in.data, 0, len)) != NULL;)
        *nul = '\1';
    if (w->state == WORKER_STARTING)
        return take_hello(w, w->in.data, len, why);
    return sort_line(w, w->in.data, body);
}

/* ---- bytes ---- */

static void end_of(worker *w) {
    /* A program that has closed its output is of no more use; most are on their
     * way out. */
    if (!spawn_ended(&w->process, 500, &w->how)) {
        w->cut_off = true;
        spawn_stop(&w->process, &w->how);
    }
    w->state = WORKER_ENDED;
}

static void read_errors(worker *w) {
    char piece[READ_SIZE];
    ptrdiff_t n;
    while ((n = spawn_read_err(&w->process, piece, sizeof piece)) > 0) {
        buffer_add(&w->errors, piece, (size_t)n);
        if (w->errors.len > 2 * ERRORS_KEPT)
            buffer_drop(&w->errors, w->errors.len - ERRORS_KEPT);
        if (n < READ_SIZE)
            return;
    }
    if (n != SPAWN_AGAIN)
        w->process.err_open = false;
}

/* One read a turn: a testee that never stops writing must not keep us here. */
static void read_out(worker *w) {
    char *to = buffer_room(&w->in, READ_SIZE);
    ptrdiff_t n = spawn_read_out(&w->process, to, READ_SIZE);
    if (n > 0) {
        w->in.len += (size_t)n;
        w->in.data[w->in.len] = '\0';
        if (w->in.len > LINE_MAX_LEN || w->noise > NOISE_LIMIT) {
            w->cut_off = true;
            worker_kill(w);
        }
    } else if (n != SPAWN_AGAIN) {
        w->process.out_open = false;
        read_errors(w);
        end_of(w);
    }
}

/* When writing fails, the end of its output will tell why. */
static void write_in(worker *w) {
    while (w->out_at < w->out.len) {
        ptrdiff_t n = spawn_write(&w->process, w->out.data + w->out_at,
                                  w->out.len - w->out_at);
        if (n == SPAWN_BROKEN) {
            w->out_at = w->out.len;
            spawn_close_in(&w->process);
        }
        if (n <= 0)
            break;
        w->out_at += (size_t)n;
    }
    if (w->state == WORKER_CLOSING && w->out_at == w->out.len)
        spawn_close_in(&w->process);
}

void worker_pump(worker *w, const spawn_event *event) {
    if (event->can_write)
        write_in(w);
    if (event->can_read_err && w->process.err_open)
        read_errors(w);
    if (event->can_read_out && w->process.out_open)
        read_out(w);
}

/* ---- ending ---- */

void worker_look(worker *w) {
    if (w->state == WORKER_NONE || w->state == WORKER_ENDED ||
        !spawn_ended(&w->process, 0, &w->how))
        return;
    spawn_event all = {.can_read_out = true, .can_read_err = true};
    size_t before;
    do {
        before = w->in.len;
        worker_pump(w, &all);
    } while (w->in.len > before && w->state != WORKER_ENDED);
    w->state = WORKER_ENDED;
}

void worker_close(worker *w) {
    buffer_puts(&w->out, "bye\n");
    w->state = WORKER_CLOSING;
    w->since = spawn_clock_ms();
    write_in(w);
}

void worker_kill(worker *w) {
    if (w->state == WORKER_NONE || w->state == WORKER_ENDED)
        return;
    spawn_stop(&w->process, &w->how);
    if (w->process.err_open)
        read_errors(w);
    w->state = WORKER_ENDED;
    w->killed = true;
}

void worker_release(worker *w) {
    if (w->state == WORKER_NONE)
        return;
    spawn_kill_leftovers(&w->process);
    spawn_close(&w->process);
    hello_free(&w->hello);
    buffer_free(&w->in);
    buffer_free(&w->out);
    buffer_free(&w->errors);
    *w = (worker){.state = WORKER_NONE};
}

void worker_describe_end(const worker *w, buffer *out) {
    if (w->cut_off && w->noise > NOISE_LIMIT)
        buffer_puts(out, "wrote without end and was stopped");
    else if (w->cut_off)
        buffer_puts(out, "closed its standard output");
    else if (w->how.signal)
        buffer_printf(out, "died of signal %d (%s)", w->how.signal,
                      spawn_signal_name(w->how.signal));
    else if (w->how.code == SANITIZER_EXIT)
        buffer_puts(out, "ended with exit code 86, a sanitizer's finding");
    else
        buffer_printf(out, "ended with exit code %d", w->how.code);
    if (w->state == WORKER_ENDED && w->in.len > w->searched)
        buffer_puts(out, ", its last line unfinished");
}
