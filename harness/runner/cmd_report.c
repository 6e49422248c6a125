/* cmd_report.c  pickleproof report and merge: from JSON Lines to all else. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "jsonl.h"
#include "message.h"
#include "report.h"
#include "spawn.h"

typedef struct output {
    report_files files;
    text_options text;
    bool no_color;
} output;

/* clang-format off */
#define OUTPUT_OPTIONS(o)                                                      \
    REPORT_OPTIONS((o).files),                                                 \
    {"show", 0, OPTION_NUMBER, &(o).text.shown, "N",                           \
     "failures told in full (default: 20; 0: all)"},                           \
    {"quiet", 'q', OPTION_FLAG, &(o).text.quiet, NULL, "counts only"},         \
    {"verbose", 'v', OPTION_FLAG, &(o).text.verbose, NULL,                     \
     "a line for each result"},                                                \
    {"no-color", 0, OPTION_FLAG, &(o).no_color, NULL, "no colours"}
/* clang-format on */

/* Write what was asked for, then the text; the exit code says how it went. */
static int write_out(output *o, const results *r) {
    summary s;
    bool to_stderr = false;
    buffer text = {0};
    if (!report_files_check(&o->files, &to_stderr))
        return EXIT_USAGE;
    o->text.color =
        spawn_is_terminal(stdout) && !o->no_color && !getenv("NO_COLOR");
    bool good = report_files_save(&o->files, r);
    good = report_json_save(o->files.json, r) && good;
    text_write(r, &o->text, &text);
    fwrite(text.data, 1, text.len, to_stderr ? stderr : stdout);
    buffer_free(&text);
    results_count(r, &s);
    int code = summary_exit_code(&s);
    if (!good || !r->info.complete)
        code = EXIT_NOT_RUN;
    return close_output(code);
}

static bool read_report(results *r, const char *path) {
    buffer why = {0};
    bool good = jsonl_read(r, path, &why);
    if (!good)
        complain("%s", why.data);
    buffer_free(&why);
    return good;
}

int command_report(int argc, char **argv) {
    output o = {.text.shown = 20};
    const option table[] = {OUTPUT_OPTIONS(o)};
    const usage u = {
        "report",
        "[options] FILE",
        "Makes other reports of one that pickleproof run --json wrote.",
        "  pickleproof report --junit report.xml run.jsonl\n"
        "  pickleproof report --md - run.jsonl >> \"$GITHUB_STEP_SUMMARY\"\n",
        table,
        OPTION_COUNT(table)};
    arguments args;
    results r = {0};
    int code = options_read(&u, argc, argv, &args);
    if (code < 0 && args.plain.count != 1)
        code = options_refuse(&u, "give one file");
    if (code < 0)
        code = read_report(&r, args.plain.items[0]) ? -1 : EXIT_USAGE;
    if (code < 0) {
        code = write_out(&o, &r);
        if (!r.info.complete)
            complain("%s is of a run that did not come to its end",
                     args.plain.items[0]);
    }
    results_free(&r);
    strings_free(&args.plain);
    return code;
}

/* ---- merge ---- */

static bool same_text(const char *a, const char *b) {
    return strcmp(a ? a : "", b ? b : "") == 0;
}

/* Move the results of `from` to the end of `to`. */
static void append(results *to, results *from) {
    for (size_t i = 0; i < from->count; i++) {
        result *item = results_add(to);
        *item = from->items[i];
        from->items[i] = (result){0};
    }
    for (size_t i = 0; i < from->pool.count; i++)
        strings_add(&to->pool, from->pool.items[i]);
    from->pool.count = 0;
    to->info.complete = to->info.complete && from->info.complete;
    to->info.seconds += from->info.seconds;
}

/* Which shards are there: a bit each. */
typedef struct shards {
    int count;
    bool *seen;
} shards;

static bool note_shard(shards *s, const char *path, const char *text) {
    int index = 0, count = 0;
    if (sscanf(text, "%d/%d", &index, &count) != 2 || index < 1 ||
        index > count || count > 100000) {
        complain("%s is not of a shard; run it with --shard I/N", path);
        return false;
    }
    if (!s->seen) {
        s->count = count;
        s->seen = must_calloc((size_t)count, sizeof *s->seen);
    }
    if (count != s->count) {
        complain("%s is shard %s, the others are of %d", path, text, s->count);
        return false;
    }
    if (s->seen[index - 1]) {
        complain("%s: shard %s is there twice", path, text);
        return false;
    }
    s->seen[index - 1] = true;
    return true;
}

/* -1, or an exit code after a message. */
static int add_report(results *all, shards *s, const char *path) {
    results one = {0};
    int code = -1;
    if (!read_report(&one, path)) {
        code = EXIT_USAGE;
    } else if (!note_shard(s, path, one.info.shard)) {
        code = EXIT_USAGE;
    } else if (!all->info.hello) {
        *all = one;
        return -1;
    } else if (!same_text(all->info.hello, one.info.hello) ||
               !same_text(all->info.profile, one.info.profile)) {
        complain("%s is of another testee or profile than the first", path);
        code = EXIT_USAGE;
    } else {
        append(all, &one);
    }
    results_free(&one);
    return code;
}

static int missing_shard(const shards *s) {
    for (int i = 0; i < s->count; i++) {
        if (!s->seen[i]) {
            complain("shard %d/%d is missing; give the reports of all shards",
                     i + 1, s->count);
            return EXIT_NOT_RUN;
        }
    }
    return -1;
}

int command_merge(int argc, char **argv) {
    output o = {.text.shown = 20};
    const option table[] = {OUTPUT_OPTIONS(o)};
    const usage u = {
        "merge",
        "[options] FILE...",
        "Joins the JSON Lines reports of all shards of one run; a missing "
        "shard "
        "is an\nerror.",
        "  pickleproof merge --json all.jsonl shard1.jsonl shard2.jsonl\n",
        table,
        OPTION_COUNT(table)};
    arguments args;
    results all = {0};
    shards s = {0};
    int code = options_read(&u, argc, argv, &args);
    if (code < 0 && args.plain.count == 0)
        code = options_refuse(&u, "give the reports of the shards");
    for (size_t i = 0; code < 0 && i < args.plain.count; i++)
        code = add_report(&all, &s, args.plain.items[i]);
    if (code < 0)
        code = missing_shard(&s);
    if (code < 0) {
        free(all.info.shard);
        all.info.shard = must_copy("");
        code = write_out(&o, &all);
    }
    results_free(&all);
    free(s.seen);
    strings_free(&args.plain);
    return code;
}
