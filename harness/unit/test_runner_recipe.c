/* Recipes, digests, and vector files that are not as they should be. */
#include "test_support.h"

#include "recipe.h"
#include "vectors.h"

#include <unistd.h>

static void assert_expands(const char *json, const char *text) {
    json_t *recipe = json_loads(json, JSON_DECODE_ANY, NULL);
    buffer out = {0};
    assert_non_null(recipe);
    if (!recipe_expand(recipe, &out))
        fail_msg("refused: %s", json);
    assert_string_equal(buffer_text(&out), text);
    buffer_free(&out);
    json_decref(recipe);
}

static void recipes_join_pieces(void **state) {
    (void)state;
    assert_expands("\"8004\"", "8004");
    assert_expands("\"\"", "");
    assert_expands("[]", "");
    assert_expands("[\"80\", [\"6\", 3], [\"ab\", 2], [\"x\", 0], \"2e\"]",
                   "80666abab2e");
    assert_expands("[\"l(\", {\"for\": [14, 18], \"text\": \"i%x,\"}, \"N)\"]",
                   "l(ie,if,i10,i11,N)");
    assert_expands("[{\"for\": [1, 3], \"text\": \"%x=%x;\"}]", "1=1;2=2;");
    assert_expands("[{\"for\": [3, 3], \"text\": \"%x\"}]", "");
}

static void wrong_recipes_are_refused(void **state) {
    static const char *const wrong[] = {
        "1",
        "null",
        "{}",
        "[1]",
        "[[\"a\"]]",
        "[[\"a\", -1]]",
        "[[\"a\", \"b\"]]",
        "[[1, 2]]",
        "[{\"for\": [0], \"text\": \"%x\"}]",
        "[{\"for\": [2, 1], \"text\": \"%x\"}]",
        "[{\"for\": [0, 1]}]",
        "[[\"0123456789abcdef\", 1000000000]]", /* 16 GB */
        "[[\"a\", 1000000000], [\"a\", 1000000000]]",
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(wrong); i++) {
        json_t *recipe = json_loads(wrong[i], JSON_DECODE_ANY, NULL);
        buffer out = {0};
        assert_non_null(recipe);
        if (recipe_expand(recipe, &out))
            fail_msg("accepted: %s", wrong[i]);
        buffer_free(&out);
        json_decref(recipe);
    }
}

static void plain_strings_are_not_copied(void **state) {
    json_t *recipe = json_string("abc");
    buffer scratch = {0};
    size_t len = 0;
    (void)state;
    assert_ptr_equal(recipe_text(recipe, &scratch, &len),
                     json_string_value(recipe));
    assert_int_equal(len, 3);
    assert_null(scratch.data);
    json_decref(recipe);
}

/* FIPS 180-2's example, "abc". */
static void digests_are_of_bytes(void **state) {
    json_t *value = json_loads(
        "{\"sha256\": \"ba7816bf8f01cfea414140de5dae2223b00361a396177"
        "a9cb410ff61f20015ad\", \"len\": 3}",
        0, NULL);
    digest d;
    (void)state;
    assert_non_null(value);
    assert_true(recipe_is_digest(value, &d));
    assert_true(digest_matches(&d, "abc", 3));
    assert_false(digest_matches(&d, "abd", 3));
    assert_false(digest_matches(&d, "abcd", 4));
    d.len = 4;
    assert_false(digest_matches(&d, "abc", 3));
    json_decref(value);
    value = json_loads("{\"sha256\": \"ba78\", \"len\": 3}", 0, NULL);
    assert_false(recipe_is_digest(value, &d));
    json_decref(value);
}

/* ---- files ---- */

#define FILE_OF(cases)                                                         \
    "{\"schema\": \"pickleproof-vectors/1\", \"cases\": [" cases "]}"
#define LOAD_CASE(expect)                                                      \
    FILE_OF("{\"id\": \"decode/x/a\", \"in\": \"4e2e\", \"expect\": " expect   \
            "}")
#define DUMP_CASE(values, expect)                                              \
    FILE_OF("{\"id\": \"encode/x/a\", \"values\": " values                     \
            ", \"expect\": " expect "}")

static bool load_text(vector_file *file, topic t, const char *text,
                      buffer *why) {
    char path[] = "pickleproof-test-XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), strlen(text));
    close(fd);
    bool good = vectors_load_file(file, path, t, why);
    unlink(path);
    return good;
}

