/* test_keys.c  Tuples and frozensets as keys: equal ones are one, however deep,
 * however often what they hold repeats, of one document or two. */
#include "test_support.h"

#include "value/keys.h"

static pickle_doc *new_doc(void) {
    pickle_doc *doc = NULL;
    assert_int_equal(pickle_doc_new(NULL, &doc, NULL), 0);
    return doc;
}

static pickle_value text(pickle_doc *doc, const char *s) {
    pickle_value v = pickle_null();
    pickle_error err;
    if (pickle_text_read(doc, s, strlen(s), &v, &err)) {
        fail_msg("%s: %s", s, err.message);
    }
    return v;
}

static bool equal(pickle_value a, pickle_value b) {
    bool same = false;
    assert_int_equal(pickle_equal(a, b, &same, NULL), PICKLE_OK);
    return same;
}

/* ---- what a pickle can say ---- */

/* A set of `before` ints, then two frozensets of 1 and 2, the first of which
 * names its elements more than once. */
static size_t twice_inside(uint8_t *out, size_t before) {
    static const uint8_t two[] = {'(', 'K', 1, 'K', 2, 'K',  1,    'K', 2, 0x91,
                                  '(', 'K', 1, 'K', 2, 0x91, 0x90, '.'};
    static const uint8_t start[] = {0x80, 4, 0x8f, '('};
    size_t len = sizeof start;
    memcpy(out, start, sizeof start);
    for (size_t i = 0; i < before; i++) {
        out[len++] = 'K';
        out[len++] = (uint8_t)(100 + i);
    }
    memcpy(out + len, two, sizeof two);
    return len + sizeof two;
}

static void elements_that_repeat_do_not_tell_two_apart(void **state) {
    (void)state;
    for (size_t before = 0; before < 20; before++) {
        uint8_t data[128];
        size_t len = twice_inside(data, before);
        pickle_doc *doc;
        pickle_error err;
        assert_int_equal(pickle_decode(data, len, NULL, &doc, NULL, &err), 0);
        assert_int_equal(pickle_get_count(pickle_doc_get_root(doc)),
                         before + 1);
        pickle_doc_free(doc);
    }
}

/* ---- depth, and sharing in depth ---- */

typedef struct two {
    pickle_value a;
    pickle_value b;
} two;

/* Level after level of two different frozensets of the two below: what compares
 * them by descending needs a stack as deep, or time without end. */
static two chain(pickle_doc *doc, int levels) {
    two at = {text(doc, "z(i1)"), text(doc, "z(i2)")};
    for (int k = 0; k < levels; k++) {
        two next = {pickle_frozenset(doc, 3), pickle_frozenset(doc, 3)};
        for (int i = 0; i < 2; i++) {
            pickle_value s = i ? next.b : next.a;
            assert_int_equal(pickle_set_add(doc, s, at.a), 0);
            assert_int_equal(pickle_set_add(doc, s, at.b), 0);
            assert_int_equal(pickle_set_add(doc, s, pickle_int(doc, 1000 + i)),
                             0);
        }
        at = next;
    }
    return at;
}

static void depth_needs_no_stack_and_no_patience(void **state) {
    (void)state;
    pickle_doc *doc = new_doc();
    pickle_doc *other = new_doc();
    two x = chain(doc, 300000);
    two y = chain(doc, 300000);
    two z = chain(other, 300000);
    pickle_value d = pickle_dict(doc, 0);
    assert_int_equal(pickle_dict_set(doc, d, x.a, pickle_none()), 0);
    assert_int_equal(pickle_dict_set(doc, d, x.b, pickle_none()), 0);
    assert_int_equal(pickle_dict_set(doc, d, y.a, pickle_bool(true)), 0);
    assert_int_equal(pickle_get_count(d), 2);
    assert_int_equal(pickle_kind_of(pickle_dict_get(d, z.a)), PICKLE_KIND_BOOL);
    assert_int_equal(pickle_kind_of(pickle_dict_get(d, z.b)), PICKLE_KIND_NONE);
    assert_true(equal(x.a, y.a) && equal(x.b, z.b));
    assert_false(equal(x.a, y.b) || equal(x.a, z.b));
    pickle_doc_free(other);
    pickle_doc_free(doc);
}

