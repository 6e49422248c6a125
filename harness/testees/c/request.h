/* request.h  A request of the protocol, taken apart. */
#ifndef TESTEE_C_REQUEST_H
#define TESTEE_C_REQUEST_H

#include <pickleproof/pickle.h>

#include "buffer.h"

typedef struct testee_request {
    const char *op;
    size_t op_len;
    const char *text; /* of v: */
    size_t text_len;
    buffer data; /* of x: */
    int protocol;
    int cpython;
    bool pure_python;
    bool no_fix_imports;
    bool fast;
    bool persistent;
    bool want_used;
    bool forking;
    int many; /* 0, 1 or 2 */
    int indent;
    int annotate;
    size_t start;
    bool no_offsets;
    char encoding[64];
    char errors[64];
    bool has_buffers;
    pickle_oob_buffer *buffers;
    size_t buffer_count;
    buffer buffer_data; /* what they point into */
    pickle_extension_registry *extensions;
    const char *na; /* why it cannot be done; NULL if it can */
} testee_request;

/* Take apart what follows the id. Free it in any case. */
void testee_request_parse(testee_request *r, const char *line, size_t len);
void testee_request_free(testee_request *r);

#endif
