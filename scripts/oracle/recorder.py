"""Stand-ins for classes and functions that record what is done to them.

An unpickler whose find_class is Recorders.find looks every global up for real,
so that missing names fail as they do in CPython, and is then given a stand-in:
nothing that a pickle names is ever called. Only the constructors that
harness/PROTOCOL.md lists make what they say. Imports modules of ALLOWED only.
"""
import _compat_pickle
import importlib.util
import sys

ALLOWED = frozenset("""builtins copyreg _codecs collections functools itertools
    datetime decimal fractions operator enum struct types io _io _functools
    collections.abc queue _collections _struct pickleproof_kit _decimal
    _operator _datetime _pydatetime pickleproof_forking math re socket array
    ctypes _ctypes multiprocessing.connection multiprocessing.context
    multiprocessing.heap multiprocessing.managers multiprocessing.pool
    multiprocessing.popen_forkserver multiprocessing.popen_spawn_posix
    multiprocessing.process multiprocessing.queues multiprocessing.reduction
    multiprocessing.resource_sharer multiprocessing.shared_memory
    multiprocessing.sharedctypes multiprocessing.synchronize
    multiprocessing.util""".split())
DENIED = frozenset("""eval exec compile __import__ open input breakpoint exit
    quit""".split())


class Refused(BaseException):
    """A global that no vector may name; not an error of the pickle."""


class Recorded(object):
    """An instance: what it was made by, and what was added to it. Its own names
    are none that an unpickler asks for, such as items()."""
    __slots__ = ("kind", "f", "args", "kwargs", "states", "_items", "pairs",
                 "__weakref__")

    def __new__(cls, *args, **kwargs):
        return record("n", cls, args, kwargs or None)

    def __call__(self, *args):
        return record("o", self, args)

    def __setstate__(self, state):
        self.states.append(state)

    def append(self, item):
        self._items.append(item)

    add = append

    def extend(self, items):
        self._items.extend(items)

    def __setitem__(self, key, value):
        self.pairs.append((key, value))


_new = object.__new__


class Plain(Recorded):
    __slots__ = ()


def record(kind, f, args, kwargs=None):
    """An instance of a class of its own, whatever f is."""
    cls = f if kind == "n" and isinstance(f, RecordedType) else Plain
    self = _new(cls)
    self.kind = kind
    self.f = f
    self.args = args
    self.kwargs = kwargs
    self.states = []
    self._items = []
    self.pairs = []
    return self


class RecordedType(type):
    """The metaclass of stand-ins for classes."""

    def __call__(cls, *args):
        known = KNOWN.get(cls.__dict__["_pair"])
        if known is not None:
            made = known(*args)
            if made is not NotImplemented:
                return made
        return record("o", cls, args)

    def __getattribute__(cls, name):
        # A class does not offer what its instances do: BUILD and APPEND on
        # the class itself must fail as they do on a real class.
        if name in ("__setstate__", "append", "extend", "add"):
            raise AttributeError(name)
        return type.__getattribute__(cls, name)


class Opaque(object):
    """A global that is neither class nor function."""


class Recorders(object):
    """The stand-ins made so far, by (module, qualified name)."""

    def __init__(self):
        self.by_pair = {}
        self.pairs = {}         # id of a stand-in -> its pair
        self.real = {}          # id of a stand-in -> the real object

    def stand_in(self, pair, real):
        made = self.by_pair.get(pair)
        if made is None:
            made = self.make(pair, real)
            self.by_pair[pair] = made
            self.pairs[id(made)] = pair
            self.real[id(made)] = real
        return made

    def make(self, pair, real):
        name = pair[1].rsplit(".", 1)[-1]
        if isinstance(real, type):
            members = {"__slots__": (), "_pair": pair,
                       "__module__": pair[0], "__qualname__": pair[1]}
            if hasattr(real, "__getinitargs__"):
                members["__getinitargs__"] = None
            return RecordedType(name, (Recorded,), members)
        if not callable(real):
            return Opaque()
        if pair == ("builtins", "getattr"):
            known = self.known_getattr
        else:
            known = KNOWN.get(pair, lambda *args: NotImplemented)

        def function(*args):
            made = known(*args)
            return record("o", function, args) if (
                made is NotImplemented) else made
        function.__name__ = name
        return function

    def known_getattr(self, *args):
        if len(args) != 2 or type(args[1]) is not str or (
                id(args[0]) not in self.pairs):
            return NotImplemented
        module, name = self.pairs[id(args[0])]
        real = getattr(self.real[id(args[0])], args[1])
        return self.stand_in((module, name + "." + args[1]), real)

    def find(self, super_find, module, name):
        """find_class(): the real look-up, then the stand-in."""
        mapped = map_names(module, name)
        for m, n in ((module, name), mapped):
            check(m, n)
        real = super_find(module, name)
        pair = (module, name)
        if lookup(module, name) is not real and mapped != pair:
            pair = mapped
        return self.stand_in(pair, real)