static void good_files_are_read(void **state) {
    vector_file file;
    buffer why = {0};
    (void)state;
    assert_true(load_text(
        &file, TOPIC_decode,
        LOAD_CASE("[{\"value\": \"N\", \"used\": 2, \"made_by\": "
                  "[\"c3.8-3.15\"]}, {\"error\": \"EOFError\", \"offset\": 1, "
                  "\"made_by\": [\"py3.8\"]}]"),
        &why));
    assert_int_equal(file.case_count, 1);
    const form_list *list = &file.cases[0].forms[0];
    assert_int_equal(list->count, 2);
    assert_int_equal(list->forms[0].used, 2);
    assert_int_equal(list->forms[1].offset, 1);
    assert_string_equal(list->forms[1].error, "EOFError");
    vector_file_free(&file);
    assert_true(
        load_text(&file, TOPIC_encode,
                  DUMP_CASE("[\"N\"]", "{\"3\": [{\"value\": 0, \"bytes\": "
                                       "\"4e2e\", \"made_by\": [\"c3.8\"]}]}"),
                  &why));
    assert_int_equal(file.cases[0].forms[3].count, 1);
    assert_int_equal(file.cases[0].forms[0].count, 0);
    vector_file_free(&file);
    buffer_free(&why);
}

static void wrong_files_are_named(void **state) {
    static const struct {
        topic topic;
        const char *text;
    } wrong[] = {
        {TOPIC_decode, ""},
        {TOPIC_decode, "{"},
        {TOPIC_decode, "[]"},
        {TOPIC_decode, "{\"schema\": \"pickleproof-vectors/2\"}"},
        {TOPIC_decode, "{\"schema\": \"pickleproof-vectors/1\"}"},
        {TOPIC_decode, FILE_OF("{}")},
        {TOPIC_malformed, LOAD_CASE("[]")},
        {TOPIC_decode, LOAD_CASE("[]")},
        {TOPIC_decode, LOAD_CASE("[{\"made_by\": [\"c3.8\"]}]")},
        {TOPIC_decode, LOAD_CASE("[{\"value\": \"N\"}]")},
        {TOPIC_decode, LOAD_CASE("[{\"value\": \"N\", \"made_by\": []}]")},
        {TOPIC_decode, LOAD_CASE("[{\"value\": \"N\", \"made_by\": [\"x\"]}]")},
        {TOPIC_decode, LOAD_CASE("[{\"value\": \"N\", \"error\": \"E\", "
                                 "\"made_by\": [\"c3.8\"]}]")},
        {TOPIC_encode, DUMP_CASE("[\"N\"]", "[]")},
        {TOPIC_encode, DUMP_CASE("[\"N\"]", "{\"9\": []}")},
        {TOPIC_encode, DUMP_CASE("[\"N\"]", "{\"1\": []}")},
        {TOPIC_encode,
         DUMP_CASE("[\"N\"]", "{\"1\": [{\"value\": 1, \"bytes\": \"\", "
                              "\"made_by\": [\"c3.8\"]}]}")},
        {TOPIC_encode, DUMP_CASE("[\"N\"]", "{\"1\": [{\"value\": 0, "
                                            "\"made_by\": [\"c3.8\"]}]}")},
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(wrong); i++) {
        vector_file file;
        buffer why = {0};
        if (load_text(&file, wrong[i].topic, wrong[i].text, &why))
            fail_msg("accepted: %s", wrong[i].text);
        /* One line that says which file and what to do. */
        assert_non_null(strstr(why.data, "pickleproof-test"));
        assert_non_null(strchr(why.data, ';'));
        assert_null(strchr(why.data, '\n'));
        vector_file_free(&file);
        buffer_free(&why);
    }
}

static void missing_file_is_named(void **state) {
    vector_file file;
    buffer why = {0};
    (void)state;
    assert_false(
        vectors_load_file(&file, "/nonexistent/a.json", TOPIC_decode, &why));
    assert_non_null(strstr(why.data, "/nonexistent/a.json"));
    vector_file_free(&file);
    buffer_free(&why);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(recipes_join_pieces),
        cmocka_unit_test(wrong_recipes_are_refused),
        cmocka_unit_test(plain_strings_are_not_copied),
        cmocka_unit_test(digests_are_of_bytes),
        cmocka_unit_test(good_files_are_read),
        cmocka_unit_test(wrong_files_are_named),
        cmocka_unit_test(missing_file_is_named),
    };
    return RUN_TESTS(tests);
}
