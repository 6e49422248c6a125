"""Verbs of a peer for descriptors of all kinds. See peer.py."""
import ctypes
import os
import select
import socket
import stat
import tempfile

from peer_names import NotHere, verbs

DIGITS = b"0123456789"


# ---- open ----

def make_file(things, flags):
    fd, path = tempfile.mkstemp(prefix="file-")
    things.files.append(path)
    os.write(fd, DIGITS)
    os.close(fd)
    return os.open(path, flags)


def unlinked(things):
    fd = make_file(things, os.O_RDWR)
    os.unlink(things.files[-1])
    return fd


def eventfd():
    if hasattr(os, "eventfd"):
        return os.eventfd(0)
    fd = ctypes.CDLL(None, use_errno=True).eventfd(0, os.O_CLOEXEC)
    if fd < 0:
        raise NotHere("eventfd")
    return fd


def memfd():
    if not hasattr(os, "memfd_create"):
        raise NotHere("memfd")
    return os.memfd_create("peer")


def epoll():
    if not hasattr(select, "epoll"):
        raise NotHere("epoll")
    made = select.epoll()
    fd = os.dup(made.fileno())
    made.close()
    return fd


def bound(kind):
    """A socket bound to this machine, and its port."""
    made = socket.socket(socket.AF_INET, kind)
    made.bind(("127.0.0.1", 0))
    if kind == socket.SOCK_STREAM:
        made.listen(8)
    port = made.getsockname()[1]
    return made.detach(), port


def pair():
    return [end.detach() for end in socket.socketpair()]


ONE = {"file": lambda things: make_file(things, os.O_RDWR),
       "file-ro": lambda things: make_file(things, os.O_RDONLY),
       "unlinked": unlinked,
       "dir": lambda things: os.open(tempfile.gettempdir(), os.O_RDONLY),
       "null": lambda things: os.open(os.devnull, os.O_RDWR),
       "path": lambda things: make_file(things, os.O_PATH),
       "eventfd": lambda things: eventfd(),
       "memfd": lambda things: memfd(),
       "epoll": lambda things: epoll()}
TWO = {"pipe": os.pipe, "socketpair": pair, "pty": os.openpty}
BOUND = {"tcp-listener": socket.SOCK_STREAM, "udp": socket.SOCK_DGRAM}


def open_(things, kind, *names):
    if kind in BOUND:
        fd, port = bound(BOUND[kind])
        things.add(names[0], fd)
        return (port,)
    fds = TWO[kind]() if kind in TWO else [ONE[kind](things)]
    for name, fd in zip(names, fds):
        things.add(name, fd)
    return ()


# ---- any descriptor ----

def close(things, *names):
    for name in names:
        things.find(name).close()
    return ()


def dup(things, name, new, number=None):
    fd = things.fd(name)
    things.add(new, os.dup(fd) if number is None
               else os.dup2(fd, number, inheritable=False))
    return ()


def many(things, name, count):
    first = make_file(things, os.O_RDONLY)
    for i in range(count):
        things.add("%s%d" % (name, i), first if i == 0 else os.dup(first))
    return ()


def read(things, name, length):
    fd, data = things.fd(name), b""
    while len(data) < length:
        more = os.read(fd, length - len(data))
        if not more:
            break
        data += more
    return (data,)


def write(things, name, data):
    fd, done = things.fd(name), 0
    while done < len(data):
        done += os.write(fd, data[done:])
    return (done,)


def seek(things, name, offset):
    return (os.lseek(things.fd(name), offset, os.SEEK_SET),)


def kind(things, name):
    fd = things.fd(name)
    mode = os.fstat(fd).st_mode
    for test, word in ((stat.S_ISFIFO, "fifo"), (stat.S_ISSOCK, "socket"),
                       (stat.S_ISREG, "file"), (stat.S_ISDIR, "dir"),
                       (stat.S_ISCHR, "char")):
        if test(mode):
            return (word,)
    return ("anon",)


def inheritable(things, name):
    return (os.get_inheritable(things.fd(name)),)


def blocking(things, name):
    return (os.get_blocking(things.fd(name)),)


verbs(open=open_, close=close, dup=dup, many=many, read=read, write=write,
      seek=seek, kind=kind, inheritable=inheritable, blocking=blocking)
