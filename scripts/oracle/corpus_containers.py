"""Corpus: tuples, lists, dicts, sets: sizes, batches, cycles."""
from corpus import Topic

BATCH_SIZES = (998, 999, 1000, 1001, 1002, 1999, 2000, 2001, 3000, 3001)


def tuples():
    t = Topic("tuple", "tuples: TUPLE1 to 3, MARK, and recursive ones, which "
                       "are thrown away again.")
    t.each("""
        empty: () | TUPLE
        empty-twice: [(), ()] | TUPLE
        empty-nested: ((), ((),)) | TUPLE
        shared: twice((1, 2)) | MEMO
        shared-three-times: (lambda x: [x, x, x])((1, 2, 3)) | MEMO
        shared-long: twice((1, 2, 3, 4)) | MEMO
        shared-one: twice((1,)) | MEMO
        equal-not-same: [tuple([1, 2]), tuple([1, 2])] | IDENTITY
        nested-pairs: ((1, 2), (3, 4)) | TUPLE
        nested-mixed: ((1,), (1, 2), (1, 2, 3), (1, 2, 3, 4)) | TUPLE
        holds-itself-twice: (lambda x: (x, x))((1,)) | MEMO
        of-strs: ('a1', 'b1', 'c1', 'd1') | TUPLE
        of-lists: ([], [], []) | TUPLE
        of-one-list: (lambda l: (l, l, l))([]) | MEMO
        as-key: {(1, 2): 3} | TUPLE
        as-long-key: {(1, 2, 3, 4): 5} | TUPLE
        deep-60-ones: nest(60, lambda x: (x,), 0) | DEEP
        deep-60-fours: nest(60, lambda x: (1, 2, 3, x), 0) | DEEP
        deep-60-pairs: nest(60, lambda x: (x, 1), 0) | DEEP
        deep-200-ones: nest(200, lambda x: (x,), ()) | DEEP
        two-recursive: tie([], lambda l: l.append(((l,), l)))[0] | RECURSIVE_TUPLE
        recursive-mixed: tie([], lambda l: l.append((1, 2, 3, (l,), l)))[0] | RECURSIVE_TUPLE
        recursive-thrice: tie([], lambda l: l.append((l, l, l)), lambda l: l.append(l[0]))[0] | RECURSIVE_TUPLE
        recursive-list-holds-twice: tie([], lambda l: l.extend(2 * [(l,)]))[0] | RECURSIVE_TUPLE
        recursive-first-of-list: tie([], lambda l: l.append((l,))) | RECURSIVE_TUPLE
        recursive-and-after: tie([], lambda l: l.append([(l,), 'after']))[0][0] | RECURSIVE_TUPLE
        recursive-and-siblings: (lambda t: [t, 'x1', t])(tie([], lambda l: l.append((l, 1)))[0]) | RECURSIVE_TUPLE
        recursive-in-dict-key: (lambda t: {'k': t, 'm': t})(tie([], lambda l: l.append((l, 1, 2, 3)))[0]) | RECURSIVE_TUPLE
    """)
    for n in (1, 2, 3, 4, 5, 6, 7, 8, 255, 256, 1000, 1001, 2500):
        t.add("ints-%d" % n, "tuple(range(%d))" % n, "TUPLE")
        if n < 9:
            t.add("nones-%d" % n, "(None,) * %d" % n, "TUPLE")
            t.add("nested-%d" % n, "((),) * %d" % n, "TUPLE")
    for n in range(1, 7):
        rec = "tie([], lambda l: l.append(tuple(range(%d)) + (l,)))" % (n - 1)
        t.add("recursive-list-%d" % n, rec + "[0]", "RECURSIVE_TUPLE")
        t.add("list-recursive-tuple-%d" % n, rec, "RECURSIVE_TUPLE")
        t.add("recursive-list-first-%d" % n,
              "tie([], lambda l: l.append((l,) + tuple(range(%d))))[0]"
              % (n - 1), "RECURSIVE_TUPLE")
    for n in (1, 2, 3, 4, 5):
        t.add("recursive-dict-%d" % n,
              "tie({}, lambda d: d.update(k=(d,) + (0,) * %d))['k']" % (n - 1),
              "RECURSIVE_TUPLE")
        t.add("recursive-instance-%d" % n,
              "tie(Plain(), lambda o: setattr(o, 't', (0,) * %d + (o,))).t"
              % (n - 1), "RECURSIVE_TUPLE")
        t.add("recursive-set-%d" % n,
              "tie(Hashed(), lambda o: setattr(o, 't', ({o},) + (0,) * %d)).t"
              % (n - 1), "RECURSIVE_TUPLE")
        t.add("recursive-frozenset-%d" % n,
              "tie(Hashed(), lambda o: setattr(o, 't', (frozenset([o]),) + "
              "(0,) * %d)).t" % (n - 1), "RECURSIVE_TUPLE RECURSIVE_SET")
    return t


