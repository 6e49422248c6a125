/* Scenarios: what is read, what is refused and where, how replies are judged.
 */
#include "test_support.h"

#include "scenario_exchange.h"

/* ---- reading ---- */

#define GOOD "scenario one\n  about it works\n  A: open pipe r w\n"

static bool parse(scenarios *s, const char *text, buffer *why) {
    return scenarios_parse(s, "x.scn", "x", text, why);
}

static const scenario *parsed(scenarios *s, const char *text) {
    buffer why = {0};
    if (!parse(s, text, &why))
        fail_msg("%s", buffer_text(&why));
    buffer_free(&why);
    return &s->items[0];
}

static void a_scenario_is_read(void **state) {
    scenarios s = {0};
    (void)state;
    const scenario *sc = parsed(
        &s, "# a comment\n\nscenario one\n  about  it works\n  ref a, b\n"
            "  channel tcp\n  mixed\n  fresh\n"
            "  A&: send_handle c r\n"
            "  B:  recv_handle c got => ok $x _ 8 ...\n"
            "    | ack B>=3.14 => err OSError \"[Errno 9] ...\"\n"
            "  R: sleep 20\n");
    assert_string_equal(sc->id, "scenarios/x/one");
    assert_int_equal(sc->line, 3);
    assert_string_equal(sc->about, "it works");
    assert_string_equal(sc->channel, "tcp");
    assert_true(sc->mixed && sc->fresh);
    assert_int_equal(sc->step_count, 3);
    assert_true(sc->steps[0].later);
    assert_int_equal(sc->steps[1].side, SIDE_B);
    assert_int_equal(sc->steps[1].line, 10);
    assert_int_equal(sc->steps[1].answer_count, 2);
    const answer *a = sc->steps[1].answers;
    assert_int_equal(a[0].words.count, 3);
    assert_string_equal(a[0].words.items[2], "i8");
    assert_true(a[0].more);
    assert_int_equal(a[1].kind, ANSWER_ERR);
    assert_string_equal(a[1].klass, "OSError");
    assert_string_equal(a[1].message, "[Errno 9] ");
    assert_true(a[1].begins);
    assert_int_equal(a[1].when.count, 2);
    assert_string_equal(sc->steps[2].words.items[1], "20");
    scenarios_free(&s);
}

static void words_are_written_as_the_protocol_has_them(void **state) {
    scenarios s = {0};
    (void)state;
    const scenario *sc =
        parsed(&s, GOOD "  A: sendmsg c x\"a b\\n\\x00\\\"\" f*3\n"
                        "  A: poll c -1\n  A: read c 255\n  A: many f 3 g*0\n"
                        "  A: write c x\"a*2\"*3\n  A: write c x\"a\"*0\n");
    const step *st = sc->steps;
    assert_string_equal(st[1].words.items[2], "x:6120620a0022");
    assert_int_equal(st[1].words.count, 6);
    assert_string_equal(st[1].words.items[5], "f2");
    assert_string_equal(st[2].words.items[2], "i-1");
    assert_string_equal(st[3].words.items[2], "iff");
    assert_int_equal(st[4].words.count, 3);
    assert_string_equal(st[5].words.items[2], "x:612a32612a32612a32");
    assert_string_equal(st[6].words.items[2], "x:");
    scenarios_free(&s);
}

static void for_makes_one_of_each_word(void **state) {
    scenarios s = {0};
    (void)state;
    parsed(&s, "for N in 1 20\nfor K in pipe tcp\nscenario s-$N-$K\n"
               "  about $N of $K\n  channel $K\n  A: many f $N\n"
               "scenario last\n  about x\n  A: reap\n");
    assert_int_equal(s.count, 5);
    assert_string_equal(s.items[0].id, "scenarios/x/s-1-pipe");
    assert_string_equal(s.items[1].id, "scenarios/x/s-1-tcp");
    assert_string_equal(s.items[2].id, "scenarios/x/s-20-pipe");
    assert_string_equal(s.items[2].steps[0].words.items[2], "i14");
    assert_string_equal(s.items[3].channel, "tcp");
    assert_non_null(scenarios_find(&s, "scenarios/x/last"));
    assert_null(scenarios_find(&s, "scenarios/x/las"));
    scenarios_free(&s);
}

