#!/usr/bin/env python3
"""Usage: PYTHON handles_interop.py PEER [SPAWNED_PYTHON]

Passes descriptors between the Python that runs this and the C program PEER
(handles_peer.c): sendfds, recvfds, send_handle, recv_handle, and DupFd in its
three forms, both ways, with that version's acknowledgement. What is refused is
put to Python and to C, which must say the same. Closes with a count."""

import os
import pickle
import socket
import subprocess
import sys
from multiprocessing import connection, context, current_process, forkserver, \
    popen_forkserver, popen_spawn_posix, reduction, resource_sharer
from multiprocessing.reduction import ForkingPickler

from interop import VERSION, check, closing, skip

HERE = os.path.dirname(os.path.abspath(__file__))
KEY = b"pickleproof"
SO_PASSCRED = 16
PYPY = sys.implementation.name == "pypy"


def inodes(fds):
    return [os.fstat(fd).st_ino for fd in fds]


def close_all(fds):
    for fd in fds:
        os.close(fd)


def is_open(fd):
    try:
        os.fstat(fd)
    except OSError:
        return False
    return True


def open_fds():
    # The one that lists them is among them, and closed by then.
    return set(filter(is_open, map(int, os.listdir("/proc/self/fd"))))


class Peer:
    """The C program at the other end of a socket pair."""

    def __init__(self, program, kind=socket.SOCK_STREAM, keep=(),
                 credentials=0):
        self.sock, theirs = socket.socketpair(socket.AF_UNIX, kind)
        theirs.setsockopt(socket.SOL_SOCKET, SO_PASSCRED, credentials)
        self.theirs = theirs.fileno()
        self.process = subprocess.Popen(
            [program, str(self.theirs), str(VERSION)],
            pass_fds=[self.theirs] + list(keep), stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, universal_newlines=True)
        theirs.close()
        self.ask("hello")  # once it answers, all that it opens is open

    def start(self, *words):
        self.process.stdin.write(" ".join(map(str, words)) + "\n")
        self.process.stdin.flush()

    def answer(self):
        return self.process.stdout.readline().strip()

    def ask(self, *words):
        self.start(*words)
        return self.answer()

    def inodes(self, *words):
        answer = self.ask(*words)
        return list(map(int, answer[2:].split())) if answer[:2] == "ok" \
            else answer

    def handles(self):
        return len(os.listdir("/proc/%d/fd" % self.process.pid))

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.sock.close()
        self.process.stdin.close()
        check(self.process.wait(60) == 0, "the peer ends well")
        self.process.stdout.close()


def some_fds(count):
    """As many descriptors, of seven files in turn."""
    fds = []
    for i in range(count):
        if i < 7:
            r, w = os.pipe()
            os.close(w)
            fds.append(r)
        else:
            fds.append(os.dup(fds[i % 7]))
    return fds


# ---- what works ----

def transfers(program, kind):
    sizes = (1, 2, 3, 16, 64, 253)
    fds = some_fds(max(sizes))
    with Peer(program, kind, fds) as peer:
        before = None
        for n in sizes:
            peer.start("recvfds", n)
            reduction.sendfds(peer.sock, fds[:n])
            check(peer.answer() == "ok " + " ".join(map(str, inodes(fds[:n]))),
                  "%d descriptors to C" % n)
            peer.start("sendfds", *fds[:n])
            got = reduction.recvfds(peer.sock, n)
            check(inodes(got) == inodes(fds[:n]), "%d from C" % n)
            check(peer.answer() == "ok", "%d from C, told" % n)
            close_all(got)
            before = before or peer.handles()
            check(peer.handles() == before, "C's descriptors after %d" % n)
    close_all(fds)


