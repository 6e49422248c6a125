"""Corpus: str, bytes, bytearray, and which of them are one object."""
from corpus import Topic


def strs():
    t = Topic("str", "strs: escapes of UNICODE, UTF-8 lengths, surrogates.")
    t.each(r"""
        empty: '' | BASIC
        one: 'a' | BASIC
        two: 'ab' | BASIC
        words: 'hello, world' | BASIC
        nul: '\0' | UNICODE_ESCAPE
        newline: '\n' | UNICODE_ESCAPE
        return: '\r' | UNICODE_ESCAPE
        substitute: '\x1a' | UNICODE_ESCAPE
        backslash: '\\' | UNICODE_ESCAPE
        tab: '\t' | UNICODE_ESCAPE
        delete: '\x7f' | UNICODE_ESCAPE
        latin-80: '\x80' | UNICODE_ESCAPE
        latin-85: '\x85' | UNICODE_ESCAPE
        latin-a0: '\xa0' | UNICODE_ESCAPE
        latin-ff: '\xff' | UNICODE_ESCAPE
        mixed-escapes: 'a\0b\nc\rd\x1ae\\f' | UNICODE_ESCAPE
        backslash-u: '\\u0041' | UNICODE_ESCAPE
        backslash-big-u: '\\U00000041' | UNICODE_ESCAPE
        two-backslashes: '\\\\' | UNICODE_ESCAPE
        backslash-end: 'abc\\' | UNICODE_ESCAPE
        backslash-n: '\\n' | UNICODE_ESCAPE
        three-backslashes-u: '\\\\\\u0041' | UNICODE_ESCAPE
        all-control: ''.join(map(chr, range(32))) | UNICODE_ESCAPE
        all-ascii: ''.join(map(chr, range(128))) | UNICODE_ESCAPE
        all-latin: ''.join(map(chr, range(256))) | UNICODE_ESCAPE
        all-latin-high: ''.join(map(chr, range(128, 256))) | UNICODE_ESCAPE
        u0100: '\u0100' | UTF8
        u07ff: '\u07ff' | UTF8
        u0800: '\u0800' | UTF8
        u20ac: '\u20ac' | UTF8
        u2028: '\u2028' | UTF8
        ud7ff: '\ud7ff' | UTF8
        ue000: '\ue000' | UTF8
        ufeff: '\ufeff' | UTF8
        ufffe: '\ufffe' | UTF8
        uffff: '\uffff' | UTF8
        u10000: '\U00010000' | UTF8
        u1f600: '\U0001f600' | UTF8
        u10ffff: '\U0010ffff' | UTF8
        mixed-planes: 'a\xe9\u20ac\U0001f600z' | UTF8
        lone-high: '\ud800' | SURROGATE
        lone-high-last: '\udbff' | SURROGATE
        lone-low: '\udc00' | SURROGATE
        lone-low-last: '\udfff' | SURROGATE
        pair-as-two: '\ud83d\ude00' | SURROGATE
        pair-reversed: '\ude00\ud83d' | SURROGATE
        lone-middle: 'a\udc80b' | SURROGATE
        lone-and-astral: '\ud83d\U0001f600\ude00' | SURROGATE
        surrogate-key: {'\udcff': 1} | SURROGATE
        escape-error-bytes: b'caf\xe9'.decode('utf-8', 'surrogateescape') | SURROGATE
        combining: 'e\u0301' | UTF8
        rtl: '\u05e9\u05dc\u05d5\u05dd' | UTF8
        quotes: '\'"' | UNICODE_ESCAPE
        looks-like-opcodes: 'N.\x80\x04' | UNICODE_ESCAPE
        newline-only-lines: '\n\n\n' | UNICODE_ESCAPE
        shared: twice('shared') | MEMO
        shared-escaped: twice('a\nb\\c') | PURE_ESCAPED_MEMO
        shared-empty: twice('') | MEMO
        shared-surrogate: twice('\ud800') | SURROGATE MEMO
        equal-not-same: [fresh('abc'), fresh('abc')] | IDENTITY
        many-distinct: strs(20) | MEMO
        as-key-and-value: (lambda s: {s: s})('both') | MEMO
    """)
    for n in (3, 100, 253, 254, 255, 256, 257, 1000, 65535, 65536, 65537):
        t.add("ascii-%d" % n, "'x' * %d" % n, "STR_LENGTH" + (
            " LARGE_PAYLOAD" if n > 65000 else ""))
    for char, size, name in (("\\xe9", 2, "two-byte"),
                             ("\\u20ac", 3, "three-byte"),
                             ("\\U0001f600", 4, "four-byte"),
                             ("\\ud800", 3, "surrogate")):
        for total in (253, 254, 255, 256, 257, 258):
            if total % size == 0:
                t.add("%s-%d" % (name, total),
                      "'%s' * %d" % (char, total // size), "STR_LENGTH UTF8")
        n = -(-65536 // size)
        for k in (n - 1, n, n + 1):
            t.add("%s-times-%d" % (name, k), "'%s' * %d" % (char, k),
                  "STR_LENGTH LARGE_PAYLOAD UTF8")
    for c in range(0, 256, 5):
        t.add("latin-pair-%02x" % c, "'%s'" % "".join(
            "\\x%02x" % x for x in (c, (c * 7 + 13) % 256)), "UNICODE_ESCAPE")
    return t


def bytestrings():
    t = Topic("bytes", "bytes: BINBYTES*, and the _codecs.encode call of "
                       "protocols 0 to 2.")
    t.each(r"""
        empty: b'' | BYTES_CODECS
        one: b'a' | BYTES_CODECS
        two: b'ab' | BYTES_CODECS
        high: b'\xff' | BYTES_CODECS
        nul: b'\0' | BYTES_CODECS
        newline: b'\n' | BYTES_CODECS
        backslash: b'\\' | BYTES_CODECS
        high-nul-newline: b'\xff\x00\n' | BYTES_CODECS
        all-values: bytes(range(256)) | BYTES_CODECS
        looks-like-utf8: b'\xc3\xa9' | BYTES_CODECS
        shared: twice(b'shared') | BYTES_CODECS MEMO
        shared-one: twice(b'z') | BYTES_CODECS MEMO
        shared-empty: twice(b'') | BYTES_CODECS MEMO
        equal-not-same: [fresh(b'abc'), fresh(b'abc')] | BYTES_CODECS IDENTITY
        three-different: [b'aa', b'bb', b'cc'] | BYTES_CODECS MEMO
        different-lengths: [b'', b'a', b'ab', b'abc'] | BYTES_CODECS MEMO
        in-tuple: (b'ab', b'cd') | BYTES_CODECS
        key: {b'k': b'v'} | BYTES_CODECS
        with-str: [b'ab', 'ab'] | BYTES_CODECS
        one-and-its-str: [b'a', chr(97)] | TEMPORARY
        str-and-its-one: [chr(97), b'a'] | TEMPORARY
        high-one-and-its-str: [b'\xe9', chr(0xe9)] | TEMPORARY
        and-latin1: [b'xyz', intern('latin1')] | TEMPORARY
        latin1-first: [intern('latin1'), b'xyz'] | TEMPORARY
        latin1-fresh: [b'xyz', fresh('latin1')] | TEMPORARY
        latin1-content: [b'latin1', 'latin1'] | TEMPORARY
        in-set: {b'only'} | BYTES_CODECS SET
        nested: [[b'a'], [b'a'], [b'b']] | BYTES_CODECS MEMO
    """)
    for n in (254, 255, 256, 257, 1000, 65535, 65536, 65537):
        t.add("length-%d" % n, "b'x' * %d" % n, "BYTES_LENGTH" + (
            " LARGE_PAYLOAD" if n > 65000 else ""))
        t.add("high-length-%d" % n, "b'\\xe9' * %d" % n, "BYTES_LENGTH" + (
            " LARGE_PAYLOAD" if n > 65000 else ""))
    for c in range(0, 256, 11):
        t.add("byte-%02x" % c, "b'\\x%02x'" % c, "BYTES_CODECS")
        t.add("bytes-%02x" % c, "b'\\x%02x\\x%02x'" % (c, 255 - c),
              "BYTES_CODECS")
    return t


def bytearrays():
    t = Topic("bytearray", "bytearrays: BYTEARRAY8 at protocol 5, calls below.")
    t.each(r"""
        empty: bytearray() | BYTEARRAY
        one: bytearray(b'q') | BYTEARRAY
        two: bytearray(b'ab') | BYTEARRAY
        high: bytearray(b'\xff') | BYTEARRAY
        newline: bytearray(b'\n') | BYTEARRAY
        all-values: bytearray(range(256)) | BYTEARRAY
        shared: twice(bytearray(b'shared')) | BYTEARRAY BYTEARRAY_MEMO
        shared-empty: twice(bytearray()) | BYTEARRAY BYTEARRAY_MEMO
        shared-one: twice(bytearray(b'q')) | BYTEARRAY BYTEARRAY_MEMO
        two-of-one-byte: [bytearray(b'q'), bytearray(b'q')] | ONE_BYTE_SHARED
        bytes-then-bytearray: [b'q', bytearray(b'q')] | ONE_BYTE_SHARED
        bytearray-then-bytes: [bytearray(b'q'), b'q'] | ONE_BYTE_SHARED
        str-then-bytearray: [chr(113), bytearray(b'q')] | TEMPORARY
        two-equal: [bytearray(b'ab'), bytearray(b'ab')] | BYTEARRAY
        two-different: [bytearray(b'ab'), bytearray(b'cd')] | BYTEARRAY
        two-empty: [bytearray(), bytearray()] | BYTEARRAY
        with-bytes: [bytearray(b'ab'), b'ab', b'cd'] | BYTEARRAY
        then-strs: [bytearray(b'ab'), 'ss', twice('tt')] | BYTEARRAY_MEMO
        in-tuple: (bytearray(b'ab'),) | BYTEARRAY
        in-dict: {'k': bytearray(b'v')} | BYTEARRAY
        type-first: [bytearray, bytearray(b'ab')] | BYTEARRAY
        type-last: [bytearray(b'ab'), bytearray] | BYTEARRAY
        after-int-type: [int, bytearray(b'ab')] | BYTEARRAY
        after-len: [len, bytearray(b'ab')] | NAME_STR
    """)
    for n in (2, 254, 255, 256, 257, 65535, 65536, 65537):
        t.add("length-%d" % n, "bytearray(b'x' * %d)" % n, "BYTEARRAY" + (
            " LARGE_PAYLOAD" if n > 65000 else ""))
    for c in range(0, 256, 15):
        t.add("byte-%02x" % c, "bytearray(b'\\x%02x')" % c, "BYTEARRAY")
    return t


def topics():
    return [strs(), bytestrings(), bytearrays()]
