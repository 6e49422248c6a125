"""Inputs of the decoder's unit tests: small pickles, mostly with one fault.

Each function of TOPICS yields (bytes, keys of PROTOCOL.md). Reads and writes
nothing.
"""
import struct


def u4(n):
    return struct.pack("<I", n % 2 ** 32)


def u8(n):
    return struct.pack("<Q", n % 2 ** 64)


def frame(n, rest):
    return b"\x95" + u8(n) + rest


# Each opcode that looks at the stack, with an argument that is right.
ON_STACK = [b".", b"0", b"1", b"2", b"R", b"a", b"b", b"d", b"e", b"l", b"o",
            b"p5\n", b"q\5", b"r" + u4(5), b"s", b"t", b"u", b"Q", b"\x81",
            b"\x85", b"\x86", b"\x87", b"\x90", b"\x91", b"\x92", b"\x93",
            b"\x94", b"\x98", b"icollections\nCounter\n"]

STACKS = [b"", b"(", b"((", b"N", b"N(", b"(N", b"N(N", b"]", b"]N", b"](",
          b"](NN", b"]K\0N", b"}NN", b"}]N", b"}(NN", b"}(N", b"\x8f(]",
          b"K\5)", b"K\5(N", b"N)}", b"\x96" + u8(1) + b"aK\0K\3",
          b"ccollections\nCounter\n)", b"ccollections\nCounter\n)}",
          b"ccollections\nCounter\n)\x81N",
          b"ccollections\nCounter\n)\x81(NN", b"coperator\nadd\n)",
          b"cbuiltins\nEllipsis\n)", b"(ccollections\nCounter\n",
          b"}(]tN", b"\x8c\x0bcollections\x8c\7Counter"]

PUSHES = [b"N", b"\x88", b"\x89", b")", b"]", b"}", b"\x8f", b"K\xff",
          b"M\1\2", b"J\xff\xff\xff\x7f", b"J\0\0\0\x80", b"G?\xf8" + bytes(6),
          b"G\xff\xf8" + bytes(5) + b"\1", b"G\x7f\xf0" + bytes(6),
          b"C\0", b"C\1a", b"C\3a\0\xff", b"B" + u4(2) + b"ab",
          b"\x8e" + u8(2) + b"ab", b"\x96" + u8(2) + b"ab", b"\x96" + u8(0),
          b"U\2ab", b"T" + u4(2) + b"ab", b"\x80\5N", b"\x80\0N"]

INTS = [b"0", b"00", b"01", b"1", b"-0", b"+0", b"+1", b" 0", b" 1", b"\t1",
        b"0 ", b"1 ", b"0\r", b"000", b"001", b"010", b"-010", b"08", b"0_0",
        b"0x10", b"0X1f", b"0o17", b"0b101", b"0x", b"0x_1", b"0x1_",
        b"1_000", b"1__0", b"_1", b"1_", b"", b" ", b"abc", b"5\x006", b"\0",
        b"\0000", b"0\0", b"1\0", b"+", b"-", b"--1", b"+ 1", b"1.0", b"5L",
        b"5l", b"5LL", b"L", b"5L\r", b"2147483648", b"-2147483649",
        b"9223372036854775807", b"9223372036854775808",
        b"-9223372036854775808", b"-9223372036854775809",
        b"123456789012345678901234567890", b"-1180591620717411303424",
        # Modulo 2 ** 64 these are small.
        b"18446744073709551617", b"19999999999999999999",
        b"-20000000000000000000", b"02000000000000000000001",
        b"0777777777777777777777777", b"0xfffffffffffffffffffff",
        b"\xb2", b"5\xc3\xa9", b"\x0c5\x0b"]

FLOATS = [b"0", b"-0.0", b"1.5", b".5", b"5.", b".", b"", b"1e3", b"1E+3",
          b"1e", b"1e+", b"e3", b"inf", b"-INF", b"infinity", b"infinit",
          b"nan", b"-nan", b"1e400", b"-1e400", b"1e-400", b"1e400x", b" 1",
          b"1 ", b"1\r", b"1_0", b"1__0", b"0x1p3", b"1\x005", b"abc",
          b"\xff", b"0.1", b"123456789.123456789e-300",
          b"1.7976931348623157e308", b"1.7976931348623159e308", b"5e-324",
          b"2.4703282292062327e-324", b"9007199254740993",
          b"0.1000000000000000055511151231257827021181583404541015625"]

