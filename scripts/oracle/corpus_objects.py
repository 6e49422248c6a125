"""Corpus: globals and instances."""
from corpus import Topic

BUILTINS = """int object list dict str bytes bool float complex tuple set
    frozenset bytearray type range map zip filter chr ord len abs repr sum
    getattr print property slice memoryview super staticmethod enumerate
    reversed sorted min max hash id iter next callable isinstance open
    OSError FileNotFoundError ConnectionError ModuleNotFoundError ImportError
    ValueError KeyError IndexError Exception BaseException StopIteration
    KeyboardInterrupt UnicodeDecodeError Warning DeprecationWarning
    BlockingIOError TimeoutError RecursionError StopAsyncIteration""".split()
MODULES = """functools.reduce functools.partial itertools.zip_longest
    itertools.chain itertools.filterfalse itertools.islice
    collections.OrderedDict collections.deque collections.Counter
    collections.defaultdict collections.UserDict collections.UserList
    collections.UserString collections.ChainMap datetime.datetime
    datetime.date decimal.Decimal fractions.Fraction copyreg.__newobj__
    copyreg._reconstructor struct.pack operator.add operator.itemgetter
    enum.Enum""".split()
NESTED = """Outer.Inner Outer.Inner.Deep Outer.Inner.Deep.Deepest Outer.meth
    Outer.Inner.meth Outer.static""".split()


