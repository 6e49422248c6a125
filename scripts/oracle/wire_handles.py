"""Descriptors on the wire, for wire.py: recvfds, sendfds, and the server of
resource_sharer over a scripted client.

Changes this process only, for one call at a time.
"""
import array
import os
import signal
import socket
import sys
from multiprocessing import connection, reduction, resource_sharer

import wire
from wire_peer import TYPES, SocketPeer, drain

# PyPy has no name for it.
SO_PASSCRED = getattr(socket, "SO_PASSCRED", 16)
NONE = b"\0\0\0\4\x80\4N."      # a framed pickle of None: the server stops


class Acknowledging(object):
    """`ack=1`: as on macOS, where versions before 3.14 acknowledge too."""

    def __init__(self, keys):
        self.wanted = keys.get("ack") == "1" and hasattr(
            reduction, "ACKNOWLEDGE")

    def __enter__(self):
        if self.wanted:
            self.real = reduction.ACKNOWLEDGE
            reduction.ACKNOWLEDGE = True

    def __exit__(self, *_):
        if self.wanted:
            reduction.ACKNOWLEDGE = self.real


def socket_pair(keys):
    kind = TYPES[keys.get("type", "stream")]
    if keys.get("family") != "inet":
        return socket.socketpair(socket.AF_UNIX, kind)
    with socket.create_server(("127.0.0.1", 0)) as server:
        client = socket.create_connection(server.getsockname())
        return server.accept()[0], client


def send_raw(sock, count, payload):
    """One message: `count` descriptors with a payload, as they are."""
    null = os.open(os.devnull, os.O_RDONLY)
    control = [(socket.SOL_SOCKET, socket.SCM_RIGHTS,
                array.array("i", [null] * count))] if count else []
    try:
        sock.sendmsg([payload], control)
    finally:
        os.close(null)


def receive(data, keys, answer):
    mine, other = socket_pair(keys)
    if keys.get("passcred") == "1":
        mine.setsockopt(socket.SOL_SOCKET, SO_PASSCRED, 1)
    if "sent" in keys:
        send_raw(other, int(keys["sent"]), data)
    if "then" in keys:
        count, _, payload = keys["then"].partition(":")
        send_raw(other, int(count), bytes.fromhex(payload))
    other.shutdown(socket.SHUT_WR)
    with Acknowledging(keys):
        for size in keys["size"].split(","):
            try:
                fds = reduction.recvfds(mine, int(size))
                for fd in fds:
                    os.fstat(fd)
                answer.words.append("i%x" % len(fds))
            except Exception as error:
                answer.refuse(error)
    acknowledged, _ = drain(other)
    left, _ = drain(mine)
    answer.words += ["x:" + acknowledged.hex(), "x:" + left.hex()]
    mine.close()
    other.close()


def send(data, keys, answer):
    mine, other = socket_pair(keys)
    if data:
        other.sendall(data)
    if keys.get("peer") == "gone":
        other.close()
    else:
        other.shutdown(socket.SHUT_WR)
    null = os.open(os.devnull, os.O_RDONLY)
    fds = [null] * int(keys["count"])
    if "bad" in keys:
        fds.append(int(keys["bad"]))
    with Acknowledging(keys):
        answer.call(reduction.sendfds, mine, fds)
    os.close(null)
    written, count = (b"", 0) if other.fileno() < 0 else drain(other)
    answer.words += ["x:" + written.hex(), "i%x" % count]
    mine.close()
    other.close()


# ---- the server of resource_sharer ----

class TwoClients(object):
    """The listener of a sharer: a scripted client, then one that stops it."""

    def __init__(self, first, keys):
        self.conns = [first]
        self.accepted = 0
        self.keys = keys

    def accept(self):
        self.accepted += 1
        if self.accepted > 1:
            self.peer = SocketPeer(NONE)
            return self.peer.connection()
        with wire.FixedRandom(self.keys):
            return wire.listen(self.conns[0], bytes.fromhex(self.keys["key"]))


def serve(data, keys, answer):
    peer = SocketPeer(data)
    sharer = resource_sharer._ResourceSharer()
    sharer._address = "scripted"
    sharer._listener = TwoClients(peer.connection(), keys)
    real = resource_sharer._resource_sharer, sys.excepthook
    null = os.open(os.devnull, os.O_RDONLY)
    raised = []
    try:
        resource_sharer._resource_sharer = sharer
        sys.excepthook = lambda kind, error, trace: raised.append(error)
        for _ in range(int(keys.get("entries", "1"))):
            resource_sharer.DupFd(null)
        run_server(sharer, keys)
    finally:
        resource_sharer._resource_sharer, sys.excepthook = real
        os.close(null)
    answer.words.append("stopped" if sharer._listener.accepted == 1 else
                        "served")
    if raised:
        answer.refuse(raised[0])
    else:
        answer.words.append("+")
    del raised[:]
    sharer._listener.conns = []
    answer.finish(peer, False)
    answer.words += ["i%x" % peer.fds, "i%x" % len(sharer._cache)]
    for _, close in sharer._cache.values():
        close()


def run_server(sharer, keys):
    """_serve() blocks the signals of its thread, which is ours."""
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, [])
    try:
        with Acknowledging(keys):
            sharer._serve()
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
