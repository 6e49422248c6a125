"""Corpus: memo indexes, frames, options of the Pickler, identity of strs."""
from corpus import Topic


def memo():
    t = Topic("memo", "The memo: indexes past 255, what takes a place, what "
              "does not.")
    for n in (1, 2, 10, 254, 255, 256, 257, 258, 300):
        t.add("strs-%d-twice" % n, "(lambda s: s + s)(strs(%d))" % n,
              "MEMO_INDEX")
        t.add("strs-%d-then-last" % n, "(lambda s: [s, s[-1], s[0]])"
              "(strs(%d))" % n, "MEMO_INDEX")
    for n in (100, 254, 255, 256, 257, 300):
        t.add("tuples-%d-twice" % n, "(lambda s: s + s)([(i,) for i in "
              "range(%d)])" % n, "MEMO_INDEX")
        t.add("lists-%d-twice" % n, "(lambda s: s + s)([[] for i in "
              "range(%d)])" % n, "MEMO_INDEX")
        t.add("dicts-%d-last" % n, "(lambda s: s + s[-2:])([{} for i in "
              "range(%d)])" % n, "MEMO_INDEX")
        t.add("bytes-%d-last" % n, "(lambda s: s + s[-2:])([b'%%x' %% i for "
              "i in range(%d)])" % n, "MEMO_INDEX BYTES_CODECS")
        t.add("instances-%d-last" % n, "(lambda s: s + s[-2:])([Plain() for "
              "i in range(%d)])" % n, "MEMO_INDEX DEFAULT_REDUCE")
        t.add("frozensets-%d-last" % n, "(lambda s: s + s[-2:])([frozenset"
              "([i]) for i in range(%d)])" % n, "MEMO_INDEX SET")
    t.each("""
        tuples-65540-then-ten: (lambda s: s + s[-10:])([(i,) for i in range(65540)]) | MEMO_INDEX
        graph: (lambda l: [(l, 1), {'k': l}, [l]])([1, 2]) | MEMO
        places-of-atoms: [1, 2.5, None, True, 'first', 2**70, 'second', twice('third')] | INT_NO_MEMO
        places-of-empty-tuple: [(), twice('one')] | MEMO
        places-of-tuple: [(1, 2), twice('one')] | MEMO
        places-of-set: [{1}, twice('one')] | MEMO SET
        places-of-frozenset: [frozenset([1]), twice('one')] | MEMO SET
        places-of-bytes: [b'two', twice('one')] | MEMO BYTES_CODECS
        places-of-empty-bytes: [b'', twice('one')] | MEMO BYTES_CODECS
        places-of-bytearray: [bytearray(b'two'), twice('one')] | MEMO BYTEARRAY
        places-of-complex: [1j, twice('one')] | MEMO COMPLEX
        places-of-global: [Plain, twice('one')] | MEMO GLOBAL
        places-of-nested: [Outer.Inner, twice('one')] | MEMO NESTED_NAME
        places-of-deeper: [Outer.Inner.Deep, twice('one')] | MEMO NESTED_NAME
        places-of-instance: [make(Plain, a1=1), twice('one')] | MEMO DEFAULT_REDUCE
        places-of-slots: [NewArgs(1, 2), twice('one')] | MEMO NEWOBJ
        places-of-newobj-ex: [NewArgsEx(1, k1=2), twice('one')] | MEMO NEWOBJ_EX
        places-of-reduce: [R(func, (1,), 's1', [1], {2: 3}), twice('one')] | MEMO REDUCE
        places-of-setter: [R(func, (), 's1', None, None, setter), twice('one')] | MEMO SETTER
        places-of-recursive-tuple: [tie([], lambda l: l.append((l,)))[0], twice('one')] | MEMO RECURSIVE_TUPLE
        recursive-tuple-late: [strs(300), tie([], lambda l: l.append((l,)))[0]] | MEMO RECURSIVE_TUPLE
        recursive-tuple-of-four-late: [strs(300), tie([], lambda l: l.append((l, 1, 2, 3)))[0]] | MEMO RECURSIVE_TUPLE
        places-of-none-type: [type(None), twice('one')] | MEMO GLOBAL
        diamond: (lambda d: [[d, 1], [d, 2]])({'k': 'v1'}) | MEMO
        one-str-everywhere: (lambda s: [s, (s,), {s: s}, make(Plain, a1=s)])('everywhere') | MEMO
    """)
    return t


