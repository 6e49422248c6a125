/* The reducers of multiprocessing: what native objects become, member by
 * member of AbstractReducer. */
#include "reduction_support.h"

#include <pickleproof/copyreg.h>

/* ---- each type ---- */

typedef struct native_row {
    const char *value;   /* canonical text of a native */
    const char *forking; /* what arrives by ForkingPickler */
    const char *plain;   /* by plain pickle; NULL: refused */
} native_row;

#define LIST_APPEND     "gbuiltins:list.append"
#define REBUILD_PARTIAL "gmultiprocessing.reduction:_rebuild_partial"

static const native_row rows[] = {
    {"x(gbuiltins:method;n(gm:A;),u66)", "o(gbuiltins:getattr;n(gm:A;),u66)",
     "o(gbuiltins:getattr;n(gm:A;),u66)"},
    {"x(gbuiltins:builtin_function_or_method;l(),u66)",
     "o(gbuiltins:getattr;l(),u66)", "o(gbuiltins:getattr;l(),u66)"},
    {"x(gbuiltins:method-wrapper;i5,u66)", "o(gbuiltins:getattr;i5,u66)",
     "o(gbuiltins:getattr;i5,u66)"},
    {"x(gbuiltins:method_descriptor;gbuiltins:list,u617070656e64)", LIST_APPEND,
     LIST_APPEND},
    {"x(gbuiltins:wrapper_descriptor;gbuiltins:list,u617070656e64)",
     LIST_APPEND, LIST_APPEND},
    {"x(gfunctools:partial;gm:f,t(i1),d(u6b=i2))",
     "o(" REBUILD_PARTIAL ";gm:f,t(i1),d(u6b=i2))",
     "o(gfunctools:partial;gm:f;t(gm:f,t(i1),d(u6b=i2),N))"},
    {"x(gmultiprocessing.connection:Connection;" DUP ",T,F)",
     "o(gmultiprocessing.connection:rebuild_connection;" DUP ",T,F)", NULL},
    {"x(gmultiprocessing.connection:PipeConnection;" HANDLE ",F,T)",
     "o(gmultiprocessing.connection:rebuild_pipe_connection;" HANDLE ",F,T)",
     NULL},
    {"x(gsocket:socket;" SOCKET ")",
     "o(gmultiprocessing.reduction:_rebuild_socket;" SOCKET ")", NULL},
    {"x(gbuiltins:dict_items;l(t(i1,i2)))", "o(gbuiltins:list;l(t(i1,i2)))",
     NULL},
    {"x(gbuiltins:dict_keys;l(i1))", "o(gbuiltins:list;l(i1))", NULL},
    {"x(gbuiltins:dict_values;l(i1))", "o(gbuiltins:list;l(i1))", NULL},
    {"x(garray:array;u42,b6162)", "o(garray:array;u42,b6162)", NULL},
    {"x(gmultiprocessing.heap:Arena;i1000," DUP ")",
     "o(gmultiprocessing.heap:rebuild_arena;i1000," DUP ")", NULL},
};

static void natives_become_calls(void **state) {
    (void)state;
    pickle_forking_pickler *cls = new_class(NULL);
    assert_int_equal(pickle_reducer_install_stdlib(cls, false, NULL),
                     PICKLE_OK);
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        pickle_doc *doc = new_doc();
        pickle_value v = read_text(doc, rows[i].value);
        pickle_bytes_buffer out = {0};
        assert_sends(cls, doc, v, rows[i].forking);
        if (rows[i].plain) {
            assert_sends(NULL, doc, v, rows[i].plain);
        } else {
            assert_int_equal(pickle_encode(doc, v, NULL, &out, NULL),
                             PICKLE_ERR_PICKLING_TYPE);
        }
        pickle_bytes_buffer_deinit(&out);
        pickle_doc_free(doc);
    }
    pickle_forking_pickler_free(cls);
}

