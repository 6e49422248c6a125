/* decoder_support.h  Pickles that CPython wrote, of every protocol. */
#ifndef PICKLE_DECODER_SUPPORT_H
#define PICKLE_DECODER_SUPPORT_H

#include "test_support.h"

typedef struct sample {
    int protocol;
    const char *data;
    size_t len;
} sample;

#define BYTES(literal) literal, sizeof(literal) - 1
#define SAMPLE(...)    {__VA_ARGS__},
static const sample samples[] = {
#include "decoder_samples.def"
};
#undef SAMPLE
#undef BYTES

#endif