def frames():
    t = Topic("frame", "Frames: where they are cut, what stands outside, and "
              "when there is none.")
    big = "FRAME LARGE_PAYLOAD"
    for n in range(1, 8):
        t.add("nones-%d" % n, "[None] * %d" % n, "FRAME_MINIMUM")
        t.add("tuple-of-%d" % n, "(None,) * %d" % n, "FRAME_MINIMUM")
    for k in list(range(65512, 65552)):
        t.add("str-then-two-%d" % k, "['x' * %d, 1, 2]" % k, big)
    for k in list(range(65514, 65540, 2)):
        t.add("bytes-then-two-%d" % k, "[b'x' * %d, None, 'yy']" % k, big)
    for k in range(65516, 65540, 4):
        t.add("bytearray-then-two-%d" % k,
              "[bytearray(b'x' * %d), None, 'yy']" % k, big)
        t.add("tuple-str-%d" % k, "('x' * %d, 'yy')" % k, big)
        t.add("dict-str-%d" % k, "{'x' * %d: 'yy', 1: 2}" % k, big)
    for n in range(8):
        t.add("nones-%d-before-large" % n, "[None] * %d + ['x' * 65536]" % n,
              big)
        t.add("nones-%d-after-large" % n, "['x' * 65536] + [None] * %d" % n,
              big)
        t.add("nones-%d-between-large" % n,
              "['x' * 65536] + [None] * %d + ['y' * 65536]" % n, big)
    t.each("""
        two-large: ('x' * 65536, 'y' * 65536)
        three-large-mixed: ['x' * 65536, b'y' * 65536, bytearray(b'z' * 65536)]
        three-large-tuple: (b'x' * 65536, 'y' * 70000, b'z' * 65537)
        large-twice: twice('x' * 65536)
        large-bytes-twice: twice(b'x' * 65536)
        large-key: {'x' * 65536: 1}
        large-value: {1: 'x' * 65536}
        large-in-set: {'x' * 65536}
        large-in-frozenset: frozenset(['x' * 65536])
        large-in-state: make(Plain, a1='x' * 65536)
        large-in-args: R(func, ('x' * 65536,))
        large-as-state: R(func, (), 'x' * 65536)
        large-as-item: R(func, (), None, ['x' * 65536, 1])
        large-nested: [[['x' * 65536]]]
        large-first-and-last: ['x' * 65536, [1, 2, 3], 'y' * 65536]
        large-two-byte: '\\xe9' * 32768
        large-two-byte-short: '\\xe9' * 32767
        large-surrogates: '\\ud800' * 21846
        huge-int: [1 << 8 * 69999, 1]
        two-huge-ints: [1 << 8 * 69999, 1 << 8 * 69999, 1]
        huge-int-tuple: (1 << 8 * 69999, 'after')
        large-200000: 'x' * 200000
        large-bytes-200000: b'x' * 200000
        large-bytearray-200000: bytearray(200000)
        sets-of-22000: set(range(22000))
        many-small-strs: [fresh('abcdefgh') for i in range(7000)]
        many-same-str: ['abcdefgh'] * 30000
        many-instances: [make(Plain, a1=None) for i in range(4000)]
        many-tuples: [(None, True) for i in range(20000)]
        many-lists: [[None] for i in range(20000)]
        many-dicts: [{None: True} for i in range(15000)]
        str-1000-each: [fresh('x' * 1000) for i in range(140)]
        bytes-1000-each: [fresh(b'x' * 1000) for i in range(140)]
        nested-full-frames: [[fresh('x' * 30000)], [fresh('x' * 30000)], [fresh('x' * 30000)], [1]]
        dict-of-long-strs: {i: fresh('x' * 9000) for i in range(20)}
        global-after-full: ['x' * 65530, Plain, func]
        nested-global-after-full: ['x' * 65530, Outer.Inner]
        get-after-full: (lambda l: [l, 'x' * 65530, l, l])([1])
        reduce-after-full: ['x' * 65530, R(func, (1,), 's1', [1], {2: 3})]
        instance-after-full: ['x' * 65530, make(Plain, a1=1)]
        newobj-ex-after-full: ['x' * 65530, NewArgsEx(1, k1=2)]
        set-after-full: ['x' * 65530, {1}, frozenset([2])]
        ext-after-full: ['x' * 65530, ...]
        complex-after-full: ['x' * 65530, 1j]
    """, "FRAME")
    for n, each in ((6550, 10**6), (13106, 10**6), (13110, 10**6),
                    (20000, 10**6), (32800, 200), (70000, 200)):
        t.add("ints-%d-of-%d" % (n, each), "[%d] * %d" % (each, n),
              "FRAME BATCH")
    for n in (65000, 65400, 65460, 65520, 65536, 70000, 140000):
        t.add("many-nones-%d" % n, "[None] * %d" % n, "FRAME BATCH")
    for n in (21840, 43691, 65500, 65530, 65536, 70000):
        t.add("tuple-nones-%d" % n, "(None,) * %d" % n, "FRAME")
    for case in t.cases:
        if "FRAME_MINIMUM" not in case.flags:
            case.only = (4, 5)
        if case.slug == "ext-after-full":
            case.keys["ext"] = "builtins:Ellipsis:7"
    return t


