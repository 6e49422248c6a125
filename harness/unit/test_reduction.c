/* ForkingPickler and dispatch tables: who is asked, when, and what comes of
 * refusals, limits and memory that runs out. */
#include "reduction_support.h"

/* ---- dispatch tables ---- */

static void table_finds_the_exact_type(void **state) {
    (void)state;
    pickle_doc *doc = new_doc();
    pickle_dispatch_table *table;
    void *ctx = NULL;
    assert_int_equal(pickle_dispatch_table_new(NULL, &table, NULL), PICKLE_OK);
    assert_int_equal(
        pickle_dispatch_table_set(table, "m", "A", says, "one", NULL),
        PICKLE_OK);
    pickle_value a = pickle_global(doc, "m", "A");
    assert_true(pickle_dispatch_table_find(table, a, &ctx) == says);
    assert_string_equal(ctx, "one");
    assert_null(
        pickle_dispatch_table_find(table, pickle_global(doc, "m", "B"), &ctx));
    assert_null(
        pickle_dispatch_table_find(table, pickle_global(doc, "n", "A"), &ctx));
    assert_null(pickle_dispatch_table_find(table, pickle_none(), &ctx));
    assert_int_equal(
        pickle_dispatch_table_set(table, "m", "A", says, "two", NULL),
        PICKLE_OK);
    assert_int_equal(
        pickle_dispatch_table_set(table, "n", "A", says, "three", NULL),
        PICKLE_OK);
    assert_int_equal(pickle_dispatch_table_count(table), 2);
    (void)pickle_dispatch_table_find(table, a, &ctx);
    assert_string_equal(ctx, "two");
    pickle_dispatch_table_free(table);
    pickle_dispatch_table_free(NULL);
    pickle_doc_free(doc);
}

static void table_without_a_function_is_refused(void **state) {
    (void)state;
    pickle_dispatch_table *table;
    pickle_error err;
    assert_int_equal(pickle_dispatch_table_new(NULL, &table, NULL), PICKLE_OK);
    assert_int_equal(
        pickle_dispatch_table_set(table, "m", "A", NULL, NULL, &err),
        PICKLE_ERR_ARGUMENT);
    assert_int_equal(pickle_dispatch_table_count(table), 0);
    pickle_dispatch_table_free(table);
}

static void update_is_a_dicts(void **state) {
    (void)state;
    pickle_doc *doc = new_doc();
    pickle_dispatch_table *one;
    pickle_dispatch_table *two;
    void *ctx = NULL;
    assert_int_equal(pickle_dispatch_table_new(NULL, &one, NULL), PICKLE_OK);
    assert_int_equal(pickle_dispatch_table_new(NULL, &two, NULL), PICKLE_OK);
    for (int i = 0; i < 20; i++) {
        char name[8];
        snprintf(name, sizeof name, "T%d", i);
        assert_int_equal(pickle_dispatch_table_set(i < 12 ? one : two, "m",
                                                   name, says, "first", NULL),
                         PICKLE_OK);
    }
    assert_int_equal(
        pickle_dispatch_table_set(two, "m", "T3", says, "second", NULL),
        PICKLE_OK);
    assert_int_equal(pickle_dispatch_table_update(one, two, NULL), PICKLE_OK);
    assert_int_equal(pickle_dispatch_table_count(one), 20);
    assert_int_equal(pickle_dispatch_table_count(two), 9);
    (void)pickle_dispatch_table_find(one, pickle_global(doc, "m", "T3"), &ctx);
    assert_string_equal(ctx, "second");
    pickle_dispatch_table_free(one);
    pickle_dispatch_table_free(two);
    pickle_doc_free(doc);
}

