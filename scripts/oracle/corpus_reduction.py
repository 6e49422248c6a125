"""Corpus: what multiprocessing's ForkingPickler pickles, by topic.

Each topic becomes vectors/reduction/NAME.json. Expressions have the names of
pickleproof_forking too. The key `forking` is 1 for ForkingPickler, 0 for plain
pickle of the same objects. Reads and writes nothing.
"""
from corpus import Topic

METHODS = """
    instance: Caller().f
    twice: twice(Caller().f) | MEMO
    two-of-one: (lambda o: [o.f, o.renamed])(Caller()) | MEMO
    same-of-two: [Caller().f, Caller().f] | MEMO
    self-and-method: (lambda o: [o, o.f])(Caller()) | MEMO
    method-and-self: (lambda o: [o.f, o])(Caller()) | MEMO
    class-method: Caller.cm
    class-method-of-instance: Caller().cm
    class-method-inherited: Child.cm
    class-and-class-method: [Caller, Caller.cm] | MEMO
    inherited: Child().f
    static: Caller.sm | NESTED_NAME
    function-of-class: Caller.f | NESTED_NAME
    private: Caller().private() | PRIVATE_NAME
    alias: Caller().alias
    lost: lost(Caller())
    nested: Caller.Nested().g | NESTED_NAME
    nested-class-method: Caller.Nested.cm | NESTED_NAME
    nested-deeper: Caller.Nested.Deeper().h | NESTED_NAME
    nested-deeper-class-method: Caller.Nested.Deeper.cm | NESTED_NAME
    nested-both: [Caller.Nested().g, Caller.Nested.Deeper().h] | NESTED_NAME MEMO
    metaclass: WithMetaMethod.f
    state: Stateful(x=1).f | BUILD
    state-empty: Stateful().f
    state-nested: Stateful(x={'k': [1, (2, 3)]}).f | BUILD
    state-method: Stateful(m=Caller().f).f | BUILD
    state-shared: (lambda l: [l, Stateful(x=l).f])([1]) | BUILD MEMO
    state-own: StateCaller().f | BUILD
    slots: make(SlotsCaller, x=1).f | SLOTS
    slots-empty: SlotsCaller().f | SLOTS
    new-args: ArgsCaller(1, 'two').f | NEWOBJ
    of-list: ListCaller([1, 2]).f | SUBCLASS
    of-dict: DictCaller(a=1).f | SUBCLASS
    of-int: IntCaller(5).f | SUBCLASS
    in-own-state: (lambda o: tie(o, lambda o: setattr(o, 'm', o.f)))(Stateful()) | CYCLE
    in-dict: {'call': Caller().f, 'other': Caller.cm}
    as-args: R(func, (Caller().f,))
    as-key: {Caller.cm: 1}
    name-is-a-str-too: ['f', Caller().f] | NAME_STR
    getattr-too: [getattr, Caller().f] | NAME_STR
    getattr-after: [Caller().f, getattr] | NAME_STR
    len-too: [len, Caller().f, int] | NAME_STR
"""

BUILTINS = """
    list-append: [].append
    list-append-items: [1, 2].append
    list-shared: (lambda l: [l, l.append, l.pop])([1]) | MEMO
    dict-get: {'a': 1}.get
    dict-items: {}.items
    str-upper: 'text'.upper
    str-join: ', '.join
    bytes-hex: b'ab'.hex
    bytearray-append: bytearray(b'ab').append
    set-add: {1}.add
    frozenset-union: frozenset((1,)).union
    tuple-index: (1, 2).index
    tuple-empty-index: ().index
    int-to-bytes: (5).to_bytes
    float-hex: (1.5).hex
    complex-conjugate: (1j).conjugate
    bool-bit-length: True.bit_length
    none-repr: None.__repr__
    deque-append: deque([1]).append
    ordereddict-get: OrderedDict(a=1).get
    module-function: len
    module-function-other: [len, abs, len] | MEMO
    math-function: math.sqrt
    operator-function: operator.add
    class-new: object.__new__
    dict-fromkeys: dict.fromkeys
    int-from-bytes: int.from_bytes
    str-maketrans: str.maketrans
    bytes-fromhex: bytes.fromhex
    subclass-fromkeys: MyDict.fromkeys
    wrapper-int-add: (5).__add__
    wrapper-list-len: [1].__len__
    wrapper-str-eq: 'a'.__eq__
    wrapper-instance-init: Caller().__init__
    wrapper-twice: twice((5).__add__) | MEMO
    method-and-len: [len, [].append] | NAME_STR
    type-too: [list, [].append, list.append] | MEMO
"""

