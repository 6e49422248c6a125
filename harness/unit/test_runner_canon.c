/* Canonical text: references written out, printed like Python, compared. */
#include "test_support.h"

#include "canon.h"

/* ---- expanding ---- */

static const struct {
    const char *text;
    bool dump;
    expansion result;
    const char *expanded;
} expansions[] = {
    {"i1", false, EXPAND_OK, "i1"},
    {"l(l(),*1)", false, EXPAND_OK, "l(l(),l())"},
    {"l(t(),l(),*1)", false, EXPAND_OK, "l(t(),l(),l())"},
    {"l(B61,*1)", false, EXPAND_OK, "l(B61,B61)"},
    {"l(l(B61,*2),*1,*2)", false, EXPAND_OK, "l(l(B61,B61),l(B61,B61),B61)"},
    {"d(i1=l(),i2=*1)", false, EXPAND_OK, "d(i1=l(),i2=l())"},
    {"n(gm:C;;d(u61=l());*2)", false, EXPAND_OK, "n(gm:C;;d(u61=l());l())"},
    {"l(*0)", false, EXPAND_CYCLIC, NULL},
    {"l(l(*0))", false, EXPAND_CYCLIC, NULL},
    {"l(*1)", false, EXPAND_BAD, NULL},
    {"l(*x)", false, EXPAND_BAD, NULL},
    {"l(*", false, EXPAND_BAD, NULL},
    {"l(*0))", false, EXPAND_CYCLIC, NULL},
    /* In a load each element of a set has numbers of its own ... */
    {"l(l(),S(t(i1,t(i2),*1),t(i3)),*1)", false, EXPAND_OK,
     "l(l(),S(t(i1,t(i2),t(i2)),t(i3)),l())"},
    {"l(S(t(i1),t(i2)),l(),*2)", false, EXPAND_OK, "l(S(t(i1),t(i2)),l(),l())"},
    {"S(t(^2))", false, EXPAND_CYCLIC, NULL},
    /* ... in a dump the numbers go on. */
    {"l(S(t(i1),t(i2)),*3)", true, EXPAND_OK, "l(S(t(i1),t(i2)),t(i2))"},
};

static void references_are_written_out(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT_OF(expansions); i++) {
        buffer out = {0};
        expansion result =
            canon_expand(expansions[i].text, strlen(expansions[i].text),
                         expansions[i].dump, &out);
        if (result != expansions[i].result)
            fail_msg("%s gives %d", expansions[i].text, (int)result);
        if (result == EXPAND_OK)
            assert_string_equal(buffer_text(&out), expansions[i].expanded);
        buffer_free(&out);
    }
}

/* Thirty lists, each twice in the next: 2 ** 30 elements when written out. */
static void explosive_sharing_is_refused(void **state) {
    buffer text = {0}, out = {0};
    (void)state;
    for (int i = 0; i < 30; i++)
        buffer_puts(&text, "l(");
    buffer_puts(&text, "l()");
    for (int i = 30; i > 0; i--)
        buffer_printf(&text, ",*%d)", i);
    assert_int_equal(canon_expand(text.data, text.len, false, &out),
                     EXPAND_TOO_LARGE);
    buffer_free(&text);
    buffer_free(&out);
}

static void deep_text_does_not_recurse(void **state) {
    enum { DEPTH = 1000000 };
    buffer text = {0}, out = {0};
    (void)state;
    for (int i = 0; i < DEPTH; i++)
        buffer_puts(&text, "l(");
    buffer_puts(&text, "B61,*1");
    for (int i = 0; i < DEPTH; i++)
        buffer_putc(&text, ')');
    assert_int_equal(canon_expand(text.data, text.len, false, &out),
                     EXPAND_CYCLIC);
    canon_print(text.data, text.len, 100, &out);
    assert_true(out.len <= 104);
    difference d;
    text.data[text.len / 2] = ')';
    assert_false(canon_differ(text.data, text.len, text.data, text.len, &d));
    buffer_free(&text);
    buffer_free(&out);
}

/* ---- printing ---- */

