/* cmd_fuzz.c  pickleproof fuzz: two testees, one question, two answers. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "fuzz_run.h"
#include "message.h"
#include "options.h"
#include "scenario.h"
#include "scenario_pairs.h"

typedef struct words {
    const char *a, *b, *seed, *cases, *vectors, *rules;
    double seconds, timeout;
} words;

static const char about[] =
    "Makes cases from a seed (graphs of objects, pickles opcode by opcode, "
    "changes of\n"
    "the recorded inputs), puts each to two testees and compares what they "
    "accept,\n"
    "the value, the exception, the bytes used, and what they write. Each "
    "difference\n"
    "is made as small as it gets. A TESTEE is a command; an interpreter alone "
    "gets\n"
    "our testee; none is the built-in C implementation. Closes with \"fuzz: N "
    "cases,\n"
    "N findings, N known\".\n"
    "\n"
    "Exit codes: 0 nothing found, 1 findings, 2 usage or bad file, 3 could not "
    "run.";

static const char examples[] =
    "  pickleproof fuzz --seconds 60\n"
    "  pickleproof fuzz --b python3.13 --seed 7 --save finds\n"
    "  pickleproof fuzz --b 'pypy3 harness/testees/python/testee.py' --cases "
    "10000\n"
    "  pickleproof fuzz --a ./mine --b python3 --rules known.txt\n"
    "  ./mine < finds/value-0123abcd.txt\n";

/* clang-format off */
static int read_options(fuzz_options *o, words *w, int argc, char **argv) {
    const option table[] = {
        {"a", 0, OPTION_TEXT, &w->a, "TESTEE",
         "the one that is examined (default: the built-in)"},
        {"b", 0, OPTION_TEXT, &w->b, "TESTEE",
         "the one it is held to (default: python3)"},
        {"profile", 'p', OPTION_TEXT, &o->profile, "P",
         "what both are to behave as (default: the first of\n"
         "B's profiles that A has, too)"},
        {"seconds", 0, OPTION_SECONDS, &w->seconds, "SECONDS",
         "how long (default: 60, with --cases without end)"},
        {"cases", 0, OPTION_TEXT, &w->cases, "N", "how many cases"},
        {"seed", 0, OPTION_TEXT, &w->seed, "S",
         "another number, other cases (default: 1)"},
        {"save", 0, OPTION_TEXT, &o->save, "DIR",
         "keep each finding there, as lines to pipe into a\n"
         "testee and as a pickle"},
        {"rules", 0, OPTION_TEXT, &w->rules, "FILE",
         "known differences (default: those of this build)"},
        {"vectors", 0, OPTION_TEXT, &w->vectors, "DIR",
         "the inputs to change (default: those of this build)"},
        {"timeout", 0, OPTION_SECONDS, &w->timeout, "SECONDS",
         "for one answer (default: 10)"},
        {"quiet", 'q', OPTION_FLAG, &o->quiet, NULL,
         "findings and the closing line only"},
    };
    const usage u = {"fuzz", "[options]", about, examples, table,
                     OPTION_COUNT(table)};
    arguments args;
    int code = options_read(&u, argc, argv, &args);
    if (code < 0 && (args.plain.count || args.rest))
        code = options_refuse(&u, "a testee is given with --a or --b");
    strings_free(&args.plain);
    return code;
}
/* clang-format on */

static bool to_u64(const char *text, uint64_t *to) {
    char *end;
    errno = 0;
    if (!text)
        return true;
    *to = strtoull(text, &end, 10);
    if (!errno && *end == '\0' && end != text && text[0] != '-')
        return true;
    complain("not a number in its range: %s; see pickleproof fuzz --help",
             text);
    return false;
}

static bool read_numbers(fuzz_options *o, const words *w) {
    o->seed = 1;
    if (!to_u64(w->seed, &o->seed) || !to_u64(w->cases, &o->cases))
        return false;
    if (w->cases && !o->cases) {
        complain("--cases 0 asks nothing; see pickleproof fuzz --help");
        return false;
    }
    o->seconds = w->seconds > 0 ? w->seconds : o->cases ? 0 : 60;
    return true;
}

/* ---- testees ---- */

/* The words of a command. An interpreter alone comes back with our peer of
 * scenarios, in whose place the testee goes. */
