"""The Python side of scripts/bench: a process that is told over its standard
input what to time, so that it can take turns with the C one. Writes the pickles
of a workload into the current folder.

    open NAME PROTO   make the value, write NAME.PROTO.pickle
    decode N          N times: loads, drop the value
    encode N PROTO    N times: dumps
    memory            what a loaded value takes (tracemalloc)
    about             version and build of this interpreter

Each answer is one line, `ok ...` or `error TEXT`; times are in nanoseconds for
all N. The collector is off while timing, as in timeit: that is CPython at its
best."""

import gc
import os
import pickle
import platform
import sys
import sysconfig
import time
import tracemalloc

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import workloads  # noqa: E402


class Peer:
    value = data = oob = None

    def open(self, name, protocol):
        self.value = self.data = None
        self.oob = None
        if getattr(self, "name", None) != name:
            self.made = workloads.make(name)
            self.name = name
        self.value = self.made
        base = "%s.%s" % (name, protocol)
        if name == "f_oob":
            self.oob = [pickle.PickleBuffer(self.made)]
            with open("f_oob.payload", "wb") as stream:
                stream.write(self.made)
            self.value = self.oob[0]
            self.data = pickle.dumps(self.value, 5,
                                     buffer_callback=lambda buffer: None)
        else:
            self.data = pickle.dumps(self.value, int(protocol))
        with open(base + ".pickle", "wb") as stream:
            stream.write(self.data)
        # Encode what was decoded, as the C side must: a str met twice is then
        # one object where the pickle says so, and nowhere else.
        if not self.oob:
            self.value = pickle.loads(self.data)
        return len(self.data)

    def decode(self, n):
        loads, data, times = pickle.loads, self.data, range(int(n))
        start = time.perf_counter_ns()
        if self.oob:
            for _ in times:
                loads(data, buffers=self.oob)
        else:
            for _ in times:
                loads(data)
        return time.perf_counter_ns() - start

    def encode(self, n, protocol):
        dumps, value, times = pickle.dumps, self.value, range(int(n))
        protocol = int(protocol)
        start = time.perf_counter_ns()
        if self.oob:
            def keep(buffer):
                return None
            for _ in times:
                dumps(value, protocol, buffer_callback=keep)
        else:
            for _ in times:
                dumps(value, protocol)
        return time.perf_counter_ns() - start

    def memory(self):
        tracemalloc.start()
        value = pickle.loads(self.data, buffers=self.oob)
        size = tracemalloc.get_traced_memory()[0]
        tracemalloc.stop()
        del value
        return size

    def about(self):
        # Distributions optimise with profiles without saying so in CONFIG_ARGS;
        # the prefix tells their builds from one's own.
        config = sysconfig.get_config_var("CONFIG_ARGS") or ""
        words = ["system" if sys.base_prefix == "/usr" else "own", "build"]
        words += [word for word, option in
                  (("PGO", "--enable-optimizations"), ("LTO", "--with-lto"))
                  if option in config]
        return "%s %s, %s" % (platform.python_implementation(),
                              platform.python_version(), " ".join(words))


def main():
    peer = Peer()
    gc.disable()
    # g_deep is 500 containers deep, and each is two calls in CPython.
    sys.setrecursionlimit(10000)
    for line in sys.stdin:
        words = line.split()
        try:
            print("ok", getattr(peer, words[0])(*words[1:]), flush=True)
        except Exception as error:
            print("error", type(error).__name__, error, flush=True)


if __name__ == "__main__":
    main()
