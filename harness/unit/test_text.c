/* test_text.c  Canonical text in both directions, and what is refused where. */
#include "test_support.h"

static pickle_doc *new_doc(const pickle_allocator *alloc) {
    pickle_doc_options opt = {.alloc = alloc};
    pickle_doc *doc = NULL;
    assert_int_equal(pickle_doc_new(&opt, &doc, NULL), PICKLE_OK);
    return doc;
}

/* Texts that are read and written back unchanged, labels and all. */
static const char *const round_trips[] = {
    "N",
    "T",
    "F",
    "i0",
    "iff",
    "i-1f",
    "i7fffffffffff",
    "i-800000000000",
    "i800000000000",
    "i-800000000001",
    "i8000000000000000",
    "i-8000000000000000",
    "i123456789abcdef0123456789abcdef",
    "i-ff00000000000000000000",
    "f0000000000000000",
    "f8000000000000000",
    "f7ff8000000000000",
    "ffff8000000000000",
    "ffff0000000000001",
    "fffffffffffffffff",
    "c3ff00000000000004000000000000000",
    "u",
    "u6162",
    "ueda080",
    "uf09f9880",
    "b",
    "b00ff",
    "B",
    "Bff",
    "t()",
    "t(i1)",
    "t(t(),t())",
    "l()",
    "l(i1,i2)",
    "d()",
    "d(i1=i2)",
    "d(u61=N,u62=l())",
    "S()",
    "S(i2,i1)",
    "z(t(i1),i2)",
    "l(*0)",
    "d(i1=*0)",
    "l(l(),*1)",
    "t(l(*0))",
    "t(i0,i1,l(*0,*1),i2)",
    "gbuiltins:len",
    "gm:A.B.C",
    "g%c3%80:%c3%89",
    "n(gm:C;)",
    "n(gm:C;i1,i2)",
    "n(gm:C;;d(u61=i1))",
    "n(gm:C;;;i1,i2)",
    "n(gm:C;;;;i1=i2)",
    "n(gm:C;;;;;d(u6b=i2))",
    "n(gm:C;i5;;;;;int)",
    "n(gm:C;;;;;;-)",
    "n(gm:C;;N,N)",
    "o(gm:f;)",
    "o(gm:f;i1;i2;i3;i4=i5;gm:s)",
    "l(o(gm:f;=t(i1)),*2)",
    "n(gm:C;;*0)",
    "p(i1)",
    "l($1=p(i1),$1)",
    "r6162",
    "w",
    "R61",
    "W62",
    "l(W62,*1)",
    "l($1=u6162,$1)",
    "l($S61=u61,$S61)",
    "$S=u",
    "$Y=b",
    "$Y61=b61",
    "$L=u6c6174696e31",
    "$Sff=uc3bf",
    "l(g(u6d,u66),gm:f)",
    "l($1=u6d,g($1,u66))",
    "d($1=u6162=$1)",
    "x(gbuiltins:method;N,u66)",
    "l($1=c3ff00000000000004000000000000000,$1)",
    "l(t(i1,l()),*1)",
};

static void text_goes_there_and_back(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT_OF(round_trips); i++) {
        pickle_doc *doc = new_doc(NULL);
        pickle_value v;
        pickle_error err;
        const char *text = round_trips[i];
        if (pickle_text_read(doc, text, strlen(text), &v, &err)) {
            print_error("%s: %s at %zu\n", text, err.message, err.offset);
            fail();
        }
        char *back = test_text(v, true);
        assert_string_equal(back, text);
        free(back);
        pickle_doc_free(doc);
    }
}

