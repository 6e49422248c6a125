/*
 * test_decoder_growth.c  What an input of twice the length may cost: twice the
 * memory, and twice what is asked for on the way. For the kinds of input that
 * are quadratic, or worse, where nobody thought of them.
 */
#include "test_support.h"

#include <pickleproof/pickle.h>

/* A pickle that is being written. */
typedef struct input {
    uint8_t *data;
    size_t len;
} input;

static void put(input *in, const void *data, size_t len) {
    memcpy(in->data + in->len, data, len);
    in->len += len;
}

#define PUT(in, literal) put(in, literal, sizeof(literal) - 1)

static void put_times(input *in, size_t n, const char *text) {
    for (size_t i = 0; i < n; i++) {
        put(in, text, strlen(text));
    }
}

/* i * (2 ** 61 - 1), whose hash is 0 in Python, as a LONG1 of twelve bytes. */
static void put_multiple(input *in, uint64_t i) {
    uint8_t bytes[14] = {0x8a, 12};
    uint64_t low = (i << 61) - i;
    uint64_t high = (i >> 3) - ((i << 61) < i);
    for (int k = 0; k < 8; k++) {
        bytes[2 + k] = (uint8_t)(low >> (8 * k));
        if (k < 4) {
            bytes[10 + k] = (uint8_t)(high >> (8 * k));
        }
    }
    put(in, bytes, sizeof bytes);
}

/* ---- the kinds, each of n parts ---- */

static void nested_tuples(input *in, size_t n) {
    PUT(in, "N");
    put_times(in, n, "\x85");
}

/* Each holds the one before twice: 2 ** n in all, were it copied. */
static void doubling_tuples(input *in, size_t n) {
    PUT(in, "N");
    put_times(in, n, "2\x86");
}

/* The same as keys, whose hash and equality go through all of it. */
static void doubling_keys(input *in, size_t n) {
    PUT(in, "}N");
    put_times(in, n, "2\x86");
    PUT(in, "Ns");
}

static void memo_gets(input *in, size_t n) {
    PUT(in, "(]\x94");
    for (size_t i = 0; i < n; i++) {
        PUT(in, "h\0");
    }
    PUT(in, "l");
}

static void memo_puts(input *in, size_t n) {
    PUT(in, "N");
    put_times(in, n, "\x94");
}

static void lists_in_lists(input *in, size_t n) {
    put_times(in, n, "]");
    put_times(in, n - 1, "a");
}

/* One hash for all, in Python. */
static void colliding_ints(input *in, size_t n) {
    PUT(in, "}(");
    for (uint64_t i = 1; i <= n; i++) {
        put_multiple(in, i);
        PUT(in, "N");
    }
    PUT(in, "u");
}

static void colliding_set(input *in, size_t n) {
    PUT(in, "\x8f(");
    for (uint64_t i = 1; i <= n; i++) {
        put_multiple(in, i);
    }
    PUT(in, "\x90");
}

static void equal_keys(input *in, size_t n) {
    PUT(in, "}(");
    put_times(in, n, "K\1N");
    PUT(in, "u");
}

static void small_appends(input *in, size_t n) {
    PUT(in, "]");
    put_times(in, n, "Na");
}

/* Two dicts by turns, so that neither can grow where it is. */
static void small_setitems(input *in, size_t n) {
    PUT(in, "}\x94}\x94");
    for (uint32_t i = 0; i < n; i++) {
        put(in, i % 2 ? "h\1J" : "h\0J", 3);
        put(in, &i, sizeof i);
        PUT(in, "Ns0");
    }
}

static void sparse_memo(input *in, size_t n) {
    PUT(in, "N");
    for (size_t i = 0; i < n; i++) {
        uint32_t index = (uint32_t)(i * 64);
        PUT(in, "r");
        put(in, &index, sizeof index);
    }
}

static void many_states(input *in, size_t n) {
    PUT(in, "cm\nC\n)\x81");
    put_times(in, n, "}b");
}

/* ---- */

static const struct {
    const char *name;
    void (*make)(input *in, size_t n);
} kinds[] = {
#define KIND(name)                                                             \
    { #name, name }
    KIND(nested_tuples),  KIND(doubling_tuples), KIND(doubling_keys),
    KIND(memo_gets),      KIND(memo_puts),       KIND(lists_in_lists),
    KIND(colliding_ints), KIND(colliding_set),   KIND(equal_keys),
    KIND(small_appends),  KIND(small_setitems),  KIND(sparse_memo),
    KIND(many_states),
#undef KIND
};

/* Decode n parts, look at all of the result, and measure. */
static void measure(size_t kind, size_t n, test_alloc *t) {
    pickle_allocator alloc = {test_alloc_fn, t};
    pickle_decode_options opt = pickle_decode_defaults;
    input in = {malloc(20 * n + 100), 0};
    pickle_doc *doc = NULL;
    pickle_error err;
    size_t count;
    assert_non_null(in.data);
    kinds[kind].make(&in, n);
    PUT(&in, ".");
    memset(t, 0, sizeof *t);
    opt.alloc = &alloc;
    if (pickle_decode(in.data, in.len, &opt, &doc, NULL, &err)) {
        fail_msg("%s of %zu: %s", kinds[kind].name, n, err.message);
    }
    /* Equal keys are looked for now. */
    (void)pickle_get_pairs(pickle_doc_get_root(doc), &count);
    (void)pickle_get_items(pickle_doc_get_root(doc), &count);
    pickle_doc_free(doc);
    assert_int_equal(t->live, 0);
    free(in.data);
}

static void memory_grows_with_the_input(void **state) {
    enum { N = 20000, TIMES = 8 };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(kinds); i++) {
        test_alloc small;
        test_alloc large;
        measure(i, N, &small);
        measure(i, (size_t)N * TIMES, &large);
        /* Arrays that grow by steps may be half a step further. */
        if (large.peak > small.peak * TIMES * 3 / 2 + 65536 ||
            large.total > small.total * TIMES * 3 / 2 + 65536) {
            fail_msg("%s: %zu bytes, %zu in all requests, become %zu and %zu",
                     kinds[i].name, small.peak, small.total, large.peak,
                     large.total);
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(memory_grows_with_the_input),
    };
    return RUN_TESTS(tests);
}
