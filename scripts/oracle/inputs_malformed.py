"""Inputs with one fault each: cut short, wrong sizes, unknown opcodes."""
import struct

from inputs import Group
from inputs_decode import KIT, frame, text8, u64
from opcodes import BY_NAME, op

GOOD = {
    "PUT": b"]p0\n", "BINPUT": b"]q\0", "LONG_BINPUT": b"]r\0\0\0\0",
    "GET": b"]p0\ng0\n", "BINGET": b"]q\0h\0", "LONG_BINGET": b"]q\0j\0\0\0\0",
    "GLOBAL": KIT + b"Plain\n", "INST": b"(ipickleproof_kit\nPlain\n",
    "INT": b"I12\n", "LONG": b"L12L\n", "FLOAT": b"F1.5\n",
    "STRING": b"S'ab'\n", "UNICODE": b"Vab\n", "PERSID": b"Pid\n",
    "BININT": op("BININT", 70000), "BININT1": op("BININT1", 7),
    "BININT2": op("BININT2", 700), "BINFLOAT": op("BINFLOAT", 1.5),
    "LONG1": op("LONG1", b"\1\2\3"), "LONG4": op("LONG4", b"\1\2\3"),
    "BINSTRING": op("BINSTRING", b"abc"), "PROTO": b"\x80\x02N",
    "SHORT_BINSTRING": op("SHORT_BINSTRING", b"abc"),
    "BINUNICODE": op("BINUNICODE", b"abc"),
    "SHORT_BINUNICODE": op("SHORT_BINUNICODE", b"abc"),
    "BINUNICODE8": op("BINUNICODE8", b"abc"),
    "BINBYTES": op("BINBYTES", b"abc"),
    "SHORT_BINBYTES": op("SHORT_BINBYTES", b"abc"),
    "BINBYTES8": op("BINBYTES8", b"abc"),
    "BYTEARRAY8": op("BYTEARRAY8", b"abc"), "FRAME": frame(b"N"),
    "EXT1": b"\x82\x01", "EXT2": b"\x83\x01\0", "EXT4": b"\x84\x01\0\0\0",
}
WHOLE = {
    "list-p0": b"(lp0\nI1\naI2\na.", "list-p2": b"\x80\x02]q\0(K\x01K\x02e.",
    "list-p4": b"\x80\x04" + frame(b"]\x94(K\x01K\x02e."),
    "dict-p0": b"(dp0\nVk\np1\nI1\ns.",
    "dict-p4": b"\x80\x04" + frame(b"}\x94" + text8("k") + b"\x94K\x01s."),
    "object-p2": b"\x80\x02" + KIT + b"Plain\nq\0)\x81q\x01}q\x02X\x01\0\0\0"
                 b"aq\x03K\x01sb.",
    "object-p4": b"\x80\x04" + frame(
        text8("pickleproof_kit") + b"\x94" + text8("Plain")
        + b"\x94\x93\x94)\x81\x94}\x94" + text8("a") + b"\x94K\x01sb."),
    "bytes-p2": b"\x80\x02c_codecs\nencode\nq\0X\x02\0\0\0abq\x01X\x06\0\0\0"
                b"latin1q\x02\x86q\x03Rq\x04.",
    "set-p4": b"\x80\x04" + frame(b"\x8f\x94(K\x01K\x02\x90."),
    "bytearray-p5": b"\x80\x05" + frame(op("BYTEARRAY8", b"ab") + b"\x94."),
    "two-frames": b"\x80\x04" + frame(b"](") + frame(b"K\x01K\x02e."),
}
SIZES = (4, 10, 255, 65536, 2**31 - 1, 2**31, 2**32 - 1, 2**48, 2**62,
         2**63 - 1, 2**63, 2**64 - 1)


def truncated():
    g = Group("truncated", "Pickles cut at every byte.")
    for name, data in GOOD.items():
        slug = name.lower().replace("_", "-")
        keys = {"pid": "1"} if name == "PERSID" else {}
        if name.startswith("EXT"):
            keys = {"ext": "pickleproof_kit:Plain:1"}
        for cut in range(1, len(data) + 1):
            # Cut there, the name is that of a module that exists.
            if not data[:cut].endswith((b"pickle", b"picklep")):
                g.add("%s-at-%02d" % (slug, cut), data[:cut], "TRUNCATION",
                      **keys)
    for name, data in WHOLE.items():
        for cut in range(len(data)):
            if not data[:cut].endswith((b"pickle", b"picklep")):
                g.add("%s-at-%02d" % (name, cut), data[:cut], "TRUNCATION")
    for name in GOOD:
        if BY_NAME[name].arg is not None:
            g.add("bare-" + name.lower().replace("_", "-"),
                  bytes([ord(BY_NAME[name].code)]), "TRUNCATION")
    return g


