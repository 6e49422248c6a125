#!/usr/bin/env python3
"""Write impl/src/pickle/names.def: the tables of _compat_pickle, by which
pickle maps names between Python 2 and Python 3, in each CPython.

Asks one interpreter of each minor version found on this machine; refuses to
write if a version is missing. With --check it compares instead, and versions
that are missing are left out."""

import json
import os
import re
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import interpreters  # noqa: E402

OUT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..",
                   "impl", "src", "pickle", "names.def")
# The macro of each direction, and its two tables in _compat_pickle.
TABLES = (("TO3", "NAME_MAPPING", "IMPORT_MAPPING"),
          ("TO2", "REVERSE_NAME_MAPPING", "REVERSE_IMPORT_MAPPING"))
ASK = """
import json, _compat_pickle as c
print(json.dumps([[k + v for k, v in getattr(c, names).items()] +
                  [(k, "", v, "") for k, v in getattr(c, modules).items()]
                  for _, names, modules in %r]))
""" % (TABLES,)
HEAD = """\
/* Names that pickle maps between Python 2 and Python 3 at protocols 0 to 2:
 * X(module, name, mapped module, mapped name, since, until), for CPython
 * 3.since to 3.until, ordered by their bytes. TO3 is for reading, TO2 for
 * writing. An empty name: every other name of the module, kept as it is.
 * Written by scripts/oracle/make_names.py from %s. */
/* clang-format off */
"""


def ask():
    """{minor: [set of rows of each table]}."""
    answers = {}
    for (major, minor), builds in interpreters.cpythons(
            interpreters.find()).items():
        if major == 3:
            text = subprocess.check_output([builds[0][1], "-c", ASK])
            answers[minor] = [set(map(tuple, table)) for table
                              in json.loads(text.decode("ascii"))]
    return answers


def spans(answers, index):
    """[(row, since, until)] of one table, in order."""
    minors = sorted(answers)
    out = []
    for row in sorted(set.union(*(answers[m][index] for m in minors))):
        having = [m for m in minors if row in answers[m][index]]
        if having != [m for m in minors if having[0] <= m <= having[-1]]:
            sys.exit("%r comes and goes: %s" % (row, having))
        out.append((row, having[0], having[-1]))
    return out


def read():
    """[(macro, row, since, until)] of the committed table."""
    out = []
    with open(OUT) as stream:
        for line in stream:
            match = re.match(r'(\w+)\((".*"), (\d+), (\d+)\)$', line)
            if match:
                words = re.findall(r'"([^"]*)"', match.group(2))
                out.append((match.group(1), tuple(words),
                            int(match.group(3)), int(match.group(4))))
    return out


def check(answers):
    table, bad = read(), 0
    for minor in sorted(answers):
        for index, (macro, _, _) in enumerate(TABLES):
            ours = set(row for m, row, since, until in table
                       if m == macro and since <= minor <= until)
            differ = ours ^ answers[minor][index]
            bad += len(differ)
            print("3.%d %s: %d entries, %d differ" % (
                minor, macro, len(answers[minor][index]), len(differ)))
    return bool(bad or not answers)


def write(answers):
    missing = set(interpreters.MINORS) - set(answers)
    if missing:
        sys.exit("no interpreter for 3.%s" % ", 3.".join(
            map(str, sorted(missing))))
    with open(OUT, "w") as stream:
        stream.write(HEAD % ("CPython 3.%d to 3.%d" % (
            min(answers), max(answers))))
        for index, (macro, _, _) in enumerate(TABLES):
            for row, since, until in spans(answers, index):
                stream.write("%s(%s, %d, %d)\n" % (
                    macro, ", ".join('"%s"' % w for w in row), since, until))
        stream.write("/* clang-format on */\n")
    print("%s: %d entries" % (os.path.relpath(OUT), len(read())))
    return 0


if __name__ == "__main__":
    sys.exit(check(ask()) if sys.argv[1:] == ["--check"] else write(ask()))
