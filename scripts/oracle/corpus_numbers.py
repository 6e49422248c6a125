"""Corpus: None, booleans, ints, floats, complex numbers."""
from corpus import Topic


def atoms():
    t = Topic("atoms", "None, True and False: never memoized, and a pickle "
                       "too short for a frame.")
    t.each("""
        none: None | BASIC
        true: True | BASIC
        false: False | BASIC
        none-list: [None] | FRAME_MINIMUM
        bools-list: [True, False, True] | BASIC
        none-tuple: (None, None) | BASIC
        none-dict: {None: None} | BASIC
        bool-keys: {True: False, False: True} | BASIC
        true-is-not-one: [True, 1, False, 0] | BOOL_NOT_INT
        bool-and-int-key: {True: 'a', 2: 'b'} | BOOL_NOT_INT
        atoms-in-set: {None} | SET
        all-atoms-nested: [[None], (True,), {False: None}] | BASIC
        ellipsis: ... | GLOBAL
        not-implemented: NotImplemented | GLOBAL
        none-many: [None] * 20 | BASIC
    """)
    return t


def integers():
    t = Topic("int", "ints of every size: INT, LONG, BININT*, LONG1, LONG4.")
    for n in (0, 1, 2, 9, 10, 99, 127, 128, 254, 255, 256, 257, 32767, 32768,
              65534, 65535, 65536, 65537, 2**24, 2**31 - 2, 2**31 - 1, 2**31,
              2**31 + 1, 2**32 - 1, 2**32, 2**32 + 1, 2**53, 2**62, 2**63 - 1,
              2**63, 2**63 + 1, 2**64 - 1, 2**64, 2**64 + 1, 2**100):
        flags = ("BININT" if n < 2**31 else "LONG_OPCODE") + (
            " WORD_SIZE" if n >= 2**31 - 1 else "")
        t.add("plus-%d" % n, str(n), flags)
        if n:
            t.add("minus-%d" % n, str(-n), flags + " NEGATIVE")
    for k in list(range(4, 18)) + [31, 32, 33, 63, 64, 126, 127, 128, 253, 254,
                                   255, 256]:
        for sign in ("", "-"):
            word = "minus" if sign else "plus"
            for d, name in ((-1, "less-one"), (0, ""), (1, "more-one")):
                tail = "-" + name if name else ""
                shift = "%+d" % d if d else ""
                flags = "LONG_MINIMAL" + (" LONG4" if k >= 255 else "")
                t.add("%s-2p%d%s" % (word, 8 * k - 1, tail),
                      "%s2**%d%s" % (sign, 8 * k - 1, shift), flags)
                t.add("%s-2p%d%s" % (word, 8 * k, tail),
                      "%s2**%d%s" % (sign, 8 * k, shift), flags)
    t.each("""
        long1-255-bytes: 2**2039 - 1 - 1 | LONG1
        long4-256-bytes: 2**2039 + 1 + 1 | LONG4
        long4-300-bytes: 3**1500 | LONG4
        long4-negative-300-bytes: -3**1500 | LONG4 NEGATIVE
        all-ones-bytes: 0xffffffffffffffffffffffff | LONG_MINIMAL
        digits-4300: 10**4299 | DIGITS
        digits-4300-negative: -10**4299 | DIGITS
        digits-4301: 10**4300 | DIGITS
        digits-4301-negative: -10**4300 | DIGITS
        shared-big: twice(2**100) | INT_NO_MEMO
        shared-small: twice(300) | INT_NO_MEMO
        byte-boundaries-list: [0, 255, 256, 65535, 65536, -1] | BININT
        word-boundaries-tuple: (2**31 - 1, 2**31, -2**31, -2**31 - 1) | WORD_SIZE
        dict-keys: {0: -1, 256: 65536, -2**31: 2**31} | BININT
    """)
    for k in range(1, 10):
        half = 8 * k - 1
        t.add("bytes-%d-list" % k, "[2**%d - 1, 2**%d, -2**%d, -2**%d - 1, "
              "2**%d - 1, -2**%d]" % (half, half, half, half, half - 1,
                                      half - 1), "LONG_MINIMAL")
    for n in (3, 7, 11, 100, 1000, 12345, 99999, 1000000, 123456789,
              1000000007):
        t.add("sample-%d" % n, "[%d, %d]" % (n, -n), "BININT")
    return t


def floats():
    t = Topic("float", "floats: BINFLOAT keeps the bits, FLOAT is repr().")
    for text in """0.0 1.0 0.1 0.5 1.5 2.5 3.14159 100.0 123456.789 1e15
            9999999999999998.0 1e16 1e17 123456789012345678.0 0.0001 0.00001
            0.00012345 1e-5 1.5e-7 1e22 1e23 5e-324 2.2250738585072014e-308
            2.225073858507201e-308 1.7976931348623157e308 1e100 1e-100 1e308
            4.35 0.3 2.675 9007199254740993.0 4503599627370496.5
            0.1234567890123456 1.1 3.0e-308 1e21 12345678901234567890.0
            1e5 1e6 123e-7 7e-10""".split():
        slug = text.replace(".", "p").replace("e-", "em").replace("+", "")
        if slug in t.seen:
            continue
        t.add("plus-" + slug, text, "FLOAT_REPR")
        t.add("minus-" + slug, "-" + text, "FLOAT_REPR NEGATIVE")
    t.each("""
        inf: float('inf') | FLOAT_SPECIAL
        minus-inf: -float('inf') | FLOAT_SPECIAL
        nan: float('nan') | FLOAT_SPECIAL
        minus-nan: f64(0xfff8000000000000) | FLOAT_SPECIAL NAN_BITS
        signalling-nan: f64(0x7ff0000000000001) | FLOAT_SPECIAL NAN_BITS
        nan-payload: f64(0x7ff8123456789abc) | FLOAT_SPECIAL NAN_BITS
        minus-nan-payload: f64(0xffffffffffffffff) | FLOAT_SPECIAL NAN_BITS
        denormal-max: f64(0x000fffffffffffff) | FLOAT_REPR
        next-after-one: f64(0x3ff0000000000001) | FLOAT_REPR
        before-one: f64(0x3fefffffffffffff) | FLOAT_REPR
        shared: twice(1.5) | INT_NO_MEMO
        list: [0.0, -0.0, 1.5, 1e300] | FLOAT_REPR
        key: {1.5: 2.5} | FLOAT_REPR
        complex: 1+2j | COMPLEX
        complex-zero: 0j | COMPLEX
        complex-minus-zero: complex(-0.0, -0.0) | COMPLEX
        complex-inf-nan: complex(float('inf'), float('nan')) | COMPLEX
        complex-shared: twice(1+2j) | COMPLEX
        complex-equal: [1+2j, complex(1, 2)] | COMPLEX
        complex-key: {1j: 1} | COMPLEX
        complex-three-times: (lambda c: [c, (c,), {'k': c}])(2-1j) | COMPLEX
    """)
    state = 12345
    for i in range(40):
        state = (state * 6364136223846793005 + 1442695040888963407) % 2**64
        t.add("bits-%02d" % i, "f64(0x%016x)" % state, "FLOAT_REPR")
    return t


def topics():
    return [atoms(), integers(), floats()]
