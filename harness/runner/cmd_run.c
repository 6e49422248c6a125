/* cmd_run.c  pickleproof run: the options, and what they stand for. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "command.h"
#include "message.h"
#include "run.h"

enum { JOBS_MAX = 64 };

static const char about[] =
    "Starts the testee (with none: the built-in C implementation), asks it "
    "what "
    "the\n"
    "vectors ask, and compares its answers with what CPython did. Prints one "
    "line a\n"
    "topic and closes with \"pickleproof: N passed, N failed, N skipped\".\n"
    "\n"
    "Exit codes: 0 as expected, 1 not as expected, 2 usage or bad file, 3 "
    "could "
    "not\n"
    "run, 4 nothing was selected or nothing could be checked.";

static const char examples[] =
    "  pickleproof run\n"
    "  pickleproof run --run 'encode/int/**' --profile all\n"
    "  pickleproof run --baseline expect.txt -- python3 mine.py\n"
    "  pickleproof run --expect expect.txt --junit report.xml -- ./mine\n"
    "  pickleproof run --shard 1/4 --json shard1.jsonl -- ./mine\n"
    "  pickleproof run --peer python3.12 --run 'scenarios/**'\n";

/* clang-format off */
static int read_options(run_options *o, int argc, char **argv) {
    const option table[] = {
        {"vectors", 0, OPTION_TEXT, &o->vectors, "DIR",
         "the vectors (default: those of this build)"},
        {"scenarios", 0, OPTION_TEXT, &o->scenarios, "DIR",
         "the scenarios (default: those of this build)"},
        {"peer", 0, OPTION_LIST, &o->peers, "COMMAND",
         "who else takes part in scenarios; an interpreter\n"
         "alone (python3.12) gets our peer; may be repeated"},
        {"control", 0, OPTION_TEXT, &o->control, "WHICH",
         "pairs of peers alone: all, same (each with itself)\n"
         "or none (default: all)"},
        SELECTION_OPTIONS(o->selection),
        {"profile", 'p', OPTION_TEXT, &o->profile, "P,...",
         "hold the testee to this recorded producer, or to\n"
         "all it lists (default: the first it lists)"},
        {"jobs", 'j', OPTION_NUMBER, &o->jobs, "N",
         "processes of the testee (default: processors)"},
        {"expect", 0, OPTION_TEXT, &o->expect, "FILE",
         "what is known to fail; both sides are checked"},
        {"update-expect", 0, OPTION_FLAG, &o->update_expect, NULL,
         "bring that file up to date"},
        {"baseline", 0, OPTION_TEXT, &o->baseline, "FILE",
         "write a new such file with all that fails"},
        {"timeout", 0, OPTION_SECONDS, &o->timeout, "SECONDS",
         "for one answer (default: 5; in scenarios 30)"},
        {"startup", 0, OPTION_SECONDS, &o->startup, "SECONDS",
         "for the hello (default: 30)"},
        {"isolate", 0, OPTION_FLAG, &o->isolate, NULL,
         "a process for each check"},
        {"max-failures", 0, OPTION_NUMBER, &o->stop_after, "N",
         "stop when N have failed unexpectedly"},
        {"strict-errors", 0, OPTION_FLAG, &o->judging.strict_errors, NULL,
         "compare the exception's class for every testee"},
        REPORT_OPTIONS(o->files),
        {"show", 0, OPTION_NUMBER, &o->text.shown, "N",
         "failures told in full (default: 20; 0: all)"},
        {"quiet", 'q', OPTION_FLAG, &o->text.quiet, NULL, "counts only"},
        {"verbose", 'v', OPTION_FLAG, &o->text.verbose, NULL,
         "a line for each check that did not pass, or did"},
        {"no-color", 0, OPTION_FLAG, &o->no_color, NULL, "no colours"},
    };
    const usage u = {"run", "[options] [-- TESTEE ARGS...]", about, examples,
                     table, OPTION_COUNT(table)};
    arguments args;
    int code = options_read(&u, argc, argv, &args);
    if (code < 0 && args.plain.count)
        code = options_refuse(&u, "the testee's command goes after --");
    if (code < 0 && args.rest && !args.rest[0])
        code = options_refuse(&u, "there is no command after --");
    o->argv = args.rest;
    strings_free(&args.plain);
    return code;
}
/* clang-format on */

static int refuse(const char *what) {
    complain("%s; see pickleproof run --help", what);
    return EXIT_USAGE;
}

static int check_options(run_options *o) {
    bool uses_stdout;
    if (!report_files_check(&o->files, &uses_stdout))
        return EXIT_USAGE;
    if (o->update_expect && !o->expect)
        return refuse("--update-expect goes with --expect FILE");
    if (o->baseline && o->expect)
        return refuse("--baseline makes a new file, --expect reads one");
    if (o->baseline && access(o->baseline, F_OK) == 0)
        return refuse("the file of --baseline is there already: use --expect "
                      "FILE --update-expect");
    if (!controls_parse(o->control, &o->controls))
        return refuse("--control is all, same or none");
    if (o->jobs == 0)
        o->jobs = spawn_cores();
    if (o->jobs > JOBS_MAX)
        o->jobs = JOBS_MAX;
    return selection_prepare(&o->selection);
}

static int load(run *r) {
    buffer why = {0};
    char *folder = vectors_folder(r->options->vectors, &why);
    bool loaded =
        folder && vectors_load(&r->vectors, folder, selection_wants_file,
                               (void *)&r->options->selection, &why);
    if (!loaded)
        complain("%s", why.data);
    free(folder);
    buffer_free(&why);
    return loaded ? scenario_part_load(&r->scenarios, r->options->scenarios,
                                       (selection *)&r->options->selection)
                  : EXIT_USAGE;
}

static int execute(run *r) {
    /* The testee starts while the vectors are read. */
    char *self = spawn_own_path();
    char *own[] = {self, "testee", NULL};
    const run_options *o = r->options;
    pool_options p = {.argv = o->argv ? o->argv : own,
                      .jobs = o->jobs,
                      .timeout_ms = (o->timeout ? o->timeout : 5) * 1e3,
                      .startup_ms = o->startup * 1e3,
                      .isolate = o->isolate,
                      .stop_after = (size_t)o->stop_after};
    int code = EXIT_NOT_RUN;
    spawn_catch_signals();
    if (pool_start(&r->pool, &p)) {
        code = load(r);
        if (code < 0)
            code = pool_greet(&r->pool) ? -1 : EXIT_NOT_RUN;
        if (code < 0) {
            r->around.hello = &r->pool.hello;
            spawn_system(r->around.system, r->around.machine);
            code = run_execute(r);
        }
    }
    pool_free(&r->pool);
    free(self);
    return code;
}

static void run_free(run *r) {
    outfile_drop(&r->json);
    results_free(&r->results);
    checks_free(&r->checks);
    scenario_part_free(&r->scenarios);
    vectors_free(&r->vectors);
    expect_free(&r->expectations);
    free(r->told);
    free(r->items);
}

int command_run(int argc, char **argv) {
    run_options o = {.startup = 30, .text.shown = 20};
    run r = {.options = &o, .started = spawn_clock_ms()};
    int code = read_options(&o, argc, argv);
    if (code < 0)
        code = check_options(&o);
    if (code < 0) {
        r.show_progress = spawn_is_terminal(stderr) && !o.text.quiet;
        o.text.color =
            spawn_is_terminal(stdout) && !o.no_color && !getenv("NO_COLOR");
        code = close_output(execute(&r));
    }
    run_free(&r);
    selection_free(&o.selection);
    strings_free(&o.peers);
    return code;
}
