#!/usr/bin/env python3
"""The Python testee: CPython 3.8 and newer, and PyPy, as they are.

Speaks pickleproof/1 (harness/PROTOCOL.md) on standard input and output. What a
pickle names is looked up but never called; `dump` evaluates `expr=` with the
names of pickleproof_kit, or builds the value from its text.
usage: testee.py [--impl c|py]
"""
import gc
import mmap
import os
import platform
import subprocess
import sys
from multiprocessing.reduction import HAVE_SEND_HANDLE

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "..", "..", "scripts", "oracle"))

import build                                            # noqa: E402
import disassembly                                      # noqa: E402
import encode_worker                                    # noqa: E402
import limits                                           # noqa: E402
import loading                                          # noqa: E402
import wire                                             # noqa: E402
from recorder import Refused                            # noqa: E402

CPYTHON = platform.python_implementation() == "CPython"
VERSION = "%d.%d" % sys.version_info[:2]
CAPS = ("value,ident,buffers,persid,ext,encoding,fast,many,fiximports,object,"
        "bigint,surrogate,class,import,expr,wire" + (
            ",fds" if HAVE_SEND_HANDLE else ""))


class NotApplicable(Exception):
    """This testee does not do that; the message is one word."""


def hello(impl):
    words = ["hello", "pickleproof/1", "name=" + (
        "cpython" if CPYTHON else platform.python_implementation().lower()),
        "version=" + platform.python_version(), "lang=python",
        "ops=load,dump,redump,dis,genops,optimize," + ",".join(wire.ASKS),
        "window=64"]
    if CPYTHON:
        first, second = ("py", "c") if impl == "py" else ("c", "py")
        words += ["caps=%s,exact,message,forking" % CAPS,
                  "profiles=%s%s,%s%s" % (first, VERSION, second, VERSION)]
    else:
        words.append("caps=" + CAPS)
    return " ".join(words)


def load(keys, data, pure):
    texts, used = loading.load(bytes.fromhex(data[2:]), keys, pure)
    tail = " used=%d" % used if keys.get("used") == "1" else ""
    return "ok " + " ".join(texts) + tail


def dump(keys, data, pure):
    if keys.get("forking") == "1" and pure:
        raise NotApplicable("forking")
    if "expr" in keys:
        expr = bytes.fromhex(keys["expr"]).decode("utf-8")
        try:
            value, options = encode_worker.evaluate(expr, keys)
        except (NameError, AttributeError):
            raise NotApplicable("expr")
    else:
        try:
            value, options = build.value(
                data[2:], keys.get("forking") == "1")
        except build.Unbuildable:
            raise NotApplicable("value")
    made = encode_worker.dump(value, options, int(keys["proto"]), keys, pure)
    return "ok x:" + made.hex()


def redump(keys, data, pure):
    loaded, options = build.load(bytes.fromhex(data[2:]), keys, pure)
    made = encode_worker.dump(loaded, options, int(keys["proto"]), keys, pure)
    return "ok x:" + made.hex()


def disassemble(what, keys, data):
    form = disassembly.ask(what, bytes.fromhex(data[2:]), keys)
    text = form.get("text", "").encode("utf-8", "surrogatepass").hex()
    if "error" in form:
        reply = "err %s x:%s text=%s" % (
            form["error"], form["message"].encode(
                "utf-8", "surrogatepass").hex(), text)
        return reply if what != "optimize" else reply.split(" text=")[0]
    return "ok x:" + (form["bytes"] if what == "optimize" else text)


def on_the_wire(what, keys, data):
    """Words, and the text of the last exception with the last of those."""
    try:
        answer = wire.ask(what, bytes.fromhex(data[2:]), keys)
    except wire.NotApplicable as why:
        raise NotApplicable(str(why))
    words = answer.words
    raised = [i for i, word in enumerate(words) if word[0] == "!"]
    if raised and answer.message:
        words[raised[-1]] += ":" + answer.message.encode(
            "utf-8", "surrogatepass").hex()
    return "ok " + " ".join(words)


def short_of_memory():
    """Whether an interpreter may fail here to reserve the 4 GiB that a vector
    announces: its MemoryError is then not an answer."""
    try:
        mmap.mmap(-1, 5 << 30).close()
    except (OSError, OverflowError):
        return True
    return False


def carry_out(op, keys, data, pure):
    if op in ("dis", "genops", "optimize"):
        return disassemble(op, keys, data)
    if op in wire.ASKS:
        return on_the_wire(op, keys, data)
    with encode_worker.Extensions(keys.get("ext")):
        return OPS[op](keys, data, pure)


def with_memory(op, keys, data, pure):
    """carry_out(), again without what earlier requests have left to collect."""
    try:
        return carry_out(op, keys, data, pure)
    except MemoryError:
        gc.collect()
    try:
        return carry_out(op, keys, data, pure)
    except MemoryError:
        if op in wire.ASKS or short_of_memory():
            raise NotApplicable("memory")
        raise


def answer(op, words, pure):
    """The reply to one request, without its id."""
    keys, data = {}, None
    for word in words:
        if word[:2] in ("x:", "v:"):
            data = word
        else:
            name, _, value = word.partition("=")
            keys[name] = value
    profile = keys.get("profile")
    if profile is not None:
        if not CPYTHON or profile not in ("c" + VERSION, "py" + VERSION):
            return "na profile"
        pure = profile.startswith("py")
    try:
        return with_memory(op, keys, data, pure)
    except NotApplicable as why:
        return "na %s" % why
    except Refused:
        return "na refused"
    except Exception as error:
        message = str(error).encode("utf-8", "surrogatepass")
        return "err %s x:%s" % (type(error).__name__, message.hex())


OPS = {"load": load, "dump": dump, "redump": redump}
KNOWN = tuple(OPS) + disassembly.ASKS + wire.ASKS


def serve(impl):
    pure = impl == "py" or not CPYTHON
    read, write = sys.stdin.buffer.readline, sys.stdout.buffer.write
    flush = sys.stdout.buffer.flush
    while True:
        line = read()
        words = line.decode("ascii", "replace").split()
        if not line or words == ["bye"]:
            return 0
        if not words:
            continue
        if words[0] == "hello":
            reply = hello(impl)
        elif len(words) < 3 or words[1] not in KNOWN:
            reply = words[0] + " na op"
        else:
            reply = words[0] + " " + answer(words[1], words[2:], pure)
        write(reply.encode("ascii") + b"\n")
        flush()


def again():
    """Start anew with the hash seed of the vectors: sets have an order."""
    environment = dict(os.environ, PYTHONHASHSEED="0")
    command = [sys.executable] + sys.argv
    if os.name == "posix":
        os.execve(sys.executable, command, environment)
    return subprocess.call(command, env=environment)


def main(argv):
    impl = "c"
    if argv[:1] == ["--impl"] and argv[1:] in (["c"], ["py"]):
        impl = argv[1]
    elif argv:
        sys.stderr.write(__doc__)
        return 0 if argv[0] in ("-h", "--help") else 2
    if os.environ.get("PYTHONHASHSEED") != "0":
        return again()
    return limits.run(lambda: serve(impl))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