DESCRIPTORS = """
    list-append: list.append
    dict-get: dict.get
    str-upper: str.upper
    int-to-bytes: int.to_bytes
    twice: twice(list.append) | MEMO
    two-of-one: [list.append, list.pop] | MEMO
    class-too: [list, list.append] | MEMO
    class-after: [list.append, list] | MEMO
    deque-append: deque.append
    ordereddict-move: OrderedDict.move_to_end
    inherited: MyList.append
    slot-int-add: int.__add__
    slot-str-len: str.__len__
    slot-object-init: object.__init__
    slot-object-repr: object.__repr__
    slot-twice: twice(int.__add__) | MEMO
    slot-and-method: [int.__add__, int.to_bytes] | MEMO
    slot-of-subclass: MyInt.__add__
    object-reduce-ex: object.__reduce_ex__
    class-method: dict.__dict__['fromkeys'] | ERROR
    getset: type.__dict__['__dict__'] | ERROR
    member: SlotsCaller.x | ERROR
    property: property(func) | ERROR
"""

PARTIALS = """
    bare: partial(int)
    args: partial(int, '1')
    keywords: partial(int, base=2)
    both: partial(int, '1', base=2)
    of-function: partial(func, 1, 2, k=3)
    of-builtin: partial(len, [1])
    of-class: partial(Plain)
    flattened: partial(partial(int, '1'), base=2)
    flattened-twice: partial(partial(partial(func, 1), 2, a=1), 3, a=2, b=3)
    attributed: attributed(partial(func, 1), x=1)
    of-attributed: partial(attributed(partial(int), x=1), '1')
    of-attributed-twice: partial(attributed(partial(attributed(partial(func, 1), x=1), 2), y=2), 3)
    of-method: partial(Caller().f)
    of-class-method: partial(Caller.cm, 1)
    of-builtin-method: partial([].append, 1)
    of-descriptor: partial(list.append, [])
    arg-is-partial: partial(func, partial(func, 1))
    arg-is-method: partial(func, Caller().f)
    arg-shared: (lambda l: [l, partial(func, l)])([1]) | MEMO
    twice: twice(partial(func, 1)) | MEMO
    two: [partial(func, 1), partial(func, 2)] | MEMO
    many-args: partial(func, 1, 2, 3, 4, 5)
    many-keywords: partial(func, a=1, b=2, c=3)
    keyword-shared: (lambda l: partial(func, l, k=l))([1]) | MEMO
    keyword-non-ascii: partial(func, **{'\\xe9': 1}) | UTF8
    names-as-strs: ['_rebuild_partial', 'multiprocessing.reduction', partial(func)] | NAME_STR
    arg-is-itself: tie([], lambda l: l.append(partial(func, l))) | CYCLE_ARGS
    keyword-is-itself: tie([], lambda l: l.append(partial(func, k=l))) | CYCLE_ARGS
    subclass: PartialChild(int, '1') | SUBCLASS
    subclass-keywords: PartialChild(int, base=2) | SUBCLASS
    of-subclass: partial(PartialChild(int, '1'), base=2) | SUBCLASS
    subclass-of-partial: PartialChild(partial(int, '1'), base=2) | SUBCLASS
    partialmethod: functools.partialmethod(func, 1)
    lru-cache: functools.lru_cache(None)(func) | ERROR IMPORT
    placeholder: partial(pow, functools.Placeholder, 2)
    placeholder-of-partial: partial(partial(pow, functools.Placeholder, 2), 3)
    nested-200: nest(200, lambda p: attributed(partial(p, 1), x=1), func)
"""

