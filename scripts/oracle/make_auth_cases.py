#!/usr/bin/env python3
"""Write harness/unit/auth_cases.def: handshakes of vectors/wire as rows of C, for
the unit tests, which read no JSON.

Reads the vectors, asks no interpreter. Where versions differ, each form is tried
as the newest that made it. With --check it compares instead of writing."""

import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import forms  # noqa: E402
import vectorfile  # noqa: E402
from make_dis_cases import ROOT, literal  # noqa: E402
from recipe import expand  # noqa: E402

OUT = os.path.join(ROOT, "harness", "unit", "auth_cases.def")
FILES = ("answer", "deliver", "client", "listener")
CONVERSATIONS = ("wire/sharer/bare-protocol-4", "wire/sharer/sha256-protocol-4")

HEAD = """\
/* What CPython's handshakes take and write: written by
 * scripts/oracle/make_auth_cases.py from vectors/wire, made by interpreters.
 * AUTH(id, version, role, key, random, digest, input, exception, sent, used):
 * used is -1 where it was not looked at.
 * CONVERSATION(id, key, random, input): what a client of a resource sharer
 * writes from its first byte to its last. */
/* clang-format off */
"""


def hexed(text):
    return literal(bytes.fromhex(expand(text)))


def rows_of(case):
    keys = case["keys"]
    for form in case["expect"]["auth"]:
        minor = max(minor for _, (_, minor) in forms.parse(form["made_by"]))
        # A listener of ours that has an empty key asks for it, as from 3.13 on.
        if "key" not in keys or (minor < 13 and not keys["key"]
                                 and keys["role"] == "listener"):
            continue
        result, sent = form["words"][:2]
        used = [w[5:] for w in form["words"][2:] if w.startswith("used:")]
        yield 'AUTH("%s", 3%02d, "%s", %s, %s, "%s", %s, "%s", %s, %s)\n' % (
            case["id"], minor, keys["role"], hexed(keys["key"]),
            hexed(keys["random"]), keys.get("digest", ""), hexed(case["in"]),
            result[1:], hexed(sent[2:]), used[0] if used else "-1")


def cases(name):
    path = os.path.join(ROOT, "vectors", "wire", name + ".json")
    return vectorfile.load(path)["cases"]


def text():
    rows = [row for name in FILES for case in cases(name)
            for row in rows_of(case)]
    for case in cases("sharer"):
        if case["id"] in CONVERSATIONS:
            rows.append('CONVERSATION("%s", %s, %s, %s)\n' % (
                case["id"], hexed(case["keys"]["key"]),
                hexed(case["keys"]["random"]), hexed(case["in"])))
    return HEAD + "".join(rows) + "/* clang-format on */\n"


def main():
    made = text()
    if sys.argv[1:] == ["--check"]:
        with open(OUT) as stream:
            return stream.read() != made
    with open(OUT, "w") as stream:
        stream.write(made)
    return 0


if __name__ == "__main__":
    sys.exit(main())
