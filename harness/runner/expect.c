/* expect.c  Reading and applying expectation files. See expect.h. */
#include "expect.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "outfile.h"
#include "pattern.h"

/* A wildcard that matches more than this must say how many: it could hide what
 * nobody meant. */
enum { UNCOUNTED = 20 };

/* ---- reading ---- */

static char *next_column(char **pos) {
    char *word = *pos + strspn(*pos, " \t");
    size_t len = strcspn(word, " \t");
    *pos = word + len;
    if (word[len]) {
        word[len] = '\0';
        (*pos)++;
    }
    return word;
}

static bool read_outcomes(expect_line *l) {
    const char *word = l->outcome;
    for (;;) {
        size_t len = strcspn(word, "|");
        outcome o = outcome_parse(word, len);
        if (len == 7 && memcmp(word, "wontfix", 7) == 0) {
            for (int any = 0; any < OUTCOME_COUNT; any++)
                l->outcomes |= (unsigned)outcome_is_bad((outcome)any) << any;
        } else if (o == OUTCOME_COUNT ||
                   (o != OUTCOME_PASS && !outcome_is_bad(o))) {
            return false;
        } else {
            l->outcomes |= 1u << o;
        }
        if (!word[len])
            return true;
        word += len + 1;
    }
}

static bool read_condition(expect_line *l, const char *key, const char *value,
                           const surroundings *s) {
    const struct {
        const char *key;
        const char *actual;
    } known[] = {{"os", s->system},
                 {"arch", s->machine},
                 {"name", s->hello->name},
                 {"version", s->hello->version},
                 {"lang", s->hello->lang}};
    if (strcmp(key, "profile") == 0) {
        l->profile = value;
        return true;
    }
    if (strcmp(key, "count") == 0) {
        char *end;
        l->count = strtol(value, &end, 10);
        return end != value && !*end && l->count >= 0;
    }
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        if (strcmp(key, known[i].key) == 0) {
            buffer_printf(&l->others, "%s%s=%s", l->others.len ? "," : "", key,
                          value);
            l->holds = l->holds && pattern_list_match(value, known[i].actual);
            return true;
        }
    }
    return false;
}

/* Cuts `when` at its commas. */
static bool read_when(expect_line *l, char *when, const surroundings *s) {
    if (strcmp(when, "-") == 0)
        return true;
    while (*when) {
        size_t len = strcspn(when, ",");
        char *next = when + len + (when[len] == ',');
        when[len] = '\0';
        char *value = strchr(when, '=');
        if (!value)
            return false;
        *value++ = '\0';
        if (!read_condition(l, when, value, s))
            return false;
        when = next;
    }
    return true;
}

static const char *read_line(expect_line *l, const surroundings *s) {
    l->words = must_copy(l->text);
    char *pos = l->words;
    l->holds = true;
    l->count = -1;
    l->pattern = next_column(&pos);
    l->outcome = next_column(&pos);
    char *when = next_column(&pos);
    l->reason = pos + strspn(pos, " \t");
    l->wild = pattern_is_wild(l->pattern);
    if (!l->outcome[0] || !when[0] || !l->reason[0])
        return "a line has four columns: pattern outcome when reason";
    if (!read_outcomes(l))
        return "outcome is fail, crash, hang, protocol-error, "
               "state-dependent or wontfix, joined by |";
    if (!read_when(l, when, s))
        return "when is - or os= arch= name= version= lang= profile= count= "
               "joined by commas";
    return NULL;
}

static int by_pattern(const void *a, const void *b) {
    const expect_line *x = *(const expect_line *const *)a;
    const expect_line *y = *(const expect_line *const *)b;
    int order = strcmp(x->pattern, y->pattern);
    if (order == 0)
        order = x->number < y->number ? 1 : -1; /* the last line first */
    return order;
}

static void make_index(expectations *e) {
    e->exact = must_calloc(e->count, sizeof *e->exact);
    e->wild = must_calloc(e->count, sizeof *e->wild);
    for (size_t i = 0; i < e->count; i++) {
        expect_line *l = &e->lines[i];
        if (!l->words || !l->holds)
            continue;
        if (l->wild)
            e->wild[e->wild_count++] = l;
        else
            e->exact[e->exact_count++] = l;
    }
    qsort(e->exact, e->exact_count, sizeof *e->exact, by_pattern);
}

static const char *add_line(expectations *e, const char *text, size_t len,
                            const surroundings *s) {
    e->lines = must_resize(e->lines, (e->count + 1) * sizeof *e->lines);
    expect_line *l = &e->lines[e->count++];
    *l = (expect_line){.number = e->count};
    while (len && (text[len - 1] == '\r' || text[len - 1] == ' '))
        len--;
    l->text = must_copy_len(text, len);
    size_t blank = strspn(l->text, " \t");
    if (!l->text[blank] || l->text[blank] == '#')
        return NULL;
    return read_line(l, s);
}