static void text_of_a_load_has_no_labels_and_sorts_sets(void **state) {
    static const struct {
        const char *in;
        const char *out;
    } cases[] = {
        {"l($1=u6162,$1)", "l(u6162,u6162)"},
        {"l($S61=u61,$S61)", "l(u61,u61)"},
        {"g(u6d,u66)", "gm:f"},
        {"n(gm:C;i5;;;;;int)", "n(gm:C;i5)"},
        {"S(i2,i1)", "S(i1,i2)"},
        {"S(u62,iff,u61)", "S(iff,u61,u62)"},
        {"S(t(i2,i1),t(i1))", "S(t(i1),t(i2,i1))"},
        {"z(n(gm:C;),n(gm:C;))", "z(n(gm:C;))"},
        {"l(z(t(n(gm:C;),*3)))", "l(z(t(n(gm:C;),*1)))"},
        {"l(i1,z(t(n(gm:C;;*0))))", "l(i1,z(t(n(gm:C;;^4))))"},
        {"l(S(n(gm:C;;*1)))", "l(S(n(gm:C;;^2)))"},
        {"t(l(),z(n(gm:C;;*1)))", "t(l(),z(n(gm:C;;l())))"},
        {"l(S(n(gm:C;;^2)))", "l(S(n(gm:C;;^2)))"},
        {"l(z(t(n(gm:C;;^4))))", "l(z(t(n(gm:C;;^4))))"},
        {"l(z(n(gm:C;p(^3))),g(u6d,u66))", "l(z(n(gm:C;p(^3))),gm:f)"},
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        pickle_doc *doc = new_doc(NULL);
        pickle_value v;
        pickle_error err;
        pickle_code code =
            pickle_text_read(doc, cases[i].in, strlen(cases[i].in), &v, &err);
        if (code) {
            print_error("%s: %s at %zu\n", cases[i].in, err.message,
                        err.offset);
            fail();
        }
        char *text = test_text(v, false);
        assert_string_equal(text, cases[i].out);
        free(text);
        pickle_doc_free(doc);
    }
}

static void text_is_refused_where_it_is_wrong(void **state) {
    static const struct {
        const char *text;
        pickle_code code;
        size_t offset; /* marked by a caret in the comment */
    } cases[] = {
        {"", PICKLE_ERR_TEXT_SYNTAX, 0},
        {"Q", PICKLE_ERR_TEXT_SYNTAX, 0},
        {"NN", PICKLE_ERR_TEXT_SYNTAX, 1},
        /* l(i1 ^ */
        {"l(i1", PICKLE_ERR_TEXT_SYNTAX, 4},
        {"l(i1,)", PICKLE_ERR_TEXT_SYNTAX, 5},
        {"l(,i1)", PICKLE_ERR_TEXT_SYNTAX, 2},
        {"l(i1 i2)", PICKLE_ERR_TEXT_SYNTAX, 4},
        {"l", PICKLE_ERR_TEXT_SYNTAX, 1},
        {"i", PICKLE_ERR_TEXT_SYNTAX, 1},
        {"i01", PICKLE_ERR_TEXT_SYNTAX, 1},
        {"i-0", PICKLE_ERR_TEXT_SYNTAX, 2},
        {"f00", PICKLE_ERR_TEXT_SYNTAX, 3},
        {"u6", PICKLE_ERR_TEXT_SYNTAX, 2},
        {"uff", PICKLE_ERR_UNICODE_DECODE, 1},
        {"d(i1)", PICKLE_ERR_TEXT_SYNTAX, 4},
        {"d(i1=)", PICKLE_ERR_TEXT_SYNTAX, 5},
        {"*0", PICKLE_ERR_TEXT_REFERENCE, 0},
        {"l(*1)", PICKLE_ERR_TEXT_REFERENCE, 2},
        {"^1", PICKLE_ERR_TEXT_REFERENCE, 0},
        {"l(z(n(gm:C;^4)))", PICKLE_ERR_TEXT_REFERENCE, 11},
        {"l(^0)", PICKLE_ERR_TEXT_SYNTAX, 4},
        {"l(^)", PICKLE_ERR_TEXT_SYNTAX, 3},
        {"$1", PICKLE_ERR_TEXT_REFERENCE, 1},
        {"$1=l($1)", PICKLE_ERR_TEXT_REFERENCE, 6},
        {"gm", PICKLE_ERR_TEXT_SYNTAX, 2},
        {"gm%zz:a", PICKLE_ERR_TEXT_SYNTAX, 2},
        {"n(gm:C)", PICKLE_ERR_TEXT_SYNTAX, 6},
        {"n(gm:C;;;;;;what)", PICKLE_ERR_TEXT_SYNTAX, 12},
        {"o(gm:C;;;;;;)", PICKLE_ERR_TEXT_SYNTAX, 12},
        {"p()", PICKLE_ERR_TEXT_SYNTAX, 2},
        {"S(l())", PICKLE_ERR_UNHASHABLE, 5},
        {"d(l()=N)", PICKLE_ERR_UNHASHABLE, 7},
        {"z(t(i1,t(S())))", PICKLE_ERR_UNHASHABLE, 14},
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        pickle_doc *doc = new_doc(NULL);
        pickle_value v = pickle_null();
        pickle_error err;
        memset(&err, 0xa5, sizeof err);
        pickle_code code = pickle_text_read(doc, cases[i].text,
                                            strlen(cases[i].text), &v, &err);
        if (code != cases[i].code || err.offset != cases[i].offset) {
            print_error("%s: %s at %zu (%s)\n", cases[i].text,
                        pickle_code_name(code), err.offset, err.message);
            fail();
        }
        assert_true(pickle_is_null(v));
        pickle_doc_free(doc);
    }
}

