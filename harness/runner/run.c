/* run.c  See run.h: from the testee's hello to the last report. */
#include "run.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "jsonl.h"
#include "message.h"
#include "producer.h"

enum {
    EXPLAINED = 1000, /* failures told in full: the rest would say the same */
    PROGRESS_MS = 100
};

/* ---- names ---- */

static const char *profile_text(int profile) {
    static char names[64][PRODUCER_NAME_SIZE];
    if (profile == PRODUCER_NONE)
        return "";
    if (!names[profile][0])
        producer_name(profile, names[profile]);
    return names[profile];
}

void shell_quote(char *const argv[], buffer *out) {
    for (size_t i = 0; argv[i]; i++) {
        const char *word = argv[i];
        if (i)
            buffer_putc(out, ' ');
        if (word[0] && !word[strcspn(word, " \t\n\"'`$\\*?[]{}()<>|&;#~!")]) {
            buffer_puts(out, word);
            continue;
        }
        buffer_putc(out, '\'');
        for (; *word; word++) {
            if (*word == '\'')
                buffer_puts(out, "'\\''");
            else
                buffer_putc(out, *word);
        }
        buffer_putc(out, '\'');
    }
}

static char *repro_line(const run *r, const check *c) {
    buffer line = {0};
    buffer_printf(&line, "%s repro %s", program_name, c->id);
    if (c->profile != PRODUCER_NONE)
        buffer_printf(&line, " --profile %s", profile_text(c->profile));
    if (r->options->vectors)
        buffer_printf(&line, " --vectors %s", r->options->vectors);
    buffer_puts(&line, " | ");
    if (r->options->argv)
        shell_quote(r->options->argv, &line);
    else
        buffer_printf(&line, "%s testee", program_name);
    return buffer_take(&line);
}

/* ---- the pool's client ---- */

static void ask(void *ctx, size_t item, const hello *h, buffer *out) {
    const run *r = ctx;
    check_request(&r->checks.items[item], h, out);
}

static void explain_with(run *r, size_t item, const reply *p, result *to) {
    const check *c = &r->checks.items[item];
    buffer detail = {0};
    free(to->detail);
    free(to->repro);
    to->detail = to->repro = NULL;
    if (!outcome_is_bad(to->outcome) || r->explained >= EXPLAINED)
        return;
    r->explained++;
    judge_explain(c, &r->pool.hello, p, &detail);
    to->detail = buffer_take(&detail);
    to->repro = repro_line(r, c);
}

static void judge_item(void *ctx, size_t item, const hello *h, const reply *p,
                       result *to) {
    run *r = ctx;
    judge_reply(&r->checks.items[item], h, &r->options->judging, p, to);
    explain_with(r, item, p, to);
}

static void explain_item(void *ctx, size_t item, result *to) {
    explain_with(ctx, item, NULL, to);
}

static bool expects_item(void *ctx, size_t item, const result *from) {
    const run *r = ctx;
    const expect_line *l =
        r->has_expectations
            ? expect_find(&r->expectations, from->id,
                          r->checks.items[item].c->id, from->profile)
            : NULL;
    return l && l->outcomes >> from->outcome & 1;
}

static void show_progress(run *r) {
    double now = spawn_clock_ms();
    if (!r->show_progress || now - r->progress_at < PROGRESS_MS)
        return;
    r->progress_at = now;
    fprintf(stderr, "\r%zu of %zu, %zu not as expected ", r->settled,
            r->item_count + r->scenarios.count, r->unexpected);
    fflush(stderr);
}

static void end_progress(const run *r) {
    if (r->show_progress && r->progress_at > 0)
        fprintf(stderr, "\r%60s\r", "");
}

/* Whether the report is written as results come in. A new expectation file
 * changes what they mean, so then it has to wait. */
static bool streams_json(const run *r) {
    return r->options->files.json && !r->options->baseline &&
           !r->options->update_expect;
}

/* What to do to the expectation file about a result. */
static void add_advice(const run *r, const char *case_id, result *item) {
    buffer detail = {0};
    buffer_puts(&detail, item->detail ? item->detail : "");
    buffer_puts(&detail, "  expectations: ");
    expect_advice(&r->expectations, case_id, item, &detail);
    buffer_putc(&detail, '\n');
    free(item->detail);
    item->detail = buffer_take(&detail);
}

size_t run_count(const run *r) {
    return r->checks.count + r->scenarios.count;
}

const char *run_case_id(const run *r, size_t number) {
    return number < r->checks.count
               ? r->checks.items[number].c->id
               : r->scenarios.items[number - r->checks.count].sc->id;
}

