/* run_expect.c  The expectation file of a run: read before, renewed after. See
 * run.h. */
#include <stdlib.h>
#include <string.h>

#include "message.h"
#include "outfile.h"
#include "run.h"

int run_load_expectations(run *r) {
    const char *path = r->options->expect;
    buffer why = {0};
    if (!path)
        return -1;
    r->has_expectations = expect_load(&r->expectations, path, &r->around, &why);
    if (!r->has_expectations)
        complain("%s", why.data);
    buffer_free(&why);
    return r->has_expectations ? -1 : EXIT_USAGE;
}

/* Whether the checks from `from` on are all that their case has. */
static bool is_whole(const run *r, size_t from, size_t count) {
    if (from >= r->checks.count)
        return r->scenarios.all_pairs;
    const vector_case *c = r->checks.items[from].c;
    unsigned seen = 0;
    for (size_t i = from; i < from + count; i++)
        seen |= 1u << r->checks.items[i].variant;
    for (int v = 0; v < VARIANTS; v++) {
        if (c->forms[v].count && !(seen >> v & 1))
            return false;
    }
    return true;
}

/* The results of each case, which stand together. */
static expect_case *group_cases(const run *r, size_t *count) {
    size_t total = run_count(r);
    expect_case *cases = must_calloc(total, sizeof *cases);
    *count = 0;
    for (size_t i = 0, n; i < total; i += n) {
        const char *id = run_case_id(r, i);
        for (n = 1; i + n < total; n++) {
            if (run_case_id(r, i + n) != id)
                break;
        }
        cases[(*count)++] =
            (expect_case){id, &r->results.items[i], n, is_whole(r, i, n)};
    }
    return cases;
}

bool run_renew_expectations(run *r) {
    bool update = r->options->update_expect;
    const char *path = update ? r->options->expect : r->options->baseline;
    size_t count = 0;
    buffer text = {0}, why = {0};
    expect_case *cases = group_cases(r, &count);
    expect_update(r->has_expectations ? &r->expectations : NULL,
                  selection_is_all(&r->options->selection), cases, count,
                  &text);
    free(cases);
    bool good = outfile_save(path, &text);
    expect_free(&r->expectations);
    if (good)
        good = expect_load(&r->expectations, path, &r->around, &why);
    if (why.len)
        complain("%s", why.data);
    r->has_expectations = good;
    for (size_t i = 0; good && i < run_count(r); i++)
        expect_apply(&r->expectations, run_case_id(r, i), &r->results.items[i]);
    buffer_free(&text);
    buffer_free(&why);
    return good;
}