static pickle_code read_and_write(const pickle_allocator *alloc) {
    static const char text[] =
        "l(d(u6162=i123456789abcdef0,t(i1,z(i2))=n(gm:C;i1;d(u61=*0))),"
        "$1=u6162,$1,o(gm:f;b00;N;i1,i2;i3=i4),S(i1,i2,i3,i4,i5,i6,i7,i8,i9,"
        "ia),B00,r61,p(u61),$S61=u61)";
    pickle_doc_options opt = {.alloc = alloc};
    pickle_text_options labels = {.labels = true};
    pickle_doc *doc;
    pickle_value v;
    char *out;
    size_t len;
    pickle_code code = pickle_doc_new(&opt, &doc, NULL);
    if (code) {
        return code;
    }
    code = pickle_text_read(doc, text, sizeof text - 1, &v, NULL);
    for (int form = 0; form < 2 && code == PICKLE_OK; form++) {
        code = pickle_text_write(v, form ? &labels : NULL, alloc, &out, &len,
                                 NULL);
        if (code == PICKLE_OK) {
            pickle_text_free(alloc, out, len);
        }
    }
    pickle_doc_free(doc);
    return code;
}

static void text_survives_failing_allocations(void **state) {
    (void)state;
    assert_survives_failures(read_and_write);
}

static void text_of_a_million_levels_needs_no_stack(void **state) {
    enum { DEPTH = 1000000 };
    pickle_doc *doc = new_doc(NULL);
    pickle_value v;
    char *text = malloc(3 * DEPTH + 1);
    (void)state;
    for (size_t i = 0; i < DEPTH; i++) {
        memcpy(text + 2 * i, i % 2 ? "l(" : "t(", 2);
        text[2 * DEPTH + i] = ')';
    }
    text[2 * DEPTH - 2] = 'l'; /* the innermost may be empty */
    text[3 * DEPTH] = '\0';
    assert_int_equal(pickle_text_read(doc, text, 3 * DEPTH, &v, NULL),
                     PICKLE_OK);
    char *back = test_text(v, true);
    assert_string_equal(back, text);
    free(back);
    free(text);
    pickle_doc_free(doc);
}

#define BYTES(literal) literal, sizeof(literal) - 1

/* A tuple of arguments is named where two calls share it; that of an instance
 * is always its own. */
static void shared_arguments_are_named(void **state) {
    static const struct {
        const char *pickle;
        size_t len;
        const char *text;
    } cases[] = {
        {BYTES("(cm\nf\nK\1\x85q\0Rcm\ng\nh\0Rl."),
         "l(o(gm:f;=t(i1)),o(gm:g;=*2))"},
        {BYTES("(cm\nf\nK\1\x85q\0Rcm\nC\nh\0\x81l."),
         "l(o(gm:f;i1),n(gm:C;i1))"},
        {BYTES("(cm\nf\nK\1\x85q\0Rh\0l."), "l(o(gm:f;=t(i1)),*2)"},
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        pickle_doc *doc;
        assert_int_equal(pickle_decode(cases[i].pickle, cases[i].len, NULL,
                                       &doc, NULL, NULL),
                         PICKLE_OK);
        char *text = test_text(pickle_doc_get_root(doc), true);
        assert_string_equal(text, cases[i].text);
        free(text);
        pickle_doc_free(doc);
    }
}