PLAIN_MORE = """
    method-nameless: nameless(Caller()) | ERROR
    socket: sock(socket.AF_INET, socket.SOCK_STREAM) | ERROR
    connection: conn()
    array: array.array('i', [1, 2])
    dict-items: {'a': 1}.items() | ERROR
    arena: arena() | ERROR
    module: math | ERROR
    generator: (x for x in ()) | ERROR
    memoryview: memoryview(b'ab') | ERROR
"""

FAMILIES = """
    unix-stream: sock(socket.AF_UNIX, socket.SOCK_STREAM)
    unix-dgram: sock(socket.AF_UNIX, socket.SOCK_DGRAM)
    unix-seqpacket: sock(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    inet-stream: sock(socket.AF_INET, socket.SOCK_STREAM)
    inet-stream-tcp: sock(socket.AF_INET, socket.SOCK_STREAM, 6)
    inet-dgram: sock(socket.AF_INET, socket.SOCK_DGRAM)
    inet-dgram-udp: sock(socket.AF_INET, socket.SOCK_DGRAM, 17)
    inet-raw: sock(socket.AF_INET, socket.SOCK_RAW, 1)
    inet-rdm: sock(socket.AF_INET, socket.SOCK_RDM)
    inet6-stream: sock(socket.AF_INET6, socket.SOCK_STREAM)
    inet6-dgram: sock(socket.AF_INET6, socket.SOCK_DGRAM)
    netlink-raw: sock(socket.AF_NETLINK, socket.SOCK_RAW)
    packet-raw: sock(socket.AF_PACKET, socket.SOCK_RAW, 768)
    family-unknown: sock(250, socket.SOCK_STREAM)
    type-unknown: sock(socket.AF_INET, 77)
    both-unknown: sock(250, 77, 300)
"""

# The members of AddressFamily that every build has.
COMMON_FAMILIES = """UNSPEC AX25 IPX APPLETALK NETROM BRIDGE ATMPVC X25 ROSE
    NETBEUI SECURITY KEY ASH ECONET ATMSVC RDS SNA IRDA PPPOX WANPIPE LLC CAN
    TIPC ALG VSOCK QIPCRTR"""

FORMS = """
    two: [sock(socket.AF_INET, socket.SOCK_STREAM, 0, 50), sock(socket.AF_INET, socket.SOCK_STREAM, 0, 51)] | MEMO
    two-kinds: [sock(socket.AF_INET, socket.SOCK_STREAM, 0, 50), sock(socket.AF_INET, socket.SOCK_DGRAM, 0, 51)] | MEMO
    twice: twice(sock(socket.AF_UNIX, socket.SOCK_STREAM)) | MEMO
    dict: {'listener': sock(socket.AF_INET, socket.SOCK_STREAM), 'log': conn(False, True)}
    number-300: sock(socket.AF_UNIX, socket.SOCK_STREAM, 0, 300)
    arena: arena()
    block: block()
    block-shared: (lambda a: [block(0, 8, 8, a), block(8, 24, 12, a)])(arena()) | MEMO
    connection: conn()
    connection-readable: conn(True, False)
    connection-writable: conn(False, True)
    connections: [conn(True, False, 60), conn(False, True, 61)] | MEMO
    connection-twice: twice(conn()) | MEMO
    connection-and-socket: [conn(), sock(socket.AF_UNIX, socket.SOCK_STREAM)] | MEMO
    in-partial: partial(func, conn())
    in-method: Stateful(c=conn()).f | BUILD
    in-instance: make(Plain, s=sock(socket.AF_INET, socket.SOCK_STREAM)) | BUILD
    closed-connection: closed_conn() | ERROR
    socket-subclass: SocketChild(socket.AF_INET, socket.SOCK_STREAM, 0, fd(50)) | ERROR
"""