static void values_print_like_python(void **state) {
    static const struct {
        const char *text;
        const char *python;
    } cases[] = {
        {"N", "None"},
        {"i1f", "31"},
        {"i-1f", "-31"},
        {"iffffffffffffffffffff", "0xffffffffffffffffffff"},
        {"f3ff0000000000000", "1.0"},
        {"f3fb999999999999a", "0.1"},
        {"f8000000000000000", "-0.0"},
        {"f7ff0000000000000", "inf"},
        {"c3ff00000000000004000000000000000", "complex(1.0, 2.0)"},
        {"u6162", "'ab'"},
        {"u27", "'\\''"},
        {"uc3a9", "'\xc3\xa9'"},
        {"ueda080", "'\\ud800'"},
        {"u00", "'\\x00'"},
        {"b6100ff", "b'a\\x00\\xff'"},
        {"B61", "bytearray(b'a')"},
        {"t()", "()"},
        {"t(i1)", "(1,)"},
        {"t(i1,i2)", "(1, 2)"},
        {"t(l(),i2)", "([], 2)"},
        {"l(i1,l(),*1)", "[1, [], <object 1>]"},
        {"d(u61=i1,u62=t(i1))", "{'a': 1, 'b': (1,)}"},
        {"S(i1)", "set([1])"},
        {"z()", "frozenset([])"},
        {"gos:path.join", "os.path.join"},
        {"ga%20b:c", "a b.c"},
        {"p(u61)", "persistent('a')"},
        {"r61", "PickleBuffer(b'a', readonly)"},
        {"n(gm:C;i1;d())", "<instance of m.C(1) state=[{}]>"},
        {"n(gm:C;)", "<instance of m.C()>"},
        {"o(gm:f;i1,i2)", "<call of m.f(1, 2)>"},
        {"l($1=u61,$1)", "['a', $1]"},
        {"d($1=u61=i1)", "{'a': 1}"},
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        buffer out = {0};
        canon_print(cases[i].text, strlen(cases[i].text), 200, &out);
        assert_string_equal(buffer_text(&out), cases[i].python);
        buffer_free(&out);
    }
}

/* ---- comparing ---- */

static void first_difference_has_a_path(void **state) {
    static const struct {
        const char *expected;
        const char *actual;
        const char *path; /* NULL: equal */
        const char *left; /* what begins there */
        const char *right;
    } cases[] = {
        {"i1", "i1", NULL, "", ""},
        {"i1", "i2", "value", "i1", "i2"},
        {"l(i1,i2)", "l(i1,i3)", "value[1]", "i2)", "i3)"},
        {"l(i1,i2)", "l(i1)", "value[0]", ",i2)", ")"},
        {"t(l(i1,d(u6b=i2)))", "t(l(i1,d(u6b=i3)))", "value[0][1]['k']",
         "i2)))", "i3)))"},
        {"d(u61=i1)", "d(u62=i1)", "value.keys()[0]", "u61=i1)", "u62=i1)"},
        {"d(t(i1,i2)=i1,u62=l())", "d(t(i1,i2)=i1,u62=t())", "value['b']",
         "l())", "t())"},
        {"n(gm:C;i1;d(u61=i1))", "n(gm:C;i2;d(u61=i1))", "value.args[0]",
         "i1;d(u61=i1))", "i2;d(u61=i1))"},
        {"n(gm:C;;d(u61=i1))", "n(gm:C;;d(u61=i2))", "value.state['a']", "i1))",
         "i2))"},
        {"n(gm:C;;;i1,i2)", "n(gm:C;;;i1,i3)", "value.items[1]", "i2)", "i3)"},
        {"n(gm:C;;;;u61=i1)", "n(gm:C;;;;u61=i2)", "value.pairs['a']", "i1)",
         "i2)"},
        {"o(gm:f;)", "o(gm:g;)", "value.callable", "gm:f;)", "gm:g;)"},
        {"l(p(u61))", "l(p(u62))", "value[0].id", "u61))", "u62))"},
        {"S(i1,i2)", "S(i1,i3)", "value.element[1]", "i2)", "i3)"},
        {"l()", "t()", "value", "l()", "t()"},
        {"i1", "", "value", "i1", ""},
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        difference d;
        const char *e = cases[i].expected, *a = cases[i].actual;
        bool differ = canon_differ(e, strlen(e), a, strlen(a), &d);
        assert_int_equal(differ, cases[i].path != NULL);
        if (!differ)
            continue;
        assert_string_equal(d.path.data, cases[i].path);
        assert_string_equal(e + d.expected_at, cases[i].left);
        assert_string_equal(a + d.actual_at, cases[i].right);
        buffer_free(&d.path);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(references_are_written_out),
        cmocka_unit_test(explosive_sharing_is_refused),
        cmocka_unit_test(deep_text_does_not_recurse),
        cmocka_unit_test(values_print_like_python),
        cmocka_unit_test(first_difference_has_a_path),
    };
    return RUN_TESTS(tests);
}
