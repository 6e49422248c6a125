#!/usr/bin/env python3
"""Usage: PYTHON connection_interop.py PEER

Connects the Python that runs this with the C program PEER (connection_peer.c),
both ways: listeners and clients of each family, each dialect of the handshake,
keys right, wrong, long, empty and missing, messages and objects, and the
resource sharer. After each part C has the descriptors it had, all of them
close-on-exec. Closes with a count."""

import inspect
import os
import subprocess
import sys
import tempfile
import threading
import time
from multiprocessing import connection, current_process, resource_sharer
from multiprocessing.context import AuthenticationError

from interop import VERSION, check, closing

DIALECTS = (308, 311, 312, 314)
KEY = b"secret"
SHARERS_KEY = b"pickleproof"
SIZES = (0, 1, 255, 256, 16380, 16384, 16385, 65536, 65537, 100000, 1 << 20)
# A listener with an empty key asks for none before bpo-44144's fix.
EMPTY_IS_KEY = "is not None" in inspect.getsource(connection.Listener.accept)
CLOEXEC = 0o2000000


def hexed(key):
    return "none" if key is None else key.hex() or "empty"


def to_word(address):
    if isinstance(address, tuple):
        return "inet:%s:%d" % address
    return "unix:" + (address.encode() if isinstance(address, str)
                      else address).hex()


def of_word(word):
    kind, rest = word.split(":", 1)
    if kind == "inet":
        host, port = rest.rsplit(":", 1)
        return host, int(port)
    raw = bytes.fromhex(rest)
    return raw if raw[:1] == b"\0" else raw.decode()


class Peer:
    """The C program."""

    def __init__(self, program, keep=()):
        self.process = subprocess.Popen(
            [program], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            universal_newlines=True, pass_fds=keep)
        self.given = set(keep) | {0, 1, 2}
        self.ask("errors")  # it has started

    def start(self, *words):
        self.process.stdin.write(" ".join(map(str, words)) + "\n")
        self.process.stdin.flush()

    def answer(self):
        return self.process.stdout.readline().strip()

    def ask(self, *words):
        self.start(*words)
        return self.answer()

    def fds(self):
        return set(map(int, os.listdir("/proc/%d/fd" % self.process.pid)))

    def inheritable(self):
        """Descriptors of its own that a program it starts would get."""
        found = []
        for fd in self.fds() - self.given:
            with open("/proc/%d/fdinfo/%d" % (self.process.pid, fd)) as info:
                flags = int(info.read().split("flags:")[1].split()[0], 8)
            if not flags & CLOEXEC:
                found.append(fd)
        return found

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.process.stdin.close()
        check(self.process.wait(60) == 0, "the peer ends well")
        self.process.stdout.close()


def call(function, *args, **kwargs):
    """Run it in a thread, as the other end has to go on meanwhile."""
    result = []

    def run():
        try:
            result.append(function(*args, **kwargs))
        except Exception as error:
            result.append(error)
    thread = threading.Thread(target=run, daemon=True)
    thread.start()

    def wait():
        thread.join(30)
        return result[0] if result else TimeoutError("no end")
    return wait


# ---- both kinds of meeting ----

def c_listens(peer, address, c_key, py_key, dialect):
    """(C's answer, Python's connection or exception)"""
    word = "any" if address is None else to_word(address)
    told = peer.ask("listen", word, hexed(c_key), dialect)
    check(told.startswith("ok "), "C listens", told)
    peer.start("accept")
    wait = call(connection.Client, of_word(told.split()[1]), authkey=py_key)
    told = peer.answer()
    got = wait()
    check(not peer.inheritable(), "close-on-exec, listening",
          peer.inheritable())
    peer.ask("deaf")
    return told, got


def c_connects(peer, address, c_key, py_key, dialect):
    listener = connection.Listener(address, authkey=py_key)
    wait = call(listener.accept)
    told = peer.ask("connect", to_word(listener.address), hexed(c_key), dialect)
    got = wait()
    check(not peer.inheritable(), "close-on-exec, connected",
          peer.inheritable())
    listener.close()
    return told, got


def addresses(folder):
    return (("unix", os.path.join(folder, "socket")),
            ("abstract", "\0pickleproof-%d" % os.getpid()),
            ("inet", ("127.0.0.1", 0)), ("none", None))


# ---- messages ----