STRINGS = [b"'abc'", b'"abc"', b"'a'b'", b"''", b"'", b"", b"'a\"", b"abc",
           b" 'a'", b"'a' ", b"'\\n\\t\\\\\\'\\\"\\a\\b\\f\\v\\r'",
           b"'\\x41\\101\\7\\400\\777'", b"'\\x4'", b"'\\x'", b"'\\xg0'",
           b"'\\'", b"'a\\'", b"'\\q\\8\\u0041'", b"'\xe9'", b"'\\xe9\\xff'",
           b"'\\xc3\\xa9'", b"'\\xed\\xa0\\x80'", b"'a\\xff\\xe2\\x82'",
           b"'\\xf0\\x9f\\x98\\x80\\xf5'"]

DECODINGS = [{}, {"enc": "latin-1"}, {"enc": "bytes"}, {"enc": "utf-8"},
             {"enc": "UTF8"}, {"enc": "iso8859-1"}, {"enc": "nosuch"},
             {"errors": "ignore"}, {"errors": "replace"},
             {"errors": "surrogateescape"}, {"errors": "backslashreplace"},
             {"errors": "surrogatepass"}, {"errors": "nosuch"},
             {"enc": "utf-8", "errors": "ignore"},
             {"enc": "utf-8", "errors": "replace"},
             {"enc": "utf-8", "errors": "surrogateescape"},
             {"enc": "utf-8", "errors": "backslashreplace"},
             {"enc": "utf-8", "errors": "surrogatepass"}]

UNICODES = [b"", b"abc", b"\\u0041", b"\\u00e9", b"\\ud800",
            b"\\ud83d\\ude00", b"\\U0001f600", b"\\U00110000", b"\\u12",
            b"\\U1234", b"a\\u", b"a\\U", b"\\\\u0041", b"\\\\\\u0041",
            b"\\", b"\\\\", b"\\n\\x41", b"\xe9\xff", b"a\0b", b"a\r"]

UTF8 = [b"", b"a", b"\x7f", b"ab", b"\xc3\xa9", b"\xc4\x80", b"\xe2\x82\xac",
        b"\xf0\x9f\x98\x80", b"\xed\xa0\x80", b"\xed\xa0\xbd\xed\xb8\x80",
        b"\xff", b"\x80", b"\xc3", b"\xc3a", b"\xc0\x80", b"\xe2\x82",
        b"\xe2\x82a", b"\xe0\x80\x80", b"\xed\xa0", b"\xed\xa0a", b"\xf0\x9f",
        b"\xf0\x80\x80\x80", b"\xf4\x90\x80\x80", b"\xf5\x80\x80\x80",
        b"a\x80b", b"0123456789abcdef" * 3, b"0123456789abcde\xc3\xa9"]

SIZES = [b"B" + u4(2 ** 32 - 1), b"B" + u4(3) + b"ab", b"X" + u4(3) + b"ab",
         b"T" + u4(3) + b"ab", b"T" + u4(-1) + b"ab", b"T" + u4(-2 ** 31),
         b"\x8b" + u4(-1), b"\x8b" + u4(3) + b"ab", b"\x8a\3ab",
         b"\x8d" + u8(3) + b"ab", b"\x8e" + u8(3) + b"ab",
         b"\x96" + u8(3) + b"ab", b"\x8d" + u8(2 ** 63), b"\x8e" + u8(2 ** 63),
         b"\x96" + u8(2 ** 63), b"\x8d" + u8(-1), b"\x8d" + u8(2 ** 63 - 1),
         b"\x8e" + u8(2 ** 63 - 1), b"\x95" + u8(2 ** 63), b"\x95" + u8(-1),
         b"\x95" + u8(2 ** 63 - 1), b"\x8d" + u8(2 ** 62)]

LONGS = [b"\x8a\0", b"\x8a\1\0", b"\x8a\1\xff", b"\x8a\2\xff\0",
         b"\x8a\2\xff\xff", b"\x8a\4\0\0\0\0", b"\x8a\6" + b"\xff" * 5 + b"\x7f",
         b"\x8a\6" + b"\0" * 5 + b"\x80", b"\x8a\7" + b"\0" * 5 + b"\x80\0",
         b"\x8a\x08" + b"\0" * 7 + b"\x80", b"\x8a\x09" + b"\xff" * 8 + b"\0",
         b"\x8b" + u4(0), b"\x8b" + u4(2) + b"\0\x80",
         b"\x8b" + u4(20) + bytes(range(20))]

