"""Hand-assembled inputs that are mostly accepted: every opcode in every role."""
import struct

from inputs import Group
from opcodes import op

KIT = b"cpickleproof_kit\n"


def u32(n):
    return struct.pack("<I", n)


def u64(n):
    return struct.pack("<Q", n)


def frame(body):
    return b"\x95" + u64(len(body)) + body


def text8(s):
    data = s.encode("utf-8", "surrogatepass")
    return b"\x8c" + bytes([len(data)]) + data


def opcodes():
    g = Group("opcode", "Each opcode by itself, without PROTO, and in forms "
              "that CPython does not write but reads.")
    g.rows("OPCODE", [
        ("none", b"N."), ("newtrue", b"\x88."), ("newfalse", b"\x89."),
        ("empty-tuple", b")."), ("empty-list", b"]."), ("empty-dict", b"}."),
        ("empty-set", b"\x8f."), ("mark-tuple", b"(t."),
        ("mark-list", b"(l."), ("mark-dict", b"(d."),
        ("mark-frozenset", b"(\x91."), ("dup", b"N2\x86."),
        ("dup-list", b"]2\x86."), ("pop", b"NK\x010."),
        ("pop-mark-by-pop", b"N(0."), ("pop-mark", b"N(K\x01K\x021."),
        ("pop-mark-empty", b"N(1."), ("pop-twice", b"NK\x01K\x0200."),
        ("list-of-three", b"(K\x01K\x02K\x03l."),
        ("dict-of-two", b"(K\x01K\x02K\x03K\x04d."),
        ("tuple-of-three", b"(K\x01K\x02K\x03t."),
        ("tuple1", b"K\x01\x85."), ("tuple2", b"K\x01K\x02\x86."),
        ("tuple3", b"K\x01K\x02K\x03\x87."), ("append", b"]K\x01a."),
        ("append-twice", b"]K\x01aK\x02a."), ("appends", b"](K\x01K\x02e."),
        ("appends-empty", b"](e."), ("appends-one", b"](K\x01e."),
        ("appends-twice", b"](K\x01e(K\x02e."),
        ("setitem", b"}K\x01K\x02s."), ("setitems", b"}(K\x01K\x02u."),
        ("setitems-empty", b"}(u."),
        ("setitems-two", b"}(K\x01K\x02K\x03K\x04u."),
        ("setitem-replaces", b"}K\x01K\x02sK\x01K\x03s."),
        ("setitems-equal-keys", b"}(K\x01K\x02\x88K\x03G?\xf0\0\0\0\0\0\0Nu."),
        ("dict-equal-keys", b"(\x88K\x01K\x01K\x02d."),
        ("setitem-on-list", b"]K\x01aK\0K\x07s."),
        ("additems", b"\x8f(K\x01K\x02\x90."), ("additems-empty", b"\x8f(\x90."),
        ("additems-equal", b"\x8f(K\x01\x88G?\xf0\0\0\0\0\0\0\x90."),
        ("frozenset", b"(K\x01K\x02\x91."),
        ("frozenset-equal", b"(K\x01K\x01\x88\x91."),
        ("set-of-frozensets", b"\x8f((K\x01\x91(K\x01\x91\x90."),
        ("set-of-tuples", b"\x8f(K\x01K\x02\x86K\x02K\x01\x86\x90."),
        ("int", b"I5\n."), ("int-true", b"I01\n."), ("int-false", b"I00\n."),
        ("int-big", b"I99999999999999999999\n."), ("int-minus", b"I-5\n."),
        ("long", b"L5L\n."), ("long-without-l", b"L5\n."),
        ("long-minus", b"L-5L\n."),
        ("bin-int", op("BININT", -1) + b"."),
        ("bin-int-max", op("BININT", 2**31 - 1) + b"."),
        ("bin-int-min", op("BININT", -2**31) + b"."),
        ("bin-int-small", op("BININT", 5) + b"."),
        ("bin-int1", op("BININT1", 255) + b"."),
        ("bin-int2", op("BININT2", 65535) + b"."),
        ("bin-int2-small", op("BININT2", 1) + b"."),
        ("long1-empty", op("LONG1", b"") + b"."),
        ("long1-zero", op("LONG1", b"\0") + b"."),
        ("long1-redundant", op("LONG1", b"\x05\0\0") + b"."),
        ("long1-minus-redundant", op("LONG1", b"\xfb\xff\xff") + b"."),
        ("long1-255", op("LONG1", b"\xff") + b"."),
        ("long1-200-bytes", op("LONG1", b"\x11" * 200) + b"."),
        ("long4-empty", op("LONG4", b"") + b"."),
        ("long4-one", op("LONG4", b"\x07") + b"."),
        ("long4-minus", op("LONG4", b"\x00\x80") + b"."),
        ("long4-300", op("LONG4", b"\x11" * 300) + b"."),
        ("float", b"F1.5\n."), ("float-exponent", b"F1e3\n."),
        ("float-inf", b"Finf\n."), ("float-nan", b"Fnan\n."),
        ("bin-float", op("BINFLOAT", 1.5) + b"."),
        ("bin-float-nan-payload", b"G\x7f\xf8\x12\x34\x56\x78\x9a\xbc."),
        ("bin-float-signalling", b"G\x7f\xf0\0\0\0\0\0\x01."),
        ("string", b"S'abc'\n."), ("string-double", b'S"abc"\n.'),
        ("string-empty", b"S''\n."), ("string-escapes", rb"S'\n\t\\\x41\101'"
                                      + b"\n."),
        ("bin-string", op("BINSTRING", b"abc") + b"."),
        ("bin-string-empty", op("BINSTRING", b"") + b"."),
        ("short-bin-string", op("SHORT_BINSTRING", b"abc") + b"."),
        ("unicode", b"Vabc\n."), ("unicode-empty", b"V\n."),
        ("unicode-latin", b"V\xe9\n."), ("unicode-escapes",
                                         rb"V\u20ac\U0001f600" + b"\n."),
        ("bin-unicode", op("BINUNICODE", b"abc") + b"."),
        ("bin-unicode-wide", op("BINUNICODE", "€".encode()) + b"."),
        ("short-bin-unicode", op("SHORT_BINUNICODE", b"abc") + b"."),
        ("bin-unicode8", op("BINUNICODE8", b"abc") + b"."),
        ("bin-bytes", op("BINBYTES", b"abc") + b"."),
        ("short-bin-bytes", op("SHORT_BINBYTES", b"abc") + b"."),
        ("bin-bytes8", op("BINBYTES8", b"abc") + b"."),
        ("bytearray8", op("BYTEARRAY8", b"abc") + b"."),
        ("bytearray8-empty", op("BYTEARRAY8", b"") + b"."),
        ("bytearray8-twice", b"(" + op("BYTEARRAY8", b"a") + b"2t."),
        ("stop-leaves-items", b"K\x01K\x02."), ("stop-leaves-mark", b"(N."),
        ("stop-leaves-marks", b"K\x01((K\x02."),
        ("unhashed-list-value", b"}K\x01]s."),
        ("global", KIT + b"Plain\n."), ("global-twice", KIT + b"Plain\n" + KIT
                                        + b"Plain\n\x86."),
        ("stack-global", text8("pickleproof_kit") + text8("Plain") + b"\x93."),
        ("stack-global-dotted", b"\x80\x04" + text8("pickleproof_kit")
         + text8("Outer.Inner.Deep") + b"\x93."),
        ("stack-global-from-unicode", b"Vpickleproof_kit\nVPlain\n\x93."),
        ("global-dotted-proto4", b"\x80\x04" + KIT + b"Outer.Inner\n."),
        ("reduce", KIT + b"func\n)R."), ("reduce-args", KIT
                                         + b"func\n(K\x01K\x02tR."),
        ("reduce-state", KIT + b"func\n)R}b."),
        ("newobj", KIT + b"Plain\n)\x81."),
        ("newobj-args", KIT + b"Plain\nK\x01\x85\x81."),
        ("newobj-ex", KIT + b"Plain\n)}\x92."),
        ("newobj-ex-kwargs", KIT + b"Plain\nK\x01\x85}" + text8("k")
         + b"K\x02s\x92."),
        ("build", KIT + b"Plain\n)\x81}" + text8("a") + b"K\x01sb."),
        ("build-twice", KIT + b"Plain\n)\x81}b}b."),
        ("build-none", KIT + b"Plain\n)\x81Nb."),
        ("build-pair", KIT + b"Plain\n)\x81}}\x86b."),
        ("inst", b"(ipickleproof_kit\nPlain\n."),
        ("inst-args", b"(K\x01K\x02ipickleproof_kit\nPlain\n."),
        ("obj", b"(" + KIT + b"Plain\no."),
        ("obj-args", b"(" + KIT + b"Plain\nK\x01K\x02o."),
        ("append-to-object", KIT + b"func\n)RK\x01a."),
        ("appends-to-object", KIT + b"func\n)R(K\x01K\x02e."),
        ("setitem-on-object", KIT + b"func\n)RK\x01K\x02s."),
        ("setitems-on-object", KIT + b"func\n)R(K\x01K\x02u."),
        ("additems-to-object", KIT + b"func\n)R(K\x01\x90."),
        ("proto-0", b"\x80\x00N."), ("proto-1", b"\x80\x01N."),
        ("proto-2", b"\x80\x02N."), ("proto-3", b"\x80\x03N."),
        ("proto-4", b"\x80\x04N."), ("proto-5", b"\x80\x05N."),
        ("proto-twice", b"\x80\x02\x80\x04N.", "PROTO"),
        ("proto-in-the-middle", b"\x80\x02](\x80\x05Ne.", "PROTO"),
        ("proto-at-the-end", b"N\x80\x02.", "PROTO"),
        ("proto-2-then-4-name", b"\x80\x02\x80\x04c__builtin__\nset\n.", "PROTO"),
        ("proto-4-then-2-name", b"\x80\x04\x80\x02c__builtin__\nset\n.", "PROTO"),
        ("proto-between-names", b"c__builtin__\nset\n\x80\x04cbuiltins\nset\n"
         b"\x80\x01c__builtin__\nset\n\x87.", "PROTO"),
        ("trailing-bytes", b"N.garbage", "USED"),
        ("trailing-pickle", b"N.K\x01.", "USED"),
        ("nested-deep-marks", b"((((((((((N" + b"t" * 10 + b"."),
        ("deep-tuples", b"N" + b"\x85" * 3000 + b".", "DEEP"),
        ("deep-lists", b"]" * 3000 + b"a" * 2999 + b".", "DEEP"),
        ("deep-100000", b"N" + b"\x85" * 100000 + b".", "DEEP"),
        ("marks-100000", b"(" * 100000 + b"N.", "DEEP"),
    ])
    return g


