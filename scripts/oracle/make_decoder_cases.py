#!/usr/bin/env python3
"""Write harness/unit/decoder_cases.def: what the unpicklers of every CPython
found do with the inputs of decoder_inputs.py, as rows of C for the unit tests,
which ask no interpreter.

Needs 3.8 to 3.15 (scripts/fetch-oracles brings what is missing). With --check
it compares instead of writing."""

import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import decoder_inputs  # noqa: E402
import interpreters  # noqa: E402
from make_dis_cases import literal  # noqa: E402
from recipe import expand  # noqa: E402

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
OUT = os.path.join(ROOT, "harness", "unit", "decoder_cases.def")

# Whose messages are stable, and CPython's own; those that name the stand-in
# for a class are not.
MESSAGES = ("UnpicklingError", "EOFError", "OverflowError", "KeyError",
            "LookupError")
OURS = ("Counter", "Persistent", "Opaque")

HEAD = """\
/* What CPython's unpicklers do: written by scripts/oracle/make_decoder_cases.py,
 * which asked interpreters.
 * CASE(first version, last version, pure Python, keys, input, exception,
 * offset or -1, message, text). An empty exception: accepted, as that text. */
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
            yield 'CASE(3%02d, 3%02d, %d, "%s", %s, "%s", %d, %s, "%s")\n' % (
                first, last, pure, text, literal(data), error, offset,
                literal(message.encode("ascii"))[6:-1], value)


def main():
    table = interpreters.cpythons(interpreters.find())
    missing = [m for m in interpreters.MINORS if (3, m) not in table]
    if missing:
        sys.exit("not found: " + ", ".join("3.%d" % m for m in missing))
    workers = [(minor, interpreters.Worker(table[3, minor][0][1]))
               for minor in interpreters.MINORS]
    lines = []
    for data, keys in decoder_inputs.inputs():
        lines += rows_of(workers, data, keys)
    for _, worker in workers:
        worker.close()
    new = HEAD + "".join(lines) + "/* clang-format on */\n"
    if sys.argv[1:] == ["--check"]:
        with open(OUT, encoding="ascii") as f:
            same = f.read() == new
        print("decoder_cases.def: %d rows, %s" % (
            len(lines), "as asked" if same else "NOT as asked"))
        return not same
    with open(OUT, "w", encoding="ascii", newline="\n") as f:
        f.write(new)
    print("decoder_cases.def: %d rows" % len(lines))
    return 0


if __name__ == "__main__":
    sys.exit(main())
