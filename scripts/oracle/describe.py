"""A value that was loaded, as the canonical text of harness/PROTOCOL.md.

Values are built-in ones and the stand-ins of recorder.py. No labels; sets are
sorted by the text of their elements. Reads and writes nothing.
"""
from pickle import PickleBuffer

from canon import atom_text, global_text, join_parts
from recorder import Recorded


class Persistent(object):
    """What the persistent_load hook gives."""
    __slots__ = ("pid",)

    def __init__(self, pid):
        self.pid = pid


class Describer(object):
    """Writes one value. Inside a set every element has its own numbers."""

    def __init__(self, recorders):
        self.recorders = recorders
        self.numbers = {}       # id -> number, in the element at hand
        self.path = []          # ids of the values being written
        self.base = 0           # where on the path this element begins

    def text(self, obj):
        head = ""
        depth = 0
        while True:
            text = atom_text(obj)
            if text is not None:
                break
            text = self.seen(obj)
            if text is not None:
                break
            kind = type(obj)
            # A long chain of containers of one must not recurse.
            if len(obj) == 1 if kind is tuple or kind is list else False:
                self.open(obj)
                head += "t(" if kind is tuple else "l("
                depth += 1
                obj = obj[0]
                continue
            text = self.whole(obj, kind)
            break
        if depth:
            del self.path[-depth:]
            return head + text + ")" * depth
        return text

    def seen(self, obj):
        number = self.numbers.get(id(obj))
        if number is not None:
            return "*%d" % number
        if self.base and id(obj) in self.path:
            at = len(self.path) - 1 - self.path[::-1].index(id(obj))
            return "^%d" % (len(self.path) - at)
        return None

    def open(self, obj):
        self.numbers[id(obj)] = len(self.numbers)
        self.path.append(id(obj))

    def whole(self, obj, kind):
        """The text of a value that is met for the first time."""
        if kind is tuple and not obj:
            return "t()"
        write = WRITERS.get(kind)
        if write is None:
            return self.other(obj)
        self.open(obj)
        text = write(self, obj)
        self.path.pop()
        return text

    def other(self, obj):
        if isinstance(obj, Recorded):
            self.open(obj)
            text = self.recorded(obj)
            self.path.pop()
            return text
        pair = self.recorders.pairs.get(id(obj))
        if pair is not None:
            return global_text(*pair)
        if type(obj) is Persistent:
            return "p(" + self.text(obj.pid) + ")"
        raise TypeError("no text for %r" % type(obj))

    def sequence(self, items):
        return ",".join([self.text(x) for x in items])

    def mapping(self, pairs):
        return ",".join([self.text(k) + "=" + self.text(v) for k, v in pairs])

    def write_list(self, obj):
        return "l(" + self.sequence(obj) + ")"

    def write_tuple(self, obj):
        return "t(" + self.sequence(obj) + ")"

    def write_dict(self, obj):
        return "d(" + self.mapping(obj.items()) + ")"

    def write_bytearray(self, obj):
        return "B" + obj.hex()

    def write_buffer(self, obj):
        with memoryview(obj) as view:
            return ("R" if view.readonly else "W") + view.tobytes().hex()

    def elements(self, obj):
        outer = self.numbers, self.base
        self.base = len(self.path)
        texts = set()
        for element in obj:
            self.numbers = {}
            texts.add(self.text(element))
        self.numbers, self.base = outer
        return ",".join(sorted(texts))

    def write_set(self, obj):
        return "S(" + self.elements(obj) + ")"

    def write_frozenset(self, obj):
        return "z(" + self.elements(obj) + ")"

    def recorded(self, obj):
        head = obj.kind + "(" + self.text(obj.f)
        fields = [self.sequence(obj.args), self.sequence(obj.states),
                  self.sequence(obj._items), self.mapping(obj.pairs)]
        if obj.kwargs is not None:
            fields.append(self.text(obj.kwargs))
        return join_parts(head, fields)


WRITERS = {
    list: Describer.write_list, tuple: Describer.write_tuple,
    dict: Describer.write_dict, set: Describer.write_set,
    frozenset: Describer.write_frozenset,
    bytearray: Describer.write_bytearray,
    PickleBuffer: Describer.write_buffer,
    memoryview: Describer.write_buffer,
}


def describe(obj, recorders):
    """The canonical text of one loaded value."""
    return Describer(recorders).text(obj)