def memo():
    g = Group("memo-opcode", "PUT, GET and MEMOIZE in every form and order.")
    rows = [
        ("put-get", b"]p0\ng0\n\x86."), ("binput-binget", b"]q\0h\0\x86."),
        ("long-binput-get", b"]r\0\0\0\0j\0\0\0\0\x86."),
        ("memoize-get", b"]\x94h\0\x86."),
        ("put-binget", b"]p5\nh\x05\x86."),
        ("binput-long-binget", b"]q\x07j\x07\0\0\0\x86."),
        ("long-binput-text-get", b"]r\xff\0\0\0g255\n\x86."),
        ("memoize-text-get", b"]\x94g0\n\x86."),
        ("gap", b"]q\x05h\x05\x86."), ("gap-256", b"]r\0\x01\0\0j\0\x01\0\0\x86."),
        ("overwrite", b"]q\0Nq\0h\0\x87."),
        ("overwrite-get-first", b"]q\0h\0Nq\0h\0(t."),
        ("memoize-after-put-5", b"]q\x05}\x94h\x01\x87."),
        ("memoize-after-put-0", b"]q\0}\x94h\x01\x87."),
        ("memoize-twice", b"]\x94\x94h\0h\x01(t."),
        ("put-same-object-twice", b"]q\0q\x01h\0h\x01(t."),
        ("get-before-items", b"]q\0h\0a."), ("dict-in-itself",
                                             b"}q\0K\x01h\0s."),
        ("put-text-spaces", b"]p 0 \ng0\n\x86."),
        ("put-text-plus", b"]p+1\ng1\n\x86."),
        ("put-text-zeros", b"]p007\ng7\n\x86."),
        ("put-text-underscore", b"]p1_0\ng10\n\x86."),
        ("put-none-get-many", b"(Nq\0h\0h\0h\0t."),
        ("put-str-get", b"(" + text8("ab") + b"q\0h\0h\0t."),
        ("put-int-get", b"(K\x05q\0h\0t."), ("put-mark-below", b"K\x01(K\x02q\0h\0t\x86."),
        ("put-bytearray", b"(" + op("BYTEARRAY8", b"ab") + b"q\0h\0t."),
        ("put-100", b"]qd]\x94h\x01hd(t.", "LIMIT"),
        ("put-1000000", b"]r@B\x0f\0j@B\x0f\0\x86."),
        ("put-1000000-memoize", b"]r@B\x0f\0}\x94h\x01\x87.", "LIMIT"),
        ("memoize-many", b"(" + b"]\x94" * 300 + b"j+\x01\0\0t."),
        ("binput-255", b"]q\xffh\xff\x86."),
        ("get-frozenset", b"((K\x01\x91q\0h\0t."),
        ("shared-tuple", b"(K\x01K\x02\x86q\0h\0h\0t."),
        ("shared-set", b"(\x8fq\0(K\x01\x90h\0t."),
        ("shared-object", b"(" + KIT + b"Plain\n)\x81q\0h\0t."),
        ("shared-after-build", b"(" + KIT + b"Plain\n)\x81q\0}b h\0t."
         .replace(b" ", b"")),
        ("object-in-own-state", KIT + b"Plain\n)\x81q\0}" + text8("me")
         + b"h\0sb."),
        ("object-in-own-items", KIT + b"func\n)Rq\0h\0a."),
        ("set-holds-object-holds-set", b"\x8fq\0(" + KIT + b"Hashed\n)\x81}"
         + text8("s") + b"h\0sb\x90."),
        ("set-in-list-holds-list", b"]q\0\x8f(" + KIT + b"Hashed\n)\x81}"
         + text8("l") + b"h\0sb\x90a."),
        ("set-shares-with-list", b"((K\x01K\x02\x86q\0\x8f(h\0\x90t."),
        ("set-elements-share", b"(K\x01K\x02\x86q\0\x8f(h\0K\x03\x86h\0K\x04"
         b"\x86\x90t."),
        ("frozenset-through-object", KIT + b"Hashed\n)\x81q\0(h\0\x91q\x01}"
         + text8("f") + b"h\x01sb."),
    ]
    g.rows("MEMO", [r for r in rows if r[0] != "shared-after-build"])
    return g


