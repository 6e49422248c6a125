"""Inputs that no other group had: kinds that fuzzing found first (`pickleproof
fuzz` against CPython), and what coverage of impl/src showed to be missing."""
from inputs import Group
from inputs_decode import KIT
from inputs_text import UTF8
from opcodes import op

# Modulo 2 ** 64 these are small.
WRAPPING = ("18446744073709551616", "18446744073709551617",
            "19999999999999999999", "-18446744073709551617",
            "-20000000000000000000", "36893488147419103233",
            "02000000000000000000001", "340282366920938463463374607431768211457")
ZERO_LED = ("01__2", "01_", "01x", "00x", "0_0x", "01 x", "0_", "0x1__2", "0b2")
# A view of what can be written has no hash; a buffer has one.
HASHES = (("set-of-view", b"(\x97\x98\x91."), ("key-view", b"}\x97\x98Ns."),
          ("key-buffer", b"}\x97Ns."), ("keys-view", b"}(\x97\x98Nu."),
          ("set-of-tuple-of-view", b"(\x97\x98\x85\x91."),
          ("dict-of-view", b"(\x97\x98Nd."),
          ("added-view", b"\x8f(\x97\x98\x90."))
COMPLEX = b"c__builtin__\ncomplex\n"
ARRAY = op("BYTEARRAY8", b"a")
# What BUILD is asked of, and with what: the unpicklers ask in different order
# whether a state is true, has items, and whether there is a __dict__.
TARGETS = (("list", b"]"), ("int", b"K\7"), ("tuple", b")"), ("none", b"N"),
           ("class", KIT + b"Plain\n"), ("object", KIT + b"Plain\n)\x81"),
           ("with-slots", KIT + b"Slots\n)\x81"))
STATES = (("none", b"N"), ("false", b"\x89"), ("zero", b"K\0"), ("one", b"K\1"),
          ("float-zero", op("BINFLOAT", 0.0)), ("float", op("BINFLOAT", 1.5)),
          ("minus-zero", op("BINFLOAT", -0.0)),
          ("nan", op("BINFLOAT", float("nan"))),
          ("complex-zero", b"c__builtin__\ncomplex\nK\0\x85R"),
          ("complex", b"c__builtin__\ncomplex\nK\1\x85R"),
          ("complex-of-zeros", COMPLEX + op("BINFLOAT", 0.0) * 2 + b"\x86R"),
          ("complex-of-floats", COMPLEX + op("BINFLOAT", 1.5) * 2 + b"\x86R"),
          ("big-zero", op("LONG1", b"")), ("big", op("LONG1", b"\0" * 8 + b"\1")),
          ("str-empty", op("SHORT_BINUNICODE", b"")),
          ("str", op("SHORT_BINUNICODE", b"a")),
          ("bytes-empty", op("SHORT_BINBYTES", b"")),
          ("bytes", op("SHORT_BINBYTES", b"a")),
          ("array-empty", op("BYTEARRAY8", b"")), ("array", ARRAY),
          ("tuple-empty", b")"), ("list-empty", b"]"), ("list", b"]K\1a"),
          ("set-empty", b"\x8f"), ("set", b"\x8f(K\1\x90"),
          ("frozenset-empty", b"(\x91"), ("dict-empty", b"}"),
          ("dict", b"}\x8c\1aK\1s"), ("dict-int", b"}K\1K\1s"),
          ("dict-big", b"}" + op("LONG1", b"\0" * 8 + b"\1") + b"K\1s"),
          ("object", KIT + b"Plain\n)\x81"), ("class", KIT + b"Plain\n"))

# Frozensets that are equal though one names its elements more than once, alone
# and in a tuple.
REPEATED = (("frozenset", b"(K\1K\2K\1K\2\x91", b"(K\2K\1\x91"),
            ("in-tuple", b"(K\1K\1\x91\x85", b"(K\1\x91\x85"),
            ("in-frozenset", b"((K\1\x89\x91(K\1\x91\x91",
             b"((\x88\x91(K\1K\1\x91\x91"))


def repeated_elements(g):
    for slug, one, other in REPEATED:
        for few, before in (("", b""), ("-of-many", b"".join(
                b"K%c" % n for n in range(100, 110)))):
            pairs = b"".join(b"K%cN" % n for n in before[1::2])
            g.add("set-of-repeated-%s%s" % (slug, few), b"\x8f(" + before + one
                  + other + b"\x90.", "SET")
            g.add("keys-repeated-%s%s" % (slug, few), b"}(" + pairs + one
                  + b"K\3" + other + b"K\4u.", "SET")


