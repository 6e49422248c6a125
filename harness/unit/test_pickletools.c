/* test_pickletools.c  genops, dis and optimize against what CPython printed. */
#include "test_support.h"

#include <pickleproof/pickletools.h>

#include "pickletools_support.h"

typedef struct bytes {
    const char *data;
    size_t len;
} bytes;

#define BYTES(literal)                                                         \
    { literal, sizeof(literal) - 1 }

/* Show what is not as expected; false if it differs. */
static bool same(const char *id, int version, const char *what, bytes expected,
                 const void *data, size_t len) {
    if (expected.len == len &&
        (len == 0 || memcmp(expected.data, data, len) == 0)) {
        return true;
    }
    print_error("%s in %d, %s:\nexpected %.*s\nactual   %.*s\n", id, version,
                what, (int)expected.len, expected.data, (int)len,
                len ? (const char *)data : "");
    return false;
}

static bool same_error(const char *id, int version, const char *exception,
                       bytes message, pickle_code code, const pickle_error *err,
                       const pickle_bytes_buffer *whole) {
    bytes name = {exception, strlen(exception)};
    const char *got = pickle_code_exception(code);
    size_t shown = message.len < 119 ? message.len : 119;
    bytes cut = {message.data, shown};
    return same(id, version, "exception", name, got, strlen(got)) &&
           same(id, version, "message", message, whole->data, whole->len) &&
           same(id, version, "cut message", cut, err->message,
                strlen(err->message)) &&
           err->code == code &&
           (code == PICKLE_OK || err->offset != PICKLE_NO_OFFSET);
}

/* ---- dis ---- */

static const struct dis_case {
    const char *id;
    int version;
    int indent;
    int annotate;
    size_t start;
    bool offsets;
    bool many;
    bytes input;
    const char *exception;
    bytes message;
    bytes text;
} dis_cases[] = {
#define DIS(...) {__VA_ARGS__},
#define OPTIMIZE(...)
#define LARGE(...)
#include "pickletools_cases.def"
#undef DIS
#undef OPTIMIZE
#undef LARGE
};

/* One pickle, or with `many` all, with one memo. */
static pickle_code dis_all(const struct dis_case *c, pickle_dis_options *opt,
                           text_sink *out, pickle_bytes_buffer *message,
                           pickle_error *err) {
    size_t used = 0;
    pickle_code code;
    do {
        code = pickle_dis(c->input.data, c->input.len, opt, sink_write, out,
                          &used, message, err);
        opt->start = used;
    } while (c->many && !code && used < c->input.len);
    return code;
}

static bool dis_is_as_recorded(const struct dis_case *c) {
    pickle_dis_options opt = pickle_dis_defaults;
    pickle_bytes_buffer message = {0};
    text_sink out = {0};
    pickle_error err;
    memset(&err, 0xa5, sizeof err);
    opt.cpython = c->version;
    opt.indentlevel = c->indent;
    opt.annotate = c->annotate;
    opt.annotations = opcode_names();
    opt.start = c->start;
    opt.hide_offsets = !c->offsets;
    assert_int_equal(pickle_dis_memo_new(NULL, &opt.memo), PICKLE_OK);
    pickle_code code = dis_all(c, &opt, &out, &message, &err);
    bool good = same_error(c->id, c->version, c->exception, c->message, code,
                           &err, &message) &&
                same(c->id, c->version, "text", c->text, out.data, out.len);
    pickle_dis_memo_free(opt.memo);
    pickle_bytes_buffer_deinit(&message);
    free(out.data);
    return good;
}

static void dis_prints_what_cpython_prints(void **state) {
    (void)state;
    assert_true(COUNT_OF(dis_cases) > 400);
    for (size_t i = 0; i < COUNT_OF(dis_cases); i++) {
        assert_true(dis_is_as_recorded(&dis_cases[i]));
    }
}

/* Without options: as pickletools.dis(data), in the default version. */
static void dis_without_options_is_the_default(void **state) {
    (void)state;
    text_sink plain = {0};
    text_sink full = {0};
    pickle_dis_options opt = pickle_dis_defaults;
    opt.cpython = PICKLE_CPYTHON_DEFAULT;
    opt.indentlevel = 4;
    static const char data[] = "\x80\x04](K\001\x94K\002e.";
    assert_int_equal(pickle_dis(data, sizeof data - 1, NULL, sink_write, &plain,
                                NULL, NULL, NULL),
                     PICKLE_OK);
    assert_int_equal(pickle_dis(data, sizeof data - 1, &opt, sink_write, &full,
                                NULL, NULL, NULL),
                     PICKLE_OK);
    assert_int_equal(plain.len, full.len);
    assert_memory_equal(plain.data, full.data, full.len);
    free(plain.data);
    free(full.data);
}

