/* fuzz_run.c  See fuzz_run.h. */
#include "fuzz_run.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "message.h"

enum {
    BATCH = 256,        /* cases between two looks at the clock */
    ALIKE_MOST = 6,     /* findings of one verdict that are told apart */
    ENDED_MOST = 2,     /* the same where a process was lost */
    ASKED_MOST = 4000,  /* to make one case smaller */
    LOSSES_MOST = 64,   /* where that costs a process each time */
    ASKED_AT_ONCE = 32, /* candidates of the minimiser */
    LONG_RUN = 100000   /* cases after which every rule should have been hit */
};

/* What is in work: a batch of cases, then what follows from their answers. */
typedef struct batch {
    fuzz_case cases[BATCH];
    uint64_t numbers[BATCH];
    fuzz_answer answers[2][BATCH];
    size_t count;
} batch;

static bool ask(fuzz_run *r, batch *b) {
    fuzz_answer *answers[2] = {b->answers[0], b->answers[1]};
    r->asked += b->count;
    if (!fuzz_ask(r->sides, b->cases, b->count, answers))
        r->stopped = true;
    return !r->stopped;
}

static void judge(const fuzz_run *r, const batch *b, size_t i,
                  fuzz_verdict *v) {
    fuzz_judge(&b->cases[i], &r->sides[0].hello, &r->sides[1].hello,
               &b->answers[0][i], &b->answers[1][i], v);
}

static void batch_free(batch *b) {
    for (size_t i = 0; i < BATCH; i++) {
        fuzz_case_free(&b->cases[i]);
        fuzz_answer_free(&b->answers[0][i]);
        fuzz_answer_free(&b->answers[1][i]);
    }
    free(b);
}

/* ---- findings ---- */

/* A finding on its way: its smallest case and the answers to that. */
typedef struct hunt {
    fuzz_run *run;
    batch *alone;
    fuzz_verdict verdict;
} hunt;

static bool still_there(void *ctx, const fuzz_case *cases, size_t count,
                        bool *keeps) {
    hunt *h = ctx;
    h->alone->count = count;
    for (size_t i = 0; i < count; i++)
        fuzz_case_copy(&h->alone->cases[i], &cases[i]);
    if (!ask(h->run, h->alone))
        return false;
    for (size_t i = 0; i < count; i++) {
        fuzz_verdict v;
        judge(h->run, h->alone, i, &v);
        bool reasonable =
            cases[i].op == FUZZ_DUMP || fuzz_is_reasonable(&cases[i].data);
        keeps[i] = reasonable && fuzz_same_verdict(&v, &h->verdict);
    }
    return true;
}

static const char *profile_of(const fuzz_run *r) {
    return r->options.profile ? r->options.profile : "";
}

static fuzz_found *find_found(fuzz_run *r, const char *signature) {
    for (size_t i = 0; i < r->found_count; i++) {
        if (strcmp(r->found[i].signature, signature) == 0)
            return &r->found[i];
    }
    return NULL;
}

static bool is_costly(const fuzz_verdict *v) {
    return v->what == FUZZ_CRASHED || v->what == FUZZ_HUNG ||
           v->what == FUZZ_PROTOCOL;
}

/* Once some findings look alike, further ones are counted with the last. */
static fuzz_found *find_alike(fuzz_run *r, const fuzz_verdict *v) {
    size_t alike = 0;
    fuzz_found *last = NULL;
    for (size_t i = 0; i < r->found_count; i++) {
        if (fuzz_same_verdict(&r->found[i].before, v)) {
            alike++;
            last = &r->found[i];
        }
    }
    return alike >= (is_costly(v) ? ENDED_MOST : ALIKE_MOST) ? last : NULL;
}

static void clear_progress(fuzz_run *r) {
    if (r->shows_progress)
        fprintf(stderr, "\r\033[K");
}

