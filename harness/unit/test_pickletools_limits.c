/* test_pickletools_limits.c  Hostile input, memory, limits and misuse. */
#include "pickletools_support.h"

#include "pickletools/memo.h"

/* ---- memory that fails ---- */

/* Something of everything that is allocated for: decoded text, escapes, big
 * ints, marks, memo entries large and small, frames, long lines. */
static const char rich[] =
    "\x80\004((((((((((((((((((tttttttttttttttttt0"
    "S'a\\x41\\n'\nV\351\\u20ac\n\x86"
    "L-123456789012345678901234567890L\n0F1_0.5\n0cmod\nna\\x6de\n0"
    "\x95\377\377\377\377\377\377\377\377"
    "p99999999999999999999\nq\001r\001\001\000\000p-7\n\x94"
    "g99999999999999999999\n0h\0010j\001\001\000\0000g-7\n0"
    "U\003\351\351\351\x86.";

static pickle_code run_dis(const pickle_allocator *alloc) {
    uint64_t written = 0;
    pickle_dis_options opt = pickle_dis_defaults;
    pickle_dis_memo *memo = NULL;
    pickle_bytes_buffer message = {0};
    pickle_error err;
    message.alloc = *alloc;
    opt.alloc = alloc;
    opt.annotate = 30;
    pickle_code code = pickle_dis_memo_new(alloc, &memo);
    opt.memo = memo;
    if (!code) {
        code = pickle_dis(rich, sizeof rich - 1, &opt, count_write, &written,
                          NULL, &message, &err);
        assert_int_equal(err.code, code);
        assert_true(code || written > 3000);
    }
    pickle_dis_memo_free(memo);
    pickle_bytes_buffer_deinit(&message);
    return code;
}

static void dis_survives_failing_allocations(void **state) {
    (void)state;
    assert_survives_failures(run_dis);
}

/* The message of an error is memory too: without it, the error is the lack. */
static pickle_code run_broken(const pickle_allocator *alloc) {
    static const char broken[] = "((NSabcdefghijklmnopqrstuvwxyz\n.";
    uint64_t written = 0;
    pickle_dis_options opt = pickle_dis_defaults;
    pickle_bytes_buffer message = {0};
    message.alloc = *alloc;
    opt.alloc = alloc;
    pickle_code code = pickle_dis(broken, sizeof broken - 1, &opt, count_write,
                                  &written, NULL, &message, NULL);
    pickle_bytes_buffer_deinit(&message);
    return code == PICKLE_ERR_PICKLETOOLS ? PICKLE_OK : code;
}

static void dis_of_a_broken_pickle_survives_failing_allocations(void **state) {
    (void)state;
    assert_survives_failures(run_broken);
}

static pickle_code run_genops(const pickle_allocator *alloc) {
    pickle_genops_options opt = {0, 0, alloc};
    pickle_genops *it = NULL;
    pickle_genop op;
    pickle_bytes_buffer text = {0};
    text.alloc = *alloc;
    pickle_code code =
        pickle_genops_new(rich, sizeof rich - 1, &opt, &it, NULL);
    while (!code && pickle_genops_next(it, &op)) {
        code = pickle_genop_repr(&op, 0, &text, NULL);
    }
    if (!code) {
        code = pickle_genops_error(it, NULL);
    }
    pickle_genops_free(it);
    pickle_bytes_buffer_deinit(&text);
    return code;
}

static void genops_survives_failing_allocations(void **state) {
    (void)state;
    assert_survives_failures(run_genops);
}

static pickle_code run_optimize(const pickle_allocator *alloc) {
    pickle_bytes_buffer out = {0};
    out.alloc = *alloc;
    pickle_code code =
        pickle_optimize(rich, sizeof rich - 1, 0, &out, NULL, NULL);
    assert_true(code || out.len > 100);
    pickle_bytes_buffer_deinit(&out);
    return code;
}

static void optimize_survives_failing_allocations(void **state) {
    (void)state;
    assert_survives_failures(run_optimize);
}

/* ---- hostile input ---- */

/* Disassemble, counting; *peak receives the most memory held. */
static pickle_code measure(const void *data, size_t len, int indent,
                           uint64_t *written, size_t *peak) {
    test_alloc t = {0};
    pickle_allocator alloc = {test_alloc_fn, &t};
    pickle_dis_options opt = pickle_dis_defaults;
    opt.alloc = &alloc;
    opt.indentlevel = indent;
    *written = 0;
    pickle_code code =
        pickle_dis(data, len, &opt, count_write, written, NULL, NULL, NULL);
    assert_int_equal(t.live, 0);
    *peak = t.peak;
    return code;
}

static void declared_lengths_allocate_nothing(void **state) {
    (void)state;
    static const char *const lengths[] = {
        "\x8e\377\377\377\377\377\377\377\177x.",
        "\x8d\000\000\000\000\001x.",
        "B\377\377\377\377x.",
        "T\377\377\377\177x.",
        "\x8b\377\377\377\177x.",
        "\x96\377\377\377\377\377\377\377\177x."};
    static const size_t lens[] = {11, 8, 7, 7, 7, 11};
    for (size_t i = 0; i < COUNT_OF(lengths); i++) {
        uint64_t written;
        size_t peak;
        assert_int_equal(measure(lengths[i], lens[i], 4, &written, &peak),
                         PICKLE_ERR_PICKLETOOLS);
        assert_true(peak < 1024);
    }
}

