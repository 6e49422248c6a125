/* The encoder as a program uses it: buffers, streams, several encoders, limits,
 * hooks that fail, memory that runs out. */
#include "encoder_support.h"

static pickle_doc *new_doc(void) {
    pickle_doc *doc;
    pickle_error err;
    assert_int_equal(pickle_doc_new(NULL, &doc, &err), PICKLE_OK);
    return doc;
}

static pickle_value read_value(pickle_doc *doc, const char *text) {
    pickle_value v;
    pickle_error err;
    assert_int_equal(pickle_text_read(doc, text, strlen(text), &v, &err),
                     PICKLE_OK);
    return v;
}

static pickle_code try_encode(const char *text,
                              const pickle_encode_options *opt,
                              pickle_error *err) {
    pickle_doc *doc = new_doc();
    pickle_bytes_buffer out = {0};
    memset(err, 0xa5, sizeof *err);
    pickle_code code =
        pickle_encode(doc, read_value(doc, text), opt, &out, err);
    assert_int_equal(err->code, code);
    assert_int_equal(out.len != 0, code == PICKLE_OK);
    pickle_bytes_buffer_deinit(&out);
    pickle_doc_free(doc);
    return code;
}

/* ---- options ---- */

static void options_out_of_range_are_refused(void **state) {
    (void)state;
    pickle_error err;
    pickle_encode_options opt = {.protocol = 6};
    assert_int_equal(try_encode("i1", &opt, &err), PICKLE_ERR_ARGUMENT);
    assert_string_equal(err.message, "pickle protocol must be <= 5");
    opt.protocol = 4;
    opt.cpython = 307;
    assert_int_equal(try_encode("i1", &opt, &err), PICKLE_ERR_ARGUMENT);
    opt.cpython = 316;
    assert_int_equal(try_encode("i1", &opt, &err), PICKLE_ERR_ARGUMENT);
    opt.cpython = 0;
    opt.buffer_callback = take_in;
    assert_int_equal(try_encode("i1", &opt, &err), PICKLE_ERR_PICKLING_VALUE);
    opt.protocol = -1;
    assert_int_equal(try_encode("i1", &opt, &err), PICKLE_OK);
}

static void null_value_is_a_bug_and_leaves_the_buffer(void **state) {
    (void)state;
    pickle_doc *doc = new_doc();
    pickle_bytes_buffer out = {0};
    pickle_error err;
    assert_int_equal(pickle_encode(doc, pickle_none(), NULL, &out, &err), 0);
    size_t len = out.len;
    assert_int_equal(pickle_encode(doc, pickle_null(), NULL, &out, &err),
                     PICKLE_ERR_BUG);
    assert_int_equal(out.len, len);
    pickle_bytes_buffer_deinit(&out);
    pickle_doc_free(doc);
}

static void digits_of_an_int_are_limited_in_text_only(void **state) {
    (void)state;
    pickle_error err;
    pickle_encode_options opt = {.protocol = 0, .max_digits = 19};
    /* 10 ** 19 - 1 and 10 ** 19 */
    assert_int_equal(try_encode("i8ac7230489e7ffff", &opt, &err), PICKLE_OK);
    assert_int_equal(try_encode("i-8ac7230489e7ffff", &opt, &err), PICKLE_OK);
    assert_int_equal(try_encode("i8ac7230489e80000", &opt, &err),
                     PICKLE_ERR_INT_DIGITS);
    opt.protocol = 2;
    assert_int_equal(try_encode("i8ac7230489e80000", &opt, &err), PICKLE_OK);
}

static void depth_is_limited_without_recursion(void **state) {
    (void)state;
    pickle_error err;
    for (int protocol = 0; protocol <= 5; protocol++) {
        pickle_encode_options opt = {.protocol = protocol, .max_depth = 4};
        assert_int_equal(try_encode("l(t(d(i1=t(i1)),N))", &opt, &err),
                         PICKLE_OK);
        assert_int_equal(try_encode("l(t(d(i1=t(l(i1))),N))", &opt, &err),
                         PICKLE_ERR_DEPTH);
    }
}

/* ---- a million levels ---- */

static pickle_value nested(pickle_doc *doc, size_t levels) {
    pickle_value v = pickle_none();
    for (size_t i = 0; i < levels; i++) {
        pickle_value outer;
        if (i % 2) {
            outer = pickle_list(doc, 1);
            assert_int_equal(pickle_list_append(doc, outer, v), PICKLE_OK);
        } else {
            outer = pickle_tuple(doc, &v, 1);
        }
        v = outer;
    }
    return v;
}

