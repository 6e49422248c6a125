/* Reports: hostile text in every format, counts, files that appear whole. */
#include "test_support.h"

#include "jsonl.h"
#include "outfile.h"
#include "report.h"

#include <fcntl.h>
#include <jansson.h>
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#define FILE_NAME "pickleproof-test-report.out"

/* Everything a testee could put into a message. */
#define HOSTILE "a<b>&\"c\"]]>\x01\x1b[31m\xff\xed\xa0\x80 \xc3\xa9 # \\ \n\t."

static result *add(results *r, const char *id, outcome o) {
    result *item = results_add(r);
    item->id = results_keep(r, id);
    item->outcome = o;
    return item;
}

static results make_results(void) {
    results r = {0};
    r.info.name = must_copy("n\"<&");
    r.info.hello = must_copy("hello");
    r.info.complete = true;
    add(&r, "encode/int/one/p0", OUTCOME_PASS)->profile = "c3.11";
    result *bad = add(&r, "encode/int/one/p1", OUTCOME_FAIL);
    bad->reason = must_copy(HOSTILE);
    bad->detail = must_copy(HOSTILE);
    bad->errors = must_copy(HOSTILE);
    bad->repro = must_copy(HOSTILE);
    add(&r, "encode/str/" HOSTILE, OUTCOME_CRASH);
    add(&r, "decode/int/na", OUTCOME_NA)->reason = must_copy("needs # ext");
    add(&r, "decode/int/skip", OUTCOME_SKIP);
    add(&r, "decode/int/xfail", OUTCOME_FAIL)->expected = EXPECT_MET;
    add(&r, "decode/int/xpass", OUTCOME_PASS)->expected = EXPECT_PASSED;
    return r;
}

static void counts_go_to_topics(void **state) {
    results r = make_results();
    summary s;
    buffer out = {0};
    (void)state;
    results_count(&r, &s);
    assert_int_equal(s.topic_count, 2);
    assert_int_equal(s.topics[0].counts.passed, 1);
    assert_int_equal(s.topics[0].counts.failed, 2);
    assert_int_equal(s.topics[1].counts.failed, 1);
    assert_int_equal(s.topics[1].counts.skipped, 3);
    assert_int_equal(summary_exit_code(&s), 1);
    summary_print(&s, &r, true, &out);
    assert_string_equal(out.data,
                        "encode: 1 passed, 2 failed, 0 skipped\n"
                        "decode: 0 passed, 1 failed, 3 skipped\n"
                        "pickleproof: 1 passed, 3 failed, 3 skipped\n");
    buffer_free(&out);
    results_free(&r);
}

static int code_of(outcome o, expectation e) {
    results r = {0};
    summary s;
    add(&r, "a/b/c", o)->expected = e;
    results_count(&r, &s);
    results_free(&r);
    return summary_exit_code(&s);
}

static void exit_codes_are_as_documented(void **state) {
    (void)state;
    assert_int_equal(code_of(OUTCOME_PASS, EXPECT_NOTHING), 0);
    assert_int_equal(code_of(OUTCOME_FAIL, EXPECT_NOTHING), 1);
    assert_int_equal(code_of(OUTCOME_FAIL, EXPECT_MET), 0);
    assert_int_equal(code_of(OUTCOME_PASS, EXPECT_PASSED), 1);
    assert_int_equal(code_of(OUTCOME_CRASH, EXPECT_OTHERWISE), 1);
    assert_int_equal(code_of(OUTCOME_NA, EXPECT_NOTHING), 4);
    assert_int_equal(code_of(OUTCOME_SKIP, EXPECT_NOTHING), 4);
}

/* ---- JSON Lines ---- */

static void json_survives_a_round_trip(void **state) {
    results r = make_results(), back;
    buffer why = {0};
    (void)state;
    assert_true(report_json_save(FILE_NAME, &r));
    assert_true(jsonl_read(&back, FILE_NAME, &why));
    assert_int_equal(back.count, r.count);
    assert_true(back.info.complete);
    assert_string_equal(back.info.name, r.info.name);
    for (size_t i = 0; i < r.count; i++) {
        assert_int_equal(back.items[i].outcome, r.items[i].outcome);
        assert_int_equal(back.items[i].expected, r.items[i].expected);
        assert_string_equal(back.items[i].profile, r.items[i].profile);
    }
    assert_string_equal(back.items[0].id, r.items[0].id);
    assert_non_null(strstr(back.items[1].reason, "a<b>&\"c\"]]>\x01\x1b[31m"));
    results_free(&back);
    results_free(&r);
    unlink(FILE_NAME);
}

