/* base/repr_float.h  Python's repr() of a float. */
#ifndef PICKLE_BASE_REPR_FLOAT_H
#define PICKLE_BASE_REPR_FLOAT_H

#include <stddef.h>
#include <stdint.h>

/* More than the longest: -2.2250738585072014e-308. */
enum { PICKLE__REPR_FLOAT_ROOM = 32 };

/*
 * Write the shortest text that reads back as x (the nearest to x among these),
 * laid out as repr() does: fixed from 1e-4 up to 1e16, always with a point or
 * an exponent. The locale plays no part. Returns the number of characters.
 */
size_t pickle__repr_float(uint8_t out[PICKLE__REPR_FLOAT_ROOM], double x);

#endif
