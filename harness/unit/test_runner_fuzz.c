/* The parts of fuzzing that ask nobody: cutting, changing, judging, making
 * smaller, known differences. */
#include "test_support.h"

#include "fuzz.h"

#define BUFFER(text) ((buffer){(char *)(text), sizeof(text) - 1, 0})

static void put(fuzz_case *c, fuzz_op op, const void *data, size_t len) {
    fuzz_case_clear(c);
    c->op = op;
    buffer_add(&c->data, data, len);
}

/* ---- chance ---- */

static void cases_of_a_seed_are_always_the_same(void **state) {
    fuzz_seeds none = {0};
    fuzz_case a = {0}, b = {0};
    size_t different = 0;
    (void)state;
    for (uint64_t n = 0; n < 500; n++) {
        fuzz_make(7, n, &none, &a);
        fuzz_make(7, n, &none, &b);
        assert_int_equal(a.op, b.op);
        assert_int_equal(a.data.len, b.data.len);
        assert_memory_equal(buffer_text(&a.data), buffer_text(&b.data),
                            a.data.len);
        fuzz_make(8, n, &none, &b);
        different += a.data.len != b.data.len;
    }
    assert_true(different > 400);
    fuzz_case_free(&a);
    fuzz_case_free(&b);
}

/* ---- cutting ---- */

static void scan_cuts_at_opcodes(void **state) {
    static const char data[] = "\x80\x04" /* PROTO */
                               "I12\n"
                               "cmod\nname\n" /* GLOBAL: two lines */
                               "X\2\0\0\0ab"  /* BINUNICODE */
                               "\x8a\5\1\1";  /* LONG1, SHORT OF THREE BYTES */
    static const size_t at[] = {0, 2, 6, 16, 23};
    fuzz_pieces p = {0};
    (void)state;
    fuzz_scan(data, sizeof data - 1, &p);
    assert_int_equal(p.count, COUNT_OF(at));
    for (size_t i = 0; i < p.count; i++)
        assert_int_equal(p.items[i].at, at[i]);
    assert_int_equal(p.items[4].len, 4);
    fuzz_pieces_free(&p);
}

static void sizes_that_memory_decides_are_no_question(void **state) {
    static const struct {
        buffer data;
        bool reasonable;
    } cases[] = {
        {BUFFER("B\xff\xff\0\0."), true},
        {BUFFER("B\0\0\0\x10."), false},
        {BUFFER("B\xff\xff\xff\xff."), false},
        {BUFFER("\x8b\xff\xff\xff\xff."), true}, /* LONG4, negative */
        {BUFFER("\x8e\0\0\0\0\0\1\0\0."), false},
        {BUFFER("\x8e\0\0\0\0\0\0\0\x80."), true}, /* beyond any address */
        {BUFFER("Nr\xff\xff\0\0."), true},
        {BUFFER("Nr\0\0\0\x10."), false},
        {BUFFER("Np12345\n."), true},
        {BUFFER("Np12345678\n."), false},
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        if (fuzz_is_reasonable(&cases[i].data) != cases[i].reasonable)
            fail_msg("case %zu", i);
    }
}

/* ---- changing ---- */

static void add_sample(buffer *data) {
    static const char sample[] = "\x80\4\x95\x1a\0\0\0\0\0\0\0]\x94(K\1q\1"
                                 "X\2\0\0\0abI5\nV\\u0041\ng1\nh\1"
                                 "\x8a\2\xff\x7f"
                                 "e.";
    buffer_clear(data);
    buffer_add(data, sample, sizeof sample - 1);
}

static void every_mutator_changes_something(void **state) {
    buffer data = {0}, before = {0}, other = {0};
    (void)state;
    add_sample(&before);
    buffer_puts(&other, "(lp0\nI1\nas.");
    for (size_t m = 0; m < fuzz_mutator_count; m++) {
        size_t changed = 0;
        for (uint64_t n = 0; n < 300; n++) {
            fuzz_random r = fuzz_random_of(m, n);
            add_sample(&data);
            fuzz_mutators[m].change(&r, &data, &other);
            changed += data.len != before.len ||
                       memcmp(data.data, before.data, data.len) != 0;
        }
        if (changed < 100)
            fail_msg("%s changed %zu of 300", fuzz_mutators[m].name, changed);
    }
    buffer_free(&data);
    buffer_free(&before);
    buffer_free(&other);
}

