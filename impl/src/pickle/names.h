/* pickle/names.h  fix_imports: names of Python 2 and Python 3. */
#ifndef PICKLE_PICKLE_NAMES_H
#define PICKLE_PICKLE_NAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Map a Python 2 name to Python 3's, as the unpickler of a CPython (given as
 * in PICKLE_CPYTHON_DEFAULT) does below protocol 3: first by module and name
 * together, then the module alone. The texts are replaced by static ones.
 * Returns whether anything was mapped.
 */
bool pickle__names_to_python3(int cpython, const uint8_t **module,
                              size_t *module_len, const uint8_t **name,
                              size_t *name_len);

/* The same from Python 3 to Python 2, as the pickler does. */
bool pickle__names_to_python2(int cpython, const uint8_t **module,
                              size_t *module_len, const uint8_t **name,
                              size_t *name_len);

#endif
