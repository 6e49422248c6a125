"""The disassembly corpus: Python expressions of bytes, by topic.

Expressions are evaluated once, by the generator, with the names of NAMES; the
bytes are what every interpreter is asked about. Reads and writes nothing.
"""
import pickletools
import struct

from corpus import Topic
from flags import FLAGS

FLAGS.update({
    "DIS_ANNOTATE": ("DISASSEMBLY", "Descriptions stand in another column.",
                     []),
    "DIS_ARGUMENT": ("DISASSEMBLY", "The argument of an opcode is misread.",
                     []),
    "DIS_ERROR": ("DISASSEMBLY", "A broken pickle is disassembled without "
                  "complaint, or with another one.", []),
    "DIS_INDENT": ("DISASSEMBLY", "Lines between a mark and its end are not "
                   "indented.", []),
    "DIS_MEMO": ("DISASSEMBLY", "Faults of the memo are not noticed.", []),
    "DIS_REPR": ("DISASSEMBLY", "Arguments are shown in another form than "
                 "repr's.", []),
    "DIS_STACK": ("DISASSEMBLY", "Faults of the stack are not noticed.", []),
    "DIS_TRUNCATED": ("DISASSEMBLY", "A cut pickle is not noticed, or memory "
                      "is taken for a length it declares.", []),
    "OPTIMIZE": ("OPTIMIZE", "Optimized pickles differ, or fetch the wrong "
                 "object.", []),
    "OPTIMIZE_FRAME": ("OPTIMIZE", "Optimized pickles have other frames.",
                       []),
})


def u16(n):
    return struct.pack("<H", n % (1 << 16))


def u32(n):
    return struct.pack("<I", n % (1 << 32))


def u64(n):
    return struct.pack("<Q", n % (1 << 64))


def text(s):
    """BINUNICODE of a str, and STOP."""
    data = s.encode("utf-8", "surrogatepass")
    return b"X" + u32(len(data)) + data + b"."


def frame(body):
    """Protocol 4: header, one frame, the body in it."""
    return b"\x80\x04\x95" + u64(len(body)) + body


NAMES = {"u16": u16, "u32": u32, "u64": u64, "text": text, "frame": frame,
         "struct": struct}

# An argument for each format that opcodes have, well-formed.
SAMPLES = {
    None: b"", "uint1": b"\x02", "uint2": b"\x34\x12",
    "int4": b"\xfe\xff\xff\xff", "uint4": b"\x01\x00\x00\x80",
    "uint8": b"\x01\x00\x00\x00\x00\x00\x00\x80", "long1": b"\x02\x00\xff",
    "long4": b"\x09\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x80\x00",
    "float8": b"\x3f\xf8\x00\x00\x00\x00\x00\x00",
    "decimalnl_short": b"12\n", "decimalnl_long": b"-12L\n",
    "floatnl": b"-1.25\n", "stringnl": b"'a\\x41'\n",
    "stringnl_noescape": b"id\n", "stringnl_noescape_pair": b"mod\nCls.f\n",
    "unicodestringnl": b"a\\u20ac\n", "string1": b"\x02ab",
    "string4": b"\x02\x00\x00\x00ab", "bytes1": b"\x02ab",
    "bytes4": b"\x02\x00\x00\x00ab",
    "bytes8": b"\x02\x00\x00\x00\x00\x00\x00\x00ab",
    "bytearray8": b"\x02\x00\x00\x00\x00\x00\x00\x00ab",
    "unicodestring1": b"\x03\xe2\x82\xac",
    "unicodestring4": b"\x03\x00\x00\x00\xe2\x82\xac",
    "unicodestring8": b"\x03\x00\x00\x00\x00\x00\x00\x00\xe2\x82\xac",
}
# Items that an opcode of that kind can take from the stack.
PUSHES = {"any": b"N", "list": b"]", "dict": b"}", "set": b"\x8f",
          "str": b"\x8c\x01s", "buffer": b"\x97", "mark": b"(",
          "stackslice": b"K\x01K\x02"}


