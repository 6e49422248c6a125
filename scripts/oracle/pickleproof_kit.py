# -*- coding: utf-8 -*-
"""Harmless classes and helpers: the names that corpus expressions may use.

An expression of the corpus (`python` in a vector file) is evaluated with the
names of this module. Nothing here reads, writes or starts anything. Runs on
CPython 2.7 and 3.8 or newer, and on PyPy; reads and writes no file.
"""
import collections
import datetime
import decimal
import fractions
import functools
import itertools
import struct
import sys

PYTHON2 = sys.version_info[0] == 2
if PYTHON2:
    import copy_reg as copyreg
    intern = intern                                     # noqa: F821
else:
    import copyreg
    import enum
    import operator
    intern = sys.intern
if sys.version_info >= (3, 8):
    from pickle import PickleBuffer

OrderedDict = collections.OrderedDict
defaultdict = collections.defaultdict
deque = collections.deque


# ---- plain instances ----

class Plain(object):
    """Nothing but a __dict__."""


class Plain2(object):
    """A second class, so that two globals of one module can meet."""


class OldStyle:
    """An old-style class under Python 2 (INST and OBJ)."""


class OldStyleArgs:
    """The same with __getinitargs__."""

    def __init__(self, *args):
        self.args = args

    def __getinitargs__(self):
        return self.args


class Slots(object):
    __slots__ = ("x", "y")


class SlotsDict(object):
    __slots__ = ("x", "y", "__dict__")


class SlotsWeak(object):
    __slots__ = ("x", "__weakref__")


class SlotsPrivate(object):
    __slots__ = ("__x", "_y")

    def fill(self):
        self.__x = 1
        self._y = 2


class SlotsStr(object):
    __slots__ = "only"


class SlotsChild(Slots):
    """Slots below, a __dict__ above."""


class SlotsState(object):
    """Slots, but its own __getstate__: protocols 0 and 1 work."""
    __slots__ = ("x",)

    def __getstate__(self):
        return (None, {"x": self.x})

    def __setstate__(self, state):
        self.x = state[1]["x"]


class WithState(object):
    """__getstate__ gives what it was made with."""

    def __init__(self, state):
        self.state = state

    def __getstate__(self):
        return self.state

    def __setstate__(self, state):
        self.state = state


class NewArgs(object):
    def __new__(cls, *args):
        self = object.__new__(cls)
        self.args = args
        return self

    def __getnewargs__(self):
        return self.args


class NewArgsBare(object):
    """__getnewargs__ and no __dict__."""
    __slots__ = ("args",)

    def __new__(cls, *args):
        self = object.__new__(cls)
        self.args = args
        return self

    def __getnewargs__(self):
        return self.args

    def __getstate__(self):
        return None


class NewArgsEx(object):
    def __new__(cls, *args, **kwargs):
        self = object.__new__(cls)
        self._both = (args, kwargs)
        return self

    def __getnewargs_ex__(self):
        return self._both

    def __getstate__(self):
        return None


class NewArgsExState(NewArgsEx):
    """The same with a state."""

    def __getstate__(self):
        return {"kept": 1}


class NewArgsLoop(object):
    """__getnewargs__ reaches the object itself through a list."""

    def __new__(cls, link=None):
        self = object.__new__(cls)
        self.link = link
        return self

    def __getnewargs__(self):
        return (self.link,)


class Hashed(object):
    """Hashes to a constant, so that cycles through sets can be built."""

    def __hash__(self):
        return 7

    def __eq__(self, other):
        return self is other


class WithSetState(object):
    """__setstate__ takes anything; the default __getstate__."""

    def __setstate__(self, state):
        self.seen = state


class ClassProp(object):
    """Says that it is of another class."""
    __class__ = property(lambda self: Plain)


# ---- subclasses of built-in types ----

class MyInt(int):
    pass


class MyFloat(float):
    pass


class MyComplex(complex):
    pass


class MyStr(type(u"")):
    pass


class MyBytes(bytes):
    pass


class MyTuple(tuple):
    pass


class MyList(list):
    pass


class MyDict(dict):
    pass


class MySet(set):
    pass


class MyFrozenSet(frozenset):
    pass


class MyByteArray(bytearray):
    pass


class MyOrderedDict(OrderedDict):
    pass


class ListNoInit(list):
    """A list whose items are no part of its pickle."""

    def __reduce__(self):
        return (ListNoInit, ())


Point = collections.namedtuple("Point", "x y")


# ---- names ----