def options():
    t = Topic("options", "fast, several dumps of one Pickler, fix_imports, "
              "the extension registry.")
    for slug, expr in (
            ("shared-str", "twice('shared')"), ("shared-list", "twice([1])"),
            ("shared-tuple", "twice((1, 2))"), ("atoms", "[None, 1, 'a1']"),
            ("bytes", "[b'ab', b'']"), ("shared-bytes", "twice(b'ab')"),
            ("bytearray", "[bytearray(b'ab')]"), ("dict", "{'k': [1, 2]}"),
            ("set", "{1}"), ("frozenset", "frozenset([1])"),
            ("instance", "make(Plain, a1=1)"), ("slots", "make(Slots, x=1)"),
            ("instances", "[make(Plain, a1=1), make(Plain, a1=2)]"),
            ("global", "Plain"), ("global-twice", "twice(Plain)"),
            ("nested-global", "Outer.Inner.Deep"),
            ("nested-twice", "twice(Outer.Inner)"),
            ("reduce", "R(func, (1,), 's1', [1, 2], {3: 4})"),
            ("newobj-ex", "NewArgsEx(1, k1=2)"), ("complex", "twice(1j)"),
            ("subclass", "MyList([1, 2])"), ("subclass-dict", "MyDict({1: 2})"),
            ("ordereddict", "OrderedDict([(1, 2)])"), ("none-type", "type(None)"),
            ("deep-40", "nest(40, lambda x: [x], 0)"),
            ("list-1001", "[None] * 1001"), ("dict-1000", "dict.fromkeys(range(1000))"),
            ("set-1000", "set(range(1000))"),
            ("large", "['x' * 65536, 1]"), ("full-frame", "['x' * 65530, 1, 2]"),
            ("deep-49", "nest(49, lambda x: [x], 0)"),
            ("deep-50", "nest(50, lambda x: [x], 0)"),
            ("deep-60-no-cycle", "nest(60, lambda x: [x], 0)"),
            ("deep-dicts-60", "nest(60, lambda x: {1: x}, 0)"),
            ("diamond", "(lambda d: [[d, 1], [d, 2]])({'k': 'v1'})"),
            ("namedtuple", "Point(1, 2)"), ("enum", "[Color.RED, Color.RED]")):
        t.add("fast-" + slug, expr, "FAST", fast="1")
    cyclic = (("list", "tie([], lambda l: l.append(l))"),
              ("dict", "tie({}, lambda d: d.update({1: d}))"),
              ("tuple", "tie([], lambda l: l.append((l,)))[0]"),
              ("instance", "tie(Plain(), lambda o: setattr(o, 'me', o))"))
    for slug, expr in cyclic:
        t.add("fast-cycle-" + slug, expr, "FAST RECURSION", fast="1")
    for slug, expr in (
            ("shared", "(lambda s: (s, s))('shared')"),
            ("strs", "('ab', 'cd')"), ("lists", "([1], [2])"),
            ("shared-list", "(lambda l: (l, [l], l))([1])"),
            ("atoms", "(1, None, 2.5)"), ("one", "('ab',)"),
            ("none", "()"), ("globals", "(Plain, Plain, func)"),
            ("instances", "(make(Plain, a1=1), make(Plain, a1=2))"),
            ("bytes", "(b'ab', b'ab', b'cd')"),
            ("large", "('x' * 65536, 'ab', 'y' * 65536)"),
            ("frames", "('x' * 65530, [1, 2], 'ab')"),
            ("tuples", "((1, 2), (1, 2))"), ("sets", "({1}, {2})"),
            ("mixed", "(1, 'one', [1, 'one'], {'one': 1})"),
            ("strs-257", "tuple(strs(257)) + (strs(1)[0],)"),
            ("itself", "(lambda l: (l, l))(tie([], lambda l: l.append(l)))")):
        t.add("many-" + slug, expr, "MANY MEMO", many="1")
        t.add("clear-" + slug, expr, "MANY MEMO", many="2")
    for name in """int str bytes range map zip filter chr open OSError
            FileNotFoundError ModuleNotFoundError functools.reduce
            collections.UserDict itertools.zip_longest Plain set
            Outer.Inner print type""".split():
        t.add("nofix-" + name.lower().replace(".", "-").replace("_", ""),
              name, "FIX_IMPORTS", fix_imports="0")
    for slug, expr in (
            ("bytes", "b'ab'"), ("empty-bytes", "b''"), ("set", "{1}"),
            ("bytearray", "bytearray(b'ab')"), ("instance", "Plain()"),
            ("frozenset", "frozenset([1])"), ("complex", "1j"),
            ("exception", "ValueError('m1')"), ("none-type", "type(None)"),
            ("newobj-ex", "NewArgsEx(1, k1=2)"), ("my-int", "MyInt(5)"),
            ("ellipsis", "..."), ("reduce", "R(func, (1,))")):
        t.add("nofix-value-" + slug, expr, "FIX_IMPORTS", fix_imports="0")
    kit = "pickleproof_kit:Ext"
    for letter, code in zip("ABCDEF", (1, 255, 256, 65535, 65536, 2**31 - 1)):
        ext = "%s%s:%d" % (kit, letter, code)
        t.add("ext-%d" % code, "Ext%s" % letter, "EXT", ext=ext)
        t.add("ext-%d-twice" % code, "twice(Ext%s)" % letter, "EXT MEMO",
              ext=ext)
        t.add("ext-%d-instance" % code, "Ext%s()" % letter, "EXT", ext=ext)
        t.add("ext-%d-nofix" % code, "Ext%s" % letter, "EXT FIX_IMPORTS",
              ext=ext, fix_imports="0")
        t.add("ext-%d-fast" % code, "twice(Ext%s)" % letter, "EXT FAST",
              ext=ext, fast="1")
    both = "%sA:1,%sC:256" % (kit, kit)
    nested = "pickleproof_kit:Outer.Inner:9"
    outer = "pickleproof_kit:Outer:8"
    for slug, expr, ext in (
            ("two", "[ExtA, ExtC, ExtA]", both),
            ("and-plain", "[Plain, ExtA, Plain2]", both),
            ("plain-after", "[ExtA, Plain, twice('one')]", both),
            ("class-str", "[ExtA, ExtA.__module__, Plain]", both),
            ("nested", "Outer.Inner", nested),
            ("nested-child", "Outer.Inner.Deep", nested),
            ("nested-child-twice", "twice(Outer.Inner.Deep)", nested),
            ("nested-parent", "[Outer, Outer.Inner]", nested),
            ("outer-child", "Outer.Inner", outer),
            ("outer-and-child", "[Outer, Outer.Inner.Deep]", outer),
            ("outer-method", "Outer.meth", outer),
            ("function", "[func, func]", "pickleproof_kit:func:5"),
            ("builtin", "[int, 5, MyInt(5)]", "builtins:int:6"),
            ("builtin-set", "[{1}, set]", "builtins:set:6"),
            ("builtin-bytearray", "[bytearray(b'ab')]", "builtins:bytearray:6"),
            ("builtin-complex", "[1j, 2j]", "builtins:complex:6"),
            ("codecs-encode", "[b'ab']", "_codecs:encode:6"),
            ("python2-name", "[int]", "__builtin__:long:6"),
            ("reconstructor", "[Plain()]", "copyreg:_reconstructor:6"),
            ("getattr", "[Outer.Inner]", "builtins:getattr:6"),
            ("partial", "NewArgsEx(1, k1=2)", "functools:partial:6"),
            ("newargs", "NewArgs(1)", "pickleproof_kit:NewArgs:6"),
            ("reduce", "R(func, (1,), 's1')", "pickleproof_kit:func:300"),
            ("setter", "R(func, (), 's1', None, None, setter)",
             "pickleproof_kit:setter:70000"),
            ("string-reduce", "NAMED", "pickleproof_kit:NAMED:11")):
        t.add("ext-" + slug, expr, "EXT", ext=ext)
    return t


