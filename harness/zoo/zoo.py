#!/usr/bin/env python3
"""Deliberately bad testees: one program, a way to misbehave for each mode.

    python3 zoo.py MODE

zoo.table says which verdict the runner must give each. What a well-behaved
one does here: it pickles expressions, exactly as its CPython does.
"""
import os
import pickle
import select
import signal
import sys
import time

HELLO = ("hello pickleproof/1 name=zoo version=1 lang=python ops=load,dump "
         "caps=exact,ident,expr,value,object profiles=c3.11")
MODES = {}


def mode(function):
    MODES[function.__name__.replace("_", "-")] = function
    return function


class Testee:
    """The well-behaved one; modes override what they spoil."""

    hello = HELLO
    end = "\n"
    count = 0

    def say(self, line):
        sys.stdout.write(line + self.end)
        sys.stdout.flush()

    def greet(self):
        self.say(self.hello)

    def answer(self, op, keys, data):
        if op == "load":
            try:
                value = pickle.loads(bytes.fromhex(data[2:]))
            except Exception as error:
                return "err " + type(error).__name__
            return "ok N" if value is None else "ok ?"
        if op != "dump":
            return "na op"
        value = eval(bytes.fromhex(keys["expr"]).decode())
        return "ok x:" + pickle.dumps(value, int(keys["proto"])).hex()

    def reply(self, name, op, keys, data):
        self.say(name + " " + self.answer(op, keys, data))

    def is_case(self, keys):
        """One case of those that the runner asks is the one that goes wrong."""
        return bytes.fromhex(keys.get("expr", "")) == b"[None]"

    def lines(self):
        return iter(sys.stdin.readline, "")

    def run(self):
        self.greet()
        for line in self.lines():
            words = line.split()
            if not words or words[0] == "hello":
                continue
            if words[0] == "bye":
                break
            self.count += 1
            keys = dict(w.split("=", 1) for w in words[2:-1] if "=" in w)
            self.reply(words[0], words[1], keys, words[-1])
        self.finish()

    def finish(self):
        pass


def on_case(spoil):
    """A testee that does `spoil(testee, name, reply)` in the place of one reply."""
    class Spoilt(Testee):
        def reply(self, name, op, keys, data):
            if self.is_case(keys):
                spoil(self, name, self.answer(op, keys, data))
            else:
                Testee.reply(self, name, op, keys, data)
    return Spoilt


def always(result):
    class Always(Testee):
        def answer(self, op, keys, data):
            return result
    return Always


def greeting(text):
    class Greeting(Testee):
        hello = text
    return Greeting


def finishing(action):
    class Finishing(Testee):
        def finish(self):
            action()
    return Finishing


def die(number):
    os.kill(os.getpid(), number)
    time.sleep(60)


def forever(*_):
    while True:
        time.sleep(60)


# ---- well-behaved, though unusual ----

MODES["well"] = Testee
MODES["says-crlf"] = type("Crlf", (Testee,), {"end": "\r\n"})


@mode
class starts_slowly(Testee):
    def greet(self):
        time.sleep(1)
        Testee.greet(self)


@mode
class answers_slowly(Testee):
    def answer(self, op, keys, data):
        time.sleep(0.1)
        return Testee.answer(self, op, keys, data)


@mode
class floods_stderr(Testee):
    def answer(self, op, keys, data):
        sys.stderr.write("x" * 200000 + "\n")
        sys.stderr.flush()
        return Testee.answer(self, op, keys, data)


@mode
class prints_noise(Testee):
    def reply(self, name, op, keys, data):
        self.say("debug: a request came in")
        Testee.reply(self, name, op, keys, data)


@mode
class offers_a_window(Testee):
    hello = HELLO + " window=16"


@mode
class leaves_a_child(Testee):
    def greet(self):
        if os.fork() == 0:
            forever()
        Testee.greet(self)


# ---- dies ----