static void mutators_bear_what_is_empty_or_broken(void **state) {
    static const buffer inputs[] = {
        BUFFER(""),  BUFFER("."),        BUFFER("\x8a"),    BUFFER("X\xff"),
        BUFFER("c"), BUFFER("\x95\1\2"), BUFFER("\xff\xff")};
    (void)state;
    for (size_t i = 0; i < COUNT_OF(inputs); i++) {
        for (size_t m = 0; m < fuzz_mutator_count; m++) {
            for (uint64_t n = 0; n < 50; n++) {
                fuzz_random r = fuzz_random_of(m, n);
                buffer data = {0};
                buffer_add(&data, inputs[i].data, inputs[i].len);
                fuzz_mutators[m].change(&r, &data, &inputs[(i + n) % 7]);
                buffer_free(&data);
            }
        }
    }
}

/* ---- judging ---- */

static void differences_get_their_class(void **state) {
    static const char all[] =
        "hello pickleproof/1 name=x ops=load,dump caps=class,exact,ident";
    static const char few[] = "hello pickleproof/1 name=x ops=load,dump";
    static const struct {
        fuzz_op op;
        bool capable;
        fuzz_answer_kind a_kind;
        const char *a;
        int64_t a_used;
        fuzz_answer_kind b_kind;
        const char *b;
        int64_t b_used;
        fuzz_class what;
    } cases[] = {
        {FUZZ_LOAD, true, FUZZ_OK, "i1", 4, FUZZ_OK, "i1", 4, FUZZ_SAME},
        {FUZZ_LOAD, true, FUZZ_OK, "i1", 4, FUZZ_OK, "i2", 4, FUZZ_VALUE},
        {FUZZ_LOAD, true, FUZZ_OK, "i1", 4, FUZZ_OK, "i1", 5, FUZZ_CONSUMED},
        {FUZZ_LOAD, true, FUZZ_OK, "i1", 4, FUZZ_OK, "?", -1, FUZZ_SAME},
        {FUZZ_LOAD, true, FUZZ_OK, "i1", 4, FUZZ_ERR, "E", -1, FUZZ_ACCEPT},
        {FUZZ_LOAD, true, FUZZ_ERR, "E", -1, FUZZ_OK, "i1", 4, FUZZ_REJECT},
        {FUZZ_LOAD, true, FUZZ_ERR, "E", -1, FUZZ_ERR, "F", -1, FUZZ_CLASS},
        {FUZZ_LOAD, false, FUZZ_ERR, "E", -1, FUZZ_ERR, "F", -1, FUZZ_SAME},
        {FUZZ_LOAD, true, FUZZ_NA, "op", -1, FUZZ_OK, "i1", 4, FUZZ_SAME},
        {FUZZ_LOAD, true, FUZZ_CRASH, "", -1, FUZZ_OK, "i1", 4, FUZZ_CRASHED},
        {FUZZ_LOAD, true, FUZZ_CRASH, "", -1, FUZZ_NA, "op", -1, FUZZ_CRASHED},
        {FUZZ_LOAD, true, FUZZ_OK, "i1", 4, FUZZ_HANG, "", -1, FUZZ_HUNG},
        {FUZZ_LOAD, true, FUZZ_OK, "N", 2, FUZZ_NONSENSE, "", -1,
         FUZZ_PROTOCOL},
        {FUZZ_LOAD, true, FUZZ_OK, "l(l(),*1)", 4, FUZZ_OK, "l(l(),l())", 4,
         FUZZ_VALUE},
        {FUZZ_LOAD, false, FUZZ_OK, "l(l(),*1)", 4, FUZZ_OK, "l(l(),l())", 4,
         FUZZ_SAME},
        {FUZZ_DUMP, true, FUZZ_OK, "x:4b012e", -1, FUZZ_OK, "x:4e304b012e", -1,
         FUZZ_BYTES},
        {FUZZ_DUMP, false, FUZZ_OK, "x:4b012e", -1, FUZZ_OK, "x:4e304b012e", -1,
         FUZZ_SAME},
        {FUZZ_DUMP, false, FUZZ_OK, "x:4b012e", -1, FUZZ_OK, "x:4b022e", -1,
         FUZZ_BYTES},
    };
    fuzz_case c = {0};
    buffer why = {0};
    hello able, plain;
    (void)state;
    assert_true(hello_parse(&able, all, strlen(all), &why));
    assert_true(hello_parse(&plain, few, strlen(few), &why));
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        const hello *h = cases[i].capable ? &able : &plain;
        fuzz_answer a = {cases[i].a_kind, {0}, cases[i].a_used, -1};
        fuzz_answer b = {cases[i].b_kind, {0}, cases[i].b_used, -1};
        fuzz_verdict v;
        buffer_puts(&a.text, cases[i].a);
        buffer_puts(&b.text, cases[i].b);
        put(&c, cases[i].op, "K\1.", 3);
        fuzz_judge(&c, h, h, &a, &b, &v);
        if (v.what != cases[i].what)
            fail_msg("case %zu: %s", i, fuzz_class_name(v.what));
        fuzz_answer_free(&a);
        fuzz_answer_free(&b);
    }
    fuzz_case_free(&c);
    hello_free(&able);
    hello_free(&plain);
    buffer_free(&why);
}

