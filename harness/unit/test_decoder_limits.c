/*
 * What decoding costs, measured in allocations and never in time: hostile
 * lengths, limits of the options, failing allocations, depth.
 */
#include "decoder_support.h"

/* ---- failing allocations ---- */

static pickle_code decode_samples(const pickle_allocator *alloc) {
    for (size_t i = 0; i < COUNT_OF(samples); i++) {
        pickle_doc *doc = NULL;
        pickle_decode_options opt = {.alloc = alloc};
        pickle_code code = pickle_decode(samples[i].data, samples[i].len, &opt,
                                         &doc, NULL, NULL);
        if (code) {
            return code;
        }
        pickle_doc_free(doc);
    }
    return PICKLE_OK;
}

static void decode_survives_failing_allocations(void **state) {
    (void)state;
    assert_survives_failures(decode_samples);
}

/* One of each thing that allocates on its own: a long int in text, escapes,
 * a decoded string, a sparse memo, many marks, a stack and a memo that grow. */
static size_t make_hungry(char *out) {
    size_t n = 0;
    n += (size_t)sprintf(out + n, "L1%080dL\n0S'\\x41%050d'\n0V\\u20ac%050d\n0",
                         7, 7, 7);
    n += (size_t)sprintf(out + n, "F%0100d.5\n0Np123456789\n0(I1\nI2\nl0", 7);
    n += (size_t)sprintf(out + n, "cbuiltins\ngetattr\n(ca\nb\nVc\ntR0");
    for (int i = 0; i < 100; i++) {
        n += (size_t)sprintf(out + n, "(Np%d\n", i);
    }
    n += (size_t)sprintf(out + n, "N.");
    return n;
}

static int read_rest(void *ctx, void *out, size_t cap, size_t *got) {
    const char **at = ctx;
    size_t left = strlen(*at);
    *got = left < cap ? left : cap;
    memcpy(out, *at, *got);
    *at += *got;
    return 0;
}

static pickle_code decode_hungry(const pickle_allocator *alloc) {
    char data[4096];
    const char *at = data;
    pickle_doc_options doc_opt = {.alloc = alloc};
    pickle_decode_options opt = {.alloc = alloc};
    pickle_doc *doc = NULL;
    pickle_decoder *dec = NULL;
    pickle_value v;
    data[make_hungry(data)] = '\0';
    pickle_code code = pickle_doc_new(&doc_opt, &doc, NULL);
    if (!code) {
        code = pickle_decoder_new_stream(doc, read_rest, &at, &opt, &dec, NULL);
    }
    if (!code) {
        code = pickle_decoder_load(dec, &v, NULL);
    }
    pickle_decoder_free(dec);
    pickle_doc_free(doc);
    return code;
}

static void decode_stream_survives_failing_allocations(void **state) {
    (void)state;
    assert_survives_failures(decode_hungry);
}

/* ---- what an input may cost ---- */

/* Decode with an allocator that measures; the document is freed. */
static pickle_code measure(const void *data, size_t len,
                           const pickle_decode_options *base, test_alloc *t) {
    pickle_allocator alloc = {test_alloc_fn, t};
    pickle_decode_options opt = *base;
    pickle_doc *doc = NULL;
    memset(t, 0, sizeof *t);
    opt.alloc = &alloc;
    pickle_code code = pickle_decode(data, len, &opt, &doc, NULL, NULL);
    pickle_doc_free(doc);
    assert_int_equal(t->live, 0);
    return code;
}

static void decode_hostile_lengths_allocate_little(void **state) {
    static const struct {
        const char *what;
        const char *data;
        size_t len;
    } rows[] = {
#define ROW(text) {#text, text, sizeof text - 1}
        ROW("B\xff\xff\xff\xff"),
        ROW("X\xff\xff\xff\xff"),
        ROW("T\xff\xff\xff\x7f"),
        ROW("\x8b\xff\xff\xff\x7f"),
        ROW("\x8d\0\0\0\0\1\0\0\0"),
        ROW("\x8e\0\0\0\0\1\0\0\0"),
        ROW("\x96\0\0\0\0\1\0\0\0"),
        ROW("\x95\0\0\0\0\1\0\0\0"),
        ROW("Nr\xff\xff\xff\xff."),
        ROW("Nr\xff\xff\xff\x0f."),
        ROW("Np268435455\n."),
        ROW("Nr\0\0\0\1Nr\0\0\0\2Nr\0\0\0\3."),
        ROW("cbuiltins\nbytearray\nJ\xff\xff\xff\x7f\x85R."),
#undef ROW
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        for (int version = 308; version <= 315; version++) {
            for (int pure = 0; pure < 2; pure++) {
                test_alloc t;
                pickle_decode_options opt = {.cpython = version,
                                             .pure_python = pure != 0};
                measure(rows[i].data, rows[i].len, &opt, &t);
                if (t.peak > 1 << 20) {
                    fail_msg("%s takes %zu bytes", rows[i].what, t.peak);
                }
            }
        }
    }
}

