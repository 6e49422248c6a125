"""What expressions of vectors/reduction may use besides pickleproof_kit.

Objects that multiprocessing.reduction and its neighbours pickle, made without
a process, a server or a lock behind them: descriptors are copies of one idle
socket, names and numbers are fixed. The classes are the standard library's own.
Imports all of multiprocessing, whose modules register reducers.
"""
import array                                            # noqa: F401
import collections
import ctypes
import functools
import math                                             # noqa: F401
import operator                                         # noqa: F401
import os
import queue as thread_queue                            # noqa: F401
import re                                               # noqa: F401
import socket
import sys
import threading                                        # noqa: F401
import types
from functools import partial                           # noqa: F401
from multiprocessing import (connection, context, heap, managers, pool,
                             popen_forkserver, popen_spawn_posix, process,
                             queues, reduction, resource_sharer,
                             shared_memory, sharedctypes, synchronize, util)

import winsim
from pickleproof_kit import With, func

ADDRESS = "/tmp/pymp-abcdefgh/listener-ijklmnop"
WINDOWS_ADDRESS = r"\\.\pipe\pyc-4321-0-abcdefgh"
BEHIND = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
# Up to 3.11.4 these enums pickled by name in 3.11 as in 3.10; a version has one
# form in the vectors, and that is its newest builds'.
ENUMS_BY_NAME = (3, 11) <= sys.version_info[:3] < (3, 11, 5)


# ---- methods ----

class Caller(object):
    """Methods of every kind, and nothing in its __dict__."""

    def f(self):
        return None

    @classmethod
    def cm(cls):
        return None

    @staticmethod
    def sm():
        return None

    def __private(self):
        return None

    def private(self):
        return self.__private

    def renamed(self):
        return None
    alias = renamed

    class Nested(object):
        def g(self):
            return None

        @classmethod
        def cm(cls):
            return None

        class Deeper(object):
            def h(self):
                return None

            @classmethod
            def cm(cls):
                return None


class Child(Caller):
    """Inherits its methods."""


class Stateful(object):
    def __init__(self, **state):
        self.__dict__.update(state)

    def f(self):
        return None


class SlotsCaller(object):
    __slots__ = ("x",)

    def f(self):
        return None


class ArgsCaller(object):
    """Made with arguments."""

    def __new__(cls, *args):
        self = object.__new__(cls)
        self.args = args
        return self

    def __getnewargs__(self):
        return self.args

    def __getstate__(self):
        return None

    def f(self):
        return None


class ListCaller(list):
    def f(self):
        return None


class DictCaller(dict):
    def f(self):
        return None


class IntCaller(int):
    def f(self):
        return None


class StateCaller(object):
    def __getstate__(self):
        return ("state", 1)

    def __setstate__(self, state):
        pass

    def f(self):
        return None


class MetaCaller(type):
    def f(cls):
        return None


WithMetaMethod = MetaCaller("WithMetaMethod", (object,),
                            {"__module__": __name__})


def nameless(owner):
    """A bound method whose function has no __name__."""
    return types.MethodType(functools.partial(func), owner)


def lost(owner):
    """A bound method of a function that its class does not hold."""
    return types.MethodType(func, owner)


# ---- partials ----

class PartialChild(functools.partial):
    """Not covered by the registration: that is by exact type."""


def attributed(made, **attributes):
    """A partial with attributes, which keeps it from being flattened."""
    made.__dict__.update(attributes)
    return made


# ---- descriptors, sockets, connections ----

def fd(number):
    """A descriptor of this number."""
    os.dup2(BEHIND.fileno(), number)
    return number


def sock(family, kind, proto=0, number=50):
    """A socket.socket that says these numbers, whatever the kernel's are."""
    if ENUMS_BY_NAME:
        raise NameError("enums of sockets, in this build of 3.11")
    return socket.socket(family, kind, proto, fileno=fd(number))


def member(name):
    """A member of one of the enums of module socket."""
    if ENUMS_BY_NAME:
        raise NameError("enums of sockets, in this build of 3.11")
    return getattr(socket, name)


class SocketChild(socket.socket):
    """Not covered by the registration."""