static void tell(run *r, size_t i) {
    result *item = &r->results.items[i];
    const char *case_id = run_case_id(r, i);
    r->told[i] = true;
    if (r->has_expectations) {
        expect_apply(&r->expectations, case_id, item);
        if (result_bucket(item) == BUCKET_FAILED)
            add_advice(r, case_id, item);
    }
    if (streams_json(r)) {
        buffer line = {0};
        jsonl_result(item, i, &line);
        outfile_write(&r->json, line.data, line.len);
        outfile_flush(&r->json);
        buffer_free(&line);
    }
}

bool run_settle(run *r, size_t number) {
    tell(r, number);
    r->settled++;
    bool unexpected = result_bucket(&r->results.items[number]) == BUCKET_FAILED;
    r->unexpected += unexpected;
    show_progress(r);
    return unexpected;
}

static bool settle_item(void *ctx, size_t item, const result *from) {
    (void)from; /* it is in r->results */
    return run_settle(ctx, item);
}

/* ---- before ---- */

static int no_profile(const run *r, const char *name) {
    buffer listed = {0};
    const strings *p = &r->pool.hello.profiles;
    for (size_t i = 0; i < p->count; i++)
        buffer_printf(&listed, "%s%s", i ? ", " : "", p->items[i]);
    complain("no profile %s: the testee lists %s", name,
             listed.len ? listed.data
                        : "none, and recorded are c3.8 to py3.15");
    buffer_free(&listed);
    return EXIT_USAGE;
}

static bool lists_profile(const hello *h, const char *name) {
    for (size_t i = 0; i < h->profiles.count; i++) {
        if (strcmp(h->profiles.items[i], name) == 0)
            return true;
    }
    return h->profiles.count == 0;
}

/* Which producers the testee is held to. Returns -1 or an exit code. */
static int choose_profiles(const run *r, int profiles[64], size_t *count) {
    const hello *h = &r->pool.hello;
    const char *asked = r->options->profile;
    *count = 0;
    if (!asked || strcmp(asked, "all") == 0) {
        for (size_t i = 0; i < h->profiles.count && *count < 64; i++) {
            int p = producer_parse(h->profiles.items[i]);
            if (p != PRODUCER_NONE && (asked || *count == 0))
                profiles[(*count)++] = p;
        }
        return -1;
    }
    while (*asked && *count < 64) {
        char name[32] = "";
        size_t len = strcspn(asked, ",");
        memcpy(name, asked, len < sizeof name ? len : sizeof name - 1);
        int p = producer_parse(name);
        if (p == PRODUCER_NONE || !lists_profile(h, name))
            return no_profile(r, name);
        profiles[(*count)++] = p;
        asked += len + (asked[len] == ',');
    }
    return -1;
}

static void fill_info(run *r) {
    run_info *info = &r->results.info;
    buffer command = {0};
    if (r->options->argv)
        shell_quote(r->options->argv, &command);
    const selection *s = &r->options->selection;
    info->name = must_copy(r->pool.hello.name);
    info->version = must_copy(r->pool.hello.version);
    info->hello = must_copy(r->pool.hello.line);
    info->command = buffer_take(&command);
    info->profile = must_copy(r->options->profile ? r->options->profile : "");
    info->shard = must_copy(s->shard ? s->shard : "");
}

/* A result for each check; those that can be asked go to items. */
static void make_results(run *r) {
    size_t count = r->checks.count;
    buffer why = {0};
    r->told = must_calloc(run_count(r), sizeof *r->told);
    r->items = must_calloc(count, sizeof *r->items);
    for (size_t i = 0; i < count; i++) {
        const check *c = &r->checks.items[i];
        result *item = results_add(&r->results);
        item->id = c->id;
        item->profile = profile_text(c->profile);
        outcome o = check_applies(c, &r->pool.hello, &why);
        item->outcome = o == OUTCOME_PASS ? OUTCOME_NOTRUN : o;
        if (o == OUTCOME_PASS)
            r->items[r->item_count++] = i;
        else
            item->reason = must_copy(buffer_text(&why));
        buffer_clear(&why);
    }
    buffer_free(&why);
}

