/* cmd_list.c  pickleproof list: ids, topics, flags. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "command.h"
#include "lookup.h"
#include "message.h"

typedef struct list_options {
    selection selection;
    const char *vectors;
    const char *scenarios;
    bool checks;
    bool topics;
    bool flags;
    bool python;
} list_options;

/* clang-format off */
static int read_options(list_options *o, int argc, char **argv) {
    const option table[] = {
        {"vectors", 0, OPTION_TEXT, &o->vectors, "DIR",
         "the vectors (default: those of this build)"},
        {"scenarios", 0, OPTION_TEXT, &o->scenarios, "DIR",
         "the scenarios (default: those of this build)"},
        SELECTION_OPTIONS(o->selection),
        {"checks", 'c', OPTION_FLAG, &o->checks, NULL,
         "ids of checks: an encode case has one a protocol"},
        {"python", 0, OPTION_FLAG, &o->python, NULL,
         "the Python expression after each id, of a\n"
         "scenario what it is about"},
        {"topics", 0, OPTION_FLAG, &o->topics, NULL,
         "the topics and how many cases each has"},
        {"flags", 0, OPTION_FLAG, &o->flags, NULL,
         "the flags and what breaks where one fails"},
    };
    static const char about[] =
        "Lists the ids of cases, one a line, for people and for other programs.";
    static const char examples[] =
        "  pickleproof list --run 'decode/**'\n"
        "  pickleproof list --flag LONG1 --python\n"
        "  pickleproof list --topics\n";
    const usage u = {"list", "[options]", about, examples, table,
                     OPTION_COUNT(table)};
    arguments args;
    int code = options_read(&u, argc, argv, &args);
    if (code < 0 && (args.plain.count || args.rest))
        code = options_refuse(&u, "patterns go after --run");
    strings_free(&args.plain);
    return code;
}
/* clang-format on */

static size_t list_case(list_options *o, const vector_case *c) {
    question q = topic_question(c->file->topic);
    bool wanted = false;
    for (int v = 0; v < VARIANTS && variant_key(q, v); v++) {
        buffer id = {0};
        if (!c->forms[v].count)
            continue;
        buffer_puts(&id, c->id);
        variant_suffix(q, v, &id);
        if (selection_wants(&o->selection, c, id.data)) {
            wanted = true;
            if (o->checks)
                printf("%s\n", id.data);
        }
        buffer_free(&id);
    }
    if (!wanted)
        return 0;
    if (!o->checks && !o->topics && !o->flags) {
        printf("%s", c->id);
        if (o->python)
            printf("\t%s", case_python(c));
        printf("\n");
    }
    return 1;
}

static size_t list_cases(list_options *o, const vectors *v) {
    size_t total = 0;
    size_t counts[TOPIC_COUNT] = {0};
    for (size_t f = 0; f < v->file_count; f++) {
        for (size_t i = 0; i < v->files[f].case_count; i++)
            counts[v->files[f].topic] += list_case(o, &v->files[f].cases[i]);
    }
    for (int t = 0; t < TOPIC_COUNT; t++) {
        total += counts[t];
        if (o->topics && counts[t])
            printf("%s %zu\n", topic_name((topic)t), counts[t]);
    }
    return total;
}

static bool wants_file(void *ctx, const char *name) {
    return selection_wants_folder(ctx, "scenarios", name);
}

/* Which pairs run them is known only when there are peers. */
static int list_scenarios(list_options *o, size_t *total) {
    scenarios all = {0};
    buffer why = {0};
    char *folder = scenarios_folder(o->scenarios);
    size_t count = 0;
    bool good = !folder ||
                scenarios_load(&all, folder, wants_file, &o->selection, &why);
    if (!good)
        complain("%s", buffer_text(&why));
    for (size_t i = 0; good && i < all.count; i++) {
        const scenario *sc = &all.items[i];
        if (!selection_wants_id(&o->selection, "scenarios", sc->id, sc->id))
            continue;
        count++;
        if (!o->topics && !o->flags)
            printf("%s%s%s\n", sc->id, o->python ? "\t" : "",
                   o->python ? sc->about : "");
    }
    if (o->topics && count)
        printf("scenarios %zu\n", count);
    *total += count;
    scenarios_free(&all);
    buffer_free(&why);
    free(folder);
    return good ? -1 : EXIT_USAGE;
}

/* A flag may stand in several files; its words are the same in all. */
static void list_flags(const vectors *v) {
    json_t *seen = json_object();
    for (size_t f = 0; f < v->file_count; f++) {
        const char *flag;
        json_t *about;
        json_object_foreach(json_object_get(v->files[f].json, "flags"), flag,
                            about) {
            const char *effect =
                json_string_value(json_object_get(about, "effect"));
            if (json_object_get(seen, flag))
                continue;
            json_object_set(seen, flag, about);
            printf("%s: %s\n", flag, effect ? effect : "");
        }
    }
    json_decref(seen);
}

int command_list(int argc, char **argv) {
    list_options o = {0};
    vectors v = {0};
    int code = read_options(&o, argc, argv);
    if (code < 0)
        code = selection_prepare(&o.selection);
    if (code < 0)
        code =
            lookup_vectors(&v, o.vectors, selection_wants_file, &o.selection);
    if (code < 0) {
        size_t count = list_cases(&o, &v);
        code = list_scenarios(&o, &count);
        if (o.flags)
            list_flags(&v);
        if (code < 0)
            code = selection_verify(&o.selection, count);
        code = close_output(code < 0 ? EXIT_AS_EXPECTED : code);
    }
    vectors_free(&v);
    selection_free(&o.selection);
    return code;
}
