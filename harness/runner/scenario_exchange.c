/* scenario_exchange.c  See scenario_exchange.h. */
#include "scenario_exchange.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
    BLOCKED_MS = 500, /* without a reply this long is `blocked` */
    SETTLE_MS = 5000  /* at most, for what a peer does after its reply: threads
                         that close descriptors, children that end */
};

static char letter_of(side s) {
    return s == SIDE_A ? 'A' : s == SIDE_B ? 'B' : 'R';
}

static void pause_ms(double ms) {
    struct timespec t = {(time_t)(ms / 1e3), 0};
    t.tv_nsec = (long)((ms - (double)t.tv_sec * 1e3) * 1e6);
    nanosleep(&t, NULL);
}

bool exchange_fault(exchange *x, outcome o, const char *format, ...) {
    char text[1000];
    if (x->outcome != OUTCOME_PASS)
        return false;
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    x->outcome = o;
    if (x->at)
        buffer_printf(&x->reason, "line %zu, %c: %s: ", x->at->line,
                      letter_of(x->at->side), x->at->text);
    buffer_puts(&x->reason, text);
    return false;
}

void exchange_note(exchange *x, char letter, char mark, const char *text) {
    buffer shown = {0};
    reply_for_people(text, &shown);
    buffer_printf(&x->transcript, "    %c%c %s\n", letter, mark,
                  buffer_text(&shown));
    buffer_free(&shown);
}

/* ---- peers ---- */

bool exchange_ask(exchange *x, side s, const char *request) {
    peer *p = &x->stage->peers[s];
    exchange_note(x, p->letter, '>', request);
    if (!p->running)
        return exchange_fault(x, OUTCOME_FAIL, "%c has ended", p->letter);
    if (peer_send(p, request))
        return true;
    if (!p->d.ended)
        return exchange_fault(x, OUTCOME_HANG, "%c takes no request",
                              p->letter);
    buffer how = {0};
    peer_describe_end(p, &how);
    exchange_fault(x, OUTCOME_CRASH, "%c %s", p->letter, how.data);
    buffer_free(&how);
    return false;
}

static bool is_reply(const char *body) {
    return strcmp(body, "ok") == 0 || strncmp(body, "ok ", 3) == 0 ||
           strncmp(body, "err ", 4) == 0 || strncmp(body, "na ", 3) == 0;
}

static bool wrong_reply(exchange *x, const answer *a, const char *got) {
    buffer text = {0};
    reply_for_people(got, &text);
    exchange_fault(x, OUTCOME_FAIL, "expected %s, got %s", a->text, text.data);
    buffer_printf(&x->detail, "  expected: %s%s\n  got:      %s\n", a->text,
                  a->kind == ANSWER_BLOCKED ? " (no reply in half a second)"
                                            : "",
                  text.data);
    buffer_free(&text);
    return false;
}

/* The reason is counted over all scenarios, so it names no line. */
static bool not_done(exchange *x, side s, const char *why) {
    const char *who =
        s == SIDE_REFEREE ? "the referee" : x->stage->peers[s].spec->name;
    const char *verb = x->at ? x->at->words.items[0] : "chan";
    x->at = NULL;
    return exchange_fault(x, OUTCOME_NA, "%s does not do %s: %.80s", who, verb,
                          why);
}

static bool judge(exchange *x, side s, const answer *a, const char *body) {
    char letter = letter_of(s);
    exchange_note(x, letter, '<', body);
    if (!is_reply(body))
        return exchange_fault(x, OUTCOME_PROTOCOL,
                              "%c says neither ok nor err nor na: %.80s",
                              letter, body);
    if (strncmp(body, "na ", 3) == 0)
        return not_done(x, s, body + 3);
    return answer_matches(a, body, &x->taken) || wrong_reply(x, a, body);
}

static bool no_reply(exchange *x, peer *p, const answer *a) {
    buffer_printf(&x->transcript, "    %c< (nothing)\n", p->letter);
    if (a->kind == ANSWER_BLOCKED) {
        peer_kill(p);
        p->released = x->ended[p->letter - 'A'] = true;
        return true;
    }
    buffer_printf(&x->detail, "  expected: %s\n  got:      nothing\n", a->text);
    return exchange_fault(x, OUTCOME_HANG,
                          "expected %s, got no answer in %.1f s", a->text,
                          p->ground->timeout_ms / 1e3);
}

bool exchange_take(exchange *x, side s, const answer *a) {
    peer *p = &x->stage->peers[s];
    char *body = NULL;
    buffer how = {0};
    double ms = a->kind == ANSWER_BLOCKED ? BLOCKED_MS : p->ground->timeout_ms;
    switch (peer_hear(p, ms, &body)) {
    case HEARD_REPLY: return judge(x, s, a, body);
    case HEARD_NOTHING: return no_reply(x, p, a);
    case HEARD_NONSENSE:
        exchange_note(x, p->letter, '<', body);
        return exchange_fault(x, OUTCOME_PROTOCOL,
                              "%c answered another request: %.80s", p->letter,
                              body);
    case HEARD_END: break;
    }
    peer_describe_end(p, &how);
    exchange_fault(x, OUTCOME_CRASH, "expected %s, but %c %s", a->text,
                   p->letter, how.data);
    buffer_free(&how);
    return false;
}

/* ---- the referee ---- */

static size_t descriptors_of(const peer *p) {
    traces now;
    traces_of(p->d.process.id, &now);
    size_t count = now.count;
    traces_free(&now);
    return count;
}