def globals_():
    t = Topic("global", "Classes and functions: names, Python 2's names, "
              "nested names, and strs that are names too.")
    for name in BUILTINS:
        t.add("builtin-" + name.lower(), name, "GLOBAL FIX_IMPORTS")
    for name in MODULES:
        slug = name.lower().replace(".", "-").replace("_", "")
        t.add("stdlib-" + slug, name, "GLOBAL FIX_IMPORTS")
    for name in "Plain func setter R Point Color Made Hashed".split():
        t.add("kit-" + name.lower(), name, "GLOBAL")
        t.add("kit-%s-twice" % name.lower(), "twice(%s)" % name,
              "GLOBAL MEMO")
    for name in NESTED:
        slug = name.lower().replace(".", "-")
        t.add("nested-" + slug, name, "NESTED_NAME")
        t.add("nested-%s-twice" % slug, "twice(%s)" % name, "NESTED_NAME MEMO")
        t.add("nested-%s-nofix" % slug, name, "NESTED_NAME FIX_IMPORTS",
              fix_imports="0")
    t.each("""
        two-same-module: [Plain, Plain2] | NAME_STR
        two-functions: [func, func2] | NAME_STR
        class-and-function: [Plain, func, Plain, func] | NAME_STR MEMO
        three-builtins: [int, len, ValueError] | NAME_STR
        functions-first: [len, abs, int, str] | NAME_STR
        types-only: [int, str, list, dict] | NAME_STR
        len-and-int-name: [len, 'int', int] | NAME_STR
        ordereddict-deque: [OrderedDict, deque] | NAME_STR
        counter-ordereddict: [collections.Counter, OrderedDict] | NAME_STR
        nested-siblings: [Outer, Outer.Inner, Outer.Inner.Deep, Outer.meth, Outer.Inner.Deep] | NESTED_NAME MEMO
        nested-parent-first: [Outer, Outer.Inner] | NESTED_NAME MEMO
        nested-parent-last: [Outer.Inner, Outer] | NESTED_NAME MEMO
        nested-two-under-one: [Outer.Inner.Deep, Outer.Inner.meth] | NESTED_NAME MEMO
        nested-and-getattr: [getattr, Outer.Inner] | NESTED_NAME MEMO
        nested-then-getattr: [Outer.Inner, getattr] | NESTED_NAME MEMO
        nested-and-part-str: [Outer.Inner, 'Inner'] | NESTED_NAME IDENTITY
        module-str-first: [Plain.__module__, Plain] | NAME_STR
        module-str-last: [Plain, Plain.__module__] | NAME_STR
        module-str-between: [Plain, Plain.__module__, Plain2] | NAME_STR
        name-str-first: [Plain.__qualname__, Plain] | NAME_STR
        name-str-last: [Plain, Plain.__qualname__] | NAME_STR
        both-strs-last: [Plain, Plain.__module__, Plain.__qualname__] | NAME_STR
        nested-name-str: [Outer.Inner, Outer.Inner.__qualname__] | NAME_STR NESTED_NAME
        fresh-module-str: [Plain, fresh(Plain.__module__)] | NAME_STR
        builtins-str: [int, int.__module__] | NAME_STR
        function-module-str: [func, func.__module__, Plain] | NAME_STR
        none-type: type(None) | GLOBAL
        ellipsis-type: type(...) | GLOBAL
        not-implemented-type: type(NotImplemented) | GLOBAL
        none-type-twice: twice(type(None)) | GLOBAL MEMO
        ellipsis-twice: twice(...) | GLOBAL MEMO
        ellipsis-type-twice: twice(type(...)) | GLOBAL MEMO
        not-implemented-twice: twice(NotImplemented) | GLOBAL MEMO
        singletons-together: [None, ..., NotImplemented, type(None), type(...)] | GLOBAL MEMO
        type-and-none-type: [type, type(None)] | GLOBAL MEMO
        named: NAMED | GLOBAL REDUCE
        named-twice: twice(NAMED) | GLOBAL REDUCE MEMO
        named-dotted: Outer.obj | NESTED_NAME REDUCE
        named-dotted-twice: twice(Outer.obj) | NESTED_NAME REDUCE MEMO
        table-str: TABLE_STR | GLOBAL DISPATCH_TABLE
        not-the-same-object: LIAR | ERROR IMPORT
        no-such-name: NOWHERE | ERROR IMPORT
        no-such-module: make(Named, 'x', __module__='no_such_module') | ERROR IMPORT
        lambda: (lambda: 0) | ERROR IMPORT
        local-function: Raw(lambda: 'a.<locals>.b') | ERROR IMPORT
        local-of-library: functools.lru_cache(1) | ERROR
        private-method: PRIVATE | PRIVATE_NAME
        private-class: HIDDEN | PRIVATE_NAME
        private-in-private: TWICE | PRIVATE_NAME
        private-twice: twice(PRIVATE) | PRIVATE_NAME MEMO
        with-meta: WithMeta | GLOBAL
        with-meta-instance: WithMeta() | GLOBAL
        with-meta-reduce: WithMetaReduce | GLOBAL
        meta: Meta | GLOBAL
        non-ascii: NonAscii | NON_ASCII_NAME
        non-ascii-twice: twice(NonAscii) | NON_ASCII_NAME MEMO
        non-ascii-kanji: Kanji | NON_ASCII_NAME
        non-ascii-instance: NonAscii() | NON_ASCII_NAME
        non-ascii-outer: NonAsciiOuter | NON_ASCII_NAME
        non-ascii-nested: NonAsciiOuter.Inner | NON_ASCII_NAME NESTED_NAME
        newline-in-name: [NewlineName, 'New'] | GLOBAL
        newline-in-name-instance: NewlineName() | GLOBAL
        newline-in-module: [NewlineModule, 'NewlineModule'] | GLOBAL
        bound-method: Outer().meth | STDLIB
        builtin-method: [].append | STDLIB
        method-descriptor: list.append | STDLIB NESTED_NAME
        class-method: dict.fromkeys | STDLIB NESTED_NAME
        slot-wrapper: int.__add__ | STDLIB NESTED_NAME
    """)
    for slug, name in (("none", "None if n == '__qualname__' else "
                        "type.__getattribute__(c, n)"),
                       ("missing", "type.__getattribute__(c, 'none' if "
                        "n == '__qualname__' else n)")):
        t.add("qualname-" + slug, "type('Odd', (type,), {'__getattribute__': "
              "lambda c, n: %s})('Plain', (), {'__module__': "
              "'pickleproof_kit'})" % name, "GLOBAL ERROR", text=False)
    return t