/* The same of a pickle: nothing has been looked at before it is counted. */
static void a_pickle_of_that_shape_is_read(void **state) {
    enum { LEVELS = 300000 };
    static const uint8_t first[] = {0x80, 4,   '(', 'K', 1,    0x91, 'q', 0,
                                    '0',  '(', 'K', 2,   0x91, 'q',  1,   '0'};
    static const uint8_t level[] = {'(', 'h', 0,   'h', 1,   0x91, 'q', 2,
                                    '0', '(', 'h', 0,   'h', 1,    'N', 0x91,
                                    'q', 1,   '0', 'h', 2,   'q',  0,   '0'};
    static const uint8_t last[] = {'(', 'h', 0, 'h', 1, 0x91, '.'};
    size_t len = sizeof first + LEVELS * sizeof level + sizeof last;
    uint8_t *data = malloc(len);
    (void)state;
    assert_non_null(data);
    memcpy(data, first, sizeof first);
    for (size_t i = 0; i < LEVELS; i++) {
        memcpy(data + sizeof first + i * sizeof level, level, sizeof level);
    }
    memcpy(data + len - sizeof last, last, sizeof last);
    pickle_doc *doc;
    pickle_error err;
    assert_int_equal(pickle_decode(data, len, NULL, &doc, NULL, &err), 0);
    assert_int_equal(pickle_get_count(pickle_doc_get_root(doc)), 2);
    pickle_doc_free(doc);
    free(data);
}

/* t(t, t) of the level below: 2**100 elements where they are written out. */
static pickle_value doubled(pickle_doc *doc, int levels, int64_t end) {
    pickle_value v = pickle_int(doc, end);
    for (int i = 0; i < levels; i++) {
        pickle_value items[2] = {v, v};
        v = pickle_tuple(doc, items, 2);
    }
    return v;
}

static void what_repeats_is_looked_at_once(void **state) {
    (void)state;
    pickle_doc *doc = new_doc();
    pickle_value s = pickle_set(doc, 0);
    for (int i = 0; i < 20; i++) {
        assert_int_equal(pickle_set_add(doc, s, doubled(doc, 100, i % 10)), 0);
    }
    assert_int_equal(pickle_get_count(s), 10);
    assert_true(pickle_set_has(s, doubled(doc, 100, 9)));
    assert_false(pickle_set_has(s, doubled(doc, 100, 10)));
    assert_false(pickle_set_has(s, doubled(doc, 99, 9)));
    pickle_doc_free(doc);
}

/* ---- what only a program or a text can make ---- */

static void one_that_holds_itself_is_equal_to_itself(void **state) {
    (void)state;
    for (int many = 0; many < 2; many++) {
        pickle_doc *doc = new_doc();
        pickle_value s = pickle_set(doc, 0);
        for (int i = 0; many && i < 20; i++) {
            assert_int_equal(pickle_set_add(doc, s, pickle_int(doc, i)), 0);
        }
        pickle_value own[2];
        for (int i = 0; i < 2; i++) {
            own[i] = text(doc, "z(t(*0))");
            assert_int_equal(pickle_set_add(doc, s, own[i]), 0);
            assert_int_equal(pickle_set_add(doc, s, own[i]), 0);
        }
        assert_int_equal(pickle_get_count(s), many * 20 + 2);
        pickle_doc_free(doc);
    }
}

/* A frozenset that holds the two tuples around it, which differ: neither is
 * whole where the text refers to it. */
static void two_that_hold_an_element_stay_two(void **state) {
    (void)state;
    pickle_doc *doc = new_doc();
    pickle_value s = pickle_set(doc, 0);
    pickle_value outer = text(doc, "t(t(z(*0,*1)))");
    assert_int_equal(pickle_set_add(doc, s, outer), 0);
    assert_int_equal(pickle_set_add(doc, s, pickle_int(doc, 1)), 0);
    assert_true(pickle_set_has(s, outer));
    pickle_value inner = pickle_get_item(pickle_get_item(outer, 0), 0);
    assert_int_equal(pickle_get_count(inner), 2);
    pickle_doc_free(doc);
}

static void a_frozenset_can_grow_after_it_was_a_key(void **state) {
    (void)state;
    pickle_doc *doc = new_doc();
    pickle_value s = pickle_set(doc, 0);
    pickle_value f = text(doc, "z(i1)");
    assert_int_equal(pickle_set_add(doc, s, f), 0);
    assert_int_equal(pickle_set_add(doc, f, pickle_int(doc, 2)), 0);
    pickle_value t = pickle_set(doc, 0);
    assert_int_equal(pickle_set_add(doc, t, f), 0);
    assert_true(pickle_set_has(t, text(doc, "z(i2,i1)")));
    assert_false(pickle_set_has(t, text(doc, "z(i1)")));
    pickle_doc_free(doc);
}

