"""Inputs and expected outputs of the examples, made by the CPython that runs
this: writes cases/NAME.in and cases/NAME.out, or with --check compares them and
writes nothing. NAME begins with the example's."""

import datetime
import io
import os
import pickle
import pickletools
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, os.pardir, os.pardir, "scripts",
                                "oracle"))
import snapshot  # noqa: E402


class Hostile(object):
    """Pickles as a call of os.system."""

    def __reduce__(self):
        return os.system, ("echo this would have run",)


def text_of(value):
    return snapshot.snapshot(value, 4).split(" ")[0]


def decoded(value):
    data = pickle.dumps(value, 4)
    count = len(value) if isinstance(value, (list, dict, tuple)) else 0
    kind = "object" if isinstance(value, Hostile) else type(value).__name__
    return data, "%s\na %s of %d, from %d bytes\n" % (
        text_of(value), kind, count, len(data))


def truncated():
    data = pickle.dumps(["abc", "x" * 40], 2)[:-9]
    try:
        pickle.loads(data)
    except pickle.UnpicklingError as error:
        message = str(error)
    last = 0
    try:
        for _, _, last in pickletools.genops(data):
            pass
    except ValueError:
        # genops stops before the opcode whose argument is cut off.
        last = data.rindex(b"X")
    return data, "UnpicklingError: %s (byte %d)\n" % (message, last)


def built():
    tags = ["red", "green"]
    value = {"id": 7, "tags": tags, "again": tags, "size": (1.5, None),
             "when": datetime.date(2026, 2, 28)}
    return b"", pickle.dumps(value, 4)


def borrowed():
    payload = b"pickleproof" * 100
    data = pickle.dumps(payload, 4)
    return data, "%d bytes, at byte %d of the input\n" % (
        len(payload), data.index(payload))


def limited():
    return pickle.dumps([str(i) for i in range(5000)], 4), (
        "at most 1048576 bytes: OK, kept\nat most 65536 bytes: LIMIT, kept\n")


def streamed():
    shared = ["two", 2.5]
    values = [1, shared, {"three": (3, shared)}, shared[0]]
    files = []
    for protocol in (4, 2):
        files.append(io.BytesIO())
        pickler = pickle.Pickler(files[-1], protocol)
        for value in values:
            pickler.dump(value)
    return files[0].getvalue(), files[1].getvalue()


def cases():
    shared = [1, "two"]
    yield "readme", (pickle.dumps({"name": "ada", "tries": 3}, 4),
                     "tries = 3\n")
    yield "decode-shared", decoded([shared, shared, {"k": -1.5}])
    yield "decode-hostile", decoded(Hostile())
    yield "decode-truncated", truncated()
    yield "build", built()
    yield "borrow", borrowed()
    yield "allocator", limited()
    yield "stream", streamed()


def main():
    wrong = []
    for name, (given, expected) in cases():
        if not isinstance(expected, bytes):
            expected = expected.encode("ascii")
        for suffix, data in ((".in", given), (".out", expected)):
            path = os.path.join(HERE, "cases", name + suffix)
            if "--check" in sys.argv[1:]:
                with open(path, "rb") as stream:
                    if stream.read() != data:
                        wrong.append(name + suffix)
            else:
                with open(path, "wb") as stream:
                    stream.write(data)
    for name in wrong:
        print("cases/%s is not what %s makes" % (name, sys.version.split()[0]))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
