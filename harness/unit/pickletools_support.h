/* pickletools_support.h  What the unit tests of pickletools share. */
#ifndef PICKLE_PICKLETOOLS_SUPPORT_H
#define PICKLE_PICKLETOOLS_SUPPORT_H

#include <pickleproof/pickletools.h>

#include "test_support.h"

/* Text that dis wrote, in memory of the test. */
typedef struct text_sink {
    char *data;
    size_t len;
    size_t cap;
    size_t pieces;
    int refuse; /* what to answer, 0 to go on */
} text_sink;

TEST_UNUSED static int sink_write(void *ctx, const void *data, size_t len) {
    text_sink *s = ctx;
    s->pieces++;
    if (s->cap - s->len < len) {
        s->cap = 2 * s->cap + len;
        s->data = realloc(s->data, s->cap);
        assert_non_null(s->data);
    }
    memcpy(s->data + s->len, data, len);
    s->len += len;
    return s->refuse;
}

/* A sink that only counts. */
TEST_UNUSED static int count_write(void *ctx, const void *data, size_t len) {
    (void)data;
    *(uint64_t *)ctx += len;
    return 0;
}

/* Descriptions for `annotate` that are the opcodes' names, as in the vectors.
 */
TEST_UNUSED static const char *const *opcode_names(void) {
    static const char *names[256];
    for (int i = 0; i < 256; i++) {
        const pickle_opcode_info *info = pickle_opcode_get((uint8_t)i);
        names[i] = info ? info->name : NULL;
    }
    return names;
}

#endif
