/* fuzz.h  What the targets share: options out of the first bytes of an input,
 * and a way to stop that a fuzzer notices. */
#ifndef PICKLE_FUZZ_H
#define PICKLE_FUZZ_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <pickleproof/pickle.h>

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

#endif