static void broken_reports_are_refused(void **state) {
    static const char *const wrong[] = {
        "",
        "{}",
        "[]\n",
        "not json\n",
        "{\"schema\": \"other\"}\n",
        "{\"schema\": \"pickleproof-results/1\"}\n{\"id\": \"a\"}\n",
        "{\"schema\": \"pickleproof-results/1\"}\n{\"id\": \"a\", \"outco"};
    (void)state;
    for (size_t i = 0; i < COUNT_OF(wrong); i++) {
        results r;
        buffer why = {0}, text = {0};
        buffer_puts(&text, wrong[i]);
        assert_true(outfile_save(FILE_NAME, &text));
        if (jsonl_read(&r, FILE_NAME, &why))
            fail_msg("accepted: %s", wrong[i]);
        assert_non_null(strstr(why.data, FILE_NAME));
        results_free(&r);
        buffer_free(&why);
        buffer_free(&text);
    }
    unlink(FILE_NAME);
}

/* A line that was cut off by a crash is told apart from a whole report. */
static void footer_says_complete(void **state) {
    results r;
    buffer why = {0}, text = {0};
    run_info info = {.name = (char *)"x"};
    (void)state;
    jsonl_header(&info, &text);
    assert_true(outfile_save(FILE_NAME, &text));
    assert_true(jsonl_read(&r, FILE_NAME, &why));
    assert_false(r.info.complete);
    results_free(&r);
    buffer_free(&text);
    unlink(FILE_NAME);
}

/* ---- JUnit ---- */

static bool is_xml_text(const char *text) {
    for (const unsigned char *p = (const unsigned char *)text; *p; p++) {
        if (*p < 0x20 && *p != '\n' && *p != '\t')
            return false;
    }
    return true;
}

static size_t occurrences(const char *text, const char *word) {
    size_t n = 0;
    while ((text = strstr(text, word)) != NULL) {
        n++;
        text += strlen(word);
    }
    return n;
}

static void xml_escapes_what_xml_cannot_hold(void **state) {
    buffer out = {0};
    (void)state;
    xml_escape("<&>\"\n\x01\xff\xed\xa0\x80\xef\xbf\xbf\xc3\xa9", &out);
#define BAD "\xef\xbf\xbd"
    assert_string_equal(out.data,
                        "&lt;&amp;&gt;&quot;&#10;" BAD BAD BAD BAD BAD BAD
                        "\xc3\xa9");
#undef BAD
    buffer_free(&out);
}

static void junit_has_one_root_and_a_suite_a_file(void **state) {
    results r = make_results();
    buffer out = {0};
    (void)state;
    junit_write(&r, &out);
    assert_true(is_xml_text(out.data));
    assert_int_equal(occurrences(out.data, "<testsuites "), 1);
    assert_int_equal(occurrences(out.data, "</testsuites>"), 1);
    assert_int_equal(occurrences(out.data, "<testsuite "), 3);
    assert_int_equal(occurrences(out.data, "<testcase"), 7);
    assert_int_equal(occurrences(out.data, "<failure"), 2);
    assert_int_equal(occurrences(out.data, "<error"), 1);
    assert_int_equal(occurrences(out.data, "<skipped"), 3);
    assert_non_null(strstr(out.data, "tests=\"7\" failures=\"2\" errors=\"1\" "
                                     "skipped=\"3\""));
    assert_non_null(strstr(out.data, "name=\"one/p0 [c3.11]\""));
    buffer_free(&out);
    results_free(&r);
}

/* ---- TAP ---- */

