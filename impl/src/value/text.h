/* value/text.h  What writing and reading canonical text share. Private to
 * value. */
#ifndef PICKLE_VALUE_TEXT_H
#define PICKLE_VALUE_TEXT_H

#include "base/alloc.h"
#include "base/utf8.h"
#include "value/node.h"

/* Names of the bases in text, in the order of pickle_base. */
extern const char *const pickle__base_names[PICKLE_BASE_REFUSES + 1];

/* A container whose text has begun. */
typedef struct text_frame {
    pickle_value v;
    size_t scope;
    size_t i; /* elements begun */
    int part; /* of an object */
    int spare;
    size_t extra;
} text_frame;

/*
 * What is known of a node, by scope: its number in a scope of numbering, how
 * many levels were open when it was opened, how often it was met, its label.
 */
enum { OPEN_SCOPE, COUNT_SCOPE, LABEL_SCOPE, FIRST_SCOPE };

typedef struct text_slot {
    uint64_t node; /* 0 is free */
    size_t scope;
    size_t number;
} text_slot;

typedef struct writer {
    const pickle_allocator *alloc;
    char *text;
    size_t len;
    size_t cap;
    size_t max_bytes;
    pickle_code code; /* sticky */
    bool labels;
    bool counting; /* the first of two runs: nothing is written */
    text_frame *frames;
    size_t depth;
    size_t frame_cap;
    size_t open; /* numbered values that are open */
    size_t labels_used;
    text_slot *slots;
    size_t slot_cap;
    size_t slot_count;
    size_t *counters; /* numbers used, by scope */
    size_t scopes;
    size_t scope_cap;
    size_t *starts; /* of the elements of the open sets, in the text */
    size_t start_count;
    size_t start_cap;
} writer;

/* What is kept of v in a scope, 0 at first. NULL (and the code set) on
 * failure. Valid until the next call. */
size_t *pickle__text_slot(writer *w, pickle_value v, size_t scope);

/* Room for one more in an array that grows. NULL (and the code set) on
 * failure. */
void *pickle__text_room(writer *w, void *array, size_t count, size_t *cap,
                        size_t size);

/* A new scope of numbering, and how many numbers it has used. */
size_t pickle__text_new_scope(writer *w);
size_t *pickle__text_counter(writer *w, size_t scope);

/* Forget everything but the counts of the first run. */
void pickle__text_forget_scopes(writer *w);

void pickle__text_free_tables(writer *w);

/* ---- text_write.c: opening and closing values ---- */

/* Begin the text of a value: all of it, or a frame is pushed. */
void pickle__text_value(writer *w, pickle_value v, size_t scope);

/* Close the innermost container. */
void pickle__text_finish(writer *w);

/* Arguments of a call are written as `=VALUE` when the tuple is met twice. */
void pickle__text_count_tuple(writer *w, pickle_value v);

/* The next step of the innermost container; `open` is its letter. */
void pickle__text_step_sequence(writer *w, const char *open);
void pickle__text_step_set(writer *w, const char *open);
void pickle__text_step_object(writer *w);

/* ---- text_write_atoms.c: nothing is written while counting ---- */

/* Record the first error. */
void pickle__write_fail(writer *w, pickle_code code);

/* Make room for more bytes. False, with the error set, on failure. */
bool pickle__write_reserve(writer *w, size_t more);

void pickle__write_data(writer *w, const char *data, size_t len);
void pickle__write_z(writer *w, const char *s);
void pickle__write_char(writer *w, char c);
void pickle__write_hex(writer *w, const uint8_t *data, size_t len);
/* A letter and a decimal number. */
void pickle__write_number(writer *w, char before, size_t n);
void pickle__write_int(writer *w, pickle_value v);
/* The bits of a double, most significant first. */
void pickle__write_double(writer *w, double x);
/* A NAME: a str with everything unusual escaped. */
void pickle__write_name(writer *w, pickle_value str);
/* A letter and the bytes of a str, bytes, bytearray or buffer. */
void pickle__write_blob(writer *w, char type, pickle_value v);

#endif
