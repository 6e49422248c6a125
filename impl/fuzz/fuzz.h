/* fuzz.h  What the targets share: options out of the first bytes of an input,
 * and a way to stop that a fuzzer notices. */
#ifndef PICKLE_FUZZ_H
#define PICKLE_FUZZ_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <pickleproof/pickle.h>
#include <pickleproof/value.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

/* What must hold, holds, or the program ends. */
#define FUZZ_CHECK(what)                                                       \
    do {                                                                       \
        if (!(what)) {                                                         \
            fprintf(stderr, "%s:%d: %s does not hold\n", __FILE__, __LINE__,   \
                    #what);                                                    \
            abort();                                                           \
        }                                                                      \
    } while (0)

/* Two bytes choose the version, the profile and what is allowed; limits are
 * small, so that none is met by chance. */
static inline pickle_decode_options fuzz_options(const uint8_t *data) {
    pickle_decode_options opt = pickle_decode_defaults;
    opt.cpython = 308 + data[0] % 8;
    opt.pure_python = data[1] & 1;
    opt.no_fix_imports = data[1] & 2;
    opt.borrow = data[1] & 4;
    opt.max_bytes = (size_t)64 << 20;
    opt.max_memo = 100000;
    return opt;
}

/* What can be encoded can be decoded, all of it. */
static inline void fuzz_encode(pickle_doc *doc, pickle_value v, int protocol,
                               int cpython) {
    pickle_encode_options opt = pickle_encode_defaults;
    pickle_decode_options back = pickle_decode_defaults;
    pickle_bytes_buffer out = {0};
    pickle_doc *again = NULL;
    pickle_error err;
    size_t used = 0;
    opt.protocol = protocol;
    opt.max_depth = 10000; /* a text's tuple may hold itself */
    opt.cpython = back.cpython = cpython;
    if (pickle_encode(doc, v, &opt, &out, &err) == PICKLE_OK) {
        pickle_code code =
            pickle_decode(out.data, out.len, &back, &again, &used, &err);
        FUZZ_CHECK(code != PICKLE_OK || used == out.len);
        FUZZ_CHECK(code != PICKLE_ERR_TRUNCATED && code != PICKLE_ERR_OPCODE &&
                   code != PICKLE_ERR_EOF && code != PICKLE_ERR_MEMO_MISSING &&
                   code != PICKLE_ERR_UNDERFLOW);
        pickle_doc_free(again);
    }
    pickle_bytes_buffer_deinit(&out);
}

#endif