def frames():
    g = Group("frame-opcode", "Frames: exact, empty, many, absent, and not "
              "where CPython puts them.")
    p4 = b"\x80\x04"
    g.rows("FRAME", [
        ("exact", p4 + frame(b"].")), ("empty-frame", p4 + frame(b"") + b"N."),
        ("two", p4 + frame(b"]") + frame(b"K\x01a.")),
        ("without-proto", frame(b"N.")), ("proto-2", b"\x80\x02" + frame(b"N.")),
        ("bytes-outside", p4 + b"]" + frame(b"K\x01a") + b"."),
        ("stop-outside", p4 + frame(b"N") + b"."),
        ("three-empty", p4 + frame(b"") * 3 + b"N."),
        ("each-opcode", p4 + frame(b"]") + frame(b"K\x01") + frame(b"a")
         + frame(b".")),
        ("boundary-before-argument", p4 + b"\x95" + u64(1) + b"K\x05."),
        ("large-outside", p4 + frame(b"](") + op("BINBYTES", b"x" * 300)
         + frame(b"e.")),
        ("stop-before-frame-end", p4 + frame(b"N.xxxx"), "USED"),
        ("stop-before-frame-end-then-pickle", p4 + frame(b"N.xxxx") + b"K\x01.",
         "USED"),
        ("argument-crosses", p4 + b"\x95" + u64(2) + b"J\x05\0\0\0."),
        ("line-crosses", p4 + b"\x95" + u64(2) + b"I5\n."),
        ("payload-crosses", p4 + b"\x95" + u64(3) + b"C\x05abcde."),
        ("large-payload-crosses", p4 + b"\x95" + u64(6) + b"B\x05\0\0\0abcde."),
        ("global-crosses", p4 + b"\x95" + u64(6) + KIT + b"Plain\n."),
        ("nested", p4 + frame(b"]" + frame(b"K\x01a") + b".")),
        ("nested-crossing", p4 + b"\x95" + u64(12) + b"]" + frame(b"K\x01a")
         + b"."),
        ("longer-than-data-by-one", p4 + b"\x95" + u64(3) + b"N."),
        ("longer-than-data", p4 + b"\x95" + u64(100) + b"N."),
        ("frame-in-list", p4 + b"](" + frame(b"K\x01K\x02") + b"e."),
        ("frame-after-stop-ignored", b"N." + frame(b"N."), "USED"),
        ("frame-then-truncated", p4 + frame(b"](K\x01")),
        ("frame-ends-in-opcode", p4 + b"\x95" + u64(2) + b"K"),
        ("line-in-frame", p4 + frame(b"I1\n.")),
        ("lines-in-frame", p4 + frame(b"]I1\naF1.5\naVab\na.")),
        ("line-after-frame", p4 + frame(b"](") + b"I1\nI2\ne."),
        ("line-is-outside", p4 + frame(b"]I") + b"1\na."),
        ("line-is-in-next-frame", p4 + frame(b"]I") + frame(b"1\na.")),
        ("global-in-frame", p4 + frame(KIT + b"Plain\n.")),
        ("global-name-is-outside", p4 + frame(KIT) + b"Plain\n."),
        ("global-name-in-next-frame", p4 + frame(KIT) + frame(b"Plain\n.")),
        ("bytearray-crosses", p4 + b"\x95" + u64(12) + b"\x96" + u64(5)
         + b"abcde."),
        ("bytearray-is-outside", p4 + frame(b"\x96" + u64(5)) + b"abcde."),
        ("bytearray-is-in-next-frame", p4 + frame(b"\x96" + u64(5))
         + frame(b"abcde.")),
        ("bytearray-in-frame", p4 + frame(b"\x96" + u64(5) + b"abcde.")),
    ])
    mebibyte = b"x" * ((1 << 20) + 1)
    g.rows("LARGE_PAYLOAD", [
        ("bytes-over-1-mib", op("BINBYTES", mebibyte) + b"."),
        ("bytearray-over-1-mib", op("BYTEARRAY8", mebibyte) + b"."),
        ("frame-over-1-mib", frame(op("BINBYTES", mebibyte) + b".")),
    ])
    return g


