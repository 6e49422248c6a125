/* Patterns over ids, producers and their ranges, shards. */
#include "test_support.h"

#include "pattern.h"
#include "producer.h"
#include "select.h"

static void patterns_match_parts_and_paths(void **state) {
    static const struct {
        const char *pattern;
        const char *id;
        bool matches;
    } cases[] = {
        {"encode/int/one", "encode/int/one", true},
        {"encode/int/one", "encode/int/one/p4", false},
        {"encode/int/one", "encode/int/on", false},
        {"encode/*/one", "encode/int/one", true},
        {"encode/*", "encode/int/one", false},
        {"encode/**", "encode/int/one", true},
        {"encode/**", "encode", true},
        {"**", "encode/int/one", true},
        {"**/p0", "encode/int/one/p0", true},
        {"**/p0", "encode/int/one/p1", false},
        {"**/int/**", "encode/int/one", true},
        {"**/int/**/p*", "encode/int/one/p3", true},
        {"encode/**/int/one", "encode/int/one", true},
        {"*/*/*", "a/b/c", true},
        {"*/*/*", "a/b", false},
        {"encode/int/plus-*-*", "encode/int/plus-2-p", true},
        {"encode/int/plus-*", "encode/int/minus-2", false},
        {"a*b*c", "aXXbYYbZc", true},
        {"a*b*c", "aXXbYYbZ", false},
        {"*", "", true},
        {"a**b", "aXb", true}, /* two stars inside a part are one */
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        if (pattern_match(cases[i].pattern, cases[i].id) != cases[i].matches)
            fail_msg("%s on %s", cases[i].pattern, cases[i].id);
    }
}

static void pattern_prefix_never_hides_a_match(void **state) {
    (void)state;
    assert_true(pattern_may_start("encode/**", "encode/int"));
    assert_true(pattern_may_start("**/p0", "decode/int"));
    assert_true(pattern_may_start("*/int/*", "encode/int"));
    assert_true(pattern_may_start("encode", "encode/int"));
    assert_false(pattern_may_start("decode/**", "encode/int"));
    assert_false(pattern_may_start("encode/str/*", "encode/int"));
}

static void pattern_lists_have_alternatives(void **state) {
    (void)state;
    assert_true(pattern_list_match("linux|darwin", "darwin"));
    assert_true(pattern_list_match("c3.*|py3.8", "c3.11"));
    assert_false(pattern_list_match("c3.*|py3.8", "py3.9"));
    assert_false(pattern_list_match("", "linux"));
}

static void producers_have_names_and_numbers(void **state) {
    static const char *const names[] = {"c2.7",  "c3.8",  "c3.15",
                                        "py2.7", "py3.8", "pypy3.10"};
    char text[PRODUCER_NAME_SIZE];
    (void)state;
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        int p = producer_parse(names[i]);
        assert_int_not_equal(p, PRODUCER_NONE);
        assert_string_equal(producer_name(p, text), names[i]);
    }
    static const char *const wrong[] = {"",      "c",      "3.8",   "c3",
                                        "c3.",   "c3.08",  "c4.1",  "x3.8",
                                        "c3.99", "c3.8.1", "c3.8 ", "C3.8"};
    for (size_t i = 0; i < COUNT_OF(wrong); i++)
        assert_int_equal(producer_parse(wrong[i]), PRODUCER_NONE);
}

static void producer_ranges_hold_both_ends(void **state) {
    uint64_t mask = 0;
    (void)state;
    assert_true(producer_range("c3.8-3.10", &mask));
    assert_true(producer_range("py2.7", &mask));
    assert_true(producer_in(mask, producer_parse("c3.8")));
    assert_true(producer_in(mask, producer_parse("c3.9")));
    assert_true(producer_in(mask, producer_parse("c3.10")));
    assert_true(producer_in(mask, producer_parse("py2.7")));
    assert_false(producer_in(mask, producer_parse("c3.11")));
    assert_false(producer_in(mask, producer_parse("c2.7")));
    assert_false(producer_in(mask, producer_parse("py3.8")));
    assert_false(producer_in(mask, PRODUCER_NONE));
    assert_false(producer_range("c3.10-3.8", &mask));
    assert_false(producer_range("c3.8-", &mask));
    assert_false(producer_range("c3.8-py3.9", &mask));
}

static void newest_producer_is_the_c_pickler(void **state) {
    uint64_t mask = 0;
    (void)state;
    assert_int_equal(producer_newest(mask), PRODUCER_NONE);
    assert_true(producer_range("py3.8-3.15", &mask));
    assert_int_equal(producer_newest(mask), producer_parse("py3.15"));
    assert_true(producer_range("c3.8-3.13", &mask));
    assert_int_equal(producer_newest(mask), producer_parse("c3.13"));
}

/* Each case is in exactly one shard, and its protocols stay together. */
static void shards_divide_the_cases(void **state) {
    enum { SHARDS = 3, CASES = 300 };
    vector_file file = {.topic = TOPIC_encode};
    size_t sizes[SHARDS] = {0};
    (void)state;
    for (int i = 0; i < CASES; i++) {
        char id[40], check[48];
        snprintf(id, sizeof id, "encode/int/case-%d", i);
        snprintf(check, sizeof check, "%s/p4", id);
        vector_case c = {.id = id, .file = &file};
        int found = 0;
        for (int s = 0; s < SHARDS; s++) {
            selection sel = {.shard_index = s + 1, .shard_count = SHARDS};
            bool wanted = selection_wants(&sel, &c, check);
            assert_int_equal(wanted, selection_wants(&sel, &c, id));
            sizes[s] += wanted;
            found += wanted;
        }
        assert_int_equal(found, 1);
    }
    for (int s = 0; s < SHARDS; s++)
        assert_in_range(sizes[s], CASES / 5, CASES / 2);
}

/* The numbers are those of FNV-1a: a change would move cases between the
 * shards of a CI that compares them over time. */
static void shards_are_the_same_for_ever(void **state) {
    vector_file file = {.topic = TOPIC_encode};
    vector_case c = {.id = "a", .file = &file};
    /* 0xe40c292c, from the specification's list of test vectors. */
    selection sel = {.shard_index = (int)(0xe40c292cu % 1000) + 1,
                     .shard_count = 1000};
    (void)state;
    assert_true(selection_wants(&sel, &c, "a"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(patterns_match_parts_and_paths),
        cmocka_unit_test(pattern_prefix_never_hides_a_match),
        cmocka_unit_test(pattern_lists_have_alternatives),
        cmocka_unit_test(producers_have_names_and_numbers),
        cmocka_unit_test(producer_ranges_hold_both_ends),
        cmocka_unit_test(newest_producer_is_the_c_pickler),
        cmocka_unit_test(shards_divide_the_cases),
        cmocka_unit_test(shards_are_the_same_for_ever),
    };
    return RUN_TESTS(tests);
}