def instances():
    t = Topic("instance", "Instances: the default reduction of object, "
              "__getstate__, __slots__, __new__ arguments.")
    t.each("""
        object: object() | DEFAULT_REDUCE
        object-twice: twice(object()) | DEFAULT_REDUCE MEMO
        two-objects: [object(), object()] | DEFAULT_REDUCE
        plain: Plain() | DEFAULT_REDUCE
        plain-one: make(Plain, a1=1) | DEFAULT_REDUCE BUILD
        plain-three: make(Plain, a1=1, b1='two', c1=[3]) | DEFAULT_REDUCE BUILD
        plain-shared: twice(make(Plain, a1=1)) | DEFAULT_REDUCE MEMO
        plain-two-same-attributes: [make(Plain, a1=1), make(Plain, a1=2)] | DEFAULT_REDUCE MEMO
        plain-two-classes: [make(Plain, a1=1), make(Plain2, a1=2)] | DEFAULT_REDUCE MEMO
        plain-two-empty: [Plain(), Plain()] | DEFAULT_REDUCE MEMO
        plain-attribute-deleted: tie(make(Plain, a1=1, b1=2), lambda o: delattr(o, 'a1')) | BUILD ORDER
        plain-all-deleted: tie(make(Plain, a1=1), lambda o: delattr(o, 'a1')) | BUILD
        plain-int-key: tie(Plain(), lambda o: o.__dict__.update({1: 2})) | BUILD
        plain-many: [make(Plain, n1=i) for i in range(5)] | DEFAULT_REDUCE MEMO
        plain-dict-shared: (lambda o: [o, o.__dict__])(make(Plain, a1=1)) | BUILD MEMO
        plain-dict-first: (lambda o: [o.__dict__, o])(make(Plain, a1=1)) | BUILD MEMO
        class-first: [Plain, make(Plain, a1=1)] | DEFAULT_REDUCE MEMO
        class-last: [make(Plain, a1=1), Plain] | DEFAULT_REDUCE MEMO
        self: tie(Plain(), lambda o: setattr(o, 'me', o)) | CYCLE
        self-in-list: tie(Plain(), lambda o: setattr(o, 'me', [o])) | CYCLE
        self-in-dict: tie(Plain(), lambda o: setattr(o, 'me', {'o': o})) | CYCLE
        list-of-instance-of-list: tie([], lambda l: l.append(make(Plain, l=l))) | CYCLE
        two-of-each-other: tie(Plain(), lambda o: setattr(o, 'you', make(Plain, you=o))) | CYCLE
        chain-30: nest(30, lambda x: make(Plain, up=x), None) | DEEP
        tree: make(Plain, left=make(Plain, left=None, right=None), right=make(Plain, left=None, right=None)) | DEFAULT_REDUCE
        old-style: OldStyle() | DEFAULT_REDUCE
        getinitargs-ignored: OldStyleArgs(1, 2) | DEFAULT_REDUCE
        class-property: make(ClassProp, a1=1) | ERROR
        hashed: make(Hashed, a1=1) | DEFAULT_REDUCE
        with-setstate: make(WithSetState, a1=1) | DEFAULT_REDUCE BUILD
        slots-empty: Slots() | SLOTS
        slots-one: make(Slots, x=1) | SLOTS
        slots-both: make(Slots, x=1, y=2) | SLOTS
        slots-shared: twice(make(Slots, x=1)) | SLOTS MEMO
        slots-two: [make(Slots, x=1), make(Slots, x=2)] | SLOTS MEMO
        slots-self: tie(Slots(), lambda o: setattr(o, 'x', o)) | SLOTS CYCLE
        slots-dict-empty: SlotsDict() | SLOTS
        slots-dict-slot: make(SlotsDict, x=2) | SLOTS
        slots-dict-attribute: make(SlotsDict, z=2) | SLOTS
        slots-dict-both: make(SlotsDict, x=1, z=2) | SLOTS
        slots-weak: make(SlotsWeak, x=1) | SLOTS
        slots-private: tie(SlotsPrivate(), lambda o: o.fill()) | SLOTS
        slots-str: make(SlotsStr, only=1) | SLOTS
        slots-child: make(SlotsChild, x=1, z1=2) | SLOTS
        slots-child-empty: SlotsChild() | SLOTS
        slots-state: make(SlotsState, x=1) | SLOTS
        newargs-none: NewArgs() | NEWOBJ
        newargs-shared-args: (lambda a: [NewArgs(a), a])([1]) | NEWOBJ MEMO
        newargs-bare-shared: (lambda o: [o, o.args])(NewArgsBare(1, 2)) | NEWOBJ MEMO
        newargs-twice: twice(NewArgs(1, 2)) | NEWOBJ MEMO
        newargs-strs: NewArgs('one', 'two') | NEWOBJ
        newargs-nested: NewArgs(NewArgs(1), NewArgs()) | NEWOBJ
        newargs-loop-list: tie([], lambda l: l.append(NewArgsLoop(l)))[0] | CYCLE_ARGS
        newargs-loop-from-list: tie([], lambda l: l.append(NewArgsLoop(l))) | CYCLE_ARGS
        newargs-loop-dict: tie({}, lambda d: d.update(k=NewArgsLoop(d)))['k'] | CYCLE_ARGS
        newargs-loop-instance: tie(Plain(), lambda o: setattr(o, 'n', NewArgsLoop(o))).n | CYCLE_ARGS
        newargsex-args: NewArgsEx(1, 2) | NEWOBJ_EX
        newargsex-both: NewArgsEx(1, k1=2) | NEWOBJ_EX
        newargsex-kwargs: NewArgsEx(k1=2, m1=3) | NEWOBJ_EX
        newargsex-none: NewArgsEx() | NEWOBJ_EX
        newargsex-twice: twice(NewArgsEx(1, k1=2)) | NEWOBJ_EX MEMO
        newargsex-two: [NewArgsEx(1, k1=2), NewArgsEx(3, k1=4)] | NEWOBJ_EX MEMO
        newargsex-state: NewArgsExState(1, k1=2) | NEWOBJ_EX BUILD
        newargsex-list: NewArgsEx([1], k1=[2]) | NEWOBJ_EX
        withstate-self: tie(WithState(None), lambda o: setattr(o, 'state', [o])) | CYCLE
        withstate-shared: (lambda s: [WithState(s), WithState(s)])([1]) | BUILD MEMO
        newobj-plain: NewObj(()) | NEWOBJ
        newobj-args: NewObj((1, 2)) | NEWOBJ
        newobj-state: NewObj((), 'state') | NEWOBJ BUILD
        newobj-items: NewObj((), None, [1, 2]) | NEWOBJ
        newobj-pairs: NewObj((), None, None, [('k', 1), ('m', 2)]) | NEWOBJ
        newobj-all: NewObj((1,), 'state', [1], {2: 3}) | NEWOBJ BUILD
        newobj-long-items: NewObj((), None, [None] * 1001) | NEWOBJ BATCH
        newobjex: NewObjEx(1, k1=2) | NEWOBJ_EX
        newobjex-no-kwargs: NewObjEx(1) | NEWOBJ_EX
        newobjex-nothing: NewObjEx() | NEWOBJ_EX
    """)
    for i, state in enumerate("""None False True 0 1 0.0 '' 'str' b'' b'x' ()
            (1,) (1,2) (None,{'x':1}) ({},{}) ({'x':1},None) (1,2,3) [] [1] {}
            {1:2} {'x':1} set() frozenset() {1} -0.0 1.5 0j 1j bytearray()
            bytearray(b'a') int""".split()):
        t.add("withstate-%02d" % i, "WithState(%s)" % state, "BUILD")
    for n in range(6):
        args = ", ".join(str(i) for i in range(n))
        t.add("newargs-%d" % n, "NewArgs(%s)" % args, "NEWOBJ")
        t.add("newargs-bare-%d" % n, "NewArgsBare(%s)" % args, "NEWOBJ")
        t.add("newargsex-%d" % n, "NewArgsEx(%s)" % args, "NEWOBJ_EX")
    return t