static void the_opcode_at_fault_is_told(void **state) {
    static const char all[] = "hello pickleproof/1 name=x ops=load caps=class";
    fuzz_answer a = {FUZZ_ERR, {0}, -1, 2}, b = {FUZZ_ERR, {0}, -1, -1};
    fuzz_case c = {0};
    fuzz_verdict v;
    buffer why = {0};
    hello h;
    (void)state;
    assert_true(hello_parse(&h, all, strlen(all), &why));
    buffer_puts(&a.text, "TypeError");
    buffer_puts(&b.text, "ValueError");
    put(&c, FUZZ_LOAD, "NNR.", 4);
    fuzz_judge(&c, &h, &h, &a, &b, &v);
    assert_string_equal(v.where, "REDUCE");
    assert_string_equal(v.a, "TypeError");
    assert_string_equal(v.b, "ValueError");
    fuzz_answer_free(&a);
    fuzz_answer_free(&b);
    fuzz_case_free(&c);
    hello_free(&h);
}

/* ---- making smaller ---- */

/* What is looked for: all these bytes, in this order, and how often somebody
 * asked. */
typedef struct sought {
    const char *bytes;
    size_t asked;
} sought;

static bool has_all(void *ctx, const fuzz_case *cases, size_t count,
                    bool *keeps) {
    sought *s = ctx;
    s->asked += count;
    for (size_t i = 0; i < count; i++) {
        const char *at = s->bytes;
        for (size_t k = 0; k < cases[i].data.len && *at; k++)
            at += cases[i].data.data[k] == *at;
        keeps[i] = *at == '\0';
    }
    return true;
}

static void minimiser_leaves_what_is_needed(void **state) {
    static const char noise[] = "\x80\4]\x94K\1a}(K\2Nu0X\3\0\0\0abc0";
    fuzz_case c = {0};
    sought s = {"R\x81.", 0};
    (void)state;
    put(&c, FUZZ_LOAD, noise, sizeof noise - 1);
    for (int i = 0; i < 40; i++)
        buffer_puts(&c.data, i == 7 ? "R" : i == 30 ? "\x81" : "N0K\1");
    buffer_putc(&c.data, '.');
    buffer_puts(&c.keys, " enc=bytes pid=1");
    size_t asked = fuzz_minimise(&c, 4000, has_all, &s);
    assert_int_equal(asked, s.asked);
    assert_int_equal(c.data.len, 3);
    assert_memory_equal(c.data.data, "R\x81.", 3);
    assert_int_equal(c.keys.len, 0);
    assert_true(s.asked < 1000);
    fuzz_case_free(&c);
}

static void minimiser_keeps_names_whole(void **state) {
    static const char data[] = "NN0cbuiltins\nlen\n0.";
    fuzz_case c = {0};
    sought s = {"cl.", 0};
    (void)state;
    put(&c, FUZZ_LOAD, data, sizeof data - 1);
    fuzz_minimise(&c, 4000, has_all, &s);
    assert_int_equal(c.data.len, 15);
    assert_memory_equal(c.data.data, "cbuiltins\nlen\n.", 15);
    fuzz_case_free(&c);
}

