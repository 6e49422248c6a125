/* pool.c  See pool.h. */
#include "pool.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "message.h"

enum {
    DEATHS_ALLOWED = 20,   /* or 2 % of the items, if that is more */
    DEATHS_IN_A_ROW = 5,   /* without a reply between */
    RERUNS = 40,           /* failures that are asked again */
    FINISH_MS = 3000,      /* to end after "bye" */
    ITEMS_A_PROCESS = 200, /* below that one more process does not pay */
    IDLE_MS = 200,         /* between two looks at everything */
    LOOK_MS = 10           /* without a word: does the process still live? */
};

/* ---- starting ---- */

static void start_failed(const pool *p, const buffer *why) {
    complain("cannot start %s: %s; give the testee's command after --, such as "
             "pickleproof run -- python3 mine.py",
             p->options.argv[0], why->data);
}

bool pool_start(pool *p, const pool_options *options) {
    buffer why = {0};
    *p = (pool){.options = *options};
    p->workers = must_calloc((size_t)options->jobs, sizeof *p->workers);
    p->worker_count = 1;
    bool started = worker_start(&p->workers[0], options->argv, &why);
    if (!started)
        start_failed(p, &why);
    buffer_free(&why);
    return started;
}

static void wait_for(pool *p, double until) {
    spawn_event events[64];
    worker *of[64];
    size_t n = 0;
    for (size_t i = 0; i < p->worker_count && n < 64; i++) {
        worker *w = &p->workers[i];
        if (w->state == WORKER_NONE || w->state == WORKER_ENDED)
            continue;
        of[n] = w;
        events[n++] = (spawn_event){.process = &w->process,
                                    .want_write = w->out_at < w->out.len};
    }
    double ms = until - spawn_clock_ms();
    spawn_wait(events, n, ms > 0 ? ms : 0);
    for (size_t i = 0; i < n; i++)
        worker_pump(of[i], &events[i]);
}

static void last_lines(const buffer *errors, buffer *out) {
    const char *text = buffer_text(errors);
    size_t len = errors->len, lines = 0, at = len;
    while (at > 0 && lines < 8) {
        at--;
        lines += at > 0 && text[at - 1] == '\n';
    }
    buffer_add(out, text + at, len - at);
    while (out->len && out->data[out->len - 1] == '\n')
        out->data[--out->len] = '\0';
}

/* Said once for the first process, so it tells all there is to know. */
static bool greet_failed(const worker *w, const char *argv0, const char *what) {
    buffer errors = {0}, how = {0};
    last_lines(&w->errors, &errors);
    if (w->state == WORKER_ENDED) {
        worker_describe_end(w, &how);
        complain("%s %s before its hello%s%s; start it by hand and type: "
                 "hello " PROTOCOL_NAME,
                 argv0, how.data, errors.len ? "; it said: " : "",
                 errors.len ? errors.data : "");
    } else {
        complain("%s: %s; see harness/PROTOCOL.md", argv0, what);
    }
    buffer_free(&errors);
    buffer_free(&how);
    return false;
}

static bool await_hello(pool *p, worker *w, buffer *why) {
    double until = w->since + p->options.startup_ms;
    for (bool late = false;;) {
        char *body;
        line_kind kind;
        do
            kind = worker_next_line(w, &body, why);
        while (kind == LINE_NOISE);
        if (kind == LINE_HELLO)
            return w->state == WORKER_READY;
        if (w->state == WORKER_ENDED)
            return false;
        if (late || spawn_interrupted()) {
            buffer_printf(why, "no hello in %.0f s; does it flush its output?",
                          p->options.startup_ms / 1e3);
            return false;
        }
        late = spawn_clock_ms() >= until; /* one more look all the same */
        wait_for(p, until);
    }
}