class Outer(object):
    class Inner(object):
        class Deep(object):
            class Deepest(object):
                pass

        def meth(self):
            return None

    def meth(self):
        return None

    @staticmethod
    def static():
        return None

    def __private(self):
        return None

    class __Hidden(object):
        def __twice(self):
            return None


PRIVATE = Outer.__dict__["_Outer__private"]
HIDDEN = Outer.__dict__["_Outer__Hidden"]
TWICE = HIDDEN.__dict__["_Outer__Hidden__twice"] if (
    "_Outer__Hidden__twice" in HIDDEN.__dict__) else (
    HIDDEN.__dict__["_Hidden__twice"])

if not PYTHON2:
    for _name in (u"\xc0\xc9", u"\u540d"):
        globals()[_name] = type(_name, (object,), {"__module__": __name__})
    NonAscii = globals()[u"\xc0\xc9"]
    Kanji = globals()[u"\u540d"]
    NonAsciiOuter = type(u"\xd6uter", (object,), {"__module__": __name__})
    globals()[u"\xd6uter"] = NonAsciiOuter
    NonAsciiOuter.Inner = type("Inner", (object,), {
        "__module__": __name__, "__qualname__": u"\xd6uter.Inner"})
    # GLOBAL ends its names with newlines, and yet writes one that is within.
    NewlineName = type("New\nline", (object,), {"__module__": __name__})
    globals()["New\nline"] = NewlineName
    sys.modules[__name__ + "\n"] = sys.modules[__name__]
    NewlineModule = type("NewlineModule", (object,), {
        "__module__": __name__ + "\n"})


class ExtA(object):
    pass


class ExtB(object):
    pass


class ExtC(object):
    pass


class ExtD(object):
    pass


class ExtE(object):
    pass


class ExtF(object):
    pass


class Meta(type):
    pass


class MetaReduce(type):
    def __reduce__(cls):
        return (func, ("metaclass",))


if not PYTHON2:
    WithMeta = Meta("WithMeta", (object,), {"__module__": __name__})
    WithMetaReduce = MetaReduce("WithMetaReduce", (object,),
                                {"__module__": __name__})

    class Reduces(object):
        """How Enum reduces but in 3.11.0 to 3.11.3, which use getattr."""

        def __reduce_ex__(self, protocol):
            return (self.__class__, (self._value_,))

    class Color(Reduces, enum.Enum):
        RED = 1
        GREEN = "g"

    class Level(Reduces, enum.IntEnum):
        LOW = 1
        HIGH = 300

    class Perm(Reduces, enum.Flag):
        R = 4
        W = 2
        X = 1


class Error(Exception):
    pass


class ErrorArgs(Exception):
    def __init__(self, one, two):
        Exception.__init__(self, one, two)


# ---- functions and explicit reductions ----

def func(*args, **kwargs):
    """Make a Made."""
    made = Made()
    made.args = args
    return made


def func2(*args):
    return func(*args)


def setter(obj, state):
    """A state setter (sixth member of a reduce tuple)."""
    obj.was_set = state


def __newobj__(cls, *args):
    """Only the name matters to the pickler."""
    return cls.__new__(cls, *args)


def __newobj_ex__(cls, args, kwargs):
    return cls.__new__(cls, *args, **kwargs)


class Callable(object):
    """A callable instance that has a name of its own."""

    def __init__(self, name):
        self.__name__ = name

    def __call__(self, cls, *args):
        return cls.__new__(cls)


class Made(object):
    """What func() makes: accepts items, pairs and states."""

    def append(self, item):
        self.__dict__.setdefault("items", []).append(item)

    def extend(self, items):
        self.__dict__.setdefault("items", []).extend(items)

    def add(self, item):
        self.append(item)

    def __setitem__(self, key, value):
        self.__dict__.setdefault("pairs", []).append((key, value))

    def __setstate__(self, state):
        self.state = state


class R(object):
    """Reduces to (f, args, state, iter(items), iter(pairs), setter).

    Only as many members as were given; items and pairs are given as
    sequences (pairs also as a dict) and None stays None. The tuple args is
    the very object given, so that it may be shared.
    """

    def __init__(self, f, args=(), *rest):
        self.parts = (f, args) + rest

    def __reduce_ex__(self, protocol):
        parts = list(self.parts)
        for at in (3, 4):
            if len(parts) > at and parts[at] is not None:
                given = parts[at]
                parts[at] = iter(list(
                    given.items() if isinstance(given, dict) else given))
        return tuple(parts)


class Raw(object):
    """Reduces to exactly what make() gives, right or wrong."""

    def __init__(self, make):
        self.make = make

    def __reduce_ex__(self, protocol):
        return self.make()