static void every_value_has_its_type(void **state) {
    (void)state;
    static const char *const rows[][2] = {
        {"N", "gbuiltins:NoneType"},
        {"T", "gbuiltins:bool"},
        {"i1", "gbuiltins:int"},
        {"f3ff0000000000000", "gbuiltins:float"},
        {"u61", "gbuiltins:str"},
        {"b61", "gbuiltins:bytes"},
        {"B61", "gbuiltins:bytearray"},
        {"t()", "gbuiltins:tuple"},
        {"l()", "gbuiltins:list"},
        {"d()", "gbuiltins:dict"},
        {"S()", "gbuiltins:set"},
        {"z()", "gbuiltins:frozenset"},
        {"c00000000000000000000000000000000", "gbuiltins:complex"},
        {"r61", "gpickle:PickleBuffer"},
        {"W61", "gpickle:PickleBuffer"},
        {"n(gm:A;)", "gm:A"},
        {"x(gm:B;)", "gm:B"}};
    pickle_doc *doc = new_doc();
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        pickle_value type = pickle_type_of(doc, read_text(doc, rows[i][0]));
        char *text = test_text(type, false);
        assert_string_equal(text, rows[i][1]);
        free(text);
    }
    assert_true(pickle_is_null(pickle_type_of(doc, read_text(doc, "gm:A"))));
    assert_true(
        pickle_is_null(pickle_type_of(doc, read_text(doc, "o(gm:f;)"))));
    pickle_doc_free(doc);
}

/* ---- who is asked first ---- */

static pickle_value pid_of_a(void *ctx, pickle_doc *doc, pickle_value v) {
    (void)ctx;
    return pickle_is_global(pickle_type_of(doc, v), "m", "A")
               ? pickle_str_z(doc, "id")
               : pickle_null();
}

static pickle_value override_a(void *ctx, pickle_doc *doc, pickle_value v) {
    return pickle_is_global(pickle_type_of(doc, v), "m", "A")
               ? says(ctx, doc, v)
               : pickle_null();
}

static pickle_value pid_comes_back(void *ctx, pickle_doc *doc,
                                   pickle_value id) {
    (void)ctx;
    return pickle_persid(doc, id);
}

static void hooks_are_asked_in_cpythons_order(void **state) {
    (void)state;
    pickle_doc *doc = new_doc();
    pickle_dispatch_table *copyreg;
    assert_int_equal(pickle_dispatch_table_new(NULL, &copyreg, NULL),
                     PICKLE_OK);
    pickle_forking_pickler *cls = new_class(copyreg);
    pickle_value v = read_text(doc, "l(n(gm:A;),i5)");
    assert_sends(cls, doc, v, "l(n(gm:A;),i5)");
    assert_int_equal(
        pickle_dispatch_table_set(copyreg, "m", "A", says, "copyreg", NULL),
        PICKLE_OK);
    assert_sends(cls, doc, v, "l(o(gtest:copyreg;),i5)");
    assert_int_equal(pickle_forking_pickler_register(cls, "m", "A", says,
                                                     "registered", NULL),
                     PICKLE_OK);
    assert_sends(cls, doc, v, "l(o(gtest:registered;),i5)");
    pickle_encode_options opt = pickle_encode_defaults;
    opt.hook_ctx = "override";
    opt.reducer_override = override_a;
    assert_sends_with(cls, doc, v, &opt, "l(o(gtest:override;),i5)");
    opt.persistent_id = pid_of_a;
    pickle_bytes_buffer out = {0};
    assert_int_equal(pickle_forking_dumps(cls, doc, v, &opt, &out, NULL),
                     PICKLE_OK);
    pickle_decode_options in = pickle_decode_defaults;
    in.persistent_load = pid_comes_back;
    test_decodes(out.data, out.len, &in, "l(p(u6964),i5)", __FILE__, __LINE__);
    pickle_bytes_buffer_deinit(&out);
    /* Plain pickle asks none of them. */
    assert_sends(NULL, doc, v, "l(n(gm:A;),i5)");
    pickle_forking_pickler_free(cls);
    pickle_dispatch_table_free(copyreg);
    pickle_doc_free(doc);
}

