/* Expectation files: columns, both sides, what to do, bringing up to date. */
#include "test_support.h"

#include "expect.h"
#include "outfile.h"

#include <unistd.h>

#define FILE_NAME "pickleproof-test-expect.txt"

static hello the_hello = {.name = "mine", .version = "1.2", .lang = "c"};

static bool load(expectations *e, const char *text, buffer *why) {
    surroundings s = {"linux", "x86_64", &the_hello};
    buffer content = {0};
    buffer_puts(&content, text);
    assert_true(outfile_save(FILE_NAME, &content));
    bool good = expect_load(e, FILE_NAME, &s, why);
    unlink(FILE_NAME);
    buffer_free(&content);
    return good;
}

static expectations must_load(const char *text) {
    expectations e;
    buffer why = {0};
    if (!load(&e, text, &why))
        fail_msg("%s", why.data);
    buffer_free(&why);
    return e;
}

static expectation apply(const expectations *e, const char *id,
                         const char *case_id, const char *profile, outcome o) {
    result r = {.id = id, .profile = profile, .outcome = o};
    expect_apply(e, case_id, &r);
    return r.expected;
}

static void both_sides_are_checked(void **state) {
    expectations e = must_load("# a comment\n"
                               "\n"
                               "encode/a/x fail - one case\n"
                               "encode/a/y/p0 crash|hang - two outcomes\n"
                               "encode/b/** wontfix - by design\n"
                               "encode/c/flaky fail|pass - now and then\n");
    (void)state;
    assert_int_equal(apply(&e, "encode/a/x/p3", "encode/a/x", "", OUTCOME_FAIL),
                     EXPECT_MET);
    assert_int_equal(apply(&e, "encode/a/x/p3", "encode/a/x", "", OUTCOME_PASS),
                     EXPECT_PASSED);
    assert_int_equal(
        apply(&e, "encode/a/x/p3", "encode/a/x", "", OUTCOME_CRASH),
        EXPECT_OTHERWISE);
    assert_int_equal(apply(&e, "encode/a/x/p3", "encode/a/x", "", OUTCOME_NA),
                     EXPECT_NOTHING);
    assert_int_equal(apply(&e, "encode/a/y/p0", "encode/a/y", "", OUTCOME_HANG),
                     EXPECT_MET);
    assert_int_equal(apply(&e, "encode/a/y/p1", "encode/a/y", "", OUTCOME_HANG),
                     EXPECT_NOTHING);
    assert_int_equal(
        apply(&e, "encode/b/z/p1", "encode/b/z", "", OUTCOME_STATE),
        EXPECT_MET);
    assert_int_equal(
        apply(&e, "encode/c/flaky/p1", "encode/c/flaky", "", OUTCOME_PASS),
        EXPECT_NOTHING);
    expect_free(&e);
}

static void buckets_follow_expectations(void **state) {
    result r = {.id = "a/b", .profile = "", .outcome = OUTCOME_FAIL};
    (void)state;
    assert_int_equal(result_bucket(&r), BUCKET_FAILED);
    r.expected = EXPECT_MET;
    assert_int_equal(result_bucket(&r), BUCKET_SKIPPED);
    assert_string_equal(result_word(&r), "expected failure");
    r.expected = EXPECT_OTHERWISE;
    assert_int_equal(result_bucket(&r), BUCKET_FAILED);
    r.outcome = OUTCOME_PASS;
    r.expected = EXPECT_PASSED;
    assert_int_equal(result_bucket(&r), BUCKET_FAILED);
    r.expected = EXPECT_NOTHING;
    assert_int_equal(result_bucket(&r), BUCKET_PASSED);
    r.outcome = OUTCOME_NA;
    assert_int_equal(result_bucket(&r), BUCKET_SKIPPED);
}

static void conditions_must_all_hold(void **state) {
    expectations e = must_load("a/os fail os=linux|darwin yes\n"
                               "a/no fail os=windows no\n"
                               "a/both fail os=linux,version=1.* yes\n"
                               "a/half fail os=linux,version=2.* no\n"
                               "a/prof fail profile=c3.8|py3.* some\n"
                               "a/name fail name=mine,lang=c,arch=x86* yes\n");
    (void)state;
    assert_int_equal(apply(&e, "a/os", "a/os", "", OUTCOME_FAIL), EXPECT_MET);
    assert_int_equal(apply(&e, "a/no", "a/no", "", OUTCOME_FAIL),
                     EXPECT_NOTHING);
    assert_int_equal(apply(&e, "a/both", "a/both", "", OUTCOME_FAIL),
                     EXPECT_MET);
    assert_int_equal(apply(&e, "a/half", "a/half", "", OUTCOME_FAIL),
                     EXPECT_NOTHING);
    assert_int_equal(apply(&e, "a/prof", "a/prof", "py3.9", OUTCOME_FAIL),
                     EXPECT_MET);
    assert_int_equal(apply(&e, "a/prof", "a/prof", "c3.9", OUTCOME_FAIL),
                     EXPECT_NOTHING);
    assert_int_equal(apply(&e, "a/name", "a/name", "", OUTCOME_FAIL),
                     EXPECT_MET);
    expect_free(&e);
}