enum { DEEP = 300000 };

/* DEEP marks and their tuples, or another pair of opcodes. */
static char *nested(char open, char close, size_t *len) {
    char *data = malloc(2 * DEEP + 1);
    assert_non_null(data);
    memset(data, open, DEEP);
    memset(data + DEEP, close, DEEP);
    data[2 * DEEP] = '.';
    *len = 2 * DEEP + 1;
    return data;
}

static void nested_marks_cost_memory_in_proportion(void **state) {
    (void)state;
    size_t len;
    size_t peak;
    uint64_t written;
    char *data = nested('(', 't', &len);
    assert_int_equal(measure(data, len, 0, &written, &peak), PICKLE_OK);
    assert_true(written > 20u * 2 * DEEP && written < 48u * 2 * DEEP);
    assert_true(peak < 16 * len);
    pickle_bytes_buffer out = {0};
    assert_int_equal(pickle_optimize(data, len, 0, &out, NULL, NULL),
                     PICKLE_OK);
    assert_int_equal(out.len, len);
    assert_memory_equal(out.data, data, len);
    pickle_bytes_buffer_deinit(&out);
    free(data);
}

/* The text of deep nesting is quadratic: it is written up to the limit, and no
 * line is ever held whole. */
static void output_stops_at_its_limit(void **state) {
    (void)state;
    size_t len;
    char *data = nested('(', 't', &len);
    test_alloc t = {0};
    pickle_allocator alloc = {test_alloc_fn, &t};
    pickle_dis_options opt = pickle_dis_defaults;
    pickle_error err;
    uint64_t written = 0;
    opt.alloc = &alloc;
    opt.max_output = 20000000;
    assert_int_equal(
        pickle_dis(data, len, &opt, count_write, &written, NULL, NULL, &err),
        PICKLE_ERR_LIMIT);
    assert_true(written <= 20000000 && written > 19900000);
    assert_true(err.offset < DEEP && strlen(err.message) > 0);
    assert_true(t.peak < (size_t)1 << 20);
    free(data);
}

static void left_over_stack_is_reported_whole(void **state) {
    (void)state;
    size_t len;
    char *data = nested('N', ')', &len);
    pickle_bytes_buffer message = {0};
    uint64_t written = 0;
    pickle_error err;
    assert_int_equal(pickle_dis(data, len, NULL, count_write, &written, NULL,
                                &message, &err),
                     PICKLE_ERR_PICKLETOOLS);
    assert_true(message.len > 10u * DEEP);
    assert_memory_equal(message.data + message.len - 7, " tuple]", 7);
    assert_int_equal(strlen(err.message), 119);
    assert_memory_equal(err.message, message.data, 119);
    pickle_bytes_buffer_deinit(&message);
    free(data);
}

/* ---- memo ---- */

static pickle_arg int_key(int64_t n) {
    return (pickle_arg){PICKLE_ARG_INT, n, 0, NULL, 0};
}

/* Keys spread so that array and tree both hold many, set in a mixed order. */
static void memo_finds_what_was_stored(void **state) {
    (void)state;
    enum { COUNT = 3000 };
    static const int64_t steps[] = {1, 3, 1 << 20, INT64_C(1) << 40, -1, -77};
    for (size_t s = 0; s < COUNT_OF(steps); s++) {
        pickle__memo m;
        pickle__dis_memo_init(&m, pickle_allocator_default());
        for (uint32_t i = 0; i < COUNT; i++) {
            uint32_t k = i * 1021 % COUNT;
            pickle_arg key = int_key(steps[s] * k);
            assert_int_equal(pickle__dis_memo_get(&m, &key),
                             PICKLE__MEMO_ABSENT);
            assert_true(pickle__dis_memo_set(&m, &key, i));
            assert_true(pickle__dis_memo_set(&m, &key, k));
            assert_int_equal(m.count, i + 1);
        }
        for (uint32_t k = 0; k < COUNT; k++) {
            pickle_arg key = int_key(steps[s] * k);
            pickle_arg other = int_key(steps[s] * k + (1 << 19));
            assert_int_equal(pickle__dis_memo_get(&m, &key), k);
            if (s > 1) {
                assert_int_equal(pickle__dis_memo_get(&m, &other),
                                 PICKLE__MEMO_ABSENT);
            }
        }
        pickle__dis_memo_deinit(&m);
    }
}

