/* explain.c  What a person needs to see of a check that failed. */
#include <stdlib.h>
#include <string.h>

#include "canon.h"
#include "disasm.h"
#include "judge.h"
#include "producer.h"
#include "wire.h"

enum { SHOWN = 300 }; /* bytes of a value in one line */

static void add_cut(buffer *out, const char *text, size_t limit) {
    size_t len = strlen(text);
    buffer_add(out, text, len < limit ? len : limit);
    if (len > limit)
        buffer_printf(out, "... (%zu characters)", len);
}

/* The expression, or where the bytes come from, and the keys. */
static void add_prompt(const check *c, buffer *out) {
    const char *key;
    json_t *value;
    buffer_puts(out, "  ");
    add_cut(out, case_python(c->c), SHOWN);
    if (check_question(c) == QUESTION_DUMP)
        buffer_printf(out, ", protocol %d", c->variant);
    json_object_foreach(json_object_get(c->c->json, "keys"), key, value)
        buffer_printf(out, ", %s=%s", key,
                      json_is_string(value) ? json_string_value(value) : "?");
    buffer_putc(out, '\n');
}

static void add_flags(const check *c, buffer *out) {
    const json_t *flags = json_object_get(c->c->json, "flags");
    const json_t *about = json_object_get(c->c->file->json, "flags");
    for (size_t i = 0; i < json_array_size(flags); i++) {
        const char *flag = json_string_value(json_array_get(flags, i));
        const char *effect = json_string_value(
            json_object_get(json_object_get(about, flag), "effect"));
        if (flag && effect)
            buffer_printf(out, "  %s: %s\n", flag, effect);
    }
}

static void add_makers(const form *f, buffer *out) {
    char name[PRODUCER_NAME_SIZE];
    size_t shown = 0;
    for (int p = 0; p < 64; p++) {
        if (!producer_in(f->made_by, p))
            continue;
        int last = p;
        while (last < 63 && (last + 1) % 16 &&
               producer_in(f->made_by, last + 1))
            last++;
        buffer_printf(out, "%s%s", shown++ ? ", " : "", producer_name(p, name));
        if (last > p)
            buffer_printf(out, " to %s", producer_name(last, name));
        p = last;
    }
}

/* ---- the reply ---- */

static void add_refusal(const reply *p, buffer *out) {
    buffer message = {0};
    buffer_printf(out, "  actual:   rejected, %s", p->word);
    if (p->offset >= 0)
        buffer_printf(out, " at offset %lld", (long long)p->offset);
    if (p->message && buffer_unhex(&message, p->message, strlen(p->message)) &&
        message.len) {
        buffer_puts(out, ": ");
        add_cut(out, message.data, SHOWN);
    }
    buffer_putc(out, '\n');
    buffer_free(&message);
}

static void add_expected(const form *f, buffer *out) {
    buffer_puts(out, "  expected: ");
    if (f->error) {
        buffer_printf(out, "rejected, %s", f->error);
        if (f->offset >= 0)
            buffer_printf(out, " at offset %lld", (long long)f->offset);
        if (f->message) {
            buffer_puts(out, ": ");
            add_cut(out, f->message, SHOWN);
        }
    } else {
        buffer text = {0};
        if (f->bytes || f->text)
            buffer_puts(out, f->bytes ? "a pickle" : "a text");
        else if (judge_form_value(f, &text))
            canon_print(text.data, text.len, SHOWN, out);
        else
            buffer_puts(out, "a value too large to record");
        buffer_free(&text);
    }
    buffer_puts(out, "  (");
    add_makers(f, out);
    buffer_puts(out, ")\n");
}

static void add_values(const char *expected, const char *actual, buffer *out) {
    difference d;
    size_t elen = strlen(expected), alen = strlen(actual);
    if (!canon_differ(expected, elen, actual, alen, &d))
        return;
    buffer_printf(out, "  first difference at %s\n    expected: ", d.path.data);
    canon_print(expected + d.expected_at, elen - d.expected_at, SHOWN, out);
    buffer_puts(out, "\n    actual:   ");
    canon_print(actual + d.actual_at, alen - d.actual_at, SHOWN, out);
    buffer_putc(out, '\n');
    buffer_free(&d.path);
}

static void explain_load(const form *f, const reply *p, buffer *out) {
    add_expected(f, out);
    if (p->kind == REPLY_ERR) {
        add_refusal(p, out);
        return;
    }
    buffer actual = {0}, expected = {0};
    for (size_t i = 0; i < p->result_count; i++)
        buffer_printf(&actual, "%s%s", i ? " " : "", p->results[i]);
    buffer_puts(out, "  actual:   ");
    canon_print(actual.data, actual.len, SHOWN, out);
    buffer_putc(out, '\n');
    if (!f->error && judge_form_value(f, &expected))
        add_values(expected.data, actual.data, out);
    if (f->used >= 0 && p->used >= 0 && p->used != f->used)
        buffer_printf(out, "  used: expected %lld, actual %lld bytes\n",
                      (long long)f->used, (long long)p->used);
    buffer_free(&actual);
    buffer_free(&expected);
}

