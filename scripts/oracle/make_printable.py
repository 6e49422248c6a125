#!/usr/bin/env python3
"""Write impl/src/base/printable.def: which characters repr() of a str leaves as
they are, in each CPython.

Asks one interpreter of each minor version found on this machine for the ranges
of its str.isprintable(); refuses to write if a version is missing. With --check
it compares instead, and versions that are missing are left out."""

import json
import os
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import interpreters  # noqa: E402

OUT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..",
                   "impl", "src", "base", "printable.def")
ASK = """
import json, unicodedata
out, start = [], None
for c in range(0x80, 0x110000):
    if chr(c).isprintable():
        start = c if start is None else start
    elif start is not None:
        out.append([start, c - 1])
        start = None
print(json.dumps([unicodedata.unidata_version, out]))
"""
HEAD = """\
/* Characters from U+0080 on that str.isprintable() takes for printable:
 * X(first, last, minor): in CPython 3.minor and newer. Ordered by character.
 * Written by scripts/oracle/make_printable.py from
%s */
/* clang-format off */
"""


def ask():
    """{minor: (Unicode version, set of characters)} of the interpreters."""
    answers = {}
    for (_, minor), builds in interpreters.cpythons(interpreters.find()).items():
        if minor not in interpreters.MINORS:
            continue
        text = subprocess.check_output([builds[0][1], "-c", ASK])
        version, ranges = json.loads(text.decode("ascii"))
        answers[minor] = version, set(
            c for first, last in ranges for c in range(first, last + 1))
    return answers


def rows(answers):
    """[first, last, minor] in the order of characters."""
    since = {}
    for minor in sorted(answers):
        for c in answers[minor][1]:
            since.setdefault(c, minor)
        lost = set(since) - answers[minor][1]
        if lost:
            sys.exit("not printable any more in 3.%d: %s; the table needs a "
                     "column for that" % (minor, sorted(map(hex, lost))[:9]))
    out = []
    for c in sorted(since):
        if out and out[-1][1] == c - 1 and out[-1][2] == since[c]:
            out[-1][1] = c
        else:
            out.append([c, c, since[c]])
    return out


def read():
    """The rows of the committed table."""
    out = []
    with open(OUT) as stream:
        for line in stream:
            for item in line.split("X(")[1:]:
                words = item.split(")")[0].split(",")
                if words[0].startswith("0x"):
                    out.append([int(w, 0) for w in words])
    return out


def check(answers):
    table, bad = read(), 0
    for minor, (version, printable) in sorted(answers.items()):
        ours = set(c for first, last, since in table if since <= minor
                   for c in range(first, last + 1))
        print("3.%d, Unicode %s: %d printable, %d differ" % (
            minor, version, len(printable), len(ours ^ printable)))
        bad += len(ours ^ printable)
    return bad or not answers


def write(answers):
    missing = set(interpreters.MINORS) - set(answers)
    if missing:
        sys.exit("no interpreter for 3.%s" % ", 3.".join(map(str, sorted(missing))))
    made = ["3.%d (Unicode %s)" % (m, answers[m][0]) for m in sorted(answers)]
    lines = [" * " + ", ".join(made[:4]) + ",", " * " + ", ".join(made[4:]) + "."]
    table = rows(answers)
    with open(OUT, "w") as stream:
        stream.write(HEAD % "\n".join(lines))
        for i in range(0, len(table), 3):
            stream.write(" ".join("X(0x%05x, 0x%05x, %d)" % tuple(row)
                                  for row in table[i:i + 3]) + "\n")
        stream.write("/* clang-format on */\n")
    print("%s: %d ranges" % (os.path.relpath(OUT), len(table)))
    return 0


if __name__ == "__main__":
    sys.exit(check(ask()) if sys.argv[1:] == ["--check"] else write(ask()))