static void fields_of_another_number_are_refused(void **state) {
    (void)state;
    static const char *const values[] = {"x(gbuiltins:method;i1)",
                                         "x(gfunctools:partial;gm:f,t())"};
    for (size_t i = 0; i < COUNT_OF(values); i++) {
        pickle_doc *doc = new_doc();
        pickle_bytes_buffer out = {0};
        assert_int_equal(
            pickle_encode(doc, read_text(doc, values[i]), NULL, &out, NULL),
            PICKLE_ERR_PICKLING_TYPE);
        pickle_bytes_buffer_deinit(&out);
        pickle_doc_free(doc);
    }
}

/* What the constructors make is what the text says. */
static void constructors_make_natives(void **state) {
    (void)state;
    pickle_doc *doc = new_doc();
    pickle_value list = pickle_list(doc, 0);
    pickle_value f = pickle_str_z(doc, "f");
    pickle_value cls = pickle_global(doc, "builtins", "list");
    pickle_value dup =
        pickle_dupfd_value(doc, PICKLE_DUPFD_SPAWN, 50, pickle_null());
    assert_is(pickle_method(doc, list, f), "x(gbuiltins:method;l(),u66)");
    assert_is(pickle_method_descriptor(doc, cls, f, false),
              "x(gbuiltins:method_descriptor;gbuiltins:list,u66)");
    assert_is(pickle_method_descriptor(doc, cls, f, true),
              "x(gbuiltins:wrapper_descriptor;gbuiltins:list,u66)");
    assert_is(pickle_partial(doc, cls, pickle_null(), pickle_null()),
              "x(gfunctools:partial;gbuiltins:list,t(),d())");
    assert_is(pickle_socket_value(doc, dup, 1, 2, 3),
              "x(gsocket:socket;" DUP ",i1,i2,i3)");
    assert_is(pickle_connection_value(doc, dup, true, false),
              "x(gmultiprocessing.connection:Connection;" DUP ",T,F)");
    assert_is(pickle_dict_view_value(doc, PICKLE_DICT_VALUES, list),
              "x(gbuiltins:dict_values;l())");
    assert_is(pickle_array_value(doc, f, pickle_bytes(doc, "ab", 2)),
              "x(garray:array;u66,b6162)");
    assert_is(pickle_arena_value(doc, 4096, dup),
              "x(gmultiprocessing.heap:Arena;i1000," DUP ")");
    assert_true(pickle_is_null(pickle_method(doc, pickle_null(), f)));
    assert_true(
        pickle_is_null(pickle_dict_view_value(doc, (pickle_dict_view)3, list)));
    pickle_doc_free(doc);
}

static void partial_of_a_partial_is_one(void **state) {
    (void)state;
    pickle_doc *doc = new_doc();
    pickle_value inner =
        read_text(doc, "x(gfunctools:partial;gm:f,t(i1),d(u61=i1,u62=i2))");
    assert_is(pickle_partial(doc, inner, read_text(doc, "t(i2,i3)"),
                             read_text(doc, "d(u62=i9,u63=i3)")),
              "x(gfunctools:partial;gm:f,t(i1,i2,i3),"
              "d(u61=i1,u62=i9,u63=i3))");
    assert_is(pickle_partial(doc, inner, pickle_null(), pickle_null()),
              "x(gfunctools:partial;gm:f,t(i1),d(u61=i1,u62=i2))");
    /* The inner one stays as it is. */
    assert_is(inner, "x(gfunctools:partial;gm:f,t(i1),d(u61=i1,u62=i2))");
    pickle_doc_free(doc);
}

static void authentication_string_needs_a_child(void **state) {
    (void)state;
    pickle_doc *doc = new_doc();
    pickle_error err;
    pickle_value key =
        pickle_authentication_string(doc, pickle_bytes(doc, "kkkk", 4));
    pickle_forking_pickler *cls = new_class(NULL);
    assert_int_equal(refusal(cls, doc, key, &err), PICKLE_ERR_PICKLING_TYPE);
    assert_int_equal(pickle_reducer_install_stdlib(cls, true, NULL), PICKLE_OK);
    assert_sends(cls, doc, key,
                 "o(gmultiprocessing.process:AuthenticationString;b6b6b6b6b)");
    assert_int_equal(pickle_reducer_install_stdlib(cls, false, NULL),
                     PICKLE_OK);
    assert_int_equal(refusal(cls, doc, key, &err), PICKLE_ERR_PICKLING_TYPE);
    pickle_forking_pickler_free(cls);
    pickle_doc_free(doc);
}

