/*
 * Judging replies. Expected bytes and values are those of the committed
 * vectors; what is judged is the recorded answer, and answers made wrong.
 */
#include "test_support.h"

#include "judge.h"
#include "producer.h"
#include "recipe.h"

#define EXACT                                                                  \
    "hello pickleproof/1 name=x ops=load,dump caps=value,ident,exact,class,"   \
    "offset profiles=c3.11"
#define LOOSE   "hello pickleproof/1 name=x ops=load,dump caps=value"
#define ACCEPTS "hello pickleproof/1 name=x ops=load"

/* A message of 103 bytes, "bad" at its end; in hex, whole and cut. */
#define MESSAGE                                                                \
    "hello pickleproof/1 name=x ops=load caps=value,message profiles=c3.11"
#define TWENTY        "twenty characters on"
#define EIGHTY        TWENTY TWENTY TWENTY TWENTY
#define TWENTY_HEX    "7477656e74792063686172616374657273206f6e"
#define EIGHTY_HEX    TWENTY_HEX TWENTY_HEX TWENTY_HEX TWENTY_HEX
#define BAD           EIGHTY_HEX TWENTY_HEX "626164"
#define BAD_CUT       EIGHTY_HEX TWENTY_HEX "62"
#define BAD_CUT_EARLY EIGHTY_HEX

static vector_file atoms;

static int open_atoms(void **state) {
    buffer why = {0};
    (void)state;
    return vectors_load_file(&atoms, VECTORS_DIR "/encode/atoms.json",
                             TOPIC_encode, &why)
               ? 0
               : -1;
}

static int close_atoms(void **state) {
    (void)state;
    vector_file_free(&atoms);
    return 0;
}

/* Judge one reply; *reason may be NULL. */
static outcome judge(const check *c, const char *hello_line, const char *line,
                     bool strict) {
    hello h;
    reply r = {0};
    result out = {.profile = ""};
    buffer why = {0};
    judging j = {strict};
    char *copy = must_copy(line);
    assert_true(hello_parse(&h, hello_line, strlen(hello_line), &why));
    if (!reply_parse(&r, copy, &why))
        fail_msg("%s", why.data);
    judge_reply(c, &h, &j, &r, &out);
    assert_int_equal(out.outcome == OUTCOME_PASS, out.reason == NULL);
    buffer detail = {0};
    judge_explain(c, &h, &r, &detail);
    assert_true(detail.len > 0);
    buffer_free(&detail);
    free(out.reason);
    free(r.results);
    free(copy);
    hello_free(&h);
    buffer_free(&why);
    return out.outcome;
}

static check atom_check(const char *id, int protocol) {
    for (size_t i = 0; i < atoms.case_count; i++) {
        if (strcmp(atoms.cases[i].id, id) == 0)
            return (check){&atoms.cases[i], id, (int8_t)protocol,
                           (int8_t)producer_parse("c3.11")};
    }
    fail_msg("no case %s", id);
    return (check){0};
}

/* "ok x:HEX" of what CPython wrote. */
static void recorded_reply(const check *c, buffer *line) {
    buffer_puts(line, "ok x:");
    assert_true(recipe_expand(check_form(c)->bytes, line));
}

static void exact_bytes_pass_and_others_fail(void **state) {
    (void)state;
    for (int p = 0; p < VARIANTS; p++) {
        check c = atom_check("encode/atoms/none-list", p);
        buffer line = {0};
        recorded_reply(&c, &line);
        assert_int_equal(judge(&c, EXACT, line.data, false), OUTCOME_PASS);
        for (size_t i = 5; i < line.len; i++) {
            char kept = line.data[i];
            line.data[i] = kept == '0' ? '1' : '0';
            assert_int_equal(judge(&c, EXACT, line.data, false), OUTCOME_FAIL);
            line.data[i] = kept;
        }
        line.data[line.len - 2] = '\0';
        assert_int_equal(judge(&c, EXACT, line.data, false), OUTCOME_FAIL);
        buffer_free(&line);
    }
}