static const struct {
    const char *text;
    const char *says;
} broken[] = {
    {"about x\n", "x.scn:1: this stands in no scenario"},
    {"scenario Big\n", "x.scn:1: a scenario's name"},
    {"scenario\n", "x.scn:1: a scenario's name"},
    {"\n\nscenario a\n  A: reap\n", "x.scn:3: scenarios/x/a: about what?"},
    {"scenario a\n  about\n", "x.scn:2: about what?"},
    {"scenario a\n  about x\n", "x.scn:1: scenarios/x/a has no steps"},
    {GOOD GOOD, "x.scn:4: one is there twice"},
    {GOOD "  frob\n", "x.scn:4: frob: no word of this language"},
    {GOOD "  A: frob\n", "x.scn:4: peers know no frob"},
    {GOOD "  A:\n", "x.scn:4: an empty step"},
    {GOOD "  C: reap\n", "x.scn:4: C: reap: no word of this language"},
    {GOOD "  A: reap => maybe\n", "x.scn:4: expected is ok, err or blocked"},
    {GOOD "  A: reap => blocked 1\n", "x.scn:4: expected is ok"},
    {GOOD "  A: reap => err\n", "x.scn:4: err takes a class"},
    {GOOD "  A: reap => err X y\n", "x.scn:4: y: not a text in quotes"},
    {GOOD "  A: reap => err X \"\\q\"\n", "x.scn:4: \"\\q\": not a text"},
    {GOOD "  A: reap => err X \"a\" b\n", "x.scn:4: err takes a class"},
    {GOOD "  A: write w x\"a\n", "x.scn:4: x\"a: not bytes in quotes"},
    {GOOD "  A: write w x\"a\"b\n", "x.scn:4: x\"a\"b: not bytes in quotes"},
    {GOOD "  A: write w x\"a\"*-1\n", "x.scn:4: x\"a\"*-1: not bytes"},
    {GOOD "  A: write w x\"a\"*2b\n", "x.scn:4: x\"a\"*2b: not bytes"},
    {GOOD "  A: write w x\"aa\"*2097153\n", "x.scn:4: x\"aa\"*2097153: not"},
    {GOOD "  A: write w $y\n", "x.scn:4: nothing has been taken as $y"},
    {GOOD "  | => ok\n", "x.scn:4: without conditions"},
    {GOOD "  |  => ok\n", "x.scn:4: without conditions"},
    {GOOD "  | ack\n", "x.scn:4: what does it expect?"},
    {GOOD "  | nack => ok\n", "x.scn:4: nack is no condition"},
    {"scenario a\n  about x\n  | ack => ok\n", "x.scn:3: there is no step"},
    {GOOD "  only A>=3.12\n", "x.scn:4: say why after --"},
    {GOOD "  only A>3 -- why\n", "x.scn:4: A>3 is no condition"},
    {GOOD "  leaks C -- why\n", "x.scn:4: say whether A or B leaks"},
    {GOOD "  channel smoke\n", "x.scn:4: no channel smoke"},
    {GOOD "  mixed x\n", "x.scn:4: mixed stands alone"},
    {GOOD "  R: kill\n", "x.scn:4: kill: not with these words"},
    {GOOD "  R: kill C\n", "x.scn:4: kill: not with these words"},
    {GOOD "  R: frob A\n", "x.scn:4: the referee knows no frob"},
    {"for N\n" GOOD, "x.scn:1: write: for NAME in WORD"},
    {"for N of 1\n" GOOD, "x.scn:1: write: for NAME in WORD"},
    {"for N in 1 2\n" GOOD, "x.scn:2: one is there twice"},
    {GOOD "for N in 1 2\n", "x.scn:4: a for without its scenario"},
};

static void broken_files_are_refused_with_their_line(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT_OF(broken); i++) {
        scenarios s = {0};
        buffer why = {0};
        if (parse(&s, broken[i].text, &why))
            fail_msg("read: %s", broken[i].text);
        if (strncmp(why.data, broken[i].says, strlen(broken[i].says)) != 0)
            fail_msg("%s\nsaid: %s\nnot: %s", broken[i].text, why.data,
                     broken[i].says);
        buffer_free(&why);
        scenarios_free(&s);
    }
}

