"""Canonical text back to objects that pickle as it says.

value(text) gives (object, Pickler options); load(data) unpickles with the real
classes of pickleproof_kit for `redump`. Objects of the text become stand-ins
whose __reduce_ex__ is what the text says. Imports modules of ALLOWED only.
"""
import copyreg
import functools
import importlib
import pickle
import re
import struct
import sys

import loading
import native
import pickleproof_kit
from recorder import ALLOWED, DENIED, Refused, map_names

_WORD = re.compile(r"[^(),;=]*")
_HEX = re.compile(r"%([0-9a-f]{2})")
BASES = {"": object, "int": int, "float": float, "str": str, "bytes": bytes,
         "tuple": tuple, "list": list, "dict": dict, "complex": complex}


class Unbuildable(Exception):
    """The text says what cannot be built in this Python."""


class Made(object):
    """An n(...) or o(...): reduces as the text says."""

    def __init__(self, kind):
        self.kind = kind
        self.f = self.state = self.items = self.pairs = None
        self.setter = self.kwargs = None
        self.args = ()
        self.base = ""

    def __hash__(self):
        return 7

    def __eq__(self, other):
        return self is other

    def __reduce_ex__(self, protocol):
        items = None if self.items is None else iter(self.items)
        pairs = None if self.pairs is None else iter(self.pairs)
        if self.kind == "o":
            return (self.f, self.args, self.state, items, pairs, self.setter)
        if protocol < 2:
            return self.old()
        if self.kwargs is not None:
            head = (copyreg.__newobj_ex__, (self.f, self.args, self.kwargs))
        else:
            head = (copyreg.__newobj__, (self.f,) + self.fresh())
        return head + (self.state, items, pairs)

    def __call__(self, *args):
        raise TypeError("nothing in a text is called")

    def fresh(self):
        """The arguments; the base value of a tuple is made for each use."""
        if self.base == "tuple":
            return (tuple(list(self.args[0])),)
        return tuple(self.args)

    def old(self):
        """What copyreg._reduce_ex gives for an instance with this BASE."""
        if self.base == "-":
            raise TypeError("a class that defines __slots__ without defining "
                            "__getstate__ cannot be pickled")
        inner = None
        if self.base == "list":
            inner = list(self.items or ())
        elif self.base == "dict":
            inner = dict(self.pairs or ())
        elif self.base:
            inner = self.fresh()[0]
        head = (copyreg._reconstructor, (self.f, BASES[self.base], inner))
        return head + ((self.state,) if self.state else ())


class Instance(Made):
    """Says that it is of the class in the text, as the pickler checks."""
    __class__ = property(lambda self: self.f)


