"""Wire side of the worker: what multiprocessing's connections write and take.

Runs inside the interpreter that is asked, and in the Python testee. An answer
is the list of words of harness/PROTOCOL.md, section "On the wire", and the
text of the last exception. Only this process is changed, for one call at a
time: os.urandom, sys.excepthook, the names that are given a scripted peer.
"""
import mmap
import os
import tempfile
from multiprocessing import connection

import build
from describe import describe
from wire_peer import NoLeak, PipePeer, SocketPeer

HEADER = 12         # the longest there is
ASKS = ("frame", "deframe", "auth", "serve", "recvfds", "sendfds")


class NotApplicable(Exception):
    """This version cannot be asked that."""


class NoRecorders(object):
    """Values that come over the wire are built-in ones."""
    pairs = {}


class Answer(object):
    """Words, and the message of the last exception."""

    def __init__(self):
        self.words = []
        self.message = None

    def call(self, function, *args, **keys):
        """Add `+` or `!CLASS`; what the function returned, or None."""
        result = None
        try:
            result = function(*args, **keys)
            self.words.append("+")
        except Exception as error:
            self.refuse(error)
        return result

    def refuse(self, error):
        self.words.append("!" + type(error).__name__)
        self.message = str(error)

    def finish(self, peer, tell_used=True):
        written, used = peer.finish()
        self.words.append("x:" + written.hex())
        if tell_used:
            self.words.append("used:%d" % used)


# ---- framing ----

class Headers(connection.Connection):
    """Keeps what is sent instead of sending it, up to a header's length."""

    def __init__(self):
        self.sent = b""
        self._handle, self._readable, self._writable = 0, True, True

    def __del__(self):
        self._handle = None

    def _send(self, buf, *_):
        if len(self.sent) + len(buf) <= HEADER:
            self.sent += bytes(buf)


def frame_header(size, answer):
    """The header of so many bytes, none of which is touched."""
    conn = Headers()
    try:
        zeros = mmap.mmap(-1, size)
    except OSError as error:
        raise MemoryError(str(error))
    with zeros:
        conn.send_bytes(zeros)
    answer.words.append("x:" + conn.sent.hex())


def frame(data, keys, answer):
    if "size" in keys:
        return frame_header(int(keys["size"]), answer)
    with tempfile.TemporaryFile() as f:
        with connection.Connection(os.dup(f.fileno())) as conn:
            if "value" in keys:
                conn.send(build.value(keys["value"])[0])
            else:
                conn.send_bytes(data)
        f.seek(0)
        answer.words.append("x:" + f.read().hex())


# ---- receiving ----

def receive_into(conn, size, answer):
    into = bytearray(size)
    try:
        n = conn.recv_bytes_into(into)
        answer.words.append(describe((n, into), NoRecorders))
    except Exception as error:
        answer.refuse(error)
        if type(error) is connection.BufferTooShort:
            answer.message = None       # the bytes themselves
            answer.words.append(describe(error.args[0], NoRecorders))


def one_call(conn, call, answer):
    """One of the `calls` of deframe: a word or two."""
    name, _, number = call.partition(":")
    if name == "into":
        return receive_into(conn, int(number), answer)
    if name == "send":
        return answer.call(conn.send_bytes, b"w")
    run = {"bytes": lambda: conn.recv_bytes(*[int(number)] if number else []),
           "recv": conn.recv, "poll": conn.poll}[name]
    try:
        answer.words.append(describe(run(), NoRecorders))
    except Exception as error:
        answer.refuse(error)


def deframe(data, keys, answer):
    if keys.get("via") == "pipe":
        peer = PipePeer(data)
    else:
        peer = SocketPeer(data, [int(n) for n in keys["pieces"].split(",")]
                          if "pieces" in keys else None)
    conn = peer.connection()
    for call in keys["calls"].split(","):
        one_call(conn, call, answer)
    conn.close()
    answer.finish(peer)


# ---- authentication ----

class FixedRandom(object):
    """os.urandom hands out given bytes."""

    def __init__(self, keys):
        self.left = bytes.fromhex(keys.get("random", ""))

    def take(self, size):
        taken, self.left = self.left[:size], self.left[size:]
        if len(taken) < size:
            raise ValueError("random= is too short")
        return taken

    def __enter__(self):
        self.real = os.urandom
        os.urandom = self.take

    def __exit__(self, *_):
        os.urandom = self.real


class OneClient(object):
    """What a Listener keeps: accept() gives a connection that is there."""

    def __init__(self, conn):
        self.conn = conn

    def accept(self):
        return self.conn


def listen(conn, key):
    listener = connection.Listener.__new__(connection.Listener)
    listener._listener, listener._authkey = OneClient(conn), key
    return listener.accept()


def connect(conn, key):
    real = connection.SocketClient
    connection.SocketClient = lambda address: conn
    try:
        return connection.Client("scripted", authkey=key)
    finally:
        connection.SocketClient = real


def deliver(conn, key, digest):
    if digest is None:
        return connection.deliver_challenge(conn, key)
    if not hasattr(connection, "_verify_challenge"):
        raise NotApplicable("digest_name")
    return connection.deliver_challenge(conn, key, digest_name=digest)


def authenticate(conn, keys):
    key = bytes.fromhex(keys["key"]) if "key" in keys else None
    if keys["role"] == "deliver":
        return deliver(conn, key, keys.get("digest"))
    run = {"answer": connection.answer_challenge, "listener": listen,
           "client": connect}
    return run[keys["role"]](conn, key)


def auth(data, keys, answer):
    peer = SocketPeer(data)
    conn = peer.connection()
    try:
        with FixedRandom(keys):
            authenticate(conn, keys)
        answer.words.append("+")
    except NotApplicable:
        raise
    except Exception as error:
        answer.refuse(error)
    finally:
        conn.close()
        # A listener or client that fails has closed its connection.
        answer.finish(peer, "+" in answer.words or
                      keys["role"] in ("answer", "deliver"))


# ---- all of them ----

def ask(what, data, keys):
    """The Answer to one request; MemoryError where this machine cannot reserve
    what the interpreter takes for the lengths in it, which tells nothing."""
    import wire_handles
    run = {"frame": frame, "deframe": deframe, "auth": auth,
           "serve": wire_handles.serve, "recvfds": wire_handles.receive,
           "sendfds": wire_handles.send}[what]
    answer = Answer()
    with NoLeak():
        run(data, keys, answer)
    if "!MemoryError" in answer.words:
        raise MemoryError(answer.message)
    return answer


def wire(request):
    """{what: form without its made_by}, the form None if it cannot be
    asked."""
    what = request["ask"]
    try:
        answer = ask(what, bytes.fromhex(request["in"]), request["keys"])
    except NotApplicable:
        return {what: None}
    form = {"words": answer.words}
    if answer.message:
        form["message"] = answer.message
    return {what: form}