/* ---- conditions ---- */

static pair_facts facts_of(int a, int b) {
    pair_facts f = {
        {{"c", "c", a, a >= 314}, {"cpython", "python", b, b >= 314}}};
    return f;
}

static bool holds(const char *word, int a, int b) {
    condition c;
    pair_facts f = facts_of(a, b);
    if (!condition_parse(&c, word))
        fail_msg("%s is refused", word);
    conditions all = {&c, 1};
    return conditions_hold(&all, &f);
}

static void conditions_are_about_the_pair(void **state) {
    (void)state;
    assert_true(holds("A<3.12", 311, 314));
    assert_false(holds("A<3.12", 312, 308));
    assert_true(holds("B>=3.14", 308, 314));
    assert_false(holds("B>=3.14", 315, 313));
    assert_true(holds("A<=3.9", 309, 308));
    assert_false(holds("A>3.9", 309, 308));
    assert_true(holds("A=3.10", 310, 308));
    assert_true(holds("A=B", 310, 310));
    assert_false(holds("A=B", 310, 311));
    assert_true(holds("A<B", 310, 311));
    assert_true(holds("ack", 314, 315));
    assert_false(holds("ack", 314, 313));
    assert_true(holds("!ack", 314, 313));
    assert_true(holds("A.c", 308, 308));
    assert_false(holds("A.python", 308, 308));
    assert_true(holds("B.python", 308, 308));
    assert_true(holds("B.cpython", 308, 308));
    assert_true(holds("!B.pypy", 308, 308));
}

static void what_is_no_condition_is_refused(void **state) {
    static const char *const wrong[] = {
        "",  "A",    "C<3.12",  "A<",          "A<B.x", "A<3.12x",
        "!", "A3.1", "A<three", "acknowledge", "A.",    "B=A"};
    condition c;
    (void)state;
    for (size_t i = 0; i < COUNT_OF(wrong); i++) {
        if (condition_parse(&c, wrong[i]))
            fail_msg("%s is taken", wrong[i]);
    }
}

static void the_first_alternative_that_holds_counts(void **state) {
    scenarios s = {0};
    (void)state;
    const scenario *sc =
        parsed(&s, GOOD "  B: reap => ok 1\n    | A=3.10 B=3.10 => ok 2\n"
                        "    | A=3.10 => ok 3\n    | B=3.10 => ok 4\n");
    static const struct {
        int a, b;
        const char *word;
    } rows[] = {
        {308, 308, "i1"}, {310, 310, "i2"}, {310, 309, "i3"}, {309, 310, "i4"}};
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        pair_facts f = facts_of(rows[i].a, rows[i].b);
        assert_string_equal(step_answer(&sc->steps[1], &f)->words.items[0],
                            rows[i].word);
    }
    scenarios_free(&s);
}

static void only_and_leaks_say_why(void **state) {
    scenarios s = {0};
    const char *why = NULL;
    (void)state;
    const scenario *sc =
        parsed(&s, GOOD "  only A>=3.12 -- prefixed digests\n"
                        "  leaks B B.python -- it keeps them\n");
    pair_facts old = facts_of(311, 311), young = facts_of(312, 308);
    assert_false(scenario_is_for(sc, &old, &why));
    assert_string_equal(why, "prefixed digests");
    assert_true(scenario_is_for(sc, &young, &why));
    assert_true(scenario_leaks(sc, SIDE_B, &old));
    assert_false(scenario_leaks(sc, SIDE_A, &old));
    scenarios_free(&s);
}

/* ---- judging ---- */

/* Whether `said` is what "A: reap => EXPECTED" wants; $known is i7. */
static bool matches(const char *expected, const char *said) {
    scenarios s = {0};
    variables v = {0};
    buffer text = {0};
    variables_set(&v, "known", "i7");
    buffer_printf(&text, "%s  A: reap => %s\n", GOOD, expected);
    const scenario *sc = parsed(&s, text.data);
    bool same = answer_matches(&sc->steps[1].answers[0], said, &v);
    buffer_free(&text);
    variables_free(&v);
    scenarios_free(&s);
    return same;
}

