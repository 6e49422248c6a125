/* result.c  See result.h. */
#include "result.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "message.h"

static const struct {
    const char *word;
    bool bad;
    const char *about;
} outcomes[] = {
#define X(name, word, bad, about) {word, bad, about},
#include "outcomes.def"
#undef X
};

const char *outcome_word(outcome o) {
    return outcomes[o].word;
}

bool outcome_is_bad(outcome o) {
    return outcomes[o].bad;
}

const char *outcome_about(outcome o) {
    return outcomes[o].about;
}

outcome outcome_parse(const char *word, size_t len) {
    for (int o = 0; o < OUTCOME_COUNT; o++) {
        if (strlen(outcomes[o].word) == len &&
            memcmp(outcomes[o].word, word, len) == 0)
            return (outcome)o;
    }
    return OUTCOME_COUNT;
}

const char *expectation_word(expectation e) {
    static const char *const words[] = {"", "met", "passed", "otherwise"};
    return words[e];
}

/* ---- the list ---- */

result *results_add(results *r) {
    if (r->count == r->cap) {
        r->cap = r->cap ? r->cap * 2 : 256;
        r->items = must_resize(r->items, r->cap * sizeof *r->items);
    }
    result *item = &r->items[r->count++];
    *item = (result){.profile = ""};
    return item;
}

const char *results_keep(results *r, const char *text) {
    char *copy = must_copy(text);
    strings_add(&r->pool, copy);
    return copy;
}

void results_free(results *r) {
    for (size_t i = 0; i < r->count; i++) {
        free(r->items[i].reason);
        free(r->items[i].detail);
        free(r->items[i].errors);
        free(r->items[i].repro);
    }
    for (size_t i = 0; i < r->pool.count; i++)
        free((char *)r->pool.items[i]);
    strings_free(&r->pool);
    free(r->items);
    free(r->info.name);
    free(r->info.version);
    free(r->info.hello);
    free(r->info.command);
    free(r->info.profile);
    free(r->info.shard);
    *r = (results){0};
}

/* ---- counting ---- */

bucket result_bucket(const result *r) {
    if (r->outcome == OUTCOME_NA || r->outcome == OUTCOME_SKIP ||
        r->outcome == OUTCOME_NOTRUN)
        return BUCKET_SKIPPED;
    if (r->expected == EXPECT_PASSED || r->expected == EXPECT_OTHERWISE)
        return BUCKET_FAILED;
    if (!outcome_is_bad(r->outcome))
        return BUCKET_PASSED;
    return r->expected == EXPECT_MET ? BUCKET_SKIPPED : BUCKET_FAILED;
}

const char *result_word(const result *r) {
    if (r->expected == EXPECT_PASSED)
        return "unexpected pass";
    if (r->expected == EXPECT_MET && outcome_is_bad(r->outcome))
        return "expected failure";
    return outcome_word(r->outcome);
}

size_t id_topic_len(const char *id) {
    return strcspn(id, "/");
}

static tally *tally_of(summary *s, const char *id) {
    enum { MAX = sizeof s->topics / sizeof *s->topics };
    size_t len = id_topic_len(id);
    for (size_t i = 0; i < s->topic_count; i++) {
        topic_tally *t = &s->topics[i];
        if (t->len == len && memcmp(t->topic, id, len) == 0)
            return &t->counts;
    }
    if (s->topic_count == MAX)
        return &s->topics[MAX - 1].counts;
    s->topics[s->topic_count] = (topic_tally){.topic = id, .len = len};
    return &s->topics[s->topic_count++].counts;
}

static void count_in(tally *t, bucket b) {
    t->passed += b == BUCKET_PASSED;
    t->failed += b == BUCKET_FAILED;
    t->skipped += b == BUCKET_SKIPPED;
}