static int read_endless(void *ctx, void *out, size_t cap, size_t *got) {
    size_t *left = ctx;
    *got = *left < cap ? *left : cap;
    memset(out, 'B', *got);
    *left -= *got;
    return 0;
}

/* From a source too, memory grows with the bytes that came. */
static void decode_stream_length_is_not_believed(void **state) {
    (void)state;
    test_alloc t = {0};
    pickle_allocator alloc = {test_alloc_fn, &t};
    pickle_doc_options doc_opt = {.alloc = &alloc};
    pickle_decode_options opt = {.alloc = &alloc};
    pickle_doc *doc = NULL;
    pickle_decoder *dec = NULL;
    pickle_value v;
    size_t left = 1000;
    assert_int_equal(pickle_doc_new(&doc_opt, &doc, NULL), PICKLE_OK);
    assert_int_equal(
        pickle_decoder_new_stream(doc, read_endless, &left, &opt, &dec, NULL),
        PICKLE_OK);
    assert_int_equal(pickle_decoder_load(dec, &v, NULL), PICKLE_ERR_TRUNCATED);
    assert_true(t.peak < 1 << 20);
    pickle_decoder_free(dec);
    pickle_doc_free(doc);
    assert_int_equal(t.live, 0);
}

/* What is planned ahead is bounded by the bytes that are there: lists that
 * look as if they went on to the end cost no more than one of them. */
static void decode_planned_arrays_are_bounded(void **state) {
    enum { LISTS = 100, ITEMS = 5000 };
    (void)state;
    size_t len = LISTS * (ITEMS + 3) + 3;
    char *data = malloc(len);
    char *at = data;
    assert_non_null(data);
    *at++ = '(';
    for (int i = 0; i < LISTS; i++) {
        *at++ = ']';
        *at++ = '(';
        memset(at, 'N', ITEMS);
        at += ITEMS;
        *at++ = 'e';
    }
    *at++ = 't';
    *at++ = '.';
    len = (size_t)(at - data);
    test_alloc t;
    assert_int_equal(measure(data, len, &pickle_decode_defaults, &t),
                     PICKLE_OK);
    assert_true(t.peak < 8 * len * 3);
    free(data);
}

static void decode_borrowed_payload_is_not_copied(void **state) {
    enum { LEN = 1 << 22 };
    (void)state;
    uint8_t *data = malloc(LEN + 16);
    assert_non_null(data);
    memset(data, 'x', LEN + 16);
    memcpy(data, "X\0\0\x40\0", 5);
    data[LEN + 5] = '.';
    test_alloc t;
    pickle_decode_options opt = {.borrow = true};
    assert_int_equal(measure(data, LEN + 6, &opt, &t), PICKLE_OK);
    assert_true(t.peak < 1 << 17);
    data[0] = 'B';
    assert_int_equal(measure(data, LEN + 6, &opt, &t), PICKLE_OK);
    assert_true(t.peak < 1 << 17);
    free(data);
}

static void decode_small_pickle_is_one_allocation(void **state) {
    static const char data[] = "\x80\x04\x95\x08\0\0\0\0\0\0\0K\x07M\x15\xa1"
                               "\x86\x94.";
    (void)state;
    test_alloc t;
    assert_int_equal(
        measure(data, sizeof data - 1, &pickle_decode_defaults, &t), PICKLE_OK);
    assert_int_equal(t.calls, 1);
}

/* A million ints in batches of a thousand: at most 9 bytes an element. */
static void decode_long_list_holds_little_slack(void **state) {
    enum { BATCHES = 1000 };
    (void)state;
    size_t len = 2 + BATCHES * 2002;
    uint8_t *data = malloc(len);
    uint8_t *at = data;
    assert_non_null(data);
    *at++ = ']';
    for (int i = 0; i < BATCHES; i++) {
        *at++ = '(';
        for (int k = 0; k < 1000; k++) {
            *at++ = 'K';
            *at++ = (uint8_t)k;
        }
        *at++ = 'e';
    }
    *at++ = '.';
    pickle_doc *doc = NULL;
    assert_int_equal(pickle_decode(data, len, NULL, &doc, NULL, NULL),
                     PICKLE_OK);
    assert_int_equal(pickle_get_count(pickle_doc_get_root(doc)), 1000000);
    assert_true(pickle_doc_memory(doc) <= 9000000);
    pickle_doc_free(doc);
    free(data);
}

/* ---- depth ---- */

/* `n` times `open`, then `n` times `close`, then STOP. */
static size_t nest(char *out, size_t n, char open, const char *middle,
                   char close) {
    memset(out, open, n);
    size_t len = n + strlen(middle);
    memcpy(out + n, middle, strlen(middle));
    memset(out + len, close, n);
    out[len + n] = '.';
    return len + n + 1;
}

