/* pickletools/genops.h  The reader of opcodes, seen from inside. */
#ifndef PICKLE_PICKLETOOLS_GENOPS_H
#define PICKLE_PICKLETOOLS_GENOPS_H

#include <pickleproof/pickletools.h>

#include "base/text.h"
#include "base/utf8.h"

/* Where and as what an error happened. */
typedef struct pickle__fault {
    pickle_code code;
    size_t offset;     /* of the opcode */
    int opcode;        /* -1 if none */
    const char *where; /* its name, "" if none */
} pickle__fault;

struct pickle_genops {
    const uint8_t *data;
    size_t len;
    size_t pos;
    int cpython;
    bool hide_offsets;      /* messages do not name them */
    bool ended;             /* after STOP or an error */
    pickle__fault fault;    /* code is PICKLE_OK without an error; the offset is
                               that of the last opcode begun */
    pickle__text scratch;   /* bytes of the argument, where not the input's */
    pickle__text unescaped; /* a line on its way there */
    pickle__text message;
};

/* Start on data; false if version or start is wrong. */
bool pickle__genops_init(pickle_genops *it, const void *data, size_t len,
                         int cpython, size_t start,
                         const pickle_allocator *alloc);

void pickle__genops_deinit(pickle_genops *it);

/* The version to equal that an option names; 0 if there is none such. */
int pickle__cpython(int option);

/* Record an error whose message the caller has put in it->message. False. */
bool pickle__genops_stop(pickle_genops *it, pickle_code code);

/* Record an error. Returns false. */
bool pickle__genops_fail(pickle_genops *it, pickle_code code,
                         const char *format, ...) PICKLE__PRINTF(3, 4);

/* Read the argument of the opcode at hand, it->pos behind the opcode. */
bool pickle__argument_read(pickle_genops *it, uint8_t opcode, pickle_arg *arg);

/* repr() of an argument; false if the int has too many digits. ascii_only:
 * ascii(). */
bool pickle__arg_repr(pickle__text *t, const pickle_arg *arg, int cpython,
                      bool ascii_only);

/* Whether dis prints an opcode's argument by ascii(). */
bool pickle__is_ascii_arg(uint8_t opcode, int cpython);

/* Append what repr() of a too long int raises. */
void pickle__digits_message(pickle__text *t, int cpython);

/* Copy an error to a program's pickle_error and, whole, to its buffer (both
 * nullable). Returns the code. */
pickle_code pickle__report(const pickle__fault *fault,
                           const pickle__text *message,
                           pickle_bytes_buffer *buf, pickle_error *err);

/* Begin to append to a program's buffer, and end: on failure len is as it was.
 */
void pickle__text_borrow(pickle__text *t, const pickle_bytes_buffer *buf);
void pickle__text_return(const pickle__text *t, pickle_bytes_buffer *buf,
                         bool keep);

#endif