bool expect_load(expectations *e, const char *path, const surroundings *s,
                 buffer *why) {
    buffer text = {0};
    *e = (expectations){.path = path};
    if (!file_read(path, &text, why)) {
        buffer_puts(why, "; make one with run --baseline FILE");
        return false;
    }
    const char *wrong = NULL;
    for (const char *pos = buffer_text(&text); !wrong && *pos;) {
        size_t len = strcspn(pos, "\n");
        wrong = add_line(e, pos, len, s);
        pos += len + (pos[len] == '\n');
    }
    buffer_free(&text);
    if (wrong) {
        buffer_printf(why, "%s:%zu: %s", path, e->count, wrong);
        return false;
    }
    make_index(e);
    return true;
}

void expect_free(expectations *e) {
    for (size_t i = 0; i < e->count; i++) {
        free(e->lines[i].text);
        free(e->lines[i].words);
        buffer_free(&e->lines[i].others);
    }
    free(e->lines);
    free(e->exact);
    free(e->wild);
    *e = (expectations){0};
}

/* ---- applying ---- */

static bool profile_holds(const expect_line *l, const char *profile) {
    return !l->profile || pattern_list_match(l->profile, profile);
}

static expect_line *find_exact(const expectations *e, const char *id,
                               const char *profile) {
    size_t low = 0, high = e->exact_count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (strcmp(e->exact[middle]->pattern, id) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    for (; low < e->exact_count; low++) {
        if (strcmp(e->exact[low]->pattern, id) != 0)
            return NULL;
        if (profile_holds(e->exact[low], profile))
            return (expect_line *)e->exact[low];
    }
    return NULL;
}

static expect_line *later(expect_line *a, expect_line *b) {
    if (!a || !b)
        return a ? a : b;
    return a->number > b->number ? a : b;
}

expect_line *expect_find(const expectations *e, const char *check_id,
                         const char *case_id, const char *profile) {
    expect_line *found = find_exact(e, check_id, profile);
    if (strcmp(check_id, case_id) != 0)
        found = later(found, find_exact(e, case_id, profile));
    for (size_t i = 0; i < e->wild_count; i++) {
        expect_line *l = e->wild[i];
        if (profile_holds(l, profile) && (pattern_match(l->pattern, check_id) ||
                                          pattern_match(l->pattern, case_id)))
            found = later(found, l);
    }
    return found;
}

void expect_apply(const expectations *e, const char *case_id, result *r) {
    expect_line *l = expect_find(e, r->id, case_id, r->profile);
    r->expected = EXPECT_NOTHING;
    if (!l)
        return;
    if (r->outcome != OUTCOME_PASS && !outcome_is_bad(r->outcome)) {
        l->skipped++;
    } else if (l->outcomes >> r->outcome & 1) {
        l->met++;
        if (r->outcome != OUTCOME_PASS)
            r->expected = EXPECT_MET;
    } else if (r->outcome == OUTCOME_PASS) {
        l->passed++;
        r->expected = EXPECT_PASSED;
    } else {
        l->otherwise++;
        r->expected = EXPECT_OTHERWISE;
    }
}

/* ---- lines at fault ---- */

static size_t matched(const expect_line *l) {
    return l->met + l->passed + l->otherwise + l->skipped;
}

static void blame_line(const expectations *e, const expect_line *l,
                       const char *what, results *all) {
    buffer id = {0}, reason = {0};
    buffer_printf(&id, "expectations/line-%zu", l->number);
    buffer_printf(&reason, "%s:%zu: %s: %s", e->path, l->number, what, l->text);
    result *r = results_add(all);
    r->id = results_keep(all, id.data);
    r->outcome = OUTCOME_FAIL;
    r->reason = buffer_take(&reason);
    buffer_free(&id);
}

void expect_finish(const expectations *e, bool whole, results *all) {
    for (size_t i = 0; i < e->count && whole; i++) {
        const expect_line *l = &e->lines[i];
        char what[96];
        if (!l->words || !l->holds)
            continue;
        if (matched(l) == l->skipped) {
            blame_line(e, l, "delete this line, nothing that runs matches it",
                       all);
        } else if (l->wild && l->count < 0 && matched(l) > UNCOUNTED) {
            snprintf(what, sizeof what,
                     "a pattern for so much needs count=%zu in the third "
                     "column",
                     matched(l));
            blame_line(e, l, what, all);
        } else if (l->count >= 0 && (size_t)l->count != matched(l)) {
            snprintf(what, sizeof what, "write count=%zu", matched(l));
            blame_line(e, l, what, all);
        }
    }
}

void expect_advice(const expectations *e, const char *case_id, const result *r,
                   buffer *out) {
    const expect_line *l = expect_find(e, r->id, case_id, r->profile);
    const char *word = outcome_word(r->outcome);
    if (!l) {
        buffer_printf(out, "add to %s: %s %s - REASON", e->path, r->id, word);
    } else if (r->expected == EXPECT_OTHERWISE) {
        buffer_printf(out, "write %s for %s in %s:%zu: %s", word, l->outcome,
                      e->path, l->number, l->text);
    } else if (l->wild || l->met || strcmp(l->pattern, r->id) != 0) {
        buffer_printf(out, "narrow the pattern of %s:%zu: %s", e->path,
                      l->number, l->text);
    } else {
        buffer_printf(out, "delete %s:%zu: %s", e->path, l->number, l->text);
    }
}