def lists():
    t = Topic("list", "lists: APPEND, APPENDS in batches of 1000, cycles.")
    t.each("""
        empty: [] | BASIC
        one: [1] | BASIC
        two: [1, 2] | BASIC
        nested: [[], [[]], [[[]]]] | BASIC
        nested-one-each: [[[[[1]]]]] | BASIC
        mixed: [None, True, 1, 1.5, 'str', b'bytes', (), [], {}] | BASIC
        self: tie([], lambda l: l.append(l)) | CYCLE
        self-twice: tie([], lambda l: l.extend([l, l])) | CYCLE
        self-nested: tie([], lambda l: l.append([l])) | CYCLE
        self-three-deep: tie([], lambda l: l.append([[[l]]])) | CYCLE
        self-and-more: tie([1], lambda l: l.append(l), lambda l: l.append(2)) | CYCLE
        mutual: tie([], lambda a: a.append([a]), lambda a: a.append(a[0])) | CYCLE
        with-dict-mutual: tie([], lambda l: l.append({'l': l})) | CYCLE
        shared-empty: twice([]) | MEMO
        shared-full: twice([1, 2]) | MEMO
        shared-deep: [[twice([])], [[]]] | MEMO
        two-empty: [[], []] | IDENTITY
        shared-in-three: (lambda x: [(x,), {'k': x}, [x]])([1]) | MEMO
        deep-10: nest(10, lambda x: [x], []) | DEEP
        deep-60-pairs: nest(60, lambda x: [x, 1], []) | DEEP
        deep-200: nest(200, lambda x: [x], []) | DEEP
        growing-from-one: tie([], lambda l: l.append(Growing(l))) | LIVE_SIZE
        growing-from-two: tie([0], lambda l: l.append(Growing(l))) | LIVE_SIZE
        growing-first-of-two: tie([], lambda l: l.append(Growing(l)), lambda l: l.append(9)) | LIVE_SIZE
        growing-from-999: tie([None] * 998, lambda l: l.append(Growing(l))) | LIVE_SIZE
        growing-from-1000: tie([None] * 999, lambda l: l.append(Growing(l))) | LIVE_SIZE
        growing-at-first-of-1001: tie([], lambda l: l.append(Growing(l)), lambda l: l.extend([None] * 1000)) | LIVE_SIZE
    """)
    for case in t.cases:
        if "LIVE_SIZE" in case.flags:
            case.text = False
    for n in list(range(3, 8)) + [254, 255, 256] + list(BATCH_SIZES):
        flags = "BATCH" if n > 900 else "BASIC"
        t.add("nones-%d" % n, "[None] * %d" % n, flags)
        t.add("ints-%d" % n, "list(range(%d))" % n, flags)
    for n in (1000, 1001, 2000, 2001):
        t.add("last-is-list-%d" % n, "[None] * %d + [[]]" % (n - 1), "BATCH")
        t.add("of-shared-%d" % n, "[[]] * %d" % n, "BATCH MEMO")
        t.add("in-tuple-%d" % n, "([True] * %d, 1)" % n, "BATCH")
        t.add("in-list-%d" % n, "[[False] * %d, 1]" % n, "BATCH")
    return t


def dicts():
    t = Topic("dict", "dicts: SETITEM, SETITEMS in batches of 1000, order.")
    t.each("""
        empty: {} | BASIC
        one: {1: 2} | BASIC
        two: {1: 2, 3: 4} | BASIC
        three: {'a1': 1, 'b1': 2, 'c1': 3} | BASIC
        insertion-order: {'zz': 1, 'aa': 2, 'mm': 3} | ORDER
        deleted-and-again: tie({'a1': 1, 'b1': 2, 'c1': 3}, lambda d: d.pop('a1'), lambda d: d.update(a1=4)) | ORDER
        overwritten: tie({'a1': 1, 'b1': 2}, lambda d: d.update(a1=3)) | ORDER
        int-then-bool-key: tie({1: 'one'}, lambda d: d.update({True: 'true'})) | ORDER
        float-then-int-key: tie({1.0: 'one'}, lambda d: d.update({1: 'int'})) | ORDER
        mixed-keys: {None: 1, True: 2, 2.5: 3, 'str': 4, b'bytes': 5, (1, 2): 6, frozenset([7]): 8} | BASIC
        self: tie({}, lambda d: d.update({1: d})) | CYCLE
        self-twice: tie({}, lambda d: d.update({1: d, 2: d})) | CYCLE
        mutual: tie({}, lambda d: d.update({1: {2: d}})) | CYCLE
        through-list: tie({}, lambda d: d.update({'l': [d]})) | CYCLE
        instance-key-cycle: tie({}, lambda d: d.update({make(Plain, d=d): 1})) | CYCLE
        shared-empty: twice({}) | MEMO
        shared-full: twice({1: 2}) | MEMO
        two-empty: [{}, {}] | IDENTITY
        shared-value: (lambda x: {'a1': x, 'b1': x})([]) | MEMO
        shared-key: (lambda k: [{k: 1}, {k: 2}])('key') | MEMO
        equal-keys: [{fresh('key'): 1}, {fresh('key'): 2}] | IDENTITY
        nested: {'a1': {'b1': {'c1': {}}}} | BASIC
        deep-100: nest(100, lambda x: {1: x}, {}) | DEEP
        nan-keys: {float('nan'): 1, f64(0x7ff8000000000001): 2} | ORDER
        tuple-keys: {(): 1, (1,): 2, ((),): 3} | BASIC
        changing-size: tie({}, lambda d: d.update({'k': Growing(d)}), lambda d: d.update(m=1)) | LIVE_SIZE
        json-like: {'id': 7, 'tags': ['a1', 'b1'], 'on': True, 'sub': {'x1': 1.5, 'y1': None}} | BASIC
    """)
    for case in t.cases:
        if "LIVE_SIZE" in case.flags:
            case.text = False
    for n in list(range(4, 8)) + [254, 255, 256] + list(BATCH_SIZES):
        flags = "BATCH" if n > 900 else "BASIC"
        t.add("nones-%d" % n, "dict.fromkeys(range(%d))" % n, flags)
        t.add("shared-%d" % n, "dict.fromkeys(range(%d), 'vv')" % n,
              flags + " MEMO")
    for n in (1000, 1001, 2000):
        t.add("in-list-%d" % n, "[dict.fromkeys(range(%d), True), 1]" % n,
              "BATCH")
        t.add("in-tuple-%d" % n, "(dict.fromkeys(range(%d), 0),)" % n, "BATCH")
    return t


