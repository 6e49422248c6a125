/* fuzz_dis.c  Any bytes: disassembled, and optimized. What optimize() makes of
 * a pickle that decodes, decodes too, and is no longer. */
#include <pickleproof/pickletools.h>

#include "fuzz.h"

static int drop(void *ctx, const void *data, size_t len) {
    size_t *total = ctx;
    (void)data;
    *total += len;
    return *total > (size_t)1 << 26; /* enough */
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len) {
    pickle_dis_options opt = pickle_dis_defaults;
    pickle_bytes_buffer out = {0};
    pickle_bytes_buffer message = {0};
    pickle_doc *doc = NULL;
    pickle_doc *again = NULL;
    pickle_error err;
    size_t total = 0;
    size_t used = 0;
    if (len < 2)
        return 0;
    pickle_decode_options how = fuzz_options(data);
    opt.cpython = how.cpython;
    opt.annotate = data[1] >> 3;
    (void)!pickle_dis(data + 2, len - 2, &opt, drop, &total, &used, &message,
                      &err);
    FUZZ_CHECK(used <= len - 2);
    message.len = 0;
    /* The unpickler of 3.15 does not number MEMOIZE as pickletools does where
     * PUT has left gaps: what optimize() makes of such a pickle may not load.
     */
    if (how.cpython > 314)
        how.cpython = 314;
    if (pickle_optimize(data + 2, len - 2, how.cpython, &out, &message, &err) ==
            PICKLE_OK &&
        pickle_decode(data + 2, len - 2, &how, &doc, &used, &err) ==
            PICKLE_OK) {
        FUZZ_CHECK(pickle_decode(out.data, out.len, &how, &again, &used,
                                 &err) == PICKLE_OK ||
                   err.code == PICKLE_ERR_FRAME_END);
    }
    pickle_doc_free(doc);
    pickle_doc_free(again);
    pickle_bytes_buffer_deinit(&out);
    pickle_bytes_buffer_deinit(&message);
    return 0;
}