def identity():
    t = Topic("identity", "Which strs, bytes and constants are one object.")
    t.each("""
        one-char-chr: twice(chr(97))
        one-char-two-ways: [chr(97), 'xay'[1]]
        one-char-high: [chr(0xe9), b'\\xe9'.decode('latin1')]
        one-char-wide: [chr(0x20ac), fresh(chr(0x20ac))]
        empty-strs: ['', fresh('')]
        empty-bytes: [b'', bytes()]
        empty-tuples: [(), tuple([])]
        one-byte: [b'xay'[1:2], bytes([97])]
        one-byte-of-bytearray: [bytes(bytearray(b'q')), b'xqy'[1:2]]
        equal-strs: [fresh('abc'), fresh('abc')]
        equal-bytes: [fresh(b'abc'), fresh(b'abc')]
        equal-tuples: [tuple([1, 2]), tuple([1, 2])]
        equal-lists: [[1], [1]]
        equal-floats: [1.5, 1.5]
        equal-big-ints: [2**70, 2**70]
        equal-frozensets: [frozenset([1]), frozenset([1])]
        same-frozenset: twice(frozenset([1]))
        interned: [intern('some_name'), intern(fresh('some_name'))]
        attribute-names: [make(Plain, a_name=1), intern('a_name')]
        attribute-names-fresh: [make(Plain, a_name=1), fresh('a_name')]
        attribute-names-three: [make(Plain, a_name=1), make(Plain2, a_name=2), make(SlotsDict, a_name=3)]
        slot-names: [make(Slots, x=1), make(Slots, x=2), chr(120)]
        latin1-and-bytes: [intern('latin1'), b'xyz', intern('latin1')]
        latin1-twice-no-bytes: twice(intern('latin1'))
        bytes-then-one-char: [b'a', b'b', chr(97), chr(98)]
        one-char-then-bytes: [chr(97), chr(98), b'a', b'b']
        bytearray-then-one-char: [bytearray(b'a'), chr(97)]
        keyword-names: [NewArgsEx(k_name=1), intern('k_name')]
        namedtuple-fields: [Point(1, 2), 'x1']
        bytes-in-tuple-twice: (lambda b: [(b, 1), (b, 2)])(b'abc')
        list-in-args: (lambda l: [l, NewArgs(l)])([1])
        dict-is-dict: (lambda o: [o.__dict__, o])(make(Plain, a1=1))
        key-is-value: (lambda s: {s: [s]})('key')
        three-equal-two-same: (lambda s: [s, fresh('abc'), s])('abc')
        same-in-two-dicts: (lambda s: [{s: 1}, {s: 2}])(fresh('key'))
        module-and-attribute: [Plain, make(Plain, a1='Plain')]
        exception-twice-same-arg: (lambda s: [ValueError(s), KeyError(s)])('arg1')
    """, "IDENTITY")
    return t


def topics():
    return [memo(), frames(), options(), identity()]