static void last_line_that_matches_counts(void **state) {
    expectations e = must_load("a/** crash - in general\n"
                               "a/x fail - but\n"
                               "a/x hang - last\n"
                               "a/y fail - before\n"
                               "a/y* hang - after\n");
    (void)state;
    assert_int_equal(apply(&e, "a/z", "a/z", "", OUTCOME_CRASH), EXPECT_MET);
    assert_int_equal(apply(&e, "a/x", "a/x", "", OUTCOME_HANG), EXPECT_MET);
    assert_int_equal(apply(&e, "a/y", "a/y", "", OUTCOME_HANG), EXPECT_MET);
    expect_free(&e);
}

static void wrong_lines_are_named(void **state) {
    static const char *const wrong[] = {
        "a/x\n",
        "a/x fail\n",
        "a/x fail -\n",
        "a/x fails - reason\n",
        "a/x na - reason\n",
        "a/x skip - reason\n",
        "a/x fail| - reason\n",
        "a/x fail planet=mars reason\n",
        "a/x fail linux reason\n",
        "a/x fail count=x reason\n",
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(wrong); i++) {
        expectations e;
        buffer why = {0}, text = {0};
        buffer_printf(&text, "# first line\n%s", wrong[i]);
        if (load(&e, text.data, &why))
            fail_msg("accepted: %s", wrong[i]);
        assert_non_null(strstr(why.data, FILE_NAME ":2: "));
        expect_free(&e);
        buffer_free(&why);
        buffer_free(&text);
    }
}

static size_t stale(const char *text, bool whole, size_t matches,
                    const char *says) {
    expectations e = must_load(text);
    results all = {0};
    char id[32];
    for (size_t i = 0; i < matches; i++) {
        snprintf(id, sizeof id, "a/%zu", i);
        apply(&e, id, id, "", OUTCOME_FAIL);
    }
    expect_finish(&e, whole, &all);
    size_t count = all.count;
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(result_bucket(&all.items[i]), BUCKET_FAILED);
        assert_non_null(all.items[i].reason);
        assert_non_null(strstr(all.items[i].reason, says));
    }
    results_free(&all);
    expect_free(&e);
    return count;
}

static void stale_lines_fail(void **state) {
    (void)state;
    assert_int_equal(stale("b/x fail - old\n", true, 1, "delete"), 1);
    assert_int_equal(stale("b/x fail - old\n", false, 1, ""), 0);
    assert_int_equal(stale("b/x fail os=windows elsewhere\n", true, 1, ""), 0);
    assert_int_equal(stale("a/* fail - few\n", true, 20, ""), 0);
    assert_int_equal(stale("a/* fail - many\n", true, 21, "count=21"), 1);
    assert_int_equal(stale("a/* fail count=21 many\n", true, 21, ""), 0);
    assert_int_equal(stale("a/* fail count=20 many\n", true, 21, "count=21"),
                     1);
}

static void advice_is_exact(void **state) {
    expectations e = must_load("a/x fail - one\na/w* fail - wild\n");
    static const struct {
        const char *id;
        outcome outcome;
        const char *advice;
    } cases[] = {
        {"a/new", OUTCOME_CRASH, "add to " FILE_NAME ": a/new crash - REASON"},
        {"a/x", OUTCOME_PASS, "delete " FILE_NAME ":1: a/x fail - one"},
        {"a/x", OUTCOME_HANG,
         "write hang for fail in " FILE_NAME ":1: a/x fail - one"},
        {"a/wide", OUTCOME_PASS,
         "narrow the pattern of " FILE_NAME ":2: a/w* fail - wild"},
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        result r = {
            .id = cases[i].id, .profile = "", .outcome = cases[i].outcome};
        buffer out = {0};
        expect_apply(&e, r.id, &r);
        expect_advice(&e, r.id, &r, &out);
        assert_string_equal(out.data, cases[i].advice);
        buffer_free(&out);
    }
    expect_free(&e);
}

/* ---- update ---- */