def sets(name, make):
    t = Topic(name, name + "s: ADDITEMS or FROZENSET from protocol 4, a call "
              "below; iteration order is part of the value.")
    orders = {"small": "[1, 2, 3]", "mixed": "[5, 3, 1, 100, 64, 32]",
              "large": "[10**6, -1, -2, 7, 0]",
              "colliding": "[0, 8, 16, 24, 32]",
              "colliding-reversed": "[32, 24, 16, 8, 0]",
              "negative": "[-3, -2, -1, 0, 1]",
              "powers": "[2**i for i in range(20)]",
              "big": "[2**64, 2**61 - 1, 2**31]"}
    for word in sorted(orders):
        t.add("order-" + word, "%s(%s)" % (make, orders[word]), "SET ORDER")
    rows = [
        ("empty", "%s()", "SET"), ("one", "%s([1])", "SET"),
        ("two", "%s([1, 2])", "SET"), ("none", "%s([None])", "SET"),
        ("str", "%s(['only'])", "SET"), ("tuple", "%s([(1, 2)])", "SET"),
        ("bytes", "%s([b'only'])", "SET"), ("float", "%s([1.5])", "SET"),
        ("nested", "%s([frozenset([frozenset()])])", "SET"),
        ("shared", "twice(%s([1, 2]))", "SET MEMO"),
        ("shared-empty", "twice(%s())", "SET MEMO"),
        ("two-empty", "[%s(), %s()]", "SET IDENTITY"),
        ("two-equal", "[%s([1]), %s([1])]", "SET IDENTITY"),
        ("then-str", "[%s([1]), 'ab', twice('cd')]", "SET MEMO"),
        ("in-tuple", "(%s([1, 2]),)", "SET"),
        ("in-dict", "{'k': %s([1, 2])}", "SET"),
        ("type-and-value", "[set, frozenset, %s([3])]", "SET"),
        ("value-and-type", "[%s([3]), set, frozenset]", "SET"),
        ("of-instance", "%s([Hashed()])", "SET"),
        ("of-global", "%s([Plain])", "SET"),
        ("shared-element", "(lambda k: [k, %s([k])])('key')", "SET MEMO"),
        ("element-then", "(lambda k: [%s([k]), k])((1, 2))", "SET MEMO"),
        ("recursive", "(lambda o: tie(%s([o]), lambda s: setattr(o, 's', s)))"
         "(Hashed())", "RECURSIVE_SET"),
        ("recursive-from-instance", "(lambda o: tie(o, lambda o: "
         "setattr(o, 's', %s([o]))))(Hashed())", "RECURSIVE_SET"),
        ("recursive-tuple", "(lambda o: tie(%s([(o, 1)]), lambda s: "
         "setattr(o, 's', s)))(Hashed())", "RECURSIVE_SET"),
        ("recursive-in-list", "(lambda o: [tie(%s([o]), lambda s: "
         "setattr(o, 's', s)), o])(Hashed())", "RECURSIVE_SET"),
        ("recursive-two", "(lambda o: tie(%s([o, 1]), lambda s: "
         "setattr(o, 's', [s, s])))(Hashed())", "RECURSIVE_SET"),
    ]
    for slug, expr, flags in rows:
        t.add(slug, expr.replace("%s", make), flags)
    t.add("lambda", "%s([lambda: 0])" % make, "SET ERROR IMPORT")
    for n in list(range(3, 8)) + [254, 255, 256] + list(BATCH_SIZES):
        t.add("ints-%d" % n, "%s(range(%d))" % (make, n),
              "SET BATCH" if n > 900 else "SET")
    return t


def topics():
    return [tuples(), lists(), dicts(), sets("set", "set"),
            sets("frozenset", "frozenset")]
