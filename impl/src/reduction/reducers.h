/* reduction/reducers.h  Making the native objects that reducers take. */
#ifndef PICKLE_REDUCTION_REDUCERS_H
#define PICKLE_REDUCTION_REDUCERS_H

#include <pickleproof/value.h>

/* A native object of a type, with `fields[count]`; null if one is. */
pickle_value pickle__native_of(pickle_doc *doc, const char *module,
                               const char *qualname, const pickle_value *fields,
                               size_t count);

#endif
