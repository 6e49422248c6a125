#!/usr/bin/env python3
"""CPython (3.8 and newer) and PyPy as a peer of harness/scenarios.

    python3.12 peer.py

Nothing is imitated: sendfds, recvfds, Connection, Listener, Client, DupFd and
the resource sharer are multiprocessing's own.
"""
import gc
import multiprocessing.process as process
import multiprocessing.resource_sharer as sharer
import multiprocessing.util
import os
import platform
import signal
import sys
import threading
import time

import peer_connection
import peer_names
import peer_sockets
from peer_names import descriptors, hexed, names, number, state


def reset(_):
    peer_names.unlimit()
    reap([])
    for end in [sharer.stop] + [thing.close for thing in names.values()]:
        try:
            end()
        except OSError:
            pass
    names.clear()
    peer_names.remove_files()
    peer_sockets.forget_channel()
    process.current_process().authkey = b"pickleproof"
    peer_sockets.acknowledge_as_ever()
    close_strays()
    return ""


def close_strays():
    """What CPython has leaked: no name stands for it. The referee counts it
    before (`R: fds`). An object that nobody needs may still hold one, as PyPy's
    do for a while: it would close the number again when another has it."""
    own = state.setdefault("own", descriptors())
    if descriptors() - own:
        gc.collect()
        gc.collect()    # what the finalizers of the first let go of
    for fd in descriptors() - own:
        try:
            os.close(fd)
        except OSError:
            pass


def exit_now(words):
    """Ends without tidying up; the reply goes out first."""
    say("%s ok" % state["id"])
    os._exit(number(words[0]))


# ---- processes ----

def fork(words):
    keep = {names[name].fileno() for name in words}
    parent = os.getpid()
    ready, end = os.pipe()          # which the child closes last
    child = os.fork()
    if child == 0:
        try:
            multiprocessing.util._run_after_forkers()
            for fd in sorted(descriptors() - keep - {end}) + [end]:
                try:
                    os.close(fd)
                except OSError:
                    pass
            while os.getppid() == parent:
                time.sleep(1)
        finally:
            os._exit(0)
    os.close(end)
    os.read(ready, 1)
    os.close(ready)
    state["children"].append(child)
    return ""


def reap(_):
    while state["children"]:
        child = state["children"].pop()
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
    return ""


def verbs():
    table = {"reset": reset, "fork": fork, "reap": reap, "exit": exit_now,
             "open": peer_names.open_thing, "set": peer_sockets.set_option,
             "connection": peer_connection.make_connection,
             "sharer": peer_connection.sharer_verb}
    for module, words in (
            (peer_names, "close dup many read write seek kind inheritable "
                         "blocking limit"),
            (peer_sockets, "chan connect accept sendto shutdown sendmsg sendfds "
                           "recvfds send_handle recv_handle acknowledge"),
            (peer_connection, "send recv send_bytes recv_bytes recv_bytes_into "
                              "poll wait listener client accept_client deliver "
                              "answer dump_object send_object load_object "
                              "load_all recv_object")):
        for word in words.split():
            table[word] = getattr(module, word)
    return table


def perform(table, verb, words):
    if verb not in table:
        return "na op"
    try:
        reply = table[verb](words)
    except peer_names.NotHere as why:
        return "na %s" % why
    except Exception as error:
        if "PICKLEPROOF_DEBUG" in os.environ:
            sys.__excepthook__(*sys.exc_info())
        return "err %s %s" % (type(error).__name__,
                              hexed(str(error).encode("utf-8", "replace")))
    return "ok " + reply if reply else "ok"


def say(text):
    os.write(1, text.encode("ascii") + b"\n")


def lines():
    """Of standard input, without a buffer that a forked child would share."""
    waiting = b""
    while True:
        while b"\n" not in waiting:
            piece = os.read(0, 65536)
            if not piece:
                return
            waiting += piece
        line, waiting = waiting.split(b"\n", 1)
        yield line.decode("ascii").split()


def quiet(*_):
    """The sharer reports its clients' failures here; they are expected."""


def load_unwinder():
    """Before 3.9 a thread ends by pthread_exit, which opens this library the
    first time; with no descriptor free the process would be aborted."""
    if sys.version_info < (3, 9):
        try:
            import ctypes
            ctypes.CDLL("libgcc_s.so.1")
        except (ImportError, OSError):
            pass  # another C library, or none that could be opened late


def main():
    signal.signal(signal.SIGUSR1, quiet)
    sys.excepthook = threading.excepthook = quiet
    load_unwinder()
    table = verbs()
    for words in lines():
        if words[0] == "bye":
            break
        if words[0] == "hello":
            say("hello pickleproof/1 name=%s version=%s lang=python "
                "ops=load caps=xproc" % (
                    platform.python_implementation().lower(),
                    platform.python_version()))
        else:
            state["id"] = words[0]
            say("%s %s" % (words[0], perform(table, words[1][1:], words[2:])))
    reset([])


if __name__ == "__main__":
    main()