/* ---- AbstractReducer ---- */

static const struct {
    const char *name;
    const char *value;
    size_t member;
} members[] = {
    {"reduce_method", "x(gbuiltins:method;n(gm:A;),u66)",
     offsetof(pickle_abstract_reducer, reduce_method)},
    {"reduce_method_descriptor",
     "x(gbuiltins:method_descriptor;gbuiltins:list,u66)",
     offsetof(pickle_abstract_reducer, reduce_method_descriptor)},
    {"reduce_method_descriptor",
     "x(gbuiltins:wrapper_descriptor;gbuiltins:list,u66)",
     offsetof(pickle_abstract_reducer, reduce_method_descriptor)},
    {"reduce_partial", "x(gfunctools:partial;gm:f,t(),d())",
     offsetof(pickle_abstract_reducer, reduce_partial)},
    {"reduce_socket", "x(gsocket:socket;" DUP ",i2,i1,i0)",
     offsetof(pickle_abstract_reducer, reduce_socket)},
    {"reduce_connection",
     "x(gmultiprocessing.connection:Connection;" DUP ",T,T)",
     offsetof(pickle_abstract_reducer, reduce_connection)},
};

static char *arrival(pickle_forking_pickler *cls, const char *value) {
    pickle_doc *doc = new_doc();
    pickle_doc *copy = NULL;
    pickle_bytes_buffer out = {0};
    assert_int_equal(
        pickle_forking_dumps(cls, doc, read_text(doc, value), NULL, &out, NULL),
        PICKLE_OK);
    assert_int_equal(pickle_decode(out.data, out.len, NULL, &copy, NULL, NULL),
                     PICKLE_OK);
    char *text = test_text(pickle_doc_get_root(copy), false);
    pickle_doc_free(copy);
    pickle_bytes_buffer_deinit(&out);
    pickle_doc_free(doc);
    return text;
}

/* Each member replaced by itself: it takes its own types, and the others are
 * CPython's still. */
static void each_member_can_be_replaced(void **state) {
    (void)state;
    static char mine[] = "mine";
    pickle_forking_pickler *usual = new_class(NULL);
    for (size_t i = 0; i < COUNT_OF(members); i++) {
        pickle_abstract_reducer reducer = {.ctx = mine};
        const pickle_reducer_fn fn = says;
        memcpy((char *)&reducer + members[i].member, &fn, sizeof fn);
        pickle_forking_pickler *cls = new_class(NULL);
        assert_int_equal(pickle_reducer_install(cls, &reducer, NULL),
                         PICKLE_OK);
        for (size_t j = 0; j < COUNT_OF(members); j++) {
            char *text = arrival(cls, members[j].value);
            char *before = arrival(usual, members[j].value);
            assert_string_equal(text, members[j].member == members[i].member
                                          ? "o(gtest:mine;)"
                                          : before);
            free(text);
            free(before);
        }
        /* NULL members take the place of what was there: all is as before. */
        pickle_abstract_reducer none = {0};
        assert_int_equal(pickle_reducer_install(cls, &none, NULL), PICKLE_OK);
        char *text = arrival(cls, members[i].value);
        char *before = arrival(usual, members[i].value);
        assert_string_equal(text, before);
        free(text);
        free(before);
        pickle_forking_pickler_free(cls);
    }
    pickle_forking_pickler_free(usual);
}