FRAMES = [frame(0, b"N."), frame(2, b"N."), frame(1, b"N."), frame(3, b"N."),
          frame(6, b"N.xxxx"), frame(1, b"K\5."), frame(2, b"K\5."),
          frame(2, b"I5\n."), frame(2, b"J\1\0\0\0."), frame(3, b"X\1\0\0\0a."),
          frame(2, b"C\2ab."), frame(10, b"\x96" + u8(2) + b"ab."),
          frame(4, b"C\3ab" + b"c."), frame(10, frame(1, b"N.")),
          frame(11, frame(2, b"N.")), frame(1, b"N" + frame(1, b".")),
          frame(0, frame(0, b"N.")), frame(5, b"N" + frame(2, b".N.")),
          frame(9, b"N" + frame(1, b".")), b"\x80\4" + frame(2, b"N."),
          b"N" + frame(1, b"."), frame(5, b"cbuil" + b"tins\nint\n."),
          frame(3, b"Vab" + b"c\n.")]

MEMO = [b"h\1.", b"j" + u4(1) + b".", b"g1\n.", b"g-1\n.", b"gabc\n.",
        b"Np-1\n.", b"Npabc\n.", b"Np05\nh\5.", b"Np1_0\nh\x0a.",
        b"Np 3\nh\3.", b"g99999999999999999999\n.",
        b"Np99999999999999999999\n.", b"Nq\5K\1\x94h\1.", b"Nq\5K\1\x94h\5.",
        b"Nq\1K\1q\1h\1.", b"Nq\1K\1q\1K\2\x94h\1.",
        b"Nq\1K\1q\1K\2\x94h\2.", b"N\x94K\1\x94h\0.", b"N\x94K\1\x94h\1.",
        b"N\x94K\1\x94h\2.", b"Nr" + u4(0x100000) + b"K\7\x94h\0.",
        b"Nr" + u4(0x100000) + b"K\7\x94h\1.",
        b"Nr" + u4(0x100000) + b"K\7\x94j" + u4(0x100000) + b".",
        b"Nq\x64K\7\x94h\0.", b"Nq\x64K\7\x94h\1.", b"Nq\x1fK\7\x94h\1.",
        b"Nq\x20K\7\x94h\1.", b"N" + b"\x94" * 70 + b"K\1q\x8cK\2\x94h\x47.",
        b"N" + b"\x94" * 70 + b"K\1q\x8dK\2\x94h\x46.",
        b"Nq\x64" + b"\x94" * 101 + b"h\x64."]

GLOBALS = [b"cbuiltins\nint\n.", b"c\nint\n.", b"cbuiltins\n\n.",
           b"cbuiltins\nint", b"cbuiltins", b"c__builtin__\nunicode\n.",
           b"\x80\2c__builtin__\nxrange\n.", b"\x80\3c__builtin__\nlen\n.",
           b"\x80\2ccopy_reg\n_reconstructor\n.",
           b"\x80\3ccopy_reg\n_reconstructor\n.", b"cexceptions\nOSError\n.",
           b"\x80\3cexceptions\nOSError\n.", b"c\xff\nint\n.",
           b"cbuiltins\n\xff\n.", b"(i\xff\nint\n.", b"(ibuiltins\n\xff\n.",
           b"(i\n\n.", b"ibuiltins\nint\n.", b"cbuiltins\nint.real\n.",
           b"\x80\4cbuiltins\nint.real\n.", b"\x80\4cbuiltins\nint..real\n.",
           b"\x80\4cbuiltins\n.int\n.", b"\x80\4cbuiltins\nint.\n.",
           b"\x80\4cbuiltins\n<locals>\n.", b"c.\nint\n.", b"ca..b\nint\n.",
           b"\x8c\0\x8c\3int\x93.", b"\x8c\x08builtins\x8c\0\x93.",
           b"\x8c\x08builtinsN\x93.", b"N\x8c\3int\x93.",
           b"C\x08builtins\x8c\3int\x93.", b"\x8c\x08builtins\x8c\3int\x93.",
           b"(icollections\nCounter\n.", b"(Nicollections\nCounter\n.",
           b"(coperator\nadd\no.", b"(K\5o.", b"(K\5No."]