/* ---- two documents ---- */

static pickle_value pairs(pickle_doc *doc, int64_t from, int64_t to) {
    pickle_value d = pickle_dict(doc, 0);
    int64_t step = from < to ? 1 : -1;
    for (int64_t i = from; i != to; i += step) {
        pickle_value items[2] = {pickle_int(doc, i), text(doc, "z(u61,t(N))")};
        assert_int_equal(pickle_dict_set(doc, d, pickle_tuple(doc, items, 2),
                                         pickle_int(doc, -i)),
                         0);
    }
    return d;
}

static void keys_of_two_documents_compare(void **state) {
    (void)state;
    for (int64_t n = 1; n < 3000; n *= 5) {
        pickle_doc *doc = new_doc();
        pickle_doc *other = new_doc();
        pickle_value a = pairs(doc, 0, n);
        pickle_value b = pairs(other, n - 1, -1);
        size_t count;
        const pickle_pair *p = pickle_get_pairs(b, &count);
        assert_true(equal(a, b));
        for (size_t i = 0; i < count; i++) {
            int64_t m = 0;
            assert_true(pickle_get_int(pickle_dict_get(a, p[i].key), &m));
            assert_int_equal(m, (int64_t)i + 1 - n);
        }
        assert_int_equal(pickle_dict_set(other, b, p[0].key, pickle_none()), 0);
        assert_false(equal(a, b));
        assert_false(equal(a, pairs(other, 1, n + 1)));
        pickle_doc_free(other);
        assert_true(equal(a, pairs(doc, 0, n)));
        pickle_doc_free(doc);
    }
}

/* Nobody has looked into what was decoded when the first key is asked for. */
static void a_key_from_elsewhere_is_found_at_once(void **state) {
    static const uint8_t one[] = {0x80, 4, '}', 'K', 1, 0x85, 'K', 2, 's', '.'};
    (void)state;
    pickle_doc *doc;
    pickle_doc *other = new_doc();
    int64_t n = 0;
    assert_int_equal(pickle_decode(one, sizeof one, NULL, &doc, NULL, NULL), 0);
    assert_true(pickle_get_int(
        pickle_dict_get(pickle_doc_get_root(doc), text(other, "t(i1)")), &n));
    assert_int_equal(n, 2);
    pickle_doc_free(other);
    pickle_doc_free(doc);
}

/* ---- memory ---- */

static pickle_code look_up(const pickle_allocator *alloc) {
    pickle_doc_options opt = {.alloc = alloc};
    pickle_doc *doc;
    uint8_t data[128];
    pickle_decode_options decode = pickle_decode_defaults;
    pickle_code code = pickle_doc_new(&opt, &doc, NULL);
    if (code) {
        return code;
    }
    pickle_value s = pickle_set(doc, 0);
    for (int i = 0; i < 40 && !code && !pickle_is_null(s); i++) {
        pickle_value v = doubled(doc, 40, i % 20);
        code = pickle_is_null(v) ? PICKLE_ERR_NOMEM : pickle_set_add(doc, s, v);
    }
    code = code ? code : pickle_doc_error(doc, NULL);
    if (!code && pickle_get_count(s) != 20) {
        fail_msg("%zu elements", pickle_get_count(s));
    }
    pickle_doc_free(doc);
    decode.alloc = alloc;
    if (!code) {
        size_t len = twice_inside(data, 19);
        code = pickle_decode(data, len, &decode, &doc, NULL, NULL);
    }
    if (!code) {
        pickle_set_has(pickle_doc_get_root(doc), pickle_doc_get_root(doc));
        pickle_doc_free(doc);
    }
    return code;
}

static void looking_up_survives_failing_allocations(void **state) {
    (void)state;
    assert_survives_failures(look_up);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(elements_that_repeat_do_not_tell_two_apart),
        cmocka_unit_test(depth_needs_no_stack_and_no_patience),
        cmocka_unit_test(a_pickle_of_that_shape_is_read),
        cmocka_unit_test(what_repeats_is_looked_at_once),
        cmocka_unit_test(one_that_holds_itself_is_equal_to_itself),
        cmocka_unit_test(two_that_hold_an_element_stay_two),
        cmocka_unit_test(a_frozenset_can_grow_after_it_was_a_key),
        cmocka_unit_test(keys_of_two_documents_compare),
        cmocka_unit_test(a_key_from_elsewhere_is_found_at_once),
        cmocka_unit_test(looking_up_survives_failing_allocations),
    };
    return RUN_TESTS(tests);
}