/* A line longer than the pieces in which text is handed on. */
static void dis_of_a_long_argument_is_whole(void **state) {
    (void)state;
    enum { LEN = 100000 };
    text_sink out = {0};
    uint8_t *data = malloc(LEN + 6);
    assert_non_null(data);
    memcpy(data, "X\240\206\001\000", 5);
    memset(data + 5, 'x', LEN);
    data[LEN + 5] = '.';
    assert_int_equal(
        pickle_dis(data, LEN + 6, NULL, sink_write, &out, NULL, NULL, NULL),
        PICKLE_OK);
    sink_write(&out, "", 1);
    assert_int_equal(strspn(strchr(out.data, '\'') + 1, "x"), LEN);
    assert_true(out.len > LEN + 60 && out.len < LEN + 120);
    free(out.data);
    free(data);
}

static void dis_annotates_in_own_words_by_default(void **state) {
    (void)state;
    text_sink out = {0};
    pickle_dis_options opt = pickle_dis_defaults;
    opt.annotate = 20;
    assert_int_equal(
        pickle_dis("N.", 2, &opt, sink_write, &out, NULL, NULL, NULL),
        PICKLE_OK);
    sink_write(&out, "", 1);
    assert_non_null(strstr(out.data, pickle_opcode_annotation('N')));
    free(out.data);
}

static void dis_says_where_the_pickle_ends(void **state) {
    (void)state;
    text_sink out = {0};
    size_t used = 99;
    assert_int_equal(
        pickle_dis("N.rest", 6, NULL, sink_write, &out, &used, NULL, NULL),
        PICKLE_OK);
    assert_int_equal(used, 2);
    assert_int_equal(
        pickle_dis("N\xff", 2, NULL, sink_write, &out, &used, NULL, NULL),
        PICKLE_ERR_PICKLETOOLS);
    assert_int_equal(used, 1);
    free(out.data);
}

/* ---- optimize ---- */

static const struct optimize_case {
    const char *id;
    int version;
    bytes input;
    const char *exception;
    bytes message;
    bytes output;
} optimize_cases[] = {
#define DIS(...)
#define OPTIMIZE(...) {__VA_ARGS__},
#define LARGE(...)
#include "pickletools_cases.def"
#undef DIS
#undef OPTIMIZE
#undef LARGE
};

/* Input and output as pieces, each with the number of its repetitions. */
typedef struct piece {
    bytes part;
    size_t count;
} piece;

enum { MAX_PIECES = 5 };

static const struct large_case {
    const char *id;
    int version;
    piece input[MAX_PIECES];
    piece output[MAX_PIECES];
} large_cases[] = {
#define PIECE(literal, n)                                                      \
    { BYTES(literal), n }
#define PIECES(...)                                                            \
    { __VA_ARGS__ }
#define DIS(...)
#define OPTIMIZE(...)
#define LARGE(...) {__VA_ARGS__},
#include "pickletools_cases.def"
#undef DIS
#undef OPTIMIZE
#undef LARGE
};

/* The bytes that pieces stand for, in memory of the test. */
static bytes join(const piece pieces[MAX_PIECES]) {
    size_t len = 0;
    size_t at = 0;
    for (int i = 0; i < MAX_PIECES; i++) {
        len += pieces[i].part.len * pieces[i].count;
    }
    char *data = malloc(len + 1);
    assert_non_null(data);
    for (int i = 0; i < MAX_PIECES; i++) {
        for (size_t n = 0; n < pieces[i].count; n++) {
            memcpy(data + at, pieces[i].part.data, pieces[i].part.len);
            at += pieces[i].part.len;
        }
    }
    return (bytes){data, len};
}

static bool optimize_is_as_pieces(const struct large_case *c) {
    pickle_bytes_buffer out = {0};
    bytes input = join(c->input);
    bytes output = join(c->output);
    assert_int_equal(
        pickle_optimize(input.data, input.len, c->version, &out, NULL, NULL),
        PICKLE_OK);
    bool good =
        out.len == output.len && memcmp(out.data, output.data, output.len) == 0;
    if (!good) {
        print_error("%s: %zu bytes, expected %zu\n", c->id, out.len,
                    output.len);
    }
    pickle_bytes_buffer_deinit(&out);
    free((void *)input.data);
    free((void *)output.data);
    return good;
}