def single_bytes():
    g = Group("byte", "Each of the 256 bytes by itself, with STOP, and after "
              "a value.")
    for b in range(256):
        flags = "TRUNCATION" if chr(b) in {
            o.code for o in BY_NAME.values()} else "UNKNOWN_OPCODE"
        g.add("only-%02x" % b, bytes([b]), flags)
        g.add("then-stop-%02x" % b, bytes([b]) + b".", flags)
        if flags == "UNKNOWN_OPCODE":
            g.add("after-value-%02x" % b, b"\x80\x02N" + bytes([b]) + b".",
                  flags)
    return g


def sizes():
    g = Group("size", "Lengths that are longer than the data, negative, or "
              "beyond any machine.")
    formats = {"string4": "<I", "bytes4": "<I", "unicodestring4": "<I",
               "long4": "<I", "bytes8": "<Q", "bytearray8": "<Q",
               "unicodestring8": "<Q", "string1": "<B", "bytes1": "<B",
               "unicodestring1": "<B", "long1": "<B"}
    for name, opcode in BY_NAME.items():
        if opcode.arg is None or opcode.arg.name not in formats:
            continue
        form = formats[opcode.arg.name]
        limit = 256 ** struct.calcsize(form)
        for size in SIZES:
            # Sizes that some memory would hold decide nothing.
            if size >= limit or 2**31 <= size < 2**48 and form == "<Q":
                continue
            big = form != "<Q" and size > 70000
            flags = "SIZE LIMIT" if big or size > 2**40 else "SIZE"
            slug = "%s-%d" % (name.lower().replace("_", "-"), size)
            code = bytes([ord(opcode.code)]) + struct.pack(form, size)
            if size in (2**31 - 1, 2**31, 2**32 - 1) and form == "<I" and (
                    name in ("BINBYTES", "BINUNICODE", "BINSTRING", "LONG4")):
                flags = "SIZE LIMIT"
            g.add(slug, code + b"abc.", flags)
            g.add(slug + "-no-data", code, flags)
    for size in (1, 2, 3, 100, 2**31, 2**32, 2**48, 2**63 - 1, 2**63,
                 2**64 - 1):
        g.add("frame-%d" % size, b"\x80\x04\x95" + u64(size) + b".",
              "SIZE FRAME")
        g.add("frame-%d-none" % size, b"\x80\x04\x95" + u64(size) + b"N.",
              "SIZE FRAME")
    for index in (2**31 - 1, 2**31, 2**32 - 1):
        g.add("long-binput-%d" % index, b"]r" + struct.pack("<I", index)
              + b".", "LIMIT MEMO")
        g.add("long-binget-%d" % index, b"]j" + struct.pack("<I", index)
              + b".", "MEMO")
    for text in ("2147483647", "4294967295", "9223372036854775807",
                 "9223372036854775808", "99999999999999999999"):
        g.add("put-" + text, b"]p" + text.encode() + b"\n.", "LIMIT MEMO")
        g.add("get-" + text, b"]g" + text.encode() + b"\n.", "MEMO")
    return g


def protocols():
    g = Group("proto", "PROTO with every number, and where it stands.")
    for n in list(range(0, 12)) + [16, 32, 64, 100, 127, 128, 200, 254, 255]:
        g.add("proto-%d" % n, b"\x80" + bytes([n]) + b"N.", "PROTO")
        g.add("proto-2-then-%d" % n, b"\x80\x02\x80" + bytes([n]) + b"N.",
              "PROTO")
    return g