static void tell_found(fuzz_run *r, const fuzz_case *c, const fuzz_verdict *v,
                       const char *signature, const char *name, bool steady) {
    enum { SHOWN = 300 };
    buffer request = {0};
    fuzz_request(c, NULL, &request);
    clear_progress(r);
    printf("%s: %s%s\n  %.*s%s\n", name, signature,
           steady ? "" : " (not again when asked alone)", SHOWN, request.data,
           request.len > SHOWN ? "..." : "");
    fflush(stdout);
    (void)v;
    buffer_free(&request);
}

static void add_found(fuzz_run *r, hunt *h, const fuzz_verdict *before,
                      uint64_t number, bool steady) {
    const fuzz_case *c = &h->alone->cases[0];
    buffer signature = {0}, name = {0}, origin = {0};
    fuzz_signature(c, &h->verdict, &signature);
    fuzz_found *f = find_found(r, signature.data);
    if (f) {
        f->times++;
        r->repeated++;
    } else {
        r->found =
            must_resize(r->found, (r->found_count + 1) * sizeof *r->found);
        r->found[r->found_count++] =
            (fuzz_found){must_copy(signature.data), *before, 1};
        fuzz_name(&h->verdict, signature.data, &name);
        buffer_printf(&origin, "seed %" PRIu64 ", case %" PRIu64,
                      r->options.seed, number);
        const fuzz_answer answers[2] = {h->alone->answers[0][0],
                                        h->alone->answers[1][0]};
        tell_found(r, c, &h->verdict, signature.data, name.data, steady);
        if (r->options.save &&
            !fuzz_save(r->options.save, name.data, c, &h->verdict, r->sides,
                       answers, origin.data))
            r->stopped = true;
    }
    buffer_free(&signature);
    buffer_free(&name);
    buffer_free(&origin);
}

/* Make a difference small, then see whether it is known. */
static void pursue(fuzz_run *r, hunt *h, const fuzz_case *met,
                   const fuzz_verdict *before, uint64_t number) {
    fuzz_case smallest = {0};
    bool steady = false;
    fuzz_case_copy(&smallest, met);
    h->verdict = *before;
    if (still_there(h, &smallest, 1, &steady) && steady)
        fuzz_minimise(&smallest, is_costly(before) ? LOSSES_MOST : ASKED_MOST,
                      still_there, h);
    if (!r->stopped) {
        /* Once more, for the answers. */
        bool again = still_there(h, &smallest, 1, &again) && again;
        fuzz_rule *rule =
            fuzz_rules_find(&r->rules, profile_of(r), &smallest, &h->verdict);
        if (rule) {
            rule->hits++;
            r->known++;
        } else {
            add_found(r, h, before, number, steady && again);
        }
    }
    fuzz_case_free(&smallest);
}

static void take_difference(fuzz_run *r, hunt *h, const fuzz_case *c,
                            const fuzz_verdict *v, uint64_t number) {
    /* A rule that looks at the whole pickle is for the smallest one. */
    fuzz_rule *rule = fuzz_rules_find(&r->rules, profile_of(r), c, v);
    if (rule && strpbrk(rule->where, "+~*"))
        rule = NULL;
    fuzz_found *alike = find_alike(r, v);
    if (rule) {
        rule->hits++;
        r->known++;
    } else if (alike) {
        alike->times++;
        r->repeated++;
    } else {
        pursue(r, h, c, v, number);
    }
}

/* ---- batches ---- */

static void make_batch(fuzz_run *r, batch *b) {
    uint64_t left = r->options.cases ? r->options.cases - r->cases : BATCH;
    b->count = left < BATCH ? (size_t)left : BATCH;
    for (size_t i = 0; i < b->count; i++) {
        b->numbers[i] = r->cases + i;
        fuzz_make(r->options.seed, b->numbers[i], &r->seeds, &b->cases[i]);
    }
}