static void dump_needs_the_shape_of_bytes(void **state) {
    check c = atom_check("encode/atoms/none", 0);
    (void)state;
    assert_int_equal(judge(&c, EXACT, "ok ?", false), OUTCOME_PROTOCOL);
    assert_int_equal(judge(&c, EXACT, "ok x:4", false), OUTCOME_PROTOCOL);
    assert_int_equal(judge(&c, EXACT, "ok 4e2e", false), OUTCOME_PROTOCOL);
    assert_int_equal(judge(&c, EXACT, "ok x:4e2e x:4e2e", false),
                     OUTCOME_PROTOCOL);
    assert_int_equal(judge(&c, EXACT, "err PicklingError", false),
                     OUTCOME_FAIL);
    assert_int_equal(judge(&c, EXACT, "na value", false), OUTCOME_NA);
}

/* Other bytes of the same value do for a testee that is not exact, as long as
 * they are of the protocol. */
static void loose_dump_is_judged_by_value(void **state) {
    check c = atom_check("encode/atoms/none-list", 0);
    check two = atom_check("encode/atoms/none-list", 2);
    buffer at0 = {0}, at1 = {0}, at2 = {0};
    check one = atom_check("encode/atoms/none-list", 1);
    (void)state;
    c.profile = one.profile = two.profile = PRODUCER_NONE;
    recorded_reply(&c, &at0);
    recorded_reply(&one, &at1);
    recorded_reply(&two, &at2);
    assert_int_equal(judge(&c, LOOSE, at0.data, false), OUTCOME_PASS);
    assert_int_equal(judge(&c, LOOSE, at1.data, false), OUTCOME_PASS);
    assert_int_equal(judge(&c, LOOSE, at2.data, false), OUTCOME_FAIL);
    assert_int_equal(judge(&two, LOOSE, at2.data, false), OUTCOME_PASS);
    assert_int_equal(judge(&two, LOOSE, at1.data, false), OUTCOME_FAIL);
    assert_int_equal(judge(&c, EXACT, at1.data, false), OUTCOME_FAIL);
    check none = atom_check("encode/atoms/none", 0);
    none.profile = PRODUCER_NONE;
    assert_int_equal(judge(&none, LOOSE, at0.data, false), OUTCOME_FAIL);
    assert_int_equal(judge(&none, LOOSE, "ok x:00", false), OUTCOME_FAIL);
    buffer_free(&at0);
    buffer_free(&at1);
    buffer_free(&at2);
}

/* ---- loads ---- */

/* A case that C accepts and Python rejects, as malformed ones may be. */
static const char mixed[] =
    "{\"id\": \"malformed/x/a\", \"in\": \"\", \"python\": \"made up\"}";

static vector_case load_case(form *forms, size_t count, vector_file *file) {
    static json_t *json;
    if (!json)
        json = json_loads(mixed, 0, NULL);
    *file = (vector_file){.topic = TOPIC_malformed, .json = json};
    vector_case c = {.id = "malformed/x/a", .json = json, .file = file};
    c.forms[0] = (form_list){forms, count};
    return c;
}