static void types_the_pickler_handles_are_not_looked_up(void **state) {
    (void)state;
    static const char *const types[] = {
        "NoneType", "bool", "int",  "float", "str",       "bytes", "bytearray",
        "tuple",    "list", "dict", "set",   "frozenset", "type",  "function"};
    static const char value[] =
        "l(N,T,i5,f3ff0000000000000,u61,b61,B61,t(i1),l(i1),d(i1=i2),S(i1),"
        "z(i1),gm:A)";
    pickle_doc *doc = new_doc();
    pickle_forking_pickler *cls = new_class(NULL);
    for (size_t i = 0; i < COUNT_OF(types); i++) {
        assert_int_equal(pickle_forking_pickler_register(
                             cls, "builtins", types[i], says, "no", NULL),
                         PICKLE_OK);
    }
    assert_sends(cls, doc, read_text(doc, value), value);
    assert_int_equal(pickle_forking_pickler_register(cls, "builtins", "complex",
                                                     says, "yes", NULL),
                     PICKLE_OK);
    assert_sends(cls, doc, read_text(doc, "c3ff00000000000000000000000000000"),
                 "o(gtest:yes;)");
    pickle_forking_pickler_free(cls);
    pickle_doc_free(doc);
}

static void shared_object_is_reduced_once(void **state) {
    (void)state;
    pickle_doc *doc = new_doc();
    pickle_forking_pickler *cls = new_class(NULL);
    assert_int_equal(
        pickle_forking_pickler_register(cls, "m", "A", says, "it", NULL),
        PICKLE_OK);
    assert_sends(cls, doc, read_text(doc, "l(n(gm:A;),*1,n(gm:A;))"),
                 "l(o(gtest:it;),*1,o(gtest:it;))");
    pickle_forking_pickler_free(cls);
    pickle_doc_free(doc);
}

/* ---- instances ---- */

static int append(void *ctx, const void *data, size_t len) {
    pickle_bytes_buffer *out = ctx;
    uint8_t *grown = realloc(out->data, out->len + len);
    if (!grown) {
        return 1;
    }
    memcpy(grown + out->len, data, len);
    out->data = grown;
    out->len += len;
    return 0;
}

static void assert_dump(pickle_forking_instance *inst, pickle_value v,
                        pickle_bytes_buffer *out, const char *expected) {
    assert_int_equal(pickle_forking_instance_dump(inst, v, NULL), PICKLE_OK);
    test_arrives(out->data, out->len, expected, __FILE__, __LINE__);
    out->len = 0;
}

static void instance_keeps_the_tables_it_was_made_with(void **state) {
    (void)state;
    pickle_doc *doc = new_doc();
    pickle_dispatch_table *copyreg;
    pickle_bytes_buffer out = {0};
    pickle_forking_instance *early;
    pickle_forking_instance *late;
    assert_int_equal(pickle_dispatch_table_new(NULL, &copyreg, NULL),
                     PICKLE_OK);
    pickle_forking_pickler *cls = new_class(copyreg);
    assert_int_equal(
        pickle_dispatch_table_set(copyreg, "m", "C", says, "before", NULL),
        PICKLE_OK);
    assert_int_equal(
        pickle_forking_instance_new(cls, doc, NULL, append, &out, &early, NULL),
        PICKLE_OK);
    assert_int_equal(
        pickle_forking_pickler_register(cls, "m", "A", says, "late", NULL),
        PICKLE_OK);
    assert_int_equal(
        pickle_dispatch_table_set(copyreg, "m", "C", says, "after", NULL),
        PICKLE_OK);
    assert_int_equal(
        pickle_forking_instance_new(cls, doc, NULL, append, &out, &late, NULL),
        PICKLE_OK);
    assert_dump(early, read_text(doc, "l(n(gm:A;),n(gm:C;))"), &out,
                "l(n(gm:A;),o(gtest:before;))");
    assert_dump(late, read_text(doc, "l(n(gm:A;),n(gm:C;))"), &out,
                "l(o(gtest:late;),o(gtest:after;))");
    pickle_forking_instance_free(early);
    pickle_forking_instance_free(late);
    pickle_forking_instance_free(NULL);
    pickle_forking_pickler_free(cls);
    pickle_dispatch_table_free(copyreg);
    free(out.data);
    pickle_doc_free(doc);
}

