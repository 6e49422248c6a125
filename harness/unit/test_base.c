/* test_base.c  Errors, arena and UTF-8. */
#include "test_support.h"

#include "base/arena.h"
#include "base/checked.h"
#include "base/error.h"
#include "base/utf8.h"

static void error_codes_have_distinct_numbers(void **state) {
    static const struct {
        int number;
        const char *name;
    } rows[] = {
#define PICKLE_X(name, number, exception, text) {number, #name},
        PICKLE_ERROR_MAP(PICKLE_X)
#undef PICKLE_X
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        for (size_t j = 0; j < i; j++) {
            assert_int_not_equal(rows[i].number, rows[j].number);
        }
        assert_string_equal(pickle_code_name((pickle_code)rows[i].number),
                            rows[i].name);
        assert_true(strlen(pickle_code_text((pickle_code)rows[i].number)) > 0);
    }
    assert_string_equal(pickle_code_name((pickle_code)9999), "UNKNOWN");
    assert_string_equal(pickle_code_exception(PICKLE_ERR_MEMO_MISSING_KEY),
                        "KeyError");
}

static void error_set_writes_every_field(void **state) {
    pickle_error err;
    (void)state;
    memset(&err, 0xa5, sizeof err);
    pickle__error_set(&err, PICKLE_ERR_LIMIT, "here", "%d of %d", 3, 4);
    assert_int_equal(err.code, PICKLE_ERR_LIMIT);
    assert_true(err.offset == PICKLE_NO_OFFSET);
    assert_int_equal(err.opcode, -1);
    assert_int_equal(err.os_error, 0);
    assert_string_equal(err.where, "here");
    assert_string_equal(err.message, "3 of 4");
    pickle__error_system(&err, "read", 5);
    assert_int_equal(err.os_error, 5);
    pickle__error_clear(&err);
    assert_string_equal(err.message, "");
    assert_int_equal(pickle__error_code(NULL, PICKLE_ERR_EOF, "x"),
                     PICKLE_ERR_EOF);
}

static void checked_arithmetic_refuses_overflow(void **state) {
    size_t n = 7;
    (void)state;
    assert_true(pickle__add_size(SIZE_MAX - 1, 1, &n));
    assert_true(n == SIZE_MAX);
    assert_false(pickle__add_size(SIZE_MAX, 1, &n));
    assert_false(pickle__mul_size(SIZE_MAX / 2, 3, &n));
    assert_true(n == SIZE_MAX);
    assert_true(pickle__mul_size(0, SIZE_MAX, &n));
    assert_true(n == 0);
}

/* Fill, grow and check arrays of many sizes in turn. */
static pickle_code grow_arrays(const pickle_allocator *alloc) {
    pickle__arena a;
    pickle_code code = PICKLE_OK;
    uint8_t *arrays[6] = {0};
    size_t sizes[6] = {0};
    pickle__arena_init(&a, alloc, (size_t)1 << 30, NULL, 0);
    for (size_t round = 1; round <= 14 && code == PICKLE_OK; round++) {
        for (size_t i = 0; i < COUNT_OF(arrays); i++) {
            size_t size = ((size_t)3 << round) + 5 * i;
            uint8_t *p = pickle__arena_resize(&a, arrays[i], sizes[i], size);
            if (!p) {
                code = PICKLE_ERR_NOMEM;
                break;
            }
            for (size_t k = 0; k < sizes[i]; k++) {
                assert_int_equal(p[k], (uint8_t)(i + 1));
            }
            memset(p, (int)i + 1, size);
            assert_true((uintptr_t)p % 8 == 0);
            arrays[i] = p;
            sizes[i] = size;
        }
    }
    pickle__arena_deinit(&a);
    return code;
}

static void arena_keeps_contents_when_arrays_grow(void **state) {
    (void)state;
    assert_survives_failures(grow_arrays);
}