static void memo_tells_big_ints_and_bools_as_python_does(void **state) {
    (void)state;
    pickle__memo m;
    uint8_t bytes[12] = {0};
    pickle_arg truth = {PICKLE_ARG_BOOL, 1, 0, NULL, 0};
    pickle_arg one = int_key(1);
    pickle__dis_memo_init(&m, pickle_allocator_default());
    assert_true(pickle__dis_memo_set(&m, &truth, 5));
    assert_int_equal(pickle__dis_memo_get(&m, &one), 5);
    for (uint8_t len = 9; len < 12; len++) {
        for (uint8_t last = 1; last < 128; last++) {
            bytes[len - 1] = last;
            pickle_arg big = {PICKLE_ARG_BIGINT, 0, 0, bytes, len};
            assert_int_equal(pickle__dis_memo_get(&m, &big),
                             PICKLE__MEMO_ABSENT);
            assert_true(pickle__dis_memo_set(&m, &big, len * 1000u + last));
        }
        bytes[len - 1] = 0;
    }
    for (uint8_t len = 9; len < 12; len++) {
        bytes[len - 1] = 77;
        pickle_arg big = {PICKLE_ARG_BIGINT, 0, 0, bytes, len};
        assert_int_equal(pickle__dis_memo_get(&m, &big), len * 1000 + 77);
        bytes[len - 1] = 0;
    }
    assert_int_equal(m.count, 1 + 3 * 127);
    pickle__dis_memo_deinit(&m);
}

/* A sparse key does not make the array as large as itself. */
static void memo_memory_follows_the_entries(void **state) {
    (void)state;
    test_alloc t = {0};
    pickle_allocator alloc = {test_alloc_fn, &t};
    pickle__memo m;
    pickle__dis_memo_init(&m, &alloc);
    for (int64_t i = 0; i < 1000; i++) {
        pickle_arg key = int_key(i * 4000000);
        assert_true(pickle__dis_memo_set(&m, &key, 1));
    }
    assert_true(t.peak < 1000 * 150);
    pickle__dis_memo_deinit(&m);
    assert_int_equal(t.live, 0);
}

/* ---- misuse ---- */

static void wrong_calls_are_refused(void **state) {
    (void)state;
    pickle_error err;
    pickle_genops *it = NULL;
    pickle_genops_options bad_version = {200, 0, NULL};
    pickle_genops_options bad_start = {0, 3, NULL};
    pickle_dis_options opt = pickle_dis_defaults;
    pickle_bytes_buffer out = {0};
    memset(&err, 0xa5, sizeof err);
    assert_int_equal(pickle_genops_new("N.", 2, &bad_version, &it, &err),
                     PICKLE_ERR_ARGUMENT);
    assert_int_equal(pickle_genops_new("N.", 2, &bad_start, &it, &err),
                     PICKLE_ERR_ARGUMENT);
    assert_null(it);
    assert_int_equal(err.code, PICKLE_ERR_ARGUMENT);
    assert_int_equal(pickle_genops_new(NULL, 2, NULL, &it, &err),
                     PICKLE_ERR_ARGUMENT);
    assert_int_equal(pickle_dis("N.", 2, NULL, NULL, NULL, NULL, NULL, &err),
                     PICKLE_ERR_ARGUMENT);
    opt.cpython = 316;
    assert_int_equal(
        pickle_dis("N.", 2, &opt, sink_write, NULL, NULL, NULL, &err),
        PICKLE_ERR_ARGUMENT);
    assert_int_equal(pickle_optimize("N.", 2, 1, &out, NULL, &err),
                     PICKLE_ERR_ARGUMENT);
    opt.cpython = 0;
    assert_int_equal(
        pickle_dis(NULL, 0, &opt, count_write, NULL, NULL, NULL, &err),
        PICKLE_ERR_PICKLETOOLS);
    assert_int_equal(err.offset, 0);
    assert_int_equal(pickle_optimize(NULL, 0, 0, &out, NULL, &err),
                     PICKLE_ERR_PICKLETOOLS);
    pickle_genops_free(NULL);
    pickle_dis_memo_free(NULL);
}

static void a_program_can_stop_the_output(void **state) {
    (void)state;
    text_sink out = {.refuse = 42};
    pickle_error err;
    assert_int_equal(
        pickle_dis("N.", 2, NULL, sink_write, &out, NULL, NULL, &err),
        PICKLE_ERR_HOOK);
    assert_int_equal(err.os_error, 42);
    assert_int_equal(out.pieces, 1);
    free(out.data);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(dis_survives_failing_allocations),
        cmocka_unit_test(dis_of_a_broken_pickle_survives_failing_allocations),
        cmocka_unit_test(genops_survives_failing_allocations),
        cmocka_unit_test(optimize_survives_failing_allocations),
        cmocka_unit_test(declared_lengths_allocate_nothing),
        cmocka_unit_test(nested_marks_cost_memory_in_proportion),
        cmocka_unit_test(output_stops_at_its_limit),
        cmocka_unit_test(left_over_stack_is_reported_whole),
        cmocka_unit_test(memo_finds_what_was_stored),
        cmocka_unit_test(memo_tells_big_ints_and_bools_as_python_does),
        cmocka_unit_test(memo_memory_follows_the_entries),
        cmocka_unit_test(wrong_calls_are_refused),
        cmocka_unit_test(a_program_can_stop_the_output),
    };
    return RUN_TESTS(tests);
}