def many():
    g = Group("many", "Several pickles in a row, of one Unpickler or of many.")
    rows = [
        ("two", b"K\x01.K\x02."), ("three", b"N.](K\x01e.}."),
        ("with-proto", b"\x80\x02K\x01.\x80\x04K\x02."),
        ("memo-kept", b"]\x94.h\0."), ("memo-kept-put", b"]q\0.]h\0a."),
        ("memo-grows", b"]\x94.}\x94.h\0h\x01\x86."),
        ("proto-kept", b"\x80\x04N." + KIT + b"Plain\n."),
        ("framed", b"\x80\x04" + frame(b"].") + b"\x80\x04" + frame(b"}.")),
        ("framed-text", b"\x80\x04" + frame(text8("ab") + b"\x94.")
         + b"\x80\x04" + frame(b"h\0.")),
        ("stack-is-cleared", b"K\x01K\x02.K\x03."),
        ("marks-are-cleared", b"((N.K\x01."),
        ("objects", (KIT + b"Plain\n)\x81.") * 2),
        ("second-truncated", b"N.K"), ("second-empty-stack", b"N.."),
        ("second-unknown", b"N.\xff"), ("one-only", b"N."),
        ("frame-overrun", b"\x80\x04" + frame(b"N.") + b"\x80\x04"
         + frame(b"K\x05.")),
    ]
    g.rows("MANY", [(s + "-one-memo", d) for s, d in rows], many="1")
    g.rows("MANY", [(s + "-new-memo", d) for s, d in rows], many="2")
    return g


