/* fuzz_ask.c  Two testees at a time, each with its window full. */
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "message.h"

enum { DEATHS_IN_A_ROW = 20, IDLE_MS = 100, LOOK_MS = 20 };

/* ---- starting ---- */

static void told(const fuzz_side *s, const char *what) {
    complain("%s: %s; see pickleproof check-testee", s->argv[0], what);
}

static bool start(fuzz_side *s) {
    buffer why = {0};
    bool started = worker_start(&s->w, s->argv, &why);
    if (!started)
        complain("cannot start %s: %s", s->argv[0], why.data);
    buffer_free(&why);
    return started;
}

static void pump(fuzz_side sides[2], double until) {
    spawn_event events[2];
    fuzz_side *of[2];
    size_t n = 0;
    for (size_t i = 0; i < 2; i++) {
        worker *w = &sides[i].w;
        if (w->state == WORKER_NONE || w->state == WORKER_ENDED)
            continue;
        of[n] = &sides[i];
        events[n++] = (spawn_event){.process = &w->process,
                                    .want_write = w->out_at < w->out.len};
    }
    double ms = until - spawn_clock_ms();
    spawn_wait(events, n, ms > 0 ? ms : 0);
    for (size_t i = 0; i < n; i++)
        worker_pump(&of[i]->w, &events[i]);
}

/* Wait for a hello; every other line before it is noise. */
static bool greet(fuzz_side sides[2], fuzz_side *s, double startup_ms) {
    double until = spawn_clock_ms() + startup_ms;
    buffer why = {0};
    char *body;
    while (s->w.state == WORKER_STARTING && !why.len &&
           spawn_clock_ms() < until && !spawn_interrupted()) {
        if (worker_next_line(&s->w, &body, &why) == LINE_NONE)
            pump(sides, spawn_clock_ms() + IDLE_MS);
    }
    if (s->w.state == WORKER_STARTING && !why.len)
        buffer_puts(&why, "no hello in time");
    if (s->w.state == WORKER_ENDED)
        worker_describe_end(&s->w, &why);
    bool good = s->w.state == WORKER_READY;
    if (!good) {
        told(s, buffer_text(&why));
        if (s->w.errors.len)
            complain("it said: %.500s", s->w.errors.data);
    }
    buffer_free(&why);
    return good;
}

bool fuzz_sides_start(fuzz_side sides[2], double startup_ms) {
    buffer why = {0};
    bool good = start(&sides[0]) && start(&sides[1]);
    for (size_t i = 0; good && i < 2; i++) {
        fuzz_side *s = &sides[i];
        good = greet(sides, s, startup_ms) &&
               hello_parse(&s->hello, s->w.hello.line, strlen(s->w.hello.line),
                           &why);
    }
    buffer_free(&why);
    return good;
}

void fuzz_sides_end(fuzz_side sides[2]) {
    for (size_t i = 0; i < 2; i++) {
        worker_kill(&sides[i].w);
        worker_release(&sides[i].w);
        hello_free(&sides[i].hello);
    }
}

/* ---- answers ---- */

void fuzz_answer_free(fuzz_answer *a) {
    buffer_free(&a->text);
}

static void fill(fuzz_answer *a, fuzz_answer_kind kind, const char *text) {
    a->kind = kind;
    a->used = a->offset = -1;
    buffer_clear(&a->text);
    buffer_puts(&a->text, text);
}

/* False if a line is no reply at all. */
static bool take_reply(fuzz_answer *a, char *body, reply *r, buffer *why) {
    if (!reply_parse(r, body, why))
        return false;
    fill(a, FUZZ_NA, r->word ? r->word : "");
    if (r->kind == REPLY_ERR)
        a->kind = FUZZ_ERR;
    for (size_t i = 0; r->kind == REPLY_OK && i < r->result_count; i++) {
        a->kind = FUZZ_OK;
        buffer_printf(&a->text, "%s%s", i ? " " : "", r->results[i]);
    }
    a->used = r->used;
    a->offset = r->offset;
    return true;
}