def subclasses():
    t = Topic("subclass", "Subclasses of built-in types: what copyreg puts "
              "in at protocols 0 and 1, and __new__ arguments later.")
    t.each("""
        int: MyInt(5)
        int-big: MyInt(2**70)
        int-zero: MyInt()
        float: MyFloat(1.5)
        complex: MyComplex(1, 2)
        str: MyStr('xy')
        str-empty: MyStr()
        str-one: MyStr('x')
        bytes: MyBytes(b'xy')
        bytes-empty: MyBytes()
        bytes-one: MyBytes(b'x')
        tuple: MyTuple((1, 2))
        tuple-empty: MyTuple()
        tuple-four: MyTuple((1, 2, 3, 4))
        tuple-of-list: MyTuple(([], []))
        list: MyList([1, 2])
        list-empty: MyList()
        list-one: MyList([1])
        dict: MyDict({1: 2})
        dict-empty: MyDict()
        dict-two: MyDict({1: 2, 3: 4})
        set: MySet({1})
        set-empty: MySet()
        frozenset: MyFrozenSet({1})
        frozenset-empty: MyFrozenSet()
        bytearray: MyByteArray(b'xy')
        bytearray-empty: MyByteArray()
        namedtuple: Point(1, 2)
        namedtuple-twice: twice(Point(1, 2)) | MEMO
        namedtuple-nested: Point(Point(1, 2), Point(3, 4))
        namedtuple-two: [Point(1, 2), Point(3, 4)]
        list-self: tie(MyList(), lambda l: l.append(l)) | CYCLE RECURSION
        dict-self: tie(MyDict(), lambda d: d.update({1: d})) | CYCLE RECURSION
        tuple-self: (lambda l: tie(l, lambda l: l.append(MyTuple((l,)))))([])[0] | CYCLE
        set-self: (lambda o: tie(MySet([o]), lambda s: setattr(o, 's', s)))(Hashed()) | CYCLE
        list-holding-list: MyList([MyList(), MyList([1])])
        list-shared: twice(MyList([1])) | MEMO
        dict-shared: twice(MyDict({1: 2})) | MEMO
        list-999: MyList([None] * 999) | BATCH
        list-1000: MyList([None] * 1000) | BATCH
        list-1001: MyList([None] * 1001) | BATCH
        list-2000: MyList([None] * 2000) | BATCH
        list-2001: MyList([None] * 2001) | BATCH
        dict-999: MyDict(dict.fromkeys(range(999))) | BATCH
        dict-1000: MyDict(dict.fromkeys(range(1000))) | BATCH
        dict-1001: MyDict(dict.fromkeys(range(1001))) | BATCH
        dict-2000: MyDict(dict.fromkeys(range(2000))) | BATCH
        dict-2001: MyDict(dict.fromkeys(range(2001))) | BATCH
        set-1000: MySet(range(1000)) | BATCH SET
        set-1001: MySet(range(1001)) | BATCH SET
        list-no-init: ListNoInit([1, 2])
        hashed-key: {MyInt(1): MyStr('one')}
        bool-base: [MyInt(1), True, 1]
        enum: Color.RED
        enum-str: Color.GREEN
        enum-twice: twice(Color.RED) | MEMO
        enum-both: [Color.RED, Color.GREEN, Color.RED] | MEMO
        int-enum: Level.HIGH
        int-enum-both: [Level.LOW, Level.HIGH]
        flag: Perm.R
        flag-combination: Perm.R|Perm.X
        int-in-tuple: (MyInt(1), MyInt(1))
        ordereddict-subclass: MyOrderedDict([(1, 2)])
    """, "SUBCLASS")
    for name, args in (("MyInt", "5"), ("MyFloat", "1.5"), ("MyStr", "'xy'"),
                       ("MyBytes", "b'xy'"), ("MyTuple", "(1, 2)"),
                       ("MyList", "[1]"), ("MyDict", "{1: 2}"),
                       ("MySet", "{1}"), ("MyFrozenSet", "{1}"),
                       ("MyByteArray", "b'xy'"), ("MyComplex", "1j"),
                       ("MyOrderedDict", "[(1, 2)]")):
        t.add("attributes-" + name.lower(), "make(%s, %s, a1=1)" % (
            name, args), "SUBCLASS BUILD")
        t.add("attributes-twice-" + name.lower(), "twice(make(%s, %s, a1=1))"
              % (name, args), "SUBCLASS BUILD MEMO")
    return t


