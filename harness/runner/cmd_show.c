/* cmd_show.c  pickleproof show: a case for people. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "canon.h"
#include "command.h"
#include "disasm.h"
#include "lookup.h"
#include "message.h"
#include "options.h"
#include "producer.h"
#include "recipe.h"
#include "wire.h"

enum { SHOWN = 2000, LINES = 40 };

static void add_words(const char *title, const json_t *list, buffer *out) {
    if (!json_array_size(list))
        return;
    buffer_printf(out, "%s:", title);
    for (size_t i = 0; i < json_array_size(list); i++) {
        const char *word = json_string_value(json_array_get(list, i));
        buffer_printf(out, " %s", word ? word : "?");
    }
    buffer_putc(out, '\n');
}

static void add_flags(const vector_case *c, buffer *out) {
    const json_t *flags = json_object_get(c->json, "flags");
    const json_t *about = json_object_get(c->file->json, "flags");
    for (size_t i = 0; i < json_array_size(flags); i++) {
        const char *flag = json_string_value(json_array_get(flags, i));
        const char *effect = json_string_value(
            json_object_get(json_object_get(about, flag), "effect"));
        buffer_printf(out, "flag %s: %s\n", flag, effect ? effect : "");
    }
}

static void add_value(const char *indent, const json_t *value, buffer *out) {
    buffer text = {0};
    digest d;
    buffer_puts(out, indent);
    if (recipe_is_digest(value, &d))
        buffer_printf(out, "%zu characters of canonical text, sha256 %s", d.len,
                      d.sha256);
    else if (recipe_expand(value, &text))
        canon_print(text.data, text.len, SHOWN, out);
    buffer_putc(out, '\n');
    buffer_free(&text);
}

/* Lines that pickletools prints. */
static void add_text(const char *indent, const json_t *text, buffer *out) {
    buffer lines = {0};
    digest d;
    if (recipe_is_digest(text, &d))
        buffer_printf(out, "%s%zu bytes of text, sha256 %s\n", indent, d.len,
                      d.sha256);
    else if (recipe_expand(text, &lines))
        for (char *line = strtok(lines.data, "\n"); line;
             line = strtok(NULL, "\n"))
            buffer_printf(out, "%s%s\n", indent, line);
    buffer_free(&lines);
}

static void add_pickle(const char *indent, const json_t *bytes, buffer *out) {
    buffer hex = {0}, data = {0};
    digest d;
    if (recipe_is_digest(bytes, &d))
        buffer_printf(out, "%s%zu bytes, sha256 %s\n", indent, d.len, d.sha256);
    else if (recipe_expand(bytes, &hex) &&
             buffer_unhex(&data, hex.data, hex.len))
        disasm_print(buffer_text(&data), data.len, LINES, indent, out);
    buffer_free(&hex);
    buffer_free(&data);
}

static void add_form(const form *f, const json_t *made_by, bool several,
                     buffer *out) {
    add_words("  made by", made_by, out);
    if (f->error) {
        buffer_printf(out, "    raises %s", f->error);
        if (f->message)
            buffer_printf(out, ": %s", f->message);
        if (f->offset >= 0)
            buffer_printf(out, " (offset %lld)", (long long)f->offset);
        buffer_putc(out, '\n');
    }
    wire_print(f, "    ", out);
    if (f->text)
        add_text("    ", f->text, out);
    if (f->bytes) {
        if (several)
            add_value("    of ", f->value, out);
        add_pickle("    ", f->bytes, out);
        return;
    }
    for (size_t i = 0; i < json_array_size(f->values); i++)
        add_value("    ", json_array_get(f->values, i), out);
    if (f->value && !f->error)
        add_value("    ", f->value, out);
    if (f->used >= 0)
        buffer_printf(out, "    %lld bytes used\n", (long long)f->used);
}

static void add_forms(const form_list *list, const json_t *json, bool several,
                      buffer *out) {
    for (size_t i = 0; i < list->count; i++)
        add_form(&list->forms[i],
                 json_object_get(json_array_get(json, i), "made_by"), several,
                 out);
}