/* ---- one side ---- */

typedef struct asking {
    const fuzz_case *cases;
    size_t count;
    reply reply;
} asking;

static void send_more(fuzz_side *s, const asking *q, fuzz_answer *answers) {
    buffer request = {0};
    while (s->w.state == WORKER_READY && s->next < q->count &&
           s->w.count < (size_t)s->hello.window) {
        const fuzz_case *c = &q->cases[s->next];
        if (!hello_has_op(&s->hello, fuzz_op_name(c->op))) {
            /* Answers come in order: wait for those before it. */
            if (s->w.count)
                break;
            fill(&answers[s->next++], FUZZ_NA, "op");
            s->done = s->next;
            continue;
        }
        buffer_clear(&request);
        fuzz_request(c, s->profile, &request);
        worker_send(&s->w, s->next++, &request);
    }
    buffer_free(&request);
}

/* The first request in flight is to blame; what is behind it is asked again of
 * a new process. */
static bool lose(fuzz_side sides[2], fuzz_side *s, const asking *q,
                 fuzz_answer *answers, fuzz_answer_kind kind, const char *why) {
    if (s->done < q->count)
        fill(&answers[s->done++], kind, why);
    s->next = s->done;
    worker_kill(&s->w);
    worker_release(&s->w);
    if (++s->deaths_in_a_row > DEATHS_IN_A_ROW) {
        told(s, "processes keep ending without an answer");
        return false;
    }
    return start(s) && greet(sides, s, 30e3);
}

static bool take_lines(fuzz_side sides[2], fuzz_side *s, asking *q,
                       fuzz_answer *answers) {
    buffer why = {0};
    char *body;
    bool good = true;
    line_kind kind;
    while (good && (kind = worker_next_line(&s->w, &body, &why)) != LINE_NONE) {
        if (kind == LINE_AGAIN || kind == LINE_WRONG) {
            good = lose(sides, s, q, answers, FUZZ_NONSENSE,
                        "answered another request");
        } else if (kind == LINE_REPLY) {
            if (take_reply(&answers[s->done], body, &q->reply, &why)) {
                s->done++;
                s->deaths_in_a_row = 0;
                worker_land(&s->w);
            } else {
                good = lose(sides, s, q, answers, FUZZ_NONSENSE, why.data);
            }
            buffer_clear(&why);
        }
    }
    buffer_free(&why);
    return good;
}

static bool check(fuzz_side sides[2], fuzz_side *s, const asking *q,
                  fuzz_answer *answers) {
    double waited = spawn_clock_ms() - s->w.since;
    buffer how = {0};
    bool good = true;
    if (s->w.state == WORKER_READY && waited > LOOK_MS)
        worker_look(&s->w);
    if (s->w.state == WORKER_ENDED) {
        worker_describe_end(&s->w, &how);
        good = lose(sides, s, q, answers, FUZZ_CRASH, how.data);
    } else if (s->w.count && waited > s->timeout_ms) {
        good = lose(sides, s, q, answers, FUZZ_HANG, "no answer in time");
    }
    buffer_free(&how);
    return good;
}

bool fuzz_ask(fuzz_side sides[2], const fuzz_case *cases, size_t count,
              fuzz_answer *answers[2]) {
    asking q = {.cases = cases, .count = count};
    bool good = true;
    sides[0].next = sides[0].done = sides[1].next = sides[1].done = 0;
    while (good && (sides[0].done < count || sides[1].done < count)) {
        for (size_t i = 0; i < 2; i++)
            send_more(&sides[i], &q, answers[i]);
        if (sides[0].done == count && sides[1].done == count)
            break;
        pump(sides, spawn_clock_ms() + IDLE_MS);
        for (size_t i = 0; good && i < 2; i++) {
            good = take_lines(sides, &sides[i], &q, answers[i]) &&
                   (sides[i].done == count ||
                    check(sides, &sides[i], &q, answers[i]));
        }
        good = good && !spawn_interrupted();
    }
    free(q.reply.results);
    return good;
}
