"""The graph a pickler is about to save, as canonical text with identity.

snapshot(obj, ...) walks what save() of CPython's pickler would see at one
protocol, calling the same hooks and reducers in the same order, and writes the
text of harness/PROTOCOL.md for a dump request. It reads no file.
"""
import copyreg
import functools
import pickle
import types

import native
from canon import atom_text
from snapshot_writer import LATIN1, Node, Writer

BASES = {object: "", int: "int", float: "float", str: "str", bytes: "bytes",
         tuple: "tuple", list: "list", dict: "dict"}
SINGLETON_TYPES = (type(None), type(NotImplemented), type(...))


class Unrepresentable(Exception):
    """The graph has no canonical text (a faulty reducer, for example)."""


class Walker(object):
    def __init__(self, proto, options=None, pure_python=False, natives=None):
        options = options or {}
        self.natives = natives  # x(...): 1 for ForkingPickler, 0 for others
        self.native_uses = {}   # id of a Node -> places in natives
        self.proto = proto
        self.pure_python = pure_python
        self.persistent_id = options.get("persistent_id")
        self.override = options.get("reducer_override")
        self.table = options.get("dispatch_table", copyreg.dispatch_table)
        self.callback = options.get("buffer_callback")
        self.memo = {}          # id -> Node; Node.obj keeps the id alive
        self.keep = []
        self.globals = {}       # (module, name) -> Node
        self.temporaries = set()

    # ---- save() ----

    def walk(self, obj, ask=True):
        """What save(obj) meets: a text for atoms, a Node for the rest."""
        if ask and self.persistent_id is not None:
            pid = self.persistent_id(obj)
            if pid is not None:
                return Node("p", obj, self.walk(pid, ask=False))
        kind = type(obj)
        if not (self.pure_python and self.override):
            if obj is None or kind in (bool, int, float):
                return atom_text(obj)
        node = self.memo.get(id(obj))
        if node is not None:
            node.refs += 1
            return node
        if self.pure_python and self.override:
            value = self.override(obj)
            if value is not NotImplemented:
                return self.reduced(obj, value)
            if obj is None or kind in (bool, int, float):
                return atom_text(obj)
        exact = getattr(self, "walk_" + kind.__name__, None)
        if exact is not None and kind in EXACT:
            return exact(obj)
        return self.walk_other(obj, kind)

    def walk_other(self, obj, kind):
        if self.override is not None and not self.pure_python:
            value = self.override(obj)
            if value is not NotImplemented:
                return self.reduced(obj, value)
        if kind is type and obj in SINGLETON_TYPES:
            singleton = (None, NotImplemented, ...)[SINGLETON_TYPES.index(obj)]
            return self.reduced(obj, (type, (singleton,)))
        if kind is type or kind is types.FunctionType:
            return self.walk_global(obj)
        reducer = self.table.get(kind)
        if reducer is not None:
            return self.reduced(obj, reducer(obj), reducer)
        if issubclass(kind, type):
            return self.walk_global(obj)
        own = (kind.__reduce_ex__ is not object.__reduce_ex__
               or kind.__reduce__ is not object.__reduce__)
        if own:
            return self.reduced(obj, obj.__reduce_ex__(self.proto),
                                lambda o: o.__reduce_ex__(self.proto))
        return self.default_reduction(obj)

    def enter(self, kind, obj, parts=None):
        node = self.memo[id(obj)] = Node(kind, obj, parts)
        return node

    # ---- exact types ----

    def walk_str(self, obj):
        return self.enter("u", obj)

    def walk_bytes(self, obj):
        if len(obj) == 1:
            self.temporaries.add(chr(obj[0]))
        if obj:
            self.temporaries.add(LATIN1)
        return self.enter("b", obj)

    def walk_bytearray(self, obj):
        if len(obj) <= 1:
            self.temporaries.add(bytes(obj))
        self.walk_bytes_temporaries(obj)
        return self.enter("B", obj)

    def walk_bytes_temporaries(self, obj):
        if len(obj) == 1:
            self.temporaries.add(chr(obj[0]))
        if obj:
            self.temporaries.add(LATIN1)

    def walk_PickleBuffer(self, obj):
        with obj.raw() as view:
            data, readonly = bytes(view), view.readonly
        out = self.callback is not None and not self.callback(obj)
        return self.enter("rwRW"[(not readonly) + 2 * out], obj, data)

    def walk_tuple(self, obj):
        if not obj:
            return "t()"
        node = self.enter("t", obj)
        node.parts = [self.walk(x) for x in obj]
        return node

    def walk_list(self, obj):
        node = self.enter("l", obj)
        node.parts = [self.walk(x) for x in obj]
        return node

    def walk_dict(self, obj):
        node = self.enter("d", obj)
        node.parts = [(self.walk(k), self.walk(v)) for k, v in obj.items()]
        return node

    def walk_set(self, obj):
        node = self.enter("S", obj)
        node.parts = [self.walk(x) for x in obj]
        return node

    def walk_frozenset(self, obj):
        node = self.enter("z", obj)
        node.parts = [self.walk(x) for x in obj]
        return node

    # ---- globals ----

    def walk_global(self, obj, name=None):
        """save_global(): the names, by the pickler's own search."""
        if name is None:
            name = getattr(obj, "__qualname__", None)
        if name is None:
            name = obj.__name__
        # whichmodule() of 3.14 and later also refuses; the module is the same.
        module = getattr(obj, "__module__", None)
        if module is None:
            module = pickle.whichmodule(obj, name)
        self.keep += [module, name]
        if (module, name) in self.globals:
            raise Unrepresentable("two objects named %s:%s" % (module, name))
        node = self.enter("g", obj, (module, name, None, None))
        self.globals[module, name] = node
        extension = self.proto >= 2 and copyreg._extension_registry.get(
            (module, name))
        if not extension:
            # Below protocol 4 names are no objects, and no hook sees them.
            strs = [self.walk(s, ask=self.proto >= 4) for s in (module, name)]
            if any(type(s) is not Node or s.kind != "u" for s in strs):
                raise Unrepresentable("names that are no strs")
            node.parts = (module, name, strs[0], strs[1])
        return node

    # ---- reductions ----

    def reduced(self, obj, value, reducer=None):
        """save_reduce() of what a reducer returned."""
        if isinstance(value, str):
            return self.walk_global(obj, value)
        if type(value) is not tuple and not isinstance(value, tuple):
            raise Unrepresentable("reducer returned %r" % (value,))
        if not 2 <= len(value) <= 6:
            raise Unrepresentable("reduce tuple of %d" % len(value))
        f, args, state, items, pairs, state_setter = (
            tuple(value) + (None,) * (6 - len(value)))
        self.keep.append(value)
        if not callable(f) or type(args) is not tuple:
            raise Unrepresentable("not a call: %r" % (value,))
        for given in (items, pairs):
            if given is not None and not hasattr(given, "__next__"):
                raise Unrepresentable("no iterator")
        if self.proto >= 2:
            name = getattr(f, "__name__", "")
            if name == "__newobj__":
                if state_setter is not None or not args:
                    raise Unrepresentable("__newobj__")
                if obj.__class__ is not args[0]:
                    raise Unrepresentable("__newobj__ of another class")
                return self.instance(obj, args[0], list(args[1:]), state,
                                     items, pairs)
            if name == "__newobj_ex__":
                if len(args) != 3 or obj.__class__ is not args[0] or (
                        not isinstance(args[1], tuple)
                        or not isinstance(args[2], dict)):
                    raise Unrepresentable("__newobj_ex__")
                return self.instance(obj, args[0], args[1], state, items,
                                     pairs, args[2])
        node = self.enter("o", obj)
        parts = {"f": self.walk(f)}
        node.parts = parts
        visits = node.refs
        parts["args"] = self.walk(args)
        if node.refs > visits and reducer is not None:
            self.check_again(args, reducer(obj)[1])
        self.rest(parts, state, items, pairs)
        if state_setter is not None:
            parts["setter"] = self.walk(state_setter)
        if self.natives:
            native.mark(node, self.native_uses)
        return node

    @staticmethod
    def check_again(args, again):
        """A cycle through the arguments makes the pickler reduce the object
        once more; the text has but one reduction."""
        if len(args) != len(again) or any(
                a is not b for a, b in zip(args, again)):
            raise Unrepresentable("another reduction each time")

    def rest(self, parts, state, items, pairs):
        """Items, pairs and state, in the order in which they are saved."""
        if items is not None:
            parts["items"] = [self.walk(x) for x in items]
        if pairs is not None:
            parts["pairs"] = [(self.walk(k), self.walk(v)) for k, v in pairs]
        if state is not None:
            parts["state"] = self.walk(state)

    def instance(self, obj, cls, args, state, items, pairs, kwargs=None,
                 base=""):
        if kwargs is not None and self.proto in (2, 3) and not own_new(cls):
            partial = functools.partial(cls.__new__, cls, *args, **kwargs)
            return self.reduced(obj, (partial, (), state, items, pairs))
        node = self.enter("n", obj)
        parts = {"f": self.walk(cls), "base": base}
        node.parts = parts
        if type(args) is tuple:
            parts["args"] = self.walk(args)
        else:
            parts["args"] = Node("t", args, [self.walk(x) for x in args])
        if kwargs is not None:
            parts["kwargs"] = self.walk(kwargs)
        self.rest(parts, state, items, pairs)
        return node

    def default_reduction(self, obj):
        """object.__reduce_ex__: one text for all protocols, where it can be.

        Protocols 0 and 1 go through copyreg._reduce_ex; BASE tells an engine
        what it would find there.
        """
        new = obj.__reduce_ex__(2)
        try:
            old = obj.__reduce_ex__(0)
        except TypeError as error:
            # Protocols 0 and 1 refuse it; for another reason than slots
            # there is no BASE that would say so.
            slots = "__slots__" in str(error)
            if not slots and self.proto < 2:
                raise
            self.keep.append(new)
            return self.from_new(obj, new, "-" if slots else "")
        self.keep += [new, old]
        base = self.same_base(old, new)
        if self.proto >= 2:
            return self.from_new(obj, new, base or "")
        if base is None:
            return self.reduced(obj, old)
        args, state, items, pairs = (new + (None,) * 5)[1:5]
        if obj.__class__ is not args[0]:
            return self.reduced(obj, old)
        bare, kwargs = self.new_arguments(new)
        if len(old) > 2:
            state = old[2]
        inner = old[1][2]
        if base in ("int", "float", "str", "bytes", "tuple"):
            bare = [inner]
        elif base == "list":
            items = inner
        elif base == "dict":
            pairs = inner.items()
        return self.instance(obj, args[0], bare, state, items, pairs, kwargs,
                             base)

    @staticmethod
    def new_arguments(new):
        """(args, kwargs) of a protocol 2 reduction."""
        f, args = new[:2]
        if f.__name__ == "__newobj_ex__":
            return args[1], args[2]
        return list(args[1:]), None

    def from_new(self, obj, new, base):
        f, args, state, items, pairs = (new + (None,) * 5)[:5]
        if obj.__class__ is not args[0]:
            raise Unrepresentable("__newobj__ of another class")
        bare, kwargs = self.new_arguments(new)
        return self.instance(obj, args[0], bare, state, items, pairs, kwargs,
                             base)

    @staticmethod
    def same_base(old, new):
        """The BASE under which `new` also tells what `old` is, or None."""
        cls, base, inner = old[1]
        name = BASES.get(base)
        if old[0] is not copyreg._reconstructor or name is None:
            return None
        args, kwargs = Walker.new_arguments(new)
        state, items, pairs = (new + (None,) * 5)[2:5]
        if len(old) == 2 and state is not None and (
                type(state) not in FALSY or state):
            return None
        if len(old) > 2 and (type(old[2]) is not type(state)):
            return None
        if name == "":
            return name if inner is None and (
                items is None and pairs is None) else None
        if kwargs:
            return None
        if name in ("list", "dict"):
            return name if not args else None
        return name if len(args) == 1 and type(args[0]) is base and (
            args[0] == inner or inner != inner) else None


def own_new(cls):
    """Whether cls.__new__ is pickled as the global CLS.__new__."""
    new = cls.__new__
    return (isinstance(new, types.FunctionType)
            and new.__module__ == cls.__module__
            and new.__qualname__ == cls.__qualname__ + ".__new__")


FALSY = (bool, int, float, str, bytes, tuple, list, dict, set, frozenset)
EXACT = {str, bytes, bytearray, pickle.PickleBuffer, tuple, list, dict, set,
         frozenset}


def snapshot(obj, proto, options=None, pure_python=False, natives=None):
    """The canonical text of obj for a dump request at one protocol."""
    walker = Walker(proto, options, pure_python, natives)
    root = walker.walk(obj)
    return Writer(walker).text(root)
