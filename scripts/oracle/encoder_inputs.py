"""Values for the encoder's unit tests: canonical text, written by hand, and the
Python expression (over the names of pickleproof_kit) that it stands for.

Reads and writes nothing; make_encoder_cases.py imports it, in each interpreter.
Text is a string, or an array of strings and [string, times], where %x in the
string is the number of the time."""

import pickleproof_kit as kit

ALL = (0, 1, 2, 3, 4, 5)
NEW = (2, 4)
FRAMED = (4, 5)
ONE = (4,)

# Registered with copyreg for the option EXT.
EXTENSIONS = (("ExtA", 1), ("ExtC", 256), ("ExtF", 0x7fffffff))

# What the hooks of an option do; test_encoder_hooks.h does the same in C.
HOOKS = {
    "PID_STR": {"persistent_id": lambda o: 7 if type(o) is str else None},
    "PID_NONE": {"persistent_id": lambda o: None},
    "OVERRIDE": {"reducer_override": lambda o: (
        kit.func, ("o1",)) if type(o) in (
            kit.Plain, set) else NotImplemented},
    "TABLE": {"dispatch_table": {kit.Plain: lambda o: (
        kit.func, ("t1",), "state")}},
    "OUT_OF_BAND": {"buffer_callback": lambda buffer: None},
    "IN_BAND": {"buffer_callback": lambda buffer: True},
}

PLAIN = "n(gpickleproof_kit:Plain;"
FUNC = "o(gpickleproof_kit:func;"


def ints():
    for n in (0, 1, 255, 256, 65535, 65536, 2 ** 31 - 1, 2 ** 31, -1, -128,
              -2 ** 31, -2 ** 31 - 1, 2 ** 39 - 1, 2 ** 39, -2 ** 39,
              -2 ** 39 - 1, 2 ** 47 - 1, -2 ** 47, 2 ** 47, -2 ** 47 - 1,
              2 ** 63 - 1, -2 ** 63, 2 ** 63, 10 ** 40, -10 ** 40,
              2 ** 2039 - 1, -2 ** 2039, 2 ** 2039):
        text = "i%s%x" % ("-" if n < 0 else "", abs(n))
        yield "int-%s" % text[1:20], "l(%s)" % text, "[%d]" % n, ALL
    yield ("int-4300-digits", "i%x" % (10 ** 4300 - 1), "10 ** 4300 - 1",
           (0, 1))
    yield "int-4301-digits", "i%x" % 10 ** 4300, "10 ** 4300", (0, 1, 2)


def floats():
    for bits in ("0000000000000000", "8000000000000000", "3fb999999999999a",
                 "430c6bf526340000", "4341c37937e08000", "4341c37937e07fff",
                 "3f1a36e2eb1c432d", "3ee4f8b588e368f1", "0000000000000001",
                 "7fefffffffffffff", "0010000000000000", "000fffffffffffff",
                 "4415af1d78b58c40", "44b52d02c7e14af6", "3ff0000000000001",
                 "7ff0000000000000", "fff0000000000000", "7ff8000000000000",
                 "fff8000000000000", "7ff0000000000001", "ffffffffffffffff"):
        yield ("float-" + bits, "l(f%s)" % bits, "[f64(0x%s)]" % bits,
               (0, 1, 5))


def strs():
    for name, s in (("empty", u""), ("a", u"ab"), ("escaped", u"\\\n\r\0\x1a"),
                    ("latin1", u"\t\x7f\x80\xff"), ("wide", u"\u0100\u20ac"),
                    ("astral", u"\U0001f600"), ("lone", u"\ud800"),
                    ("pair", u"\ud83d\ude00")):
        data = s.encode("utf-8", "surrogatepass").hex()
        yield "str-" + name, "u" + data, ascii(s), ALL
        yield ("str-%s-twice" % name, "l($1=u%s,$1)" % data,
               "twice(fresh(%s))" % ascii(s), (0, 1))
    for n in (15, 16, 17, 255, 256):
        yield ("str-%d" % n, ["l(u", ["78", n], ",u", ["79", n], ")"],
               "['x' * %d, 'y' * %d]" % (n, n), ALL)
    yield ("str-one-character", "l(b61,$S61=u61,u6161)", "[b'a', chr(97), 'aa']",
           ALL)
    yield "str-interned", "l(b6162,$L=u6c6174696e31)", "[b'ab', 'latin1']", (0, 2)