static const struct {
    const char *hello;
    const char *profile; /* NULL: none */
    bool strict;
    const char *reply;
    outcome outcome;
} loads[] = {
    /* accepted by the profile: value and bytes used count */
    {EXACT, "c3.11", false, "ok l(l(),*1) used=5", OUTCOME_PASS},
    {EXACT, "c3.11", false, "ok l(l(),l()) used=5", OUTCOME_FAIL},
    {EXACT, "c3.11", false, "ok l(l(),*1) used=4", OUTCOME_FAIL},
    {EXACT, "c3.11", false, "ok l(l(),*1)", OUTCOME_PASS},
    {EXACT, "c3.11", false, "ok ?", OUTCOME_FAIL},
    {EXACT, "c3.11", false, "ok l(l(),*1) N", OUTCOME_FAIL},
    {EXACT, "c3.11", false, "err ValueError off=3", OUTCOME_FAIL},
    /* rejected by the profile: class and offset count where caps has them */
    {EXACT, "py3.11", false, "err ValueError off=3", OUTCOME_PASS},
    {EXACT, "py3.11", false, "err ValueError off=2", OUTCOME_FAIL},
    {EXACT, "py3.11", false, "err ValueError", OUTCOME_FAIL},
    {EXACT, "py3.11", false, "err KeyError off=3", OUTCOME_FAIL},
    {EXACT, "py3.11", false, "ok l(l(),*1) used=5", OUTCOME_FAIL},
    {LOOSE, "py3.11", false, "err whatever", OUTCOME_PASS},
    {LOOSE, "py3.11", true, "err whatever", OUTCOME_FAIL},
    {LOOSE, "py3.11", true, "err ValueError", OUTCOME_PASS},
    /* the message counts where caps has it; it may be cut, but not early */
    {MESSAGE, "py3.11", false, "err x x:" BAD, OUTCOME_PASS},
    {MESSAGE, "py3.11", false, "err x x:" BAD_CUT, OUTCOME_PASS},
    {MESSAGE, "py3.11", false, "err x x:" BAD_CUT_EARLY, OUTCOME_FAIL},
    {MESSAGE, "py3.11", false, "err x x:" BAD_CUT "00", OUTCOME_FAIL},
    {MESSAGE, "py3.11", false, "err x x:" BAD "61", OUTCOME_FAIL},
    {MESSAGE, "py3.11", false, "err x x:", OUTCOME_FAIL},
    {MESSAGE, "py3.11", false, "err x", OUTCOME_FAIL},
    /* no profile: anything that was recorded */
    {LOOSE, NULL, false, "err other", OUTCOME_PASS},
    {LOOSE, NULL, false, "ok l(l(),l()) used=5", OUTCOME_PASS},
    {LOOSE, NULL, false, "ok l(l(),*1)", OUTCOME_PASS},
    {LOOSE, NULL, false, "ok l(l())", OUTCOME_FAIL},
    {LOOSE, NULL, false, "ok ?", OUTCOME_FAIL},
    /* only accept and reject */
    {ACCEPTS, "c3.11", false, "ok ?", OUTCOME_PASS},
    {ACCEPTS, "c3.11", false, "err x", OUTCOME_FAIL},
    {ACCEPTS, "py3.11", false, "ok ?", OUTCOME_FAIL},
    {ACCEPTS, "py3.11", false, "err x", OUTCOME_PASS},
    {ACCEPTS, NULL, false, "na x", OUTCOME_NA},
};

static void loads_are_judged_by_what_caps_says(void **state) {
    form forms[] = {{.made_by = UINT64_C(1) << producer_parse("c3.11"),
                     .value = json_string("l(l(),*1)"),
                     .used = 5,
                     .offset = -1},
                    {.made_by = UINT64_C(1) << producer_parse("py3.11"),
                     .error = "ValueError",
                     .message = EIGHTY TWENTY "bad",
                     .used = -1,
                     .offset = 3}};
    vector_file file;
    vector_case v = load_case(forms, 2, &file);
    (void)state;
    for (size_t i = 0; i < COUNT_OF(loads); i++) {
        int producer =
            loads[i].profile ? producer_parse(loads[i].profile) : PRODUCER_NONE;
        check c = {&v, v.id, 0, (int8_t)producer};
        outcome o = judge(&c, loads[i].hello, loads[i].reply, loads[i].strict);
        if (o != loads[i].outcome)
            fail_msg("%zu: %s is %s", i, loads[i].reply, outcome_word(o));
    }
    json_decref((json_t *)forms[0].value);
}