def talk(peer, conn, name):
    good = True
    for size in SIZES:
        data = bytes(i % 251 for i in range(size))
        peer.start("echo", 1)
        conn.send_bytes(data)
        good = good and conn.recv_bytes() == data and peer.answer() == "ok"
    check(good, name + ": messages come back")
    for what in objects():
        peer.start("again", 1)
        conn.send(what)
        got = conn.recv()
        check(got == what and peer.answer() == "ok", name + ": objects", got)
    # Several sent before any is read.
    peer.start("echo", 100)
    for i in range(100):
        conn.send_bytes(b"%d" % i)
    check([conn.recv_bytes() for i in range(100)]
          == [b"%d" % i for i in range(100)] and peer.answer() == "ok",
          name + ": a hundred at once")


def objects():
    shared = [1, 2]
    return (None, True, 0, -1, 2 ** 100, 1.5, "text \u20ac", b"bytes", [], (),
            {}, [1, [2, (3, {"a": {4}})]], {"k": shared, "again": shared},
            b"x" * 100000, list(range(20000)), frozenset({1, 2}))


def waits(peer, conn, name):
    check(peer.ask("poll", 0) == "ok 0", name + ": nothing to read")
    conn.send_bytes(b"x")
    check(peer.ask("poll", 1000) == "ok 1", name + ": something to read")
    check(peer.ask("recv", 1) == "ok 1 120", name + ": at the limit")
    peer.start("poll", 2000)
    time.sleep(0.05)
    conn.send_bytes(b"y")
    check(peer.answer() == "ok 1", name + ": wakes")
    check(peer.ask("recv", 10) == "ok 1 121", name + ": received")


def limits(program):
    """What is too long stays unread, so nothing after it is read."""
    with Peer(program) as peer:
        conn = c_listens(peer, None, None, None, VERSION)[1]
        conn.send_bytes(b"y")
        check(peer.ask("recv", 0) == "err OSError bad message length",
              "over the limit")
        check(peer.ask("recv", 10) == "err OSError connection is write-only",
              "only writes now")
        check(peer.ask("send", 5) == "ok"
              and conn.recv_bytes() == bytes(range(5)), "still writes")
        conn.close()


def ends(peer, conn, name):
    check(peer.ask("send", 3) == "ok", name + ": C sends last")
    peer.ask("hang")
    check(conn.recv_bytes() == b"\0\1\2", name + ": the last message")
    try:
        conn.recv_bytes()
        error = None
    except (EOFError, ConnectionResetError) as raised:
        error = raised
    check(isinstance(error, EOFError), name + ": the end", repr(error))
    conn.close()


# ---- parts ----

def families(program, folder):
    for way in (c_listens, c_connects):
        for name, address in addresses(folder):
            for key in (None, KEY):
                label = "%s %s %s" % (way.__name__, name, hexed(key))
                with Peer(program) as peer:
                    before = peer.fds()
                    told, conn = way(peer, address, key, key, VERSION)
                    check(told == "ok" and isinstance(
                        conn, connection.Connection), label, told, conn)
                    if told != "ok":
                        continue
                    talk(peer, conn, label)
                    waits(peer, conn, label)
                    ends(peer, conn, label)
                    check(peer.fds() == before, label + ": C's descriptors",
                          peer.fds())


def handshakes(program):
    """Each dialect and key, and both sides' words when keys differ."""
    long_key = bytes(i % 256 for i in range(1000))
    with Peer(program) as peer:
        before = peer.fds()
        for way in (c_listens, c_connects):
            for dialect in DIALECTS:
                for key in (KEY, b"k", long_key, b"\0" * 64, b"x" * 65):
                    label = "%s as %d, key of %d" % (way.__name__, dialect,
                                                     len(key))
                    told, conn = way(peer, None, key, key, dialect)
                    check(told == "ok", label, told, conn)
                    ends_well(peer, conn, label)
                wrong_key(peer, way, dialect)
        empty_key(peer)
        check(peer.fds() == before, "C's descriptors after handshakes")


def ends_well(peer, conn, label):
    if isinstance(conn, Exception):
        return
    peer.start("echo", 1)
    conn.send_bytes(b"hello")
    check(conn.recv_bytes() == b"hello" and peer.answer() == "ok", label)
    peer.ask("hang")
    conn.close()


def wrong_key(peer, way, dialect):
    label = "%s as %d, wrong key" % (way.__name__, dialect)
    server, client = "digest received was wrong", "digest sent was rejected"
    told, error = way(peer, None, KEY, b"wrong!", dialect)
    if way is c_connects:
        server, client = client, server
    check(told == "err AuthenticationError " + server, label, told)
    check(isinstance(error, AuthenticationError) and str(error) == client,
          label, repr(error))


