/* run_scenarios.c  See run_scenarios.h. */
#include "run_scenarios.h"

#include <stdlib.h>
#include <string.h>

#include "message.h"
#include "run.h"
#include "scenario_run.h"

enum {
    RERUNS = 40,  /* failures that are tried again */
    AT_ONCE = 4,  /* pairs for each job: most of the time they wait */
    PATIENCE = 30 /* seconds: a peer may load modules, beside many others */
};

/* ---- before ---- */

static bool wants_file(void *ctx, const char *name) {
    return selection_wants_folder(ctx, "scenarios", name);
}

int scenario_part_load(scenario_part *part, const char *folder, selection *s) {
    buffer why = {0};
    char *found = scenarios_folder(folder);
    bool good =
        !found || scenarios_load(&part->all, found, wants_file, s, &why);
    if (!good)
        complain("%s", buffer_text(&why));
    free(found);
    buffer_free(&why);
    return good ? -1 : EXIT_USAGE;
}

static void add_item(scenario_part *part, const scenario *sc, const pair *p) {
    part->items =
        must_resize(part->items, (part->count + 1) * sizeof *part->items);
    part->items[part->count++] = (scenario_item){sc, p};
}

static void check_id(const scenario *sc, const pair *p, buffer *id) {
    buffer_clear(id);
    buffer_printf(id, "%s%s%s", sc->id, p ? "/" : "", p ? p->name : "");
}

/* Pairs that a scenario is not about are no part of the run. */
static void add_items(scenario_part *part, selection *s, const scenario *sc) {
    buffer id = {0};
    const char *why;
    for (size_t i = 0; i < part->pairs.count; i++) {
        const pair *p = &part->pairs.items[i];
        if (!scenario_is_for(sc, &p->facts, &why))
            continue;
        check_id(sc, p, &id);
        if (selection_wants_id(s, "scenarios", sc->id, id.data))
            add_item(part, sc, p);
        else
            part->all_pairs = false;
    }
    buffer_free(&id);
}

static void note_absent(const scenario_part *part) {
    for (size_t i = 0; i < part->specs.count; i++) {
        if (part->specs.items[i].absent)
            complain("note: not run: no %s here", part->specs.items[i].given);
    }
}

/* With the strict profiles of the run, or the two sides of the change of
 * 3.14. */
static void choose_profiles(const struct run *r, strings *out, buffer *names) {
    const char *asked = r->options->profile;
    if (!asked || strcmp(asked, "all") == 0) {
        strings_add(out, "c3.13");
        strings_add(out, "c3.14");
        return;
    }
    buffer_puts(names, asked);
    for (char *at = names->data; *at;) {
        size_t len = strcspn(at, ",");
        bool last = !at[len];
        at[len] = '\0';
        if (at[0] == 'c')
            strings_add(out, at);
        at += len + !last;
    }
}

static bool wants_any(const scenario_part *part, selection *s) {
    bool any = false;
    /* The pair's name comes later, so a pattern may still match one. */
    for (size_t i = 0; i < part->all.count; i++)
        any = any || selection_may_want(s, "scenarios", part->all.items[i].id);
    return any;
}

static int make_pairs(scenario_part *part, const struct run *r) {
    const run_options *o = r->options;
    buffer why = {0}, names = {0};
    strings profiles = {0};
    if (hello_has_cap(&r->pool.hello, "xproc"))
        peer_specs_add_testee(&part->specs, r->pool.options.argv,
                              &r->pool.hello);
    /* Peers are there for the testee: without it there is no control. */
    bool good = !part->specs.has_testee ||
                peer_specs_add(&part->specs, &o->peers, o->startup * 1e3, &why);
    if (good) {
        note_absent(part);
        choose_profiles(r, &profiles, &names);
        pairs_make(&part->pairs, &part->specs, &profiles, o->controls);
    } else {
        complain("%s", buffer_text(&why));
    }
    strings_free(&profiles);
    buffer_free(&names);
    buffer_free(&why);
    return good ? -1 : EXIT_NOT_RUN;
}

int scenario_part_prepare(scenario_part *part, struct run *r) {
    selection *s = (selection *)&r->options->selection;
    part->all_pairs = true;
    if (!wants_any(part, s))
        return -1;
    int code = make_pairs(part, r);
    for (size_t i = 0; code < 0 && i < part->all.count; i++) {
        const scenario *sc = &part->all.items[i];
        if (!part->specs.has_testee &&
            selection_wants_id(s, "scenarios", sc->id, sc->id))
            add_item(part, sc, NULL);
        add_items(part, s, sc);
    }
    return code;
}

static void prefill(const scenario_item *item, result *to) {
    to->outcome = OUTCOME_NOTRUN;
    if (!item->pair) {
        to->outcome = OUTCOME_NA;
        to->reason = must_copy("needs xproc");
    } else if (!item->pair->agree && !item->sc->mixed) {
        to->outcome = OUTCOME_NA;
        to->reason = must_copy("only one of the pair acknowledges descriptors");
    }
}

void scenario_part_results(scenario_part *part, struct run *r) {
    buffer id = {0};
    for (size_t i = 0; i < part->count; i++) {
        const scenario_item *item = &part->items[i];
        result *to = results_add(&r->results);
        check_id(item->sc, item->pair, &id);
        to->id = results_keep(&r->results, id.data);
        to->profile = item->pair ? item->pair->profile : "";
        prefill(item, to);
    }
    buffer_free(&id);
}

/* ---- running ---- */

/* What the threads share; all but the stages is used under `lock`. */
typedef struct crew {
    struct run *r;
    pthread_mutex_t lock;
    pthread_mutex_t starting;
    peer_ground ground;
    bool stopped;
} crew;