def opcodes():
    """Every opcode, well-formed and cut at each of its bytes."""
    whole = Topic("opcodes", "Each opcode in a well-formed pickle.")
    cut = Topic("truncated", "Each opcode cut short by the end of the data.")
    for op in pickletools.opcodes:
        slug = op.name.lower().replace("_", "-")
        argument = SAMPLES[op.arg.name if op.arg else None]
        code = op.code.encode("latin-1") + argument
        before = b"".join(PUSHES[k.name] for k in op.stack_before)
        if "GET" in op.name:
            before = b"N" + {"GET": b"p", "BINGET": b"q",
                             "LONG_BINGET": b"r"}[op.name] + argument + b"0"
        if op.name in ("PUT", "BINPUT", "LONG_BINPUT"):
            before = b"N"
        if op.name == "STOP":
            whole.add(slug, repr(b"N."), "DIS_ARGUMENT")
            continue
        rest = b"0" * len(op.stack_after)
        if op.name == "MARK":
            rest = b"1"
        pickle = before + code + rest + b"N."
        if op.name in ("PUT", "BINPUT", "LONG_BINPUT"):
            pickle = before + code + b"."
        whole.add(slug, repr(pickle), "DIS_ARGUMENT")
        for n in range(1, len(code) + 1):
            cut.add("%s-%d" % (slug, n), repr(before + code[:n]),
                    "DIS_TRUNCATED")
    cut.add("nothing", "b''", "DIS_TRUNCATED")
    cut.add("no-stop", r"b'\x80\x04N'", "DIS_TRUNCATED")
    return [whole, cut]