static void class_with_copied_reducers_goes_its_own_way(void **state) {
    (void)state;
    pickle_doc *doc = new_doc();
    pickle_forking_pickler *base = new_class(NULL);
    pickle_forking_pickler *child = new_class(NULL);
    assert_int_equal(
        pickle_forking_pickler_register(base, "m", "A", says, "base", NULL),
        PICKLE_OK);
    assert_int_equal(pickle_dispatch_table_update(
                         pickle_forking_pickler_reducers(child),
                         pickle_forking_pickler_reducers(base), NULL),
                     PICKLE_OK);
    assert_int_equal(
        pickle_forking_pickler_register(child, "m", "B", says, "child", NULL),
        PICKLE_OK);
    pickle_value v = read_text(doc, "l(n(gm:A;),n(gm:B;))");
    assert_sends(base, doc, v, "l(o(gtest:base;),n(gm:B;))");
    assert_sends(child, doc, v, "l(o(gtest:base;),o(gtest:child;))");
    pickle_forking_pickler_free(base);
    pickle_forking_pickler_free(child);
    pickle_forking_pickler_free(NULL);
    pickle_doc_free(doc);
}

/* ---- refusals ---- */

static pickle_value gives_ctx(void *ctx, pickle_doc *doc, pickle_value v) {
    (void)v;
    return read_text(doc, ctx);
}

static pickle_value gives_self(void *ctx, pickle_doc *doc, pickle_value v) {
    (void)ctx;
    (void)doc;
    return v;
}

static void answers_that_are_no_reduction_are_refused(void **state) {
    (void)state;
    static char *const answers[] = {"N", "i1", "t(gm:f,t())", "x(gm:T;)"};
    pickle_error err;
    for (size_t i = 0; i < COUNT_OF(answers); i++) {
        pickle_doc *doc = new_doc();
        pickle_forking_pickler *cls = new_class(NULL);
        assert_int_equal(pickle_forking_pickler_register(
                             cls, "m", "A", gives_ctx, answers[i], NULL),
                         PICKLE_OK);
        assert_int_equal(refusal(cls, doc, read_text(doc, "n(gm:A;)"), &err),
                         PICKLE_ERR_PICKLING);
        assert_non_null(strstr(err.message, "__reduce__ must return"));
        pickle_forking_pickler_free(cls);
        pickle_doc_free(doc);
    }
}

static void answer_of_an_instance_or_name_is_taken(void **state) {
    (void)state;
    pickle_doc *doc = new_doc();
    pickle_forking_pickler *cls = new_class(NULL);
    assert_int_equal(pickle_forking_pickler_register(cls, "m", "A", gives_ctx,
                                                     "gm:NAME", NULL),
                     PICKLE_OK);
    assert_int_equal(
        pickle_forking_pickler_register(cls, "m", "B", gives_self, NULL, NULL),
        PICKLE_OK);
    assert_sends(cls, doc, read_text(doc, "l(n(gm:A;),n(gm:B;i1))"),
                 "l(gm:NAME,n(gm:B;i1))");
    pickle_forking_pickler_free(cls);
    pickle_doc_free(doc);
}

static void dispatch_table_of_the_options_is_refused(void **state) {
    (void)state;
    pickle_doc *doc = new_doc();
    pickle_forking_pickler *cls = new_class(NULL);
    pickle_forking_instance *inst = NULL;
    pickle_encode_options opt = pickle_encode_defaults;
    pickle_bytes_buffer out = {0};
    opt.dispatch_table = says;
    assert_int_equal(
        pickle_forking_dumps(cls, doc, pickle_none(), &opt, &out, NULL),
        PICKLE_ERR_ARGUMENT);
    assert_int_equal(
        pickle_forking_instance_new(cls, doc, &opt, append, &out, &inst, NULL),
        PICKLE_ERR_ARGUMENT);
    assert_null(inst);
    pickle_forking_pickler_free(cls);
    pickle_doc_free(doc);
}

