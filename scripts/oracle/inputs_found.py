"""Inputs whose kind fuzzing found first: `pickleproof fuzz` against CPython."""
from inputs import Group
from inputs_text import UTF8
from opcodes import op

# Modulo 2 ** 64 these are small.
WRAPPING = ("18446744073709551616", "18446744073709551617",
            "19999999999999999999", "-18446744073709551617",
            "-20000000000000000000", "36893488147419103233",
            "02000000000000000000001", "340282366920938463463374607431768211457")
# A view of what can be written has no hash; a buffer has one.
HASHES = (("set-of-view", b"(\x97\x98\x91."), ("key-view", b"}\x97\x98Ns."),
          ("key-buffer", b"}\x97Ns."), ("keys-view", b"}(\x97\x98Nu."),
          ("set-of-tuple-of-view", b"(\x97\x98\x85\x91."),
          ("dict-of-view", b"(\x97\x98Nd."),
          ("added-view", b"\x8f(\x97\x98\x90."))
ARRAY = op("BYTEARRAY8", b"a")


def found():
    g = Group("found", "What fuzzing found: numbers past 64 bits, text that is "
              "quoted in an error, views as keys, strs of two characters.")
    for i, text in enumerate(WRAPPING):
        line = text.encode("ascii") + b"\n"
        g.add("int-%d" % i, b"I" + line + b".", "TEXT")
        g.add("long-%d" % i, b"L" + line + b".", "TEXT")
        g.add("get-%d" % i, b"]p5\ng" + line + b"\x86.", "TEXT MEMO")
    for name, data in UTF8:
        flags = "TEXT UTF8" + (" SURROGATE" if "surr" in name else "")
        for kind, code in (("int", b"I"), ("long", b"L"), ("float", b"F"),
                           ("get", b"g")):
            g.add("%s-of-%s" % (kind, name), code + data + b"\n.", flags)
    for word, given in (("read-only", "r6162,r63"), ("writable", "w6162,w63")):
        g.rows("BUFFER", [("%s-%s" % (s, word), d) for s, d in HASHES],
               buffers=given)
    g.add("set-of-array-view", b"(" + ARRAY + b"\x98\x91.", "BUFFER")
    g.add("key-array-view", b"}" + ARRAY + b"\x98Ns.", "BUFFER")
    for errors in ("ignore", "replace", "surrogateescape"):
        g.add("two-left-" + errors, b"U\3ab\xff.", "ENCODING", errors=errors)
        g.add("one-left-" + errors, b"U\2a\xff.", "ENCODING", errors=errors)
    g.add("two-bytes-utf8", b"U\2\xc3\xa9.", "ENCODING", enc="utf-8")
    g.add("two-bytes-latin1", b"U\2\xc3\xa9.", "ENCODING", enc="latin-1")
    return g


def groups():
    return [found()]