def encodings():
    g = Group("encoding", "str of Python 2 under each encoding and error "
              "handler.")
    datas = (("ascii", b"abc"), ("empty", b""), ("latin", b"caf\xe9"),
             ("utf8", b"\xe2\x82\xac"), ("bad-utf8", b"\xe2\x82"),
             ("surrogate", b"\xed\xa0\x80"), ("nul", b"a\0b"))
    settings = (("default", None, None), ("ascii", "ASCII", None),
                ("ascii-lower", "ascii", None), ("latin1", "latin-1", None),
                ("latin1-other", "latin1", None), ("utf8", "utf-8", None),
                ("utf8-other", "UTF8", None), ("bytes", "bytes", None),
                ("ascii-ignore", "ASCII", "ignore"),
                ("ascii-replace", "ASCII", "replace"),
                ("ascii-surrogateescape", "ASCII", "surrogateescape"),
                ("ascii-backslashreplace", "ASCII", "backslashreplace"),
                ("utf8-replace", "utf-8", "replace"),
                ("utf8-ignore", "utf-8", "ignore"),
                ("utf8-surrogateescape", "utf-8", "surrogateescape"),
                ("utf8-surrogatepass", "utf-8", "surrogatepass"),
                ("ascii-strict", "ASCII", "strict"),
                ("bytes-upper", "BYTES", None),
                ("unknown", "nosuch", None),
                ("unknown-handler", "ASCII", "nosuchhandler"))
    for word, enc, errors in settings:
        keys = {}
        if enc:
            keys["enc"] = enc
        if errors:
            keys["errors"] = errors
        for name, data in datas:
            quoted = repr(data)[1:].encode("ascii")
            for kind, made in (
                    ("string", b"S" + quoted + b"\n"),
                    ("binstring", op("BINSTRING", data)),
                    ("shortbinstring", op("SHORT_BINSTRING", data))):
                g.add("%s-%s-%s" % (kind, name, word), made + b".",
                      "ENCODING", **keys)
        g.add("not-unicode-" + word, b"V\xe9\n.", "ENCODING", **keys)
        g.add("not-binunicode-" + word, op("BINUNICODE", "é".encode()) + b".",
              "ENCODING", **keys)
        g.add("not-bytes-" + word, op("BINBYTES", b"\xe9") + b".", "ENCODING",
              **keys)
    return g