static char *repro_line(const struct run *r, const char *id) {
    buffer line = {0};
    const run_options *o = r->options;
    buffer_printf(&line, "%s run --run %s", program_name, id);
    if (o->scenarios)
        buffer_printf(&line, " --scenarios %s", o->scenarios);
    for (size_t i = 0; i < o->peers.count; i++) {
        char *words[] = {(char *)o->peers.items[i], NULL};
        buffer_puts(&line, " --peer ");
        shell_quote(words, &line);
    }
    if (o->argv) {
        buffer_puts(&line, " -- ");
        shell_quote(o->argv, &line);
    }
    return buffer_take(&line);
}

static void drop_texts(result *to) {
    free(to->reason);
    free(to->detail);
    free(to->errors);
    to->reason = to->detail = to->errors = NULL;
}

static bool may_rerun(crew *c) {
    pthread_mutex_lock(&c->lock);
    bool may = c->r->scenarios.reruns < RERUNS;
    c->r->scenarios.reruns += may;
    pthread_mutex_unlock(&c->lock);
    return may;
}

/* A failure is tried once more, by processes of its own: when that goes well,
 * the finding is what came before. */
static void run_again(crew *c, stage *s, const scenario *sc, result *to) {
    result second = {.id = to->id, .profile = to->profile};
    if (!outcome_is_bad(to->outcome) || !may_rerun(c))
        return;
    stage_run(s, sc, &second);
    if (second.outcome == OUTCOME_PASS) {
        buffer reason = {0};
        buffer_printf(&reason, "%s: %s; alone in new processes: pass",
                      outcome_word(to->outcome), to->reason);
        free(to->reason);
        to->reason = buffer_take(&reason);
        to->outcome = OUTCOME_STATE;
    }
    drop_texts(&second);
}

static void run_item(crew *c, stage *s, size_t number) {
    struct run *r = c->r;
    result *to = &r->results.items[r->checks.count + number];
    const scenario *sc = r->scenarios.items[number].sc;
    if (to->outcome != OUTCOME_NOTRUN)
        return;
    stage_run(s, sc, to);
    run_again(c, s, sc, to);
    if (outcome_is_bad(to->outcome))
        to->repro = repro_line(r, to->id);
    pthread_mutex_lock(&c->lock);
    run_settle(r, r->checks.count + number);
    size_t limit = (size_t)r->options->stop_after;
    c->stopped = c->stopped || (limit && r->unexpected >= limit);
    pthread_mutex_unlock(&c->lock);
}

static bool is_stopped(crew *c) {
    pthread_mutex_lock(&c->lock);
    bool stopped = c->stopped || spawn_interrupted();
    pthread_mutex_unlock(&c->lock);
    return stopped;
}

static void run_pair(crew *c, const pair *p, size_t number) {
    scenario_part *part = &c->r->scenarios;
    buffer folder = {0}, why = {0}, session = {0};
    stage s;
    buffer_printf(&folder, "%s/%zu", part->folder, number);
    if (folder_make(folder.data, &why)) {
        stage_open(&s, p, &c->ground, folder.data);
        for (size_t i = 0; i < part->count && !is_stopped(c); i++) {
            if (part->items[i].pair == p)
                run_item(c, &s, i);
        }
        stage_close(&s, &session);
    }
    pthread_mutex_lock(&c->lock);
    buffer_add(&part->session, buffer_text(&why), why.len);
    buffer_add(&part->session, buffer_text(&session), session.len);
    pthread_mutex_unlock(&c->lock);
    folder_remove(folder.data);
    buffer_free(&folder);
    buffer_free(&why);
    buffer_free(&session);
}

static void *run_pairs(void *ctx) {
    crew *c = ctx;
    scenario_part *part = &c->r->scenarios;
    for (;;) {
        pthread_mutex_lock(&c->lock);
        size_t i = part->next_pair++;
        pthread_mutex_unlock(&c->lock);
        if (i >= part->pairs.count)
            return NULL;
        run_pair(c, &part->pairs.items[i], i);
    }
}

static void run_threads(crew *c) {
    size_t wanted = (size_t)c->r->options->jobs * AT_ONCE, started = 0;
    pthread_t threads[64];
    if (wanted > c->r->scenarios.pairs.count)
        wanted = c->r->scenarios.pairs.count;
    while (started < wanted && started < 64 &&
           pthread_create(&threads[started], NULL, run_pairs, c) == 0)
        started++;
    if (!started)
        run_pairs(c);
    for (size_t i = 0; i < started; i++)
        pthread_join(threads[i], NULL);
}

void scenario_part_run(struct run *r) {
    scenario_part *part = &r->scenarios;
    crew c = {.r = r};
    buffer why = {0};
    if (!part->pairs.count || !part->count)
        return;
    part->folder = folder_make_new(&why);
    if (!part->folder) {
        complain("%s", why.data);
        buffer_free(&why);
        return;
    }
    pthread_mutex_init(&c.lock, NULL);
    pthread_mutex_init(&c.starting, NULL);
    double patience = r->options->timeout ? r->options->timeout : PATIENCE;
    c.ground = (peer_ground){.folder = part->folder,
                             .timeout_ms = patience * 1e3,
                             .startup_ms = r->options->startup * 1e3,
                             .starting = &c.starting};
    run_threads(&c);
    folder_remove(part->folder);
    pthread_mutex_destroy(&c.starting);
    pthread_mutex_destroy(&c.lock);
}

void scenario_part_free(scenario_part *part) {
    pairs_free(&part->pairs);
    peer_specs_free(&part->specs);
    scenarios_free(&part->all);
    free(part->items);
    free(part->folder);
    buffer_free(&part->session);
    *part = (scenario_part){0};
}
