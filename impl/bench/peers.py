"""Processes that are timed in turns. A peer is any program that answers command
lines as peer.c and python_peer.py do; measure() interleaves them A B A B, so
that both meet the same noise, and takes ratios within a round.

Reads and writes only pipes; imported by the suites of scripts/bench."""

import os
import statistics
import subprocess


TURNS = 3


class PeerError(Exception):
    """A peer ended or answered `error`."""


def share_a_cpu():
    """Called in each peer as it starts: all of them on one CPU. They take turns,
    and what else the machine does then hits them alike."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, [max(os.sched_getaffinity(0))])


class Peer:
    """One process and its pipe."""

    def __init__(self, name, command, folder):
        self.name = name
        self.process = subprocess.Popen(
            command, cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            universal_newlines=True, preexec_fn=share_a_cpu)

    def ask(self, *words):
        """Send a command, return what follows `ok`."""
        line = " ".join(map(str, words))
        try:
            self.process.stdin.write(line + "\n")
            self.process.stdin.flush()
            answer = self.process.stdout.readline()
        except OSError:
            answer = ""
        if not answer.startswith("ok"):
            raise PeerError("%s: %s: %s" % (self.name, line,
                                            answer.strip() or "it ended"))
        return answer[2:].strip()

    def ask_int(self, *words):
        return int(self.ask(*words).split()[0])

    def close(self):
        self.process.stdin.close()
        self.process.wait()
        self.process.stdout.close()


class Timing:
    """Nanoseconds an operation, a round a number, for two subjects."""

    def __init__(self, ours, theirs):
        self.ours, self.theirs = ours, theirs
        self.ratios = [b / a for a, b in zip(ours, theirs)]

    @property
    def ratio(self):
        return statistics.median(self.ratios)

    @property
    def spread(self):
        """Half the distance between the quartiles of the ratios, as a part of
        their median."""
        low, _, high = statistics.quantiles(self.ratios, n=4)
        return (high - low) / 2 / self.ratio

    def medians(self):
        return statistics.median(self.ours), statistics.median(self.theirs)


def calibrate(run, target_ns):
    """How often to repeat so that one timing takes about target_ns. Also the
    warm-up: nothing timed here is counted."""
    n = 1
    while True:
        took = max(1, run(n))
        if took >= target_ns / 4 or n >= 1 << 24:
            return max(1, int(n * target_ns / took))
        n *= 4


def measure(ours, theirs, rounds, target_ns):
    """Time two functions run(n) -> ns in turns. A round is TURNS short turns of
    each; its figure is the best of them, so that a disturbance of a few
    milliseconds does not count."""
    runs = (ours, theirs)
    counts = [calibrate(run, target_ns / TURNS) for run in runs]
    rows = []
    for number in range(rounds):
        best = [float("inf"), float("inf")]
        for turn in range(TURNS):
            # Who begins changes from turn to turn.
            for i in (0, 1) if (number + turn) % 2 == 0 else (1, 0):
                best[i] = min(best[i], runs[i](counts[i]) / counts[i])
        rows.append(best)
    return Timing([row[0] for row in rows], [row[1] for row in rows])


def geomean(numbers):
    return statistics.geometric_mean(numbers)