static void several_values_are_all_compared(void **state) {
    form forms[] = {{.made_by = UINT64_C(1) << producer_parse("c3.11"),
                     .values = json_pack("[s, s]", "N", "T"),
                     .used = -1,
                     .offset = -1}};
    vector_file file;
    vector_case v = load_case(forms, 1, &file);
    check c = {&v, v.id, 0, (int8_t)producer_parse("c3.11")};
    (void)state;
    assert_int_equal(judge(&c, EXACT, "ok N T", false), OUTCOME_PASS);
    assert_int_equal(judge(&c, EXACT, "ok N F", false), OUTCOME_FAIL);
    assert_int_equal(judge(&c, EXACT, "ok N", false), OUTCOME_FAIL);
    assert_int_equal(judge(&c, EXACT, "ok N T N", false), OUTCOME_FAIL);
    json_decref((json_t *)forms[0].values);
}

/* ---- disassembly ---- */

#define DIS "hello pickleproof/1 name=x ops=dis,genops,optimize caps=class"

/* "ab" is 6162. */
static const struct {
    int variant; /* 0 dis: whole; 1 genops: broken; 2 optimize */
    const char *reply;
    outcome outcome;
} texts[] = {
    {0, "ok x:6162", OUTCOME_PASS},
    {0, "ok x:6163", OUTCOME_FAIL},
    {0, "ok x:61", OUTCOME_FAIL},
    {0, "ok x:616", OUTCOME_PROTOCOL},
    {0, "ok ab", OUTCOME_PROTOCOL},
    {0, "err ValueError x:6d text=6162", OUTCOME_FAIL},
    {1, "err ValueError x:6d text=6162", OUTCOME_PASS},
    {1, "err ValueError x:6d text=61", OUTCOME_FAIL},
    {1, "err ValueError x:6d", OUTCOME_FAIL},
    {1, "err ValueError x:6e text=6162", OUTCOME_FAIL},
    {1, "err KeyError x:6d text=6162", OUTCOME_FAIL},
    {1, "ok x:6162", OUTCOME_FAIL},
    {2, "ok x:4e2e", OUTCOME_PASS},
    {2, "ok x:4e4e2e", OUTCOME_FAIL},
    {2, "err ValueError", OUTCOME_FAIL},
};

static void texts_and_messages_are_compared(void **state) {
    uint64_t made_by = UINT64_C(1) << producer_parse("py3.11");
    json_t *ab = json_string("ab"), *none = json_string("4e2e");
    form forms[] = {
        {.made_by = made_by, .text = ab, .used = -1, .offset = -1},
        {.made_by = made_by,
         .text = ab,
         .error = "ValueError",
         .message = "m",
         .used = -1,
         .offset = -1},
        {.made_by = made_by, .bytes = none, .used = -1, .offset = -1},
    };
    vector_file file;
    vector_case v = load_case(forms, 1, &file);
    (void)state;
    file.topic = TOPIC_disassembly;
    for (int i = 0; i < 3; i++)
        v.forms[i] = (form_list){forms + i, 1};
    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        /* The C profile is held to what pickletools of that version says. */
        check c = {&v, v.id, (int8_t)texts[i].variant,
                   (int8_t)producer_parse("c3.11")};
        outcome o = judge(&c, DIS, texts[i].reply, false);
        if (o != texts[i].outcome)
            fail_msg("%zu: %s is %s", i, texts[i].reply, outcome_word(o));
    }
    json_decref(ab);
    json_decref(none);
}

#define WIRE                                                                   \
    "hello pickleproof/1 name=x ops=deframe caps=class,wire profiles=py3.11"
#define WIRE_MESSAGE                                                           \
    "hello pickleproof/1 name=x ops=deframe caps=class,wire,message "          \
    "profiles=py3.11"

static const struct {
    const char *hello_line, *reply;
    outcome outcome;
} wires[] = {
    {WIRE, "ok !OSError:61 + !OSError:62", OUTCOME_PASS},
    {WIRE, "ok !OSError + !OSError:" BAD, OUTCOME_PASS},
    {WIRE_MESSAGE, "ok !OSError:61 + !OSError:" BAD, OUTCOME_PASS},
    {WIRE_MESSAGE, "ok !OSError + !OSError:" BAD_CUT, OUTCOME_PASS},
    {WIRE_MESSAGE, "ok !OSError:" BAD " + !OSError:" BAD_CUT_EARLY,
     OUTCOME_FAIL},
    {WIRE_MESSAGE, "ok !OSError:" BAD " + !OSError", OUTCOME_FAIL},
    {WIRE_MESSAGE, "ok !OSError:" BAD " + !EOFError:" BAD, OUTCOME_FAIL},
};