static void minimiser_takes_values_out_of_text(void **state) {
    static const char text[] = "d(u6b31=l(i1,f3ff0000000000000,t(N,i2)),"
                               "u6b32=S(i1,i2),u6b33=l(d()))";
    fuzz_case c = {0};
    sought s = {"t(", 0};
    (void)state;
    put(&c, FUZZ_DUMP, text, sizeof text - 1);
    fuzz_minimise(&c, 4000, has_all, &s);
    assert_string_equal(c.data.data, "t()");
    fuzz_case_free(&c);
}

static bool nobody_answers(void *ctx, const fuzz_case *cases, size_t count,
                           bool *keeps) {
    (void)ctx;
    (void)cases;
    (void)count;
    (void)keeps;
    return false;
}

static void minimiser_ends_when_nobody_answers(void **state) {
    fuzz_case c = {0};
    (void)state;
    put(&c, FUZZ_LOAD, "NNNN.", 5);
    assert_true(fuzz_minimise(&c, 4000, nobody_answers, NULL) > 0);
    assert_int_equal(c.data.len, 5);
    fuzz_case_free(&c);
}

/* ---- known differences ---- */

static void load_rules(fuzz_rules *rules, const char *text, bool good) {
    char path[] = "fuzz_rules_XXXXXX";
    buffer why = {0};
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    FILE *file = fdopen(fd, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
    assert_int_equal(fuzz_rules_load(rules, path, &why), good);
    assert_int_equal(why.len > 0, !good);
    buffer_free(&why);
    remove(path);
}

static void a_rule_needs_all_its_columns(void **state) {
    static const struct {
        const char *rule;
        bool explains;
    } cases[] = {
        {"accept * load ok ValueError * why", true},
        {"value|accept c3.8|c3.1* * * * INT why", true},
        {"accept * * * * +REDUCE why", true},
        {"accept * * * * INT&+REDUCE&~mod why", true},
        {"reject * * * * * why", false},
        {"accept c3.8 * * * * why", false},
        {"accept * dump * * * why", false},
        {"accept * * ValueError * * why", false},
        {"accept * * * TypeError * why", false},
        {"accept * * * * REDUCE why", false},
        {"accept * * * * +SETITEM why", false},
        {"accept * * * * INT&~other why", false},
        {"accept * * * * INT&~other|mod why", true},
        {"accept * * * * INT&~other|others why", false},
    };
    fuzz_verdict v = {FUZZ_ACCEPT, "ok", "ValueError", "INT"};
    fuzz_case c = {0};
    (void)state;
    put(&c, FUZZ_LOAD, "cmod\nx\nI1\nR.", 13);
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        fuzz_rules rules;
        load_rules(&rules, cases[i].rule, true);
        bool found = fuzz_rules_find(&rules, "c3.11", &c, &v) != NULL;
        if (found != cases[i].explains)
            fail_msg("%s", cases[i].rule);
        fuzz_rules_free(&rules);
    }
    fuzz_case_free(&c);
}

static void rules_without_a_reason_are_refused(void **state) {
    static const char *const bad[] = {"accept * load ok ok *",
                                      "# fine\naccept *\n",
                                      "nonsense * load ok ok * why"};
    fuzz_rules rules;
    (void)state;
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        load_rules(&rules, bad[i], false);
        fuzz_rules_free(&rules);
    }
    load_rules(&rules, "# a comment\n\n  \n", true);
    assert_int_equal(rules.count, 0);
    fuzz_rules_free(&rules);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cases_of_a_seed_are_always_the_same),
        cmocka_unit_test(scan_cuts_at_opcodes),
        cmocka_unit_test(sizes_that_memory_decides_are_no_question),
        cmocka_unit_test(every_mutator_changes_something),
        cmocka_unit_test(mutators_bear_what_is_empty_or_broken),
        cmocka_unit_test(differences_get_their_class),
        cmocka_unit_test(the_opcode_at_fault_is_told),
        cmocka_unit_test(minimiser_leaves_what_is_needed),
        cmocka_unit_test(minimiser_keeps_names_whole),
        cmocka_unit_test(minimiser_takes_values_out_of_text),
        cmocka_unit_test(minimiser_ends_when_nobody_answers),
        cmocka_unit_test(a_rule_needs_all_its_columns),
        cmocka_unit_test(rules_without_a_reason_are_refused),
    };
    return RUN_TESTS(tests);
}
