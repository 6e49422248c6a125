/*
 * test_support.h  The only place that includes cmocka, and what every unit test
 * uses.
 *
 * The assertions are macros around functions that take the line of the test,
 * so that a failure names the test's own line and shows both sides.
 */
#ifndef PICKLE_TEST_SUPPORT_H
#define PICKLE_TEST_SUPPORT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <pickleproof/pickle.h>

#if defined(__GNUC__)
#define TEST_UNUSED __attribute__((unused))
#else
#define TEST_UNUSED
#endif

#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])

/* cmocka's return value is a number of failures, which an exit code cannot
 * hold. */
#define RUN_TESTS(tests) (cmocka_run_group_tests(tests, NULL, NULL) != 0)

/* ---- an allocator that counts and fails ---- */

typedef struct test_alloc {
    size_t live;     /* blocks given out and not freed */
    size_t bytes;    /* in them */
    size_t peak;     /* the most bytes at one time */
    size_t largest;  /* the largest single request */
    size_t total;    /* bytes of all requests: what may be copied, or zeroed */
    size_t calls;    /* requests so far, frees not counted */
    size_t fail_at;  /* the request that fails, from 1; 0 for none */
    bool fail_after; /* every later one fails too */
} test_alloc;

TEST_UNUSED static void *test_alloc_fn(void *ctx, void *ptr, size_t old_size,
                                       size_t new_size) {
    test_alloc *t = ctx;
    if (new_size == 0) {
        if (ptr) {
            t->live--;
            t->bytes -= old_size;
        }
        free(ptr);
        return NULL;
    }
    t->calls++;
    if (t->fail_at &&
        (t->calls == t->fail_at || (t->fail_after && t->calls > t->fail_at))) {
        return NULL;
    }
    t->total += new_size;
    if (new_size > t->largest) {
        t->largest = new_size;
    }
    /* Always moves, so that a pointer kept too long is found. */
    void *p = malloc(new_size);
    if (!p) {
        return NULL;
    }
    if (ptr) {
        memcpy(p, ptr, old_size < new_size ? old_size : new_size);
        free(ptr);
        t->bytes -= old_size;
    } else {
        t->live++;
    }
    t->bytes += new_size;
    if (t->bytes > t->peak) {
        t->peak = t->bytes;
    }
    return p;
}

/*
 * Run fn with the n-th allocation failing, then the n-th and all later, for
 * n = 1, 2, ... until it succeeds. fn returns a pickle_code; while one fails it
 * must be PICKLE_ERR_NOMEM, and nothing may be left allocated.
 */
typedef pickle_code (*test_sweep_fn)(const pickle_allocator *alloc);

TEST_UNUSED static void test_survives(test_sweep_fn fn, const char *file,
                                      int line) {
    for (int after = 0; after < 2; after++) {
        for (size_t n = 1;; n++) {
            test_alloc t = {.fail_at = n, .fail_after = after != 0};
            pickle_allocator alloc = {test_alloc_fn, &t};
            pickle_code code = fn(&alloc);
            if (t.live != 0) {
                print_error("%zu blocks left when allocation %zu fails\n",
                            t.live, n);
                _fail(file, line);
            }
            if (t.calls < n) {
                if (code != PICKLE_OK) {
                    print_error("fails with memory enough: %s\n",
                                pickle_code_name(code));
                    _fail(file, line);
                }
                break;
            }
            if (code != PICKLE_OK && code != PICKLE_ERR_NOMEM) {
                print_error("allocation %zu fails: %s\n", n,
                            pickle_code_name(code));
                _fail(file, line);
            }
        }
    }
}
#define assert_survives_failures(fn) test_survives(fn, __FILE__, __LINE__)

/* ---- showing bytes ---- */

TEST_UNUSED static void test_print_hex(const char *what, const void *data,
                                       size_t len) {
    const uint8_t *p = data;
    print_error("%s (%zu): ", what, len);
    for (size_t i = 0; i < len && i < 400; i++) {
        print_error("%02x", p[i]);
    }
    print_error("%s\n", len > 400 ? "..." : "");
}

/* ---- text, decode, encode ---- */