def python2_names():
    g = Group("names", "Python 2 names: mapped below protocol 3 with "
              "fix_imports, and not otherwise.")
    import _compat_pickle
    pairs = [("__builtin__", n) for n in (
        "long", "unicode", "xrange", "unichr", "int", "str", "len", "object",
        "basestring", "reduce", "set", "map")]
    pairs += [("exceptions", n) for n in (
        "ValueError", "StandardError", "OSError", "Exception", "KeyError")]
    pairs += [("itertools", "izip"), ("itertools", "imap"),
              ("itertools", "ifilter"), ("itertools", "izip_longest"),
              ("copy_reg", "_reconstructor"), ("UserDict", "UserDict"),
              ("UserList", "UserList"), ("UserString", "UserString"),
              ("UserDict", "IterableUserDict"), ("Queue", "Queue"),
              ("functools", "reduce"), ("collections", "OrderedDict"),
              ("builtins", "int"), ("pickleproof_kit", "Plain")]
    known = set(_compat_pickle.NAME_MAPPING) | {
        (m, n) for m, n in pairs if m in _compat_pickle.IMPORT_MAPPING}
    for module, name in pairs:
        slug = (module + "-" + name).strip("_").replace("_", "").lower()
        if (module, name) not in known and module not in (
                "functools", "collections", "builtins", "pickleproof_kit"):
            continue
        line = b"c%s\n%s\n." % (module.encode(), name.encode())
        for proto in (0, 2, 3, 4):
            start = bytes([0x80, proto]) if proto else b""
            flags = "FIX_IMPORTS" + (" IMPORT" if proto > 2 else "")
            if g.name and slug + "-p%d" % proto in g.slugs:
                continue
            g.add("%s-p%d" % (slug, proto), start + line, flags)
            if proto < 3:
                g.add("%s-p%d-nofix" % (slug, proto), start + line,
                      flags + " IMPORT", fix_imports="0")
    g.rows("FIX_IMPORTS", [
        ("inst", b"(i__builtin__\nlong\n."),
        ("stack-global-low", b"\x80\x02" + text8("__builtin__")
         + text8("unicode") + b"\x93."),
        ("proto-raised-after", b"c__builtin__\nlong\n\x80\x04."),
    ])
    return g


