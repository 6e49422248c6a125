"""Disassembly side of the worker: what pickletools gives for some bytes.

Runs inside the interpreter that is asked, and in the Python testee. Each reply
is a form without its made_by: {"text"} or {"bytes"}, or {"error", "message"}
with the text that came before the error. Reads and writes nothing.

CPython's descriptions of the opcodes stay out of the vectors: `annotate` is
asked with each opcode's description replaced by its name.
"""
import io
import pickletools
import struct
import warnings

ASKS = ("dis", "genops", "optimize")


def annotations_replaced():
    """Let `annotate` print names; done once, at import."""
    for opcode in pickletools.opcodes:
        opcode.doc = opcode.name


annotations_replaced()


class NoTell(object):
    """A stream that cannot say where it is."""

    def __init__(self, stream):
        self.read = stream.read
        self.readline = stream.readline


def stream(data, keys):
    f = io.BytesIO(data)
    f.seek(int(keys.get("start", 0)))
    return f


def dis(data, keys, out):
    """With `many`, pickle after pickle until the data ends, one memo for
    all."""
    text = io.StringIO()
    f = stream(data, keys)
    shown = NoTell(f) if keys.get("offsets") == "0" else f
    memo = {} if "many" in keys else None
    try:
        while True:
            pickletools.dis(shown, text, memo, int(keys.get("indent", 4)),
                            int(keys.get("annotate", 0)))
            if "many" not in keys or f.tell() == len(data):
                break
    finally:
        out["text"] = text.getvalue()


def value_text(value):
    """An argument in the canonical text of harness/PROTOCOL.md."""
    if value is True or value is False:
        return "T" if value else "F"
    if isinstance(value, int):
        return "i%s%x" % ("-" if value < 0 else "", abs(value))
    if isinstance(value, float):
        return "f" + struct.pack(">d", value).hex()
    if isinstance(value, str):
        return "u" + value.encode("utf-8", "surrogatepass").hex()
    return ("B" if isinstance(value, bytearray) else "b") + value.hex()


def genops(data, keys, out):
    lines = []
    try:
        for opcode, value, offset in pickletools.genops(stream(data, keys)):
            words = ["%d" % offset, opcode.name]
            if value is not None:
                words.append(value_text(value))
            lines.append(" ".join(words) + "\n")
    finally:
        out["text"] = "".join(lines)


def optimize(data, keys, out):
    out["bytes"] = pickletools.optimize(data).hex()


def ask(what, data, keys):
    """The form of one question."""
    out = {}
    run = {"dis": dis, "genops": genops, "optimize": optimize}[what]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            run(data, keys, out)
        except Exception as error:
            out["error"] = type(error).__name__
            out["message"] = str(error)
    return out


def disassemble(request):
    data = bytes.fromhex(request["in"])
    return {what: ask(what, data, request["keys"])
            for what in request["asks"]}