def many_gets(g):
    """GET of one byte and of four, in rows and in turns, of 300 lists."""
    made = b"\x80\4(" + b"]\x94" * 300
    one = [op("BINGET", n) for n in range(0, 256, 37)]
    four = [op("LONG_BINGET", n) for n in (299, 256, 257, 3, 255)]
    turns = [x for pair in zip(one, four) for x in pair]
    missing = op("LONG_BINGET", 300)
    for slug, gets in (("one-byte", one), ("four-bytes", four),
                       ("turns", turns), ("turns-from-four", turns[1:]),
                       ("rows", one + four + one + four + turns)):
        data = made + b"".join(gets)
        g.add("gets-" + slug, data + b"t.", "MEMO_INDEX")
        g.add("gets-%s-missing" % slug, data + missing + b"t.", "MEMO_INDEX")
        g.add("gets-%s-one-more" % slug, data + missing + one[0] + b"t.",
              "MEMO_INDEX")
        for left in (1, 2, 4):
            g.add("gets-%s-cut-to-%d" % (slug, left), data + four[0][:left],
                  "MEMO_INDEX")
        g.add("gets-%s-cut-short" % slug, data + one[0][:1], "MEMO_INDEX")


def found():
    g = Group("found", "What fuzzing found: numbers past 64 bits, text that is "
              "quoted in an error, views as keys, strs of two characters.")
    for i, text in enumerate(WRAPPING):
        line = text.encode("ascii") + b"\n"
        g.add("int-%d" % i, b"I" + line + b".", "TEXT")
        g.add("long-%d" % i, b"L" + line + b".", "TEXT")
        g.add("get-%d" % i, b"]p5\ng" + line + b"\x86.", "TEXT MEMO")
    # Which base the message names depends on what comes first, and on the
    # version.
    for i, text in enumerate(ZERO_LED):
        g.add("long-zero-led-%d" % i, b"L" + text.encode("ascii") + b"\n.",
              "TEXT")
    for name, data in UTF8:
        flags = "TEXT UTF8" + (" SURROGATE" if "surr" in name else "")
        for kind, code in (("int", b"I"), ("long", b"L"), ("float", b"F"),
                           ("get", b"g")):
            g.add("%s-of-%s" % (kind, name), code + data + b"\n.", flags)
    # The first look-up is remembered, whatever PROTO comes between.
    for slug, data in (("early", b"\x80\4\x82\1\x80\2\x82\1\x86."),
                       ("late", b"\x80\2\x82\1\x80\4\x82\1\x86."),
                       ("one-late", b"\x80\4\x80\2\x82\1.")):
        g.add("extension-" + slug, data, "EXT",
              ext="pickleproof_kit:Outer.Inner:1")
        g.add("extension-old-name-" + slug, data, "EXT",
              ext="__builtin__:range:1")
    for word, given in (("read-only", "r6162,r63"), ("writable", "w6162,w63")):
        g.rows("BUFFER", [("%s-%s" % (s, word), d) for s, d in HASHES],
               buffers=given)
    g.add("set-of-array-view", b"(" + ARRAY + b"\x98\x91.", "BUFFER")
    g.add("key-array-view", b"}" + ARRAY + b"\x98Ns.", "BUFFER")
    for errors in ("ignore", "replace", "surrogateescape"):
        g.add("two-left-" + errors, b"U\3ab\xff.", "ENCODING", errors=errors)
        g.add("one-left-" + errors, b"U\2a\xff.", "ENCODING", errors=errors)
    repeated_elements(g)
    many_gets(g)
    for slug, name in (("class", b"Plain"), ("nested-class", b"Outer.Inner")):
        made = (b"\x80\4\x8c\x0fpickleproof_kit\x8c%c" % len(name) + name
                + b"\x93)\x81")
        g.add("newobj-of-instance-of-" + slug, made + b")\x81.", "NEWOBJ")
        g.add("view-of-instance-of-" + slug, made + b"\x98.", "BUFFER")
        g.add("index-by-instance-of-" + slug, b"]" + made + b"Ns.", "STACK")
    for slug, made in (("list", b"list"), ("set", b"set"), ("tuple", b"tuple")):
        g.add(slug + "-of-dict", b"c__builtin__\n" + made
              + b"\n}(K\1NK\2Nu\x85R.", "REDUCE")
    # pickle.py takes the keys for the arguments.
    g.add("newobj-args-dict-of-two", KIT + b"Plain\n}(K\1NK\2Nu\x81.", "NEWOBJ")
    g.add("two-bytes-utf8", b"U\2\xc3\xa9.", "ENCODING", enc="utf-8")
    g.add("two-bytes-latin1", b"U\2\xc3\xa9.", "ENCODING", enc="latin-1")
    return g


def build():
    g = Group("build", "BUILD of what has no __dict__, or no items to take.")
    for target, made in TARGETS:
        for slug, state in STATES:
            g.add("%s-%s" % (target, slug), made + state + b"b.",
                  "BUILD")
            g.add("%s-slots-%s" % (target, slug), made + b"N" + state
                  + b"\x86b.", "BUILD")
            g.add("%s-%s-and-slots" % (target, slug), made + state
                  + b"}\x8c\1aK\1s\x86b.", "BUILD")
    return g


def groups():
    return [found(), build()]
