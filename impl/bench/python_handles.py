"""The Python side of scripts/bench --handles: round trips between this process
and a forked child that echoes, by multiprocessing itself.

    open HOW WORKLOAD   begin (HOW is not looked at)
    run N               N round trips, fetches or connects
    about               this interpreter

Each answer is one line, `ok NUMBER` (nanoseconds for all N) or `error TEXT`."""

import gc
import os
import pickle
import socket
import sys
import time
from multiprocessing import connection, current_process, reduction, \
    resource_sharer

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import python_peer  # noqa: E402

KEY = b"0123456789abcdef"
FETCHES = 100
COUNTS = {"fd1": 1, "fd16": 16, "fd253": 253}
OBJECT = (7, "task", 1.5)


class End:
    """One end of what is timed."""

    def __init__(self, sock, name):
        self.sock = sock
        self.name = name
        self.fds = [2] * COUNTS.get(name, 1)
        self.connection = connection.Connection(os.dup(sock.fileno()))
        self.listener = None

    # descriptors

    def send_fds(self):
        reduction.sendfds(self.sock, self.fds)

    def recv_fds(self):
        for fd in reduction.recvfds(self.sock, len(self.fds)):
            os.close(fd)

    def send_handle(self):
        reduction.send_handle(self.connection, 2, 0)

    def recv_handle(self):
        os.close(reduction.recv_handle(self.connection))

    # messages

    def send_bytes(self):
        self.connection.send_bytes(b"\0" * 20)

    def recv_bytes(self):
        self.connection.recv_bytes()

    def send_object(self):
        self.connection.send(OBJECT)

    def recv_object(self):
        self.connection.recv()

    # sharer, authentication

    def share(self):
        """In the child: told a byte, register FETCHES descriptors."""
        if not self.sock.recv(1):
            raise EOFError
        made = [resource_sharer.DupFd(2) for _ in range(FETCHES)]
        self.connection.send_bytes(pickle.dumps([d._id for d in made]))

    def fetch(self):
        """Nanoseconds for FETCHES of them; registering is not timed."""
        self.sock.send(b"r")
        made = []
        for identity in pickle.loads(self.connection.recv_bytes()):
            dup = resource_sharer.DupFd.__new__(resource_sharer.DupFd)
            dup._id = identity
            made.append(dup)
        start = time.perf_counter_ns()
        for dup in made:
            os.close(dup.detach())
        return time.perf_counter_ns() - start

    def accept(self):
        self.listener.accept().close()
        self.sock.setblocking(False)
        try:
            if not self.sock.recv(1):
                raise EOFError
        except BlockingIOError:
            pass

    def connect(self):
        connection.Client(self.listener.address, authkey=KEY).close()


# The two steps of a round trip: out and in.
STEPS = {"handle": (End.send_handle, End.recv_handle),
         "conn_bytes20": (End.send_bytes, End.recv_bytes),
         "conn_obj": (End.send_object, End.recv_object)}


class Peer:
    end = child = None

    def open(self, how, name):
        self.close()
        here, there = socket.socketpair()
        self.end = End(here, name)
        if name == "auth":
            self.end.listener = connection.Listener(backlog=128, authkey=KEY)
        self.child = os.fork()
        if self.child == 0:
            here.close()
            self.end.connection.close()
            self.serve(End(there, name))
        there.close()
        return ""

    def serve(self, end):
        end.listener = self.end.listener
        out, into = STEPS.get(end.name, (End.send_fds, End.recv_fds))
        try:
            while True:
                if end.name == "sharer":
                    end.share()
                elif end.name == "auth":
                    end.accept()
                else:
                    into(end)
                    out(end)
        except (EOFError, OSError):
            resource_sharer.stop()
            os._exit(0)

    def run(self, n):
        end, n = self.end, int(n)
        if end.name == "sharer":
            rounds = -(-n // FETCHES)
            return sum(end.fetch() for _ in range(rounds)) * n // (
                rounds * FETCHES)
        out, into = STEPS.get(end.name, (End.send_fds, End.recv_fds))
        start = time.perf_counter_ns()
        if end.name == "auth":
            for _ in range(n):
                end.connect()
        else:
            for _ in range(n):
                out(end)
                into(end)
        return time.perf_counter_ns() - start

    def close(self):
        if self.end is None:
            return
        self.end.sock.close()
        self.end.connection.close()
        if self.end.listener:
            self.end.connect()
            self.end.listener.close()
        os.waitpid(self.child, 0)
        self.end = None

    def about(self):
        return python_peer.Peer().about()


def main():
    peer = Peer()
    current_process().authkey = KEY
    gc.disable()
    for line in sys.stdin:
        words = line.split()
        try:
            print("ok", getattr(peer, words[0])(*words[1:]), flush=True)
        except Exception as error:
            print("error", type(error).__name__, error, flush=True)
    peer.close()


if __name__ == "__main__":
    main()
