"""multiprocessing as it is on Windows, imported here.

The standard library's own Windows branch, with stand-ins for the modules that
are not there: what the kernel would be asked for has fixed answers. Only for
pickling; nothing is sent and no handle exists. entered() puts these modules in
the place of the usual ones. Opens and writes nothing.
"""
import contextlib
import importlib
import sys
import types

PID = 4321
NAMES = ("reduction", "resource_sharer", "connection", "heap")
CONSTANTS = {
    "PROCESS_DUP_HANDLE": 0x40, "DUPLICATE_SAME_ACCESS": 2,
    "DUPLICATE_CLOSE_SOURCE": 1, "FILE_GENERIC_READ": 0x120089,
    "FILE_GENERIC_WRITE": 0x120116, "WAIT_OBJECT_0": 0,
    "WAIT_ABANDONED_0": 0x80, "WAIT_TIMEOUT": 0x102, "INFINITE": 0xffffffff,
    "ERROR_BROKEN_PIPE": 109, "ERROR_NETNAME_DELETED": 64}
_modules = {}


def stand_in(name, members):
    module = types.ModuleType(name)
    module.__dict__.update(members)
    return module


def stand_ins():
    """Modules of Windows. DuplicateHandle gives the handle it was asked for."""
    def nothing(*args):
        return None
    winapi = dict(CONSTANTS, GetCurrentProcess=lambda: -1,
                  OpenProcess=nothing, CloseHandle=nothing,
                  DuplicateHandle=lambda source, handle, *rest: handle)
    names = ("send", "recv", "closesocket", "SemLock", "sem_unlink")
    return {"_winapi": stand_in("_winapi", winapi),
            "msvcrt": stand_in("msvcrt", {}),
            "_multiprocessing": stand_in(
                "_multiprocessing", dict.fromkeys(names, nothing))}


def mine():
    """The names in sys.modules that are other modules on Windows."""
    return [n for n in sys.modules if n.split(".")[0] in (
        "multiprocessing", "_winapi", "msvcrt", "_multiprocessing")]


@contextlib.contextmanager
def entered():
    """sys.modules, and sys.platform, as on Windows."""
    kept = {n: sys.modules.pop(n) for n in mine()}
    platform, sys.platform = sys.platform, "win32"
    try:
        sys.modules.update(_modules or stand_ins())
        yield
    finally:
        sys.platform = platform
        for name in mine():
            module = sys.modules.pop(name)
            _modules[name] = module
        sys.modules.update(kept)


def load():
    """{name: module} of multiprocessing on Windows."""
    with entered():
        found = {n: importlib.import_module("multiprocessing." + n)
                 for n in NAMES}
        found["reduction"].os = types.SimpleNamespace(getpid=lambda: PID)
    return types.SimpleNamespace(**found)
