/* pickletools/stack.h  The stack of dis: kinds of values, no values. */
#ifndef PICKLE_PICKLETOOLS_STACK_H
#define PICKLE_PICKLETOOLS_STACK_H

#include "base/text.h"

/* The kinds, as pickletools spells them: X(name, text). */
#define PICKLE__KINDS(X)                                                       \
    X(ANY, "any")                                                              \
    X(INT, "int")                                                              \
    X(INT_OR_BOOL, "int_or_bool")                                              \
    X(BOOL, "bool")                                                            \
    X(FLOAT, "float")                                                          \
    X(BYTES_OR_STR, "bytes_or_str")                                            \
    X(BYTES, "bytes")                                                          \
    X(BYTEARRAY, "bytearray")                                                  \
    X(BUFFER, "buffer")                                                        \
    X(STR, "str")                                                              \
    X(TUPLE, "tuple")                                                          \
    X(LIST, "list")                                                            \
    X(DICT, "dict")                                                            \
    X(SET, "set")                                                              \
    X(FROZENSET, "frozenset")                                                  \
    X(NONE, "None")                                                            \
    X(MARK, "mark")                                                            \
    X(STACKSLICE, "stackslice")

typedef enum pickle__stack_kind {
#define X(name, text) PICKLE__STACK_##name,
    PICKLE__KINDS(X)
#undef X
} pickle__stack_kind;

/* What an opcode does to the stack. */
typedef struct pickle__effect {
    uint8_t pops;    /* without a mark: all; with one: those below it */
    bool takes_mark; /* and everything above it */
    uint8_t push_count;
    uint8_t pushes[2]; /* kinds */
} pickle__effect;

/* Read the effects of all opcodes out of opcodes.def. */
void pickle__effects_init(pickle__effect effects[256]);

/* Kinds from the bottom up, and the offsets of the open marks. */
typedef struct pickle__stack {
    pickle__text kinds; /* a byte each */
    size_t *marks;
    size_t mark_count;
    size_t mark_cap;
} pickle__stack;

void pickle__stack_init(pickle__stack *s, const pickle_allocator *alloc);

void pickle__stack_deinit(pickle__stack *s);

/* False if out of memory. */
bool pickle__stack_push_mark(pickle__stack *s, size_t offset);

/* Drop everything down to the topmost mark of the kinds; false if there is none
 * left, because an opcode took it for an operand. */
bool pickle__stack_cut(pickle__stack *s);

/* Whether there is a top, and it is a mark. */
bool pickle__stack_top_is_mark(const pickle__stack *s);

/* repr() of the list of kinds. */
void pickle__stack_repr(const pickle__stack *s, pickle__text *t);

#endif
