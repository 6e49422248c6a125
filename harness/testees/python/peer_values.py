"""Plain values in canonical text, without the modules of scripts/oracle: those
take longer to load than most scenarios last.

None, bool, int, float, str, bytes, tuple, list, dict, nothing of it twice. For
other values NotPlain is raised.
"""
import re
import struct

ATOM = re.compile(r"(N|T|F)|i(-?[0-9a-f]+)|f([0-9a-f]{16})"
                  r"|u((?:[0-9a-f]{2})*)|b((?:[0-9a-f]{2})*)")


class NotPlain(Exception):
    pass


def read(text):
    value, end = read_at(text, 0)
    if end != len(text):
        raise NotPlain(text)
    return value


def read_at(text, at):
    if text[at + 1:at + 2] == "(" and text[at] in "tld":
        return read_items(text, at)
    found = ATOM.match(text, at)
    if not found:
        raise NotPlain(text)
    word, number, bits, string, data = found.groups()
    if word:
        value = {"N": None, "T": True, "F": False}[word]
    elif number:
        value = int(number, 16)
    elif bits:
        value = struct.unpack(">d", bytes.fromhex(bits))[0]
    elif string is not None:
        value = bytes.fromhex(string).decode("utf-8", "surrogatepass")
    else:
        value = bytes.fromhex(data)
    return value, found.end()


def read_items(text, at):
    kind, items = text[at], []
    at += 2
    while text[at:at + 1] != ")":
        item, at = read_at(text, at)
        if kind == "d":
            if text[at:at + 1] != "=":
                raise NotPlain(text)
            value, at = read_at(text, at + 1)
            item = (item, value)
        items.append(item)
        if text[at:at + 1] == ",":
            at += 1
        elif text[at:at + 1] != ")":
            raise NotPlain(text)
    return {"t": tuple, "l": list, "d": dict}[kind](items), at + 1


def write(value, seen=None):
    kind = type(value)
    if value is None or kind is bool:
        return {None: "N", True: "T", False: "F"}[value]
    if kind is int:
        return "i%s%x" % ("-" if value < 0 else "", abs(value))
    if kind is float:
        return "f" + struct.pack(">d", value).hex()
    if kind is str:
        return "u" + value.encode("utf-8", "surrogatepass").hex()
    if kind is bytes:
        return "b" + value.hex()
    seen = set() if seen is None else seen
    if kind not in (tuple, list, dict) or id(value) in seen:
        raise NotPlain(kind)
    if value != ():
        seen.add(id(value))
    if kind is dict:
        items = [write(k, seen) + "=" + write(v, seen)
                 for k, v in value.items()]
    else:
        items = [write(item, seen) for item in value]
    return "%s(%s)" % (kind.__name__[0], ",".join(items))
