"""Decode side of the worker: bytes to values or exceptions.

Runs inside the interpreter that is asked. For a rejected pickle the offset of
the opcode at fault is found twice: by watching what the C unpickler reads from
a file, and by watching the dispatch of the Python one. It is reported only
where the two agree.
"""
import io
import pickle
import re

import loading
from encode_worker import Extensions
from opcodes import boundaries
from recipe import shrink_result
from recorder import Refused

_PRIVATE = re.compile(r" at 0x[0-9a-f]|Recorded|Opaque|from '/| object at ")


def outcome(data, keys, pure_python):
    """A form without its made_by."""
    try:
        texts, used = loading.load(data, keys, pure_python)
    except Exception as error:
        return rejection(error)
    rows = [shrink_result(t, t.encode("ascii")) for t in texts]
    if keys.get("many"):
        return {"values": rows, "used": used}
    return {"value": rows[0], "used": used}


def rejection(error):
    form = {"error": type(error).__name__}
    message = str(error)
    if message and not _PRIVATE.search(message) and len(message) < 300:
        form["message"] = message
    return form


class Watched(object):
    """A file without peek: the C unpickler reads just what it needs."""

    def __init__(self, data):
        self.file = io.BytesIO(data)
        self.last = 0

    def read(self, n=-1):
        self.last = self.file.tell()
        return self.file.read(n)

    def readline(self):
        self.last = self.file.tell()
        return self.file.readline()

    def readinto(self, buffer):
        self.last = self.file.tell()
        return self.file.readinto(buffer)


def offset_c(data, keys, form):
    """The opcode that the C unpickler stopped at, or None."""
    marks = boundaries(data)
    if marks is None:
        return None
    file = Watched(data)
    loader = loading.unpickler(file, keys, False)
    try:
        loader.load()
    except Exception as error:
        if rejection(error) != form:
            return None
    else:
        return None
    before = [at for at in marks if at <= file.last]
    return before[-1] if before else None


class Dispatch(dict):
    """The dispatch table of the Python unpickler, noting where it is."""

    def watch(self, loader, file):
        self.loader = loader
        self.file = file
        self.at = None

    def __getitem__(self, key):
        frame = self.loader._unframer.current_frame
        ahead = 0
        if frame:
            ahead = len(frame.getbuffer()) - frame.tell()
        self.at = self.file.tell() - ahead - 1
        run = dict.__getitem__(self, key)

        def call(loader):
            run(loader)
            self.at = None
        return call


def offset_py(data, keys):
    """The opcode that the Python unpickler stopped at."""
    file = io.BytesIO(data)
    loader = loading.unpickler(file, keys, True)
    table = Dispatch(pickle._Unpickler.dispatch)
    table.watch(loader, file)
    loader.dispatch = table
    try:
        loader.load()
    except pickle._Stop:
        return None
    except Exception:
        return len(data) if table.at is None else table.at
    return None


def plain(data):
    """Whether a pickle names no globals, so that pickle.loads is safe."""
    return not set(data) & set(b"ciRboPQ\x81\x82\x83\x84\x92\x93\x97")


def check_memory(data, keys, form):
    """loads() must do what a BufferedReader does; it reads from memory."""
    if keys or not plain(data):
        return
    try:
        pickle.loads(data)
        same = "error" not in form
    except Exception as error:
        same = rejection(error) == {k: v for k, v in form.items()
                                    if k != "offset"}
    if not same:
        raise AssertionError("loads and load differ on " + data.hex())


def decode(request):
    """{"c": form, "py": form}, or {"refused": why}."""
    data, keys = bytes.fromhex(request["in"]), request["keys"]
    forms = {}
    with Extensions(keys.get("ext")):
        try:
            for impl, pure in (("c", False), ("py", True)):
                forms[impl] = outcome(data, keys, pure)
            if all("error" in f for f in forms.values()) and (
                    not keys.get("many")):
                at = offset_c(data, keys, forms["c"])
                if at is not None and at == offset_py(data, keys):
                    forms["c"]["offset"] = forms["py"]["offset"] = at
        except Refused as refused:
            return {"refused": str(refused)}
        check_memory(data, keys, forms["c"])
    return forms
