/* pool_start.c  The first process of a pool, and waiting for all of them. */
#include <string.h>

#include "message.h"
#include "pool_parts.h"

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

void pool_wait(pool *p, double until) {
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

/* Said once for the first process, so it tells all there is to know. */
static bool greet_failed(const worker *w, const char *argv0, const char *what) {
    buffer errors = {0}, how = {0};
    pool_last_lines(&w->errors, &errors);
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
        pool_wait(p, until);
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
