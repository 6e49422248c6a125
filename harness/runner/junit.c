/* junit.c  The results as JUnit XML: one root, a suite a vector file. */
#include <stdlib.h>
#include <string.h>

#include "report.h"
#include "utf8.h"

static void escape_code(uint32_t code, const char *at, size_t n, buffer *out) {
    switch (code) {
    case '<': buffer_puts(out, "&lt;"); return;
    case '>': buffer_puts(out, "&gt;"); return;
    case '&': buffer_puts(out, "&amp;"); return;
    case '"': buffer_puts(out, "&quot;"); return;
    case '\n': buffer_puts(out, "&#10;"); return;
    case '\t': buffer_puts(out, "&#9;"); return;
    default: break;
    }
    /* XML 1.0 has no way to write these, not even as a reference. */
    if (code < 0x20 || code == 0xfffe || code == 0xffff || code == 0xfffd)
        buffer_puts(out, "\xef\xbf\xbd");
    else
        buffer_add(out, at, n);
}

void xml_escape(const char *text, buffer *out) {
    size_t len = strlen(text);
    for (size_t i = 0; i < len;) {
        uint32_t code;
        size_t n = utf8_next(text + i, len - i, &code);
        escape_code(code, text + i, n, out);
        i += n;
    }
}

/* "encode/int" of "encode/int/one/p4"; the whole of a shorter id's front. */
static size_t group_len(const char *id) {
    size_t topic = id_topic_len(id);
    if (!id[topic])
        return topic;
    size_t name = strcspn(id + topic + 1, "/");
    return id[topic + 1 + name] ? topic + 1 + name : topic;
}

static bool same_group(const result *a, const result *b) {
    size_t len = group_len(a->id);
    return len == group_len(b->id) && memcmp(a->id, b->id, len) == 0;
}

static int by_group(const void *a, const void *b) {
    const result *x = *(const result *const *)a;
    const result *y = *(const result *const *)b;
    size_t xlen = group_len(x->id), ylen = group_len(y->id);
    int order = memcmp(x->id, y->id, xlen < ylen ? xlen : ylen);
    if (order == 0 && xlen != ylen)
        order = xlen < ylen ? -1 : 1;
    if (order == 0)
        order = x < y ? -1 : x > y;
    return order;
}

static void attribute(const char *name, const char *value, buffer *out) {
    buffer_printf(out, " %s=\"", name);
    xml_escape(value, out);
    buffer_putc(out, '"');
}

/* failure: another answer than CPython's; error: no usable answer. */
static bool is_error(const result *r) {
    return r->outcome == OUTCOME_CRASH || r->outcome == OUTCOME_HANG ||
           r->outcome == OUTCOME_PROTOCOL;
}

static void add_failure(const result *r, buffer *out) {
    const char *tag = is_error(r) ? "error" : "failure";
    buffer_printf(out, "      <%s", tag);
    attribute("type", result_word(r), out);
    attribute("message", r->reason ? r->reason : result_word(r), out);
    buffer_putc(out, '>');
    xml_escape(r->detail ? r->detail : "", out);
    if (r->repro) {
        buffer_puts(out, "  reproduce: ");
        xml_escape(r->repro, out);
    }
    buffer_printf(out, "</%s>\n", tag);
    if (r->errors) {
        buffer_puts(out, "      <system-err>");
        xml_escape(r->errors, out);
        buffer_puts(out, "</system-err>\n");
    }
}

static void add_case(const result *r, buffer *out) {
    size_t len = group_len(r->id);
    buffer group = {0}, name = {0};
    buffer_add(&group, r->id, len);
    buffer_puts(&name, r->id[len] ? r->id + len + 1 : r->id);
    if (r->profile[0])
        buffer_printf(&name, " [%s]", r->profile);
    buffer_puts(out, "    <testcase");
    attribute("classname", buffer_text(&group), out);
    attribute("name", buffer_text(&name), out);
    buffer_printf(out, " time=\"%.6f\"", (double)r->ms / 1e3);
    bucket b = result_bucket(r);
    if (b == BUCKET_PASSED) {
        buffer_puts(out, "/>\n");
    } else {
        buffer_puts(out, ">\n");
        if (b == BUCKET_FAILED) {
            add_failure(r, out);
        } else {
            buffer why = {0};
            buffer_printf(&why, "%s%s%s", result_word(r), r->reason ? ": " : "",
                          r->reason ? r->reason : "");
            buffer_puts(out, "      <skipped");
            attribute("message", why.data, out);
            buffer_puts(out, "/>\n");
            buffer_free(&why);
        }
        buffer_puts(out, "    </testcase>\n");
    }
    buffer_free(&group);
    buffer_free(&name);
}

typedef struct counts {
    size_t tests, failures, errors, skipped;
    double seconds;
} counts;

static void count(counts *c, const result *r) {
    bucket b = result_bucket(r);
    c->tests++;
    c->errors += b == BUCKET_FAILED && is_error(r);
    c->failures += b == BUCKET_FAILED && !is_error(r);
    c->skipped += b == BUCKET_SKIPPED;
    c->seconds += (double)r->ms / 1e3;
}

static void add_counts(const counts *c, buffer *out) {
    buffer_printf(out,
                  " tests=\"%zu\" failures=\"%zu\" errors=\"%zu\" "
                  "skipped=\"%zu\" time=\"%.3f\">\n",
                  c->tests, c->failures, c->errors, c->skipped, c->seconds);
}

static void add_property(const char *name, const char *value, buffer *out) {
    if (!value || !value[0])
        return;
    buffer_puts(out, "      <property");
    attribute("name", name, out);
    attribute("value", value, out);
    buffer_puts(out, "/>\n");
}

static void add_properties(const run_info *info, buffer *out) {
    buffer_puts(out, "    <properties>\n");
    add_property("testee", info->name, out);
    add_property("version", info->version, out);
    add_property("hello", info->hello, out);
    add_property("profile", info->profile, out);
    add_property("shard", info->shard, out);
    buffer_puts(out, "    </properties>\n");
}

static void add_suite(const results *r, const result *const *sorted, size_t n,
                      buffer *out) {
    counts c = {0};
    buffer name = {0};
    for (size_t i = 0; i < n; i++)
        count(&c, sorted[i]);
    buffer_add(&name, sorted[0]->id, group_len(sorted[0]->id));
    buffer_puts(out, "  <testsuite");
    attribute("name", buffer_text(&name), out);
    add_counts(&c, out);
    add_properties(&r->info, out);
    for (size_t i = 0; i < n; i++)
        add_case(sorted[i], out);
    buffer_puts(out, "  </testsuite>\n");
    buffer_free(&name);
}

void junit_write(const results *r, buffer *out) {
    const result **sorted = must_calloc(r->count, sizeof *sorted);
    counts c = {0};
    for (size_t i = 0; i < r->count; i++) {
        sorted[i] = &r->items[i];
        count(&c, sorted[i]);
    }
    qsort(sorted, r->count, sizeof *sorted, by_group);
    buffer_puts(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                     "<testsuites name=\"pickleproof\"");
    add_counts(&c, out);
    for (size_t i = 0; i < r->count;) {
        size_t n = 1;
        while (i + n < r->count && same_group(sorted[i], sorted[i + n]))
            n++;
        add_suite(r, sorted + i, n, out);
        i += n;
    }
    buffer_puts(out, "</testsuites>\n");
    free(sorted);
}
