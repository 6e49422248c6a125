"""Seeded mutations of the other inputs.

The bytes are changed by a generator of our own, and the seed of a mutant is
made from the name of its source, so it is the same wherever it is made and
whatever other inputs there are. Mutants with names in them are left out: they
would ask what is installed.
"""
import zlib

from inputs import Group
from opcodes import BY_BYTE, scan
from pickleproof_kit import Dice

SOURCES = ("opcode", "memo-opcode", "text-number", "text-unicode", "list",
           "tuple", "dict", "set", "memo-fault", "many", "compound")
GLOBALS = {"GLOBAL", "STACK_GLOBAL", "INST", "EXT1", "EXT2", "EXT4", "REDUCE",
           "NEWOBJ", "NEWOBJ_EX", "OBJ", "BUILD", "NEXT_BUFFER", "PERSID",
           "BINPERSID", "FRAME"}
CODES = sorted(BY_BYTE)


def harmless(data):
    return not any(name in GLOBALS for _, name in scan(data)) and not any(
        o in data for o in (b"c", b"i", b"\x93"))


def mutate(dice, data):
    """One to three changes of bytes or opcodes."""
    data = bytearray(data)
    for _ in range(1 + dice.roll(3)):
        at = dice.roll(len(data))
        kind = dice.roll(7)
        if kind == 0:
            data[at] ^= 1 << dice.roll(8)
        elif kind == 1:
            data[at] = dice.pick(CODES)
        elif kind == 2:
            data.insert(at, dice.pick(CODES))
        elif kind == 3 and len(data) > 2:
            del data[at]
        elif kind == 4:
            data[at] = dice.pick((0, 1, 0x7f, 0x80, 0xff))
        elif kind == 5:
            end = at + 1 + dice.roll(4)
            data[at:at] = data[at:end]
        else:
            other = dice.roll(len(data))
            data[at], data[other] = data[other], data[at]
    return bytes(data)


def reasonable(data):
    """No sizes or memo indexes that the memory of a machine decides."""
    for at, name in scan(data):
        if name in ("LONG_BINPUT", "BINUNICODE8", "BINBYTES8", "BYTEARRAY8",
                    "BINBYTES", "BINUNICODE", "BINSTRING", "LONG4") and any(
                        data[at + 3:at + 5]):
            return False
        if name in ("BINUNICODE8", "BINBYTES8", "BYTEARRAY8") and any(
                data[at + 3:at + 9]):
            return False
        if name == "PUT" and len(data[at:].split(b"\n")[0]) > 6:
            return False
    return True


def groups(others):
    g = Group("mutation", "Seeded changes of one to three bytes or opcodes "
              "of other inputs.")
    for source in others:
        if source.name not in SOURCES:
            continue
        for given in source.inputs:
            if 3 <= len(given.data) <= 60 and not given.keys and (
                    harmless(given.data)):
                add_mutants(g, source.name + "-" + given.slug, given.data)
    return [g]


def add_mutants(g, name, data):
    for n in (1, 2):
        dice = Dice(zlib.crc32(name.encode("ascii")) * 4 + n)
        made = mutate(dice, data)
        if harmless(made) and reasonable(made):
            g.add("%s-m%d" % (name, n), made, "RANDOM STACK")