static void nesting_of_a_million_levels_comes_back(void **state) {
    (void)state;
    pickle_doc *doc = new_doc();
    pickle_value v = nested(doc, 1000000);
    for (int protocol = 0; protocol <= 4; protocol += 2) {
        pickle_encode_options opt = {.protocol = protocol};
        pickle_bytes_buffer out = {0};
        pickle_doc *copy;
        pickle_error err;
        bool equal = false;
        assert_int_equal(pickle_encode(doc, v, &opt, &out, &err), PICKLE_OK);
        assert_int_equal(
            pickle_decode(out.data, out.len, NULL, &copy, NULL, &err), 0);
        assert_int_equal(
            pickle_equal(v, pickle_doc_get_root(copy), &equal, &err), 0);
        assert_true(equal);
        pickle_doc_free(copy);
        pickle_bytes_buffer_deinit(&out);
    }
    pickle_doc_free(doc);
}

/* ---- buffers and streams ---- */

static void buffer_is_used_again_without_growing(void **state) {
    (void)state;
    pickle_doc *doc = new_doc();
    test_alloc t = {0};
    pickle_bytes_buffer out = {.alloc = {test_alloc_fn, &t}};
    pickle_error err;
    pickle_value v = nested(doc, 20000);
    assert_int_equal(pickle_encode(doc, v, NULL, &out, &err), PICKLE_OK);
    size_t len = out.len;
    size_t calls = t.calls;
    uint8_t *first = malloc(len);
    memcpy(first, out.data, len);
    out.len = 0;
    assert_int_equal(pickle_encode(doc, v, NULL, &out, &err), PICKLE_OK);
    assert_int_equal(out.len, len);
    assert_memory_equal(out.data, first, len);
    assert_int_equal(t.calls, calls);
    free(first);
    pickle_bytes_buffer_deinit(&out);
    assert_int_equal(t.live, 0);
    pickle_doc_free(doc);
}

static void failing_write_stops_with_its_number(void **state) {
    (void)state;
    static char text[140001];
    memset(text, '7', sizeof text);
    memcpy(text, "t(u", 3);
    memcpy(text + sizeof text - 4, ",N)", 4);
    for (size_t fail_at = 1; fail_at <= 3; fail_at++) {
        pickle_doc *doc = new_doc();
        pickle_value v = read_value(doc, text);
        sink out = {.fail_at = fail_at};
        pickle_encoder *e;
        pickle_error err;
        assert_int_equal(
            pickle_encoder_new(doc, NULL, sink_write, &out, &e, &err), 0);
        assert_int_equal(pickle_encoder_dump(e, v, &err), PICKLE_ERR_HOOK);
        assert_int_equal(err.os_error, 28);
        assert_int_equal(out.calls, fail_at);
        /* The next dump starts afresh; what was numbered stays so. */
        out.fail_at = 0;
        assert_int_equal(pickle_encoder_dump(e, v, &err), PICKLE_OK);
        pickle_encoder_free(e);
        free(out.data);
        pickle_doc_free(doc);
    }
}

static void encoder_needs_a_sink(void **state) {
    (void)state;
    pickle_doc *doc = new_doc();
    pickle_encoder *e = NULL;
    pickle_error err;
    assert_int_equal(pickle_encoder_new(doc, NULL, NULL, NULL, &e, &err),
                     PICKLE_ERR_BUG);
    assert_null(e);
    pickle_encoder_free(NULL);
    pickle_bytes_buffer_deinit(NULL);
    pickle_doc_free(doc);
}

/* ---- encoders that share a document ---- */

/* Dump v twice with a new encoder, `between` being called before the second. */
static sink dump_twice(pickle_doc *doc, pickle_value v,
                       void (*between)(pickle_doc *doc, pickle_value v)) {
    sink out = {0};
    pickle_encoder *e;
    pickle_error err;
    assert_int_equal(pickle_encoder_new(doc, NULL, sink_write, &out, &e, &err),
                     PICKLE_OK);
    assert_int_equal(pickle_encoder_dump(e, v, &err), PICKLE_OK);
    between(doc, v);
    assert_int_equal(pickle_encoder_dump(e, v, &err), PICKLE_OK);
    pickle_encoder_free(e);
    return out;
}

static void do_nothing(pickle_doc *doc, pickle_value v) {
    (void)doc;
    (void)v;
}