def arguments():
    t = Topic("arguments", "Arguments that are hard to read, or wrong.")
    t.each(r"""
        int-bools: b'I00\nI01\nI0\nI1\n0000' b'N.'
        int-spaces: b'I \t+12 \x0b\x0c\r\n.'
        int-underscores: b'I1_000\n.'
        int-underscores-two: b'I1__0\n.'
        int-underscore-first: b'I_1\n.'
        int-underscore-last: b'I1_\n.'
        int-empty: b'I\n.'
        int-letters: b'Iabc\n.'
        int-hex: b'I0x10\n.'
        int-leading-zeros: b'I-007\n.'
        int-minus-zero: b'I-0\n.'
        int-sign-alone: b'I-\n.'
        int-sign-space: b'I- 1\n.'
        int-long-suffix: b'I12L\n.'
        int-nul: b'I1\x00\n.'
        int-big: b'I-123456789012345678901234567890\n.'
        int-4300-digits: b'I' + b'9' * 4300 + b'\n.'
        int-4301-digits: b'I' + b'9' * 4301 + b'\n.'
        int-4301-zeros: b'I' + b'0' * 4301 + b'\n.'
        int-4301-digits-letter: b'I' + b'9' * 4301 + b'x\n.'
        int-4301-digits-underscores: b'I' + b'9' * 4301 + b'__1\n.'
        int-message-cut: b'I' + b'x' * 300 + b'\n.'
        int-message-200: b'I' + b'x' * 197 + b'\n.'
        int-message-201: b'I' + b'x' * 198 + b'\n.'
        int-message-cut-quote: b'I' + b'x' * 199 + b"'\"\n."
        int-message-escapes: b'I' + b'\xff' * 60 + b"'\n."
        long-empty: b'L\n.'
        long-l-alone: b'LL\n.'
        long-two-l: b'L1LL\n.'
        long-bools: b'L00\nL01L\n0.'
        long-64-bits: b'L9223372036854775807L\nL9223372036854775808L\n0.'
        long-64-bits-negative: b'L-9223372036854775808L\nL-9223372036854775809L\n0.'
        long1-empty: b'\x8a\x00.'
        long1-padded: b'\x8a\x04\x01\x00\x00\x00\x8a\x03\xff\xff\xff0.'
        long1-64-bits: b'\x8a\x08' + b'\xff' * 7 + b'\x7f\x8a\x09' + b'\xff' * 8 + b'\x00' b'0.'
        long1-255-bytes: b'\x8a\xff' + b'\x00' * 254 + b'\x80.'
        long4-empty: b'\x8b\x00\x00\x00\x00.'
        long4-negative-count: b'\x8b\xff\xff\xff\xff.'
        long4-1785-bytes: b'\x8b' + u32(1785) + b'\xff' * 1784 + b'\x7f.'
        long4-1786-bytes: b'\x8b' + u32(1786) + b'\xff' * 1785 + b'\x7f.'
        long4-1786-bytes-negative: b'\x8b' + u32(1786) + b'\x00' * 1785 + b'\x80.'
        long4-largest-printed: b'\x8b' + u32(1786) + (10 ** 4300 - 1).to_bytes(1786, 'little') + b'.'
        long4-smallest-refused: b'\x8b' + u32(1786) + (10 ** 4300).to_bytes(1786, 'little') + b'.'
        long4-2000-bytes: b'\x8b' + u32(2000) + b'\x01' * 2000 + b'.'
        frame-huge: b'\x95' + b'\xff' * 8 + b'N.'
        float-forms: b'F1e5\nF.5\nF5.\nF 1.5\t\nF1_0.2_5\n0000.'
        float-special: b'Finf\nF-Infinity\nFnan\nF+NaN\nF-nan\n0000.'
        float-overflow: b'F1e999\nF-1e999\nF1e-999\n00.'
        float-empty: b'F\n.'
        float-blank: b'F \n.'
        float-letters: b'Fabc\n.'
        float-comma: b'F1,5\n.'
        float-hex: b'F0x1p3\n.'
        float-nul: b'F1.5\x00\n.'
        float-underscore: b'F1_.5\n.'
        float-two-points: b'F1.5.\n.'
        float-message-long: b'F' + b'x' * 300 + b'\n.'
        binfloat-nan: b'G\xff\xf8\x00\x00\x00\x00\x00\x01.'
        binfloat-layout: b''.join(b'G' + struct.pack('>d', x) for x in (0.1, -0.0, 1e15, 1e16, 1e22, 1e-4, 1e-5, 123456789.0, 5e-324, 1.7976931348623157e308)) + b'0' * 9 + b'.'
        string-quotes: b'S\'a"b\'\nS"a\'b"\n0.'
        string-no-quotes: b'Sabc\n.'
        string-empty-line: b'S\n.'
        string-one-end: b"S'abc\n."
        string-other-end: b"S'abc\"\n."
        string-lone-quote: b"S'\n."
        string-no-newline: b"S'abc'"
        string-escapes: b"S'\\a\\b\\f\\n\\r\\t\\v\\\\\\'\\\"'\n."
        string-octal: b"S'\\0\\18\\101\\377\\777'\n."
        string-unknown-escape: b"S'\\q\\8'\n."
        string-bad-hex: b"S'a\\x4'\n."
        string-bad-hex-end: b"S'a\\x'\n."
        string-trailing-backslash: b"S'a\\'\n."
        string-latin1: b"S'\xe9\\xe9'\n."
        string-message-long: b'S' + b'a' * 300 + b'\n.'
        persid-escape: b'P\\x41\\n\n.'
        persid-empty: b'P\n.'
        persid-utf8: b'P\xc3\xa9\n.'
        persid-bad-utf8: b'Pa\xff\n.'
        persid-surrogate: b'P\xed\xa0\x80\n.'
        global-utf8: b'cmod\n\xc3\x89.\xc3\xa9\n.'
        global-blank: b'ca b\n\n.'
        global-one-line: b'cmod\nname'
        inst-escape: b'(imod\n\\x41\n.'
        binstring-negative: b'T\xff\xff\xff\xff.'
        binstring-short: b'T\x05\x00\x00\x00ab.'
        binstring-latin1: b'U\x03\xe9\xff\x80.'
        unicode-escapes: b'V\\u0041\\U0001f600\\\\u0041\\n\xe9\n.'
        unicode-pair: b'V\\ud83d\\ude00\n.'
        unicode-truncated: b'Vab\\u12\n.'
        unicode-truncated-long: b'V\\U0011000\n.'
        unicode-out-of-range: b'Va\\U00110000b\n.'
        unicode-trailing-backslash: b'Va\\\n.'
        unicode-no-newline: b'Vabc'
        binunicode-bad: b'X\x02\x00\x00\x00a\xff.'
        binunicode-cut-character: b'\x8c\x03a\xe2\x82.'
        binunicode-half-surrogate: b'\x8c\x02\xed\xa0.'
        binunicode-overlong: b'\x8c\x02\xc0\x80.'
        binunicode-too-large: b'\x8c\x04\xf4\x90\x80\x80.'
        binunicode8-over-maxsize: b'\x8d' + u64(1 << 63) + b'.'
        binunicode8-maxsize: b'\x8d' + u64((1 << 63) - 1) + b'a.'
        binbytes-4gib: b'B' + u32(-1) + b'ab.'
        binbytes8-over-maxsize: b'\x8e' + u64(-1) + b'.'
        bytearray8-over-maxsize: b'\x96' + u64(-1) + b'.'
        bytearray8-short: b'\x96' + u64(9) + b'ab.'
        put-bool: b'Np00\ng0\n0.'
        get-bool: b'Np0\ng00\n0.'
        get-bool-missing: b'g01\n.'
        put-negative: b'Np-1\ng-1\n0.'
        put-big: b'Np99999999999999999999\ng99999999999999999999\n0.'
        put-letters: b'Npx\n.'
        unknown-opcode: b'N\xff.'
        unknown-opcode-first: b'\x00'
        unknown-quote: b"N'."
        trailing-bytes: b'N.rest'
    """, "DIS_ARGUMENT")
    return [t]