def closed_sock():
    made = sock(socket.AF_UNIX, socket.SOCK_STREAM)
    made.close()
    return made


def conn(readable=True, writable=True, number=56):
    return connection.Connection(fd(number), readable, writable)


_windows = []


def windows():
    """multiprocessing on Windows: .reduction, .connection, .heap, ..."""
    if not _windows:
        _windows.append(winsim.load())
    return _windows[0]


def on_windows(value, **options):
    return With(value, windows=True, **options)


def handle(number=0x204, access=0x120089, pid=None):
    return windows().reduction.DupHandle(number, access, pid)


def win_conn(readable=True, writable=True):
    return bare(windows().connection.Connection, _handle=fd(62),
                _readable=readable, _writable=writable)


def pipe_conn(readable=True, writable=True, number=0x208):
    return bare(windows().connection.PipeConnection, _handle=number,
                _readable=readable, _writable=writable)


def closed_conn():
    made = conn()
    made.close()
    return made


def spawn_fd(number):
    return bare(popen_spawn_posix._DupFd, fd=number)


def forkserver_fd(index):
    return bare(popen_forkserver._DupFd, ind=index)


def sharer_fd(key=1, address=ADDRESS):
    return bare(resource_sharer.DupFd, _id=(address, key))


# ---- other objects of multiprocessing ----

def bare(cls, **attributes):
    """An object without its constructor's resources."""
    made = cls.__new__(cls)
    made.__dict__.update(attributes)
    return made


def arena(size=4096, number=59):
    return bare(heap.Arena, size=size,
                fd=number if number < 0 else fd(number))


def block(start=0, stop=8, size=8, within=None):
    """A BufferWrapper."""
    return bare(heap.BufferWrapper, _state=(
        (within or arena(), start, stop), size))


def lock(cls=synchronize.Lock, handle=0x7f14fa7e2000, kind=1, maxvalue=1,
         name="/mp-00000001", fork=False):
    semaphore = types.SimpleNamespace(handle=handle, kind=kind,
                                      maxvalue=maxvalue, name=name)
    return bare(cls, _semlock=semaphore, _is_fork_ctx=fork)


def rlock():
    return lock(synchronize.RLock, 0x7f14fa7e1000, 0, 1, "/mp-00000002")


def semaphore(cls=synchronize.Semaphore, maxvalue=2147483647):
    return lock(cls, 0x7f14f9d28000, 1, maxvalue, "/mp-00000003")


def condition():
    return bare(synchronize.Condition, _lock=rlock(),
                _sleeping_count=semaphore(), _woken_count=semaphore(),
                _wait_semaphore=semaphore())


def event():
    return bare(synchronize.Event, _cond=condition(), _flag=semaphore())


def simple_queue():
    return bare(queues.SimpleQueue, _reader=conn(True, False, 60),
                _writer=conn(False, True, 61), _rlock=lock(), _wlock=lock())


def queue(cls=queues.Queue, **more):
    made = cls.__new__(cls)
    made.__dict__.update(
        _ignore_epipe=False, _maxsize=7, _reader=conn(True, False, 60),
        _writer=conn(False, True, 61), _rlock=lock(), _wlock=lock(),
        _sem=semaphore(synchronize.BoundedSemaphore, 7), _opid=17623, **more)
    return made


def joinable_queue():
    return queue(queues.JoinableQueue, _cond=condition(),
                 _unfinished_tasks=semaphore())


def shared(ctype, *args):
    """An object of shared memory, as RawValue and RawArray make it."""
    made = ctype(*args)
    made._wrapper = block(size=ctypes.sizeof(ctype))
    return made


def launched_shared(ctype, *args):
    """The same with the reducer that its first use registers."""
    return With(shared(ctype, *args), launch="spawn",
                register={ctype: sharedctypes.reduce_ctype})


def auth(key=b"kkkk"):
    return process.AuthenticationString(key)


def segment(name="psm_test17623", size=16):
    return bare(shared_memory.SharedMemory, _name="/" + name, _size=size)


def shareable_list():
    return bare(shared_memory.ShareableList, shm=segment("psl_test17623"))


