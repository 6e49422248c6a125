/* Hellos and replies taken apart; command lines quoted. */
#include "test_support.h"

#include "run.h"
#include "testee.h"

static bool parse_hello(hello *h, const char *line, buffer *why) {
    return hello_parse(h, line, strlen(line), why);
}

static void hello_is_taken_apart(void **state) {
    hello h;
    buffer why = {0};
    (void)state;
    assert_true(parse_hello(
        &h,
        "hello pickleproof/1 name=x version=1.2 lang=c exe=/bin/x "
        "ops=load,dump caps=value,ident profiles=c3.11,py3.11 window=9 new=1",
        &why));
    assert_string_equal(h.name, "x");
    assert_string_equal(h.version, "1.2");
    assert_string_equal(h.lang, "c");
    assert_string_equal(h.exe, "/bin/x");
    assert_true(hello_has_op(&h, "load"));
    assert_false(hello_has_op(&h, "redump"));
    assert_true(hello_has_cap(&h, "ident"));
    assert_false(hello_has_cap(&h, "iden"));
    assert_int_equal(h.profiles.count, 2);
    assert_string_equal(h.profiles.items[1], "py3.11");
    assert_int_equal(h.window, 9);
    hello_free(&h);
    buffer_free(&why);
}

static void hello_has_bounds_and_defaults(void **state) {
    hello h;
    buffer why = {0};
    (void)state;
    assert_true(parse_hello(
        &h, "hello pickleproof/1 name=x ops=load window=100000", &why));
    assert_int_equal(h.window, WINDOW_MAX);
    hello_free(&h);
    assert_true(
        parse_hello(&h, "hello pickleproof/1 name=x ops=load window=-5", &why));
    assert_int_equal(h.window, 1);
    assert_string_equal(h.lang, "");
    hello_free(&h);
    buffer_free(&why);
}

static void wrong_hellos_are_refused(void **state) {
    static const char *const wrong[] = {
        "",
        "hullo pickleproof/1 name=x ops=load",
        "hello",
        "hello pickleproof/2 name=x ops=load",
        "hello pickleproof/1 ops=load",
        "hello pickleproof/1 name=x",
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(wrong); i++) {
        hello h;
        buffer why = {0};
        assert_false(parse_hello(&h, wrong[i], &why));
        assert_true(why.len > 0);
        hello_free(&h);
        buffer_free(&why);
    }
}

static void replies_are_taken_apart(void **state) {
    char ok[] = "ok l(i1) d(u61=i2) used=12 later=1";
    char err[] = "err EOFError x:6162 off=7";
    char na[] = "na op";
    reply r = {0};
    buffer why = {0};
    (void)state;
    assert_true(reply_parse(&r, ok, &why));
    assert_int_equal(r.kind, REPLY_OK);
    assert_int_equal(r.result_count, 2);
    assert_string_equal(r.results[1], "d(u61=i2)");
    assert_int_equal(r.used, 12);
    assert_int_equal(r.offset, -1);
    assert_true(reply_parse(&r, err, &why));
    assert_int_equal(r.kind, REPLY_ERR);
    assert_int_equal(r.result_count, 0);
    assert_string_equal(r.word, "EOFError");
    assert_string_equal(r.message, "6162");
    assert_int_equal(r.offset, 7);
    assert_int_equal(r.used, -1);
    assert_true(reply_parse(&r, na, &why));
    assert_int_equal(r.kind, REPLY_NA);
    assert_string_equal(r.word, "op");
    free(r.results);
    buffer_free(&why);
}

static void wrong_replies_are_refused(void **state) {
    static const char *const wrong[] = {"",        "ok",    "err",
                                        "okay i1", "OK i1", "ok used=3"};
    (void)state;
    for (size_t i = 0; i < COUNT_OF(wrong); i++) {
        char line[40];
        reply r = {0};
        buffer why = {0};
        snprintf(line, sizeof line, "%s", wrong[i]);
        if (reply_parse(&r, line, &why))
            fail_msg("accepted: %s", wrong[i]);
        assert_true(why.len > 0);
        free(r.results);
        buffer_free(&why);
    }
}

static void command_lines_can_be_pasted(void **state) {
    char *argv[] = {"./a", "b c", "it's", "", "$HOME", "x=1", NULL};
    buffer out = {0};
    (void)state;
    shell_quote(argv, &out);
    assert_string_equal(out.data, "./a 'b c' 'it'\\''s' '' '$HOME' x=1");
    buffer_free(&out);
}

static void hex_goes_both_ways(void **state) {
    buffer b = {0}, back = {0};
    (void)state;
    buffer_hex(&b, "\x00\xff\x1a", 3);
    assert_string_equal(b.data, "00ff1a");
    assert_true(buffer_unhex(&back, b.data, b.len));
    assert_memory_equal(back.data, "\x00\xff\x1a", 3);
    assert_false(buffer_unhex(&back, "0", 1));
    assert_false(buffer_unhex(&back, "0G", 2));
    assert_false(buffer_unhex(&back, "AB", 2)); /* lower case only */
    assert_int_equal(back.len, 3);
    buffer_drop(&back, 2);
    assert_int_equal(back.len, 1);
    assert_int_equal(back.data[0], 0x1a);
    buffer_free(&b);
    buffer_free(&back);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hello_is_taken_apart),
        cmocka_unit_test(hello_has_bounds_and_defaults),
        cmocka_unit_test(wrong_hellos_are_refused),
        cmocka_unit_test(replies_are_taken_apart),
        cmocka_unit_test(wrong_replies_are_refused),
        cmocka_unit_test(command_lines_can_be_pasted),
        cmocka_unit_test(hex_goes_both_ways),
    };
    return RUN_TESTS(tests);
}
