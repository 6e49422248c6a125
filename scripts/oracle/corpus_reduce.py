"""Corpus: explicit reductions, hooks of the Pickler, persistent ids, buffers."""
from corpus import Topic

REPR_IDS = ("bytes", "tuple", "list", "dict", "tuple-empty", "nested-tuple",
            "bytearray", "class", "builtin-class", "set", "set-empty",
            "frozenset", "list-in-itself", "dict-in-itself", "of-every-kind",
            "complex-signs", "tuple-of-4301-digits",
            "tuple-of-one")
SIZES = (999, 1000, 1001, 2000, 2001)


def reductions():
    t = Topic("reduce", "What __reduce_ex__ may return: two to six members, "
              "cycles through each of them, and what is refused.")
    t.each("""
        no-args: R(func)
        four-args: R(func, (1, 2, 3, 4))
        args-strs: R(func, ('one', 'two'))
        args-list: R(func, ([1],))
        state-none: R(func, (), None)
        state-empty-dict: R(func, (), {}) | BUILD
        state-false: R(func, (), False) | BUILD
        state-zero: R(func, (), 0) | BUILD
        state-empty-tuple: R(func, (), ()) | BUILD
        state-empty-list: R(func, (), []) | BUILD
        state-str: R(func, (), 'state') | BUILD
        state-dict: R(func, (), {'k': 1}) | BUILD
        state-pair: R(func, (), ({'k': 1}, {'s': 2})) | BUILD
        items-none: R(func, (), None, None)
        items-0: R(func, (), None, [])
        items-1: R(func, (), None, [1])
        items-2: R(func, (), None, [1, 2])
        items-3-strs: R(func, (), None, ['one', 'two', 'one'])
        pairs-none: R(func, (), None, None, None)
        pairs-0: R(func, (), None, None, {})
        pairs-1: R(func, (), None, None, {1: 2})
        pairs-2: R(func, (), None, None, {1: 2, 3: 4})
        pairs-repeated-key: R(func, (), None, None, [(1, 2), (1, 3)])
        items-and-pairs: R(func, (), None, [1, 2], {3: 4})
        all-five: R(func, (1,), 'st', [1, 2], {3: 4}) | BUILD
        setter: R(func, (), 'st', None, None, setter) | SETTER
        setter-state-none: R(func, (), None, None, None, setter) | SETTER
        setter-none: R(func, (), 'st', None, None, None) | BUILD
        setter-empty-dict: R(func, (), {}, None, None, setter) | SETTER
        setter-zero: R(func, (), 0, None, None, setter) | SETTER
        setter-dict: R(func, (), {'k': 1}, None, None, setter) | SETTER
        all-six: R(func, (1,), 'st', [1, 2], {3: 4}, setter) | SETTER
        all-six-twice: twice(R(func, (1,), 'st', [1, 2], {3: 4}, setter)) | SETTER MEMO
        setter-two-objects: [R(func, (), 1, None, None, setter), R(func, (), 2, None, None, setter)] | SETTER MEMO
        setter-self: tie(R(func), lambda o: setattr(o, 'parts', (func, (), o, None, None, setter))) | SETTER CYCLE
        setter-builtin: R(func, (), ('k', 1), None, None, setattr) | SETTER
        state-self: tie(R(func), lambda o: setattr(o, 'parts', (func, (), [o]))) | CYCLE
        state-is-self: tie(R(func), lambda o: setattr(o, 'parts', (func, (), o))) | CYCLE
        items-self: tie(R(func), lambda o: setattr(o, 'parts', (func, (), None, [o]))) | CYCLE
        items-self-and-more: tie(R(func), lambda o: setattr(o, 'parts', (func, (), None, [1, o, [o]]))) | CYCLE
        pairs-self-value: tie(R(func), lambda o: setattr(o, 'parts', (func, (), None, None, {1: o}))) | CYCLE
        pairs-self-key: tie(R(func), lambda o: setattr(o, 'parts', (func, (), None, None, [(o, 1)]))) | CYCLE
        args-self-list: tie([], lambda l: l.append(R(func, (l,))))[0] | CYCLE_ARGS
        args-self-list-state: tie([], lambda l: l.append(R(func, (l,), 'state')))[0] | CYCLE_ARGS
        args-self-list-items: tie([], lambda l: l.append(R(func, (l,), None, [1, 2])))[0] | CYCLE_ARGS
        args-self-list-pairs: tie([], lambda l: l.append(R(func, (l,), None, None, {1: 2})))[0] | CYCLE_ARGS
        args-self-list-all: tie([], lambda l: l.append(R(func, (l,), 'state', [1], {2: 3})))[0] | CYCLE_ARGS
        args-self-list-setter: tie([], lambda l: l.append(R(func, (l,), 'state', None, None, setter)))[0] | CYCLE_ARGS
        args-self-from-list: tie([], lambda l: l.append(R(func, (l,), 'state'))) | CYCLE_ARGS
        args-self-dict: tie({}, lambda d: d.update(k=R(func, (d,), 'state')))['k'] | CYCLE_ARGS
        args-self-instance: tie(Plain(), lambda o: setattr(o, 'r', R(func, (o,), 'state'))).r | CYCLE_ARGS
        args-self: tie(R(func), lambda o: setattr(o, 'parts', (func, (o,)))) | RECURSION
        args-of-one: R(func, (R(func, (1,)),))
        args-nested: R(func, (R(func, (R(func),)),)) | MEMO
        shared: twice(R(func, (1,))) | MEMO
        shared-args-tuple: (lambda a: [R(func, a), R(func, a)])((1, 2)) | MEMO
        shared-args-and-tuple: (lambda a: [a, R(func, a)])((1, 2)) | MEMO
        shared-args-then-tuple: (lambda a: [R(func, a), a])((1, 2)) | MEMO
        shared-args-four: (lambda a: [R(func, a), a])((1, 2, 3, 4)) | MEMO
        shared-args-empty: (lambda a: [R(func, a), a])(()) | MEMO
        shared-state: (lambda s: [R(func, (), s), R(func, (), s)])(['s']) | MEMO BUILD
        two-functions: [R(func), R(func2), R(func)] | MEMO
        callable-is-class: R(Plain)
        callable-is-nested: R(Outer.Inner) | NESTED_NAME
        callable-is-builtin: R(int, ('12', 3))
        callable-is-partial: R(functools.partial(func, 1), (2,)) | STDLIB
        callable-is-instance: R(Callable('f1'), (Plain,)) | REDUCE
        callable-is-bound-method: R(Outer().meth) | STDLIB
        args-hold-function: R(func, (func,)) | MEMO
        newobj-copyreg: NewObj((1,)) | NEWOBJ
        newobj-own: Raw(lambda: (__newobj__, (Raw,))) | NEWOBJ
        newobj-own-args: Raw(lambda: (__newobj__, (Raw, 1, 2))) | NEWOBJ
        newobj-own-state: Raw(lambda: (__newobj__, (Raw,), 'state')) | NEWOBJ BUILD
        newobj-callable: Raw(lambda: (Callable('__newobj__'), (Raw,))) | NEWOBJ
        newobjex-own: Raw(lambda: (__newobj_ex__, (Raw, (1,), {'k': 2}))) | NEWOBJ_EX
        newobjex-own-empty: Raw(lambda: (__newobj_ex__, (Raw, (), {}))) | NEWOBJ_EX
        newobjex-own-state: Raw(lambda: (__newobj_ex__, (Raw, (), {'k': 2}), 'state')) | NEWOBJ_EX BUILD
        newobjex-shared-parts: (lambda a, k: [a, k, Raw(lambda: (__newobj_ex__, (Raw, a, k)))])((1,), {'k': 2}) | NEWOBJ_EX MEMO
        name-newobj-wrong-class: Raw(lambda: (__newobj__, (Plain,))) | ERROR
        name-newobj-no-args: Raw(lambda: (__newobj__, ())) | ERROR
        name-newobj-no-class: Raw(lambda: (__newobj__, (1,))) | ERROR
        name-newobjex-two: Raw(lambda: (__newobj_ex__, (Raw, ()))) | ERROR
        name-newobjex-no-class: Raw(lambda: (__newobj_ex__, (1, (), {}))) | ERROR
        name-newobjex-list: Raw(lambda: (__newobj_ex__, (Raw, [], {}))) | ERROR
        name-newobjex-no-dict: Raw(lambda: (__newobj_ex__, (Raw, (), []))) | ERROR
        returns-int: Raw(lambda: 1) | ERROR
        returns-none: Raw(lambda: None) | ERROR
        returns-list: Raw(lambda: [func, ()]) | ERROR
        returns-str: Raw(lambda: 'func') | ERROR IMPORT
        returns-str-subclass: Raw(lambda: MyStr('func')) | ERROR
        returns-tuple-subclass: Raw(lambda: MyTuple((func, ()))) | REDUCE
        length-0: Raw(lambda: ()) | ERROR
        length-1: Raw(lambda: (func,)) | ERROR
        length-7: Raw(lambda: (func, (), None, None, None, None, None)) | ERROR
        not-callable: Raw(lambda: (1, ())) | ERROR
        args-is-list: Raw(lambda: (func, [])) | ERROR
        args-is-none: Raw(lambda: (func, None)) | ERROR
        args-tuple-subclass: Raw(lambda: (func, MyTuple((1,)))) | REDUCE SUBCLASS
        items-is-list: Raw(lambda: (func, (), None, [1])) | ERROR
        pairs-is-dict: Raw(lambda: (func, (), None, None, {1: 2})) | ERROR
        pairs-not-pairs: Raw(lambda: (func, (), None, None, iter([(1, 2, 3)]))) | ERROR
        pairs-are-lists: Raw(lambda: (func, (), None, None, iter([[1, 2]]))) | ERROR
        pairs-not-tuples: Raw(lambda: (func, (), None, None, iter([1]))) | ERROR
        setter-not-callable: Raw(lambda: (func, (), 's', None, None, 1)) | ERROR
        raises: Raw(lambda: 1 // 0) | ERROR
        lambda-is-callable: R(lambda: 0) | ERROR IMPORT
        lambda-in-args: R(func, (lambda: 0,)) | ERROR IMPORT
        lambda-in-state: R(func, (), [lambda: 0]) | ERROR IMPORT
        lambda-in-items: R(func, (), None, [lambda: 0]) | ERROR IMPORT
        lambda-in-pairs: R(func, (), None, None, {1: lambda: 0}) | ERROR IMPORT
        lambda-in-setter-state: R(func, (), [lambda: 0], None, None, setter) | ERROR IMPORT
        lambda-is-setter: R(func, (), 's', None, None, lambda o, s: None) | ERROR IMPORT
        lambda-in-newobj: Raw(lambda: (__newobj__, (Raw, lambda: 0))) | ERROR IMPORT
        lambda-in-newobjex: Raw(lambda: (__newobj_ex__, (Raw, (lambda: 0,), {}))) | ERROR IMPORT
        lambda-in-newobjex-keys: Raw(lambda: (__newobj_ex__, (Raw, (), {'k': lambda: 0}))) | ERROR IMPORT
        class-lost-newobj: type('Lost', (), {'__module__': 'pickleproof_kit', '__reduce_ex__': lambda o, p: (__newobj__, (type(o),))})() | ERROR IMPORT
        class-lost-newobjex: type('Lost', (), {'__module__': 'pickleproof_kit', '__reduce_ex__': lambda o, p: (__newobj_ex__, (type(o), (), {}))})() | ERROR IMPORT
        table: Table(1) | DISPATCH_TABLE
        table-twice: twice(Table(1)) | DISPATCH_TABLE MEMO
        table-nested: Table(Table('x1')) | DISPATCH_TABLE
        generator: (i for i in ()) | ERROR
        module: struct | ERROR
    """, "REDUCE")
    without_attributes(t)
    for n in range(4):
        args = "(%s)" % "".join("%d, " % i for i in range(n))
        t.add("args-%d" % n, "R(func, %s)" % args, "REDUCE")
        t.add("args-%d-in-list" % n, "[R(func, %s), R(func, %s)]" % (
            args, args), "REDUCE MEMO")
    for n in SIZES:
        t.add("items-%d" % n, "R(func, (), None, [None] * %d)" % n,
              "REDUCE BATCH")
        t.add("pairs-%d" % n, "R(func, (), None, None, [(None, None)] * %d)"
              % n, "REDUCE BATCH")
        t.add("list-in-args-%d" % n, "R(func, ([None] * %d,))" % n,
              "REDUCE BATCH")
    for case in t.cases:
        if case.slug in ("returns-str-subclass", "raises", "pairs-are-lists",
                         "callable-is-bound-method", "generator", "module"):
            case.text = case.slug == "callable-is-bound-method"
    return t