WINDOWS = """
    handle: handle()
    handle-access: handle(0x300, 0x12019f)
    handle-for-process: handle(0x204, 2, 999)
    handle-large: handle(0x7ffffffc, 0x120116)
    handle-twice: twice(handle()) | MEMO
    pipe: pipe_conn()
    pipe-readable: pipe_conn(True, False)
    pipe-writable: pipe_conn(False, True, 0x20c)
    pipes: [pipe_conn(True, False, 0x208), pipe_conn(False, True, 0x20c)] | MEMO
    pipe-twice: twice(pipe_conn()) | MEMO
    connection: win_conn()
    connection-readable: win_conn(True, False)
    connections: [win_conn(), win_conn(False, True)] | MEMO
    socket: sock(socket.AF_INET, socket.SOCK_STREAM)
    socket-dgram: sock(socket.AF_INET, socket.SOCK_DGRAM)
    socket-inet6: sock(socket.AF_INET6, socket.SOCK_STREAM)
    sockets: [sock(socket.AF_INET, socket.SOCK_STREAM, 0, 50), sock(socket.AF_INET, socket.SOCK_STREAM, 0, 51)] | MEMO
    socket-twice: twice(sock(socket.AF_INET, socket.SOCK_STREAM)) | MEMO
    in-partial: partial(func, pipe_conn())
    arena: bare(windows().heap.Arena, _state=(4096, 'pym-4321-abcdefgh')) | ERROR
    method: Caller().f
    partial: partial(func, 1)
"""

SPAWNING = """
    auth: auth() | SPAWN
    auth-empty: auth(b'') | SPAWN
    lock: lock() | SPAWN
    rlock: rlock() | SPAWN
    semaphore: semaphore() | SPAWN
    bounded-semaphore: semaphore(synchronize.BoundedSemaphore, 7) | SPAWN
    condition: condition() | SPAWN
    event: event() | SPAWN
    simple-queue: simple_queue() | SPAWN
    queue: queue() | SPAWN
    joinable-queue: joinable_queue() | SPAWN
    proxy: proxy() | SPAWN
    process: spawn_process() | SPAWN
"""

STDLIB = """
    array-int: array.array('i', [1, 2])
    array-double: array.array('d', [1.5])
    array-bytes: array.array('B', b'abc')
    array-empty: array.array('h')
    array-twice: twice(array.array('i', [1])) | MEMO
    dict-items: {'a': 1}.items()
    dict-keys: {'a': 1, 'b': 2}.keys()
    dict-values: {'a': [1]}.values()
    dict-items-empty: {}.items()
    dict-views: (lambda d: [d, d.keys(), d.values()])({'a': [1]}) | MEMO
    ordered-items: views(a=1).items() | ERROR
    ordered-keys: views(a=1).keys() | ERROR
    subclass-items: MyDict(a=1).items()
    fork-aware-local: local()
    token: token()
    token-inet: token('dict', ('127.0.0.1', 50000), '7f01')
    token-twice: twice(token()) | MEMO
    namespace: namespace(a=1)
    list-proxy: proxy()
    dict-proxy: proxy(managers.DictProxy)
    auto-proxy: proxy(managers.ListProxy, _isauto=True, _exposed_=('append', 'pop'))
    encoding-error: encoding_error(ValueError('x'), 5)
    exception-with-traceback: traced(ValueError('x'))
    exception-with-cause: traced(KeyError('key'))
    pool: no_pool() | ERROR
    shared-memory: segment()
    shared-memory-large: segment('psm_large', 1 << 40)
    shareable-list: shareable_list()
    arena-without-fd: arena(4096, -1) | ERROR
    ctypes-int: ctypes.c_int(5)
    ctypes-array: (ctypes.c_int * 2)(1, 2) | ERROR IMPORT
    spawn-fd: spawn_fd(50)
    spawn-fd-twice: twice(spawn_fd(50)) | MEMO
    forkserver-fd: forkserver_fd(0)
    sharer-fd: sharer_fd()
    sharer-fd-inet: sharer_fd(2, ('127.0.0.1', 50000))
    sharer-fd-pipe: sharer_fd(3, r'\\\\.\\pipe\\pyc-17623-0-abcdefgh')
    sharer-fd-abstract: sharer_fd(4, '\\0pymp')
    regex: re.compile('a+')
    union: types.UnionType and operator.or_(int, str)
    lock-thread: threading.Lock() | ERROR
    condition-thread: threading.Condition() | ERROR
    queue-thread: thread_queue.Queue() | ERROR
    file: open(os.devnull) | ERROR
"""