def memo():
    g = Group("memo-fault", "GETs of what was never put, PUTs of nothing.")
    g.rows("MEMO", [
        ("get-empty", b"g0\n."), ("binget-empty", b"h\0."),
        ("long-binget-empty", b"j\0\0\0\0."), ("get-negative", b"g-1\n."),
        ("get-other", b"]p0\ng1\n."), ("binget-other", b"]q\0h\x01."),
        ("binget-255", b"]q\0h\xff."),
        ("long-binget-other", b"]q\0j\0\x01\0\0."),
        ("get-between", b"]q\0q\x02h\x01."),
        ("memoize-then-get-1", b"]\x94h\x01."),
        ("put-nothing", b"p0\n."), ("binput-nothing", b"q\0."),
        ("long-binput-nothing", b"r\0\0\0\0."), ("memoize-nothing", b"\x94."),
        ("put-mark", b"(p0\n."), ("binput-mark", b"(q\0."),
        ("long-binput-mark", b"(r\0\0\0\0."), ("memoize-mark", b"(\x94."),
        ("put-mark-above", b"N(q\0."), ("memoize-mark-above", b"N(\x94."),
        ("put-negative", b"]p-1\n."), ("put-minus-zero", b"]p-0\n."),
        ("put-nothing-bad-number", b"pabc\n."),
        ("put-bad-number", b"]pabc\n."),
        ("get-after-stop-of-none", b"N.g0\n."),
        ("get-of-self-in-tuple", b"(h\0tq\0."),
        ("put-float", b"]p1.5\n."), ("get-float", b"]p1\ng1.0\n."),
        ("put-empty", b"]p\n."), ("get-empty-line", b"]g\n."),
    ])
    return g


def globals_():
    g = Group("global-fault", "Names that do not exist, bad names, and what "
              "is no class.")
    g.rows("GLOBAL IMPORT", [
        ("no-module", b"cno_such_module\nX\n."),
        ("no-name", b"cpickleproof_kit\nNoSuchName\n."),
        ("no-submodule", b"cpickleproof_kit.sub\nX\n."),
        ("dotted-name-p0", b"cpickleproof_kit\nOuter.Inner\n."),
        ("dotted-name-p3", b"\x80\x03cpickleproof_kit\nOuter.Inner\n."),
        ("dotted-no-name", b"\x80\x04cpickleproof_kit\nOuter.Nope\n."),
        ("dotted-no-parent", b"\x80\x04cpickleproof_kit\nNope.Inner\n."),
        ("locals", b"\x80\x04cpickleproof_kit\nfunc.<locals>.x\n."),
        ("dot-only", b"\x80\x04cpickleproof_kit\n.\n."),
        ("dot-first", b"\x80\x04cpickleproof_kit\n.Outer\n."),
        ("dot-last", b"\x80\x04cpickleproof_kit\nOuter.\n."),
        ("return-in-name", b"cpickleproof_kit\nPlain\r\n."),
        ("return-in-module", b"cpickleproof_kit\r\nPlain\n."),
        ("space-in-name", b"cpickleproof_kit\nPlain \n."),
        ("python2-module-p3", b"\x80\x03c__builtin__\nlen\n."),
        ("inst-no-module", b"(ino_such_module\nX\n."),
        ("inst-no-name", b"(ipickleproof_kit\nNope\n."),
        ("inst-function", b"(ipickleproof_kit\nfunc\n."),
        ("obj-function", b"(" + KIT + b"func\no."),
        ("newobj-function", KIT + b"func\n)\x81."),
        ("newobj-ex-function", KIT + b"func\n)}\x92."),
        ("stack-global-no-name", text8("pickleproof_kit") + text8("Nope")
         + b"\x93."),
        ("stack-global-no-module", text8("no_such_module") + text8("X")
         + b"\x93."),
        ("stack-global-empty-name", text8("pickleproof_kit") + text8("")
         + b"\x93."),
        ("reduce-opaque", b"cbuiltins\nEllipsis\n)R."),
    ])
    g.rows("GLOBAL", [
        ("empty-module", b"c\nPlain\n."), ("empty-name", b"cpickleproof_kit\n\n."),
        ("both-empty", b"c\n\n."), ("inst-empty-module", b"(i\nPlain\n."),
        ("inst-empty-name", b"(ipickleproof_kit\n\n."),
        ("inst-no-mark", b"ipickleproof_kit\nPlain\n."),
        ("inst-high-byte", b"(ipickleproof_kit\n\xc3\xa9\n."),
        ("global-bad-utf8", b"cpickleproof_kit\n\xff\n."),
        ("global-bad-utf8-module", b"c\xff\nPlain\n."),
        ("stack-global-empty-module", text8("") + text8("Plain") + b"\x93."),
        ("stack-global-int", text8("pickleproof_kit") + b"K\x01\x93."),
        ("stack-global-int-module", b"K\x01" + text8("Plain") + b"\x93."),
        ("stack-global-bytes", b"C\x0fpickleproof_kitC\x05Plain\x93."),
        ("stack-global-one", text8("Plain") + b"\x93."),
        ("stack-global-none", b"\x93."),
    ])
    return g


