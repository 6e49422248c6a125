"""The atoms of the canonical text of harness/PROTOCOL.md.

Functions from a Python value to its text; nothing is read or written.
"""
import struct

_PLAIN = frozenset(
    b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.<>-")


def int_text(n):
    """`i` and lower-case hex; hex needs no division of a big int."""
    return "i-%x" % -n if n < 0 else "i%x" % n


def float_hex(x):
    return struct.pack(">d", x).hex()


def str_text(s):
    return "u" + s.encode("utf-8", "surrogatepass").hex()


def name_text(name):
    """A module or qualified name; escapes what the grammar needs itself."""
    raw = name.encode("utf-8", "surrogatepass")
    return "".join(chr(b) if b in _PLAIN else "%%%02x" % b for b in raw)


def global_text(module, qualname):
    return "g" + name_text(module) + ":" + name_text(qualname)


def atom_text(value):
    """The text of None, bool, int, float, complex, str or bytes, else None.

    By exact type: a subclass is an object with a class of its own.
    """
    kind = type(value)
    if kind is str:
        return str_text(value)
    if kind is int:
        return int_text(value)
    if value is None:
        return "N"
    if kind is bool:
        return "T" if value else "F"
    if kind is bytes:
        return "b" + value.hex()
    if kind is float:
        return "f" + float_hex(value)
    if kind is complex:
        return "c" + float_hex(value.real) + float_hex(value.imag)
    return None


def join_parts(head, parts):
    """`head` and the `;` separated parts: the first always, and then up to
    the last that is there."""
    while len(parts) > 1 and not parts[-1]:
        parts.pop()
    return head + "".join(";" + p for p in parts) + ")"