/* The canonical text of a value, in memory that the test frees. */
TEST_UNUSED static char *test_text(pickle_value v, bool labels) {
    pickle_text_options opt = {.labels = labels};
    char *text = NULL;
    size_t len = 0;
    pickle_error err;
    if (pickle_text_write(v, &opt, NULL, &text, &len, &err)) {
        print_error("no text: %s\n", err.message);
        return NULL;
    }
    return text;
}

TEST_UNUSED static void test_decodes(const void *data, size_t len,
                                     const pickle_decode_options *opt,
                                     const char *canonical, const char *file,
                                     int line) {
    pickle_doc *doc = NULL;
    pickle_error err;
    memset(&err, 0xa5, sizeof err);
    if (pickle_decode(data, len, opt, &doc, NULL, &err)) {
        test_print_hex("input", data, len);
        print_error("rejected at %zu: %s (%s)\n", err.offset, err.message,
                    pickle_code_name(err.code));
        _fail(file, line);
    }
    char *text = test_text(pickle_doc_get_root(doc), false);
    bool same = text && strcmp(text, canonical) == 0;
    if (!same) {
        test_print_hex("input", data, len);
        print_error("expected %s\nactual   %s\n", canonical,
                    text ? text : "nothing");
    }
    free(text);
    pickle_doc_free(doc);
    if (!same) {
        _fail(file, line);
    }
}
#define assert_decodes_with(bytes, opt, canonical)                             \
    test_decodes(bytes, sizeof(bytes) - 1, opt, canonical, __FILE__, __LINE__)
#define assert_decodes(bytes, canonical)                                       \
    assert_decodes_with(bytes, NULL, canonical)

TEST_UNUSED static void test_rejects(const void *data, size_t len,
                                     const pickle_decode_options *opt,
                                     pickle_code code, size_t offset,
                                     const char *file, int line) {
    pickle_doc *doc = NULL;
    pickle_error err;
    memset(&err, 0xa5, sizeof err);
    pickle_code got = pickle_decode(data, len, opt, &doc, NULL, &err);
    if (got == PICKLE_OK) {
        char *text = test_text(pickle_doc_get_root(doc), false);
        test_print_hex("input", data, len);
        print_error("accepted as %s\n", text ? text : "?");
        free(text);
        pickle_doc_free(doc);
        _fail(file, line);
    }
    if (got != code || err.code != code || err.offset != offset ||
        strlen(err.message) == 0) {
        test_print_hex("input", data, len);
        print_error("expected %s at %zu\nactual   %s at %zu: %s\n",
                    pickle_code_name(code), offset, pickle_code_name(got),
                    err.offset, err.message);
        _fail(file, line);
    }
}
#define assert_rejects_with(bytes, opt, code, offset)                          \
    test_rejects(bytes, sizeof(bytes) - 1, opt, code, offset, __FILE__,        \
                 __LINE__)
#define assert_rejects(bytes, code, offset)                                    \
    assert_rejects_with(bytes, NULL, code, offset)

TEST_UNUSED static void test_encodes(const char *text,
                                     const pickle_encode_options *opt,
                                     const void *expected, size_t len,
                                     const char *file, int line) {
    pickle_doc *doc = NULL;
    pickle_value v;
    pickle_error err;
    pickle_bytes_buffer out = {0};
    bool same = false;
    if (pickle_doc_new(NULL, &doc, &err) ||
        pickle_text_read(doc, text, strlen(text), &v, &err) ||
        pickle_encode(doc, v, opt, &out, &err)) {
        print_error("%s: %s (%s)\n", text, err.message,
                    pickle_code_name(err.code));
    } else {
        same = out.len == len && memcmp(out.data, expected, len) == 0;
        if (!same) {
            print_error("%s\n", text);
            test_print_hex("expected", expected, len);
            test_print_hex("actual  ", out.data, out.len);
        }
    }
    pickle_bytes_buffer_deinit(&out);
    pickle_doc_free(doc);
    if (!same) {
        _fail(file, line);
    }
}
#define assert_encodes(text, proto, bytes)                                     \
    do {                                                                       \
        pickle_encode_options opt_ = pickle_encode_defaults;                   \
        opt_.protocol = (proto);                                               \
        test_encodes(text, &opt_, bytes, sizeof(bytes) - 1, __FILE__,          \
                     __LINE__);                                                \
    } while (0)

#endif