bool pool_greet(pool *p) {
    buffer why = {0};
    worker *w = &p->workers[0];
    bool greeted = await_hello(p, w, &why);
    if (!greeted)
        greet_failed(w, p->options.argv[0], buffer_text(&why));
    else
        hello_parse(&p->hello, w->hello.line, strlen(w->hello.line), &why);
    buffer_free(&why);
    return greeted;
}

/* ---- what comes next ---- */

static bool stopping(const pool *p) {
    return p->broken.len || spawn_interrupted() ||
           (p->options.stop_after && !p->solo_phase &&
            p->failures + p->reruns >= p->options.stop_after);
}

static bool next_item(pool *p, size_t *item) {
    if (p->again_count) {
        *item = p->again[--p->again_count];
        return true;
    }
    if (p->next == p->count)
        return false;
    *item = p->items[p->next++];
    return true;
}

static void ask_again(pool *p, size_t item) {
    if (p->again_count == p->again_cap) {
        p->again_cap = p->again_cap ? p->again_cap * 2 : 64;
        p->again = must_resize(p->again, p->again_cap * sizeof *p->again);
    }
    p->again[p->again_count++] = item;
}

static void ask_alone(pool *p, size_t item, outcome first, const char *reason) {
    if (p->solo_count == p->solo_cap) {
        p->solo_cap = p->solo_cap ? p->solo_cap * 2 : 64;
        p->solos = must_resize(p->solos, p->solo_cap * sizeof *p->solos);
    }
    p->solos[p->solo_count++] =
        (solo){item, first, must_copy(reason ? reason : "")};
}

static void settle(pool *p, size_t item) {
    p->failures += p->client.settled(p->client.ctx, item, &p->results[item]);
}

static void set_text(char **to, const char *text) {
    free(*to);
    *to = text && text[0] ? must_copy(text) : NULL;
}

static void send_item(pool *p, worker *w, size_t item) {
    buffer request = {0};
    p->client.request(p->client.ctx, item, &p->hello, &request);
    worker_send(w, item, &request);
    buffer_free(&request);
}

/* ---- replies ---- */

/* The outcome alone is final; where it is another than among others, that is
 * the finding. */
static void settle_solo(pool *p, const solo *s) {
    result *r = &p->results[s->item];
    if (s->first != OUTCOME_NOTRUN && r->outcome != s->first) {
        buffer reason = {0};
        buffer_printf(&reason, "among others: %s%s%s; alone in a process: %s",
                      outcome_word(s->first), s->reason[0] ? ", " : "",
                      s->reason, outcome_word(r->outcome));
        r->outcome = OUTCOME_STATE;
        set_text(&r->reason, reason.data);
        buffer_free(&reason);
    }
    settle(p, s->item);
}

/* The result of the last reply is told when the next line shows that it stays
 * the only one to its request. */
static void tell_held(pool *p, worker *w) {
    if (!w->held || p->solo_phase)
        return;
    size_t item = w->last_item;
    const result *r = &p->results[item];
    w->held = false;
    if (r->outcome == OUTCOME_FAIL && p->reruns < RERUNS &&
        !p->client.expects(p->client.ctx, item, r)) {
        p->reruns++;
        ask_alone(p, item, OUTCOME_FAIL, r->reason);
    } else {
        settle(p, item);
    }
}

static void note_errors(const worker *w, result *r) {
    buffer tail = {0};
    last_lines(&w->errors, &tail);
    set_text(&r->errors, buffer_text(&tail));
    buffer_free(&tail);
}

/* A finding about the testee that belongs to no request, said once. */
static void add_session(pool *p, const char *text) {
    enum { ENOUGH = 4000 };
    if (p->session.len < ENOUGH && !strstr(buffer_text(&p->session), text))
        buffer_printf(&p->session, "%s\n", text);
}

static void lose(pool *p, worker *w, size_t item, outcome o,
                 const char *reason) {
    result *r = &p->results[item];
    r->outcome = o;
    set_text(&r->reason, reason);
    note_errors(w, r);
    p->client.explain(p->client.ctx, item, r);
    if (p->solo_phase)
        return;
    /* The only request a process ever had needs no second look. */
    if (w->answered == 0 && w->next_id == 2)
        settle(p, item);
    else
        ask_alone(p, item, o, reason);
}