def without_attributes(t):
    """Objects that have not what every object has: no text says them."""
    cls = "type('Odd', (), {%s})()"
    hide = "'__getattribute__': lambda o, n: object.__getattribute__(o, " \
        "'none' if n in (%s,) else n)"
    reduce = "'__reduce__': lambda o: (func, ('r1',))"
    for slug, members in (
            ("reduce-ex-none", "'__reduce_ex__': None, " + reduce),
            ("reduce-ex-missing",
             hide % "'__reduce_ex__'" + ", " + reduce),
            ("reduce-both-none", "'__reduce_ex__': None, '__reduce__': None"),
            ("reduce-both-missing", hide % "'__reduce_ex__', '__reduce__'"),
            ("returns-str-no-module",
             "'__module__': None, '__reduce__': lambda o: 'nowhere'")):
        t.add(slug, cls % members, "REDUCE" + (
            "" if slug == "reduce-ex-missing" else " ERROR"), text=False)
    odd = cls % (hide % "'__new__'")
    for slug, more in (("newobj", ""), ("newobj_ex", ", (), {}")):
        t.add("name-%s-no-new" % slug.replace("_", ""),
              "Raw(lambda: (__%s__, (%s%s)))" % (slug, odd, more or ","),
              "REDUCE ERROR", text=False)