def objects():
    g = Group("object-fault", "REDUCE, NEWOBJ, NEWOBJ_EX, OBJ, BUILD and the "
              "container opcodes on the wrong things.")
    plain = KIT + b"Plain\n"
    func = KIT + b"func\n"
    wrong = (("none", b"N"), ("int", b"K\x05"), ("str", text8("ab")),
             ("list", b"]"), ("dict", b"}"), ("tuple", b"K\x01\x85"),
             ("empty-tuple", b")"), ("set", b"\x8f"), ("float", b"G" + b"\0" * 8),
             ("bytes", b"C\x01a"), ("true", b"\x88"), ("false", b"\x89"),
             ("zero", b"K\0"), ("frozenset", b"(\x91"),
             ("bytearray", op("BYTEARRAY8", b"a")))
    for name, made in wrong:
        g.rows("REDUCE", [
            ("reduce-callable-" + name, made + b")R."),
            ("reduce-args-" + name, func + made + b"R."),
            ("newobj-class-" + name, made + b")\x81.", "NEWOBJ"),
            ("newobj-args-" + name, plain + made + b"\x81.", "NEWOBJ"),
            ("newobjex-class-" + name, made + b")}\x92.", "NEWOBJ_EX"),
            ("newobjex-args-" + name, plain + made + b"}\x92.", "NEWOBJ_EX"),
            ("newobjex-kwargs-" + name, plain + b")" + made + b"\x92.",
             "NEWOBJ_EX"),
            ("obj-class-" + name, b"(" + made + b"o."),
            ("obj-class-args-" + name, b"(" + made + b"K\x01o."),
            ("build-on-" + name, made + b"}b.", "BUILD"),
            ("build-none-on-" + name, made + b"Nb.", "BUILD"),
            ("build-dict-on-" + name, made + b"}" + text8("a") + b"K\x01sb.",
             "BUILD"),
            ("build-pair-on-" + name, made + b"N}\x86b.", "BUILD"),
            ("build-pair-slots-on-" + name, made + b"N}" + text8("a")
             + b"K\x01s\x86b.", "BUILD"),
            ("build-state-" + name, plain + b")\x81" + made + b"b.", "BUILD"),
            ("append-to-" + name, made + b"K\x01a."),
            ("appends-to-" + name, made + b"(K\x01e."),
            ("appends-none-to-" + name, made + b"(e."),
            ("setitem-on-" + name, made + b"K\0K\x01s."),
            ("setitems-on-" + name, made + b"(K\0K\x01u."),
            ("setitems-none-on-" + name, made + b"(u."),
            ("additems-to-" + name, made + b"(K\x01\x90.", "SET"),
            ("additems-none-to-" + name, made + b"(\x90.", "SET"),
            ("key-" + name, b"}" + made + b"K\x01s.", "UNHASHABLE"),
            ("keys-" + name, b"}(" + made + b"K\x01u.", "UNHASHABLE"),
            ("dict-key-" + name, b"(" + made + b"K\x01d.", "UNHASHABLE"),
            ("element-" + name, b"\x8f(" + made + b"\x90.", "UNHASHABLE"),
            ("frozen-element-" + name, b"(" + made + b"\x91.", "UNHASHABLE"),
        ])
    for name, made in (("list-in-tuple", b"]\x85"), ("dict-in-tuple", b"}\x85"),
                       ("deep-in-tuple", b"]\x85\x85\x85"),
                       ("set-in-tuple", b"\x8f\x85")):
        g.rows("UNHASHABLE", [
            ("key-" + name, b"}" + made + b"K\x01s."),
            ("element-" + name, b"\x8f(" + made + b"\x90."),
        ])
    g.rows("STACK", [
        ("dict-odd", b"(K\x01d."), ("dict-three", b"(K\x01K\x02K\x03d."),
        ("setitems-odd", b"}(K\x01u."), ("setitems-three",
                                         b"}(K\x01K\x02K\x03u."),
        ("build-three", plain + b")\x81NN}\x87b."),
        ("build-one", plain + b")\x81N\x85b."),
        ("newobjex-int-keys", plain + b")}K\x01K\x02s\x92.", "NEWOBJ_EX IMPORT"),
        ("encode-not-latin1", b"c_codecs\nencode\n" + text8("€")
         + text8("latin1") + b"\x86R.", "BYTES_CODECS"),
    ])
    return g


def groups():
    return [truncated(), single_bytes(), sizes(), protocols(), memo(),
            globals_(), objects()]