static void decode_deep_nesting_does_not_recurse(void **state) {
    enum { DEPTH = 300000 };
    (void)state;
    char *data = malloc(2 * DEPTH + 10);
    assert_non_null(data);
    static const struct {
        char open;
        const char *middle;
        char close;
    } rows[] = {{'(', "N", 't'},   {'(', "N", 'l'},    {'(', "NN", 'd'},
                {'(', "", '\x91'}, {'N', "N", '\x86'}, {']', "", 'a'}};
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        size_t n =
            nest(data, DEPTH, rows[i].open, rows[i].middle, rows[i].close);
        pickle_doc *doc = NULL;
        pickle_error err;
        pickle_code code = pickle_decode(data, n, NULL, &doc, NULL, &err);
        /* A dict of one key is odd at the second level, and a list of lists
         * lacks its last value: rejected without a crash is right there. */
        bool refused = rows[i].close == 'd' || rows[i].close == 'a';
        assert_true((code == PICKLE_OK) != refused);
        pickle_doc_free(doc);
    }
    free(data);
}

/* A tuple of tuples of ... a list is no key, and finding that out is not
 * quadratic: this test would take minutes. */
static void decode_deep_unhashable_key_is_found_once(void **state) {
    enum { DEPTH = 300000 };
    (void)state;
    char *data = malloc(DEPTH + 10);
    assert_non_null(data);
    data[0] = '}';
    data[1] = ']';
    memset(data + 2, '\x85', DEPTH);
    memcpy(data + 2 + DEPTH, "Ns.", 3);
    pickle_doc *doc = NULL;
    pickle_error err;
    assert_int_equal(pickle_decode(data, DEPTH + 5, NULL, &doc, NULL, &err),
                     PICKLE_ERR_UNHASHABLE);
    assert_int_equal(err.offset, DEPTH + 3);
    assert_string_equal(err.message, "unhashable type: 'list'");
    free(data);
}

/* ---- limits of the options ---- */

static void decode_max_depth_counts_open_marks(void **state) {
    (void)state;
    pickle_decode_options opt = {.max_depth = 3};
    assert_decodes_with("((()ttt.", &opt, "t(t(t(t())))");
    assert_rejects_with("(((()tttt.", &opt, PICKLE_ERR_LIMIT, 3);
}

static void decode_max_memo_counts_entries(void **state) {
    (void)state;
    pickle_decode_options opt = {.max_memo = 3};
    assert_decodes_with("N\x94\x94\x94q\x02.", &opt, "N");
    assert_rejects_with("N\x94\x94\x94\x94.", &opt, PICKLE_ERR_LIMIT, 4);
    assert_rejects_with("Nq\x05q\x64p9999\nq\x06.", &opt, PICKLE_ERR_LIMIT, 11);
}

static void decode_max_bytes_bounds_the_document(void **state) {
    (void)state;
    pickle_decode_options opt = {.max_bytes = 20000};
    test_alloc t;
    char data[20100];
    memset(data, ']', sizeof data);
    assert_int_equal(measure(data, sizeof data, &opt, &t), PICKLE_ERR_LIMIT);
    assert_true(t.peak < 300000);
}

static void decode_max_digits_bounds_ints_in_text(void **state) {
    (void)state;
    char data[6000];
    size_t len = (size_t)sprintf(data, "L1%04300dL\n.", 0);
    test_rejects(data, len, NULL, PICKLE_ERR_INT_DIGITS, 0, __FILE__, __LINE__);
    pickle_decode_options opt = {.max_digits = SIZE_MAX};
    pickle_doc *doc = NULL;
    assert_int_equal(pickle_decode(data, len, &opt, &doc, NULL, NULL),
                     PICKLE_OK);
    pickle_doc_free(doc);
    /* int() counts digits of decimal only. */
    len = (size_t)sprintf(data, "L0x1%04400dL\n.", 0);
    assert_int_equal(pickle_decode(data, len, NULL, &doc, NULL, NULL),
                     PICKLE_OK);
    pickle_doc_free(doc);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(decode_survives_failing_allocations),
        cmocka_unit_test(decode_stream_survives_failing_allocations),
        cmocka_unit_test(decode_hostile_lengths_allocate_little),
        cmocka_unit_test(decode_stream_length_is_not_believed),
        cmocka_unit_test(decode_planned_arrays_are_bounded),
        cmocka_unit_test(decode_borrowed_payload_is_not_copied),
        cmocka_unit_test(decode_small_pickle_is_one_allocation),
        cmocka_unit_test(decode_long_list_holds_little_slack),
        cmocka_unit_test(decode_deep_nesting_does_not_recurse),
        cmocka_unit_test(decode_deep_unhashable_key_is_found_once),
        cmocka_unit_test(decode_max_depth_counts_open_marks),
        cmocka_unit_test(decode_max_memo_counts_entries),
        cmocka_unit_test(decode_max_bytes_bounds_the_document),
        cmocka_unit_test(decode_max_digits_bounds_ints_in_text),
    };
    return RUN_TESTS(tests);
}
