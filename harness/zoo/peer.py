"""A peer of scenarios, and ways for it to misbehave.

    python3 peer.py [MODE]

It does what harness/zoo/scenarios/zoo.scn asks and no more. The script
harness/zoo/scenarios says which verdict the runner must give each mode.
"""
import os
import signal
import socket
import sys
import tempfile
import time

MODE = sys.argv[1] if len(sys.argv) > 1 else "well"
HELLO = ("hello pickleproof/1 name=zoo version=3.13.0 lang=python ops=load "
         "caps=" + ("value" if MODE == "no-xproc" else "xproc"))
names, children, state = {}, [], {"writes": 0, "resets": 0}


def number(word):
    return int(word[1:], 16)


def reset(_):
    for end in names.values():
        if MODE == "leaks-a-descriptor" and end is not names.get("c"):
            end.detach()
        end.close()
    if MODE == "closes-too-much" and state["resets"] == 1:
        os.close(state["own"])
    state["resets"] += 1
    names.clear()
    reap(None)
    return "ok"


def chan(words):
    if words[0] == "listen":
        state["path"] = words[1]
        state["listener"] = socket.socket(socket.AF_UNIX)
        state["listener"].bind(words[1])
        state["listener"].listen(1)
    elif words[0] == "connect":
        names["c"] = socket.socket(socket.AF_UNIX)
        names["c"].connect(words[1])
    else:
        names["c"] = state["listener"].accept()[0]
        state.pop("listener").close()
        if MODE != "leaves-the-channel":
            os.unlink(state["path"])
    return "ok"


def open_pair(words):
    names[words[1]], names[words[2]] = socket.socketpair()
    return "ok"


def close(words):
    if words[0] == "gone":
        if MODE == "wrong-class":
            raise ValueError("[Errno 9] Bad file descriptor")
        raise OSError(9, "Bad file" if MODE == "wrong-message"
                      else "Bad file descriptor")
    names[words[0]].close()
    return "ok"


def write(words):
    data = bytes.fromhex(words[1][2:])
    state["writes"] += 1
    if MODE == "dies":
        os.kill(os.getpid(), signal.SIGSEGV)
    if MODE == "hangs":
        time.sleep(60)
    if MODE == "spoils-the-data":
        data = data[:-1] + bytes([data[-1] ^ 1])
    if MODE == "spoils-the-first" and state["writes"] == 2:
        data = b"?" * len(data)
    if MODE == "makes-a-socket":
        end = socket.socket(socket.AF_UNIX)
        end.bind(tempfile.mktemp())
        end.close()
    if MODE != "says-ok-without-sending":
        names[words[0]].sendall(data)
    if MODE == "answers-twice":
        say("ok i%x" % len(data))
    return "ok i%x" % len(data)


def read(words):
    if MODE == "never-blocks":
        names[words[0]].setblocking(False)
        try:
            return "ok x:" + names[words[0]].recv(number(words[1])).hex()
        except BlockingIOError:
            return "ok x:"
    return "ok x:" + names[words[0]].recv(number(words[1])).hex()


def fork(_):
    child = os.fork()
    if child == 0:
        time.sleep(60)
        os._exit(0)
    children.append(child)
    return "ok"


def reap(_):
    while children and MODE != "leaves-a-child":
        child = children.pop()
        os.kill(child, signal.SIGKILL)
        if MODE != "leaves-a-zombie":
            os.waitpid(child, 0)
    return "ok"


def leave(words):
    say("ok")
    if MODE == "does-not-exit":
        return None
    os._exit(number(words[0]))


VERBS = {"reset": reset, "chan": chan, "open": open_pair, "close": close,
         "write": write, "read": read, "fork": fork, "reap": reap,
         "exit": leave}


def say(text):
    name = "999" if MODE == "answers-another" and "x:" in text else state["id"]
    sys.stdout.write("%s %s\n" % (name, text))
    sys.stdout.flush()


def answer(verb, words):
    if MODE == "does-not-do-that" and verb == "read":
        return "na not-here"
    if MODE == "says-maybe" and verb == "read":
        return "maybe"
    try:
        return VERBS[verb](words)
    except (OSError, ValueError) as error:
        return "err %s x:%s" % (type(error).__name__,
                                str(error).encode().hex())


def main():
    signal.signal(signal.SIGUSR1, lambda *_: None)
    if MODE == "closes-too-much":
        state["own"], _ = os.pipe()
    if MODE == "no-hello":
        time.sleep(60)
    for line in iter(sys.stdin.readline, ""):
        words = line.split()
        if words[0] == "hello":
            print(HELLO, flush=True)
        elif words[0] == "bye":
            break
        else:
            state["id"] = words[0]
            text = answer(words[1][1:], words[2:])
            if text is not None:
                say(text)
    if MODE == "ends-badly":
        sys.exit(7)


main()