ENUMS = """
    family-unix: member('AF_UNIX')
    family-inet: member('AF_INET')
    family-inet6: member('AF_INET6')
    kind-stream: member('SOCK_STREAM')
    kind-dgram: member('SOCK_DGRAM')
    kind-seqpacket: member('SOCK_SEQPACKET')
    kind-cloexec: member('SOCK_CLOEXEC')
    flag-peek: member('MSG_PEEK')
    flag-two: operator.or_(member('MSG_PEEK'), member('MSG_OOB'))
    info-passive: member('AI_PASSIVE')
    all: [member('AF_INET'), member('SOCK_STREAM'), member('AF_INET6')] | MEMO
    twice: twice(member('AF_INET')) | MEMO
    with-socket: [member('AF_INET'), sock(socket.AF_INET, socket.SOCK_STREAM)] | MEMO
    after-socket: [sock(socket.AF_INET, socket.SOCK_STREAM), member('SOCK_STREAM')] | MEMO
"""

# What is registered, and when: options of a With.
TABLE = """
    registered: With(Plain(), register={Plain: lambda o: (func, (1,))})
    registered-over-own: With(R(func2, (2,)), register={R: lambda o: (func, (1,))})
    subclass-is-not-covered: With(MyList([1]), register={list: lambda o: (func, ())})
    exact-type-only: With([Plain(), Plain2()], register={Plain: lambda o: (func, (1,))})
    over-copyreg: With(Plain(), register={Plain: lambda o: (func, (1,))}, copyreg={Plain: lambda o: (func2, ())})
    copyreg-beneath: With(Plain(), copyreg={Plain: lambda o: (func2, (2,))})
    copyreg-complex: 1+2j
    over-copyreg-complex: With(1+2j, register={complex: lambda o: (func, (o.real,))})
    late: With(Plain(), late={Plain: lambda o: (func, (1,))})
    late-over-early: With(Plain(), register={Plain: lambda o: (func, (1,))}, late={Plain: lambda o: (func2, ())})
    abstract-reducer-restores: With([Caller().f, list.append, int.__add__, partial(func)], register={t: lambda o: (func2, ()) for t in (type(Caller().f), type(list.append), type(int.__add__), partial)}, abstract_reducer=True)
    abstract-reducer-restores-socket: With(sock(socket.AF_INET, socket.SOCK_STREAM), register={socket.socket: lambda o: (func2, ())}, abstract_reducer=True)
    abstract-reducer-leaves-others: With([Plain(), len], register={Plain: lambda o: (func, (1,)), type(len): lambda o: (func, ('len',))}, abstract_reducer=True)
    own-reducers: With(Plain(), own_reducers={Plain: lambda o: (func, (1,))})
    own-reducers-lose-partial: With(partial(int, '1'), own_reducers={})
    own-reducers-lose-method: With(Caller().f, own_reducers={})
    own-reducers-lose-socket: With(sock(socket.AF_INET, socket.SOCK_STREAM), own_reducers={}) | ERROR
    no-effect-int: With(5, register={int: lambda o: (func, ())})
    no-effect-str: With('s', register={str: lambda o: (func, ())})
    no-effect-list: With([1], register={list: lambda o: (func, ())})
    no-effect-dict: With({1: 2}, register={dict: lambda o: (func, ())})
    no-effect-set: With({1}, register={set: lambda o: (func, ())})
    no-effect-tuple: With((1,), register={tuple: lambda o: (func, ())})
    no-effect-bytes: With(b'b', register={bytes: lambda o: (func, ())})
    no-effect-bytearray: With(bytearray(b'b'), register={bytearray: lambda o: (func, ())})
    no-effect-none: With(None, register={type(None): lambda o: (func, ())})
    no-effect-type: With(Plain, register={type: lambda o: (func, ())})
    no-effect-function: With(func, register={type(func): lambda o: (func2, ())})
    effect-builtin: With(len, register={type(len): lambda o: (func, ('len',))})
    effect-method: With(Caller().f, register={type(Caller().f): lambda o: (func, ('m',))})
    effect-partial: With(partial(func), register={partial: lambda o: (func, ('p',))})
    effect-range: With(range(3), register={range: lambda o: (func, (3,))})
    effect-slice: With(slice(1, 2), register={slice: lambda o: (func, (1, 2))})
    effect-module: With(math, register={type(math): lambda o: (func, ('math',))})
    effect-ellipsis: With(..., register={type(...): lambda o: (func, ())})
    effect-metaclass: With(WithMeta, register={Meta: lambda o: (func, ())})
    returns-name: With(NAMED, register={Named: lambda o: 'NAMED'})
    returns-state: With(Plain(), register={Plain: lambda o: (func, (), {'k': 1})}) | BUILD
    returns-all: With(Plain(), register={Plain: lambda o: (func, (1,), 'st', iter([1, 2]), iter([(3, 4)]))}) | BUILD
    returns-native: With(Plain(), register={Plain: lambda o: (func, (Caller().f, partial(func)))})
    shared: With(twice(Plain()), register={Plain: lambda o: (func, (1,))}) | MEMO
    override-wins: With(partial(func), reducer_override=lambda o: (func2, ()) if type(o) is partial else NotImplemented) | OVERRIDE
    override-falls-through: With(partial(func), reducer_override=lambda o: NotImplemented) | OVERRIDE
    persistent-id-wins: With([partial(func), 1], persistent_id=lambda o: 'pid' if type(o) is partial else None) | PERSID
    returns-none: With(Plain(), register={Plain: lambda o: None}) | ERROR
    returns-int: With(Plain(), register={Plain: lambda o: 1}) | ERROR
    returns-one: With(Plain(), register={Plain: lambda o: (func,)}) | ERROR
    returns-seven: With(Plain(), register={Plain: lambda o: (func, (), None, None, None, None, None)}) | ERROR
    returns-list-args: With(Plain(), register={Plain: lambda o: (func, [])}) | ERROR
    returns-no-callable: With(Plain(), register={Plain: lambda o: (1, ())}) | ERROR
    raises: With(Plain(), register={Plain: lambda o: 1 // 0}) | ERROR
    not-callable: With(Plain(), register={Plain: 5}) | ERROR
"""