static int prepare(run *r) {
    int profiles[64];
    size_t count = 0;
    selection *s = (selection *)&r->options->selection;
    int code = choose_profiles(r, profiles, &count);
    if (code < 0)
        code = run_load_expectations(r);
    if (code >= 0)
        return code;
    checks_make(&r->checks, &r->vectors, s, profiles, count);
    code = scenario_part_prepare(&r->scenarios, r);
    if (code < 0)
        code = selection_verify(s, run_count(r));
    if (code >= 0)
        return code;
    fill_info(r);
    make_results(r);
    scenario_part_results(&r->scenarios, r);
    if (streams_json(r)) {
        buffer line = {0};
        if (!outfile_open(&r->json, r->options->files.json))
            return EXIT_USAGE;
        jsonl_header(&r->results.info, &line);
        outfile_write(&r->json, line.data, line.len);
        buffer_free(&line);
    }
    return -1;
}

/* ---- after ---- */

static void add_session_results(run *r, const char *text) {
    size_t number = r->results.count - run_count(r);
    for (const char *line = text; *line;) {
        size_t len = strcspn(line, "\n");
        buffer id = {0};
        buffer_printf(&id, "session/%zu", ++number);
        result *item = results_add(&r->results);
        item->id = results_keep(&r->results, id.data);
        item->outcome = OUTCOME_FAIL;
        item->reason = must_copy_len(line, len);
        buffer_free(&id);
        line += len + (line[len] == '\n');
    }
}

static void tell_rest(run *r) {
    const char *why = r->pool.broken.len    ? "the testee was given up"
                      : spawn_interrupted() ? "interrupted"
                                            : "stopped after enough failures";
    bool complete = true;
    for (size_t i = 0; i < run_count(r); i++) {
        result *item = &r->results.items[i];
        if (r->told[i])
            continue;
        if (item->outcome == OUTCOME_NOTRUN) {
            item->reason = must_copy(why);
            complete = false;
        }
        tell(r, i);
    }
    r->results.info.complete = complete;
}

static bool finish_json(run *r) {
    if (!r->options->files.json)
        return true;
    if (!streams_json(r))
        return report_json_save(r->options->files.json, &r->results);
    summary s;
    buffer line = {0};
    results_count(&r->results, &s);
    for (size_t i = run_count(r); i < r->results.count; i++)
        jsonl_result(&r->results.items[i], i, &line);
    jsonl_footer(&r->results.info, &s, &line);
    outfile_write(&r->json, line.data, line.len);
    buffer_free(&line);
    return outfile_close(&r->json);
}

static void note_noise(const run *r) {
    const pool *p = &r->pool;
    if (p->noise)
        complain("note: %zu lines of the testee were no replies, the first: "
                 "%.60s",
                 p->noise, p->first_noise);
    if (r->vectors.unknown.len)
        complain("note: this runner cannot check the topics %s; use one as new "
                 "as the vectors",
                 r->vectors.unknown.data);
    if (p->left_processes)
        complain("note: the testee left processes of its own behind; they were "
                 "ended");
}

static void print_text(const run *r) {
    bool to_stderr = false;
    buffer text = {0};
    report_files_check(&r->options->files, &to_stderr);
    text_write(&r->results, &r->options->text, &text);
    fwrite(text.data, 1, text.len, to_stderr ? stderr : stdout);
    buffer_free(&text);
}

static int finish(run *r) {
    summary s;
    add_session_results(r, buffer_text(&r->pool.session));
    add_session_results(r, buffer_text(&r->scenarios.session));
    tell_rest(r);
    r->results.info.seconds = (spawn_clock_ms() - r->started) / 1e3;
    bool good = true;
    bool renew = r->options->update_expect || r->options->baseline;
    if (renew && !r->pool.broken.len && !spawn_interrupted())
        good = run_renew_expectations(r);
    if (r->has_expectations)
        expect_finish(&r->expectations,
                      selection_is_all(&r->options->selection) &&
                          r->results.info.complete,
                      &r->results);
    good = finish_json(r) && good;
    good = report_files_save(&r->options->files, &r->results) && good;
    note_noise(r);
    if (r->pool.broken.len)
        complain("gave the testee up: %s", r->pool.broken.data);
    print_text(r);
    results_count(&r->results, &s);
    if (!good || r->pool.broken.len || spawn_interrupted())
        return EXIT_NOT_RUN;
    int code = summary_exit_code(&s);
    if (code == EXIT_NOTHING)
        complain("nothing could be checked: see what was skipped and why");
    return code;
}

int run_execute(run *r) {
    int code = prepare(r);
    if (code >= 0)
        return code;
    pool_client client = {
        r, ask, judge_item, explain_item, expects_item, settle_item};
    pool_run(&r->pool, &client, r->items, r->item_count, r->results.items);
    pool_finish(&r->pool);
    if (!r->pool.broken.len)
        scenario_part_run(r);
    end_progress(r);
    return finish(r);
}