def hooks():
    t = Topic("hooks", "reducer_override and private dispatch tables: where "
              "the pickler asks them and where it does not.")
    t.each("""
        table-class: With([Plain(), 1], dispatch_table={Plain: lambda o: (func, ('t1',))}) | DISPATCH_TABLE
        table-complex: With([1j], dispatch_table={complex: lambda o: (func, ('c1',))}) | DISPATCH_TABLE
        table-replaces-copyreg: With([Table(1)], dispatch_table={}) | DISPATCH_TABLE
        table-without-complex: With([1j], dispatch_table={}) | DISPATCH_TABLE
        table-list-ignored: With([[1]], dispatch_table={list: lambda o: (func, ('l1',))}) | DISPATCH_TABLE
        table-atoms-ignored: With([1, 'a1', b'b1', None, 1.5, (1,)], dispatch_table=dict.fromkeys((int, str, bytes, type(None), float, tuple), lambda o: (func, ('x1',)))) | DISPATCH_TABLE
        table-containers-ignored: With([{}, {1}, frozenset([1])], dispatch_table=dict.fromkeys((dict, set, frozenset), lambda o: (func, ('x1',)))) | DISPATCH_TABLE
        table-function-ignored: With([func], dispatch_table={type(func): lambda o: (len, ('x1',))}) | DISPATCH_TABLE
        table-type-ignored: With([Plain], dispatch_table={type: lambda o: (func, ('x1',))}) | DISPATCH_TABLE
        table-metaclass: With([WithMeta], dispatch_table={Meta: lambda o: (func, ('m1',))}) | DISPATCH_TABLE
        table-str: With([Plain()], dispatch_table={Plain: lambda o: 'NAMED'}) | DISPATCH_TABLE ERROR IMPORT
        table-subclass: With([MyList([1])], dispatch_table={MyList: lambda o: (func, (len(o),))}) | DISPATCH_TABLE
        table-six: With([Plain()], dispatch_table={Plain: lambda o: (func, (1,), 's1', iter([1]), iter([(2, 3)]), setter)}) | DISPATCH_TABLE SETTER
        table-shared: With(twice(Plain()), dispatch_table={Plain: lambda o: (func, ('t1',))}) | DISPATCH_TABLE MEMO
        override-instance: With([Plain(), 1], reducer_override=lambda o: (func, ('o1',)) if type(o) is Plain else NotImplemented) | OVERRIDE
        override-class: With([Plain, Plain2], reducer_override=lambda o: (func, ('c1',)) if o is Plain else NotImplemented) | OVERRIDE
        override-function: With([func, func2], reducer_override=lambda o: (len, ('f1',)) if o is func2 else NotImplemented) | OVERRIDE
        override-str-result: With([NAMED, Plain()], reducer_override=lambda o: 'NAMED' if o is NAMED else NotImplemented) | OVERRIDE
        override-never: With([Plain(), [1], 'a1'], reducer_override=lambda o: NotImplemented) | OVERRIDE
        override-list: With([[1]], reducer_override=lambda o: (func, (7,)) if o == [1] else NotImplemented) | OVERRIDE
        override-str: With(['a1'], reducer_override=lambda o: (func, (7,)) if o == 'a1' else NotImplemented) | OVERRIDE
        override-int: With([41], reducer_override=lambda o: (func, (7,)) if o == 41 else NotImplemented) | OVERRIDE
        override-bytes: With([b'ab'], reducer_override=lambda o: (func, (7,)) if o == b'ab' else NotImplemented) | OVERRIDE
        override-dict: With([{1: 2}], reducer_override=lambda o: (func, (7,)) if o == {1: 2} else NotImplemented) | OVERRIDE
        override-set: With([{1}], reducer_override=lambda o: (func, (7,)) if o == {1} else NotImplemented) | OVERRIDE
        override-tuple: With([(1, 2)], reducer_override=lambda o: (func, (7,)) if o == (1, 2) else NotImplemented) | OVERRIDE
        override-twice: With(twice(Plain()), reducer_override=lambda o: (func, ('o1',)) if type(o) is Plain else NotImplemented) | OVERRIDE MEMO
        override-before-table: With([Plain()], reducer_override=lambda o: (func, ('o1',)) if type(o) is Plain else NotImplemented, dispatch_table={Plain: lambda o: (func, ('t1',))}) | OVERRIDE DISPATCH_TABLE
        override-none: With([Plain()], reducer_override=lambda o: None if type(o) is Plain else NotImplemented) | OVERRIDE ERROR
        override-none-type: With([type(None)], reducer_override=lambda o: (func, ('n1',)) if o is type(None) else NotImplemented) | OVERRIDE
        override-newobj: With([Plain()], reducer_override=lambda o: (copyreg.__newobj__, (Plain,), {'k': 1}) if type(o) is Plain else NotImplemented) | OVERRIDE NEWOBJ
    """)
    return t


