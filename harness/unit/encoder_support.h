/* encoder_support.h  The rows of encoder_cases.def, and the hooks they name. */
#ifndef PICKLE_ENCODER_SUPPORT_H
#define PICKLE_ENCODER_SUPPORT_H

#include "test_support.h"

/* Bytes collected from a pickle_write_fn, and the sizes of its calls. */
typedef struct sink {
    uint8_t *data;
    size_t len;
    char sizes[4096];
    size_t sizes_len;
    size_t fail_at; /* the call that fails, from 1; 0 for none */
    size_t calls;
} sink;

TEST_UNUSED static int sink_write(void *ctx, const void *data, size_t len) {
    sink *s = ctx;
    if (++s->calls == s->fail_at) {
        return 28;
    }
    s->data = realloc(s->data, s->len + len + 1);
    memcpy(s->data + s->len, data, len);
    s->len += len;
    s->sizes_len += (size_t)snprintf(s->sizes + s->sizes_len,
                                     sizeof s->sizes - s->sizes_len, "%s%zu",
                                     s->sizes_len ? "," : "", len);
    return 0;
}

/* What the hooks of make_encoder_cases.py's options answer. The arguments are
 * one tuple each time, as a constant in Python is. */
typedef struct hook_state {
    pickle_value args;
} hook_state;

TEST_UNUSED static pickle_value pid_of_strs(void *ctx, pickle_doc *doc,
                                            pickle_value v) {
    (void)ctx;
    return pickle_kind_of(v) == PICKLE_KIND_STR ? pickle_int(doc, 7)
                                                : pickle_null();
}

TEST_UNUSED static pickle_value no_pid(void *ctx, pickle_doc *doc,
                                       pickle_value v) {
    (void)ctx;
    (void)doc;
    (void)v;
    return pickle_null();
}

TEST_UNUSED static bool is_plain(pickle_value v) {
    return pickle_kind_of(v) == PICKLE_KIND_INSTANCE &&
           pickle_is_global(pickle_get_callable(v), "pickleproof_kit", "Plain");
}

TEST_UNUSED static pickle_value call_func(hook_state *s, pickle_doc *doc,
                                          const char *argument) {
    if (pickle_is_null(s->args)) {
        pickle_value item = pickle_str_z(doc, argument);
        s->args = pickle_tuple(doc, &item, 1);
    }
    return pickle_reduce(doc, pickle_global(doc, "pickleproof_kit", "func"),
                         s->args);
}

TEST_UNUSED static pickle_value override_plain(void *ctx, pickle_doc *doc,
                                               pickle_value v) {
    return is_plain(v) || pickle_kind_of(v) == PICKLE_KIND_SET
               ? call_func(ctx, doc, "o1")
               : pickle_null();
}

TEST_UNUSED static pickle_value table_of_plain(void *ctx, pickle_doc *doc,
                                               pickle_value v) {
    if (!is_plain(v)) {
        return pickle_null();
    }
    pickle_value call = call_func(ctx, doc, "t1");
    assert_int_equal(
        pickle_object_add_state(doc, call, pickle_str_z(doc, "state")),
        PICKLE_OK);
    return call;
}

TEST_UNUSED static bool keep_out(void *ctx, pickle_value buffer) {
    (void)ctx;
    (void)buffer;
    return false;
}

TEST_UNUSED static bool take_in(void *ctx, pickle_value buffer) {
    (void)ctx;
    (void)buffer;
    return true;
}

#endif