def empty_key(peer):
    told, conn = c_listens(peer, None, b"", b"", VERSION)
    check(told == "ok", "C listens with an empty key", told, conn)
    ends_well(peer, conn, "C listens with an empty key")
    told, conn = c_connects(peer, None, b"" if EMPTY_IS_KEY else None, b"",
                            VERSION)
    check(told == "ok", "C connects with an empty key", told, conn)
    ends_well(peer, conn, "C connects with an empty key")
    if not EMPTY_IS_KEY:
        # This Python waits for a message, and C for a challenge.
        told, conn = c_connects(peer, None, b"", b"", VERSION)
        check(told.startswith("err TimeoutError"), "an empty key is none", told)
        conn.close()


def only_one_has_a_key(program):
    with Peer(program) as peer:
        told, conn = listener_alone(peer)
        check(told.startswith("err AuthenticationError"), "C alone has a key",
              told)
        conn.close()


def listener_alone(peer):
    """Python's first message is taken for an answer."""
    told = peer.ask("listen", "any", hexed(KEY), VERSION)
    peer.start("accept")
    conn = connection.Client(of_word(told.split()[1]))
    conn.send(["no", "answer"])
    told = peer.answer()
    peer.ask("deaf")
    return told, conn


# ---- the resource sharer ----

def sharer_to_c(program):
    r, w = os.pipe()
    inode = os.fstat(r).st_ino
    dup = resource_sharer.DupFd(r)
    address, key = dup._id
    words = (to_word(address), key, VERSION)
    with Peer(program) as peer:
        before = peer.fds()
        said = []
        saved, sys.excepthook = sys.excepthook, \
            lambda kind, value, trace: said.append(kind.__name__)
        check(peer.ask("fetch", *words + (b"wrong!".hex(),))
              == "err AuthenticationError digest sent was rejected",
              "C fetches with a wrong authkey")
        check(peer.ask("fetch", *words + (SHARERS_KEY.hex(),))
              == "ok %d" % inode, "C fetches")
        check(peer.ask("fetch", *words + (SHARERS_KEY.hex(),))
              .startswith("err EOFError"), "C fetches once")
        check(peer.fds() == before, "C's descriptors after fetching")
        resource_sharer.stop()
        sys.excepthook = saved
        check(said == ["AuthenticationError", "KeyError"], "Python says", said)
        check(peer.ask("fetch", *words + (SHARERS_KEY.hex(),)) in
              ("err OSError 2", "err OSError 111"), "C fetches from nobody")
    os.close(r)
    os.close(w)


def fetch(address, key):
    """What DupFd.detach() does; a DupFd needs a pickle to be made of these."""
    dup = resource_sharer.DupFd.__new__(resource_sharer.DupFd)
    dup._id = (address, key)
    return dup.detach()


def refused(address, key):
    try:
        os.close(fetch(address, key))
        return "nothing"
    except Exception as error:
        return type(error).__name__


def sharer_from_c(program):
    r, w = os.pipe()
    inode = os.fstat(r).st_ino
    with Peer(program, keep=(r,)) as peer:
        before = peer.fds()
        for i in range(1, 21):
            word, key = peer.ask("share", r, VERSION).split()[1:]
            address = of_word(word)
            check(int(key) == i, "keys count", key)
            if i % 2:
                fd = fetch(address, int(key))
                check(os.fstat(fd).st_ino == inode, "Python fetches")
                os.close(fd)
        check(not peer.inheritable(), "close-on-exec, sharing")
        check(refused(address, 1) == "EOFError", "Python fetches once")
        check(refused(address, 99) == "EOFError", "no such key")
        current_process().authkey = b"wrong!"
        check(refused(address, 2) == "AuthenticationError", "wrong authkey")
        current_process().authkey = SHARERS_KEY
        stalled = connection.Client(address)  # and nothing more
        fd = fetch(address, 2)  # after the stalled one's time
        check(os.fstat(fd).st_ino == inode, "Python fetches behind it")
        os.close(fd)
        stalled.close()
        check(peer.ask("stop") == "ok", "C stops")
        check(peer.ask("errors") == "ok KeyError KeyError AuthenticationError "
              "TimeoutError", "C says")
        check(refused(address, 4) == "FileNotFoundError", "C's file is gone")
        check(peer.fds() == before, "C's descriptors after sharing")
        check(peer.ask("share", r, VERSION).endswith(" 21"), "keys go on")
    check(not os.path.exists(os.path.dirname(address)), "C's folder is gone")
    os.close(r)
    os.close(w)


def main():
    program = os.path.abspath(sys.argv[1])
    current_process().authkey = SHARERS_KEY
    with tempfile.TemporaryDirectory() as folder:
        families(program, folder)
    handshakes(program)
    only_one_has_a_key(program)
    limits(program)
    sharer_to_c(program)
    sharer_from_c(program)
    return closing("connections")


if __name__ == "__main__":
    sys.exit(main())
