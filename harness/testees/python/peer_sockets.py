"""The channel of a scenario, sockets, descriptors sent over them.

See harness/scenarios/README.md. Only for peer.py.
"""
import array
import multiprocessing.reduction as reduction
import os
import socket
import sys

from peer_names import NotHere, add, data_of, names, num, number, sock, state

# PyPy does not name it; Linux's number.
SO_PASSCRED = getattr(socket, "SO_PASSCRED", 16)


# ---- channel ----

def forget_channel():
    if state["chan"] and state["chan"][2] is not None:
        state["chan"][2].close()
    state["chan"] = None


TYPES = {"stream": socket.SOCK_STREAM, "dgram": socket.SOCK_DGRAM,
         "seqpacket": socket.SOCK_SEQPACKET}


def chan(words):
    return {"listen": chan_listen, "connect": chan_connect,
            "accept": chan_accept}[words[0]](*words[1:])


def chan_listen(path, kind):
    reply, end = "", None
    if kind == "pipe":
        os.mkfifo(path, 0o600)
    elif kind == "tcp":
        end = socket.socket()
        end.bind(("127.0.0.1", 0))
        end.listen(1)
        reply = num(end.getsockname()[1])
    else:
        end = socket.socket(socket.AF_UNIX, TYPES[kind])
        end.bind(path)
        if kind != "dgram":
            end.listen(1)
    state["chan"] = (path, kind, end)
    return reply


def chan_connect(path, kind):
    if kind == "pipe":
        fd = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
        os.set_blocking(fd, True)
        add("c", fd, "r")
        return ""
    if kind == "tcp":
        end = socket.create_connection(("127.0.0.1", number(path)))
    else:
        end = socket.socket(socket.AF_UNIX, TYPES[kind])
        if kind == "dgram":
            end.bind(path + ".b")
        end.connect(path)
    add("c", end.detach())
    return ""


def chan_accept():
    path, kind, end = state["chan"]
    state["chan"] = None
    if kind == "pipe":
        add("c", os.open(path, os.O_WRONLY), "w")
    elif kind == "dgram":
        end.connect(path + ".b")
        os.unlink(path + ".b")
        add("c", end.detach())
    else:
        add("c", end.accept()[0].detach())
        end.close()
    if kind != "tcp":
        os.unlink(path)
    return ""


# ---- sockets ----

def connect(words):
    end = socket.create_connection(("127.0.0.1", number(words[0])))
    add(words[1], end.detach())
    return ""


def accept(words):
    with sock(words[0]) as end:
        add(words[1], end.accept()[0].detach())
    return ""


def sendto(words):
    with sock(words[0]) as end:
        return num(end.sendto(data_of(words[2]), ("127.0.0.1", number(words[1]))))


def set_option(words):
    on = words[2] == "T"
    if words[1] == "nonblock":
        os.set_blocking(names[words[0]].fileno(), not on)
    else:
        with sock(words[0]) as end:
            end.setsockopt(socket.SOL_SOCKET, SO_PASSCRED, int(on))
    return ""


def shutdown(words):
    with sock(words[0]) as end:
        end.shutdown({"rd": 0, "wr": 1, "rdwr": 2}[words[1]])
    return ""


# ---- descriptors over sockets ----

# Up to 3.13 a constant says whether the system's messages are acknowledged; from
# 3.14 on they always are.
ACKNOWLEDGE = getattr(reduction, "ACKNOWLEDGE", None)


def acknowledge(_):
    if ACKNOWLEDGE is not None:
        reduction.ACKNOWLEDGE = True
    elif sys.version_info < (3, 14):
        raise NotHere("acknowledge")
    return ""


def acknowledge_as_ever():
    if ACKNOWLEDGE is not None:
        reduction.ACKNOWLEDGE = ACKNOWLEDGE


def fds_of(words):
    return [names[name].fileno() for name in words]


def sendmsg(words):
    fds = fds_of(words[2:])
    control = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", fds))]
    with sock(words[0]) as end:
        return num(end.sendmsg([data_of(words[1])], control if fds else []))


def sendfds(words):
    with sock(words[0]) as end:
        reduction.sendfds(end, fds_of(words[1:]))
    return ""


def recvfds(words):
    with sock(words[0]) as end:
        fds = reduction.recvfds(end, number(words[1]))
    for i, fd in enumerate(fds):
        add("%s%d" % (words[2], i), fd)
    return num(len(fds))


def send_handle(words):
    reduction.send_handle(names[words[0]].connection(),
                          names[words[1]].fileno(), os.getpid())
    return ""


def recv_handle(words):
    add(words[1], reduction.recv_handle(names[words[0]].connection()))
    return ""
