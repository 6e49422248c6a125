/* base/repr.h  Python's repr() of str, bytes and bytearray. */
#ifndef PICKLE_BASE_REPR_H
#define PICKLE_BASE_REPR_H

#include "base/text.h"

/*
 * Whether str.isprintable() holds for a character in a CPython, given as in
 * PICKLE_CPYTHON_DEFAULT: repr() leaves just those as they are, and each
 * version brings a newer Unicode.
 */
bool pickle__is_printable(uint32_t c, int cpython);

/* repr() of a str; with ascii_only, ascii(). `data[len]` is valid UTF-8 with
 * surrogatepass, and so is what is appended. */
void pickle__repr_str(pickle__text *t, const uint8_t *data, size_t len,
                      int cpython, bool ascii_only);

/* repr() of a bytes. */
void pickle__repr_bytes(pickle__text *t, const uint8_t *data, size_t len);

/* repr() of a bytearray: up to 3.14 it escapes every single quote, also
 * between double quotes. */
void pickle__repr_bytearray(pickle__text *t, const uint8_t *data, size_t len,
                            int cpython);

#endif
