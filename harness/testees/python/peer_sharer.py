"""Verbs of a peer for live Connections and sockets, which travel through the
resource sharer. See peer.py."""
from contextlib import contextmanager
from multiprocessing import connection, current_process, resource_sharer
from multiprocessing.reduction import ForkingPickler

from peer_names import verbs
from peer_sockets import as_socket


@contextmanager
def live(things, name, kind):
    if kind == "connection":
        yield things.find(name).connection()
    else:
        with as_socket(things.fd(name)) as made:
            yield made


def send_object(things, name, fd, kind):
    with live(things, fd, kind) as made:
        things.find(name).connection().send(made)
    return ()


def dump_object(things, fd, kind, proto=None):
    with live(things, fd, kind) as made:
        return (bytes(ForkingPickler.dumps(
            made, None if proto is None else int(proto))),)


def rebuilt(things, made, new):
    if isinstance(made, connection.Connection):
        things.add(new, None).made = made
        return ("connection", "r" * made.readable + "w" * made.writable)
    family, kind, proto = int(made.family), int(made.type), made.proto
    things.add(new, made.detach())
    return ("socket", family, kind, proto)


def recv_object(things, name, new):
    return rebuilt(things, things.find(name).connection().recv(), new)


def load_object(things, data, new):
    return rebuilt(things, ForkingPickler.loads(data), new)


def offer(things, fd):
    """As DupFd(fd): where to fetch it."""
    address, key = resource_sharer.DupFd(things.fd(fd))._id
    return (address.encode(), key)


def fetch(things, address, key, new):
    dup = resource_sharer.DupFd.__new__(resource_sharer.DupFd)
    dup._id = (address.decode(), key)
    things.add(new, dup.detach())
    return ()


def sharer(things, what, *words):
    if what == "stop":
        resource_sharer.stop()
    elif what == "key":
        current_process().authkey = words[0]
    elif what == "offer":
        return offer(things, *words)
    else:
        return fetch(things, *words)
    return ()


verbs(send_object=send_object, dump_object=dump_object,
      recv_object=recv_object, load_object=load_object, sharer=sharer)