static void optimize_frames_as_cpython(void **state) {
    (void)state;
    assert_true(COUNT_OF(large_cases) >= 6);
    for (size_t i = 0; i < COUNT_OF(large_cases); i++) {
        assert_true(optimize_is_as_pieces(&large_cases[i]));
    }
}

static bool optimize_is_as_recorded(const struct optimize_case *c) {
    pickle_bytes_buffer message = {0};
    pickle_bytes_buffer out = {0};
    pickle_error err;
    memset(&err, 0xa5, sizeof err);
    pickle_code code = pickle_optimize(c->input.data, c->input.len, c->version,
                                       &out, &message, &err);
    bool good = same_error(c->id, c->version, c->exception, c->message, code,
                           &err, &message) &&
                same(c->id, c->version, "bytes", c->output, out.data, out.len);
    pickle_bytes_buffer_deinit(&message);
    pickle_bytes_buffer_deinit(&out);
    return good;
}

static void optimize_writes_what_cpython_writes(void **state) {
    (void)state;
    assert_true(COUNT_OF(optimize_cases) > 30);
    for (size_t i = 0; i < COUNT_OF(optimize_cases); i++) {
        assert_true(optimize_is_as_recorded(&optimize_cases[i]));
    }
}

static void optimize_appends_and_leaves_what_was_there(void **state) {
    (void)state;
    pickle_bytes_buffer out = {0};
    assert_int_equal(pickle_optimize("N.", 2, 0, &out, NULL, NULL), PICKLE_OK);
    assert_int_equal(pickle_optimize("K", 1, 0, &out, NULL, NULL),
                     PICKLE_ERR_PICKLETOOLS);
    assert_int_equal(pickle_optimize("]q\001.", 4, 0, &out, NULL, NULL),
                     PICKLE_OK);
    assert_int_equal(out.len, 4);
    assert_memory_equal(out.data, "N.].", 4);
    pickle_bytes_buffer_deinit(&out);
}

/* ---- genops ---- */

static void genops_gives_arguments_of_every_kind(void **state) {
    (void)state;
    static const char data[] = "\x80\004I01\n\x8a\011\377\377\377\377\377\377"
                               "\377\377\000G?\370\000\000\000\000\000\000"
                               "X\002\000\000\000abC\001x"
                               "\x96\001\000\000\000\000\000\000\000yV\351\n.";
    static const struct {
        const char *name;
        size_t offset;
        size_t len;
        pickle_arg_kind kind;
    } expected[] = {
        {"PROTO", 0, 2, PICKLE_ARG_INT},
        {"INT", 2, 4, PICKLE_ARG_BOOL},
        {"LONG1", 6, 11, PICKLE_ARG_BIGINT},
        {"BINFLOAT", 17, 9, PICKLE_ARG_FLOAT},
        {"BINUNICODE", 26, 7, PICKLE_ARG_STR},
        {"SHORT_BINBYTES", 33, 3, PICKLE_ARG_BYTES},
        {"BYTEARRAY8", 36, 10, PICKLE_ARG_BYTEARRAY},
        {"UNICODE", 46, 3, PICKLE_ARG_STR},
        {"STOP", 49, 1, PICKLE_ARG_NONE},
    };
    pickle_genops *it;
    pickle_genop op;
    assert_int_equal(pickle_genops_new(data, sizeof data - 1, NULL, &it, NULL),
                     PICKLE_OK);
    for (size_t i = 0; i < COUNT_OF(expected); i++) {
        assert_true(pickle_genops_next(it, &op));
        assert_string_equal(op.info->name, expected[i].name);
        assert_int_equal(op.offset, expected[i].offset);
        assert_int_equal(op.len, expected[i].len);
        assert_int_equal(op.arg.kind, expected[i].kind);
        if (op.info->code == 'X') {
            /* What needs no decoding points into the data. */
            assert_ptr_equal(op.arg.data, (const uint8_t *)data + 31);
        } else if (op.info->code == 'V') {
            assert_int_equal(op.arg.len, 2);
            assert_memory_equal(op.arg.data, "\303\251", 2);
        } else if (op.arg.kind == PICKLE_ARG_BIGINT) {
            assert_int_equal(op.arg.len, 9);
        }
    }
    assert_false(pickle_genops_next(it, &op));
    assert_int_equal(pickle_genops_error(it, NULL), PICKLE_OK);
    assert_int_equal(pickle_genops_offset(it), sizeof data - 1);
    pickle_genops_free(it);
}