/* A process cannot be used further: what is in flight behind the request at
 * fault is asked again. */
static void condemn(pool *p, worker *w, size_t behind) {
    for (size_t i = w->count; i-- > behind;)
        ask_again(p, w->flights[(w->first + i) % WINDOW_MAX].item);
    w->count = 0;
    p->deaths++;
    p->deaths_in_a_row++;
    worker_kill(w);
    w->killed = true;
}

/* The first request in flight is to blame. */
static void give_up(pool *p, worker *w, outcome o, const char *reason) {
    tell_held(p, w);
    if (w->count)
        lose(p, w, w->flights[w->first].item, o, reason);
    else
        add_session(p, reason);
    condemn(p, w, 1);
}

static void took_reply(pool *p, worker *w, char *body) {
    buffer why = {0};
    double ms = spawn_clock_ms() - w->since;
    size_t item = w->flights[w->first].item;
    result *r = &p->results[item];
    tell_held(p, w);
    if (!reply_parse(&p->reply, body, &why)) {
        give_up(p, w, OUTCOME_PROTOCOL, why.data);
    } else {
        worker_land(w);
        w->held = true;
        r->ms = (float)ms;
        p->deaths_in_a_row = 0;
        p->client.judge(p->client.ctx, item, &p->hello, &p->reply, r);
        if (outcome_is_bad(r->outcome))
            note_errors(w, r);
        buffer_clear(&w->errors);
    }
    buffer_free(&why);
}

static void took_again(pool *p, worker *w) {
    w->held = false;
    lose(p, w, w->last_item, OUTCOME_PROTOCOL, "answered twice");
    condemn(p, w, 0);
}

static void handle_lines(pool *p, worker *w) {
    buffer why = {0};
    char *body = NULL;
    while (w->state != WORKER_NONE) {
        switch (worker_next_line(w, &body, &why)) {
        case LINE_NONE: buffer_free(&why); return;
        case LINE_HELLO:
            if (why.len)
                buffer_printf(&p->broken, "%s", why.data);
            buffer_clear(&why);
            w->since = spawn_clock_ms();
            break;
        case LINE_NOISE: break;
        case LINE_REPLY: took_reply(p, w, body); break;
        case LINE_AGAIN: took_again(p, w); break;
        case LINE_WRONG:
            give_up(p, w, OUTCOME_PROTOCOL, "answered another request");
            break;
        }
        if (w->killed)
            break;
    }
    buffer_free(&why);
}

/* ---- processes ---- */

static void keep_noise(pool *p, const worker *w) {
    if (w->noise && !p->noise)
        memcpy(p->first_noise, w->first_noise, sizeof p->first_noise);
    p->noise += w->noise;
}

/* A process that is at its end without a request in flight: well or not. */
static void check_farewell(pool *p, const worker *w, bool asked) {
    buffer text = {0};
    if (w->killed && !w->cut_off)
        return;
    if (asked && !w->cut_off && w->how.signal == 0 && w->how.code == 0)
        return;
    buffer_puts(&text, asked ? "after its last reply the testee "
                             : "between two requests the testee ");
    worker_describe_end(w, &text);
    if (w->errors.len) {
        buffer_puts(&text, ": ");
        last_lines(&w->errors, &text);
    }
    add_session(p, text.data);
    buffer_free(&text);
}

static void bury(pool *p, worker *w, bool asked) {
    if (!w->killed || w->cut_off)
        handle_lines(p, w); /* what it said before it ended */
    tell_held(p, w);
    if (w->count) {
        buffer how = {0};
        worker_describe_end(w, &how);
        outcome o = w->noise && w->cut_off ? OUTCOME_PROTOCOL : OUTCOME_CRASH;
        give_up(p, w, o, how.data);
        buffer_free(&how);
    } else {
        check_farewell(p, w, asked);
    }
    keep_noise(p, w);
    if (spawn_kill_leftovers(&w->process) && !w->killed)
        p->left_processes = true;
    worker_release(w);
}