def reduced(module, name, args):
    return b"c" + module + b"\n" + name + b"\n" + args + b"R."


def unicode(s):
    return b"X" + u4(len(s)) + s


CALLS = [reduced(b"builtins", name, args)
         for name in (b"set", b"frozenset", b"bytearray", b"bytes", b"complex",
                      b"object", b"getattr", b"int")
         for args in (b")", b"]\x85", b"](NK\1e\x85", b"](]e\x85", b")\x85",
                      b"C\2ab\x85", b"K\5\x85", b"N\x85",
                      unicode(b"a\xc3\xa9") + unicode(b"latin-1") + b"\x86",
                      unicode(b"\xe2\x82\xac") + unicode(b"latin1") + b"\x86",
                      unicode(b"a") + unicode(b"utf-8") + b"\x86",
                      b"G?\xf8" + bytes(6) + b"G" + bytes(8) + b"\x86")]
CALLS += [reduced(b"_codecs", b"encode", args)
          for args in (unicode(b"a\xc3\xa9") + unicode(b"latin1") + b"\x86",
                       unicode(b"") + unicode(b"latin1") + b"\x86",
                       unicode(b"\xe2\x82\xac") + unicode(b"latin1") + b"\x86",
                       unicode(b"a") + b"\x85", b")")]
CALLS += [reduced(b"builtins", b"getattr",
                  b"ccollections\nCounter\n" + unicode(b"update") + b"\x86")]
CALLS += [reduced(b"copyreg", b"_reconstructor", b"(" + cls + base + state
                  + b"t")
          for cls in (b"ccollections\nCounter\n", b"N")
          for base, state in (
              (b"cbuiltins\nobject\n", b"N"), (b"cbuiltins\nobject\n", b"K\1"),
              (b"cbuiltins\nint\n", b"K\1"), (b"cbuiltins\nint\n", b"\x88"),
              (b"cbuiltins\nlist\n", b"](NNe"),
              (b"cbuiltins\ndict\n", b"}K\1Ns"),
              (b"cbuiltins\nstr\n", unicode(b"ab")),
              (b"cbuiltins\ntuple\n", b")"), (b"cbuiltins\nset\n", b"]"),
              (b"ccollections\nOrderedDict\n", b"N"))]
CALLS += [reduced(b"copyreg", b"__newobj__", args) for args in (
    b")", b"ccollections\nCounter\n\x85", b"ccollections\nCounter\nN\x86",
    b"N\x85", b"coperator\nadd\n\x85")]
CALLS += [reduced(b"copyreg", b"__newobj_ex__",
                  b"(ccollections\nCounter\n" + args + b"t") for args in (
    b"N\x85}" + unicode(b"k") + b"Ns", b"]}", b")]", b")")]
CALLS += [b"ccollections\nCounter\n" + tail for tail in (
    b")R]R.", b")R)R.", b"]R.", b"(]lR.", b"}R.", b"NR.", b")}\x92.",
    b")}" + unicode(b"k") + b"Ns\x92.", b")}K\1Ns\x92.", b")\x81Nb}bNb.",
    b")\x81(NN\x86b.", b"(NN\x86b.", b"}b.", b"}NNsb.", b")\x81Na]Na.",
    b")\x81(NNe(NNu(N\x90K\1K\2sN.", b"Na.", b"NNs.", b"(N\x90.")]

BUILDS = [target + state + b"b." for target in (b"N", b"]", b"}", b")", b"K\1",
                                                b"\x96" + u8(0))
          for state in (b"N", b"}", b"}NNs", b"]", b"K\0", b"\x89", b")",
                        b"NN\x86", b"N}\x86", b"}}\x86", b"N)\x86",
                        b"N}" + unicode(b"a") + b"Ns\x86", b"N}K\1Ns\x86",
                        b"NNN\x87")]