/* A peer may close what it no longer needs just after its reply, so another
 * number than the expected one is looked at again. */
static void count_descriptors(exchange *x, side s, const answer *a,
                              buffer *out) {
    double until = spawn_clock_ms() + SETTLE_MS;
    const peer *p = &x->stage->peers[s];
    if (!p->before.known) {
        buffer_puts(out, "na this system tells no descriptors");
        return;
    }
    do {
        long more = (long)descriptors_of(p) - (long)x->descriptors[s];
        buffer_clear(out);
        buffer_printf(out, "ok i%s%lx", more < 0 ? "-" : "",
                      (unsigned long)(more < 0 ? -more : more));
        if (answer_matches(a, out->data, &x->taken))
            return;
        pause_ms(5);
    } while (spawn_clock_ms() < until);
}

static bool await_end(exchange *x, peer *p, buffer *out) {
    ending how = {0};
    if (p->running && !spawn_ended(&p->d.process, p->ground->timeout_ms, &how))
        return exchange_fault(x, OUTCOME_FAIL, "%c has not ended", p->letter);
    if (p->running)
        peer_kill(p);
    p->released = true;
    buffer_puts(out, "ok");
    return true;
}

static void end_peer(exchange *x, side s) {
    x->pending[s] = NULL;
    peer_kill(&x->stage->peers[s]);
    x->stage->peers[s].released = true;
}

/* kill, stop, cont, signal */
static bool send_signal(exchange *x, side s, const char *name) {
    peer *p = &x->stage->peers[s];
    if (strcmp(name, "KILL") == 0) {
        end_peer(x, s);
        return true;
    }
    if (strcmp(name, "STOP") == 0 || strcmp(name, "CONT") == 0)
        p->stopped = name[0] == 'S';
    return spawn_signal(&p->d.process, name) ||
           exchange_fault(x, OUTCOME_FAIL, "%c cannot be sent %s", p->letter,
                          name);
}

bool exchange_referee(exchange *x, const step *st) {
    static const struct {
        const char *verb;
        const char *signal;
    } signals[] = {{"kill", "KILL"}, {"stop", "STOP"}, {"cont", "CONT"}};
    const char *verb = st->words.items[0];
    const char *word = st->words.items[1];
    side s = word[0] == 'B' ? SIDE_B : SIDE_A;
    const answer *a = step_answer(st, &x->stage->pair->facts);
    buffer said = {0};
    bool good = true;
    exchange_note(x, 'R', '>', st->text);
    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++) {
        if (strcmp(verb, signals[i].verb) == 0)
            good = send_signal(x, s, signals[i].signal);
    }
    if (strcmp(verb, "signal") == 0)
        good = send_signal(x, s, st->words.items[2]);
    else if (strcmp(verb, "sleep") == 0)
        pause_ms(strtod(word, NULL));
    else if (strcmp(verb, "gone") == 0)
        good = await_end(x, &x->stage->peers[s], &said);
    else if (strcmp(verb, "fds") == 0)
        count_descriptors(x, s, a, &said);
    good = good && judge(x, SIDE_REFEREE, a, said.len ? said.data : "ok");
    buffer_free(&said);
    return good;
}

/* ---- afterwards ---- */

static bool check_descriptors(exchange *x, peer *p) {
    double until = spawn_clock_ms() + SETTLE_MS;
    buffer why = {0};
    bool same = false;
    while (!same) {
        traces now;
        traces_of(p->d.process.id, &now);
        same = traces_same(&p->before, &now, &why);
        traces_free(&now);
        if (same || spawn_clock_ms() >= until)
            break;
        pause_ms(5);
    }
    if (!same)
        exchange_fault(x, OUTCOME_FAIL, "descriptors of %c afterwards: %s",
                       p->letter, why.data);
    buffer_free(&why);
    return same;
}

static bool check_children(exchange *x, const peer *p) {
    double until = spawn_clock_ms() + SETTLE_MS;
    buffer found = {0};
    for (;;) {
        buffer_clear(&found);
        traces_children(p->d.process.id, &found);
        if (!found.len || spawn_clock_ms() >= until)
            break;
        pause_ms(20);
    }
    if (found.len)
        exchange_fault(x, OUTCOME_FAIL, "%c left child processes: %s",
                       p->letter, found.data);
    bool good = !found.len;
    buffer_free(&found);
    return good;
}

static bool check_sockets(exchange *x, const peer *p) {
    buffer found = {0};
    traces_sockets(p->temporary, &found);
    if (found.len)
        exchange_fault(x, OUTCOME_FAIL, "%c left sockets: %s", p->letter,
                       found.data);
    bool good = !found.len;
    buffer_free(&found);
    return good;
}

/* To look for children means to look at all processes, so it is done where
 * there may be some. */
static bool may_have_children(const exchange *x, side s) {
    for (size_t i = 0; i < x->sc->step_count; i++) {
        const step *st = &x->sc->steps[i];
        if (st->side == s && strcmp(st->words.items[0], "fork") == 0)
            return true;
    }
    return false;
}

bool exchange_check(exchange *x, side s) {
    static const answer plain = {.kind = ANSWER_OK, .text = "ok"};
    peer *p = &x->stage->peers[s];
    if (!exchange_take(x, s, &plain))
        return false;
    if (may_have_children(x, s) && !check_children(x, p))
        return false;
    if (!check_sockets(x, p))
        return false;
    if (!scenario_leaks(x->sc, s, &x->stage->pair->facts))
        return check_descriptors(x, p);
    p->released = true; /* started anew */
    return true;
}
