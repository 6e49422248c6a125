"""Names of a peer of scenarios and what they stand for; descriptors of all kinds.

See harness/scenarios/README.md. Only for peer.py and its other modules.
"""
import errno
import multiprocessing.connection as connection
import os
import resource
import select
import socket
import stat
import tempfile

DIRECTIONS = {"r": (True, False), "w": (False, True), "rw": (True, True)}
names = {}          # name -> Thing
state = {"limit": None, "children": [], "files": [], "made": 0, "chan": None}


class NotHere(Exception):
    """This system or build has it not; the message is one word."""


class Thing:
    def __init__(self, fd, direction="rw"):
        self.fd, self.direction = fd, direction
        self.conn = self.listener = None

    def fileno(self):
        if self.listener is not None:
            return self.listener._listener._socket.fileno()
        if self.conn is not None:
            return -1 if self.conn.closed else self.conn.fileno()
        return self.fd

    def close(self):
        if self.listener is not None:
            self.listener.close()
        elif self.conn is not None:
            self.conn.close()
        elif self.fd >= 0:
            os.close(self.fd)
        self.fd = -1

    def connection(self):
        if self.conn is None:
            if self.fd < 0:
                raise OSError("handle is closed")
            self.conn = connection.Connection(self.fd, *DIRECTIONS[self.direction])
        return self.conn


def add(name, fd, direction="rw"):
    if name in names:
        names[name].close()
    names[name] = Thing(fd, direction)
    return names[name]


class sock:
    """The socket module's view of a descriptor, for a while."""

    def __init__(self, name):
        fd = names[name].fileno()
        if fd < 0:
            raise OSError(errno.EBADF, os.strerror(errno.EBADF))
        self.socket = socket.socket(fileno=fd)

    def __enter__(self):
        return self.socket

    def __exit__(self, *_):
        self.socket.detach()


def number(word):
    return int(word[1:].replace("i", ""), 16)


def num(value):
    return "i%s%x" % ("-" if value < 0 else "", abs(value))


def data_of(word):
    return bytes.fromhex(word[2:])


def hexed(data):
    return "x:" + bytes(data).hex()


def keys_of(words):
    return dict(w.split("=", 1) for w in words
                if "=" in w and not w.startswith(("v:", "x:")))


def descriptors():
    """Those that are open, without the one that looks."""
    return {n for n in map(int, os.listdir("/proc/self/fd")) if is_open(n)}


def is_open(fd):
    try:
        os.fstat(fd)
        return True
    except OSError:
        return False


def close(words):
    for name in words:
        names[name].close()
    return ""


def dup(words):
    old = names[words[0]]
    if len(words) > 2:
        fd = os.dup2(old.fileno(), number(words[2]), inheritable=False)
    else:
        fd = os.dup(old.fileno())
    add(words[1], fd, old.direction)
    return ""


def many(words):
    first = None
    for i in range(number(words[1])):
        fd = make_file(os.O_RDWR) if first is None else os.dup(first)
        first = fd if first is None else first
        add("%s%d" % (words[0], i), fd)
    return ""


# ---- open ----

def make_file(flags):
    state["made"] += 1
    path = os.path.join(tempfile.gettempdir(),
                        "file-%d-%d" % (os.getpid(), state["made"]))
    with open(path, "wb") as stream:
        stream.write(b"0123456789")
    state["files"].append(path)
    return os.open(path, flags)


def remove_files():
    for path in state["files"]:
        try:
            os.unlink(path)
        except OSError:
            pass
    del state["files"][:]


def open_unlinked():
    fd = make_file(os.O_RDWR)
    os.unlink(state["files"].pop())
    return fd


SINGLE = {
    "file": lambda: make_file(os.O_RDWR),
    "file-ro": lambda: make_file(os.O_RDONLY),
    "unlinked": open_unlinked,
    "dir": lambda: os.open(tempfile.gettempdir(), os.O_RDONLY | os.O_DIRECTORY),
    "null": lambda: os.open("/dev/null", os.O_RDWR),
    "path": lambda: make_file(getattr(os, "O_PATH", 0o10000000)),
    "eventfd": lambda: eventfd(),
    "memfd": lambda: os.memfd_create("pickleproof"),
    "epoll": lambda: keep_open(select.epoll()),
}


def keep_open(owner):
    fd = os.dup(owner.fileno())
    owner.close()
    return fd


def eventfd():
    if hasattr(os, "eventfd"):
        return os.eventfd(0, os.EFD_CLOEXEC)
    import ctypes
    return ctypes.CDLL(None).eventfd(0, 0o2000000)


def open_thing(words):
    kind = words[0]
    if kind in SINGLE:
        add(words[1], SINGLE[kind]())
    elif kind == "pipe":
        r, w = os.pipe()
        add(words[1], r, "r")
        add(words[2], w, "w")
    elif kind == "socketpair":
        for name, end in zip(words[1:], socket.socketpair()):
            add(name, end.detach())
    elif kind == "pty":
        try:
            pair = os.openpty()
        except OSError:
            raise NotHere("pty")    # a system without terminals
        for name, fd in zip(words[1:], pair):
            add(name, fd)
    else:
        end = socket.socket(type=socket.SOCK_DGRAM if kind == "udp"
                            else socket.SOCK_STREAM)
        end.bind(("127.0.0.1", 0))
        if kind != "udp":
            end.listen(8)
        port = end.getsockname()[1]
        add(words[1], end.detach())
        return num(port)
    return ""


# ---- files ----

def has_messages(fd):
    if not stat.S_ISSOCK(os.fstat(fd).st_mode):
        return False
    with socket.socket(fileno=os.dup(fd)) as end:
        return end.type != socket.SOCK_STREAM


def read(words):
    fd, want, got = names[words[0]].fileno(), number(words[1]), b""
    once = has_messages(fd) if fd >= 0 else False
    while len(got) < want:
        try:
            piece = os.read(fd, want - len(got))
        except OSError:
            if got:
                break
            raise
        got += piece
        if once or not piece:
            break
    return hexed(got)


def write(words):
    data, done = data_of(words[1]), 0
    while True:
        try:
            done += os.write(names[words[0]].fileno(), data[done:])
        except OSError:
            if done:
                break
            raise
        if done >= len(data):
            break
    return num(done)


def seek(words):
    return num(os.lseek(names[words[0]].fileno(), number(words[1]), 0))


def kind(words):
    mode = os.fstat(names[words[0]].fileno()).st_mode
    for test, word in ((stat.S_ISFIFO, "fifo"), (stat.S_ISSOCK, "socket"),
                       (stat.S_ISREG, "file"), (stat.S_ISDIR, "dir"),
                       (stat.S_ISCHR, "char")):
        if test(mode):
            return word
    return "anon"


def truth(value):
    return "T" if value else "F"


def inheritable(words):
    return truth(os.get_inheritable(names[words[0]].fileno()))


def blocking(words):
    return truth(os.get_blocking(names[words[0]].fileno()))


def unlimit():
    if state["limit"]:
        resource.setrlimit(resource.RLIMIT_NOFILE, state["limit"])
    state["limit"] = None


def limit(words):
    unlimit()
    if words[0] == "-":
        return ""
    count, fd, used = number(words[0]), 0, descriptors()
    while count > 0 or fd in used:
        count -= fd not in used
        fd += 1
    state["limit"] = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (fd, state["limit"][1]))
    return ""
