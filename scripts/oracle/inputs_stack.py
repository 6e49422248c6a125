"""Inputs for the stack: every opcode on 32 shapes of it."""
from inputs import Group
from inputs_decode import KIT, text8
from inputs_malformed import GOOD
from opcodes import BY_NAME, op, scan

PLAIN = KIT + b"Plain\n"
SHAPES = (
    ("empty", b""), ("one", b"N"), ("two", b"NN"), ("three", b"NNN"),
    ("mark", b"("), ("two-marks", b"(("), ("mark-one", b"(N"),
    ("mark-two", b"(NN"), ("mark-three", b"(NNN"), ("one-mark", b"N("),
    ("two-mark", b"NN("), ("three-mark", b"NNN("), ("one-mark-one", b"N(N"),
    ("two-mark-one", b"NN(N"), ("one-mark-two", b"N(NN"),
    ("mark-mark-one", b"((N"), ("mark-one-mark", b"(N("), ("list-one", b"]N"),
    ("list-mark", b"]("), ("list-mark-one", b"](N"),
    ("list-mark-two", b"](NN"), ("mark-list-one", b"(]N"),
    ("dict-two", b"}NN"), ("dict-mark-two", b"}(NN"),
    ("dict-mark-one", b"}(N"), ("mark-dict-two", b"(}NN"),
    ("set-mark-one", b"\x8f(N"), ("class-args", PLAIN + b")"),
    ("class-args-kwargs", PLAIN + b")}"), ("mark-class", b"(" + PLAIN),
    ("strs", text8("pickleproof_kit") + text8("Plain")),
    ("object-state", PLAIN + b")\x81}"),
)
# Which look-ups or calls decide, so that only an importing testee can tell.
NEEDS_IMPORT = {
    "class-args": ("APPEND", "APPENDS", "SETITEM", "BUILD", "ADDITEMS"),
    "class-args-kwargs": ("APPEND", "SETITEM", "SETITEMS", "BUILD"),
    "mark-class": ("OBJ",),
}


def argument(name):
    """The bytes of an opcode by itself, with an argument that is right."""
    if name == "PROTO":
        return b"\x80\x02"
    if name == "FRAME":
        return op("FRAME", 1)
    good = GOOD.get(name)
    if good is None:
        return bytes([ord(BY_NAME[name].code)])
    at = [at for at, found in scan(good) if found == name]
    return good[at[-1]:]


def groups():
    g = Group("stack", "Every opcode on 32 shapes of the stack, then STOP: "
              "underflow, marks in the way, wrong operands.")
    for name in sorted(BY_NAME):
        if name == "STOP":
            code = b""
        else:
            code = argument(name)
        slug = name.lower().replace("_", "-")
        for shape, prefix in SHAPES:
            flags = "STACK"
            if name in NEEDS_IMPORT.get(shape, ()):
                flags += " IMPORT"
            keys = {"pid": "1"} if "PERSID" in name else {}
            if name.startswith("EXT"):
                keys = {"ext": "pickleproof_kit:Plain:1"}
            if "BUFFER" in name:
                keys = {"buffers": "w6162"}
            g.add("%s-on-%s" % (slug, shape), prefix + code + b".", flags,
                  **keys)
    return [g]