static void add_keys(const vector_case *c, buffer *out) {
    const char *key;
    json_t *value;
    json_object_foreach(json_object_get(c->json, "keys"), key, value)
        buffer_printf(out, "key %s=%s\n", key,
                      json_is_string(value) ? json_string_value(value) : "?");
}

static void add_values(const vector_case *c, buffer *out) {
    const json_t *values = json_object_get(c->json, "values");
    buffer_puts(out, "value:\n");
    for (size_t i = 0; i < json_array_size(values); i++)
        add_value("    ", json_array_get(values, i), out);
}

static void add_expectations(const vector_case *c, int variant, buffer *out) {
    const json_t *expect = json_object_get(c->json, "expect");
    question q = topic_question(c->file->topic);
    size_t values = json_array_size(json_object_get(c->json, "values"));
    for (int v = 0; v < VARIANTS && variant_key(q, v); v++) {
        const char *key = variant_key(q, v);
        if (!c->forms[v].count || (variant >= 0 && variant != v))
            continue;
        buffer_printf(out, "expected%s%s:\n",
                      q == QUESTION_DUMP ? " at protocol "
                      : q == QUESTION_DIS || q == QUESTION_WIRE ? " of "
                                                                : "",
                      key);
        add_forms(&c->forms[v], key[0] ? json_object_get(expect, key) : expect,
                  values > 1, out);
    }
}

/* Bytes of a connection are messages, all others a pickle. */
static void add_input(const vector_case *c, buffer *out) {
    buffer hex = {0};
    const json_t *in = json_object_get(c->json, "in");
    if (topic_question(c->file->topic) != QUESTION_WIRE)
        add_pickle("    ", in, out);
    else if (recipe_expand(in, &hex))
        wire_print_messages(buffer_text(&hex), "    ", out);
    buffer_free(&hex);
}

static void show(const vector_case *c, int variant, buffer *out) {
    const char *about = json_string_value(json_object_get(c->json, "about"));
    buffer_printf(out, "%s\n", c->id);
    if (about)
        buffer_printf(out, "%s\n", about);
    buffer_printf(out, "python: %s\n", case_python(c));
    add_flags(c, out);
    add_keys(c, out);
    add_words("needs", json_object_get(c->json, "caps"), out);
    if (topic_question(c->file->topic) == QUESTION_DUMP) {
        add_values(c, out);
    } else {
        buffer_puts(out, "input:\n");
        add_input(c, out);
    }
    add_expectations(c, variant, out);
}

int command_show(int argc, char **argv) {
    const char *folder = NULL, *acts = NULL;
    bool json = false;
    const option table[] = {
        {"vectors", 0, OPTION_TEXT, &folder, "DIR",
         "the vectors (default: those of this build)"},
        {"scenarios", 0, OPTION_TEXT, &acts, "DIR",
         "the scenarios (default: those of this build)"},
        {"json", 0, OPTION_FLAG, &json, NULL, "the case as it is recorded"}};
    const usage u = {
        "show",
        "[options] ID",
        "Shows what a case asks, what is expected of whom, and why it matters.",
        "  pickleproof show encode/int/plus-2\n"
        "  pickleproof show encode/int/plus-2/p0\n"
        "  pickleproof show scenarios/handles/fd-pipe-read-end\n",
        table,
        OPTION_COUNT(table)};
    arguments args;
    vectors v = {0};
    const vector_case *c = NULL;
    int variant = -1;
    int code = options_read(&u, argc, argv, &args);
    if (code < 0 && args.plain.count != 1)
        code = options_refuse(&u, "give one id");
    if (code < 0 && lookup_is_scenario(args.plain.items[0]))
        code = scenario_show(acts, args.plain.items[0]);
    if (code < 0)
        code = lookup_case(&v, folder, args.plain.items[0], &c, &variant);
    if (code < 0 && json) {
        json_dumpf(c->json, stdout, JSON_INDENT(2));
        printf("\n");
        code = close_output(EXIT_AS_EXPECTED);
    } else if (code < 0) {
        buffer out = {0};
        show(c, variant, &out);
        fwrite(out.data, 1, out.len, stdout);
        buffer_free(&out);
        code = close_output(EXIT_AS_EXPECTED);
    }
    vectors_free(&v);
    strings_free(&args.plain);
    return code;
}
