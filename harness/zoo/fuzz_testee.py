#!/usr/bin/env python3
"""The Python testee with one mistake in its unpickler or pickler.

    python3 fuzz_testee.py MODE

harness/zoo/fuzz says what the fuzzer must find in each. The mistakes are those
that ports make."""
import os
import pickle
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "testees", "python"))

import testee                                           # noqa: E402

Unpickler, Pickler = pickle._Unpickler, pickle._Pickler
MODES = {"well": lambda: None}


def mode(function):
    MODES[function.__name__.replace("_", "-")] = function
    return function


def opcode(code, load):
    Unpickler.dispatch[code[0]] = load


@mode
def long1_unsigned():
    def load(self):
        n = self.read(1)[0]
        self.append(int.from_bytes(self.read(n), "little"))
    opcode(pickle.LONG1, load)


@mode
def binget_copies():
    """What is fetched from the memo is equal, but another object."""
    def load(self):
        found = self.memo[self.read(1)[0]]
        self.append(list(found) if type(found) is list else found)
    opcode(pickle.BINGET, load)


@mode
def memoize_off_by_one():
    def load(self):
        self.memo[len(self.memo) + 1] = self.stack[-1]
    opcode(pickle.MEMOIZE, load)


@mode
def dict_backwards():
    """The order of what one opcode sets is lost."""
    def load(self):
        items = self.pop_mark()
        for i in range(len(items) - 2, -1, -2):
            self.stack[-1][items[i]] = items[i + 1]
    opcode(pickle.SETITEMS, load)


@mode
def repairs_utf8():
    def load(self):
        n = self.read(1)[0]
        self.append(self.read(n).decode("utf-8", "replace"))
    opcode(pickle.SHORT_BINUNICODE, load)


@mode
def refuses_frozenset():
    def load(self):
        raise pickle.UnpicklingError("no FROZENSET")
    opcode(pickle.FROZENSET, load)


@mode
def other_exception():
    real = Unpickler.dispatch[pickle.POP[0]]

    def pop(self):
        if self.stack or self.metastack:
            return real(self)
        raise RuntimeError("nothing to POP")
    opcode(pickle.POP, pop)


@mode
def uses_too_much():
    real = testee.loading.load

    def load(data, keys, pure=False):
        texts, used = real(data, keys, pure)
        return texts, min(used + 1, len(data) + 1)
    testee.loading.load = load


@mode
def writes_long_opcode():
    """Always four bytes, where one or two would do."""
    def save_int(self, obj):
        if self.bin and -0x80000000 <= obj <= 0x7fffffff:
            self.write(pickle.BININT + (obj % 2 ** 32).to_bytes(4, "little"))
        else:
            real(self, obj)
    real = Pickler.dispatch[int]
    Pickler.dispatch[int] = save_int


@mode
def dies():
    opcode(pickle.NEWFALSE, lambda self: os.abort())


@mode
def hangs():
    opcode(pickle.NEWFALSE, lambda self: time.sleep(600))


@mode
def says_maybe():
    real = testee.answer
    testee.answer = lambda op, words, pure: real(op, words, pure).replace(
        "ok l", "maybe l")


def main():
    if len(sys.argv) != 2 or sys.argv[1] not in MODES:
        sys.exit("usage: fuzz_testee.py MODE\nmodes: " + " ".join(sorted(MODES)))
    MODES[sys.argv[1]]()
    # The testee starts itself again with its own arguments.
    if os.environ.get("PYTHONHASHSEED") != "0":
        os.environ["PYTHONHASHSEED"] = "0"
        os.execv(sys.executable, [sys.executable, "-B"] + sys.argv)
    return testee.main(["--impl", "py"])


if __name__ == "__main__":
    sys.exit(main())