def blobs():
    for name, data in (("empty", b""), ("a", b"a"), ("some", b"a\xff\0\n")):
        text = data.hex()
        yield "bytes-" + name, "l($1=b%s,$1)" % text, (
            "twice(fresh(%r))" % data), ALL
        yield "bytearray-" + name, "l(B%s,*1)" % text, (
            "twice(bytearray(%r))" % data), ALL
        yield "bytearrays-" + name, "l(B%s,B%s)" % (text, text), (
            "[bytearray(%r), bytearray(%r)]" % (data, data)), (0, 2, 4)
        yield "readonly-" + name, "l(r%s,*1)" % text, (
            "twice(PickleBuffer(%r))" % data), (4, 5)
        yield "writable-" + name, "l(w%s,*1)" % text, (
            "twice(PickleBuffer(bytearray(%r)))" % data), (4, 5)
    for n in (255, 256):
        yield "bytes-%d" % n, ["b", ["78", n]], "b'x' * %d" % n, ALL


def containers():
    yield "none", "N", "None", ALL
    yield "bools", "l(T,F)", "[True, False]", ALL
    yield "complex", "l(c3ff00000000000004000000000000000,T)", (
        "[1+2j, True]"), ALL
    for n in range(6):
        items = ",".join("i%x" % i for i in range(n))
        yield "tuple-%d" % n, "t(%s)" % items, "tuple(range(%d))" % n, ALL
        yield "list-%d" % n, "l(%s)" % items, "list(range(%d))" % n, ALL
        yield "dict-%d" % n, "d(%s)" % ",".join(
            "i%x=N" % i for i in range(n)), "dict.fromkeys(range(%d))" % n, ALL
        yield "set-%d" % n, "S(%s)" % items, "set(range(%d))" % n, ALL
        yield "frozenset-%d" % n, "z(%s)" % items, (
            "frozenset(range(%d))" % n), ALL
    for n in (999, 1000, 1001, 1002, 2000, 2001, 3001):
        yield "list-%d" % n, ["l(", ["N,", n - 1], "N)"], "[None] * %d" % n, (
            0, 1, 4)
        items = [["i%x,", n - 1], "i%x)" % (n - 1)]
        pairs = [["i%x=N,", n - 1], "i%x=N)" % (n - 1)]
        yield "dict-%d" % n, ["d("] + pairs, (
            "dict.fromkeys(range(%d))" % n), (0, 1, 4)
        yield "set-%d" % n, ["S("] + items, "set(range(%d))" % n, (2, 4)
        yield "frozenset-%d" % n, ["z("] + items, (
            "frozenset(range(%d))" % n), (2, 4)
        yield "items-%d" % n, [FUNC + ";;", ["N,", n - 1], "N)"], (
            "R(func, (), None, [None] * %d)" % n), (1, 4)
        yield "pairs-%d" % n, [FUNC + ";;;"] + pairs, (
            "R(func, (), None, None, dict.fromkeys(range(%d)))" % n), (1, 4)


def cycles():
    yield "list-self", "l(*0)", "tie([], lambda l: l.append(l))", ALL
    yield "dict-self", "d(i1=*0)", "tie({}, lambda d: d.update({1: d}))", ALL
    for n in (1, 2, 3, 4):
        yield "tuple-self-%d" % n, "t(%sl(*0))" % ("N," * (n - 1)), (
            "tie([], lambda l: l.append((None,) * %d + (l,)))[0]" % (n - 1)
        ), ALL
    yield "frozenset-self", "z(n(gpickleproof_kit:Hashed;;d(u6162=*0)))", (
        "(lambda o: tie(frozenset([o]), lambda f: setattr(o, 'ab', f)))"
        "(Hashed())"), ALL
    yield "instance-self", PLAIN + ";d(u6d65=*0))", (
        "tie(Plain(), lambda o: setattr(o, 'me', o))"), ALL
    yield "arguments-self", FUNC + "l(*0);u7374617465;i1;i2=i3)", (
        "tie([], lambda l: l.append(R(func, (l,), 'state', [1], {2: 3})))[0]"
    ), ALL
    yield "state-self", FUNC + ";*0)", (
        "tie(R(func, (), 0), lambda r: setattr(r, 'parts', (func, (), r)))"
    ), ALL
    yield "shared", "l(l(),*1,t(i1,i2),*2,t(),t())", (
        "(lambda l, t: [l, l, t, t, (), ()])([], (1, 2))"), ALL


