/* The table of opcodes as programs see it. */
#include <pickleproof/pickletools.h>

#define X(name, text, reader) static const char argument_##name[] = text;
#include "pickletools/arguments.def"
#undef X

static const pickle_opcode_info infos[256] = {
#define X(name, byte, protocol, argument, before, after)                       \
    [byte] = {#name, argument_##argument, before, after, byte, protocol},
#include "pickle/opcodes.def"
#undef X
};

const pickle_opcode_info *pickle_opcode_get(uint8_t code) {
    return infos[code].name ? &infos[code] : NULL;
}

/* Annotations go by the name of the opcode, bytes stand in one table only. */
enum opcode_byte {
#define X(name, byte, protocol, argument, before, after) BYTE_##name = byte,
#include "pickle/opcodes.def"
#undef X
};

const char *pickle_opcode_annotation(uint8_t code) {
    static const char *const texts[256] = {
#define X(name, text) [BYTE_##name] = text,
#include "pickletools/annotations.def"
#undef X
    };
    return texts[code];
}