MODES["segfault"] = on_case(lambda *_: die(signal.SIGSEGV))
MODES["abort"] = on_case(lambda *_: die(signal.SIGABRT))
MODES["exit-3"] = on_case(lambda *_: os._exit(3))
MODES["exit-0"] = on_case(lambda *_: os._exit(0))


@mode
class dies_with_a_reason(Testee):
    def reply(self, name, op, keys, data):
        if self.is_case(keys):
            sys.stderr.write("assertion failed: the reason why\n")
            sys.stderr.flush()
            os._exit(134)
        Testee.reply(self, name, op, keys, data)


@mode
class dies_on_7th(Testee):
    def reply(self, name, op, keys, data):
        if self.count == 7:
            os._exit(1)
        Testee.reply(self, name, op, keys, data)


@mode
class dies_with_a_window(Testee):
    hello = HELLO + " window=8"

    def reply(self, name, op, keys, data):
        if self.is_case(keys):
            die(signal.SIGSEGV)
        Testee.reply(self, name, op, keys, data)


@mode
class dies_after_each(Testee):
    def reply(self, name, op, keys, data):
        Testee.reply(self, name, op, keys, data)
        os._exit(0)


MODES["dies-always"] = type("DiesAlways", (Testee,),
                            {"reply": lambda *_: os._exit(1)})


@mode
class half_a_line(Testee):
    def reply(self, name, op, keys, data):
        if self.is_case(keys):
            sys.stdout.write(name + " ok x:")
            sys.stdout.flush()
            os._exit(0)
        Testee.reply(self, name, op, keys, data)


@mode
class closes_its_output(Testee):
    def reply(self, name, op, keys, data):
        if self.is_case(keys):
            os.close(1)
            forever()
        Testee.reply(self, name, op, keys, data)


MODES["segfault-at-exit"] = finishing(lambda: die(signal.SIGSEGV))
MODES["exit-7-at-end"] = finishing(lambda: os._exit(7))
MODES["sanitizer-at-end"] = finishing(lambda: os._exit(86))
MODES["never-ends"] = finishing(forever)


# ---- hangs ----

MODES["hangs"] = on_case(forever)
MODES["hangs-always"] = type("HangsAlways", (Testee,), {"reply": forever})


@mode
class hangs_on_sigterm(Testee):
    def reply(self, name, op, keys, data):
        if self.is_case(keys):
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            forever()
        Testee.reply(self, name, op, keys, data)


@mode
class never_flushes(Testee):
    """Keeps all it has to say until its input ends."""

    def __init__(self):
        self.kept = []

    def say(self, line):
        self.kept.append(line + self.end)

    def finish(self):
        sys.stdout.write("".join(self.kept))


# ---- before the hello ----

MODES["no-hello"] = type("NoHello", (Testee,), {"greet": lambda self: None,
                                                "reply": lambda *_: None})
MODES["other-protocol"] = greeting("hello pickleproof/9 name=x ops=load")
MODES["no-name"] = greeting("hello pickleproof/1 ops=load")
MODES["no-operations"] = greeting("hello pickleproof/1 name=x")


@mode
class exits_at_once(Testee):
    def greet(self):
        sys.stderr.write("cannot find libfoo.so\n")
        sys.stderr.flush()
        os._exit(127)


@mode
class talks_before_hello(Testee):
    def greet(self):
        self.say("Welcome to zoo 1.0")
        self.say("hello world")
        Testee.greet(self)


@mode
class banner_before_hello(Testee):
    def greet(self):
        self.say("Welcome to zoo 1.0")
        Testee.greet(self)


# ---- not of the protocol ----

MODES["answers-twice"] = on_case(
    lambda self, name, reply: (self.say(name + " " + reply),
                               self.say(name + " " + reply)))
MODES["answers-another"] = on_case(
    lambda self, name, reply: self.say("9999 " + reply))