def map_names(module, name):
    """What find_class makes of Python 2 names below protocol 3."""
    pair = _compat_pickle.NAME_MAPPING.get((module, name))
    if pair is not None:
        return pair
    return _compat_pickle.IMPORT_MAPPING.get(module, module), name


def check(module, name):
    if module in ALLOWED:
        if module == "builtins" and name.split(".")[0] in DENIED:
            raise Refused("%s:%s" % (module, name))
        return
    try:
        exists = module in sys.modules or (
            importlib.util.find_spec(module) is not None)
    except (ImportError, ValueError, UnicodeError, AttributeError):
        exists = False
    if exists:
        raise Refused("%s:%s" % (module, name))


def lookup(module, name):
    """The object of this name among the modules loaded, or None."""
    found = sys.modules.get(module)
    if found is None:
        return None
    whole = getattr(found, name, None)
    if whole is not None:
        return whole
    for part in name.split("."):
        found = getattr(found, part, None)
    return found


# ---- the constructors of PROTOCOL.md ----

def _set(*args):
    if len(args) == 1 and type(args[0]) is list:
        return set(args[0])
    return NotImplemented


def _frozenset(*args):
    if len(args) == 1 and type(args[0]) is list:
        return frozenset(args[0])
    return NotImplemented


def _bytearray(*args):
    if not args or len(args) == 1 and type(args[0]) is bytes:
        return bytearray(*args)
    if len(args) == 2 and type(args[0]) is str and args[1] in (
            "latin-1", "latin1"):
        return bytearray(*args)
    return NotImplemented


def _bytes(*args):
    return NotImplemented if args else b""


def _complex(*args):
    if len(args) == 2 and type(args[0]) is type(args[1]) is float:
        return complex(*args)
    return NotImplemented


def _encode(*args):
    if len(args) == 2 and type(args[0]) is str and type(args[1]) is str and (
            args[1] in ("latin1", "latin-1")):
        return args[0].encode("latin-1")
    return NotImplemented


def _newobj(*args):
    if args and isinstance(args[0], RecordedType):
        return record("n", args[0], args[1:])
    return NotImplemented


def _newobj_ex(*args):
    if len(args) == 3 and isinstance(args[0], RecordedType) and (
            type(args[1]) is tuple and type(args[2]) is dict):
        return record("n", args[0], args[1], args[2] or None)
    return NotImplemented


def _reconstructor(*args):
    """copyreg._reconstructor(cls, base, state) for the bases it writes."""
    if len(args) != 3 or not isinstance(args[0], RecordedType) or (
            not isinstance(args[1], RecordedType)):
        return NotImplemented
    cls, base, state = args
    pair = base.__dict__["_pair"]
    if pair == ("builtins", "object"):
        return record("n", cls, ()) if state is None else NotImplemented
    if pair[0] != "builtins" or type(state).__name__ != pair[1]:
        return NotImplemented
    if type(state) in (int, float, complex, str, bytes, tuple):
        return record("n", cls, (state,))
    made = record("n", cls, ())
    if type(state) is list:
        made._items.extend(state)
    elif type(state) is dict:
        made.pairs.extend(state.items())
    else:
        return NotImplemented
    return made


KNOWN = {
    ("builtins", "set"): _set,
    ("builtins", "frozenset"): _frozenset,
    ("builtins", "bytearray"): _bytearray,
    ("builtins", "bytes"): _bytes,
    ("builtins", "complex"): _complex,
    ("_codecs", "encode"): _encode,
    ("copyreg", "_reconstructor"): _reconstructor,
    ("copyreg", "__newobj__"): _newobj,
    ("copyreg", "__newobj_ex__"): _newobj_ex,
}
