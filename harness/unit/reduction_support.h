/* reduction_support.h  Pickling with ForkingPickler, and reducers that say who
 * they are. */
#ifndef PICKLE_REDUCTION_SUPPORT_H
#define PICKLE_REDUCTION_SUPPORT_H

#include "test_support.h"

#include <pickleproof/reduction.h>

TEST_UNUSED static pickle_doc *new_doc(void) {
    pickle_doc *doc;
    assert_int_equal(pickle_doc_new(NULL, &doc, NULL), PICKLE_OK);
    return doc;
}

TEST_UNUSED static pickle_forking_pickler *
new_class(const pickle_dispatch_table *copyreg) {
    pickle_forking_pickler *cls;
    assert_int_equal(pickle_forking_pickler_new(NULL, copyreg, &cls, NULL),
                     PICKLE_OK);
    return cls;
}

TEST_UNUSED static pickle_value read_text(pickle_doc *doc, const char *text) {
    pickle_value v;
    pickle_error err;
    assert_int_equal(pickle_text_read(doc, text, strlen(text), &v, &err),
                     PICKLE_OK);
    return v;
}

/* A reducer: `o(gtest:NAME;)`, its context being the name. */
TEST_UNUSED static pickle_value says(void *ctx, pickle_doc *doc,
                                     pickle_value v) {
    (void)v;
    return pickle_reduce(doc, pickle_global(doc, "test", ctx), pickle_null());
}

/* What arrives, in canonical text. */
TEST_UNUSED static void test_arrives(const void *data, size_t len,
                                     const char *expected, const char *file,
                                     int line) {
    test_decodes(data, len, NULL, expected, file, line);
}

/* A value, pickled by ForkingPickler or plainly (cls NULL), and read again. */
TEST_UNUSED static void test_sends(pickle_forking_pickler *cls, pickle_doc *doc,
                                   pickle_value v,
                                   const pickle_encode_options *opt,
                                   const char *expected, const char *file,
                                   int line) {
    pickle_bytes_buffer out = {0};
    pickle_error err;
    pickle_code code = cls ? pickle_forking_dumps(cls, doc, v, opt, &out, &err)
                           : pickle_encode(doc, v, opt, &out, &err);
    if (code) {
        print_error("%s: %s\n", pickle_code_name(code), err.message);
        _fail(file, line);
    }
    test_arrives(out.data, out.len, expected, file, line);
    pickle_bytes_buffer_deinit(&out);
}
#define assert_sends(cls, doc, v, expected)                                    \
    test_sends(cls, doc, v, NULL, expected, __FILE__, __LINE__)
#define assert_sends_with(cls, doc, v, opt, expected)                          \
    test_sends(cls, doc, v, opt, expected, __FILE__, __LINE__)

TEST_UNUSED static pickle_code refusal(pickle_forking_pickler *cls,
                                       pickle_doc *doc, pickle_value v,
                                       pickle_error *err) {
    pickle_bytes_buffer out = {0};
    pickle_code code = pickle_forking_dumps(cls, doc, v, NULL, &out, err);
    assert_int_equal(err->code, code);
    assert_int_equal(out.len != 0, code == PICKLE_OK);
    pickle_bytes_buffer_deinit(&out);
    return code;
}

/* What passes a descriptor in each of the three ways. */
#define DUP "n(gmultiprocessing.popen_spawn_posix:_DupFd;;d(u6664=i32))"
#define HANDLE                                                                 \
    "n(gmultiprocessing.reduction:DupHandle;;"                                 \
    "d(u5f68616e646c65=i204,u5f616363657373=i120089,u5f706964=i10e1))"
#define SOCKET                                                                 \
    "n(gmultiprocessing.resource_sharer:DupSocket;;d(u5f6964=t(u61,i7)))"

TEST_UNUSED static void assert_is(pickle_value v, const char *expected) {
    char *text = test_text(v, false);
    assert_non_null(text);
    assert_string_equal(text, expected);
    free(text);
}

#endif