static void pickle_in_reverse(pickle_doc *doc, pickle_value v) {
    pickle_value items[2];
    pickle_error err;
    pickle_bytes_buffer out = {0};
    items[0] = pickle_get_item(v, 1);
    items[1] = pickle_get_item(v, 0);
    assert_int_equal(
        pickle_encode(doc, pickle_tuple(doc, items, 2), NULL, &out, &err), 0);
    pickle_bytes_buffer_deinit(&out);
}

static void encoder_keeps_its_memo_while_others_work(void **state) {
    (void)state;
    pickle_doc *doc = new_doc();
    pickle_value v = read_value(doc, "t(l(i1),d(u6b=i1),u6162)");
    sink alone = dump_twice(doc, v, do_nothing);
    sink disturbed = dump_twice(doc, v, pickle_in_reverse);
    assert_int_equal(alone.len, disturbed.len);
    assert_memory_equal(alone.data, disturbed.data, alone.len);
    /* The second pickle is a GET of the first. */
    assert_string_equal(disturbed.sizes + strlen(disturbed.sizes) - 2, ",5");
    free(alone.data);
    free(disturbed.data);
    pickle_doc_free(doc);
}

/* A hook that pickles the value it is asked about. */
static pickle_value pickle_inside(void *ctx, pickle_doc *doc, pickle_value v) {
    pickle_error err;
    pickle_bytes_buffer out = {0};
    size_t *calls = ctx;
    ++*calls;
    assert_int_equal(pickle_encode(doc, v, NULL, &out, &err), PICKLE_OK);
    pickle_bytes_buffer_deinit(&out);
    return pickle_null();
}

static void hook_may_pickle_the_document_itself(void **state) {
    (void)state;
    pickle_doc *doc = new_doc();
    pickle_value v = read_value(
        doc, "l($1=u6162,l($1,d($1=$1)),o(gm:f;$1;$1),gm:f,t($1,l(*1)),*1)");
    pickle_error err;
    size_t calls = 0;
    for (int protocol = 0; protocol <= 5; protocol++) {
        pickle_bytes_buffer plain = {0};
        pickle_bytes_buffer hooked = {0};
        pickle_encode_options opt = {.protocol = protocol};
        assert_int_equal(pickle_encode(doc, v, &opt, &plain, &err), 0);
        opt.persistent_id = pickle_inside;
        opt.hook_ctx = &calls;
        assert_int_equal(pickle_encode(doc, v, &opt, &hooked, &err), 0);
        assert_int_equal(plain.len, hooked.len);
        assert_memory_equal(plain.data, hooked.data, plain.len);
        pickle_bytes_buffer_deinit(&plain);
        pickle_bytes_buffer_deinit(&hooked);
    }
    assert_true(calls > 6 * 12);
    pickle_doc_free(doc);
}

/* ---- hooks that fail ---- */

static pickle_value break_document(void *ctx, pickle_doc *doc, pickle_value v) {
    (void)ctx;
    (void)v;
    return pickle_str(doc, "\xff", 1);
}

static pickle_value answer_with_a_list(void *ctx, pickle_doc *doc,
                                       pickle_value v) {
    (void)ctx;
    (void)v;
    return pickle_list(doc, 0);
}

static void failure_of_a_hook_is_reported(void **state) {
    (void)state;
    pickle_error err;
    pickle_encode_options opt = {.protocol = 4,
                                 .persistent_id = break_document};
    assert_int_equal(try_encode("l()", &opt, &err), PICKLE_ERR_UNICODE_DECODE);
    opt.persistent_id = NULL;
    opt.reducer_override = break_document;
    assert_int_equal(try_encode("l(o(gm:f;))", &opt, &err),
                     PICKLE_ERR_UNICODE_DECODE);
    opt.reducer_override = answer_with_a_list;
    assert_int_equal(try_encode("l(o(gm:f;))", &opt, &err),
                     PICKLE_ERR_PICKLING);
    opt.reducer_override = NULL;
    opt.dispatch_table = answer_with_a_list;
    assert_int_equal(try_encode("gm:f", &opt, &err), PICKLE_OK);
    assert_int_equal(try_encode("o(gm:f;)", &opt, &err), PICKLE_ERR_PICKLING);
}

static void native_object_needs_a_reducer(void **state) {
    (void)state;
    pickle_doc *doc = new_doc();
    pickle_bytes_buffer out = {0};
    pickle_error err;
    pickle_value v = pickle_native(doc, pickle_global(doc, "socket", "socket"),
                                   pickle_null());
    assert_int_equal(pickle_encode(doc, v, NULL, &out, &err),
                     PICKLE_ERR_PICKLING_TYPE);
    assert_string_equal(err.message, "cannot pickle 'socket' object");
    pickle_bytes_buffer_deinit(&out);
    pickle_doc_free(doc);
}