def stdlib():
    t = Topic("stdlib", "Objects of the standard library whose reduction is "
              "stable: what real programs send.")
    t.each("""
        ordereddict: OrderedDict([('a1', 1), ('b1', 2)])
        ordereddict-empty: OrderedDict()
        ordereddict-twice: twice(OrderedDict([(1, 2)])) | MEMO
        ordereddict-self: tie(OrderedDict(), lambda d: d.update({1: d})) | CYCLE
        ordereddict-999: OrderedDict.fromkeys(range(999)) | BATCH
        ordereddict-1000: OrderedDict.fromkeys(range(1000)) | BATCH
        ordereddict-1001: OrderedDict.fromkeys(range(1001)) | BATCH
        ordereddict-attribute: make(OrderedDict, a1=1) | BUILD
        defaultdict: defaultdict(int, {1: 2})
        defaultdict-list: defaultdict(list)
        defaultdict-none: defaultdict(None, {1: 2})
        counter: collections.Counter([1, 1, 2])
        deque: deque([1, 2])
        deque-empty: deque()
        deque-maxlen: deque([1, 2], 5)
        deque-self: tie(deque(), lambda d: d.append(d)) | CYCLE
        deque-999: deque([None] * 999) | BATCH
        deque-1000: deque([None] * 1000) | BATCH
        deque-1001: deque([None] * 1001) | BATCH
        exception: ValueError('m1') | EXCEPTION
        exception-two-args: ValueError('m1', 2) | EXCEPTION
        exception-none: ValueError() | EXCEPTION
        exception-attribute: make(ValueError, 'm1', a1=1) | EXCEPTION BUILD
        exception-own: Error('m1') | EXCEPTION
        exception-own-args: ErrorArgs(1, 2) | EXCEPTION
        exception-twice: twice(KeyError('k1')) | EXCEPTION MEMO
        oserror: OSError(2, 'no file') | EXCEPTION
        oserror-filename: OSError(2, 'no file', 'name') | EXCEPTION
        stop-iteration: StopIteration(7) | EXCEPTION
        unicode-error: UnicodeDecodeError('ascii', b'x', 0, 1, 'why') | EXCEPTION
        range: range(10)
        range-step: range(10, 0, -3)
        range-big: range(2**70)
        slice: slice(1, 2, 3)
        date: datetime.date(2020, 2, 29)
        time: datetime.time(23, 59, 58, 7)
        datetime: datetime.datetime(2020, 2, 29, 1, 2, 3, 456)
        datetime-utc: datetime.datetime(2020, 2, 29, tzinfo=datetime.timezone.utc)
        timedelta: datetime.timedelta(1, 2, 3)
        timezone: datetime.timezone(datetime.timedelta(hours=1))
        decimal: decimal.Decimal('1.50')
        decimal-nan: decimal.Decimal('NaN')
        partial: functools.partial(func, 1, k1=2)
        partial-no-args: functools.partial(func)
        partial-of-type: functools.partial(int, base=2)
        iterator-list: iter([1, 2])
        iterator-tuple: iter((1, 2))
        iterator-str: iter('ab')
        mapping-of-all: {'d': datetime.date(2020, 1, 1), 'o': OrderedDict(), 'e': ValueError('x1')}
        getattr-chain: operator.attrgetter('a.b')
        itemgetter: operator.itemgetter(1, 2)
    """, "STDLIB")
    return t


def topics():
    return [globals_(), instances(), subclasses(), stdlib()]