/* Applies, updates, and checks that the new file calls all as expected. */
static void assert_updated(const char *before, const expect_case *cases,
                           size_t count, const char *after) {
    expectations e = must_load(before);
    buffer out = {0};
    for (size_t c = 0; c < count; c++) {
        for (size_t i = 0; i < cases[c].count; i++)
            expect_apply(&e, cases[c].id, (result *)&cases[c].results[i]);
    }
    expect_update(&e, true, cases, count, &out);
    assert_string_equal(buffer_text(&out), after);
    expect_free(&e);
    e = must_load(buffer_text(&out));
    for (size_t c = 0; c < count; c++) {
        for (size_t i = 0; i < cases[c].count; i++) {
            result r = cases[c].results[i];
            expect_apply(&e, cases[c].id, &r);
            assert_int_not_equal(result_bucket(&r), BUCKET_FAILED);
        }
    }
    expect_free(&e);
    buffer_free(&out);
}

static void update_keeps_adds_and_removes(void **state) {
    result x[] = {{.id = "a/x/p0", .profile = "", .outcome = OUTCOME_FAIL},
                  {.id = "a/x/p1", .profile = "", .outcome = OUTCOME_FAIL}};
    result y[] = {{.id = "a/y/p0", .profile = "", .outcome = OUTCOME_PASS},
                  {.id = "a/y/p1", .profile = "", .outcome = OUTCOME_CRASH}};
    result z[] = {{.id = "a/z/p0", .profile = "", .outcome = OUTCOME_PASS}};
    const expect_case cases[] = {
        {"a/x", x, 2, true}, {"a/y", y, 2, true}, {"a/z", z, 1, true}};
    (void)state;
    assert_updated("# kept\n"
                   "\n"
                   "a/z fail - passes now\n"
                   "a/gone fail - no such case\n"
                   "a/gone fail os=windows kept, elsewhere\n",
                   cases, 3,
                   "# kept\n"
                   "\n"
                   "a/gone fail os=windows kept, elsewhere\n"
                   "a/x                                             fail - "
                   "new: not looked at yet\n"
                   "a/y/p1                                          crash - "
                   "new: not looked at yet\n");
}

static void update_narrows_patterns(void **state) {
    result x[] = {{.id = "a/x", .profile = "c3.8", .outcome = OUTCOME_FAIL},
                  {.id = "a/x", .profile = "c3.9", .outcome = OUTCOME_PASS},
                  {.id = "a/x", .profile = "c3.10", .outcome = OUTCOME_HANG}};
    result y[] = {{.id = "a/y", .profile = "c3.8", .outcome = OUTCOME_FAIL}};
    result z[] = {{.id = "a/z", .profile = "c3.8", .outcome = OUTCOME_PASS}};
    const expect_case cases[] = {
        {"a/x", x, 3, true}, {"a/y", y, 1, true}, {"a/z", z, 1, true}};
    (void)state;
    assert_updated("a/* fail os=linux old reason\n", cases, 3,
                   "a/x                                             fail|hang "
                   "os=linux,profile=c3.8|c3.10 old reason\n"
                   "a/y                                             fail "
                   "os=linux old reason\n");
}

/* All of a family fail: one pattern says it. */
static void update_joins_families(void **state) {
    result x[] = {{.id = "a/x", .profile = "c3.8", .outcome = OUTCOME_FAIL},
                  {.id = "a/x", .profile = "c3.9", .outcome = OUTCOME_PASS},
                  {.id = "a/x", .profile = "py3.8", .outcome = OUTCOME_FAIL},
                  {.id = "a/x", .profile = "py3.9", .outcome = OUTCOME_FAIL},
                  {.id = "a/x", .profile = "py3.10", .outcome = OUTCOME_FAIL}};
    const expect_case cases[] = {{"a/x", x, 5, true}};
    (void)state;
    assert_updated("# known\n", cases, 1,
                   "# known\n"
                   "a/x                                             fail "
                   "profile=c3.8|py3.* new: not looked at yet\n");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_sides_are_checked),
        cmocka_unit_test(buckets_follow_expectations),
        cmocka_unit_test(conditions_must_all_hold),
        cmocka_unit_test(last_line_that_matches_counts),
        cmocka_unit_test(wrong_lines_are_named),
        cmocka_unit_test(stale_lines_fail),
        cmocka_unit_test(advice_is_exact),
        cmocka_unit_test(update_keeps_adds_and_removes),
        cmocka_unit_test(update_narrows_patterns),
        cmocka_unit_test(update_joins_families),
    };
    return RUN_TESTS(tests);
}
