# -*- coding: utf-8 -*-
"""Random graphs of pickleproof_kit's objects, from a generator of our own.

The same seed gives the same graph in every version of Python, 2.7 included.
Reads and writes nothing.
"""
import pickleproof_kit as kit


class Dice(object):
    """A generator of numbers that is the same in every version of Python."""

    def __init__(self, seed):
        self.state = seed * 2862933555777941757 % 2**64
        self.roll(2)

    def roll(self, sides):
        self.state = (self.state * 6364136223846793005
                      + 1442695040888963407) % 2**64
        return (self.state >> 33) % sides

    def pick(self, items):
        return items[self.roll(len(items))]


def _leaf(dice):
    """A value without parts."""
    kind = dice.roll(12)
    if kind < 3:
        return dice.roll(1 << dice.pick((3, 8, 9, 16, 17, 31))) * dice.pick(
            (1, 1, -1))
    if kind == 3:
        return (dice.roll(2**30) << dice.pick((1, 2, 33, 70))) - dice.roll(9)
    if kind == 4:
        return dice.roll(1000) / 8.0 - 30
    if kind < 8:
        return u"w%x" % dice.roll(40)
    if kind == 8:
        return dice.pick((u"", u"\xe9t\xe9", u"line\n", u"back\\", u"\u20ac"))
    if kind == 9:
        return bytes(bytearray(dice.roll(256) for _ in range(
            2 + dice.roll(4))))
    return dice.pick((None, True, False, (), ()))


def _container(dice, made):
    """An empty thing that parts can be put in, and how to put them in."""
    kind = dice.roll(10)
    if kind < 4:
        new = []
        return new, new.append
    if kind < 6:
        new = {}

        def put(x):
            new[u"k%d" % len(new)] = x
        return new, put
    if kind == 6:
        new = kit.MyList()
        return new, new.append
    if kind == 7:
        new = kit.R(kit.func, (dice.roll(9),), [])
        return new, new.parts[2].append
    new = dice.pick((kit.Plain, kit.Plain, kit.Plain2, kit.SlotsDict))()

    def attach(x):
        setattr(new, "a%d" % len(new.__dict__), x)
    return new, attach


def _closed(dice, made):
    """A thing whose parts must be there before it: tuples and the like."""
    parts = [dice.pick(made) if made and dice.roll(2) else _leaf(dice)
             for _ in range(dice.pick((1, 2, 3, 4, 5)))]
    kind = dice.roll(6)
    if kind < 3:
        return tuple(parts)
    if kind == 3:
        return kit.NewArgsBare(*parts)
    if kind == 4:
        return frozenset([dice.roll(100)])
    return kit.R(kit.func, tuple(parts))


def graph(seed, size):
    """A random graph of about `size` objects with shared parts and cycles.

    Protocols 0 and 1 recurse for ever on a MyList that reaches itself, so
    one is never filled with a thing that may reach it.
    """
    dice = Dice(seed)
    made, holders = [], []
    for _ in range(size):
        if dice.roll(3):
            new, put = _container(dice, made)
            for _ in range(dice.roll(4)):
                part = _leaf(dice)
                if made and dice.roll(2):
                    part = dice.pick(made)
                put(part)
            if not isinstance(new, kit.MyList):
                holders.append((new, put))
        else:
            new = _closed(dice, made)
        made.append(new)
    if not any(isinstance(m, kit.MyList) for m in made):
        for _ in range(dice.roll(3)):
            if holders:
                dice.pick(holders)[1](dice.pick(made))
    return made[-1] if dice.roll(4) else made[-3:]