def names():
    for name in ("builtins:int", "builtins:range", "builtins:map",
                 "builtins:OSError", "builtins:len", "_functools:reduce",
                 "collections:UserDict", "pickleproof_kit:Plain",
                 "pickleproof_kit:Outer.Inner", "pickleproof_kit:func",
                 "pickleproof_kit:Outer.Inner.Deep"):
        module, qualname = name.split(":")
        expr = "__import__('%s').%s" % (module, qualname)
        yield "global-" + qualname, "l(g%s,g%s)" % (name, name), (
            "twice(%s)" % expr), ALL
    yield "global-two", "l(gpickleproof_kit:Plain,gpickleproof_kit:Plain2)", (
        "[Plain, Plain2]"), ALL
    yield "global-siblings", (
        "l(gpickleproof_kit:Outer,gpickleproof_kit:Outer.Inner,"
        "gpickleproof_kit:Outer.Inner.Deep,gpickleproof_kit:Outer.Inner)"), (
            "[Outer, Outer.Inner, Outer.Inner.Deep, Outer.Inner]"), ALL
    yield "global-non-ascii", "gpickleproof_kit:%c3%80%c3%89", (
        "getattr(__import__('pickleproof_kit'), '\\xc0\\xc9')"), ALL
    yield "global-lambda", "gpickleproof_kit:<lambda>", "eval('lambda: 0')", (
        0, 4)


def objects():
    yield "instance", PLAIN + ")", "Plain()", ALL
    yield "instance-state", PLAIN + ";d(u6162=i1))", "make(Plain, ab=1)", ALL
    yield "instances", "l(%s;d($1=u6162=i1)),%s;d($1=i2)))" % (PLAIN, PLAIN), (
        "[make(Plain, ab=1), make(Plain, ab=2)]"), ALL
    for state, text in (("0", "i0"), ("()", "t()"), ("''", "u"),
                        ("False", "F"), ("(1, 2)", "t(i1,i2)")):
        yield "state-" + text, "n(gpickleproof_kit:WithState;;%s)" % text, (
            "WithState(%s)" % state), ALL
    yield "slots", "n(gpickleproof_kit:Slots;;t(N,d(u78=i1));;;;-)", (
        "make(Slots, x=1)"), ALL
    yield "keywords", "n(gpickleproof_kit:NewArgsEx;i1;;;;d(u6b31=i2))", (
        "NewArgsEx(1, k1=2)"), ALL
    yield "new-arguments", "n(gpickleproof_kit:NewArgsBare;i1,i2)", (
        "NewArgsBare(1, 2)"), (2, 3, 4, 5)
    yield "my-int", "n(gpickleproof_kit:MyInt;i5;;;;;int)", "MyInt(5)", ALL
    yield "my-str", "n(gpickleproof_kit:MyStr;u7879;;;;;str)", (
        "MyStr('xy')"), ALL
    yield "my-bytes", "n(gpickleproof_kit:MyBytes;b7879;;;;;bytes)", (
        "MyBytes(b'xy')"), ALL
    yield "my-tuple", "n(gpickleproof_kit:MyTuple;t(i1,i2);;;;;tuple)", (
        "MyTuple((1, 2))"), ALL
    yield "my-tuple-self", "n(gpickleproof_kit:MyTuple;t(l(*0));;;;;tuple)", (
        "tie([], lambda l: l.append(MyTuple((l,))))[0]"), ALL
    yield "my-list", "n(gpickleproof_kit:MyList;;;i1,i2;;;list)", (
        "MyList([1, 2])"), ALL
    yield "my-dict", "n(gpickleproof_kit:MyDict;;;;i1=i2;;dict)", (
        "MyDict({1: 2})"), ALL
    for name, parts, text in (
            ("bare", "()", ""), ("one", "(1,)", "i1"),
            ("state", "(1,), 'st'", "i1;u7374"),
            ("all", "(1,), 'st', [1, 2], {3: 4}", "i1;u7374;i1,i2;i3=i4"),
            ("setter", "(1,), 'st', [1], {3: 4}, setter",
             "i1;u7374;i1;i3=i4;gpickleproof_kit:setter"),
            ("setter-alone", "(), 0, None, None, setter",
             ";i0;;;gpickleproof_kit:setter")):
        yield "reduce-" + name, FUNC + text + ")", "R(func, %s)" % parts, ALL
    yield "reduce-shared-arguments", (
        "l(t(i1),%s=*1),%s=*1))" % (FUNC, FUNC)), (
            "(lambda t: [t, R(func, t), R(func, t)])((1,))"), ALL
    yield "newobj-without-arguments", "o(gcopyreg:__newobj__;)", (
        "Raw(lambda: (copyreg.__newobj__, ()))"), (2, 4)
    yield "newobj-ex-of-two", "o(gcopyreg:__newobj_ex__;i1,i2)", (
        "Raw(lambda: (copyreg.__newobj_ex__, (1, 2)))"), (2, 4)
    raw = "gpickleproof_kit:Raw"
    # Protocols 2 and 3 have a partial() of the class's __new__ for __newobj_ex__,
    # which no text of the call can name.
    for name, call, text, protocols in (
            ("newobj", "copyreg.__newobj__, (Raw, 1, [2])",
             "o(gcopyreg:__newobj__;%s,i1,l(i2))" % raw, ALL),
            ("newobj-state", "copyreg.__newobj__, (Raw,), 'st'",
             "o(gcopyreg:__newobj__;%s;u7374)" % raw, ALL),
            ("newobj-no-class", "copyreg.__newobj__, (1,)",
             "o(gcopyreg:__newobj__;i1)", ALL),
            ("newobj-ex", "copyreg.__newobj_ex__, (Raw, (1,), {'k': 2})",
             "o(gcopyreg:__newobj_ex__;%s,t(i1),d(u6b=i2))" % raw,
             (0, 1, 4, 5)),
            ("newobj-ex-bare", "copyreg.__newobj_ex__, (Raw, (), {}), 'st'",
             "o(gcopyreg:__newobj_ex__;%s,t(),d();u7374)" % raw, (0, 1, 4, 5)),
            ("newobj-ex-no-class", "copyreg.__newobj_ex__, (1, (), {})",
             "o(gcopyreg:__newobj_ex__;i1,t(),d())", ALL),
            ("newobj-ex-list", "copyreg.__newobj_ex__, (Raw, [], {})",
             "o(gcopyreg:__newobj_ex__;%s,l(),d())" % raw, (0, 1, 4, 5)),
            ("newobj-ex-no-dict", "copyreg.__newobj_ex__, (Raw, (), [])",
             "o(gcopyreg:__newobj_ex__;%s,t(),l())" % raw, ALL)):
        yield "call-" + name, text, "Raw(lambda: (%s))" % call, protocols