static void follow_up(const batch *first, batch *second) {
    second->count = 0;
    for (size_t i = 0; i < first->count; i++) {
        size_t n = second->count;
        if (fuzz_follow_up(&first->cases[i], &first->answers[0][i],
                           &first->answers[1][i], first->numbers[i],
                           &second->cases[n])) {
            second->numbers[n] = first->numbers[i];
            second->count++;
        }
    }
}

static void judge_batch(fuzz_run *r, hunt *h, const batch *b) {
    for (size_t i = 0; i < b->count && !r->stopped; i++) {
        fuzz_verdict v;
        judge(r, b, i, &v);
        if (v.what != FUZZ_SAME)
            take_difference(r, h, &b->cases[i], &v, b->numbers[i]);
        else if (b->answers[0][i].kind == FUZZ_NA ||
                 b->answers[1][i].kind == FUZZ_NA)
            r->na++;
    }
}

static void show_progress(fuzz_run *r) {
    enum { EVERY_MS = 200 };
    double now = spawn_clock_ms();
    if (!r->shows_progress || now - r->progress_at < EVERY_MS)
        return;
    r->progress_at = now;
    double s = (now - r->started) / 1e3;
    fprintf(stderr,
            "\r\033[K%.0f s, %" PRIu64 " cases (%.0f/s), %zu findings, %" PRIu64
            " known",
            s, r->cases, (double)r->cases / (s > 0 ? s : 1), r->found_count,
            r->known);
}

static bool goes_on(const fuzz_run *r) {
    double s = (spawn_clock_ms() - r->started) / 1e3;
    return !r->stopped && !spawn_interrupted() &&
           (!r->options.cases || r->cases < r->options.cases) &&
           (r->options.seconds <= 0 || s < r->options.seconds);
}

bool fuzz_execute(fuzz_run *r) {
    batch *first = must_calloc(1, sizeof *first);
    batch *second = must_calloc(1, sizeof *second);
    hunt h = {.run = r, .alone = must_calloc(1, sizeof *h.alone)};
    r->started = spawn_clock_ms();
    while (goes_on(r)) {
        make_batch(r, first);
        if (!ask(r, first))
            break;
        follow_up(first, second);
        r->follow_ups += second->count;
        if (!ask(r, second))
            break;
        judge_batch(r, &h, first);
        judge_batch(r, &h, second);
        r->cases += first->count;
        show_progress(r);
    }
    clear_progress(r);
    batch_free(first);
    batch_free(second);
    batch_free(h.alone);
    return !r->stopped || spawn_interrupted();
}

/* ---- the end ---- */

void fuzz_tell_end(const fuzz_run *r) {
    double s = (spawn_clock_ms() - r->started) / 1e3;
    if (!r->options.quiet) {
        printf("%s %s against %s %s, profile %s, seed %" PRIu64
               ": %.1f s, %.0f cases/s, %" PRIu64 " follow-ups, %" PRIu64
               " not applicable, %" PRIu64 " more of the findings\n",
               r->sides[0].hello.name, r->sides[0].hello.version,
               r->sides[1].hello.name, r->sides[1].hello.version,
               profile_of(r)[0] ? profile_of(r) : "none", r->options.seed, s,
               (double)r->cases / (s > 0 ? s : 1), r->follow_ups, r->na,
               r->repeated);
        for (size_t i = 0; i < r->rules.count; i++) {
            const fuzz_rule *rule = &r->rules.items[i];
            if (!fuzz_rule_is_about(rule, profile_of(r)))
                continue;
            if (rule->hits)
                printf("known %6zu times, line %zu: %s\n", rule->hits,
                       rule->number, rule->reason);
            else if (r->cases >= LONG_RUN)
                printf("note: never needed, line %zu: %s\n", rule->number,
                       rule->reason);
        }
    }
    printf("fuzz: %" PRIu64 " cases, %zu findings, %" PRIu64 " known\n",
           r->cases, r->found_count, r->known);
}