static void tap_is_a_line_a_result(void **state) {
    results r = make_results();
    buffer out = {0};
    (void)state;
    tap_write(&r, &out);
    assert_non_null(strstr(out.data, "TAP version 14\n1..7\n"
                                     "ok 1 - encode/int/one/p0 [c3.11]\n"
                                     "not ok 2 - encode/int/one/p1\n  ---\n"));
    assert_non_null(
        strstr(out.data, "ok 4 - decode/int/na # SKIP needs \\# ext\n"));
    assert_non_null(strstr(out.data, "\nok 5 - decode/int/skip # SKIP skip\n"));
    assert_non_null(strstr(out.data, "\nnot ok 6 - decode/int/xfail # TODO "));
    assert_non_null(strstr(out.data, "\nnot ok 7 - decode/int/xpass\n  ---\n  "
                                     "outcome: \"unexpected pass\"\n  ...\n"));
    assert_int_equal(
        occurrences(out.data, "\nok ") + occurrences(out.data, "\nnot ok "), 7);
    buffer_free(&out);
    results_free(&r);
}

static void markdown_counts_and_names(void **state) {
    results r = make_results();
    buffer out = {0};
    (void)state;
    markdown_write(&r, &out);
    assert_non_null(strstr(out.data, "| encode | 1 | 2 | 0 |"));
    assert_non_null(strstr(out.data, "- `decode/int/xpass` unexpected pass"));
    assert_non_null(strstr(out.data, "a\\<b\\>&"));
    buffer_free(&out);
    results_free(&r);
}

/* ---- files ---- */

static void report_replaces_a_file_whole(void **state) {
    buffer text = {0}, back = {0}, why = {0};
    (void)state;
    buffer_puts(&text, "one");
    assert_true(outfile_save(FILE_NAME, &text));
    buffer_puts(&text, " two");
    assert_true(outfile_save(FILE_NAME, &text));
    assert_true(file_read(FILE_NAME, &back, &why));
    assert_string_equal(back.data, "one two");
    assert_int_not_equal(access(FILE_NAME ".partial", F_OK), 0);
    unlink(FILE_NAME);
    buffer_free(&text);
    buffer_free(&back);
}

/* Standard error is kept away from the test's output. */
static int silence(void) {
    int keep = dup(2), null = open("/dev/null", O_WRONLY);
    dup2(null, 2);
    close(null);
    return keep;
}

static void speak(int keep) {
    dup2(keep, 2);
    close(keep);
}

/* A limit on the size of files stands for a full disk. */
static void full_disk_leaves_the_old_report(void **state) {
    buffer old = {0}, text = {0}, back = {0}, why = {0};
    struct rlimit before, small;
    (void)state;
    buffer_puts(&old, "old");
    assert_true(outfile_save(FILE_NAME, &old));
    buffer_fill(&text, 'x', 1 << 20);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    small = before;
    small.rlim_cur = 4096;
    signal(SIGXFSZ, SIG_IGN);
    int keep = silence();
    setrlimit(RLIMIT_FSIZE, &small);
    bool saved = outfile_save(FILE_NAME, &text);
    setrlimit(RLIMIT_FSIZE, &before);
    speak(keep);
    assert_false(saved);
    assert_true(file_read(FILE_NAME, &back, &why));
    assert_string_equal(back.data, "old");
    assert_int_not_equal(access(FILE_NAME ".partial", F_OK), 0);
    unlink(FILE_NAME);
    buffer_free(&old);
    buffer_free(&text);
    buffer_free(&back);
}

static void full_device_is_an_error(void **state) {
    buffer text = {0};
    (void)state;
    if (access("/dev/full", W_OK) != 0)
        skip(); /* a system without that device */
    buffer_puts(&text, "x");
    int keep = silence();
    bool saved = outfile_save("/dev/full", &text);
    bool nowhere = outfile_save("/nonexistent/folder/x", &text);
    speak(keep);
    assert_false(saved);
    assert_false(nowhere);
    buffer_free(&text);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counts_go_to_topics),
        cmocka_unit_test(exit_codes_are_as_documented),
        cmocka_unit_test(json_survives_a_round_trip),
        cmocka_unit_test(broken_reports_are_refused),
        cmocka_unit_test(footer_says_complete),
        cmocka_unit_test(xml_escapes_what_xml_cannot_hold),
        cmocka_unit_test(junit_has_one_root_and_a_suite_a_file),
        cmocka_unit_test(tap_is_a_line_a_result),
        cmocka_unit_test(markdown_counts_and_names),
        cmocka_unit_test(report_replaces_a_file_whole),
        cmocka_unit_test(full_disk_leaves_the_old_report),
        cmocka_unit_test(full_device_is_an_error),
    };
    return RUN_TESTS(tests);
}
