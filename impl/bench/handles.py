"""The suite of handles: round trips of descriptors and messages between two
processes, against a plain loop of system calls and against CPython.

Returns lines of text; bench.py prints them."""

import os

import peers

ROUNDS = 9
TARGET_NS = 40 * 10 ** 6
# Each workload with its bar: our time of that of the plain loop, or CPython's
# time of ours.
WORKLOADS = (("fd1", "raw", 1.05), ("fd16", "raw", 1.05),
             ("fd253", "raw", 1.05), ("handle", "raw", 1.05),
             ("conn_bytes20", "raw", 1.1), ("conn_obj", "CPython", None),
             ("sharer", "CPython", 2), ("auth", "CPython", 1.4))
NAMES = tuple(row[0] for row in WORKLOADS)


class Bench:
    def __init__(self, binary, python, folder, only=None, rounds=ROUNDS):
        program = [os.path.join(binary, "pickle_bench_handles")]
        self.ours = peers.Peer("C", program, folder)
        self.raw = peers.Peer("raw", program, folder)
        script = os.path.join(os.path.dirname(os.path.abspath(__file__)),
                              "python_handles.py")
        self.python = peers.Peer("CPython", [python, "-B", script], folder)
        self.reference = self.python.ask("about")
        self.only = only
        self.rounds = rounds

    def timing(self, name, other):
        how = "raw" if other is self.raw else "ours"
        self.ours.ask("open", "ours", name)
        other.ask("open", how, name)
        return peers.measure(lambda n: self.ours.ask_int("run", n),
                             lambda n: other.ask_int("run", n), self.rounds,
                             TARGET_NS)

    def run(self, show):
        show("%-13s %8s %8s %4s %8s %4s" % (
            "workload", "ns", "of raw", "+-", "CPython", "+-"))
        closing = []
        for name, against, bar in WORKLOADS:
            if self.only and name not in self.only:
                continue
            raw = self.timing(name, self.raw) if against == "raw" else None
            python = self.timing(name, self.python)
            show("%-13s %8.0f %s %8.2f %3.0f%%" % (
                name, python.medians()[0],
                "%8.2f %3.0f%%" % (1 / raw.ratio, 100 * raw.spread)
                if raw else " " * 13, python.ratio, 100 * python.spread))
            closing.append(self.closing(name, raw, python, bar))
        return closing

    @staticmethod
    def closing(name, raw, python, bar):
        if raw:
            ratio = 1 / raw.ratio
            kept = ratio <= bar
        else:
            ratio = python.ratio
            kept = bar is None or ratio >= bar
        return "%s: %.2f of %s%s" % (name, ratio,
                                     "raw" if raw else "CPython",
                                     "" if kept else " (FALLS SHORT)")

    def close(self):
        for peer in (self.ours, self.raw, self.python):
            peer.close()