def handles(program):
    fds = some_fds(1)
    with Peer(program, keep=fds) as peer:
        conn = connection.Connection(os.dup(peer.sock.fileno()))
        peer.start("recv_handle")
        reduction.send_handle(conn, fds[0], peer.process.pid)
        check(peer.answer() == "ok %d" % inodes(fds)[0], "send_handle")
        peer.start("send_handle", fds[0])
        got = reduction.recv_handle(conn)
        check(inodes([got]) == inodes(fds), "recv_handle")
        check(peer.answer() == "ok", "recv_handle, told")
        os.close(got)
        conn.close()
    close_all(fds)


# ---- DupFd ----

def spawning(module, fds):
    """A Popen that is launching, as far as DupFd() looks at it."""
    popen = module.Popen.__new__(module.Popen)
    popen._fds = []
    context.set_spawning_popen(popen)
    try:
        made = [bytes(ForkingPickler.dumps(reduction.DupFd(fd))) for fd in fds]
    finally:
        context.set_spawning_popen(None)
    return popen._fds, made


def dupfd_to_c(program, fds):
    for module in (popen_spawn_posix, popen_forkserver):
        kept, made = spawning(module, fds)
        inherited = kept if module is popen_forkserver else []
        with Peer(program, keep=kept) as peer:
            got = [peer.inodes("detach", data.hex(), *inherited)[0]
                   for data in made]
            check(got == inodes(fds), module.__name__ + " to C", got)
    with Peer(program) as peer:
        made = [bytes(ForkingPickler.dumps(reduction.DupFd(fd))) for fd in fds]
        got = [peer.inodes("detach", data.hex())[0] for data in made]
        check(got == inodes(fds), "resource_sharer to C", got)


def dupfd_bytes(program, fds):
    """C writes the same pickles."""
    for form, module in (("spawn", popen_spawn_posix),
                         ("forkserver", popen_forkserver)):
        made = spawning(module, fds)[1]
        with Peer(program, keep=fds) as peer:
            peer.start("make", form, *fds)
            answer = peer.process.stdout.readline().split() \
                if form == "spawn" else forkserver_make(peer, fds)
            check(answer == ["ok"] + [data.hex() for data in made],
                  form + ": the pickle", answer)


def forkserver_make(peer, fds):
    """Receive what the forkserver's child would inherit, and keep it so."""
    got = reduction.recvfds(peer.sock, len(fds))
    words = peer.answer().split()
    server = forkserver._forkserver
    server._inherited_fds = got
    detached = [pickle.loads(bytes.fromhex(word)).detach()
                for word in words[1:]]
    server._inherited_fds = None
    check(detached == got and inodes(got) == inodes(fds),
          "forkserver from C", words)
    close_all(got)
    return words


def dupfd_from_c(program, python, fds):
    with Peer(program, keep=fds) as peer:
        words = peer.ask("make", "sharer", *fds).split()
        got = [pickle.loads(bytes.fromhex(word)).detach()
               for word in words[1:]]
        check(inodes(got) == inodes(fds), "resource_sharer from C", words)
        close_all(got)
        # Started anew, with nothing but the descriptors it needs.
        answer = peer.ask("exec", python,
                          os.path.join(HERE, "handles_child.py"), *fds)
        check(answer == " ".join(map(str, ["ok"] + inodes(fds) + [0])),
              "spawn from C", answer)


# ---- what is refused ----

def outcome(call):
    """What a call of Python's says, as the peer says it."""
    before = open_fds()
    try:
        got = call()
        text = "ok " + " ".join(map(str, inodes(got or ())))
    except OSError as error:
        text = "err OSError %s" % (error.errno or error)
    except Exception as error:
        text = "err %s %s" % (type(error).__name__, error)
    close_all(open_fds() - before)  # also what Python leaves open
    return text.strip()


def raw_send(sock, payload, *groups):
    from array import array
    sock.sendmsg([payload], [(socket.SOL_SOCKET, socket.SCM_RIGHTS,
                              array("i", fds)) for fds in groups])