/* ---- long texts: a walk for each of their parts would take minutes ---- */

enum { LONG = 300000 };

typedef struct long_text {
    char data[LONG * 24];
    size_t len;
} long_text;

static void add(long_text *t, const char *piece) {
    size_t len = strlen(piece);
    assert_true(t->len + len <= sizeof t->data);
    memcpy(t->data + t->len, piece, len);
    t->len += len;
}

static void add_times(long_text *t, size_t n, const char *piece) {
    for (size_t i = 0; i < n; i++) {
        add(t, piece);
    }
}

/* Nested tuples, each of which something in it could refer to. */
static void nested_tuples(long_text *in, long_text *out) {
    add(in, "l(*0,");
    add_times(in, LONG, "t(N,");
    add(in, "*1");
    add_times(in, LONG, ")");
    add(in, ")");
    memcpy(out, in, sizeof *in);
}

/* Each of many refers to the outermost of as many levels. */
static void far_levels(long_text *in, long_text *out) {
    char level[24];
    snprintf(level, sizeof level, ",^%d", LONG);
    add_times(in, LONG, "l(");
    add(in, level + 1);
    add_times(in, LONG, level);
    add_times(in, LONG, ")");
    add_times(out, LONG, "l(");
    add(out, "*0");
    add_times(out, LONG, ",*0");
    add_times(out, LONG, ")");
}

static void many_labels(long_text *in, long_text *out) {
    char label[40];
    add(in, "l(N");
    for (int i = 1; i <= LONG; i++) {
        snprintf(label, sizeof label, ",$%d=b%06x", i, i);
        add(in, label);
    }
    for (int i = 1; i <= LONG; i++) {
        snprintf(label, sizeof label, ",$%d", i);
        add(in, label);
    }
    add(in, ")");
    memcpy(out, in, sizeof *in);
}

/* Sets in sets, all but the innermost of two elements. */
static void nested_sets(long_text *in, long_text *out) {
    add_times(in, LONG, "z(i1,");
    add(in, "z()");
    add_times(in, LONG, ")");
    memcpy(out, in, sizeof *in);
}

static void long_texts_come_back(void **state) {
    static const struct {
        void (*make)(long_text *in, long_text *out);
        bool labels;
    } texts[] = {{nested_tuples, true},
                 {far_levels, true},
                 {many_labels, true},
                 {nested_sets, false}};
    (void)state;
    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        long_text *in = calloc(1, sizeof *in);
        long_text *out = calloc(1, sizeof *out);
        pickle_doc *doc = new_doc(NULL);
        pickle_value v;
        assert_true(in && out);
        texts[i].make(in, out);
        assert_int_equal(pickle_text_read(doc, in->data, in->len, &v, NULL),
                         PICKLE_OK);
        char *back = test_text(v, texts[i].labels);
        if (strncmp(back, out->data, out->len + 1) != 0) {
            fail_msg("text %zu came back as %.60s", i, back);
        }
        free(back);
        pickle_doc_free(doc);
        free(in);
        free(out);
    }
}

static void text_stops_at_its_limit(void **state) {
    pickle_doc *doc = new_doc(NULL);
    pickle_text_options opt = {.max_bytes = 100};
    pickle_value v = pickle_list(doc, 0);
    char *text = NULL;
    size_t len;
    (void)state;
    for (int i = 0; i < 50; i++) {
        assert_int_equal(pickle_list_append(doc, v, pickle_int(doc, i)), 0);
    }
    assert_int_equal(pickle_text_write(v, &opt, NULL, &text, &len, NULL),
                     PICKLE_ERR_LIMIT);
    assert_null(text);
    pickle_doc_free(doc);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_goes_there_and_back),
        cmocka_unit_test(text_of_a_load_has_no_labels_and_sorts_sets),
        cmocka_unit_test(text_is_refused_where_it_is_wrong),
        cmocka_unit_test(text_survives_failing_allocations),
        cmocka_unit_test(text_of_a_million_levels_needs_no_stack),
        cmocka_unit_test(shared_arguments_are_named),
        cmocka_unit_test(long_texts_come_back),
        cmocka_unit_test(text_stops_at_its_limit),
    };
    return RUN_TESTS(tests);
}