MODES["says-maybe"] = on_case(lambda self, name, reply: self.say(name + " maybe"))
MODES["says-ok-only"] = on_case(lambda self, name, reply: self.say(name + " ok"))
MODES["says-err-only"] = on_case(lambda self, name, reply: self.say(name + " err"))
MODES["says-no-hex"] = on_case(
    lambda self, name, reply: self.say(name + " ok x:zz"))
MODES["says-bytes-bare"] = on_case(
    lambda self, name, reply: self.say(name + " " + reply.replace("x:", "")))
MODES["says-nul"] = on_case(
    lambda self, name, reply: self.say(name + " " + reply + "\0garbage"))
MODES["huge-reply"] = on_case(
    lambda self, name, reply: self.say(name + " ok x:" + "ab" * 4000000))


@mode
class talks_without_end(Testee):
    def reply(self, name, op, keys, data):
        while self.is_case(keys):
            self.say("and another thing")
        Testee.reply(self, name, op, keys, data)


@mode
class answers_out_of_order(Testee):
    """Holds a reply back until the next, if one comes soon."""

    hello = HELLO + " window=4"
    held = None

    def reply(self, name, op, keys, data):
        line = name + " " + self.answer(op, keys, data)
        if self.is_case(keys):
            self.held = line
        else:
            self.say(line)
            self.let_go()

    def let_go(self):
        if self.held:
            self.say(self.held)
            self.held = None

    def lines(self):
        pending = b""
        while True:
            while b"\n" in pending:
                line, pending = pending.split(b"\n", 1)
                yield line.decode() + "\n"
            if self.held and not select.select([0], [], [], 0.1)[0]:
                self.let_go()
            piece = os.read(0, 65536)
            if not piece:
                return
            pending += piece


# ---- lies ----

MODES["always-none"] = always("ok x:4e2e")
MODES["always-err"] = always("err PicklingError")
MODES["always-na"] = always("na later")
MODES["always-question"] = always("ok ?")


@mode
class claims_everything(Testee):
    """Says it can do all, then says it cannot."""

    hello = HELLO + (" caps=value,ident,exact,buffers,persid,ext,encoding,fast,"
                     "many,fiximports,object,bigint,surrogate,offset,class,"
                     "import,expr")

    def answer(self, op, keys, data):
        return "na not-really"


@mode
class one_bit_wrong(Testee):
    def answer(self, op, keys, data):
        reply = Testee.answer(self, op, keys, data)
        if self.is_case(keys):
            return reply[:-3] + format(int(reply[-3], 16) ^ 1, "x") + reply[-2:]
        return reply


@mode
class other_protocol_byte(Testee):
    """Not exact, so only the value and the protocol it says count."""

    hello = HELLO.replace("exact,", "")

    def answer(self, op, keys, data):
        if self.is_case(keys):
            keys = dict(keys, proto="3")
        return Testee.answer(self, op, keys, data)


@mode
class other_bytes_same_value(Testee):
    hello = HELLO.replace("exact,", "")

    def answer(self, op, keys, data):
        value = eval(bytes.fromhex(keys["expr"]).decode())
        import io
        out = io.BytesIO()
        pickle._Pickler(out, int(keys["proto"])).dump(value)
        # POP takes away what is pickled before: other bytes, the same value.
        return "ok x:" + (out.getvalue()[:2] + b"N0" + out.getvalue()[2:]).hex()


@mode
class tires(Testee):
    """Right at first, wrong from the tenth request on."""

    def answer(self, op, keys, data):
        if self.count < 10:
            return Testee.answer(self, op, keys, data)
        return "ok x:4e4e2e"


@mode
class wrong_class(Testee):
    """Accepts an operation nobody knows."""

    def answer(self, op, keys, data):
        if op not in ("load", "dump"):
            return "ok ?"
        return Testee.answer(self, op, keys, data)


def main():
    if len(sys.argv) != 2 or sys.argv[1] not in MODES:
        sys.exit("usage: zoo.py MODE\nmodes: " + " ".join(sorted(MODES)))
    MODES[sys.argv[1]]().run()


if __name__ == "__main__":
    main()
