/* scenario_peer.c  See scenario_peer.h. */
#include "scenario_peer.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum {
    FINISH_MS = 5000, /* to end after "bye" */
    ERROR_LINES = 8
};

/* ---- starting ---- */

bool peer_launch(peer *p, const char *folder, buffer *why) {
    buffer path = {0};
    if (!folder_make(folder, why))
        return false;
    buffer_puts(&path, folder);
    p->temporary = buffer_take(&path);
    pthread_mutex_lock(p->ground->starting);
    p->running = dialogue_start_in(&p->d, p->spec->argv, p->temporary, why);
    pthread_mutex_unlock(p->ground->starting);
    p->stopped = p->leaving = p->released = false;
    p->next_id = 1;
    static const char greeting[] = "hello " PROTOCOL_NAME "\n";
    return p->running && dialogue_send(&p->d, greeting, sizeof greeting - 1,
                                       p->ground->startup_ms);
}

bool peer_hello(dialogue *d, double timeout_ms, hello *h, buffer *why) {
    double until = spawn_clock_ms() + timeout_ms;
    for (;;) {
        double left = until - spawn_clock_ms();
        char *line = dialogue_line(d, left > 0 ? left : 0);
        if (!line) {
            buffer_puts(why, d->ended ? "it ended before its hello"
                                      : "no hello in time");
            return false;
        }
        if (strncmp(line, "hello", 5) == 0)
            return hello_parse(h, line, strlen(line), why);
    }
}

void peer_reset_request(const peer *p, buffer *out) {
    buffer_puts(out, "reset");
    if (p->profile[0])
        buffer_printf(out, " profile=%s", p->profile);
}

static bool first_reset(peer *p, buffer *why) {
    buffer request = {0};
    char *body = NULL;
    peer_reset_request(p, &request);
    heard h = HEARD_NOTHING;
    if (peer_send(p, request.data))
        h = peer_hear(p, p->ground->timeout_ms, &body);
    buffer_free(&request);
    if (h == HEARD_REPLY && strcmp(body, "ok") == 0)
        return true;
    buffer_printf(why, "to its first reset it said %.200s",
                  body ? body : "nothing");
    return false;
}

bool peer_greet(peer *p, buffer *why) {
    hello h = {0};
    bool good = peer_hello(&p->d, p->ground->startup_ms, &h, why) &&
                first_reset(p, why);
    hello_free(&h);
    traces_free(&p->before);
    if (good)
        traces_of(p->d.process.id, &p->before);
    return good;
}

/* ---- talking ---- */

bool peer_send(peer *p, const char *request) {
    buffer line = {0};
    buffer_printf(&line, "%" PRIu64 " x%s\n", p->next_id++, request);
    bool sent =
        dialogue_send(&p->d, line.data, line.len, p->ground->timeout_ms);
    buffer_free(&line);
    return sent;
}

heard peer_hear(peer *p, double timeout_ms, char **body) {
    double until = spawn_clock_ms() + timeout_ms;
    for (;;) {
        double left = until - spawn_clock_ms();
        char *line = dialogue_line(&p->d, left > 0 ? left : 0);
        char *end;
        if (!line)
            return p->d.ended ? HEARD_END : HEARD_NOTHING;
        uint64_t id = strtoull(line, &end, 10);
        if (end == line || *end != ' ')
            continue; /* what other testees may write is no reply */
        *body = id + 1 == p->next_id ? end + 1 : line;
        return id + 1 == p->next_id ? HEARD_REPLY : HEARD_NONSENSE;
    }
}

/* ---- ending ---- */

/* Tells whether processes of its group were left; they are ended. */
static bool forget(peer *p) {
    bool left = dialogue_free(&p->d);
    traces_free(&p->before);
    free(p->temporary);
    p->temporary = NULL;
    p->running = p->stopped = p->leaving = false;
    return left;
}

void peer_kill(peer *p) {
    if (p->d.process.id)
        spawn_signal(&p->d.process, "KILL");
    forget(p);
}

void peer_describe_end(peer *p, buffer *out) {
    ending how = {0};
    if (!spawn_ended(&p->d.process, 500, &how))
        buffer_puts(out, "closed its standard output");
    else if (how.signal)
        buffer_printf(out, "died of signal %d (%s)", how.signal,
                      spawn_signal_name(how.signal));
    else
        buffer_printf(out, "ended with exit code %d", how.code);
}

void peer_errors(const peer *p, buffer *out) {
    const char *text = buffer_text(&p->d.errors);
    size_t at = p->d.errors.len, lines = 0;
    while (at > 0 && lines <= ERROR_LINES)
        lines += text[--at] == '\n' && at + 1 < p->d.errors.len;
    if (lines > ERROR_LINES)
        at++;
    while (text[at]) {
        size_t len = strcspn(text + at, "\n");
        buffer_printf(out, "%c: %.*s\n", p->letter, (int)len, text + at);
        at += len + (text[at + len] == '\n');
    }
}

static void note_end(const peer *p, const ending *how, bool itself,
                     buffer *session) {
    if (itself && how->signal == 0 && how->code == 0)
        return;
    buffer_printf(session, "the peer %s ", p->spec->name);
    if (!itself)
        buffer_puts(session, "did not end after bye");
    else if (how->signal)
        buffer_printf(session, "died of signal %d after its last reply",
                      how->signal);
    else
        buffer_printf(session, "ended with exit code %d after its last reply",
                      how->code);
    if (p->d.errors.len)
        buffer_puts(session, ": ");
    buffer errors = {0};
    peer_errors(p, &errors);
    for (size_t i = 0; i < errors.len; i++)
        buffer_putc(session, errors.data[i] == '\n' ? ' ' : errors.data[i]);
    buffer_free(&errors);
    buffer_putc(session, '\n');
}

/* Who ends in order takes its sockets along. */
static void note_sockets(const peer *p, buffer *session) {
    buffer found = {0};
    traces_sockets(p->temporary, &found);
    if (found.len)
        buffer_printf(session, "the peer %s left sockets when it ended: %s\n",
                      p->spec->name, found.data);
    buffer_free(&found);
}

void peer_end(peer *p, buffer *session) {
    ending how = {0};
    if (p->running) {
        dialogue_send(&p->d, "bye\n", 4, p->ground->timeout_ms);
        bool itself = dialogue_end(&p->d, FINISH_MS, &how);
        note_end(p, &how, itself, session);
        note_sockets(p, session);
        folder_remove(p->temporary);
    }
    if (forget(p) && session)
        buffer_printf(session, "the peer %s left processes of its own\n",
                      p->spec->name);
}
