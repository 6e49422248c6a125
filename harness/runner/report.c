/* report.c  The text report, and where reports go. See report.h. */
#include "report.h"

#include <string.h>

#include "jsonl.h"
#include "message.h"
#include "outfile.h"

void result_title(const result *r, buffer *out) {
    buffer_puts(out, r->id);
    if (r->profile[0])
        buffer_printf(out, " [%s]", r->profile);
}

/* ---- text ---- */

static const char *paint(bool color, const char *code) {
    return color ? code : "";
}

/* Each line of a text after an indent; control characters of a testee must not
 * reach the terminal. */
static void add_lines(const char *title, const char *text, buffer *out) {
    buffer_printf(out, "  %s:\n    ", title);
    for (; *text; text++) {
        if (*text == '\n' && text[1])
            buffer_puts(out, "\n    ");
        else if (*text != '\n')
            buffer_putc(out, (unsigned char)*text < 0x20 ? ' ' : *text);
    }
    buffer_putc(out, '\n');
}

void text_failure(const result *r, bool color, buffer *out) {
    buffer title = {0};
    result_title(r, &title);
    buffer_printf(out, "%s%s%s %s", paint(color, "\033[31m"),
                  r->outcome == OUTCOME_FAIL && !r->expected ? "FAIL"
                                                             : result_word(r),
                  paint(color, "\033[0m"), title.data);
    if (r->reason)
        buffer_printf(out, ": %s", r->reason);
    buffer_putc(out, '\n');
    if (r->detail)
        buffer_puts(out, r->detail);
    if (r->errors)
        add_lines("standard error", r->errors, out);
    if (r->repro)
        buffer_printf(out, "  reproduce: %s\n", r->repro);
    buffer_free(&title);
}

static void add_brief(const result *r, buffer *out) {
    buffer_printf(out, "%s ", result_word(r));
    result_title(r, out);
    if (r->reason)
        buffer_printf(out, ": %s", r->reason);
    buffer_putc(out, '\n');
}

void text_write(const results *r, const text_options *o, buffer *out) {
    enum { BRIEF = 100 }; /* failures named in a line each after the others */
    summary s;
    size_t failures = 0, limit = o->shown ? (size_t)o->shown : r->count;
    results_count(r, &s);
    for (size_t i = 0; i < r->count && !o->quiet; i++) {
        const result *item = &r->items[i];
        bool failed = result_bucket(item) == BUCKET_FAILED;
        if (failed && failures++ < limit)
            text_failure(item, o->color, out);
        else if (o->verbose || (failed && failures <= limit + BRIEF))
            add_brief(item, out);
    }
    if (failures > limit + BRIEF && !o->verbose)
        buffer_printf(out, "and %zu more; --verbose names them all\n",
                      failures - limit - BRIEF);
    if (failures)
        buffer_putc(out, '\n');
    summary_print(&s, r, o->quiet, out);
}

/* ---- files ---- */

static bool is_stdout(const char *path) {
    return path && strcmp(path, "-") == 0;
}

bool report_files_check(const report_files *f, bool *uses_stdout) {
    int count = is_stdout(f->json) + is_stdout(f->junit) + is_stdout(f->tap) +
                is_stdout(f->markdown);
    *uses_stdout = count > 0;
    if (count > 1)
        complain("only one report can go to standard output; give the others "
                 "a file");
    return count <= 1;
}

static bool save(const char *path, const results *r,
                 void (*write)(const results *, buffer *)) {
    buffer text = {0};
    if (!path)
        return true;
    write(r, &text);
    bool saved = outfile_save(path, &text);
    buffer_free(&text);
    return saved;
}

bool report_files_save(const report_files *f, const results *r) {
    bool junit = save(f->junit, r, junit_write);
    bool tap = save(f->tap, r, tap_write);
    bool markdown = save(f->markdown, r, markdown_write);
    return junit && tap && markdown;
}

static void write_json(const results *r, buffer *out) {
    summary s;
    results_count(r, &s);
    jsonl_header(&r->info, out);
    for (size_t i = 0; i < r->count; i++)
        jsonl_result(&r->items[i], i, out);
    jsonl_footer(&r->info, &s, out);
}

bool report_json_save(const char *path, const results *r) {
    return save(path, r, write_json);
}
