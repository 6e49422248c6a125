/* value/repr.h  Python's repr() of a value. */
#ifndef PICKLE_VALUE_REPR_H
#define PICKLE_VALUE_REPR_H

#include <pickleproof/value.h>

#include "base/text.h"

/*
 * Append repr(v), as a CPython (given as in PICKLE_CPYTHON_DEFAULT) writes it.
 * Containers inside themselves are shown as dots; no depth is too great.
 *
 * @return PICKLE_OK; PICKLE_ERR_NOMEM; PICKLE_ERR_INT_DIGITS (an int of more
 *         than max_digits); PICKLE_ERR_UNSUPPORTED (v is or holds what has the
 *         repr() of its class: an instance, a function). What was appended
 *         until then stays.
 */
pickle_code pickle__repr(pickle__text *t, pickle_value v, int cpython,
                         size_t max_digits);

#endif