class NewObj(object):
    """Reduces to copyreg.__newobj__ of its own class, with everything."""

    def __init__(self, *parts):
        self.parts = parts

    def __reduce_ex__(self, protocol):
        return R(copyreg.__newobj__, (NewObj,) + self.parts[:1][0],
                 *self.parts[1:]).__reduce_ex__(protocol)


class NewObjEx(object):
    """Reduces to copyreg.__newobj_ex__(NewObjEx, args, kwargs)."""

    def __new__(cls, *args, **kwargs):
        self = object.__new__(cls)
        self.parts = (args, kwargs)
        return self

    def __reduce_ex__(self, protocol):
        args, kwargs = self.parts
        return (copyreg.__newobj_ex__, (NewObjEx, args, kwargs))


class Named(object):
    """Reduces to a str, the name of a global of this module."""

    def __init__(self, name):
        self.name = name

    def __reduce_ex__(self, protocol):
        return self.name


NAMED = Named("NAMED")
Outer.obj = Named("Outer.obj")
LIAR = Named("func")
NOWHERE = Named("NO_SUCH_NAME")


class ZeroCopy(bytearray):
    """Reduces through a PickleBuffer at protocol 5, as PEP 574 shows."""

    def __reduce_ex__(self, protocol):
        if protocol >= 5:
            return (type(self), (PickleBuffer(self),), None)
        return (type(self), (bytearray(self),))


class ZeroCopyBytes(bytes):
    def __reduce_ex__(self, protocol):
        if protocol >= 5:
            return (type(self), (PickleBuffer(self),), None)
        return (type(self), (bytes(self),))


class Growing(object):
    """An element that grows the list it is in when it is pickled."""

    def __init__(self, target, what=0):
        self.target = target
        self.what = what

    def __reduce_ex__(self, protocol):
        if isinstance(self.target, dict):
            self.target[len(self.target)] = self.what
        else:
            self.target.append(self.what)
        return (func, ())


class Table(object):
    """Has an entry in copyreg.dispatch_table."""

    def __init__(self, what):
        self.what = what


class TableStr(object):
    """Has an entry in copyreg.dispatch_table that gives a str."""


TABLE_STR = TableStr()
copyreg.dispatch_table[Table] = lambda o: (func, (o.what,))
copyreg.dispatch_table[TableStr] = lambda o: "TABLE_STR"


# ---- builders ----

def make(cls, *args, **attributes):
    """cls(*args) with attributes set, in order of their names."""
    obj = cls(*args)
    for name in sorted(attributes):
        setattr(obj, name, attributes[name])
    return obj


def tie(obj, *steps):
    """Apply steps to obj (they close the cycles) and return it."""
    for step in steps:
        step(obj)
    return obj


def twice(x):
    """A list that holds one object two times."""
    return [x, x]


def fresh(s):
    """An equal str or bytes that is another object (if CPython can)."""
    if isinstance(s, bytes):
        return bytes(bytearray(s))
    return u"".join(list(s))


def f64(bits):
    """The float with these 64 bits."""
    return struct.unpack("<d", struct.pack("<Q", bits))[0]


def nest(n, wrap, inner):
    """wrap(wrap(... inner)), n times."""
    for _ in range(n):
        inner = wrap(inner)
    return inner


def strs(n, prefix=u"s"):
    """n distinct new strs."""
    return [prefix + u"%x" % i for i in range(n)]


class With(object):
    """A value and the options of the Pickler that is to pickle it.

    Options: persistent_id, dispatch_table, reducer_override,
    buffer_callback. Recognised by the generator and by the Python testee.
    """

    def __init__(self, value, **options):
        self.value = value
        self.options = options


class Persistent(object):
    """An object that stays outside and is known by its id."""

    def __init__(self, pid):
        self.pid = pid

    def __reduce_ex__(self, protocol):
        raise TypeError("a Persistent needs a persistent_id hook")


def persistent_id(obj):
    """The hook that goes with Persistent."""
    if type(obj) is Persistent:
        return obj.pid
    return None


def out_of_band(buffer):
    """A buffer_callback that takes every buffer."""
    return None


def in_band(buffer):
    """A buffer_callback that wants every buffer in the stream."""
    return True


def out_if_long(buffer):
    """A buffer_callback that takes buffers of three bytes and more."""
    return len(memoryview(buffer)) < 3


# Last, because the generator of graphs uses the classes above.
from pickleproof_graph import Dice, graph               # noqa: E402,F401