def reprs():
    t = Topic("repr", "How strs and bytes are shown.")
    t.each(r"""
        quotes: b"\x8c\x01'" b'\x8c\x01"' b"\x8c\x02'\"0" b'0.'
        backslash: text('a\\b')
        control: text('\x00\t\n\r\x1f\x7f')
        latin1: text('\x80\x9f\xa0\xa1\xac\xad\xae\xff')
        greek: text('\u0378\u0379\u037a\u0380\u03a2\u03b1')
        surrogates: text('\ud800\udfff')
        surrogate-pair: text('\ud83d\ude00')
        astral: text('\U0001f600\U0001f9ff\U0010ffff')
        spaces: text('\u2000\u2028\u2029\u3000\ufeff')
        private: text('\ue000\ufffd\uffff')
        unicode-13: text('\u08be\u31bb\U00030000')
        unicode-14: text('\u061d\u2c2f\U0001fae8')
        unicode-15: text('\u0cf3\U0001f6dc\U00031350')
        unicode-15-1: text('\u2ffc\u31ef\U0002ebf0')
        unicode-16: text('\u1c89\ua7cb\U0001cc00')
        unicode-17: text('\U00010940\U00016ea0\U0001fac8\ua7ce')
        string-latin1: b'U\x02\xe9\xad.'
        string4-latin1: b'T\x02\x00\x00\x00\xe9\xad.'
        bytes: b'C\x08\x00\t\n\r\x1f\x7f\x80\xff.'
        bytes-quotes: b"C\x01'C\x01\"C\x02'\"C\x02'\\000."
        bytearray-quotes: b'\x80\x05' + b''.join(b'\x96' + u64(len(s)) + s for s in (b"'", b'"', b"'\"", b"'\\", b'\xff')) + b'0000.'
        empty: b'\x8c\x00C\x00\x96' + u64(0) + b'00.'
    """, "DIS_REPR")
    return [t]


