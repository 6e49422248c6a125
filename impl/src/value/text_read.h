/* value/text_read.h  The reader of canonical text: its state, and its atoms.
 * Private to value. */
#ifndef PICKLE_VALUE_TEXT_READ_H
#define PICKLE_VALUE_TEXT_READ_H

#include "value/text.h"

/* Where a frame's next value goes. */
enum {
    ELEMENT, /* of a tuple, list or set */
    KEY,
    VALUE,
    CALLABLE,
    ARGS,
    ARGS_TUPLE, /* `=VALUE` */
    STATES,
    ITEMS,
    PAIR_KEY,
    PAIR_VALUE,
    KWARGS_OR_SETTER,
    BASE,
    PERSID,
    GLOBAL_MODULE,
    GLOBAL_NAME,
    LABEL
};

typedef struct read_frame {
    char type;      /* the letter of the container, '$' for a label */
    int want;       /* what comes next */
    pickle_value v; /* null until made */
    size_t first;   /* of its values on the value stack */
    pickle_value key;
    size_t number;            /* of `*N`, or the label's slot */
    bool fresh;               /* nothing of this part has come yet */
    size_t number_of_waiting; /* values that wait on the value stack */
    size_t level;             /* of numbered containers, this one counted */
} read_frame;

typedef struct label {
    const char *name;
    size_t len;
    pickle_value v;
} label;

/* A tuple that is counted ahead. */
typedef struct counted_tuple {
    const char *at; /* behind its parenthesis */
    size_t count;
} counted_tuple;

typedef struct reader {
    pickle_doc *doc;
    const pickle_allocator *alloc;
    const char *start;
    const char *p;
    const char *end;
    bool has_references; /* some `*N` or `^D` stands in the text */
    read_frame *frames;
    size_t depth;
    size_t frame_cap;
    pickle_value *values;
    size_t value_count;
    size_t value_cap;
    pickle_value *numbered;
    size_t number_count;
    size_t number_cap;
    label *labels;
    size_t label_count;
    size_t label_cap;
    uint32_t *label_slots; /* index + 1 by hash of the name, 0 is free */
    size_t label_slot_cap; /* a power of two, or 0 */
    counted_tuple *tuples; /* in the order of the text; NULL: not counted */
    size_t tuple_count;
    size_t tuple_cap;
    size_t tuple_next;
    pickle_value result;
    pickle_error *err;
    pickle_code code;
} reader;

/* Record the first error, with the offset of `at`. */
void pickle__read_fail(reader *r, const char *at, pickle_code code,
                       const char *message);

/* The same for text that is not canonical, at r->p. */
void pickle__read_syntax(reader *r, const char *message);

/* Room for one more in an array that grows. NULL on failure. */
void *pickle__read_room(reader *r, void *array, size_t count, size_t *cap,
                        size_t size);

/* Give the next number to a value, null if it is not made yet. */
size_t pickle__read_number(reader *r, pickle_value v);

/* The value of a hex digit, -1 if it is none. */
int pickle__read_hex(char c);

/* A decimal number at r->p; false with the error set if there is none. */
bool pickle__read_decimal(reader *r, size_t *n);

/* Open a container, a label or whatever else takes values. */
void pickle__read_push_frame(reader *r, char type, int want, pickle_value v);

/* Number of elements of the tuple whose text starts at r->p; 0 if it does not
 * end. The whole text is counted at the first call. */
size_t pickle__read_tuple_count(reader *r);

/* What `*N` and `^D` stand for, behind their first character; null with the
 * error set on failure. */
pickle_value pickle__read_reference(reader *r);
pickle_value pickle__read_level(reader *r);

/* A label behind its `$`: true when its value is known (*v, or an error); false
 * when the value must be read first. */
bool pickle__read_label(reader *r, pickle_value *v);

/* CPython's own objects, by label: `L`, `S`, `S61`, `Y`, `Y61`. Null if it is
 * none of them. */
pickle_value pickle__read_shared_object(reader *r, const char *name,
                                        size_t len);

/* The atom behind its letter; null with the error set on failure. */
pickle_value pickle__read_int(reader *r);
pickle_value pickle__read_float(reader *r);
pickle_value pickle__read_complex(reader *r);
pickle_value pickle__read_blob(reader *r, char type);
pickle_value pickle__read_global(reader *r);

#endif