class Parser(object):
    """Reads one text. Containers that can wait are filled at the end."""

    def __init__(self, text, forking=False):
        self.text = text
        self.forking = forking
        self.at = 0
        self.numbered = []
        self.labels = {}
        self.later = []
        self.out = []           # buffers that go out of band
        self.persistent = False

    def whole(self):
        made = self.value()
        if self.at != len(self.text):
            raise Unbuildable("text goes on")
        return made

    def peek(self):
        return self.text[self.at:self.at + 1]

    def take(self, char):
        if self.peek() != char:
            raise Unbuildable("expected %s at %d" % (char, self.at))
        self.at += 1

    def word(self):
        found = _WORD.match(self.text, self.at).group()
        self.at += len(found)
        return found

    def value(self):
        kind = self.peek()
        self.at += 1
        reader = getattr(self, "read_" + READERS.get(kind, "none"), None)
        if reader is None:
            raise Unbuildable("no %r" % kind)
        return reader(kind)

    def list_of(self, one):
        """Values up to the end of a part."""
        found = []
        while self.peek() not in (")", ";"):
            if found:
                self.take(",")
            found.append(one())
        return found

    def pair(self):
        key = self.value()
        self.take("=")
        return key, self.value()

    def reserve(self):
        self.numbered.append(None)
        return len(self.numbered) - 1

    # ---- atoms ----

    def read_constant(self, kind):
        return {"N": None, "T": True, "F": False}[kind]

    def read_int(self, kind):
        return int(self.word(), 16)

    def read_float(self, kind):
        return struct.unpack(">d", bytes.fromhex(self.word()))[0]

    def read_complex(self, kind):
        return complex(*struct.unpack(">dd", bytes.fromhex(self.word())))

    def read_str(self, kind):
        return bytes.fromhex(self.word()).decode("utf-8", "surrogatepass")

    def read_bytes(self, kind):
        return bytes.fromhex(self.word())

    def read_bytearray(self, kind):
        number = self.reserve()
        self.numbered[number] = bytearray.fromhex(self.word())
        return self.numbered[number]

    def read_buffer(self, kind):
        number = self.reserve()
        data = bytes.fromhex(self.word())
        made = pickle.PickleBuffer(data if kind in "rR" else bytearray(data))
        if kind in "RW":
            self.out.append(made)
        self.numbered[number] = made
        return made

    # ---- references ----

    def read_reference(self, kind):
        made = self.numbered[int(self.word())]
        return made

    def read_label(self, kind):
        name = self.word()
        if name not in self.labels:
            self.take("=")
            made = self.value()
            if name[0] == "L" or type(made) is str and "g(" in self.text:
                # Names of classes and modules are interned, so that such a
                # label is the very str that a spelled-out global has.
                made = sys.intern(made)
            self.labels[name] = made
        return self.labels[name]

    # ---- containers ----

    def read_tuple(self, kind):
        self.take("(")
        if self.peek() == ")":
            self.at += 1
            return ()
        number = self.reserve()
        cell = []
        self.numbered[number] = Later(cell)
        items = self.list_of(self.value)
        self.take(")")
        made = tuple(items)
        if any(type(x) is Later for x in made):
            raise Unbuildable("a cycle through tuples alone")
        cell.append(made)
        self.numbered[number] = made
        return made

    def read_frozenset(self, kind):
        self.take("(")
        number = self.reserve()
        cell = []
        self.numbered[number] = Later(cell)
        made = frozenset(self.list_of(self.value))
        self.take(")")
        cell.append(made)
        self.numbered[number] = made
        return made

    def read_list(self, kind):
        self.take("(")
        made = []
        self.numbered.append(made)
        items = self.list_of(self.value)
        self.later.append(lambda: made.extend(map(settle, items)))
        self.take(")")
        return made

    def read_set(self, kind):
        self.take("(")
        made = set()
        self.numbered.append(made)
        items = self.list_of(self.value)
        self.later.append(lambda: made.update(map(settle, items)))
        self.take(")")
        return made

    def read_dict(self, kind):
        self.take("(")
        made = {}
        self.numbered.append(made)
        pairs = self.list_of(self.pair)
        self.later.append(lambda: made.update(
            (settle(k), settle(v)) for k, v in pairs))
        self.take(")")
        return made

    # ---- names and objects ----

    def read_global(self, kind):
        if self.peek() == "(":
            self.at += 1
            module = self.value()
            self.take(",")
            name = self.value()
            self.take(")")
        else:
            module, _, name = self.word().partition(":")
            module, name = unescape(module), unescape(name)
        return find(module, name)

    def read_persistent(self, kind):
        self.take("(")
        self.persistent = True
        made = pickleproof_kit.Persistent(None)
        made.pid = self.value()
        if made.pid is None:
            raise Unbuildable("an id that says there is none")
        self.take(")")
        return made

    def read_object(self, kind):
        self.take("(")
        made = Instance("n") if kind == "n" else Made("o")
        self.numbered.append(made)
        made.f = self.value()
        for part in range(1, 7):
            if self.peek() != ";":
                break
            self.at += 1
            self.part(made, kind, part)
        self.take(")")
        self.later.append(lambda: settle_object(made))
        return made

    def read_native(self, kind):
        self.take("(")
        made = Made("o")
        self.numbered.append(made)
        self.take("g")
        type_name = tuple(map(unescape, self.word().split(":", 1)))
        self.take(";")
        fields = self.list_of(self.value)
        self.take(")")
        self.later.append(lambda: settle_native(
            made, type_name, fields, self.forking))
        return made

    def part(self, made, kind, part):
        """Read one part after the first; see Objects in PROTOCOL.md."""
        if self.peek() in (";", ")"):
            return
        if part == 1 and self.peek() == "=":
            self.at += 1
            made.args = self.value()
        elif part == 1:
            made.args = self.list_of(self.value)
        elif part == 2:
            states = self.list_of(self.value)
            if len(states) != 1:
                raise Unbuildable("states")
            made.state = states[0]
        elif part == 3:
            made.items = self.list_of(self.value)
        elif part == 4:
            made.pairs = self.list_of(self.pair)
        elif part == 6:
            made.base = self.word()
        elif kind == "n":
            made.kwargs = self.value()
        else:
            made.setter = self.value()


