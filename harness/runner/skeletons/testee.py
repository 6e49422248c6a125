#!/usr/bin/env python3
"""A testee for pickleproof: puts a pickle library behind the line protocol.

    pickleproof check-testee -- python3 testee.py
    pickleproof run --baseline expect.txt -- python3 testee.py

It only says what is accepted and what is rejected. Next steps: report values
(add caps=value), then dump. harness/PROTOCOL.md has the grammar.
"""
import pickle  # your library in its place
import sys


class OnlyNames(pickle.Unpickler):
    """Vectors name harmless classes only; other pickles may not."""

    def find_class(self, module, name):
        if module in ("builtins", "collections", "copyreg", "_codecs",
                      "pickleproof_kit"):
            return super().find_class(module, name)
        raise pickle.UnpicklingError("%s.%s is not allowed" % (module, name))


def load(data):
    """Decode one pickle; raise what your library raises if it rejects it."""
    import io
    return OnlyNames(io.BytesIO(data)).load()


def answer(words):
    """The reply to [operation, key=value ..., data], without the id."""
    if words[0] != "load":
        return "na op"          # what you do not do yet
    # words[1:-1] are keys. The runner sends none that caps= does not ask for.
    try:
        load(bytes.fromhex(words[-1][2:]))      # behind "x:"
    except RecursionError:
        return "err limit"
    except Exception as error:
        return "err " + type(error).__name__
    return "ok ?"               # accepted; "?": the value is not reported


def main():
    for line in sys.stdin:
        words = line.split()
        if not words:
            continue
        if words[0] == "bye":
            break
        if words[0] == "hello":
            reply = "hello pickleproof/1 name=mine version=1 lang=python ops=load"
        elif len(words) == 1:
            reply = words[0] + " na op"
        else:
            reply = words[0] + " " + answer(words[1:])
        print(reply, flush=True)    # one line, and flushed


if __name__ == "__main__":
    main()