static void explain_bytes(const check *c, const form *f, const char *hex,
                          buffer *out) {
    buffer expected = {0}, actual = {0};
    buffer_unhex(&actual, hex, strlen(hex));
    buffer_puts(out, "  expected of ");
    add_makers(f, out);
    buffer_putc(out, '\n');
    if (judge_form_bytes(c, f, &expected))
        disasm_compare(buffer_text(&expected), expected.len,
                       buffer_text(&actual), actual.len, out);
    else
        disasm_print(buffer_text(&actual), actual.len, 12, "    ", out);
    buffer_free(&expected);
    buffer_free(&actual);
}

/* What a pickle means, where the bytes themselves need not be CPython's. */
static void explain_meaning(const check *c, const form *f, const char *hex,
                            buffer *out) {
    buffer bytes = {0}, actual = {0}, expected = {0}, why = {0};
    buffer_unhex(&bytes, hex, strlen(hex));
    if (!judge_value_of(c, producer_newest(f->made_by), buffer_text(&bytes),
                        bytes.len, &actual, &why))
        buffer_printf(out, "  its pickle cannot be read: %.200s\n",
                      buffer_text(&why));
    else if (judge_form_meaning(c, f, &expected))
        add_values(expected.data, actual.data, out);
    buffer_free(&bytes);
    buffer_free(&actual);
    buffer_free(&expected);
    buffer_free(&why);
}

static void explain_dump(const check *c, const hello *h, const form *f,
                         const reply *p, buffer *out) {
    if (f->error || p->kind == REPLY_ERR) {
        add_expected(f, out);
        if (p->kind == REPLY_ERR)
            add_refusal(p, out);
        else if (strncmp(p->results[0], "x:", 2) == 0)
            buffer_printf(out, "  actual:   a pickle, %zu bytes\n",
                          strlen(p->results[0]) / 2 - 1);
        return;
    }
    if (strncmp(p->results[0], "x:", 2) != 0)
        return;
    if (!hello_has_cap(h, "exact"))
        explain_meaning(c, f, p->results[0] + 2, out);
    explain_bytes(c, f, p->results[0] + 2, out);
}

/* ---- disassembly ---- */

static void add_line(const char *title, const char *text, buffer *out) {
    size_t len = strcspn(text, "\n");
    buffer_printf(out, "    %s ", title);
    buffer_add(out, text, len < SHOWN ? len : SHOWN);
    buffer_putc(out, '\n');
}

/* The first line in which two texts differ, of both. */
static void add_lines(const char *expected, const char *actual, buffer *out) {
    size_t line = 1;
    for (;;) {
        size_t n = strcspn(expected, "\n");
        if (n != strcspn(actual, "\n") || memcmp(expected, actual, n) != 0 ||
            expected[n] != actual[n])
            break;
        if (!expected[n])
            return;
        expected += n + 1;
        actual += n + 1;
        line++;
    }
    buffer_printf(out, "  first difference in line %zu\n", line);
    add_line("expected:", expected, out);
    add_line("actual:  ", actual, out);
}

static void explain_dis(const check *c, const form *f, const reply *p,
                        buffer *out) {
    buffer expected = {0}, actual = {0};
    const char *hex = p->text;
    if (f->bytes && p->kind == REPLY_OK) {
        explain_bytes(c, f, p->results[0] + 2, out);
        return;
    }
    if (f->error)
        add_expected(f, out);
    if (p->kind == REPLY_ERR)
        add_refusal(p, out);
    else if (strncmp(p->results[0], "x:", 2) == 0)
        hex = p->results[0] + 2;
    if (hex)
        buffer_unhex(&actual, hex, strlen(hex));
    if (f->text && recipe_expand(f->text, &expected))
        add_lines(buffer_text(&expected), buffer_text(&actual), out);
    buffer_free(&expected);
    buffer_free(&actual);
}

static void explain_wire(const form *f, const reply *p, buffer *out) {
    buffer_puts(out, "  expected of ");
    add_makers(f, out);
    buffer_putc(out, '\n');
    wire_explain(f, p, out);
}

void judge_explain(const check *c, const hello *h, const reply *p,
                   buffer *out) {
    const form *f = check_form(c);
    add_prompt(c, out);
    add_flags(c, out);
    if (!f || !p || p->kind == REPLY_NA)
        return;
    switch (check_question(c)) {
    case QUESTION_DUMP: explain_dump(c, h, f, p, out); break;
    case QUESTION_LOAD: explain_load(f, p, out); break;
    case QUESTION_DIS: explain_dis(c, f, p, out); break;
    case QUESTION_WIRE: explain_wire(f, p, out); break;
    }
}
