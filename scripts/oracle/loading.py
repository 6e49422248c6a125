"""Unpicklers that call nothing: what `load` means for the Python testee.

One function makes an unpickler for bytes and the keys of a request. The C
unpickler reads from a file that shows all its data to peek(), which it treats
as it does memory, and which tells afterwards how much was used.
"""
import io
import pickle

from describe import Persistent, describe
from recorder import Recorders

RECORDERS = Recorders()


def _make(base):
    class Loader(base):
        def find_class(self, module, name):
            return RECORDERS.find(super().find_class, module, name)

    class PersistentLoader(Loader):
        def persistent_load(self, pid):
            return Persistent(pid)
    return Loader, PersistentLoader


_C = _make(pickle.Unpickler)
_PURE = _make(pickle._Unpickler)


def buffers_of(text):
    """The `buffers=` key: [PickleBuffer, ...], or None without the key."""
    if text is None:
        return None
    found = []
    for part in [] if text == "-" else text.split(","):
        data = bytes.fromhex(part[1:])
        found.append(pickle.PickleBuffer(
            data if part[0] == "r" else bytearray(data)))
    return found


def arguments(keys):
    """Keyword arguments of Unpickler for the keys of a request."""
    if not keys:
        return {}
    kwargs = {"fix_imports": keys.get("fix_imports") != "0"}
    if "enc" in keys:
        kwargs["encoding"] = keys["enc"]
    if "errors" in keys:
        kwargs["errors"] = keys["errors"]
    if "buffers" in keys:
        kwargs["buffers"] = buffers_of(keys["buffers"])
    return kwargs


class Whole(io.BufferedReader):
    """Holds all the data in its buffer, and asks for no more than it has."""

    def __init__(self, data):
        super().__init__(io.BytesIO(data), len(data) + 1)
        self.size = len(data)

    def read(self, n=-1):
        # A read of a size that the pickle announces would take that memory;
        # loads() does not.
        return super().read(min(n, self.size))


def open_input(data, pure_python):
    return io.BytesIO(data) if pure_python else Whole(data)


def unpickler(file, keys, pure_python):
    classes = _PURE if pure_python else _C
    return classes[keys.get("pid") == "1"](file, **arguments(keys))


def load(data, keys, pure_python=False):
    """(texts, used): one text, or with `many` one for each pickle."""
    file = open_input(data, pure_python)
    loader = unpickler(file, keys, pure_python)
    many = keys.get("many")
    texts = [describe(loader.load(), RECORDERS)]
    while many and file.tell() < len(data):
        if many == "2":
            loader = unpickler(file, keys, pure_python)
        texts.append(describe(loader.load(), RECORDERS))
    return texts, file.tell()
