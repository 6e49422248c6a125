"""The suite of values: decode and encode each workload against the fastest
CPython present, then memory and the speed of the suite itself.

Writes pickles into the work folder it is given; the C side reads them there.
Returns lines of text; bench.py prints them."""

import os
import re
import statistics
import subprocess
import time

import peers
import workloads

ROUNDS = 9
TARGET_NS = 40 * 10 ** 6
PROTOCOLS = (4, 5)
# Which interpreter is the fastest is decided on these, so often a turn.
PROBE = {"a_dict": 500, "a_group": 100, "c_strs": 1, "d_dict": 1, "g_deep": 50,
         "h_objs": 1, "j_msg": 5000}
PROBE_TURNS = 9


class Bench:
    def __init__(self, binary, pythons, folder, only=None, rounds=ROUNDS):
        self.folder = folder
        self.only = only
        self.rounds = rounds
        self.ours = peers.Peer("C", [os.path.join(binary, "pickle_bench")],
                               folder)
        self.python, self.reference = self.fastest(pythons)
        self.rows = []

    def start_python(self, path):
        script = os.path.join(os.path.dirname(os.path.abspath(__file__)),
                              "python_peer.py")
        return peers.Peer("CPython", [path, "-B", script], self.folder)

    def fastest(self, pythons):
        """The interpreter with the best geometric mean of its best times, all
        taking turns."""
        candidates = [self.start_python(path) for path in pythons]
        if not candidates:
            raise peers.PeerError("no CPython found to compare with")
        best = [[] for _ in candidates]
        for name in PROBE:
            for peer in candidates:
                peer.ask("open", name, 4)
            for command in (("decode",), ("encode", 4)):
                scores = [float("inf")] * len(candidates)
                for _ in range(PROBE_TURNS):
                    for i, peer in enumerate(candidates):
                        scores[i] = min(scores[i], peer.ask_int(
                            command[0], PROBE[name], *command[1:]))
                for i, score in enumerate(scores):
                    best[i].append(score)
        order = sorted(range(len(candidates)),
                       key=lambda i: peers.geomean(best[i]))
        for i in order[1:]:
            candidates[i].close()
        self.path = pythons[order[0]]
        return candidates[order[0]], candidates[order[0]].ask("about")

    def names(self):
        names = [name for name in workloads.BY_NAME]
        names.insert(names.index("f_bytes") + 1, "f_oob")
        return [name for name in names if not self.only or name in self.only]

    def run_workload(self, name, protocol):
        self.python.ask("open", name, protocol)
        pickled = "%s.%d.pickle" % (name, protocol)
        oob = ["f_oob.payload"] if name == "f_oob" else []
        size = self.ours.ask_int("open", pickled, *oob)
        # A benchmark of wrong bytes would be worth nothing.
        self.ours.ask("verify", protocol)
        row = {"name": name, "protocol": protocol, "size": size}
        for what in ("decode", "encode"):
            tail = (protocol,) if what == "encode" else ()
            row[what] = peers.measure(
                lambda n: self.ours.ask_int(what, n, *tail),
                lambda n: self.python.ask_int(what, n, *tail),
                self.rounds, TARGET_NS)
        os.remove(os.path.join(self.folder, pickled))
        self.rows.append(row)
        return row

    def run(self, show):
        show("%-8s p  %10s  %21s  %21s" % (
            "", "bytes", "decode  (C ns) spread", "encode  (C ns) spread"))
        for name in self.names():
            for protocol in PROTOCOLS:
                if name == "f_oob" and protocol < 5:
                    continue
                row = self.run_workload(name, protocol)
                show("%-8s %d  %10d  %s  %s" % (
                    name, protocol, row["size"], cell(row["decode"]),
                    cell(row["encode"])))

    def closing(self, what):
        rows = [row for row in self.rows
                if row["name"] not in workloads.APART]
        if not rows:
            return None
        mean = peers.geomean([row[what].ratio for row in rows])
        low = min(rows, key=lambda row: row[what].ratio)
        return "%s: geomean %.2f, lowest %.2f (%s)" % (
            what, mean, low[what].ratio, low["name"])

    def memory(self):
        """Lines about what documents take, each with its bar and whether it
        was kept."""
        for name in ("b_ints", "e_recs", "f_bytes"):
            self.python.ask("open", name, 4)
            pickled = "%s.4.pickle" % name
            self.ours.ask("open", pickled)
            if name == "f_bytes":
                yield self.payload_copies()
                total = int(self.ours.ask("borrow").split()[2])
                # Nothing for the payload: what is left does not grow with it.
                yield claim("f_bytes: decode that borrows allocates %d bytes "
                            "in all" % total, total < 2 ** 17)
            else:
                kept, peak, _ = map(int, self.ours.ask("memory").split())
                if name == "b_ints":
                    each = kept / 10 ** 6
                    yield claim("b_ints: %.2f bytes an element (peak %.2f)"
                                % (each, peak / 10 ** 6), each <= 9)
                else:
                    part = 100 * kept / self.python.ask_int("memory")
                    yield claim("e_recs: %.1f %% of CPython's memory "
                                "(%d bytes)" % (part, kept), part <= 60)
            os.remove(os.path.join(self.folder, pickled))

    def payload_copies(self):
        """f_bytes: encode against one memcpy of the payload, both to memory
        that is warm."""
        self.ours.ask("encode", 2, 4)
        timing = peers.measure(lambda n: self.ours.ask_int("encode", n, 4),
                               lambda n: self.ours.ask_int("memcpy", n),
                               self.rounds, 2 * TARGET_NS)
        return claim("f_bytes: encode takes %.2f of one memcpy"
                     % (1 / timing.ratio), 1 / timing.ratio <= 1.15)

    def close(self):
        self.ours.close()
        self.python.close()


def cell(timing):
    return "%6.2f %9.0f %3.0f%%" % (timing.ratio, timing.medians()[0],
                                    100 * timing.spread)


def claim(text, kept):
    return "%s: %s" % (text, "ok" if kept else "FALLS SHORT")


def suite_speed(binary):
    """How fast the runner starts, and puts 30,000 checks to the C testee."""
    runner = os.path.join(binary, "pickleproof")
    if not os.access(runner, os.X_OK):
        return
    starts = []
    for _ in range(21):
        start = time.perf_counter()
        subprocess.run([runner, "version"], stdout=subprocess.DEVNULL,
                       check=True)
        starts.append(1000 * (time.perf_counter() - start))
    start_ms = statistics.median(starts)
    yield claim("runner: starts in %.1f ms" % start_ms, start_ms < 5)
    times, checks = [], 0
    for _ in range(3):
        start = time.perf_counter()
        out = subprocess.run([runner, "run", "--profile", "all"],
                             stdout=subprocess.PIPE, universal_newlines=True)
        times.append(time.perf_counter() - start)
        counts = re.search(r"^pickleproof: (\d+) passed, (\d+) failed",
                           out.stdout, re.M)
        if not counts:
            yield claim("suite: the runner did not come to its end", False)
            return
        checks = int(counts[1]) + int(counts[2])
    seconds = statistics.median(times) * 30000 / checks
    yield claim("suite: %d checks in %.2f s, 30000 in %.2f s"
                % (checks, statistics.median(times), seconds), seconds < 5)
