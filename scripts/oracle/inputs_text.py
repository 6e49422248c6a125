"""Inputs about text arguments: numbers, quoted strs, escapes, UTF-8."""
from inputs import Group
from opcodes import op

NUMBERS = ("", "0", "1", "5", "-5", "+5", "00", "01", "-0", "+0", "+1", "02",
           "007", "010", "0x10", "0X1f", "0o17", "0b101", "1_000", "_1", "1_",
           "1__0", " 5", "5 ", "\t5", "5\t", "\f5", "5\r", "01\r", " 1", " 0",
           "0 ", "001", "5L", "5l", "5LL", "L", "-", "+", "--5", "abc", "5a",
           "1.5", "1e3", "0x", "True", "99999999999999999999",
           "-99999999999999999999", "2147483647", "2147483648",
           "-2147483648", "9223372036854775808", "5\x006", "\x005", "\xb2",
           "\xa05", "05", "-01", "1" * 4300, "1" * 4301)
FLOATS = ("", "0", "1", "-1", "1.5", "-1.5", "+1.5", ".5", "5.", ".", "1e3",
          "1E3", "1e+3", "1e-3", "1e", "e3", "inf", "-inf", "+inf", "INF",
          "Infinity", "infinity", "nan", "-nan", "NaN", "nan(1)", " 1.5",
          "1.5 ", "1.5\r", "\t1.5", "1_0.5", "0x1p3", "1e400", "-1e400",
          "1e-400", "1,5", "abc", "1.5abc", "1.5\x00", "\xb2", "1e308",
          "4.9e-324", "0.1", "0.10000000000000001", "1" * 400, "infx",
          "1.7976931348623157e308", "1.7976931348623159e308",
          "9007199254740993")
QUOTED = (rb"'abc'", rb'"abc"', rb"''", rb'""', rb"'", rb'"', b"", b"abc",
          rb"'abc", rb"abc'", rb"'abc" b'"', rb"""'a"b'""", rb'''"a'b"''',
          rb"'a'b'", rb"'a\'b'", rb"'a\nb'", rb"'\x41\102\\'", rb"'\q'",
          rb"'\x4'", rb"'\x'", rb"'\xg1'", rb"'\'", rb"'a\'", rb"'\777'",
          rb"'\8'", rb"'\0'", rb"'\a\b\f\v\r\t'", b"'a\\", b" 'abc'",
          rb"'abc' ", b"'abc'\r", b"'tab\there'", b"'\x80'", rb"'\x80'",
          rb"'\u0041'", rb"'\N{DASH}'", rb"b'abc'", rb"u'abc'")
ESCAPED = (rb"\u0041", rb"\\u0041", rb"\\\u0041", rb"\U00000041",
           rb"\U0010ffff", rb"\U00110000", rb"\Uffffffff", rb"\u", rb"\u0",
           rb"\u004", rb"\u004g", rb"\U0000004", rb"\x41", rb"\n", rb"\\",
           b"\\", b"\xff", b"\x80\x81", rb"\ud800", rb"\ud83d\ude00",
           rb"\u00e9", rb"\u0000", b"a\0b", b"\r", b"a\r", rb"\u20AC",
           rb"\N{DASH}", rb"\\\\u0041", b"\\\\\\", b"a\\", b"\xc3\xa9")
UTF8 = (("ok", b"\xc3\xa9"), ("ff", b"\xff"), ("lone-continuation", b"\x80"),
        ("cut-two", b"\xc3"), ("cut-three", b"\xe2\x82"),
        ("cut-four", b"\xf0\x9f\x98"), ("bad-second", b"\xc3\x28"),
        ("bad-third", b"\xe2\x82\x28"), ("bad-fourth", b"\xf0\x9f\x98\x28"),
        ("overlong-two", b"\xc0\xaf"), ("overlong-nul", b"\xc0\x80"),
        ("overlong-three", b"\xe0\x80\xaf"),
        ("overlong-four", b"\xf0\x80\x80\xaf"),
        ("above-range", b"\xf4\x90\x80\x80"), ("f5", b"\xf5\x80\x80\x80"),
        ("five-byte", b"\xf8\x88\x80\x80\x80"),
        ("surrogate", b"\xed\xa0\x80"), ("surrogate-low", b"\xed\xb0\x80"),
        ("surrogate-pair", b"\xed\xa0\xbd\xed\xb8\x80"),
        ("surrogate-cut", b"\xed\xa0"), ("surrogate-bad", b"\xed\xa0\x28"),
        ("max", b"\xf4\x8f\xbf\xbf"), ("middle", b"abc\xffdef"),
        ("late", b"x" * 40 + b"\xff"), ("bom", b"\xef\xbb\xbfa"))


def numbers():
    g = Group("text-number", "The decimal argument of INT, LONG, FLOAT, GET "
              "and PUT: white space, signs, bases, underscores, digits.")
    for i, text in enumerate(NUMBERS):
        line = text.encode("latin-1") + b"\n"
        g.add("int-%02d" % i, b"I" + line + b".", "TEXT")
        g.add("long-%02d" % i, b"L" + line + b".", "TEXT")
        if len(text) < 100:
            g.add("get-%02d" % i, b"]p5\nr\0\0\0\0g" + line + b"\x86.",
                  "TEXT MEMO")
            # An index of ten digits and more would need the memory for it.
            if text.strip("+").isdigit() and len(text) > 9 and (
                    int(text) < 2**62):
                continue
            g.add("put-%02d" % i, b"]p" + line + b".", "TEXT MEMO")
    for i, text in enumerate(FLOATS):
        g.add("float-%02d" % i, b"F" + text.encode("latin-1") + b"\n.",
              "TEXT")
    g.rows("TEXT TRUNCATION", [
        ("int-no-newline", b"I5"), ("long-no-newline", b"L5L"),
        ("float-no-newline", b"F1.5"), ("get-no-newline", b"]p0\ng0"),
        ("put-no-newline", b"]p0"), ("int-only-newline", b"I\n."),
    ])
    return g


def strings():
    g = Group("text-string", "The quoted argument of STRING, with and "
              "without an encoding.")
    for i, text in enumerate(QUOTED):
        for word, keys in (("", {}), ("-bytes", {"enc": "bytes"}),
                           ("-latin1", {"enc": "latin-1"})):
            g.add("string-%02d%s" % (i, word), b"S" + text + b"\n.",
                  "TEXT ENCODING" if keys else "TEXT", **keys)
    g.add("string-no-newline", b"S'abc'", "TEXT TRUNCATION")
    return g


def unicodes():
    g = Group("text-unicode", "The escapes of UNICODE, and UTF-8 in the "
              "counted opcodes and in names.")
    for i, text in enumerate(ESCAPED):
        g.add("unicode-%02d" % i, b"V" + text + b"\n.", "TEXT UNICODE_ESCAPE")
    g.add("unicode-no-newline", b"Vabc", "TEXT TRUNCATION")
    for name, data in UTF8:
        for kind in ("SHORT_BINUNICODE", "BINUNICODE", "BINUNICODE8"):
            g.add("%s-%s" % (kind.lower().replace("_", "-"), name),
                  op(kind, data) + b".", "UTF8" + (
                      " SURROGATE" if "surr" in name else ""))
        g.add("global-name-" + name, b"cpickleproof_kit\n" + data + b"\n.",
              "UTF8 GLOBAL IMPORT")
        g.add("inst-name-" + name, b"(ipickleproof_kit\n" + data + b"\n.",
              "UTF8 GLOBAL IMPORT")
    return g


def groups():
    return [numbers(), strings(), unicodes()]