static void replies_are_compared_word_by_word(void **state) {
    (void)state;
    assert_true(matches("ok", "ok"));
    assert_false(matches("ok", "ok i1"));
    assert_true(matches("ok ...", "ok i1 i2"));
    assert_true(matches("ok 1 ...", "ok i1"));
    assert_false(matches("ok 1 ...", "ok i2"));
    assert_true(matches("ok 1 fifo", "ok i1 fifo"));
    assert_false(matches("ok 1 fifo", "ok i1"));
    assert_false(matches("ok 1", "ok i1 fifo"));
    assert_false(matches("ok 1", "ok i11"));
    assert_true(matches("ok _", "ok x:00"));
    assert_false(matches("ok _", "ok"));
    assert_true(matches("ok $known", "ok i7"));
    assert_false(matches("ok $known", "ok i8"));
    assert_true(matches("ok $new $new", "ok i1 i1"));
    assert_false(matches("ok $new $new", "ok i1 i2"));
    assert_false(matches("ok", "err OSError x:"));
    assert_false(matches("ok", "na op"));
}

static void errors_are_compared_with_their_text(void **state) {
    (void)state;
    assert_true(matches("err EOFError", "err EOFError x:6162"));
    assert_true(matches("err EOFError", "err EOFError"));
    assert_false(matches("err EOFError", "err OSError x:"));
    assert_false(matches("err EOFError", "ok"));
    assert_true(matches("err X \"ab\"", "err X x:6162"));
    assert_false(matches("err X \"ab\"", "err X x:616263"));
    assert_false(matches("err X \"ab\"", "err X x:61"));
    assert_false(matches("err X \"ab\"", "err X"));
    assert_false(matches("err X \"ab\"", "err X ab"));
    assert_true(matches("err X \"ab...\"", "err X x:616263"));
    assert_false(matches("err X \"ab...\"", "err X x:6163"));
    assert_true(matches("err X \"\"", "err X x:"));
    assert_false(matches("err X \"\"", "err X x:61"));
    assert_true(matches("err X \"a $known\"", "err X x:61206937"));
}

static void nothing_matches_what_should_block(void **state) {
    (void)state;
    assert_false(matches("blocked", "ok"));
    assert_false(matches("blocked", "blocked"));
}

static void names_stand_inside_words(void **state) {
    variables v = {0};
    buffer out = {0};
    (void)state;
    variables_set(&v, "dir", "/d");
    assert_true(variables_expand(&v, "$dir/sock", &out));
    assert_string_equal(out.data, "/d/sock");
    assert_false(variables_expand(&v, "$direct", &out));
    buffer_clear(&out);
    assert_true(variables_expand(&v, "a$", &out));
    assert_string_equal(out.data, "a$");
    buffer_free(&out);
    variables_free(&v);
}

/* ---- peers ---- */

static void commands_of_peers_are_taken_apart(void **state) {
    peer_specs all = {0};
    peer_spec spec;
    buffer why = {0};
    (void)state;
    assert_true(peer_spec_parse(&spec, "a  'b c' \"d\"e", &why));
    assert_int_equal(spec.argc, 3);
    assert_string_equal(spec.argv[1], "b c");
    assert_string_equal(spec.argv[2], "de");
    assert_null(spec.argv[3]);
    all.items = must_alloc(sizeof spec);
    all.items[all.count++] = spec;
    peer_specs_free(&all);
    assert_false(peer_spec_parse(&spec, "", &why));
    buffer_free(&why);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_scenario_is_read),
        cmocka_unit_test(words_are_written_as_the_protocol_has_them),
        cmocka_unit_test(for_makes_one_of_each_word),
        cmocka_unit_test(broken_files_are_refused_with_their_line),
        cmocka_unit_test(conditions_are_about_the_pair),
        cmocka_unit_test(what_is_no_condition_is_refused),
        cmocka_unit_test(the_first_alternative_that_holds_counts),
        cmocka_unit_test(only_and_leaks_say_why),
        cmocka_unit_test(replies_are_compared_word_by_word),
        cmocka_unit_test(errors_are_compared_with_their_text),
        cmocka_unit_test(nothing_matches_what_should_block),
        cmocka_unit_test(names_stand_inside_words),
        cmocka_unit_test(commands_of_peers_are_taken_apart),
    };
    return RUN_TESTS(tests);
}
