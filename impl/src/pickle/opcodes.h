/* pickle/opcodes.h  The 68 opcodes as an enum, from opcodes.def. */
#ifndef PICKLE_PICKLE_OPCODES_H
#define PICKLE_PICKLE_OPCODES_H

typedef enum pickle__opcode {
#define X(name, byte, protocol, argument, before, after)                       \
    PICKLE__OP_##name = byte,
#include "pickle/opcodes.def"
#undef X
} pickle__opcode;

#endif