def pairs(name, about, table, flags):
    """A table asked of ForkingPickler, and again of plain pickle."""
    forked, plain = Topic(name, about), Topic(
        "plain-" + name, about + " By plain pickle.")
    forked.each(table, flags, forking="1")
    plain.each(table, flags, forking="0")
    return [forked, plain]


def sockets():
    t = Topic("socket", "Sockets, connections and what else holds a "
              "descriptor, in each form of DupFd.")
    for launch in ("spawn", "forkserver", "sharer"):
        for table in (FAMILIES, FORMS):
            for line in table.strip().splitlines():
                slug, rest = line.strip().split(": ", 1)
                expr, _, own = rest.partition(" | ")
                if launch != "sharer":
                    expr = "With(%s, launch=%r)" % (expr, launch)
                t.add("%s-%s" % (launch, slug), expr, "DUPFD " + own,
                      forking="1")
    for name in COMMON_FAMILIES.split():
        t.add("spawn-family-" + name.lower(), "With(sock(socket.AF_%s, "
              "socket.SOCK_STREAM), launch='spawn')" % name, "DUPFD",
              forking="1")
    for slug, address in (("inet", "('127.0.0.1', 50000)"),
                          ("abstract", "'\\0pymp'"), ("ascii", "'/tmp/s'"),
                          ("utf-8", "'/tmp/\\xe9'")):
        t.add("sharer-address-" + slug, "With(conn(), address=%s)" % address,
              "DUPFD", forking="1")
    for line in WINDOWS.strip().splitlines():
        slug, rest = line.strip().split(": ", 1)
        expr, _, own = rest.partition(" | ")
        t.add("windows-" + slug, "on_windows(%s)" % expr,
              "DUPFD WINDOWS " + own, forking="1")
    t.add("closed", "closed_sock()", "DUPFD ERROR", forking="1")
    t.add("spawn-closed", "With(closed_sock(), launch='spawn')", "DUPFD",
          forking="1")
    return t