def stacks():
    t = Topic("stack", "Marks, memo and what is left on the stack.")
    t.each(r"""
        nested-marks: b'((K\x01tK\x02t.'
        pop-mark-by-pop: b'(0N.'
        pop-mark-and-items: b'(NN1N.'
        pop-inside-mark: b'(N0N0t.'
        dup-mark: b'(2t.'
        mark-taken-as-operand: b'(NRt.'
        mark-taken-as-operand-twice: b'((N\x85RNt.'
        no-mark-tuple: b'Nt.'
        no-mark-appends: b']Ke.'
        no-mark-pop-mark: b'1.'
        no-mark-obj: b'No.'
        underflow-stop: b'.'
        underflow-append: b'Na.'
        underflow-tuple3: b'NN\x87.'
        underflow-setitems: b'(NNu.'
        underflow-build: b'b.'
        left-one: b'NN.'
        left-mark: b'(N.'
        left-many: b'(NI00\nK\x01\x88G\x00\x00\x00\x00\x00\x00\x00\x00' b"S''\nC\x00\x96" + u64(0) + b'\x97V\n)]}\x8f(\x91N.'
        left-kinds-of-memo: b']\x94N0}q\x05h\x00h\x05.'
        memoize-forgets-kind: b'\x80\x04]\x94N.'
        binput-keeps-kind: b']q\x00N.'
        put-empty-stack: b'q\x00N.'
        put-mark: b'(q\x00.'
        memoize-empty-stack: b'\x94.'
        memoize-mark: b'(\x94.'
        put-twice: b'Nq\x00q\x00.'
        put-twice-other-opcode: b'Np5\nr\x05\x00\x00\x00.'
        memoize-twice: b'N\x94\x94.'
        memoize-taken-index: b'Nq\x01\x94.'
        get-missing: b'h\x07.'
        get-missing-text: b'g7\n.'
        get-missing-long: b'j\x07\x00\x00\x00.'
        frame-in-mark: b'(\x95' + u64(2) + b'N1N.'
        protocol-none: b'I1\n.'
        protocol-1: b'K\x01.'
        protocol-2: b'\x80\x05N.'
        protocol-5: b'\x80\x05\x97\x98.'
    """, "DIS_STACK")
    t.add("nested-20-marks", "b'(' * 20 + b't' * 20 + b'.'",
          "DIS_STACK DIS_INDENT")
    return [t]


def layout():
    t = Topic("layout", "Indentation, descriptions and where to start.")
    sample = (r"frame(b'](K\x01}\x94\x8c\x01a\x94(K\x02tsh\x00\x8c\x0cabcdefgh"
              r"ijkl\x94e.')")
    long_line = r"b'](' + text('x' * 60)[:-1] + b'K\x01' b'e.'"
    for indent in (-3, 0, 1, 2, 4, 8):
        t.add("indent-%s" % str(indent).replace("-", "minus-"), sample,
              "DIS_INDENT", indent=str(indent))
    for column in (-5, 1, 10, 30, 50, 51, 70):
        name = str(column).replace("-", "minus-")
        t.add("annotate-%s" % name, sample, "DIS_ANNOTATE",
              annotate=str(column))
        t.add("annotate-%s-long" % name, long_line, "DIS_ANNOTATE",
              annotate=str(column))
    for length in (49, 50, 51, 52):
        t.add("annotate-after-%d" % length, "text('x' * %d)[:-1] + b'0N.'"
              % (length - 18), "DIS_ANNOTATE", annotate="1")
    t.add("annotate-error", "b'N\\xff'", "DIS_ANNOTATE", annotate="30")
    t.add("annotate-wide", "text('\\u20ac\\u20ac')[:-1] + b'N0.'",
          "DIS_ANNOTATE", annotate="1")
    t.add("both", sample, "DIS_ANNOTATE DIS_INDENT", indent="1",
          annotate="20")
    t.add("start-second", "b'N.(K\\x01t.'", "DIS_ARGUMENT", start="2")
    t.add("start-end", "b'N.'", "DIS_TRUNCATED", start="2")
    t.add("no-offsets", "b'((K\\x01tt.'", "DIS_INDENT", offsets="0")
    t.add("no-offsets-unknown", "b'N\\xff.'", "DIS_ARGUMENT", offsets="0")
    t.add("many-one-memo", "b']q\\x00.h\\x00.'", "DIS_MEMO", many="1")
    t.add("many-memoize", "b'N\\x94.N\\x94.h\\x01h\\x00\\x86.'",
          "DIS_MEMO", many="1")
    t.add("many-redefined", "b'Nq\\x00.Nq\\x00.'", "DIS_MEMO", many="1")
    t.add("many-broken", "b'N.N'", "DIS_MEMO", many="1")
    t.add("offset-six-digits", "b'N0' * 60000 + b'N.'", "DIS_INDENT",
          start="119998")
    return [t]


