"""The 68 opcodes by name, an assembler, and where opcodes begin in bytes.

The table is pickletools' own. Reads and writes nothing.
"""
import pickletools
import struct

BY_NAME = {o.name: o for o in pickletools.opcodes}
BY_BYTE = {ord(o.code): o for o in pickletools.opcodes}
LINES = {"decimalnl_short": 1, "decimalnl_long": 1, "floatnl": 1,
         "stringnl": 1, "unicodestringnl": 1, "stringnl_noescape": 1,
         "stringnl_noescape_pair": 2}
FIXED = {"uint1": 1, "uint2": 2, "int4": 4, "uint4": 4, "uint8": 8,
         "float8": 8}
COUNTED = {"string1": "<B", "string4": "<i", "bytes1": "<B", "bytes4": "<I",
           "bytes8": "<Q", "bytearray8": "<Q", "unicodestring1": "<B",
           "unicodestring4": "<I", "unicodestring8": "<Q", "long1": "<B",
           "long4": "<i"}
PACK = {"uint1": "<B", "uint2": "<H", "int4": "<i", "uint4": "<I",
        "uint8": "<Q", "float8": ">d"}


def op(name, arg=None):
    """The bytes of one opcode: arg is a number, bytes, or a tuple of lines."""
    opcode = BY_NAME[name]
    code = bytes([ord(opcode.code)])
    if opcode.arg is None:
        return code
    kind = opcode.arg.name
    if kind in LINES:
        lines = arg if isinstance(arg, tuple) else (arg,)
        return code + b"".join(line + b"\n" for line in lines)
    if kind in COUNTED:
        return code + struct.pack(COUNTED[kind], len(arg)) + arg
    return code + struct.pack(PACK[kind], arg)


def header(name, size):
    """A counted opcode that announces `size`, without its payload."""
    opcode = BY_NAME[name]
    return bytes([ord(opcode.code)]) + struct.pack(
        COUNTED[opcode.arg.name].upper(), size)


def argument_end(data, at, kind):
    """Where the argument that begins at `at` ends; may be past the end."""
    if kind in LINES:
        for _ in range(LINES[kind]):
            end = data.find(b"\n", at)
            if end < 0:
                return len(data) + 1
            at = end + 1
        return at
    if kind in FIXED:
        return at + FIXED[kind]
    size = struct.calcsize(COUNTED[kind])
    if at + size > len(data):
        return len(data) + 1
    count = struct.unpack_from(COUNTED[kind], data, at)[0]
    return at + size + max(count, 0)


def scan(data):
    """Yield (offset, name or None for an unknown byte) up to the end.

    Where the data ends in place of an opcode, that place comes last with "".
    """
    at = 0
    while at < len(data):
        opcode = BY_BYTE.get(data[at])
        yield at, opcode.name if opcode else None
        if opcode is None or opcode.name == "STOP":
            return
        at += 1
        if opcode.arg is not None:
            at = argument_end(data, at, opcode.arg.name)
    if at == len(data):
        yield at, ""


def boundaries(data):
    """Offsets at which an opcode is expected; None with frames."""
    found = []
    for at, name in scan(data):
        if name == "FRAME":
            return None
        found.append(at)
    return found


def used_names(data):
    """The names of the opcodes in a pickle, as far as it can be scanned."""
    return {name for _, name in scan(data) if name}
