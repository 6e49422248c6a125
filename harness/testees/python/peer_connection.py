"""Connections, listeners, clients, and what travels through the resource sharer.

See harness/scenarios/README.md. Only for peer.py.
"""
import io
import multiprocessing.connection as connection
import multiprocessing.context as context
import multiprocessing.process as process
import multiprocessing.reduction as reduction
import multiprocessing.resource_sharer as sharer
import os
import pickle
import socket
import sys
import threading

import peer_values
from peer_names import (NotHere, add, data_of, hexed, keys_of, names, num,
                        number, sock, state, truth)


# ---- connections ----

def oracle():
    """The modules that write and read values, once something needs them: in the
    project, or where they have been installed."""
    here = os.path.dirname(os.path.realpath(__file__))
    for place in ("../../../scripts/oracle", "../../oracle"):
        folder = os.path.join(here, place)
        if folder not in sys.path and os.path.isdir(folder):
            sys.path.insert(0, folder)
            break
    import build
    import encode_worker
    import loading
    return build, encode_worker, loading


def value_of(words):
    keys = keys_of(words)
    if "expr" in keys:
        expr = bytes.fromhex(keys["expr"]).decode()
        try:
            return oracle()[1].evaluate(expr, {"forking": "1"})[0]
        except NameError:
            raise NotHere("expr")   # a build that cannot make it
    text = next(w[2:] for w in words if w[:2] == "v:")
    try:
        return peer_values.read(text)
    except peer_values.NotPlain:
        return oracle()[0].value(text, True)[0]


class Launch:
    """A child is being started, as far as what is pickled can see."""

    def __init__(self, words):
        self.popen = object() if "spawning" in keys_of(words) else None

    def __enter__(self):
        context.set_spawning_popen(self.popen)

    def __exit__(self, *_):
        context.set_spawning_popen(None)


def send(words):
    conn, value = names[words[0]].connection(), value_of(words)
    with Launch(words):
        conn.send(value)
    return ""


def recv(words):
    """Connection.recv in its two steps, to keep the bytes that were read: what
    is not plain is written from them, without calling anything."""
    conn = names[words[0]].connection()
    conn._check_closed()
    conn._check_readable()
    data = conn._recv_bytes().getvalue()
    if b"pickleproof_" in data:
        oracle()        # Where the modules of our classes are found.
    value = reduction.ForkingPickler.loads(data)
    try:
        if b"builtin" in data:
            # A plain value may be what a call gives, which its text says.
            raise peer_values.NotPlain
        return peer_values.write(value)
    except peer_values.NotPlain:
        return oracle()[2].load(data[:pickle_end(data)], {}, False)[0][0]


def pickle_end(data):
    """Bytes behind the pickle are ignored."""
    stream = io.BytesIO(data)
    pickle.Unpickler(stream).load()
    return stream.tell()


def send_bytes(words):
    names[words[0]].connection().send_bytes(data_of(words[1]))
    return ""


def recv_bytes(words):
    conn = names[words[0]].connection()
    return hexed(conn.recv_bytes(*(number(w) for w in words[1:2])))


def recv_bytes_into(words):
    room = bytearray(number(words[1]))
    got = names[words[0]].connection().recv_bytes_into(room)
    return hexed(room[:got])


def poll(words):
    ms = number(words[1])
    return truth(names[words[0]].connection().poll(None if ms < 0 else ms / 1e3))


def make_connection(words):
    thing = names[words[1]]
    fd = thing.fileno()
    if thing.conn is not None:
        fd = os.dup(fd)
        thing.close()
    thing.fd, thing.conn = -1, None
    add(words[0], fd, words[2]).connection()
    return ""


def wait(words):
    things = [names[name].fileno() for name in words[1:]]
    ready = connection.wait(things, number(words[0]) / 1e3)
    return " ".join(name for name in words[1:]
                    if names[name].fileno() in ready)


def address_text(address):
    if isinstance(address, tuple):
        return hexed(("%s:%d" % address).encode())
    return hexed(os.fsencode(address))


def address_of(word):
    data = data_of(word)
    if data[:1] not in (b"/", b"\0"):
        host, port = data.decode().rsplit(":", 1)
        return host, int(port)
    return os.fsdecode(data)


def key_of(words):
    key = keys_of(words).get("key")
    return None if key is None else bytes.fromhex(key)


def listener(words):
    state["made"] += 1
    address, family = {
        "unix": (None, "AF_UNIX"), "inet": (("127.0.0.1", 0), "AF_INET"),
        "localhost": (None, "AF_INET"),
        "abstract": ("\0pickleproof-%d-%d" % (os.getpid(), state["made"]),
                     "AF_UNIX")}[words[1]]
    try:
        made = connection.Listener(address, family,
                                   int(keys_of(words).get("backlog", 1)),
                                   authkey=key_of(words))
    except socket.gaierror:
        raise NotHere("localhost")      # a system without /etc/hosts
    add(words[0], -1).listener = made
    return address_text(made.address)


def add_conn(name, conn):
    add(name, conn.fileno()).conn = conn
    return ""


def client(words):
    return add_conn(words[0], connection.Client(address_of(words[1]),
                                                authkey=key_of(words)))


def accept_client(words):
    return add_conn(words[1], names[words[0]].listener.accept())


def deliver(words):
    connection.deliver_challenge(names[words[0]].connection(), key_of(words))
    return ""


def answer(words):
    connection.answer_challenge(names[words[0]].connection(), key_of(words))
    return ""


# ---- live objects ----

def dumps(words):
    protocol = keys_of(words).get("proto")
    protocol = None if protocol is None else int(protocol)
    dump = reduction.ForkingPickler.dumps
    if words[1] == "connection":
        return bytes(dump(names[words[0]].connection(), protocol))
    with sock(words[0]) as end:
        return bytes(dump(end, protocol))


def dump_object(words):
    return hexed(dumps(words))


def send_object(words):
    names[words[0]].connection().send_bytes(dumps(words[1:]))
    return ""


def rebuilt(data, name):
    made = pickle.loads(data)
    if isinstance(made, socket.socket):
        reply = "socket %s %s %s" % tuple(
            num(int(n)) for n in (made.family, made.type, made.proto))
        add(name, made.detach())
        return reply
    reply = "connection " + "r" * made.readable + "w" * made.writable
    thing = add(name, made.fileno(), "r" * made.readable + "w" * made.writable)
    thing.conn = made
    return reply


def load_object(words):
    return rebuilt(data_of(words[0]), words[1])


def load_all(words):
    """Each in a thread of its own, which all begin at once."""
    found, barrier = [None] * (len(words) - 1), threading.Barrier(len(words) - 1)

    def load(i):
        try:
            barrier.wait()
            found[i] = pickle.loads(data_of(words[1 + i]))
        except Exception as error:
            found[i] = error

    threads = [threading.Thread(target=load, args=(i,))
               for i in range(len(found))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    made = [one for one in found if not isinstance(one, Exception)]
    for i, conn in enumerate(made):
        add_conn("%s%d" % (words[0], i), conn)
    return " ".join([num(len(made))] + sorted(
        type(one).__name__ for one in found if isinstance(one, Exception)))


def recv_object(words):
    return rebuilt(names[words[0]].connection().recv_bytes(), words[1])


def sharer_verb(words):
    if words[0] == "stop":
        sharer.stop()
    elif words[0] == "key":
        process.current_process().authkey = data_of(words[1])
    else:
        made = sharer.DupFd.__new__(sharer.DupFd)
        made._id = (address_of(words[1]), number(words[2]))
        add(words[3], made.detach())
    return ""