class Later(object):
    """A tuple or frozenset that is referred to before it is there."""

    def __init__(self, cell):
        self.cell = cell


def settle(x):
    if type(x) is not Later:
        return x
    if not x.cell:
        raise Unbuildable("a cycle through tuples alone")
    return x.cell[0]


def settle_native(made, type_name, fields, forking):
    parts = native.reduction(type_name, [settle(x) for x in fields], forking)
    made.f, made.args = parts[:2]
    if len(parts) > 2:
        made.state = parts[2]


def settle_object(made):
    made.state = settle(made.state)
    args = made.args
    made.args = tuple(map(settle, args)) if type(args) is list else (
        settle(args))
    if made.items is not None:
        made.items = [settle(x) for x in made.items]
    if made.pairs is not None:
        made.pairs = [(settle(k), settle(v)) for k, v in made.pairs]


READERS = {"N": "constant", "T": "constant", "F": "constant", "i": "int",
           "f": "float", "c": "complex", "u": "str", "b": "bytes",
           "B": "bytearray", "r": "buffer", "w": "buffer", "R": "buffer",
           "W": "buffer", "t": "tuple", "z": "frozenset", "l": "list",
           "d": "dict", "S": "set", "g": "global", "p": "persistent",
           "n": "object", "o": "object", "x": "native", "*": "reference", "$": "label"}


def unescape(name):
    raw = _HEX.sub(lambda m: chr(int(m.group(1), 16)), name)
    return raw.encode("latin-1").decode("utf-8", "surrogatepass")


def find(module, name):
    """The real object of a name, from the modules that are allowed."""
    if module not in ALLOWED:
        raise Unbuildable("module %s" % module)
    found = importlib.import_module(module)
    try:
        return functools.reduce(getattr, name.split("."), found)
    except AttributeError:
        raise Unbuildable("%s:%s" % (module, name))


def value(text, forking=False):
    """(object, Pickler options) for a canonical text; forking: for a
    ForkingPickler."""
    parser = Parser(text, forking)
    try:
        made = settle(parser.whole())
        for step in parser.later:
            step()
    except (ValueError, IndexError, KeyError, TypeError) as error:
        raise Unbuildable(str(error))
    options = {}
    if parser.out:
        out = {id(b) for b in parser.out}
        options["buffer_callback"] = lambda b: id(b) not in out
    if parser.persistent:
        options["persistent_id"] = pickleproof_kit.persistent_id
    return made, options


# ---- loading with real classes, for redump ----

SAFE = {("builtins", n) for n in """set frozenset bytearray bytes complex
    getattr object int str float list dict tuple type range slice""".split()}
SAFE |= {("_codecs", "encode"), ("copyreg", "_reconstructor"),
         ("copyreg", "__newobj__"), ("copyreg", "__newobj_ex__"),
         ("collections", "OrderedDict"), ("collections", "deque"),
         ("functools", "partial")}


def _loader(base):
    class Real(base):
        def find_class(self, module, name):
            pair = map_names(module, name)
            if pair[0] != "pickleproof_kit" and pair not in SAFE or (
                    pair[1].split(".")[0] in DENIED):
                raise Refused("%s:%s" % pair)
            return super().find_class(module, name)

        def persistent_load(self, pid):
            return pickleproof_kit.Persistent(pid)
    return Real


_REAL = _loader(pickle.Unpickler), _loader(pickle._Unpickler)


def load(data, keys, pure_python):
    """(what a pickle holds, Pickler options), by its real classes."""
    kwargs = loading.arguments(keys)
    file = loading.open_input(data, pure_python)
    made = _REAL[pure_python](file, **kwargs).load()
    options = {}
    if keys.get("pid") == "1":
        options["persistent_id"] = pickleproof_kit.persistent_id
    return made, options
