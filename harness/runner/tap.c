/* tap.c  The results as TAP version 14. */
#include <string.h>

#include "jsonl.h"
#include "report.h"

/* A description may hold neither "#" nor a line's end. */
static void add_plain(const char *text, buffer *out) {
    for (; *text; text++) {
        if (*text == '#' || *text == '\\')
            buffer_putc(out, '\\');
        buffer_putc(out, (unsigned char)*text < 0x20 ? ' ' : *text);
    }
}

/* A JSON string is a YAML string. */
static void add_field(const char *name, const char *text, buffer *out) {
    if (!text || !text[0])
        return;
    buffer_printf(out, "  %s: ", name);
    json_quote(text, out);
    buffer_putc(out, '\n');
}

static void add_diagnosis(const result *r, buffer *out) {
    buffer_puts(out, "  ---\n");
    add_field("outcome", result_word(r), out);
    add_field("message", r->reason, out);
    add_field("detail", r->detail, out);
    add_field("stderr", r->errors, out);
    add_field("reproduce", r->repro, out);
    buffer_puts(out, "  ...\n");
}

static void add_result(const result *r, size_t number, buffer *out) {
    buffer title = {0};
    bucket b = result_bucket(r);
    bool expected_failure = outcome_is_bad(r->outcome) && b == BUCKET_SKIPPED;
    result_title(r, &title);
    buffer_printf(out, "%s %zu - ",
                  b == BUCKET_FAILED || expected_failure ? "not ok" : "ok",
                  number);
    add_plain(title.data, out);
    if (b == BUCKET_SKIPPED) {
        buffer_puts(out, expected_failure ? " # TODO " : " # SKIP ");
        add_plain(r->reason ? r->reason : result_word(r), out);
    }
    buffer_putc(out, '\n');
    if (b == BUCKET_FAILED)
        add_diagnosis(r, out);
    buffer_free(&title);
}

void tap_write(const results *r, buffer *out) {
    buffer_printf(out, "TAP version 14\n1..%zu\n", r->count);
    for (size_t i = 0; i < r->count; i++)
        add_result(&r->items[i], i + 1, out);
}