def persistent():
    t = Topic("persid", "Persistent ids: PERSID at protocol 0, BINPERSID "
              "later, and the hook asked for every object.")
    hook = ", persistent_id=persistent_id"
    for slug, pid in (
            ("str", "'id1'"), ("str-empty", "''"), ("int", "7"),
            ("int-zero", "0"), ("false", "False"), ("float", "1.5"),
            ("bytes", "b'id1'"), ("tuple", "('a1', 1)"), ("list", "[1, 2]"),
            ("dict", "{'k': 1}"), ("big-int", "2**70"), ("true", "True"),
            ("newline", "'a\\nb'"), ("non-ascii", "'\\xe9'"),
            ("backslash", "'a\\\\b'"),
            ("tuple-empty", "()"), ("long-str", "'x' * 300"),
            ("minus", "-1"), ("nested-tuple", "((1, 2), (3, 4))"),
            ("tuple-of-one", "(1,)"),
            ("bytearray", "bytearray(b'a')"), ("class", "SlotsDict"),
            ("builtin-class", "int"), ("set", "{1}"), ("set-empty", "set()"),
            ("frozenset", "frozenset((1,))"), ("complex", "1+2j"),
            ("complex-signs", "(-0j, -2j, complex(-0.0, -0.0), complex(0, -1.5), "
             "complex(1, float('nan')), complex(float('inf'), -1e300), "
             "complex(1e16, 0.1))"),
            ("list-in-itself", "tie([], lambda l: l.append(l))"),
            ("dict-in-itself", "tie({}, lambda d: d.update(k=d))"),
            ("int-4300-digits", "-10**4299"), ("int-4301-digits", "10**4300"),
            ("tuple-of-4301-digits", "(1, -10**4300)"),
            ("of-every-kind", "(None, b'a', bytearray(b'b'), int, [Plain], "
             "{'k': True}, 1.5, 2j, 'a', {3}, frozenset((4,)))")):
        # Protocol 0 writes str() of the id, which for these is a repr().
        one = "With(Persistent(%s)%s)" % (pid, hook)
        if slug in REPR_IDS:
            t.add("repr-" + slug, one, "PERSID PERSID_REPR", only=(0,))
        only = (1, 2, 3, 4, 5) if slug in REPR_IDS else (0, 1, 2, 3, 4, 5)
        t.add("id-" + slug, one, "PERSID", only=only)
        t.add("id-%s-in-list" % slug, "With([Persistent(%s), 1]%s)" % (
            pid, hook), "PERSID", only=only)
    t.each("""
        twice: With(twice(Persistent('id1')), persistent_id=persistent_id) | MEMO
        two-equal-ids: With([Persistent('id1'), Persistent('id2')], persistent_id=persistent_id)
        shared-id: With((lambda i: [Persistent(i), Persistent(i)])(fresh('id1')), persistent_id=persistent_id) | MEMO
        id-also-value: With((lambda i: [i, Persistent(i)])(fresh('id1')), persistent_id=persistent_id) | MEMO
        in-dict: With({'k': Persistent('id1')}, persistent_id=persistent_id)
        as-key: With({Persistent('id1'): 1}, persistent_id=persistent_id)
        in-tuple: With((Persistent(1), Persistent(2)), persistent_id=persistent_id)
        in-set: With({Persistent(1)}, persistent_id=persistent_id) | SET
        in-state: With(make(Plain, p=Persistent('id1')), persistent_id=persistent_id)
        in-args: With(R(func, (Persistent('id1'),)), persistent_id=persistent_id)
        as-state: With(R(func, (), Persistent('id1')), persistent_id=persistent_id)
        as-item: With(R(func, (), None, [Persistent('id1')]), persistent_id=persistent_id)
        ints-outside: With([1, 'a1', [2]], persistent_id=lambda o: 'i1' if o == 1 else None)
        lists-outside: With([[1], {'k': []}], persistent_id=lambda o: 'l1' if o == [1] else None)
        class-outside: With([Plain, Plain()], persistent_id=lambda o: 'c1' if o is Plain else None)
        none-outside: With([None, 1], persistent_id=lambda o: 'n1' if o is None else None)
        everything-outside: With([1], persistent_id=lambda o: 1)
        hook-says-none: With([1, 'a1', Plain()], persistent_id=lambda o: None)
        many: With([Persistent(i) for i in range(20)], persistent_id=persistent_id)
        with-memo-after: With([Persistent('id1'), twice('shared')], persistent_id=persistent_id) | MEMO
    """, "PERSID")
    t.each("""
        shared-tuple-id: With((lambda i: [Persistent(i), Persistent(i)])((1, 2)), persistent_id=persistent_id) | MEMO
        id-holds-persistent: With(Persistent((Persistent('id1'), 2)), persistent_id=persistent_id)
        id-is-global: With(Persistent(Plain), persistent_id=persistent_id) | GLOBAL
        id-is-instance: With(Persistent(make(Plain, a1=1)), persistent_id=persistent_id) | DEFAULT_REDUCE
    """, "PERSID", only=(1, 2, 3, 4, 5))
    every = "With(['a1', Plain], persistent_id=lambda o: 1 if type(o) is str "\
        "else None)"
    t.add("all-str-outside", every, "PERSID", only=(0, 1, 2, 3))
    t.add("names-outside", every, "PERSID NAME_STR", only=(4, 5),
          about="From protocol 4 the hook sees the names of globals too.")
    return t


