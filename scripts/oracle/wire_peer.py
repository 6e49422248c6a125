"""A scripted peer for wire.py: one process, and everything fed beforehand.

The peer's bytes are written before the call and its writing side is shut down,
so that nothing ever waits. Opens and closes descriptors of this process only.
"""
import array
import gc
import os
import socket
from multiprocessing.connection import Connection

TYPES = {"stream": socket.SOCK_STREAM, "dgram": socket.SOCK_DGRAM,
         "seqpacket": socket.SOCK_SEQPACKET}
ROOM = 65536


def drain(sock):
    """(bytes, descriptors) that wait in a socket; the descriptors are
    closed."""
    sock.setblocking(False)
    data, count = b"", 0
    while True:
        try:
            chunk, control, _, _ = sock.recvmsg(ROOM, 4096)
        except OSError:
            break
        for level, kind, payload in control:
            if (level, kind) == (socket.SOL_SOCKET, socket.SCM_RIGHTS):
                fds = array.array("i")
                fds.frombytes(payload[:len(payload) // 4 * 4])
                count += len(fds)
                close_all(fds)
        if not chunk:
            break
        data += chunk
    return data, count


def close_all(fds):
    for fd in fds:
        os.close(fd)


def open_fds():
    """The descriptors of this process; the listing's own is gone by then."""
    return {int(name) for name in os.listdir("/proc/self/fd")}


class NoLeak(object):
    """Closes what the calls inside have left open, as CPython does where a
    message with descriptors turns out bad."""

    def __enter__(self):
        self.before = open_fds()

    def __exit__(self, *_):
        if open_fds() - self.before:
            # What still has an owner would be closed again by that one, and
            # be another descriptor by then.
            gc.collect()
        for fd in open_fds() - self.before:
            try:
                os.close(fd)
            except OSError:
                pass


class SocketPeer(object):
    """A socket pair. `pieces`: how many bytes each read gets at most, which
    packets bring about."""

    def __init__(self, data, pieces=None):
        kind = socket.SOCK_SEQPACKET if pieces else socket.SOCK_STREAM
        self.mine, self.other = socket.socketpair(socket.AF_UNIX, kind)
        at = 0
        for size in pieces or ():
            self.other.send(data[at:at + size])
            at += size
        if data[at:]:
            self.other.sendall(data[at:])
        self.other.shutdown(socket.SHUT_WR)
        self.total = len(data)
        self.fds = 0

    def connection(self):
        return Connection(os.dup(self.mine.fileno()))

    def finish(self):
        """(bytes written to the peer, bytes of its own that were used)."""
        left, _ = drain(self.mine)
        written, self.fds = drain(self.other)
        self.mine.close()
        self.other.close()
        return written, self.total - len(left)


class PipePeer(object):
    """The reading end of a pipe."""

    def __init__(self, data):
        self.reader, writer = os.pipe()
        os.write(writer, data)
        os.close(writer)
        self.total = len(data)

    def connection(self):
        return Connection(os.dup(self.reader), writable=False)

    def finish(self):
        left = 0
        while True:
            chunk = os.read(self.reader, ROOM)
            if not chunk:
                break
            left += len(chunk)
        os.close(self.reader)
        return b"", self.total - left