static bool start_worker(pool *p, worker *w) {
    buffer why = {0};
    bool started = worker_start(w, p->options.argv, &why);
    if (!started)
        buffer_printf(&p->broken, "%s could not be started again: %s",
                      p->options.argv[0], why.data);
    buffer_free(&why);
    return started;
}

static void check_time(pool *p, worker *w, double now) {
    char why[80];
    if (now - w->since > LOOK_MS)
        worker_look(w);
    if (w->state == WORKER_STARTING && now - w->since > p->options.startup_ms) {
        buffer_printf(&p->broken, "a further process sent no hello in %.0f s",
                      p->options.startup_ms / 1e3);
        worker_kill(w);
    } else if (w->state == WORKER_READY && w->count &&
               now - w->since > p->options.timeout_ms) {
        snprintf(why, sizeof why, "no answer in %.1f s",
                 p->options.timeout_ms / 1e3);
        give_up(p, w, OUTCOME_HANG, why);
    } else if (w->state == WORKER_CLOSING && now - w->since > FINISH_MS) {
        add_session(p, "the testee did not end within 3 s of bye");
        worker_kill(w);
        w->how = (ending){.known = true};
    }
}

static double next_deadline(const pool *p, double now) {
    double until = now + IDLE_MS;
    for (size_t i = 0; i < p->worker_count; i++) {
        const worker *w = &p->workers[i];
        if (w->state == WORKER_CLOSING)
            until = now + LOOK_MS;
        double limit = w->state == WORKER_STARTING  ? p->options.startup_ms
                       : w->state == WORKER_CLOSING ? FINISH_MS
                                                    : p->options.timeout_ms;
        if (w->state != WORKER_NONE && w->since + limit < until &&
            (w->count || w->state != WORKER_READY))
            until = w->since + limit;
    }
    return until + 1;
}

/* ---- among others ---- */

static void check_budget(pool *p) {
    if (p->broken.len)
        return;
    if (p->deaths_in_a_row >= DEATHS_IN_A_ROW)
        buffer_printf(&p->broken,
                      "%zu processes in a row ended without an answer",
                      p->deaths_in_a_row);
    else if (p->deaths > p->deaths_allowed)
        buffer_printf(&p->broken, "%zu processes were lost, more than %zu",
                      p->deaths, p->deaths_allowed);
}

static bool busy(const pool *p) {
    for (size_t i = 0; i < p->worker_count; i++) {
        if (p->workers[i].count)
            return true;
    }
    return false;
}

static void feed(pool *p, worker *w) {
    size_t item;
    if (w->state == WORKER_NONE && (p->again_count || p->next < p->count))
        start_worker(p, w);
    while (w->state == WORKER_READY && w->count < (size_t)p->hello.window &&
           next_item(p, &item))
        send_item(p, w, item);
}

static void turn(pool *p) {
    wait_for(p, next_deadline(p, spawn_clock_ms()));
    double now = spawn_clock_ms();
    for (size_t i = 0; i < p->worker_count; i++) {
        worker *w = &p->workers[i];
        handle_lines(p, w);
        check_time(p, w, now);
    }
}

static void run_together(pool *p) {
    while (!stopping(p)) {
        for (size_t i = 0; i < p->worker_count; i++) {
            if (p->workers[i].state == WORKER_ENDED)
                bury(p, &p->workers[i], false);
        }
        check_budget(p);
        for (size_t i = 0; i < p->worker_count && !stopping(p); i++)
            feed(p, &p->workers[i]);
        if (!busy(p) && p->again_count == 0 && p->next == p->count)
            return;
        turn(p);
    }
}

/* ---- alone ---- */