def optimizing():
    t = Topic("optimize", "What optimize drops, renumbers and frames anew.")
    t.each(r"""
        nothing-to-do: b'N.'
        empty: b''
        put-unused: b']q\x00.'
        put-unused-text: b'(lp0\n.'
        put-used: b'](]q\x00K\x01ah\x00e.'
        put-renumbered: b'](]q\x05]q\x07h\x07h\x05e.'
        put-four-bytes: b'](]r\x00\x01\x00\x00j\x00\x01\x00\x00e.'
        put-text-used: b'(lp7\n(lp8\nag8\na.'
        put-text-fetched-by-byte: b'(]p7\nh\x07t.'
        put-byte-fetched-by-text: b'(]q\x07g7\nt.'
        memoize-unused: frame(b']\x94.')
        memoize-used: frame(b'](]\x94]\x94h\x01e.')
        memoize-without-proto: b'(]\x94h\x00t.'
        memoize-after-put: frame(b'(]q\x05]\x94h\x05h\x01t.')
        memoize-takes-index-of-put: frame(b'(]q\x01]\x94h\x01t.')
        put-twice: b'(]q\x00]q\x00h\x00t.'
        put-bool-key: b'(]p01\nh\x01t.'
        get-before-put: b'\x80\x02(h\x00]q\x00t.'
        get-before-put-text: b'(g0\n]p0\nt.'
        get-missing: b'\x80\x02h\x07.'
        get-missing-text: b'g7\n.'
        get-missing-text-proto-2: b'\x80\x02g7\n.'
        proto-twice: b'\x80\x02\x80\x04N.'
        proto-not-first: b'N0\x80\x04N.'
        proto-0: b'\x80\x00N.'
        proto-5: b'\x80\x05\x97\x98.'
        proto-6: b'\x80\x06N.'
        frame-below-proto-4: b'\x80\x02\x95' + u64(2) + b'N.'
        frame-minimum-3: frame(b'N0N.')[:-2] + b'.'
        frame-minimum-4: frame(b'N0N.')
        frames-joined: b'\x80\x04' + frame(b'K\x01')[2:] + frame(b'K\x02\x86.')[2:]
        frame-at-end: b'\x80\x04N.' + frame(b'N.')
        trailing-bytes: b'N.rest'
        broken: b'\x80\x04K'
        256-entries: b'\x80\x02(' + b''.join(b']r' + u32(i) + b'j' + u32(i) for i in range(258)) + b't.'
        ids-beyond-64-bits: b'(]p99999999999999999999\ng99999999999999999999\nt.'
    """, "OPTIMIZE")
    t.each(r"""
        payload-65526: b'\x80\x04B' + u32(65526) + b'x' * 65526 + b'.'
        payload-65531: b'\x80\x04B' + u32(65531) + b'x' * 65531 + b'.'
        payload-65532: b'\x80\x04B' + u32(65532) + b'x' * 65532 + b'.'
        payload-between: b'\x80\x04(K\x01K\x02B' + u32(70000) + b'x' * 70000 + b'K\x03K\x04t.'
        payload-after-short: b'\x80\x04(B' + u32(70000) + b'x' * 70000 + b't.'
        payload-proto-3: b'\x80\x03(K\x01B' + u32(70000) + b'x' * 70000 + b't.'
        many-small: b'\x80\x04(' + b'K\x01' * 33000 + b't.'
        exactly-target: b'\x80\x04' + b'N0' * 32768 + b'N.'
        target-and-gets: b'\x80\x04(]\x94' + b'h\x00' * 33000 + b't.'
    """, "OPTIMIZE_FRAME")
    return [t]


def topics():
    return (opcodes() + arguments() + reprs() + stacks() + layout() +
            optimizing())