static void native_without_a_reducer_is_refused(void **state) {
    (void)state;
    pickle_doc *doc = new_doc();
    pickle_forking_pickler *cls = new_class(NULL);
    pickle_error err;
    assert_int_equal(refusal(cls, doc, read_text(doc, "x(gm:Thing;i1)"), &err),
                     PICKLE_ERR_PICKLING_TYPE);
    assert_string_equal(err.message, "cannot pickle 'Thing' object");
    assert_string_equal(pickle_code_exception(err.code), "TypeError");
    pickle_forking_pickler_free(cls);
    pickle_doc_free(doc);
}

/* ---- a hundred thousand levels ---- */

enum { LEVELS = 100000 };

static pickle_value deeper_method(pickle_doc *doc, pickle_value v) {
    return pickle_method(doc, v, pickle_str_z(doc, "f"));
}

static pickle_value deeper_partial(pickle_doc *doc, pickle_value v) {
    return pickle_partial(doc, pickle_global(doc, "m", "f"),
                          pickle_tuple(doc, &v, 1), pickle_null());
}

static pickle_value deeper_connection(pickle_doc *doc, pickle_value v) {
    return pickle_connection_value(doc, v, true, false);
}

static void nesting_of_natives_does_not_recurse(void **state) {
    (void)state;
    pickle_value (*const kinds[])(pickle_doc * doc, pickle_value v) = {
        deeper_method, deeper_partial, deeper_connection};
    pickle_forking_pickler *cls = new_class(NULL);
    for (size_t i = 0; i < COUNT_OF(kinds); i++) {
        pickle_doc *doc = new_doc();
        pickle_doc *copy = NULL;
        pickle_value v = read_text(doc, "n(gm:A;)");
        for (int level = 0; level < LEVELS; level++) {
            v = kinds[i](doc, v);
        }
        pickle_bytes_buffer out = {0};
        pickle_error err;
        assert_int_equal(pickle_forking_dumps(cls, doc, v, NULL, &out, &err),
                         PICKLE_OK);
        assert_int_equal(
            pickle_decode(out.data, out.len, NULL, &copy, NULL, &err),
            PICKLE_OK);
        int levels = 0;
        v = pickle_doc_get_root(copy);
        while (pickle_kind_of(v) == PICKLE_KIND_REDUCE) {
            v = pickle_get_item(pickle_get_args(v), i == 1 ? 1 : 0);
            v = i == 1 ? pickle_get_item(v, 0) : v;
            levels++;
        }
        assert_int_equal(levels, LEVELS);
        pickle_doc_free(copy);
        pickle_bytes_buffer_deinit(&out);
        pickle_doc_free(doc);
    }
    pickle_forking_pickler_free(cls);
}

/* ---- memory that runs out ---- */

static pickle_value one_of_each(pickle_doc *doc) {
    pickle_value list = pickle_list(doc, 0);
    pickle_value name = pickle_str_z(doc, "f");
    pickle_value dup = pickle_dupfd_value(doc, PICKLE_DUPFD_SHARER, 7,
                                          pickle_str_z(doc, "/tmp/s"));
    pickle_value items[] = {
        pickle_method(doc, pickle_list(doc, 0), name),
        pickle_method_descriptor(doc, pickle_global(doc, "builtins", "list"),
                                 name, false),
        pickle_partial(doc, pickle_global(doc, "m", "f"), pickle_null(),
                       pickle_null()),
        pickle_socket_value(doc, dup, 2, 1, 0),
        pickle_connection_value(doc, dup, true, true),
        pickle_dict_view_value(doc, PICKLE_DICT_KEYS, list),
        pickle_array_value(doc, pickle_str_z(doc, "B"),
                           pickle_bytes(doc, "ab", 2)),
        pickle_arena_value(doc, 4096, dup)};
    pickle_value all = pickle_list(doc, COUNT_OF(items));
    for (size_t i = 0; i < COUNT_OF(items); i++) {
        if (pickle_is_null(items[i]) ||
            pickle_list_append(doc, all, items[i])) {
            return pickle_null();
        }
    }
    return all;
}

