"""Inputs of the decode and malformed vectors: bytes, keys, how they came.

A Group becomes decode/NAME.json for what every producer accepts and
malformed/NAME.json for the rest. Reads and writes nothing.
"""
import re

from opcodes import BY_BYTE, argument_end, scan

_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*$")


class Input(object):
    __slots__ = ("slug", "data", "how", "flags", "keys", "about")

    def __init__(self, slug, data, how, flags, keys, about):
        self.slug = slug
        self.data = data
        self.how = how
        self.flags = flags
        self.keys = keys
        self.about = about


class Group(object):
    def __init__(self, name, about):
        self.name = name
        self.about = about
        self.inputs = []
        self.slugs = set()
        self.seen = set()

    def add(self, slug, data, flags, how=None, about=None, **keys):
        """Add an input, unless these bytes are already asked with the keys."""
        if not _SLUG.match(slug) or slug in self.slugs:
            raise ValueError("bad or repeated slug: %s/%s" % (self.name, slug))
        asked = (data, tuple(sorted(keys.items())))
        if asked in self.seen:
            return
        self.slugs.add(slug)
        self.seen.add(asked)
        self.inputs.append(Input(slug, data, how or listing(data),
                                 sorted(set(flags.split())), keys, about))

    def rows(self, flags, rows, **keys):
        """Rows of (slug, bytes) or (slug, bytes, more flags)."""
        for row in rows:
            more = row[2] if len(row) > 2 else ""
            self.add(row[0], row[1], flags + " " + more, **keys)


def listing(data):
    """The opcodes of some bytes in a line, for people."""
    if len(data) > 200:
        return "%d bytes" % len(data)
    words = []
    end = 0
    for at, name in scan(data):
        if name is None or name == "":
            end = at
            break
        opcode = BY_BYTE[data[at]]
        end = at + 1
        if opcode.arg is not None:
            end = argument_end(data, at + 1, opcode.arg.name)
            name += "(%s)" % repr(data[at + 1:end])[1:]
        words.append(name)
    if end < len(data):
        words.append("then %s" % repr(data[end:])[1:])
    return " ".join(words) or "no bytes"


def groups(encoded, python2, reduction):
    """All groups. `encoded` is what the encode corpus gave, python2 what
    Python 2.7 wrote, reduction what ForkingPickler did, as rows for
    inputs_encoded."""
    import inputs_decode
    import inputs_encoded
    import inputs_found
    import inputs_malformed
    import inputs_mutated
    import inputs_stack
    import inputs_text
    found = inputs_encoded.groups(encoded, python2, reduction)
    for module in (inputs_decode, inputs_text, inputs_malformed, inputs_stack):
        found += module.groups()
    found += inputs_mutated.groups(found) + inputs_found.groups()
    names = [g.name for g in found]
    if len(set(names)) != len(names):
        raise ValueError("two groups of one name: %s" % names)
    return found