static bool parse_testee(peer_spec *spec, const char *command, buffer *why) {
    if (!peer_spec_parse(spec, command, why))
        return false;
    char *folder = folder_beside("testees/python");
    if (spec->argc == 2 && folder &&
        strncmp(spec->argv[1], folder, strlen(folder)) == 0) {
        buffer path = {0};
        buffer_printf(&path, "%s/testee.py", folder);
        free(spec->argv[1]);
        spec->argv[1] = buffer_take(&path);
    }
    free(folder);
    return true;
}

static void spec_free(peer_spec *spec) {
    for (size_t i = 0; i < spec->argc; i++)
        free(spec->argv[i]);
    free(spec->argv);
}

static bool lists(const hello *h, const char *profile) {
    for (size_t i = 0; i < h->profiles.count; i++) {
        if (strcmp(h->profiles.items[i], profile) == 0)
            return true;
    }
    return false;
}

/* What both are told to be. One without profiles is told nothing. */
static int choose_profile(fuzz_run *r) {
    const hello *a = &r->sides[0].hello, *b = &r->sides[1].hello;
    for (size_t i = 0; !r->options.profile && i < b->profiles.count; i++) {
        if (!a->profiles.count || lists(a, b->profiles.items[i]))
            r->options.profile = b->profiles.items[i];
    }
    if (!r->options.profile && !b->profiles.count && a->profiles.count)
        r->options.profile = a->profiles.items[0];
    for (size_t i = 0; i < 2 && r->options.profile; i++) {
        const hello *h = i ? b : a;
        if (!h->profiles.count)
            continue;
        if (!lists(h, r->options.profile)) {
            complain("%s has no profile %s", h->name, r->options.profile);
            return EXIT_USAGE;
        }
        r->sides[i].profile = r->options.profile;
    }
    return -1;
}

/* ---- the run ---- */

static int load_rules(fuzz_run *r, const char *given) {
    buffer why = {0}, path = {0};
    char *folder = given ? NULL : folder_beside("expected");
    if (given)
        buffer_puts(&path, given);
    else if (folder)
        buffer_printf(&path, "%s/fuzz.txt", folder);
    bool good = !path.len || fuzz_rules_load(&r->rules, path.data, &why);
    if (!good)
        complain("%s", buffer_text(&why));
    r->rules.path = NULL;
    free(folder);
    buffer_free(&path);
    buffer_free(&why);
    return good ? -1 : EXIT_USAGE;
}

static int execute(fuzz_run *r, const words *w) {
    int code = load_rules(r, w->rules);
    if (code < 0)
        code = fuzz_seeds_load(&r->seeds, w->vectors);
    if (code < 0 && !fuzz_sides_start(r->sides, 30e3))
        code = EXIT_NOT_RUN;
    if (code < 0)
        code = choose_profile(r);
    if (code < 0) {
        bool good = fuzz_execute(r);
        fuzz_tell_end(r);
        code = !good            ? EXIT_NOT_RUN
               : r->found_count ? EXIT_NOT_AS_EXPECTED
                                : EXIT_AS_EXPECTED;
    }
    return code;
}

static void run_free(fuzz_run *r) {
    fuzz_sides_end(r->sides);
    fuzz_seeds_free(&r->seeds);
    fuzz_rules_free(&r->rules);
    for (size_t i = 0; i < r->found_count; i++)
        free(r->found[i].signature);
    free(r->found);
}

int command_fuzz(int argc, char **argv) {
    words w = {.b = "python3", .timeout = 10};
    fuzz_run r = {.shows_progress = spawn_is_terminal(stderr)};
    peer_spec specs[2] = {{0}, {0}};
    buffer why = {0};
    char *self = spawn_own_path();
    char *own[] = {self, "testee", NULL};
    int code = read_options(&r.options, &w, argc, argv);
    if (code < 0 && !read_numbers(&r.options, &w))
        code = EXIT_USAGE;
    const char *commands[2] = {w.a, w.b};
    for (size_t i = 0; code < 0 && i < 2; i++) {
        r.sides[i].argv = own;
        r.sides[i].timeout_ms = w.timeout * 1e3;
        if (!commands[i] || strcmp(commands[i], "c") == 0)
            continue;
        if (!parse_testee(&specs[i], commands[i], &why)) {
            complain("%s", why.data);
            code = EXIT_USAGE;
        }
        r.sides[i].argv = specs[i].argv;
    }
    if (code < 0) {
        spawn_catch_signals();
        r.shows_progress = r.shows_progress && !r.options.quiet;
        code = close_output(execute(&r, &w));
    }
    run_free(&r);
    spec_free(&specs[0]);
    spec_free(&specs[1]);
    buffer_free(&why);
    free(self);
    return code;
}