def ext():
    g = Group("ext-opcode", "EXT1, EXT2 and EXT4 with codes known and "
              "unknown.")
    kit = "pickleproof_kit:Plain:"
    for code, data in ((1, b"\x82\x01"), (255, b"\x82\xff"),
                       (1, b"\x83\x01\0"), (256, b"\x83\0\x01"),
                       (65535, b"\x83\xff\xff"), (1, b"\x84\x01\0\0\0"),
                       (65536, b"\x84\0\0\x01\0"),
                       (2**31 - 1, b"\x84\xff\xff\xff\x7f")):
        name = "%s-code-%d" % ({0x82: "ext1", 0x83: "ext2",
                                0x84: "ext4"}[data[0]], code)
        g.add(name, data + b".", "EXT", ext=kit + str(code))
        g.add(name + "-instance", data + b")\x81.", "EXT",
              ext=kit + str(code))
        g.add(name + "-unknown", data + b".", "EXT", ext=kit + "99")
        g.add(name + "-no-registry", data + b".", "EXT")
    for name, data in (("ext1", b"\x82\0"), ("ext2", b"\x83\0\0"),
                       ("ext4", b"\x84\0\0\0\0"),
                       ("ext4-minus", b"\x84\xff\xff\xff\xff"),
                       ("ext4-min", b"\x84\0\0\0\x80")):
        g.add(name + "-zero", data + b".", "EXT", ext=kit + "1")
    g.add("twice", b"\x82\x01\x82\x01\x86.", "EXT MEMO", ext=kit + "1")
    g.add("function", b"\x82\x01)R.", "EXT", ext="pickleproof_kit:func:1")
    g.add("two", b"\x82\x01\x82\x02\x86.", "EXT",
          ext="pickleproof_kit:func:1,pickleproof_kit:Plain:2")
    g.add("nested-p2", b"\x80\x02\x82\x01.", "EXT NESTED_NAME IMPORT",
          ext="pickleproof_kit:Outer.Inner:1")
    g.add("nested-p4", b"\x80\x04\x82\x01.", "EXT NESTED_NAME",
          ext="pickleproof_kit:Outer.Inner:1")
    g.add("python2-name", b"\x80\x02\x82\x01.", "EXT FIX_IMPORTS",
          ext="__builtin__:unicode:1")
    return g