def memo():
    for n in (255, 256, 257):
        text = ",".join("$%d=u%s" % (i, ("s%x" % i).encode().hex())
                        for i in range(n))
        again = ",".join("$%d" % i for i in range(n))
        yield "memo-%d" % n, "l(l(%s),l(%s))" % (text, again), (
            "(lambda s: [s, list(s)])(strs(%d))" % n), (0, 1, 4)


def frames():
    for n in (65519, 65520, 65521, 65524, 65525, 65526, 65527, 65535, 65536,
              65537):
        yield "frame-str-%d" % n, ["l(u", ["78", n], ",i1,i2)"], (
            "['x' * %d, 1, 2]" % n), (2, 4)
        yield "frame-bytes-%d" % n, ["l(b", ["78", n], ",N,u7979)"], (
            "[b'x' * %d, None, 'yy']" % n), (3, 4)
        yield "frame-bytearray-%d" % n, ["t(B", ["78", n], ",i1)"], (
            "(bytearray(b'x' * %d), 1)" % n), (2, 4, 5)
    yield "frame-latin1", ["l(b", ["ff", 70000], ",N)"], (
        "[b'\\xff' * 70000, None]"), (0, 2, 4)
    yield "frame-bare-str", ["u", ["78", 65536]], "'x' * 65536", FRAMED
    yield "frame-two", ["t(u", ["78", 65536], ",u", ["79", 65536], ")"], (
        "('x' * 65536, 'y' * 65536)"), FRAMED
    yield "frame-ints", ["l(", ["if4240,", 69999], "if4240)"], (
        "[1000000] * 70000"), (2, 4)
    yield "frame-tuple", ["t(", ["N,", 69999], "N)"], "(None,) * 70000", (
        2, 4)
    yield "frame-int", ["i1", ["0", 140000]], "16 ** 140000", (2, 4)
    yield "frame-text", ["l(u", ["e18888", 30000], ",N)"], (
        "['\\u1208' * 30000, None]"), (0, 4)
    for n in range(5):
        yield "frame-after-%d" % n, [
            "l(u", ["78", 65536], ",N" * n, ",u", ["79", 65536], ")"], (
                "['x' * 65536] + [None] * %d + ['y' * 65536]" % n), ONE


