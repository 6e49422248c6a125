/* jsonl.c  See jsonl.h. */
#include "jsonl.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "outfile.h"
#include "utf8.h"

#define RESULTS_SCHEMA "pickleproof-results/1"

/* ---- writing ---- */

static void quote_code(uint32_t code, const char *at, size_t n, buffer *out) {
    if (code == '"' || code == '\\')
        buffer_printf(out, "\\%c", (int)code);
    else if (code == '\n')
        buffer_puts(out, "\\n");
    else if (code < 0x20 || code == 0x7f)
        buffer_printf(out, "\\u%04x", (unsigned)code);
    else if (code == 0xfffd)
        buffer_puts(out, "\xef\xbf\xbd");
    else
        buffer_add(out, at, n);
}

void json_quote(const char *text, buffer *out) {
    size_t len = strlen(text);
    buffer_putc(out, '"');
    for (size_t i = 0; i < len;) {
        uint32_t code;
        size_t n = utf8_next(text + i, len - i, &code);
        quote_code(code, text + i, n, out);
        i += n;
    }
    buffer_putc(out, '"');
}

/* , "key": "text", left out where there is no text */
static void add_text(const char *key, const char *text, buffer *out) {
    if (!text || !text[0])
        return;
    buffer_printf(out, ", \"%s\": ", key);
    json_quote(text, out);
}

void jsonl_header(const run_info *info, buffer *out) {
    buffer_puts(out, "{\"schema\": \"" RESULTS_SCHEMA "\"");
    add_text("name", info->name, out);
    add_text("version", info->version, out);
    add_text("hello", info->hello, out);
    add_text("command", info->command, out);
    add_text("profile", info->profile, out);
    add_text("shard", info->shard, out);
    buffer_puts(out, "}\n");
}

void jsonl_result(const result *r, size_t number, buffer *out) {
    buffer_printf(out, "{\"n\": %zu, \"id\": ", number);
    json_quote(r->id, out);
    add_text("profile", r->profile, out);
    add_text("outcome", outcome_word(r->outcome), out);
    add_text("expectation", expectation_word(r->expected), out);
    if (r->ms > 0)
        buffer_printf(out, ", \"ms\": %.3f", (double)r->ms);
    add_text("reason", r->reason, out);
    add_text("detail", r->detail, out);
    add_text("stderr", r->errors, out);
    add_text("repro", r->repro, out);
    buffer_puts(out, "}\n");
}

void jsonl_footer(const run_info *info, const summary *s, buffer *out) {
    buffer_printf(out,
                  "{\"complete\": %s, \"passed\": %zu, \"failed\": %zu, "
                  "\"skipped\": %zu, \"seconds\": %.3f}\n",
                  info->complete ? "true" : "false", s->total.passed,
                  s->total.failed, s->total.skipped, info->seconds);
}

/* ---- reading ---- */

static char *text_or_null(const json_t *object, const char *key) {
    const char *text = json_string_value(json_object_get(object, key));
    return text ? must_copy(text) : NULL;
}

static char *text_or_empty(const json_t *object, const char *key) {
    const char *text = json_string_value(json_object_get(object, key));
    return must_copy(text ? text : "");
}

static bool read_header(run_info *info, const json_t *line) {
    const char *schema = json_string_value(json_object_get(line, "schema"));
    if (!schema || strcmp(schema, RESULTS_SCHEMA) != 0)
        return false;
    info->name = text_or_empty(line, "name");
    info->version = text_or_empty(line, "version");
    info->hello = text_or_empty(line, "hello");
    info->command = text_or_empty(line, "command");
    info->profile = text_or_empty(line, "profile");
    info->shard = text_or_empty(line, "shard");
    return true;
}

static expectation read_expectation(const json_t *line) {
    const char *word = json_string_value(json_object_get(line, "expectation"));
    for (int e = 0; word && e < EXPECT_COUNT; e++) {
        if (strcmp(word, expectation_word((expectation)e)) == 0)
            return (expectation)e;
    }
    return EXPECT_NOTHING;
}

static bool read_result(results *r, const json_t *line) {
    const char *id = json_string_value(json_object_get(line, "id"));
    const char *word = json_string_value(json_object_get(line, "outcome"));
    const char *profile = json_string_value(json_object_get(line, "profile"));
    outcome o = word ? outcome_parse(word, strlen(word)) : OUTCOME_COUNT;
    if (!id || o == OUTCOME_COUNT)
        return false;
    result *item = results_add(r);
    item->id = results_keep(r, id);
    item->number = (size_t)json_integer_value(json_object_get(line, "n"));
    item->profile = profile ? results_keep(r, profile) : "";
    item->outcome = o;
    item->expected = read_expectation(line);
    item->ms = (float)json_number_value(json_object_get(line, "ms"));
    item->reason = text_or_null(line, "reason");
    item->detail = text_or_null(line, "detail");
    item->errors = text_or_null(line, "stderr");
    item->repro = text_or_null(line, "repro");
    return true;
}

static bool read_line(results *r, const json_t *line, bool first) {
    if (first)
        return read_header(&r->info, line);
    const json_t *complete = json_object_get(line, "complete");
    if (!complete)
        return read_result(r, line);
    r->info.complete = json_is_true(complete);
    r->info.seconds = json_real_value(json_object_get(line, "seconds"));
    return true;
}

static int by_number(const void *a, const void *b) {
    const result *x = a, *y = b;
    return x->number < y->number ? -1 : x->number > y->number;
}

bool jsonl_read(results *r, const char *path, buffer *why) {
    buffer text = {0};
    *r = (results){0};
    if (!file_read(path, &text, why)) {
        buffer_puts(why, "; give a file that run --json wrote");
        return false;
    }
    size_t number = 0;
    bool good = true;
    for (const char *pos = buffer_text(&text); good && *pos;) {
        size_t len = strcspn(pos, "\n");
        json_t *line = json_loadb(pos, len, 0, NULL);
        number++;
        good = line && read_line(r, line, number == 1);
        json_decref(line);
        pos += len + (pos[len] == '\n');
    }
    if (!good || number == 0) {
        buffer_printf(why, "%s:%zu: not a report of pickleproof run --json",
                      path, number);
        good = false;
        results_free(r);
    }
    if (good && r->count)
        qsort(r->items, r->count, sizeof *r->items, by_number);
    buffer_free(&text);
    return good;
}