static void default_reducer_needs_no_pickler(void **state) {
    (void)state;
    pickle_doc *doc = new_doc();
    pickle_value v = read_text(doc, "x(gsocket:socket;" DUP ",i2,i1,i0)");
    assert_is(pickle_reducer_defaults.reduce_socket(NULL, doc, v),
              "o(gmultiprocessing.reduction:_rebuild_socket;" DUP
              ",o(gsocket:AddressFamily;i2),o(gsocket:SocketKind;i1),i0)");
    pickle_doc_free(doc);
}

/* ---- copyreg's extension registry ---- */

static void extension_can_be_removed(void **state) {
    (void)state;
    pickle_extension_registry *reg;
    pickle_error err;
    const char *module;
    const char *name;
    assert_int_equal(pickle_extension_registry_new(NULL, &reg, NULL),
                     PICKLE_OK);
    for (int i = 1; i <= 40; i++) {
        char text[8];
        snprintf(text, sizeof text, "N%d", i);
        assert_int_equal(pickle_extension_add(reg, "m", text, i, NULL),
                         PICKLE_OK);
    }
    assert_int_equal(pickle_extension_remove(reg, "m", "N7", 8, &err),
                     PICKLE_ERR_VALUE);
    assert_int_equal(pickle_extension_remove(reg, "m", "N41", 41, &err),
                     PICKLE_ERR_VALUE);
    assert_int_equal(pickle_extension_remove(reg, "m", "N7", 7, &err),
                     PICKLE_OK);
    assert_int_equal(pickle_extension_remove(reg, "m", "N7", 7, &err),
                     PICKLE_ERR_VALUE);
    assert_int_equal(pickle_extension_code(reg, "m", 1, "N7", 2), 0);
    assert_false(pickle_extension_name(reg, 7, &module, &name));
    assert_int_equal(pickle_extension_code(reg, "m", 1, "N23", 3), 23);
    assert_int_equal(pickle_extension_add(reg, "n", "other", 7, NULL),
                     PICKLE_OK);
    assert_true(pickle_extension_name(reg, 7, &module, &name));
    assert_string_equal(name, "other");
    pickle_extension_registry_free(reg);
}

/* ---- the program's own hooks, behind ours ---- */

typedef struct kept {
    int asked;
    bool in_band;
} kept;

static bool keep(void *ctx, pickle_value buffer) {
    kept *k = ctx;
    assert_int_equal(pickle_kind_of(buffer), PICKLE_KIND_BUFFER);
    k->asked++;
    return k->in_band;
}

static void buffers_go_where_the_program_says(void **state) {
    (void)state;
    for (int in_band = 0; in_band < 2; in_band++) {
        kept k = {0, in_band};
        pickle_encode_options opt = {
            .protocol = 5, .buffer_callback = keep, .hook_ctx = &k};
        pickle_doc *doc = new_doc();
        pickle_forking_pickler *cls = new_class(NULL);
        pickle_value v = read_text(doc, "l(W6162,R63)");
        pickle_bytes_buffer plain = {0};
        pickle_bytes_buffer out = {0};
        assert_int_equal(pickle_encode(doc, v, &opt, &plain, NULL), 0);
        assert_int_equal(pickle_forking_dumps(cls, doc, v, &opt, &out, NULL),
                         0);
        assert_int_equal(k.asked, 4);
        assert_int_equal(out.len, plain.len);
        assert_memory_equal(out.data, plain.data, out.len);
        assert_true(!memchr(out.data, 'c', out.len) == !in_band);
        pickle_bytes_buffer_deinit(&plain);
        pickle_bytes_buffer_deinit(&out);
        pickle_forking_pickler_free(cls);
        pickle_doc_free(doc);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(natives_become_calls),
        cmocka_unit_test(fields_of_another_number_are_refused),
        cmocka_unit_test(constructors_make_natives),
        cmocka_unit_test(partial_of_a_partial_is_one),
        cmocka_unit_test(authentication_string_needs_a_child),
        cmocka_unit_test(each_member_can_be_replaced),
        cmocka_unit_test(default_reducer_needs_no_pickler),
        cmocka_unit_test(extension_can_be_removed),
        cmocka_unit_test(buffers_go_where_the_program_says),
    };
    return RUN_TESTS(tests);
}
