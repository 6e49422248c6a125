"""Corpus: everyday structures, and random graphs from a generator of our own.

pickleproof_kit.graph(seed, size) makes the graphs, so that an expression says
all there is to know and gives the same graph in every version of Python.
"""
from corpus import Topic


def compound():
    t = Topic("compound", "Structures as programs have them.")
    t.each("""
        config: {'name': 'demo', 'debug': False, 'paths': ['one', 'two'], 'limits': {'cpu': 1.5, 'mem': None}}
        records: [{'id': i, 'name': 'n%d' % i, 'tags': ('t1', 't2')} for i in range(10)]
        matrix: [[i * j for j in range(5)] for i in range(5)]
        floats: [i / 4 for i in range(20)]
        words: {w: len(w) for w in ['alpha', 'beta', 'gamma', 'delta']}
        tree: {'val': 1, 'left': {'val': 2, 'left': None, 'right': None}, 'right': {'val': 3, 'left': None, 'right': None}}
        linked-list: nest(20, lambda x: (1, x), None)
        doubly-linked: tie([make(Plain, num=i) for i in range(4)], lambda l: [setattr(a, 'next', b) for a, b in zip(l, l[1:])], lambda l: [setattr(b, 'prev', a) for a, b in zip(l, l[1:])])
        graph-dict: tie({i: [] for i in range(4)}, lambda d: [d[i].append(d[(i + 1) % 4]) for i in range(4)])
        parent-children: tie(make(Plain, name='root', children=[]), lambda p: [p.children.append(make(Plain, name='c%d' % i, parent=p)) for i in range(3)])
        bytes-table: {i: bytes([i]) * i for i in range(5)}
        mixed-keys: {1: 'int', 'one': 'str', (1, 'one'): 'tuple', b'one': 'bytes', None: 'none', 1.5: 'float'}
        call: (func, (1, 2), {'k': 3})
        task-message: (7, func, ([1, 2, 3],), {'timeout': 1.5})
        result-message: (7, True, [1, 4, 9])
        error-message: (7, False, ValueError('bad', 3))
        log-record: {'levelno': 20, 'msg': 'hello %s', 'args': ('you',), 'exc_info': None, 'created': 1.5}
        nested-everything: [({'k': [frozenset([(1, 2)]), {'s': {3}}]}, b'raw', bytearray(b'mut'))]
        points: [Point(i, -i) for i in range(6)]
        enums: {Color.RED: 'r1', Color.GREEN: 'g1'}
        instances-in-dict: {i: make(Plain, num=i) for i in range(4)}
        instances-share-list: (lambda l: [make(Plain, part=l), make(Plain, part=l)])([1, 2])
        dates: [datetime.date(2000, 1, 1), datetime.date(2000, 1, 2)]
        deque-of-tuples: deque([(1, 'one'), (2, 'two')], 10)
        ordered-nested: OrderedDict([('o1', OrderedDict([('i1', 1)])), ('o2', 2)])
        unicode-table: {'\\u00e9': 'e', '\\u20ac': 'euro', '\\U0001f600': 'smile'}
        sparse: {10**i: i for i in range(0, 20, 3)}
        long-keys: {'k' * i: i for i in range(0, 300, 60)}
        string-table: [('line %d' % i, i) for i in range(12)]
        counters: {'a1': collections.Counter('aab'), 'b1': collections.Counter()}
        exceptions: [ValueError('v1'), KeyError('k1'), OSError(2, 'm1')]
        classes: [Plain, Slots, MyInt, func, Outer.Inner]
        nans: [float('nan'), float('inf'), -0.0]
        sets-of-tuples: {(1, 2)}
        frozen-config: frozenset([1]), frozenset([2])
        buffers-and-lists: [bytearray(b'ab'), [bytearray(b'cd')], b'ef']
        slots-list: [make(SlotsDict, z1=i, z2=i) for i in range(3)]
        partial-list: [functools.partial(func, i) for i in range(3)]
        newargs-tree: NewArgs(NewArgs(1, NewArgs(2)), [NewArgs()])
        newargsex-pair: (NewArgsEx(1, k1=2), NewArgsEx(1, k1=2, m1=3))
    """, "COMPOUND")
    return t


def random_graphs():
    t = Topic("random", "Random graphs with shared parts and cycles; the "
              "generator is part of pickleproof_kit.")
    for seed in range(1, 501):
        t.add("small-%03d" % seed, "graph(%d, %d)" % (seed, 4 + seed % 9),
              "RANDOM")
    for seed in range(501, 541):
        t.add("medium-%03d" % seed, "graph(%d, 40)" % seed, "RANDOM")
    for seed in range(541, 551):
        t.add("large-%03d" % seed, "graph(%d, 300)" % seed, "RANDOM MEMO_INDEX")
    return t


def topics():
    return [compound(), random_graphs()]
