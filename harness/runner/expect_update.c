/* expect_update.c  Writing expectation files anew. See expect.h. */
#include <stdlib.h>
#include <string.h>

#include "expect.h"

/* The line that decides for a result of a case; NULL without a file. */
static const expect_line *line_of(const expectations *e, const expect_case *c,
                                  const result *r) {
    return e ? expect_find(e, r->id, c->id, r->profile) : NULL;
}

static void add_outcomes(unsigned mask, buffer *out) {
    const char *separator = "";
    for (int o = 0; o < OUTCOME_COUNT; o++) {
        if (mask >> o & 1) {
            buffer_printf(out, "%s%s", separator, outcome_word((outcome)o));
            separator = "|";
        }
    }
}

/* A row; its conditions are those of the line it comes from, if any, and the
 * profiles. */
static void add_row(buffer *out, const char *id, unsigned outcomes,
                    const expect_line *from, const buffer *profiles) {
    size_t start = out->len;
    const char *others = from ? buffer_text(&from->others) : "";
    const char *joint = others[0] && profiles->len ? "," : "";
    const char *none = others[0] || profiles->len ? "" : "-";
    buffer_puts(out, id);
    buffer_fill(out, ' ', out->len - start < 47 ? 47 - (out->len - start) : 0);
    buffer_putc(out, ' ');
    add_outcomes(outcomes, out);
    buffer_printf(out, " %s%s%s%s %s\n", others, joint, buffer_text(profiles),
                  none, from ? from->reason : "new: not looked at yet");
}

/* ---- what fails of a case ---- */

/* The results of one check, one for each profile. */
typedef struct span {
    const result *results;
    size_t count;
} span;

static span next_check(const expect_case *c, size_t from) {
    span s = {c->results + from, 1};
    while (from + s.count < c->count &&
           strcmp(s.results[0].id, s.results[s.count].id) == 0)
        s.count++;
    return s;
}

/* Which results a row is wanted for: the failures that `only` decided (NULL:
 * those for which no line stands yet). */
static bool is_wanted(const expectations *e, const expect_case *c,
                      const result *r, const expect_line *only) {
    return outcome_is_bad(r->outcome) && line_of(e, c, r) == only;
}

/* "py3." of "py3.11" */
static size_t family_len(const char *profile) {
    const char *dot = strchr(profile, '.');
    return dot ? (size_t)(dot - profile) + 1 : strlen(profile);
}

static bool same_family(const result *a, const result *b) {
    size_t len = family_len(a->profile);
    return strncmp(a->profile, b->profile, len) == 0;
}

/* Whether a row is wanted for all of one's family, which is then written as
 * "py3.*", and whether it is the first of them. */
static bool is_family_wanted(const expectations *e, const expect_case *c,
                             const span *s, size_t one, const expect_line *only,
                             bool *first) {
    size_t members = 0;
    *first = true;
    for (size_t i = 0; i < s->count; i++) {
        if (!same_family(&s->results[one], &s->results[i]))
            continue;
        if (!is_wanted(e, c, &s->results[i], only))
            return false;
        *first = *first && i >= one;
        members++;
    }
    return members > 1;
}

static void add_profile(const char *profile, size_t len, const char *rest,
                        buffer *out) {
    buffer_puts(out, out->len ? "|" : "profile=");
    buffer_add(out, profile, len);
    buffer_puts(out, rest);
}

static unsigned outcomes_of(const expectations *e, const expect_case *c,
                            const span *s, const expect_line *only,
                            buffer *profiles) {
    unsigned mask = 0;
    size_t wanted = 0;
    for (size_t i = 0; i < s->count; i++) {
        const result *r = &s->results[i];
        bool first;
        if (!is_wanted(e, c, r, only))
            continue;
        mask |= 1u << r->outcome;
        wanted++;
        if (!is_family_wanted(e, c, s, i, only, &first))
            add_profile(r->profile, strlen(r->profile), "", profiles);
        else if (first)
            add_profile(r->profile, family_len(r->profile), "*", profiles);
    }
    if (wanted == s->count)
        buffer_clear(profiles);
    return mask;
}

/* A case all of whose checks fail, with each profile, is one row. */
static unsigned outcomes_of_all(const expectations *e, const expect_case *c,
                                const expect_line *only) {
    unsigned mask = 0;
    for (size_t i = 0; i < c->count; i++) {
        if (!c->whole || !is_wanted(e, c, &c->results[i], only))
            return 0;
        mask |= 1u << c->results[i].outcome;
    }
    return mask;
}

static void add_rows(const expectations *e, const expect_case *c,
                     const expect_line *only, buffer *out) {
    buffer profiles = {0};
    unsigned all = outcomes_of_all(e, c, only);
    if (all)
        add_row(out, c->id, all, only, &profiles);
    for (size_t i = 0; i < c->count && !all;) {
        span s = next_check(c, i);
        buffer_clear(&profiles);
        unsigned mask = outcomes_of(e, c, &s, only, &profiles);
        if (mask)
            add_row(out, s.results[0].id, mask, only, &profiles);
        i += s.count;
    }
    buffer_free(&profiles);
}

/* ---- the file ---- */

static void keep_line(const expectations *e, const expect_line *l, bool whole,
                      const expect_case *cases, size_t count, buffer *out) {
    size_t ran = l->met + l->passed + l->otherwise;
    bool is_row = l->words && l->holds;
    if (!is_row || (ran == l->met && (ran || !whole))) {
        buffer_printf(out, "%s\n", l->text);
        return;
    }
    if (l->met + l->otherwise == 0)
        return; /* it passes, or nothing is left that it matches */
    for (size_t i = 0; i < count; i++)
        add_rows(e, &cases[i], l, out);
}

void expect_update(const expectations *e, bool whole, const expect_case *cases,
                   size_t count, buffer *out) {
    if (!e || e->count == 0)
        buffer_puts(out, "# What this testee is known to fail: "
                         "harness/README.md explains the columns.\n"
                         "# pattern outcome when reason\n");
    for (size_t i = 0; e && i < e->count; i++)
        keep_line(e, &e->lines[i], whole, cases, count, out);
    for (size_t i = 0; i < count; i++)
        add_rows(e, &cases[i], NULL, out);
}
