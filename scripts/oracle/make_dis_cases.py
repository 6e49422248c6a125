#!/usr/bin/env python3
"""Write harness/unit/pickletools_cases.def: cases of vectors/disassembly as rows
of C, for the unit tests, which read no JSON.

Reads the vectors, asks no interpreter. Long cases are left to the runner. Where
versions differ, each form is tried as the oldest and the newest that made it. With --check it
compares instead of writing."""

import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import forms  # noqa: E402
import vectorfile  # noqa: E402
from recipe import expand  # noqa: E402

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
OUT = os.path.join(ROOT, "harness", "unit", "pickletools_cases.def")
FILES = ("opcodes", "truncated", "arguments", "repr", "stack", "layout",
         "optimize")
LONGEST = 700           # bytes of what is expected
LONGEST_INPUT = 4400    # more than the digits that int() takes

HEAD = """\
/* What CPython's pickletools does: written by scripts/oracle/make_dis_cases.py
 * from vectors/disassembly, made by interpreters.
 * DIS(id, version, indent, annotate, start, offsets, many, input, exception,
 * message, text), OPTIMIZE(id, version, input, exception, message, bytes) and
 * LARGE(id, version, input, bytes), these as pieces with their repetitions;
 * BYTES(literal) is the literal without its NUL. */
/* clang-format off */
"""


def literal(data):
    """Bytes as a C string of octal escapes, which end by themselves."""
    out = []
    for c in data:
        plain = 0x20 <= c < 0x7f and chr(c) not in '"\\?'
        out.append(chr(c) if plain else "\\n" if c == 10 else "\\%03o" % c)
    return 'BYTES("%s")' % "".join(out)


def versions(form, alone):
    """The oldest and the newest; the newest, where versions do not differ."""
    minors = [minor for _, (_, minor) in forms.parse(form["made_by"])]
    return sorted({max(minors) if alone else min(minors), max(minors)})


def pieces(recipe):
    """A recipe as pieces of C; None if one is cut inside a byte."""
    rows = [(p, 1) if isinstance(p, str) else tuple(p) for p in recipe]
    if any(len(text) % 2 for text, _ in rows):
        return None
    return "PIECES(%s)" % ", ".join("PIECE(%s, %d)" % (
        literal(bytes.fromhex(text))[len("BYTES("):-1], n) for text, n in rows)


def large_rows(case):
    """Rows of the cases of optimize that the vectors hold as recipes."""
    for form in case["expect"]["optimize"]:
        if isinstance(case["in"], list) and isinstance(form.get("bytes"), list):
            both = pieces(case["in"]), pieces(form["bytes"])
            if None not in both:
                for minor in versions(form, len(case["expect"]) == 1):
                    yield 'LARGE("%s", 3%02d, %s, %s)\n' % (
                        (case["id"], minor) + both)


def rows_of(case):
    data = bytes.fromhex(expand(case["in"]))
    for ask in ("dis", "optimize"):
        if len(case["expect"]) > 1 and ask == "optimize":
            continue
        listed = case["expect"].get(ask, ())
        for form in listed:
            made = form.get("text" if ask == "dis" else "bytes", "")
            if isinstance(made, dict) or len(data) > LONGEST_INPUT:
                continue
            made = expand(made)
            made = made.encode("utf-8") if ask == "dis" else bytes.fromhex(made)
            if len(made) > LONGEST:
                continue
            for minor in versions(form, len(listed) == 1):
                yield row(case, ask, minor, data, form, made)


def row(case, ask, minor, data, form, made):
    keys = case["keys"]
    words = ['"%s"' % case["id"], "3%02d" % minor]
    if ask == "dis":
        words += [keys.get("indent", "4"), keys.get("annotate", "0"),
                  keys.get("start", "0"), keys.get("offsets", "1"),
                  keys.get("many", "0")]
    words += [literal(data), '"%s"' % form.get("error", ""),
              literal(form.get("message", "").encode("utf-8")), literal(made)]
    return "%s(%s)\n" % (ask.upper(), ", ".join(words))


def main():
    lines = []
    for name in FILES:
        path = os.path.join(ROOT, "vectors", "disassembly", name + ".json")
        for case in vectorfile.load(path)["cases"]:
            lines += rows_of(case)
            if name == "optimize":
                lines += large_rows(case)
    new = HEAD + "".join(lines) + "/* clang-format on */\n"
    if sys.argv[1:] == ["--check"]:
        with open(OUT, encoding="ascii") as f:
            same = f.read() == new
        print("pickletools_cases.def: %d rows, %s" % (
            len(lines), "as the vectors" if same else "NOT as the vectors"))
        return not same
    with open(OUT, "w", encoding="ascii", newline="\n") as f:
        f.write(new)
    print("pickletools_cases.def: %d rows" % len(lines))
    return 0


if __name__ == "__main__":
    sys.exit(main())