static void genops_reports_the_opcode_at_fault(void **state) {
    (void)state;
    static const struct {
        bytes input;
        size_t offset;
        int opcode;
        pickle_code code;
    } cases[] = {
        /* N STRING-WITHOUT-QUOTES */
        {BYTES("NSabc\n."), 1, 'S', PICKLE_ERR_PICKLETOOLS},
        /* N UNKNOWN */
        {BYTES("N\377."), 1, 0xff, PICKLE_ERR_PICKLETOOLS},
        /* N, and NO STOP */
        {BYTES("N"), 1, -1, PICKLE_ERR_PICKLETOOLS},
        /* K LENGTH MISSING */
        {BYTES("NNNK"), 3, 'K', PICKLE_ERR_PICKLETOOLS},
        {BYTES("NX\001\000\000\000\377."), 1, 'X', PICKLE_ERR_UNICODE_DECODE},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        pickle_genops *it;
        pickle_genop op;
        pickle_error err;
        size_t len;
        memset(&err, 0xa5, sizeof err);
        assert_int_equal(pickle_genops_new(cases[i].input.data,
                                           cases[i].input.len, NULL, &it, &err),
                         PICKLE_OK);
        while (pickle_genops_next(it, &op)) {
        }
        assert_int_equal(pickle_genops_error(it, &err), cases[i].code);
        assert_int_equal(err.offset, cases[i].offset);
        assert_int_equal(err.opcode, cases[i].opcode);
        assert_string_equal(err.message, pickle_genops_message(it, &len));
        assert_int_equal(len, strlen(err.message));
        assert_true(len > 0);
        assert_int_equal(pickle_genops_offset(it), cases[i].offset);
        assert_false(pickle_genops_next(it, &op));
        pickle_genops_free(it);
    }
}

static void genop_repr_refuses_an_int_python_does_not_print(void **state) {
    (void)state;
    uint8_t data[2006] = {0x8b, 0xd0, 0x07};
    pickle_bytes_buffer out = {0};
    pickle_genops *it;
    pickle_genop op;
    memset(data + 5, 1, 2000);
    data[2005] = '.';
    assert_int_equal(pickle_genops_new(data, sizeof data, NULL, &it, NULL),
                     PICKLE_OK);
    assert_true(pickle_genops_next(it, &op));
    assert_int_equal(pickle_genop_repr(&op, 0, &out, NULL),
                     PICKLE_ERR_INT_DIGITS);
    assert_int_equal(out.len, 0);
    assert_int_equal(pickle_genop_repr(&op, 307, &out, NULL),
                     PICKLE_ERR_ARGUMENT);
    assert_true(pickle_genops_next(it, &op));
    assert_int_equal(pickle_genop_repr(&op, 0, &out, NULL), PICKLE_OK);
    assert_int_equal(out.len, 0);
    pickle_bytes_buffer_deinit(&out);
    pickle_genops_free(it);
}

/* ---- the table ---- */

static void opcodes_are_68_and_each_has_a_description(void **state) {
    (void)state;
    size_t count = 0;
    for (int i = 0; i < 256; i++) {
        const pickle_opcode_info *info = pickle_opcode_get((uint8_t)i);
        const char *text = pickle_opcode_annotation((uint8_t)i);
        assert_int_equal(info == NULL, text == NULL);
        if (info) {
            count++;
            assert_int_equal(info->code, i);
            assert_true(strlen(text) > 4 && strlen(text) < 72);
            assert_true(info->argument && info->before && info->after);
        }
    }
    assert_int_equal(count, 68);
    assert_string_equal(pickle_opcode_get('K')->argument, "uint1");
    assert_string_equal(pickle_opcode_get('N')->argument, "");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(dis_prints_what_cpython_prints),
        cmocka_unit_test(dis_without_options_is_the_default),
        cmocka_unit_test(dis_of_a_long_argument_is_whole),
        cmocka_unit_test(dis_annotates_in_own_words_by_default),
        cmocka_unit_test(dis_says_where_the_pickle_ends),
        cmocka_unit_test(optimize_writes_what_cpython_writes),
        cmocka_unit_test(optimize_frames_as_cpython),
        cmocka_unit_test(optimize_appends_and_leaves_what_was_there),
        cmocka_unit_test(genops_gives_arguments_of_every_kind),
        cmocka_unit_test(genops_reports_the_opcode_at_fault),
        cmocka_unit_test(genop_repr_refuses_an_int_python_does_not_print),
        cmocka_unit_test(opcodes_are_68_and_each_has_a_description),
    };
    return RUN_TESTS(tests);
}