/* ---- what decoding alone can make ---- */

static void symbolic_objects_come_back_as_they_were(void **state) {
    (void)state;
    static const char *const pickles[] = {
        "\x80\x02"
        "cm\nf\nq\x01)Rq\x02K\x01"
        "bK\x02"
        "b.",
        "\x80\x02"
        "cm\nf\nq\x01)Rq\x02Nb.",
        "\x80\x02"
        "cm\nC\nq\x01)\x81q\x02K\x01"
        "bNb.",
    };
    for (size_t i = 0; i < COUNT_OF(pickles); i++) {
        /* The numbers here are one too high, so that no text has a NUL. */
        size_t len = strlen(pickles[i]);
        uint8_t expected[64];
        for (size_t k = 0; k < len; k++) {
            bool number = k && pickles[i][k - 1] == 'q';
            expected[k] = (uint8_t)(pickles[i][k] - number);
        }
        pickle_doc *doc;
        pickle_error err;
        pickle_bytes_buffer out = {0};
        pickle_encode_options opt = {.protocol = 2};
        assert_int_equal(pickle_decode(expected, len, NULL, &doc, NULL, &err),
                         PICKLE_OK);
        assert_int_equal(
            pickle_encode(doc, pickle_doc_get_root(doc), &opt, &out, &err), 0);
        assert_int_equal(out.len, len);
        assert_memory_equal(out.data, expected, len);
        pickle_bytes_buffer_deinit(&out);
        pickle_doc_free(doc);
    }
}

/* A decoder does not look for equal keys; the encoder must. */
static void equal_keys_are_dropped(void **state) {
    (void)state;
    static const uint8_t twice[] = "\x80\x04](}(K\x01K\x02K\x01K\x03u\x8f("
                                   "K\x01K\x01\x90(K\x02K\x02\x91"
                                   "e.";
    pickle_doc *doc;
    pickle_error err;
    pickle_bytes_buffer out = {0};
    pickle_bytes_buffer expected = {0};
    assert_int_equal(
        pickle_decode(twice, sizeof twice - 1, NULL, &doc, NULL, &err), 0);
    assert_int_equal(
        pickle_encode(doc, pickle_doc_get_root(doc), NULL, &out, &err), 0);
    assert_int_equal(pickle_encode(doc,
                                   read_value(doc, "l(d(i1=i3),S(i1),z(i2))"),
                                   NULL, &expected, &err),
                     PICKLE_OK);
    assert_int_equal(out.len, expected.len);
    assert_memory_equal(out.data, expected.data, out.len);
    pickle_bytes_buffer_deinit(&out);
    pickle_bytes_buffer_deinit(&expected);
    pickle_doc_free(doc);
}

/* ---- extension registry ---- */

static void extension_registry_is_a_two_way_table(void **state) {
    (void)state;
    pickle_extension_registry *reg;
    pickle_error err;
    const char *module;
    const char *name;
    char text[16];
    assert_int_equal(pickle_extension_registry_new(NULL, &reg, &err), 0);
    assert_int_equal(pickle_extension_code(reg, "m", 1, "n", 1), 0);
    assert_false(pickle_extension_name(reg, 1, &module, &name));
    for (int i = 1; i <= 500; i++) {
        snprintf(text, sizeof text, "n%d", i);
        assert_int_equal(pickle_extension_add(reg, "m", text, i * 7, &err), 0);
    }
    for (int i = 1; i <= 500; i++) {
        snprintf(text, sizeof text, "n%d", i);
        assert_int_equal(pickle_extension_code(reg, "m", 1, text, strlen(text)),
                         i * 7);
        assert_true(pickle_extension_name(reg, i * 7, &module, &name));
        assert_string_equal(module, "m");
        assert_string_equal(name, text);
    }
    assert_int_equal(pickle_extension_add(reg, "m", "n1", 7, &err), PICKLE_OK);
    assert_int_equal(pickle_extension_add(reg, "m", "n1", 8, &err),
                     PICKLE_ERR_VALUE);
    assert_int_equal(pickle_extension_add(reg, "m", "other", 7, &err),
                     PICKLE_ERR_VALUE);
    assert_int_equal(pickle_extension_add(reg, "m", "x", 0, &err),
                     PICKLE_ERR_VALUE);
    assert_int_equal(
        pickle_extension_add(reg, "m", "x", INT64_C(0x80000000), &err),
        PICKLE_ERR_VALUE);
    pickle_extension_registry_free(reg);
    pickle_extension_registry_free(NULL);
}

