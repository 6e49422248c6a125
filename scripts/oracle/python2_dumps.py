# -*- coding: utf-8 -*-
"""What Python 2.7 writes: prints one JSON line for each pickle.

Runs under Python 2.7 only. Each line is [slug, expression, module, protocol,
hex]; expressions use the names of pickleproof_kit.
"""
import cPickle
import json
import os
import pickle
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import pickleproof_kit                                  # noqa: E402

EXPRESSIONS = r"""
none: None
true: True
false: False
zero: 0
int: 258
minus: -1
int-32: 2**31 - 1
int-33: 2**31
int-minus-33: -2**31 - 1
int-63: 2**63 - 1
long-small: 5L
long-zero: 0L
long-minus: -5L
long-64: 2**63
long-big: 2**200
long-minus-big: -2**200
float: 1.5
float-tenth: 0.1
float-big: 1e100
float-inf: float('inf')
float-minus-zero: -0.0
str: 'abc'
str-empty: ''
str-quote: "it's"
str-both-quotes: '\'"'
str-backslash: 'a\\b'
str-newline: 'a\nb\r\t'
str-nul: 'a\0b'
str-high: 'caf\xe9'
str-all: ''.join(map(chr, range(256)))
str-256: 'x' * 256
str-utf8: u'\u20ac'.encode('utf-8')
unicode: u'abc'
unicode-empty: u''
unicode-high: u'caf\xe9'
unicode-wide: u'\u20ac'
unicode-astral: u'\U0001f600'
unicode-escape: u'a\\u0041\n'
tuple-empty: ()
tuple-one: (1,)
tuple-two: (1, 'a')
tuple-three: (1, 2, 3)
tuple-four: (1, 2, 3, 4)
list-empty: []
list: [1, 'two', 3.0]
list-nested: [[], [[]]]
list-shared: twice(['x'])
list-self: tie([], lambda l: l.append(l))
dict-empty: {}
dict: {'k': 1}
dict-two: {'k': 1, 'm': [2]}
dict-unicode: {u'k': u'v'}
set: set([1])
frozenset: frozenset([1])
bytearray: bytearray(b'ab')
bytearray-empty: bytearray()
bytearray-high: bytearray(b'\xff')
complex: 1+2j
xrange: xrange(5)
old-style: OldStyle()
old-style-attributes: make(OldStyle, a=1, b='two')
old-style-twice: twice(make(OldStyle, a=1))
old-style-self: tie(OldStyle(), lambda o: setattr(o, 'me', o))
old-style-args: OldStyleArgs(1, 'two')
old-style-in-list: [OldStyle(), OldStyle()]
old-style-class: OldStyle
new-style: Plain()
new-style-attributes: make(Plain, a=1, b='two')
new-style-unicode: make(Plain, a=u'\xe9')
slots: make(SlotsState, x=1)
with-state: WithState('state')
with-state-zero: WithState(0)
newargs: NewArgs(1, 2)
reduce: R(func, (1,), 'state', [1, 2], {'k': 3})
my-list: MyList([1, 2])
my-dict: MyDict({1: 2})
my-str: MyStr(u'xy')
my-int: MyInt(5)
ordereddict: OrderedDict([('a', 1)])
exception: ValueError('bad', 1)
key-error: KeyError('k')
class-int: int
class-long: long
class-str: str
class-unicode: unicode
class-list: list
class-exception: ValueError
function-len: len
function-reduce: reduce
function-map: map
function-izip: itertools.izip
function-kit: func
type-none: type(None)
datetime: datetime.datetime(2020, 2, 29, 1, 2, 3)
date: datetime.date(2020, 2, 29)
decimal: decimal.Decimal('1.5')
nested: {'rows': [(1, u'one', 1.0), (2, u'two', None)], 'ok': True}
shared-str: twice('shared-str')
ext: 7
"""


def main():
    names = dict(vars(pickleproof_kit))
    for line in EXPRESSIONS.strip().splitlines():
        slug, expr = line.split(": ", 1)
        for module in (pickle, cPickle):
            for proto in (0, 1, 2):
                try:
                    data = module.dumps(eval(expr, names), proto)
                except (TypeError, pickle.PicklingError,
                        cPickle.PicklingError):
                    continue
                sys.stdout.write(json.dumps([
                    slug, expr, module.__name__, proto,
                    data.encode("hex")]) + "\n")


if __name__ == "__main__":
    main()
