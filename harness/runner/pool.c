/* pool.c  See pool.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pool_parts.h"

enum {
    DEATHS_ALLOWED = 20,   /* or 2 % of the items, if that is more */
    DEATHS_IN_A_ROW = 5,   /* without a reply between */
    FINISH_MS = 3000,      /* to end after "bye" */
    ITEMS_A_PROCESS = 200, /* below that one more process does not pay */
    IDLE_MS = 200,         /* between two looks at everything */
    LOOK_MS = 10           /* without a word: does the process still live? */
};

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

static void send_item(pool *p, worker *w, size_t item) {
    buffer request = {0};
    p->client.request(p->client.ctx, item, &p->hello, &request);
    worker_send(w, item, &request);
    buffer_free(&request);
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
        pool_last_lines(&w->errors, &text);
    }
    pool_add_session(p, text.data);
    buffer_free(&text);
}

static void bury(pool *p, worker *w, bool asked) {
    if (!w->killed || w->cut_off)
        pool_handle_lines(p, w); /* what it said before it ended */
    pool_tell_held(p, w);
    if (w->count) {
        buffer how = {0};
        worker_describe_end(w, &how);
        outcome o = w->noise && w->cut_off ? OUTCOME_PROTOCOL : OUTCOME_CRASH;
        pool_give_up(p, w, o, how.data);
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
        pool_give_up(p, w, OUTCOME_HANG, why);
    } else if (w->state == WORKER_CLOSING && now - w->since > FINISH_MS) {
        pool_add_session(p, "the testee did not end within 3 s of bye");
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
    pool_wait(p, next_deadline(p, spawn_clock_ms()));
    double now = spawn_clock_ms();
    for (size_t i = 0; i < p->worker_count; i++) {
        worker *w = &p->workers[i];
        pool_handle_lines(p, w);
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
        pool_settle_solo(p, &p->solos[index]);
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
            pool_settle(p, p->solos[i].item);
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
            pool_ask_alone(p, items[i], OUTCOME_NOTRUN, NULL);
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