/* ---- memory that runs out ---- */

static const char everything[] =
    "l(i1,i8ac7230489e80000,f3ff8000000000000,u6162,uc3a9,b6162,b,B63,c"
    "00000000000000003ff0000000000000,t(),t(i1),t(N,N,N,N),d(i1=i2,u6b=T),S(i1)"
    ",z(i2),gbuiltins:int,ga:B.C,n(ga:D;i1;d(u78=i1)),n(ga:E;;;i1,i2;;;list),"
    "n(ga:F;t(i1);;;;;tuple),o(ga:g;i1;i2;i3;i4=i5),n(ga:G;i1;;;;d(u6b=i1)"
    "),l(l(l(l(l(l()))))))";

static int discard(void *ctx, const void *data, size_t len) {
    (void)ctx;
    (void)data;
    (void)len;
    return 0;
}

/* Both ways of one protocol with one allocator. */
static pickle_code encode_everything(pickle_doc *doc, pickle_value v,
                                     const pickle_encode_options *opt,
                                     const pickle_allocator *alloc) {
    pickle_error err;
    pickle_encoder *e = NULL;
    pickle_bytes_buffer out = {.alloc = *alloc};
    pickle_code code = pickle_encode(doc, v, opt, &out, &err);
    pickle_bytes_buffer_deinit(&out);
    if (!code) {
        code = pickle_encoder_new(doc, opt, discard, NULL, &e, &err);
    }
    if (!code) {
        code = pickle_encoder_dump(e, v, &err);
    }
    pickle_encoder_free(e);
    return code;
}

static pickle_code sweep(const pickle_allocator *alloc) {
    pickle_doc_options options = {.alloc = alloc};
    pickle_doc *doc;
    pickle_value v;
    pickle_error err;
    pickle_code code = pickle_doc_new(&options, &doc, &err);
    if (code) {
        return code;
    }
    code = pickle_text_read(doc, everything, sizeof everything - 1, &v, &err);
    for (int protocol = 0; protocol <= 5 && !code; protocol++) {
        pickle_encode_options opt = {.protocol = protocol};
        code = encode_everything(doc, v, &opt, alloc);
        opt.fast = true;
        code = code ? code : encode_everything(doc, v, &opt, alloc);
        opt.fast = false;
        opt.cpython = 308;
        opt.persistent_id = no_pid;
        code = code ? code : encode_everything(doc, v, &opt, alloc);
    }
    pickle_doc_free(doc);
    return code;
}

static pickle_code sweep_extensions(const pickle_allocator *alloc) {
    pickle_extension_registry *reg;
    pickle_error err;
    char name[16];
    pickle_code code = pickle_extension_registry_new(alloc, &reg, &err);
    if (code) {
        return code;
    }
    for (int i = 1; i < 40 && !code; i++) {
        snprintf(name, sizeof name, "n%d", i);
        code = pickle_extension_add(reg, "m", name, i, &err);
    }
    pickle_extension_registry_free(reg);
    return code;
}

static void encoder_survives_failing_allocations(void **state) {
    (void)state;
    assert_survives_failures(sweep);
    assert_survives_failures(sweep_extensions);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(options_out_of_range_are_refused),
        cmocka_unit_test(null_value_is_a_bug_and_leaves_the_buffer),
        cmocka_unit_test(digits_of_an_int_are_limited_in_text_only),
        cmocka_unit_test(depth_is_limited_without_recursion),
        cmocka_unit_test(nesting_of_a_million_levels_comes_back),
        cmocka_unit_test(buffer_is_used_again_without_growing),
        cmocka_unit_test(failing_write_stops_with_its_number),
        cmocka_unit_test(encoder_needs_a_sink),
        cmocka_unit_test(encoder_keeps_its_memo_while_others_work),
        cmocka_unit_test(hook_may_pickle_the_document_itself),
        cmocka_unit_test(failure_of_a_hook_is_reported),
        cmocka_unit_test(native_object_needs_a_reducer),
        cmocka_unit_test(symbolic_objects_come_back_as_they_were),
        cmocka_unit_test(equal_keys_are_dropped),
        cmocka_unit_test(extension_registry_is_a_two_way_table),
        cmocka_unit_test(encoder_survives_failing_allocations),
    };
    return RUN_TESTS(tests);
}