static pickle_code register_and_dump(const pickle_allocator *alloc) {
    pickle_doc_options opt = {.alloc = alloc};
    pickle_encode_options encode = pickle_encode_defaults;
    pickle_doc *doc = NULL;
    pickle_forking_pickler *cls = NULL;
    pickle_dispatch_table *copyreg = NULL;
    pickle_bytes_buffer out = {.alloc = *alloc};
    pickle_code code = pickle_doc_new(&opt, &doc, NULL);
    code = code ? code : pickle_dispatch_table_new(alloc, &copyreg, NULL);
    code = code ? code
                : pickle_dispatch_table_set(copyreg, "m", "A", says, "a", NULL);
    code = code ? code : pickle_forking_pickler_new(alloc, copyreg, &cls, NULL);
    code = code ? code : pickle_reducer_install_stdlib(cls, true, NULL);
    if (!code) {
        pickle_value v = one_of_each(doc);
        code = pickle_is_null(v)
                   ? PICKLE_ERR_NOMEM
                   : pickle_forking_dumps(cls, doc, v, &encode, &out, NULL);
    }
    pickle_bytes_buffer_deinit(&out);
    pickle_forking_pickler_free(cls);
    pickle_dispatch_table_free(copyreg);
    pickle_doc_free(doc);
    return code;
}

static pickle_code make_instance(const pickle_allocator *alloc) {
    pickle_doc_options opt = {.alloc = alloc};
    pickle_doc *doc = NULL;
    pickle_forking_pickler *cls = NULL;
    pickle_forking_instance *inst = NULL;
    pickle_bytes_buffer out = {0};
    pickle_code code = pickle_doc_new(&opt, &doc, NULL);
    code = code ? code : pickle_forking_pickler_new(alloc, NULL, &cls, NULL);
    code = code ? code
                : pickle_forking_instance_new(cls, doc, NULL, append, &out,
                                              &inst, NULL);
    if (!code) {
        pickle_value v = pickle_partial(doc, pickle_global(doc, "m", "f"),
                                        pickle_null(), pickle_null());
        code = pickle_is_null(v) ? PICKLE_ERR_NOMEM
                                 : pickle_forking_instance_dump(inst, v, NULL);
    }
    pickle_forking_instance_free(inst);
    pickle_forking_pickler_free(cls);
    pickle_doc_free(doc);
    free(out.data);
    return code;
}

static void failing_allocations_leave_nothing(void **state) {
    (void)state;
    assert_survives_failures(register_and_dump);
    assert_survives_failures(make_instance);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(table_finds_the_exact_type),
        cmocka_unit_test(table_without_a_function_is_refused),
        cmocka_unit_test(update_is_a_dicts),
        cmocka_unit_test(every_value_has_its_type),
        cmocka_unit_test(hooks_are_asked_in_cpythons_order),
        cmocka_unit_test(types_the_pickler_handles_are_not_looked_up),
        cmocka_unit_test(shared_object_is_reduced_once),
        cmocka_unit_test(instance_keeps_the_tables_it_was_made_with),
        cmocka_unit_test(class_with_copied_reducers_goes_its_own_way),
        cmocka_unit_test(answers_that_are_no_reduction_are_refused),
        cmocka_unit_test(answer_of_an_instance_or_name_is_taken),
        cmocka_unit_test(dispatch_table_of_the_options_is_refused),
        cmocka_unit_test(native_without_a_reducer_is_refused),
        cmocka_unit_test(nesting_of_natives_does_not_recurse),
        cmocka_unit_test(failing_allocations_leave_nothing),
    };
    return RUN_TESTS(tests);
}