def refusals(fds):
    """(name, kind of socket, what is sent, size asked for, credentials)"""
    stream, dgram = socket.SOCK_STREAM, socket.SOCK_DGRAM
    return (
        ("no control message", stream, (b"xy",), 1, 0),
        ("an end", stream, None, 1, 0),
        ("none sent", stream, (b"\0", []), 1, 0),
        ("none asked for", stream, (b"\1", fds[:1]), 0, 0),
        ("credentials, small", stream, (b"\1", fds[:1]), 1, 1),
        ("credentials, large", stream, (b"\1", fds[:1]), 20, 1),
        ("no byte", dgram, (b"", fds[:1]), 1, 0),
        ("number 5 of 1", stream, (b"\5", fds[:1]), 8, 0),
        ("number 0 of 2", stream, (b"\0", fds[:2]), 8, 0),
        ("3 where 2 fit", stream, (b"\3", fds[:3]), 2, 0),
        ("3 where 1 fits", stream, (b"\3", fds[:3]), 1, 0),
        ("2 where 1 fits", stream, (b"\2", fds[:2]), 1, 0),
        ("4 where 3 fit", stream, (b"\4", fds[:4]), 3, 0),
        ("fewer", stream, (b"\2", fds[:2]), 7, 0),
        ("two messages", stream, (b"\2", fds[:1], fds[1:2]), 2, 0),
        ("two bytes", stream, (b"\1\2", fds[:1]), 1, 0),
        ("datagram", dgram, (b"\2", fds[:2]), 2, 0),
    )


def send_what(sender, what):
    if what is None:
        sender.shutdown(socket.SHUT_WR)
    elif len(what) == 1:
        sender.send(what[0])
    else:
        raw_send(sender, *what)


def refused_alike(program, fds):
    for name, kind, what, size, credentials in refusals(fds):
        a, b = socket.socketpair(socket.AF_UNIX, kind)
        b.setsockopt(socket.SOL_SOCKET, SO_PASSCRED, credentials)
        send_what(a, what)
        expected = outcome(lambda: reduction.recvfds(b, size))
        a.close()
        b.close()
        with Peer(program, kind, credentials=credentials) as peer:
            send_what(peer.sock, what)
            before = peer.handles()
            got = peer.ask("recvfds", size)
            check(got == expected, name, "%r, Python: %r" % (got, expected))
            check(peer.handles() == before, name + ": descriptors left open")


def sends_refused_alike(program, fds):
    """C and Python say the same of what cannot be sent."""
    many = [fds[0]] * 254
    for name, what in (("254", many), ("300", many + many[:46]),
                       ("a closed one", [1000]), ("-1", [-1]),
                       ("2**31", [2 ** 31]), ("-2**31-1", [-2 ** 31 - 1])):
        a, b = socket.socketpair()
        expected = outcome(lambda: reduction.sendfds(a, what))
        with Peer(program, keep=fds[:1]) as peer:
            got = peer.ask("sendfds", *what)
            if PYPY and "OverflowError" in expected:
                skip(name, "PyPy's array has a text of its own")
            else:
                check(got == expected, "sending " + name,
                      "%r, Python: %r" % (got, expected))
        b.close()
        expected = outcome(lambda: reduction.sendfds(a, fds[:1]))
        a.close()
    with Peer(program, keep=fds[:1]) as peer:
        peer.sock.close()
        got = peer.ask("sendfds", fds[0])
        check(got == expected, "sending to nobody",
              "%r, Python: %r" % (got, expected))


def main():
    program = os.path.abspath(sys.argv[1])
    current_process().authkey = KEY
    before = open_fds()
    for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM,
                 socket.SOCK_SEQPACKET):
        transfers(program, kind)
    handles(program)
    fds = some_fds(8)
    dupfd_to_c(program, fds)
    dupfd_bytes(program, fds)
    dupfd_from_c(program, sys.argv[2] if len(sys.argv) > 2 else sys.executable,
                 fds)
    refused_alike(program, fds)
    sends_refused_alike(program, fds)
    close_all(fds)
    resource_sharer.stop()
    check(open_fds() == before, "Python's own descriptors")
    return closing("handles")


if __name__ == "__main__":
    sys.exit(main())
