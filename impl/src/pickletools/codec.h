/* pickletools/codec.h  From the bytes of a line to a Python value. */
#ifndef PICKLE_PICKLETOOLS_CODEC_H
#define PICKLE_PICKLETOOLS_CODEC_H

#include "pickletools/genops.h"

/* What undone escapes are decoded as. */
typedef enum pickle__codec {
    PICKLE__CODEC_ASCII,
    PICKLE__CODEC_LATIN1,
    PICKLE__CODEC_UTF8
} pickle__codec;

/*
 * Undo the escapes of a bytes literal in `line[len]`, decode, and append the
 * str to it->scratch. Records the error and returns false.
 */
bool pickle__decode_line(pickle_genops *it, const uint8_t *line, size_t len,
                         pickle__codec codec);

/* Append the latin-1 bytes to it->scratch as UTF-8. */
void pickle__decode_latin1(pickle_genops *it, const uint8_t *data, size_t len);

/* Check UTF-8 with surrogatepass; records the error. */
bool pickle__check_utf8(pickle_genops *it, const uint8_t *data, size_t len);

/* Decode raw-unicode-escape and append it to it->scratch. */
bool pickle__decode_raw_unicode(pickle_genops *it, const uint8_t *data,
                                size_t len);

/* int(line) with its errors, to arg; its bytes, if any, are in it->scratch. */
bool pickle__parse_int(pickle_genops *it, const uint8_t *line, size_t len,
                       pickle_arg *arg);

/* An int of `data[len]`, two's complement, least significant byte first. */
void pickle__int_arg(const uint8_t *data, size_t len, pickle_arg *arg);

/* float(line) with its errors. */
bool pickle__parse_float(pickle_genops *it, const uint8_t *line, size_t len,
                         double *number);

/* Record that memory ran out. Returns false. */
bool pickle__genops_nomem(pickle_genops *it);

#endif