def spawning():
    t = Topic("spawning", "What may be pickled only while a child is being "
              "started; elsewhere it is refused.")
    for line in SPAWNING.strip().splitlines():
        slug, rest = line.strip().split(": ", 1)
        expr, _, own = rest.partition(" | ")
        t.add(slug, "With(%s, launch='spawn')" % expr, own, forking="1")
        if slug != "proxy":
            t.add(slug + "-outside", expr, own + " ERROR", forking="1")
    t.each("""
        ctypes-int: launched_shared(ctypes.c_int, 5)
        ctypes-array: launched_shared(ctypes.c_int * 3, 1, 2, 3)
        ctypes-char-array: launched_shared(ctypes.c_char * 3, b'a', b'b', b'c')
    """, "SPAWN", forking="1")
    t.add("ctypes-int-outside", "With(shared(ctypes.c_int, 5), register={"
          "ctypes.c_int: sharedctypes.reduce_ctype})", "SPAWN ERROR",
          forking="1")
    t.add("queue-forkserver", "With(queue(), launch='forkserver')", "SPAWN",
          forking="1")
    return t


def topic(name, about, table, flags):
    t = Topic(name, about)
    t.each(table, flags, forking="1")
    return t


def plain():
    t = Topic("plain", "What plain pickle does with what ForkingPickler "
              "takes.")
    t.each(PLAIN_MORE, "REDUCER", forking="0")
    return t


def forking():
    """The topics whose pickles are worth reading as well."""
    return [t for t in topics() if not t.name.startswith("plain")]


def topics():
    return (pairs("method", "Bound methods and class methods.", METHODS,
                  "REDUCER")
            + pairs("builtin", "Methods of built-in objects, built-in "
                    "functions, method wrappers.", BUILTINS, "REDUCER")
            + pairs("descriptor", "Method descriptors and slot wrappers.",
                    DESCRIPTORS, "REDUCER")
            + pairs("partial", "functools.partial.", PARTIALS, "REDUCER")
            + [sockets(), topic("enum", "Members of socket's enums.", ENUMS,
                                "DUPFD"),
               spawning(), topic("stdlib", "What other modules register or "
                                 "reduce.", STDLIB, "REDUCER STDLIB"),
               topic("table", "Dispatch tables: what is registered, where, "
                     "and when.", TABLE, "DISPATCH_TABLE"), plain()])