def plain_inputs():
    for group in (ints, floats, strs, blobs, containers, cycles, names,
                  objects, memo, frames):
        for name, text, expr, protocols in group():
            yield name, text, expr, protocols, "NONE"


def option_inputs():
    shared = "l($1=u6162,$1,l(),t(i1,i2),d(i1=S(i2)),%s;d(u6162=i1)))" % PLAIN
    made = ("(lambda s: [s, s, [], (1, 2), {1: {2}}, make(Plain, ab=1)])"
            "(fresh('ab'))")
    yield "fast", shared, made, ALL, "FAST"
    yield "fast-cycle", "l(*0)", "tie([], lambda l: l.append(l))", (
        0, 4), "FAST"
    yield "fast-cycle-dict", "d(i1=t(*0))", (
        "tie({}, lambda d: d.update({1: (d,)}))"), (1, 4), "FAST"
    yield "fast-deep", "l(" * 60 + ")" * 60, (
        "nest(59, lambda x: [x], [])"), (0, 4), "FAST"
    yield "fast-nested", "gpickleproof_kit:Outer.Inner.Deep", (
        "Outer.Inner.Deep"), ALL, "FAST"
    yield "no-fix", "l(gbuiltins:int,gbuiltins:range,S(i1))", (
        "[int, range, {1}]"), (0, 2), "NO_FIX"
    yield "many", "t($1=u6162,$1,l(i1),*1)", (
        "(lambda s, l: (s, s, l, l))(fresh('ab'), [1])"), ALL, "MANY"
    yield "clear", "t($1=u6162,$1,l(b78),*1)", (
        "(lambda s, l: (s, s, l, l))(fresh('ab'), [b'x'])"), ALL, "CLEAR"
    yield "ext", (
        "l(gpickleproof_kit:ExtA,gpickleproof_kit:ExtC,gpickleproof_kit:ExtF,"
        "gpickleproof_kit:ExtA,n(gpickleproof_kit:ExtA;))"), (
            "[ExtA, ExtC, ExtF, ExtA, ExtA()]"), ALL, "EXT"
    for option in ("PID_STR", "PID_NONE"):
        yield "hook-values", shared, made, ALL, option
        yield "hook-lowered", "l(b6162,b,B78,B,c%s,z(i1))" % ("0" * 32), (
            "[b'ab', b'', bytearray(b'x'), bytearray(), 0j, frozenset([1])]"
        ), ALL, option
        yield "hook-names", (
            "l(gpickleproof_kit:Plain,gpickleproof_kit:Outer.Inner.Deep,"
            "gbuiltins:int)"), "[Plain, Outer.Inner.Deep, int]", ALL, option
        yield "hook-objects", (
            "l(n(gpickleproof_kit:NewArgsBare;u6162,i2),%si1;u7374;u61,i2;u62="
            "i1;gpickleproof_kit:setter))" % FUNC), (
                "[NewArgsBare('ab', 2), "
                "R(func, (1,), 'st', ['a', 2], {'b': 1}, setter)]"), (
                    2, 3, 4, 5), option
        yield "hook-keywords", (
            "n(gpickleproof_kit:NewArgsEx;i1;;;;d(u6b31=i2))"), (
                "NewArgsEx(1, k1=2)"), ALL, option
    for option in ("OVERRIDE", "TABLE"):
        yield "hook-values", shared, made, (
            0, 2, 4, 5), option
        yield "hook-twice", "l(%s),*1,l())" % PLAIN, (
            "twice(Plain()) + [[]]"), ALL, option
    for option in ("OUT_OF_BAND", "IN_BAND"):
        yield "hook-buffers", "l(R6162,*1,W63,B64)", (
            "twice(PickleBuffer(b'ab')) + "
            "[PickleBuffer(bytearray(b'c')), bytearray(b'd')]"), (5,), option


def inputs():
    """(name, text, expression, protocols, option)"""
    seen = set()
    for case in list(plain_inputs()) + list(option_inputs()):
        name = case[0] if case[4] == "NONE" else "%s %s" % (
            case[0], case[4].lower())
        if name in seen:
            raise ValueError("two cases are called " + name)
        seen.add(name)
        if case[3]:
            yield (name,) + case[1:]