def token(kind="list", address="/tmp/a", name="7f00"):
    return managers.Token(kind, address, name)


def proxy(cls=managers.ListProxy, **more):
    made = cls(token(), "pickle", authkey=b"kkkk", incref=False)
    made.__dict__.update(more)
    return made


def no_pool():
    return bare(pool.Pool, _state="TERMINATE")


def traced(error):
    return pool.ExceptionWithTraceback(error, None)


def spawn_process():
    config = {"authkey": auth(b"k" * 32), "semprefix": "/mp"}
    made = bare(context.SpawnProcess)
    made.__dict__.update(
        _identity=(1,), _config=config, _parent_pid=17623,
        _parent_name="MainProcess", _popen=None, _closed=False, _target=func,
        _args=([],), _kwargs={}, _name="SpawnProcess-1")
    return made


namespace = managers.Namespace
views = collections.OrderedDict
local = util.ForkAwareLocal
encoding_error = pool.MaybeEncodingError


# ---- ForkingPickler as a case wants it ----

class Sharer(object):
    """Registers nothing and names fixed addresses."""

    def __init__(self, address):
        self.address = address
        self.key = 0

    def register(self, send, close):
        close()
        self.key += 1
        return (self.address, self.key)


POPENS = {"spawn": popen_spawn_posix.Popen,
          "forkserver": popen_forkserver.Popen}


class Launch(object):
    """The state of the process while one value is pickled.

    Options of a With: launch (`spawn`, `forkserver`: a child of that kind is
    being started), address (of the sharer), register and copyreg ({type:
    reducer}, for this value only), abstract_reducer (one is made after that),
    windows (pickled as there).
    """

    def __init__(self, options):
        self.options = options
        self.undo = []

    def put(self, table, entries):
        before = dict(table)
        table.update(entries)
        self.undo.append(lambda: (table.clear(), table.update(before)))

    def __enter__(self):
        get = self.options.get
        if get("windows"):
            windows().resource_sharer._resource_sharer = Sharer(
                get("address", WINDOWS_ADDRESS))
            entered = winsim.entered()
            entered.__enter__()
            self.undo.append(lambda: entered.__exit__(None, None, None))
        before = resource_sharer._resource_sharer
        resource_sharer._resource_sharer = Sharer(get("address", ADDRESS))
        self.undo.append(lambda: setattr(
            resource_sharer, "_resource_sharer", before))
        self.put(reduction.ForkingPickler._extra_reducers, get("register", {}))
        self.put(reduction.copyreg.dispatch_table, get("copyreg", {}))
        if get("abstract_reducer"):
            reduction.AbstractReducer()
        kind = get("launch")
        popen = bare(POPENS[kind], _fds=[]) if kind else None
        context.set_spawning_popen(popen)

    def __exit__(self, *exc):
        context.set_spawning_popen(None)
        while self.undo:
            self.undo.pop()()


def pickler_class(options):
    """ForkingPickler, or the subclass that a case asks for."""
    base = reduction.ForkingPickler
    if options.get("windows"):
        base = windows().reduction.ForkingPickler
    if "own_reducers" in options:
        return type("Pickler", (base,), {
            "_extra_reducers": options["own_reducers"]})
    return base


def pickler(file, proto, keys, options):
    """A ForkingPickler; it takes its arguments by position only."""
    base = pickler_class(options)
    methods = {}
    for name in ("persistent_id", "reducer_override"):
        if name in options:
            hook = options[name]
            methods[name] = lambda self, obj, hook=hook: hook(obj)
    cls = type("Pickler", (base,), methods) if methods else base
    more = [options["buffer_callback"]] if "buffer_callback" in options else []
    made = cls(file, proto, keys.get("fix_imports") != "0", *more)
    if keys.get("fast") == "1":
        made.fast = True
    # What is registered now is too late for this one.
    cls._extra_reducers.update(options.get("late", {}))
    return made


def table(options):
    """The dispatch table that the pickler of this case has."""
    class Nothing(object):
        def write(self, data):
            pass
    return pickler_class(options)(Nothing(), 4).dispatch_table