def buffers():
    t = Topic("buffer", "PickleBuffers: in-band, out-of-band, shared, refused.")
    five = {"only": (5,)}
    datas = (("empty", "b''"), ("one", "b'a'"), ("abc", "b'abc'"),
             ("255", "b'x' * 255"), ("256", "b'x' * 256"),
             ("65535", "b'x' * 65535"), ("65536", "b'x' * 65536"))
    for slug, data in datas:
        for how, source in (("readonly", data),
                            ("writable", "bytearray(%s)" % data)):
            buffer = "PickleBuffer(%s)" % source
            t.add("in-%s-%s" % (how, slug), buffer, "BUFFER" + (
                " LARGE_PAYLOAD" if "655" in slug else ""), **five)
            t.add("out-%s-%s" % (how, slug),
                  "With(%s, buffer_callback=out_of_band)" % buffer, "BUFFER",
                  **five)
            t.add("callback-in-%s-%s" % (how, slug),
                  "With(%s, buffer_callback=in_band)" % buffer, "BUFFER",
                  **five)
    rows = """
        twice-in: twice(PickleBuffer(b'abc')) | MEMO
        twice-in-writable: twice(PickleBuffer(bytearray(b'abc'))) | MEMO BYTEARRAY_MEMO
        two-over-one: (lambda b: [PickleBuffer(b), PickleBuffer(b)])(b'abc') | MEMO
        two-over-one-writable: (lambda b: [PickleBuffer(b), PickleBuffer(b)])(bytearray(b'abc')) | MEMO
        and-its-bytes: (lambda b: [PickleBuffer(b), b])(b'abc') | MEMO
        its-bytes-first: (lambda b: [b, PickleBuffer(b)])(b'abc') | MEMO
        and-its-bytearray: (lambda b: [PickleBuffer(b), b])(bytearray(b'abc')) | MEMO BYTEARRAY_MEMO
        empty-between: (lambda: [PickleBuffer(b''), b'', PickleBuffer(b'')])() | MEMO
        empty-twice: twice(PickleBuffer(b'')) | MEMO
        then-strs: [PickleBuffer(b'abc'), 'ss', twice('tt')] | MEMO
        writable-then-strs: [PickleBuffer(bytearray(b'abc')), 'ss', twice('tt')] | BYTEARRAY_MEMO
        in-dict: {'k': PickleBuffer(b'abc')}
        memoryview-slice: PickleBuffer(memoryview(b'abcdef')[1:4])
        memoryview-writable-slice: PickleBuffer(memoryview(bytearray(b'abcdef'))[1:4])
        zero-copy: ZeroCopy(b'abc')
        zero-copy-twice: twice(ZeroCopy(b'abc')) | MEMO
        zero-copy-bytes: ZeroCopyBytes(b'abc')
        two-dimensional: PickleBuffer(memoryview(b'abcdef').cast('B', (2, 3)))
    """
    t.each(rows, "BUFFER", **five)
    for line in rows.strip().splitlines():
        slug, rest = line.strip().split(": ", 1)
        expr = rest.partition(" | ")[0]
        t.add("out-" + slug, "With(%s, buffer_callback=out_of_band)" % expr,
              "BUFFER", **five)
    t.each("""
        mixed: With([PickleBuffer(b'a'), PickleBuffer(b'abc'), PickleBuffer(bytearray(b'abcd'))], buffer_callback=out_if_long)
        mixed-twice: With(twice([PickleBuffer(b'a'), PickleBuffer(b'abc')]), buffer_callback=out_if_long)
        not-contiguous: PickleBuffer(memoryview(b'abcdef')[::2]) | ERROR
        reversed: PickleBuffer(memoryview(b'abcdef')[::-1]) | ERROR
        released: tie(PickleBuffer(b'abc'), lambda b: b.release()) | ERROR
        out-not-contiguous: With(PickleBuffer(memoryview(b'abcdef')[::2]), buffer_callback=out_of_band) | ERROR
        out-released: With(tie(PickleBuffer(b'abc'), lambda b: b.release()), buffer_callback=out_of_band) | ERROR
    """, "BUFFER", **five)
    t.each("""
        below-five: PickleBuffer(b'abc') | ERROR
        below-five-writable: [PickleBuffer(bytearray(b'abc'))] | ERROR
        zero-copy-below-five: ZeroCopy(b'abc')
        zero-copy-bytes-below-five: ZeroCopyBytes(b'abc')
    """, "BUFFER", only=(0, 1, 2, 3, 4))
    t.add("empty-writable-after-empty", "[b'', PickleBuffer(bytearray())]",
          "BUFFER MEMO", "In CPython all empty bytes are one object.",
          text=False, **five)
    t.add("callback-below-five", "With(PickleBuffer(b'abc'), "
          "buffer_callback=out_of_band)", "BUFFER ERROR", only=(3, 4),
          text=False)
    return t


def topics():
    return [reductions(), hooks(), persistent(), buffers()]
