/* markdown.c  The results as a summary in Markdown, for a CI's page. */
#include <string.h>

#include "report.h"

enum { SHOWN = 50 };

static void add_row(const char *name, size_t len, const tally *t, buffer *out) {
    buffer_printf(out, "| %.*s | %zu | %zu | %zu |\n", (int)len, name,
                  t->passed, t->failed, t->skipped);
}

/* Text inside a table or a list: no markup, one line. */
static void add_safe(const char *text, buffer *out) {
    for (; *text; text++) {
        if (strchr("|*_`<>[]\\", *text))
            buffer_putc(out, '\\');
        buffer_putc(out, (unsigned char)*text < 0x20 ? ' ' : *text);
    }
}

static void add_failures(const results *r, size_t total, buffer *out) {
    size_t shown = 0;
    buffer_puts(out, "\n### Not as expected\n\n");
    for (size_t i = 0; i < r->count && shown < SHOWN; i++) {
        const result *item = &r->items[i];
        buffer title = {0};
        if (result_bucket(item) != BUCKET_FAILED)
            continue;
        shown++;
        result_title(item, &title);
        buffer_printf(out, "- `%s` %s", title.data, result_word(item));
        if (item->reason) {
            buffer_puts(out, ": ");
            add_safe(item->reason, out);
        }
        buffer_putc(out, '\n');
        buffer_free(&title);
    }
    if (total > shown)
        buffer_printf(out, "- and %zu more\n", total - shown);
}

void markdown_write(const results *r, buffer *out) {
    summary s;
    results_count(r, &s);
    buffer_puts(out, "## pickleproof: ");
    add_safe(r->info.name ? r->info.name : "", out);
    buffer_putc(out, ' ');
    add_safe(r->info.version ? r->info.version : "", out);
    buffer_puts(out, "\n\n| topic | passed | failed | skipped |\n"
                     "|---|---:|---:|---:|\n");
    for (size_t i = 0; i < s.topic_count; i++)
        add_row(s.topics[i].topic, s.topics[i].len, &s.topics[i].counts, out);
    add_row("**all**", strlen("**all**"), &s.total, out);
    if (s.outcomes[OUTCOME_NA] || s.expectations[EXPECT_MET])
        buffer_printf(out,
                      "\nSkipped are %zu that do not apply to this testee and "
                      "%zu expected failures.\n",
                      s.outcomes[OUTCOME_NA], s.expectations[EXPECT_MET]);
    if (s.total.failed)
        add_failures(r, s.total.failed, out);
}
