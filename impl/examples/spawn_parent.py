#!/usr/bin/env python3
"""The parent of spawn_worker: a C program as a multiprocessing child.

usage: spawn_parent.py WORKER"""
import multiprocessing
import socket
import sys
from multiprocessing import resource_tracker


def serve(listener, tasks, results):
    """What the child runs, by name: the worker has its own."""


def main(worker):
    # The tracker is started with the same executable: before it changes.
    resource_tracker.ensure_running()
    context = multiprocessing.get_context("spawn")
    context.set_executable(worker)
    listener = socket.create_server(("127.0.0.1", 0))
    tasks = context.SimpleQueue()
    reader, writer = context.Pipe(duplex=False)
    child = context.Process(target=serve, args=(listener, tasks, writer))
    child.start()
    writer.close()
    for n in (3, -4, 100000):
        tasks.put(n)
        answer = reader.recv()
        print(answer)
        assert answer == (n, n * n)
    with socket.create_connection(listener.getsockname()) as client:
        client.sendall(b"served by a program in c")
        answer = client.recv(100)
    print(answer)
    assert answer == b"SERVED BY A PROGRAM IN C"
    tasks.put(None)
    child.join()
    print("exit code", child.exitcode)
    assert child.exitcode == 42


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(sys.argv[1])
