#!/usr/bin/env python3
"""Write harness/unit/encoder_cases.def: what the picklers of every CPython found
write for the values of encoder_inputs.py, as rows of C for the unit tests,
which ask no interpreter.

Needs 3.8 to 3.15 (scripts/fetch-oracles brings what is missing). With --check
it compares instead of writing. Exit code 4: not all of them are here. With
--ask it is the side that runs in each interpreter: it writes what that one
does, as JSON."""

import copyreg
import io
import json
import os
import pickle
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
import encoder_inputs  # noqa: E402
import pickleproof_kit  # noqa: E402

OUT = os.path.join(HERE, "..", "..", "harness", "unit", "encoder_cases.def")
LONGEST = 400  # bytes; of more the length and a hash stand in a row
NOT_ALL_HERE = 4
HEAD = """\
/* What CPython's picklers write: written by scripts/oracle/make_encoder_cases.py,
 * which asked interpreters.
 * VALUE(name, option, canonical text in pieces): a piece is a text and how often
 * it comes, a %x in it being the number of the time. CASE(index of the value,
 * protocol, first version, last version, which picklers, exception, bytes,
 * sizes of the C pickler's writes). */
/* clang-format off */
"""


# ---- in each interpreter ----

class Sink(object):
    """A file that keeps what each write() got."""

    def __init__(self):
        self.pieces = []

    def write(self, data):
        self.pieces.append(bytes(data))
        return len(data)


def pickler(base, file, proto, option):
    """A Pickler with the option of a case."""
    hooks = encoder_inputs.HOOKS.get(option, {})
    methods = {name: lambda self, obj, hook=hook: hook(obj)
               for name, hook in hooks.items()
               if name in ("persistent_id", "reducer_override")}
    cls = type("Pickler", (base,), methods) if methods else base
    extra = {"buffer_callback": hooks["buffer_callback"]} if (
        "buffer_callback" in hooks) else {}
    made = cls(file, proto, fix_imports=option != "NO_FIX", **extra)
    if "dispatch_table" in hooks:
        made.dispatch_table = hooks["dispatch_table"]
    made.fast = option == "FAST"
    return made


def dump(expr, proto, option, base):
    """[exception or "", hex, sizes of the writes]."""
    value = eval(expr, dict(vars(pickleproof_kit)))
    sink = Sink()
    try:
        made = pickler(base, sink, proto, option)
        for part in value if option in ("MANY", "CLEAR") else (value,):
            made.dump(part)
            if option == "CLEAR":
                made.clear_memo()
    except Exception as error:
        return [type(error).__name__, "", ""]
    sizes = ",".join(str(len(piece)) for piece in sink.pieces)
    return ["", b"".join(sink.pieces).hex(), sizes]


def ask():
    reply = {}
    for name, code in encoder_inputs.EXTENSIONS:
        copyreg.add_extension("pickleproof_kit", name, code)
    for name, _, expr, protocols, option in encoder_inputs.inputs():
        for proto in protocols:
            key = "%s %d " % (name, proto)
            reply[key + "c"] = dump(expr, proto, option, pickle.Pickler)
            reply[key + "py"] = dump(expr, proto, option,
                                     pickle._Pickler)[:2]
    sys.stdout.write(json.dumps(reply))


# ---- here ----

def fnv(data):
    value = 0xcbf29ce484222325
    for c in data:
        value = (value ^ c) * 0x100000001b3 % 2 ** 64
    return value


def runs(answers, key):
    """[(first minor, last minor, outcome)]: versions that agree."""
    rows = []
    for minor in sorted(answers):
        this = answers[minor][key]
        if rows and rows[-1][2] == this:
            rows[-1] = rows[-1][0], minor, this
        else:
            rows.append((minor, minor, this))
    return rows


def literal(data):
    """Bytes as a C string of octal escapes, which end by themselves."""
    out = []
    for c in data:
        plain = 0x20 <= c < 0x7f and chr(c) not in '"\\?'
        out.append(chr(c) if plain else "\\%03o" % c)
    return '"%s"' % "".join(out)


def result(hexed):
    data = bytes.fromhex(hexed)
    if len(data) <= LONGEST:
        return "BYTES(%s)" % literal(data)
    return "DIGEST(%d, 0x%016x)" % (len(data), fnv(data))


def pieces(text):
    parts = [text] if isinstance(text, str) else text
    return ", ".join('{"%s", 1}' % part if isinstance(part, str) else
                     '{"%s", %d}' % tuple(part) for part in parts)


def rows_of(answers, index, case):
    name, text, _, protocols, option = case
    yield 'VALUE("%s", %s, %s)\n' % (name, option, pieces(text))
    for proto in protocols:
        found = {kind: runs(answers, "%s %d %s" % (name, proto, kind))
                 for kind in ("c", "py")}
        bare = [(first, last, outcome[:2])
                for first, last, outcome in found["c"]]
        for first, last, outcome in found["c"]:
            same = (first, last, outcome[:2]) in found["py"]
            yield row(index, proto, first, last, "BOTH" if same else "C",
                      *outcome)
        for first, last, outcome in found["py"]:
            if (first, last, outcome) not in bare:
                yield row(index, proto, first, last, "PURE", *outcome)


def row(index, proto, first, last, which, error, hexed, sizes=""):
    return 'CASE(%d, %d, 3%02d, 3%02d, %s, "%s", %s, "%s")\n' % (
        index, proto, first, last, which, error, result(hexed), sizes)


def main():
    import interpreters
    table = interpreters.cpythons(interpreters.find())
    missing = [m for m in interpreters.MINORS if (3, m) not in table]
    if missing:
        print("not found: " + ", ".join("3.%d" % m for m in missing))
        return NOT_ALL_HERE
    answers = {}
    for minor in interpreters.MINORS:
        answers[minor] = json.loads(subprocess.check_output(
            [table[3, minor][0][1], os.path.join(HERE, os.path.basename(
                __file__)), "--ask"], env=interpreters.clean_environment(),
            cwd=HERE).decode("ascii"))
    lines = [line for index, case in enumerate(encoder_inputs.inputs())
             for line in rows_of(answers, index, case)]
    # A value and its cases stand in one line.
    text = HEAD + "".join(lines).replace("\nCASE", " CASE") + (
        "/* clang-format on */\n")
    if sys.argv[1:] == ["--check"]:
        with open(OUT) as stream:
            same = stream.read() == text
        print("encoder_cases.def: %d rows%s" % (
            len(lines), "" if same else ", NOT as asked"))
        return not same
    with io.open(OUT, "w", encoding="ascii", newline="\n") as stream:
        stream.write(text)
    print("encoder_cases.def: %d rows" % len(lines))
    return 0


if __name__ == "__main__":
    sys.exit(ask() if sys.argv[1:] == ["--ask"] else main())