def persistent():
    g = Group("persid-opcode", "PERSID and BINPERSID, with and without a "
              "hook.")
    rows = [
        ("persid", b"Pid1\n."), ("persid-empty", b"P\n."),
        ("persid-number", b"P7\n."), ("persid-space", b"Pa b\n."),
        ("persid-return", b"Pa\r\n."), ("persid-high", b"P\xe9\n."),
        ("persid-utf8", b"P\xc3\xa9\n."), ("persid-truncated", b"Pid1"),
        ("binpersid-str", text8("id1") + b"Q."),
        ("binpersid-int", b"K\x07Q."), ("binpersid-none", b"NQ."),
        ("binpersid-tuple", b"K\x01K\x02\x86Q."),
        ("binpersid-list", b"]Q."), ("binpersid-bytes", b"C\x02abQ."),
        ("binpersid-twice", b"K\x07QK\x07Q\x86."),
        ("binpersid-of-persistent", b"K\x07QQ."),
        ("binpersid-memo", b"K\x07Qq\0h\0\x86."),
        ("binpersid-in-list", b"]K\x07Qa."),
        ("binpersid-empty-stack", b"Q."), ("binpersid-mark", b"(Q."),
        ("binpersid-as-key", b"}K\x07QK\x01s."),
        ("persid-as-state", KIT + b"Plain\n)\x81Pid1\nb."),
        ("binpersid-shared-id", text8("id") + b"q\0Qh\0Q\x86."),
    ]
    g.rows("PERSID", rows, pid="1")
    g.rows("PERSID", [(s + "-no-hook", d) for s, d in rows])
    return g


def buffers():
    g = Group("buffer-opcode", "NEXT_BUFFER and READONLY_BUFFER.")
    rows = [
        ("next", b"\x97."), ("next-readonly", b"\x97\x98."),
        ("two", b"\x97\x97\x86."), ("three", b"(\x97\x97\x97t."),
        ("readonly-twice", b"\x97\x98\x98."), ("dup", b"\x972\x86."),
        ("memo", b"\x97\x94h\0\x86."), ("memo-readonly", b"\x97\x94\x98h\0\x86."),
        ("in-list", b"\x80\x05](\x97\x97\x98e."),
        ("as-args", KIT + b"func\n\x97\x85R."),
        ("in-dict", b"}K\x01\x97s."), ("none", b"N."),
    ]
    for word, given in (("w", "w616263,w6465"), ("r", "r616263,r6465"),
                        ("mixed", "r616263,w"), ("one", "w616263"),
                        ("none-given", "-"), ("empty-ones", "r,w,r"),
                        ("extra", "r61,r62,r63,r64")):
        g.rows("BUFFER", [("%s-%s" % (s, word), d) for s, d in rows],
               buffers=given)
    g.rows("BUFFER", [(s + "-no-buffers", d) for s, d in rows])
    g.rows("BUFFER", [
        ("readonly-of-bytes", b"C\x02ab\x98."),
        ("readonly-of-bytearray", op("BYTEARRAY8", b"ab") + b"\x98."),
        ("readonly-of-none", b"N\x98."), ("readonly-of-str",
                                          text8("ab") + b"\x98."),
        ("readonly-of-list", b"]\x98."), ("readonly-of-nothing", b"\x98."),
        ("readonly-of-mark", b"(\x98."),
        ("readonly-of-empty", op("BYTEARRAY8", b"") + b"\x98."),
    ])
    return g


def groups():
    return [opcodes(), memo(), frames(), many(), encodings(),
            python2_names(), ext(), persistent(), buffers()]