void results_count(const results *r, summary *s) {
    *s = (summary){0};
    for (size_t i = 0; i < r->count; i++) {
        const result *item = &r->items[i];
        bucket b = result_bucket(item);
        count_in(tally_of(s, item->id), b);
        count_in(&s->total, b);
        s->outcomes[item->outcome]++;
        s->expectations[item->expected]++;
    }
}

int summary_exit_code(const summary *s) {
    if (s->total.failed)
        return EXIT_NOT_AS_EXPECTED;
    /* A run that checked nothing must not look like one that passed. */
    if (s->total.passed + s->expectations[EXPECT_MET] == 0)
        return EXIT_NOTHING;
    return s->outcomes[OUTCOME_NOTRUN] ? EXIT_NOT_RUN : EXIT_AS_EXPECTED;
}

/* ---- printing ---- */

/* Reasons of one outcome with their counts, the most frequent first. */
typedef struct reason_count {
    const char *reason;
    size_t count;
} reason_count;

static int by_count(const void *a, const void *b) {
    const reason_count *x = a, *y = b;
    if (x->count != y->count)
        return x->count < y->count ? 1 : -1;
    return strcmp(x->reason, y->reason);
}

static void print_reasons(const results *r, outcome o, buffer *out) {
    enum { KINDS = 64, SHOWN = 6 };
    reason_count kinds[KINDS];
    size_t count = 0;
    for (size_t i = 0; i < r->count; i++) {
        const char *reason = r->items[i].reason ? r->items[i].reason : "";
        if (r->items[i].outcome != o)
            continue;
        size_t k = 0;
        while (k < count && strcmp(kinds[k].reason, reason) != 0)
            k++;
        if (k == count && count < KINDS)
            kinds[count++] = (reason_count){reason, 0};
        if (k < count)
            kinds[k].count++;
    }
    qsort(kinds, count, sizeof *kinds, by_count);
    buffer_puts(out, " (");
    for (size_t k = 0; k < count && k < SHOWN; k++)
        buffer_printf(out, "%s%s: %zu", k ? "; " : "", kinds[k].reason,
                      kinds[k].count);
    buffer_puts(out, count > SHOWN ? "; ...)\n" : ")\n");
}

static void print_outcomes(const summary *s, const results *r, buffer *out) {
    static const struct {
        outcome outcome;
        const char *title;
    } skipped[] = {{OUTCOME_NA, "not applicable"},
                   {OUTCOME_SKIP, "skipped"},
                   {OUTCOME_NOTRUN, "not run"}};
    for (size_t i = 0; i < sizeof skipped / sizeof *skipped; i++) {
        size_t n = s->outcomes[skipped[i].outcome];
        if (!n)
            continue;
        buffer_printf(out, "%s: %zu", skipped[i].title, n);
        print_reasons(r, skipped[i].outcome, out);
    }
    if (s->expectations[EXPECT_MET])
        buffer_printf(out, "expected failures: %zu\n",
                      s->expectations[EXPECT_MET]);
    for (int o = 0; o < OUTCOME_COUNT; o++) {
        if (outcome_is_bad((outcome)o) && o != OUTCOME_FAIL && s->outcomes[o])
            buffer_printf(out, "%s: %zu\n", outcome_word((outcome)o),
                          s->outcomes[o]);
    }
    if (s->expectations[EXPECT_PASSED])
        buffer_printf(out, "unexpected passes: %zu\n",
                      s->expectations[EXPECT_PASSED]);
}

static void print_tally(const char *name, size_t len, const tally *t,
                        buffer *out) {
    buffer_printf(out, "%.*s: %zu passed, %zu failed, %zu skipped\n", (int)len,
                  name, t->passed, t->failed, t->skipped);
}

void summary_print(const summary *s, const results *r, bool brief,
                   buffer *out) {
    if (!brief)
        print_outcomes(s, r, out);
    for (size_t i = 0; i < s->topic_count; i++) {
        const topic_tally *t = &s->topics[i];
        print_tally(t->topic, t->len, &t->counts, out);
    }
    print_tally("pickleproof", strlen("pickleproof"), &s->total, out);
}