/* Of the exceptions on the wire, the last one's message is recorded. */
static void the_last_message_counts(void **state) {
    json_t *words = json_pack("[s,s,s]", "!OSError", "+", "!OSError");
    form forms[] = {{.made_by = UINT64_C(1) << producer_parse("py3.11"),
                     .words = words,
                     .message = EIGHTY TWENTY "bad",
                     .used = -1,
                     .offset = -1}};
    vector_file file;
    vector_case v = load_case(forms, 1, &file);
    (void)state;
    file.topic = TOPIC_wire;
    for (size_t i = 0; i < COUNT_OF(wires); i++) {
        check c = {&v, v.id, 0, (int8_t)producer_parse("py3.11")};
        outcome o = judge(&c, wires[i].hello_line, wires[i].reply, false);
        if (o != wires[i].outcome)
            fail_msg("%zu: %s is %s", i, wires[i].reply, outcome_word(o));
    }
    json_decref(words);
}

/* ---- what applies ---- */

static outcome applies(const check *c, const char *hello_line,
                       const char *says) {
    hello h;
    buffer why = {0};
    assert_true(hello_parse(&h, hello_line, strlen(hello_line), &why));
    outcome o = check_applies(c, &h, &why);
    assert_string_equal(buffer_text(&why), says);
    hello_free(&h);
    buffer_free(&why);
    return o;
}

static void what_cannot_be_asked_has_a_reason(void **state) {
    form forms[] = {{.made_by = UINT64_C(1) << producer_parse("c3.11"),
                     .value = json_string("l(*0)"),
                     .used = -1,
                     .offset = -1}};
    vector_file file;
    vector_case v = load_case(forms, 1, &file);
    json_t *json = json_pack("{s:[s], s:{s:s}, s:s}", "caps", "bigint", "keys",
                             "ext", "m:C:1", "in", "");
    check c = {&v, v.id, 0, (int8_t)producer_parse("c3.11")};
    (void)state;
    assert_int_equal(applies(&c, EXACT, ""), OUTCOME_PASS);
    assert_int_equal(applies(&c, LOOSE, "needs ident"), OUTCOME_NA);
    assert_int_equal(applies(&c, ACCEPTS, ""), OUTCOME_PASS);
    assert_int_equal(
        applies(&c, "hello pickleproof/1 name=x ops=dump", "no operation load"),
        OUTCOME_NA);
    v.json = json;
    assert_int_equal(applies(&c, EXACT, "needs bigint"), OUTCOME_NA);
    assert_int_equal(applies(&c,
                             "hello pickleproof/1 name=x ops=load caps=bigint",
                             "needs ext"),
                     OUTCOME_NA);
    c.profile = (int8_t)producer_parse("c3.8");
    assert_int_equal(applies(&c, EXACT, "c3.8 cannot make it"), OUTCOME_SKIP);
    json_decref((json_t *)forms[0].value);
    json_decref(json);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(exact_bytes_pass_and_others_fail),
        cmocka_unit_test(dump_needs_the_shape_of_bytes),
        cmocka_unit_test(loose_dump_is_judged_by_value),
        cmocka_unit_test(loads_are_judged_by_what_caps_says),
        cmocka_unit_test(several_values_are_all_compared),
        cmocka_unit_test(texts_and_messages_are_compared),
        cmocka_unit_test(the_last_message_counts),
        cmocka_unit_test(what_cannot_be_asked_has_a_reason),
    };
    return cmocka_run_group_tests(tests, open_atoms, close_atoms) != 0;
}
