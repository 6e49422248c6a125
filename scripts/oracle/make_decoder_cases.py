#!/usr/bin/env python3
"""Write harness/unit/decoder_TOPIC.def: what the unpicklers of every CPython
found do with the inputs of decoder_inputs.py, as rows of C for the unit tests,
which ask no interpreter. And decoder_samples.def: one value at each protocol.

Needs 3.8 to 3.15 (scripts/fetch-oracles brings what is missing). With --check
it compares instead of writing. Exit code 4: not all of them are here."""

import datetime
import fractions
import os
import pickle
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import decoder_inputs  # noqa: E402
import interpreters  # noqa: E402
from make_dis_cases import literal  # noqa: E402
from recipe import expand  # noqa: E402

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
UNIT = os.path.join(ROOT, "harness", "unit")

# Whose messages are stable, and CPython's own; those that name the stand-in
# for a class are not.
MESSAGES = ("UnpicklingError", "EOFError", "OverflowError", "KeyError",
            "LookupError")
OURS = ("Counter", "Persistent", "Opaque")

NOT_ALL_HERE = 4
HEAD = """\
/* What CPython's unpicklers do: written by scripts/oracle/make_decoder_cases.py,
 * which asked interpreters.
 * CASE(first version, last version, pure Python, keys, input, exception,
 * offset or -1, message, text). An empty exception: accepted, as that text.
 * A line is what all of them do with one input. */
/* clang-format off */
"""


def outcome(form):
    """What a row says of one producer."""
    if "error" not in form:
        return "", -1, "", expand(form["value"])
    message = form.get("message", "")
    if form["error"] not in MESSAGES or message.endswith(OURS) or (
            any(ord(c) > 126 for c in message)):
        message = ""
    return form["error"], form.get("offset", -1), message, ""


def ask(workers, data, keys):
    """{(minor, pure): outcome}; None for an input no case may use."""
    found = {}
    for minor, worker in workers:
        reply = worker.ask({"op": "decode", "in": data.hex(), "keys": keys})
        if "refused" in reply:
            return None
        for pure, impl in enumerate(("c", "py")):
            found[minor, pure] = outcome(reply[impl])
    return found


def ranges(found, pure):
    """[(first, last, outcome)]: consecutive versions that agree."""
    rows = []
    for minor, is_pure in sorted(found):
        if is_pure != pure:
            continue
        this = found[minor, pure]
        if rows and rows[-1][2] == this:
            rows[-1] = rows[-1][0], minor, this
        else:
            rows.append((minor, minor, this))
    return rows


def rows_of(workers, data, keys):
    found = ask(workers, data, keys)
    if found is None:
        sys.exit("names what no case may: %r" % data)
    text = ";".join("%s=%s" % item for item in sorted(keys.items()))
    for pure in (0, 1):
        for first, last, (error, offset, message, value) in ranges(found, pure):
            yield 'CASE(3%02d, 3%02d, %d, "%s", %s, "%s", %d, %s, "%s")' % (
                first, last, pure, text, literal(data), error, offset,
                literal(message.encode("ascii"))[6:-1], value)


END = "/* clang-format on */\n"

SAMPLES_HEAD = """\
/* One value as CPython pickles it: written by
 * scripts/oracle/make_decoder_cases.py. SAMPLE(protocol, input). */
/* clang-format off */
"""


def samples():
    shared = ["a", b"a\xff", 1.5, None, True]
    value = {"shared": shared, "again": shared, "ints": [0, 255, 256, -1,
             2 ** 31, 2 ** 63, -2 ** 100], "text": "\xe9\u20ac\ud800",
             "tuple": ((), (1,), (1, 2), (1, 2, 3), (1, 2, 3, 4)),
             "sets": [{1}, frozenset([2])], "bytes": [b"", bytearray(b"xy")],
             "objects": [datetime.date(2024, 2, 29), fractions.Fraction(1, 3),
                         fractions.Fraction], "long": "x" * 300}
    for protocol in range(6):
        yield "SAMPLE(%d, %s)\n" % (protocol, literal(
            pickle.dumps(value, protocol)))


def write(name, text, check):
    """Write or compare one file; whether it is as it should be."""
    path = os.path.join(UNIT, name)
    if not check:
        with open(path, "w", encoding="ascii", newline="\n") as f:
            f.write(text)
        return True
    with open(path, encoding="ascii") as f:
        return f.read() == text


def main():
    table = interpreters.cpythons(interpreters.find())
    missing = [m for m in interpreters.MINORS if (3, m) not in table]
    if missing:
        print("not found: " + ", ".join("3.%d" % m for m in missing))
        return NOT_ALL_HERE
    workers = [(minor, interpreters.Worker(table[3, minor][0][1]))
               for minor in interpreters.MINORS]
    check = sys.argv[1:] == ["--check"]
    same, rows = True, 0
    for topic in decoder_inputs.TOPICS:
        lines = []
        for data, keys in topic():
            found = list(rows_of(workers, data, keys))
            rows += len(found)
            lines.append(" ".join(found) + "\n")
        same = write("decoder_%s.def" % topic.__name__,
                     HEAD + "".join(lines) + END, check) and same
    for _, worker in workers:
        worker.close()
    same = write("decoder_samples.def", SAMPLES_HEAD + "".join(samples())
                 + END, check) and same
    print("decoder_*.def: %d rows%s" % (rows, "" if same else ", NOT as asked"))
    return not same


if __name__ == "__main__":
    sys.exit(main())