static void arena_stops_at_its_limit(void **state) {
    test_alloc t = {0};
    pickle_allocator alloc = {test_alloc_fn, &t};
    pickle__arena a;
    (void)state;
    pickle__arena_init(&a, &alloc, 100000, NULL, 0);
    size_t got = 0;
    while (pickle__arena_alloc(&a, 1000)) {
        got += 1000;
    }
    assert_true(a.hit_limit);
    assert_true(got > 60000 && t.bytes <= 100000);
    assert_null(pickle__arena_alloc(&a, SIZE_MAX - 3));
    assert_null(pickle__arena_resize(&a, NULL, 0, SIZE_MAX));
    pickle__arena_deinit(&a);
    assert_int_equal(t.live, 0);
}

static void arena_gives_back_what_a_large_block_does_not_need(void **state) {
    test_alloc t = {0};
    pickle_allocator alloc = {test_alloc_fn, &t};
    pickle__arena a;
    (void)state;
    pickle__arena_init(&a, &alloc, SIZE_MAX / 2, NULL, 0);
    void *p = pickle__arena_alloc(&a, 1000000);
    assert_non_null(pickle__arena_resize(&a, p, 1000000, 500000));
    assert_true(t.bytes < 500200);
    pickle__arena_deinit(&a);
}

static void utf8_accepts_and_blames_as_cpython(void **state) {
    static const struct {
        const char *data;
        size_t start; /* SIZE_MAX: valid */
        size_t end;
        const char *reason;
    } cases[] = {
        {"", SIZE_MAX, 0, ""},
        {"plain ascii, and more of it than eight bytes", SIZE_MAX, 0, ""},
        {"\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80", SIZE_MAX, 0, ""},
        {"\xed\xa0\x80 \xed\xbf\xbf", SIZE_MAX, 0, ""},
        {"a\x80", 1, 2, "invalid start byte"},
        {"\xc0\xaf", 0, 1, "invalid start byte"},
        {"\xf5\x80\x80\x80", 0, 1, "invalid start byte"},
        {"12345678\xff", 8, 9, "invalid start byte"},
        {"\xc3(", 0, 1, "invalid continuation byte"},
        {"\xe0\x80\x80", 0, 1, "invalid continuation byte"},
        {"\xe2\x82(", 0, 2, "invalid continuation byte"},
        {"\xf4\x90\x80\x80", 0, 1, "invalid continuation byte"},
        {"ab\xe2\x82", 2, 4, "unexpected end of data"},
        {"\xf0\x9f\x98", 0, 3, "unexpected end of data"},
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        pickle__utf8_error bad = {0};
        bool ascii;
        bool ok = pickle__utf8_valid((const uint8_t *)cases[i].data,
                                     strlen(cases[i].data), &ascii, &bad);
        assert_int_equal(ok, cases[i].start == SIZE_MAX);
        if (!ok) {
            assert_int_equal(bad.start, cases[i].start);
            assert_int_equal(bad.end, cases[i].end);
            assert_string_equal(bad.reason, cases[i].reason);
        }
    }
}

static void utf8_characters_go_there_and_back(void **state) {
    (void)state;
    for (uint32_t c = 0; c < 0x110000; c += c < 0x900 ? 1 : 0x3f) {
        uint8_t out[4];
        size_t pos = 0;
        size_t len = pickle__utf8_put(out, c);
        assert_true(pickle__utf8_valid(out, len, NULL, NULL));
        assert_int_equal(pickle__utf8_next(out, &pos), c);
        assert_int_equal(pos, len);
        assert_int_equal(pickle__utf8_count(out, len), 1);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(error_codes_have_distinct_numbers),
        cmocka_unit_test(error_set_writes_every_field),
        cmocka_unit_test(checked_arithmetic_refuses_overflow),
        cmocka_unit_test(arena_keeps_contents_when_arrays_grow),
        cmocka_unit_test(arena_stops_at_its_limit),
        cmocka_unit_test(arena_gives_back_what_a_large_block_does_not_need),
        cmocka_unit_test(utf8_accepts_and_blames_as_cpython),
        cmocka_unit_test(utf8_characters_go_there_and_back),
    };
    return RUN_TESTS(tests);
}