/* A worker in this phase: start, one request, its reply, bye, the end. */
static void feed_solo(pool *p, worker *w) {
    if (w->state == WORKER_READY && w->answered == 0 && w->next_id == 1) {
        send_item(p, w, p->solos[w->solo].item);
    } else if (w->state == WORKER_READY && w->count == 0) {
        worker_close(w);
    } else if (w->state == WORKER_NONE && p->solo_next < p->solo_count &&
               start_worker(p, w)) {
        w->solo = p->solo_next++;
    }
}

static void bury_solo(pool *p, worker *w) {
    bool asked = w->next_id > 1;
    size_t index = w->solo;
    bury(p, w, w->answered > 0);
    if (asked)
        settle_solo(p, &p->solos[index]);
    else
        buffer_puts(&p->broken, "a further process ended before its hello");
}

static bool any_process(const pool *p) {
    for (size_t i = 0; i < p->worker_count; i++) {
        if (p->workers[i].state != WORKER_NONE)
            return true;
    }
    return false;
}

static void run_alone(pool *p) {
    p->solo_phase = true;
    while (!p->broken.len && !spawn_interrupted()) {
        for (size_t i = 0; i < p->worker_count; i++) {
            if (p->workers[i].state == WORKER_ENDED)
                bury_solo(p, &p->workers[i]);
            feed_solo(p, &p->workers[i]);
        }
        if (!any_process(p) && p->solo_next == p->solo_count)
            return;
        turn(p);
    }
}

/* ---- the whole ---- */

static void close_all(pool *p) {
    for (size_t i = 0; i < p->worker_count; i++) {
        worker *w = &p->workers[i];
        if (w->state == WORKER_READY && !stopping(p))
            worker_close(w);
        else if (w->state == WORKER_READY || w->state == WORKER_STARTING)
            worker_kill(w);
    }
    while (any_process(p)) {
        for (size_t i = 0; i < p->worker_count; i++) {
            worker *w = &p->workers[i];
            if (stopping(p) && w->state == WORKER_ENDED)
                worker_release(w);
            else if (w->state == WORKER_ENDED)
                bury(p, w, true);
        }
        if (any_process(p))
            turn(p);
    }
}

/* What was found is kept where asking again is no longer possible. */
static void settle_rest(pool *p) {
    for (size_t i = p->solo_next; i < p->solo_count; i++) {
        if (p->solos[i].first != OUTCOME_NOTRUN)
            settle(p, p->solos[i].item);
    }
}

bool pool_run(pool *p, const pool_client *client, const size_t *items,
              size_t count, result *into) {
    p->client = *client;
    p->items = items;
    p->count = count;
    p->results = into;
    p->deaths_allowed =
        count / 50 > DEATHS_ALLOWED ? count / 50 : DEATHS_ALLOWED;
    size_t useful = count / ITEMS_A_PROCESS + 1;
    if (p->options.isolate) {
        useful = count;
        for (size_t i = 0; i < count; i++)
            ask_alone(p, items[i], OUTCOME_NOTRUN, NULL);
        p->next = count;
    }
    p->worker_count = (size_t)p->options.jobs;
    if (p->worker_count > useful)
        p->worker_count = useful ? useful : 1;
    run_together(p);
    if (!stopping(p) && p->solo_count) {
        close_all(p);
        run_alone(p);
    }
    settle_rest(p);
    return !p->broken.len;
}

void pool_finish(pool *p) {
    close_all(p);
}

void pool_free(pool *p) {
    for (size_t i = 0; i < p->worker_count; i++) {
        worker_kill(&p->workers[i]);
        worker_release(&p->workers[i]);
    }
    for (size_t i = 0; i < p->solo_count; i++)
        free(p->solos[i].reason);
    free(p->solos);
    free(p->again);
    free(p->workers);
    free(p->reply.results);
    hello_free(&p->hello);
    buffer_free(&p->broken);
    buffer_free(&p->session);
}
