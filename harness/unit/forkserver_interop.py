#!/usr/bin/env python3
"""Usage: PYTHON forkserver_interop.py PEER server|client

The start method "forkserver" between the Python that runs this and the C program
PEER (forkserver_peer.c). server: PEER is the fork server, as set_executable()
makes it, and each Process a child of it in C. client: the server is Python's own,
and PEER asks it for a child. Both ways descriptors travel as DupFd in the form of
this start method. Closes with a count."""

import os
import socket
import subprocess
import sys
from multiprocessing import current_process, forkserver, get_all_start_methods, \
    get_context, resource_tracker

from interop import VERSION, check, closing, skip

HERE = os.path.dirname(os.path.abspath(__file__))


def inode(end):
    return os.fstat(end.fileno()).st_ino


def answer(conn, sock, reader):
    """What a child of Python's server is asked to do."""
    key = current_process().authkey
    conn.send([current_process().name, type(key).__name__, bytes(key),
               inode(conn), inode(sock), inode(reader), reader.writable])
    sock.sendall(b"by socket")
    conn.send_bytes(reader.recv_bytes())
    sys.exit(7)


class Ends:
    """What is passed, and our ends of it."""

    def __init__(self, context):
        self.conn, self.theirs = context.Pipe()
        self.sock, self.their_sock = socket.socketpair()
        self.reader, self.writer = context.Pipe(duplex=False)
        self.passed = (self.theirs, self.their_sock, self.reader)
        self.inodes = [inode(end) for end in self.passed]

    def let_go(self):
        for end in self.passed:
            end.close()

    def close(self):
        for end in (self.conn, self.sock, self.writer):
            end.close()


def start_in_c(context, number):
    """One Process of a server in C."""
    ends = Ends(context)
    child = context.Process(target=answer, args=ends.passed,
                            name="child %d" % number)
    child.start()
    ends.let_go()
    said = ends.conn.recv_bytes().decode()
    a, b, c = ends.inodes
    expected = "%d connection %d socket %d reader child %d %s" % (
        a, b, c, number, "the key of the parent")
    check(said == expected, "child %d in C" % number, said, expected)
    try:
        got = ends.conn.recv_bytes()
        check(False, "the child's end is closed", got)
    except EOFError:
        check(ends.sock.recv(1) == b"", "nothing holds its socket")
    child.join()
    check(child.exitcode == 42, "exit code", child.exitcode)
    ends.close()


def server(program):
    current_process().authkey = b"the key of the parent"
    # The tracker is started with the same executable: before it changes.
    resource_tracker.ensure_running()
    context = get_context("forkserver")
    context.set_executable(program)
    context.set_forkserver_preload([])
    for number in range(3):
        start_in_c(context, number)
    pid = forkserver._forkserver._forkserver_pid
    with open("/proc/%d/comm" % pid) as stream:
        check(stream.read().strip() == os.path.basename(program)[:15],
              "the server is in C")
    os.close(forkserver._forkserver._forkserver_alive_fd)
    check(os.waitpid(pid, 0)[1] == 0, "the server ends well")
    forkserver._forkserver._forkserver_pid = None


def ask_from_c(program, context, number):
    """One child of Python's server, that C has asked for."""
    ends = Ends(context)
    fork_server = forkserver._forkserver
    key = getattr(fork_server, "_forkserver_authkey", None)
    fds = [fork_server._forkserver_alive_fd, resource_tracker.getfd()] + [
        end.fileno() for end in ends.passed]
    peer = subprocess.Popen(
        [program, fork_server._forkserver_address] + list(map(str, fds[:2])) +
        [key.hex() if key else "-", str(VERSION), HERE] +
        list(map(str, fds[2:])),
        pass_fds=fds, stdout=subprocess.PIPE, universal_newlines=True)
    ends.let_go()
    said = ends.conn.recv()
    check(said == ["from C", "AuthenticationString", b"a key"] + ends.inodes +
          [False], "child %d of C" % number, said)
    check(ends.sock.recv(100) == b"by socket", "its socket")
    ends.writer.send_bytes(b"and back")
    check(ends.conn.recv_bytes() == b"and back", "its reader")
    words = peer.communicate()[0].split()
    check(peer.returncode == 0 and words[1:] == ["7"], "its exit code", words)
    ends.close()


def client(program):
    context = get_context("forkserver")
    context.set_forkserver_preload([])
    forkserver.ensure_running()
    for number in range(3):
        ask_from_c(program, context, number)
    # The same server has also a child for Python, behind those of C.
    child = context.Process(target=os.getpid)
    child.start()
    child.join()
    check(child.exitcode == 0, "a child of Python", child.exitcode)


def main():
    program, part = os.path.abspath(sys.argv[1]), sys.argv[2]
    if "forkserver" not in get_all_start_methods():
        skip(part, "no such start method here")
    else:
        {"server": server, "client": client}[part](program)
    return closing("forkserver")


if __name__ == "__main__":
    sys.exit(main())
