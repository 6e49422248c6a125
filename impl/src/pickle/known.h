/* pickle/known.h  What is known of globals, and how Python names a type. */
#ifndef PICKLE_PICKLE_KNOWN_H
#define PICKLE_PICKLE_KNOWN_H

#include "value/node.h"

typedef enum pickle__known {
    PICKLE__KNOWN_NONE,
#define X(name, module, qualname, form) PICKLE__KNOWN_##name,
#include "pickle/known.def"
#undef X
} pickle__known;

/* What a global is. An unknown one is taken for a class, unless that fails. */
typedef enum pickle__known_form {
    PICKLE__FORM_UNKNOWN,
    PICKLE__FORM_TYPE,
    PICKLE__FORM_FUNCTION,
    PICKLE__FORM_OBJECT /* neither: cannot be called */
} pickle__known_form;

enum { PICKLE__GLOBAL_ASKED = 1 }; /* flag of a global: known was looked up */

/* What is known of a value: NONE and UNKNOWN if it is no global. */
pickle__known pickle__known_of(pickle_value v);
pickle__known_form pickle__form_of(pickle_value v);

/* Python's name of a value's type, for messages: of an instance the last part
 * of its class's, where that is a global. */
typedef struct pickle__type_text {
    int len;
    const char *text; /* not terminated */
} pickle__type_text;

pickle__type_text pickle__type_name(pickle_value v);

/* What Python says of a value that has no hash and is wanted as `what`, such as
 * "a dict key"; `at` is what in it has none. */
enum { PICKLE__UNHASHABLE_ROOM = 128 };
void pickle__unhashable_text(char out[PICKLE__UNHASHABLE_ROOM], pickle_value v,
                             pickle_value at, const char *what, int cpython);

/* As arguments of "%.*s". */
#define PICKLE__SHOW(name) (name).len, (name).text

#endif