ITEMS = [b"]K\5aK\0K\1s.", b"]K\5aK\1K\1s.", b"]K\5aJ\xff\xff\xff\xffK\1s.",
         b"]K\5a\x89K\1s.", b"]K\5aNK\1s.", b"]K\5a\x8a\x09" + b"\1" * 9
         + b"K\1s.", b"N(u.", b"N(NNu.", b"](NNu.", b")NNs.", b"C\1aK\0Ns.",
         b"\x8fNNs.", b"\x96" + u8(1) + b"a(K\1K\2e.",
         b"\x96" + u8(1) + b"a(K\1Ne.", b"\x96" + u8(1) + b"aM\0\1a.",
         b"\x96" + u8(1) + b"aJ\xff\xff\xff\xffa.",
         b"\x96" + u8(1) + b"aK\5K\1s.", b"\x96" + u8(1) + b"aK\5Ns.",
         b"\x96" + u8(1) + b"aK\0M\0\1s.", b"(K\1N\x88NG?\xf0" + bytes(6)
         + b"Kad.", b"(K\1\x88K\1\x91.", b"\x8f(K\1\x88K\1\x90.",
         b"](\x90.", b"}(e.", b"\x8f(e.", b"(\x91(\x90.", b"(\x91(N\x90.",
         b"}(N\x90.", b"\x8f(Ne.", b"}(Ne."]

HOOKED = [b"Pabc\n.", b"P\n.", b"P\xff\n.", b"Pabc", b"NQ.", b"Q.", b"(Q.",
          b"]QNa.", b"NQ)R.", b"NQ)\x81."]

EXTENSIONS = [b"\x82\1.", b"\x83\1\0.", b"\x84" + u4(1) + b".", b"\x82\0.",
              b"\x84" + u4(-1) + b".", b"\x82\x99.", b"\x82\2.",
              b"\x80\4\x82\2.", b"\x82", b"\x83\1"]

BUFFERS = [b"\x97.", b"\x97\x97.", b"\x97\x98.", b"\x97\x97\x98.",
           b"\x97\x97\x97.", b"N\x98.", b"C\1a\x98.",
           b"\x96" + u8(1) + b"a\x98.", b"\x98.",
           # A view of what can be written has no hash, a buffer has one.
           b"(\x96" + u8(1) + b"a\x98\x91.", b"}\x97\x98Ns.", b"}\x97Ns.",
           b"}(\x97\x98Nu.", b"(\x97\x98\x85\x91.", b"(\x97\x98Nd."]


def stack():
    for below in STACKS:
        for op in ON_STACK:
            yield below + op + b".", {}


def numbers():
    for text in INTS:
        for op in (b"I", b"L", b"g"):
            yield op + text + b"\n.", {}
        yield b"N\x94p" + text + b"\n.", {}
    for text in FLOATS:
        yield b"F" + text + b"\n.", {}
    for data in LONGS:
        yield data + b".", {}
    for data in MEMO:
        yield data, {}


def strings():
    for text in UNICODES:
        yield b"V" + text + b"\n.", {}
    for text in STRINGS:
        for keys in DECODINGS:
            if keys in DECODINGS[:3] or b"\\x" in text or b"\xe9" in text:
                yield b"S" + text + b"\n.", keys
    for keys in DECODINGS:
        yield b"U\0.", keys
        yield b"S''\n.", keys
        yield b"T" + u4(3) + b"a\xe9\xff.", keys
        # Two characters are left where a handler ignores the third.
        yield b"U\3ab\xff.", keys
    for text in UTF8:
        yield b"\x8c" + bytes([len(text)]) + text + b".", {}
        yield b"X" + u4(len(text)) + text + b".", {}


def reading():
    yield b"", {}
    yield b"N", {}
    for data in PUSHES:
        yield data + b".", {}
    for byte in range(256):
        if bytes([byte]) not in b"cigIFLPSVpRhQ":
            yield bytes([byte]), {}
    for op in (b"I5", b"L5", b"F5", b"V5", b"S'5'", b"g5", b"Np5", b"P5"):
        yield op, {}
    for number in (6, 255):
        yield bytes([0x80, number]) + b"N.", {}
    for data in SIZES + FRAMES:
        yield data, {}


def objects():
    for data in GLOBALS + CALLS + BUILDS + ITEMS:
        yield data, {}
    for data in HOOKED:
        yield data, {}
        yield data, {"pid": "1"}
    for data in EXTENSIONS:
        yield data, {"ext": "collections:Counter:1,builtins:int.real:2"}
    for data in BUFFERS:
        yield data, {}
        yield data, {"buffers": "-"}
        yield data, {"buffers": "r6162,w63"}


TOPICS = (stack, numbers, strings, reading, objects)
