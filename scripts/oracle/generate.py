"""The generator behind scripts/generate-vectors.

Asks every CPython found what it does with the corpus and writes vectors/, or
with --check compares. Reads scripts/oracle and vectors/, writes vectors/ only.
"""
import argparse
import concurrent.futures
import hashlib
import os
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
VECTORS = os.path.join(os.path.dirname(os.path.dirname(HERE)), "vectors")
sys.path.insert(0, HERE)

import cases                                            # noqa: E402
import interpreters                                     # noqa: E402
import manifest                                         # noqa: E402
import vectorfile                                       # noqa: E402
from schema import problems                             # noqa: E402

WANTED = [(2, 7)] + [(3, minor) for minor in interpreters.MINORS]


class Stop(Exception):
    """A message for the person at the terminal; exit code with it."""

    def __init__(self, message, code=1):
        Exception.__init__(self, message)
        self.code = code


def progress(text):
    if sys.stderr.isatty():
        sys.stderr.write("\r\033[K" + text)
        sys.stderr.flush()


def say(text):
    progress("")
    print(text, flush=True)


def version_name(version):
    return ".".join(map(str, version))


class Oracles(object):
    """All builds that take part, asked in parallel."""

    def __init__(self, only, jobs):
        table = interpreters.cpythons(interpreters.find())
        self.python2 = table.pop((2, 7), None)
        if only and "2.7" not in only:
            self.python2 = None
        self.builds = []
        for minor in sorted(table):
            if only and "%d.%d" % minor not in only:
                continue
            for version, path in table[minor]:
                self.builds.append((minor, version, path))
        self.jobs = jobs
        self.done = 0

    def present(self):
        found = {minor for minor, _, _ in self.builds}
        return found | ({(2, 7)} if self.python2 else set())

    def thin(self):
        """The minor versions of which a build that was recorded is absent."""
        here = {version_name(version) for _, version, _ in self.builds}
        recorded = manifest.read(VECTORS)["builds"]
        return {minor for minor in self.present()
                if set(recorded.get("%d.%d" % minor, ())) - here}

    def run(self, what, requests):
        """{minor: [reply, ...]}; two builds of a minor must agree."""
        self.done, total = 0, len(requests) * len(self.builds)
        start = time.time()

        def one(build):
            worker = interpreters.Worker(build[2])
            replies = []
            for request in requests:
                replies.append(worker.ask(request))
                self.done += 1
                if self.done % 200 == 0:
                    progress("%s: %d of %d" % (what, self.done, total))
            worker.close()
            return replies

        with concurrent.futures.ThreadPoolExecutor(self.jobs) as pool:
            answers = list(pool.map(one, self.builds))
        say("%s: %d requests to %d interpreters, %.1f s" % (
            what, len(requests), len(self.builds), time.time() - start))
        return self.agreed(requests, answers)

    def agreed(self, requests, answers):
        by_minor = {}
        for (minor, version, _), replies in zip(self.builds, answers):
            if minor not in by_minor:
                by_minor[minor] = (version, replies)
                continue
            other, mine = by_minor[minor]
            for i, (a, b) in enumerate(zip(mine, replies)):
                if a is None or b is None:
                    # A build may say that it cannot make a value.
                    mine[i] = replies[i] = b if a is None else a
                elif a != b and without_messages(a) == without_messages(b):
                    mine[i] = replies[i] = without_messages(a)
            bad = [row for row in zip(requests, mine, replies)
                   if row[1] != row[2]]
            if bad:
                shown = "\n".join("  %.300s\n    %.300s\n    %.300s" % row
                                  for row in bad[:20])
                raise Stop("CPython %s and %s differ in %d requests, so no "
                           "one form can be recorded for %d.%d:\n%s" % (
                               (version_name(other), version_name(version),
                                len(bad)) + minor + (shown,)))
        return {minor: replies for minor, (_, replies) in by_minor.items()}


def without_messages(reply):
    """A decode reply without texts for people, which builds may reword."""
    if not isinstance(reply, dict):
        return reply
    return {k: {n: v for n, v in form.items() if n != "message"}
            if isinstance(form, dict) else form
            for k, form in reply.items()}


def generator_digest():
    """One digest over all files of the generator."""
    total = hashlib.sha256()
    for name in sorted(os.listdir(HERE)):
        if name.endswith(".py"):
            with open(os.path.join(HERE, name), "rb") as f:
                total.update(name.encode() + b"\0" + f.read())
    return total.hexdigest()


def compare(path, new):
    """None, or what differs first between a file and its new text."""
    try:
        with open(path, encoding="ascii") as f:
            old = f.read()
    except FileNotFoundError:
        return "is missing"
    if old == new:
        return None
    for i, (a, b) in enumerate(zip(old.splitlines(), new.splitlines())):
        if a != b:
            at = next((k for k, (x, y) in enumerate(zip(a, b)) if x != y),
                      min(len(a), len(b)))
            return "line %d differs:\n  recorded: %s\n  now:      %s" % (
                i + 1, excerpt(a, at), excerpt(b, at))
    return "has another number of lines"


def excerpt(line, at):
    head = line[:60]
    return head + " ... " + line[max(60, at - 80):at + 160]


def check_lock(lock, old, allow):
    """Ids are permanent: report what vanished or changed its question."""
    if allow:
        return
    gone = sorted(set(old) - set(lock))
    changed = sorted(i for i in old if i in lock and lock[i] != old[i])
    if gone or changed:
        raise Stop("ids.lock: %d ids vanished, %d changed what they ask "
                   "(first: %s). An id is permanent: give the new question "
                   "a new id, or run with --change-ids before a release."
                   % (len(gone), len(changed), (gone + changed)[0]))


def parse_arguments(argv):
    parser = argparse.ArgumentParser(
        prog="generate-vectors", description="Record what CPython does into "
        "vectors/. Interpreters come from PICKLEPROOF_PYTHONS, PATH, pyenv and "
        "the cache of scripts/fetch-oracles.")
    parser.add_argument("--check", action="store_true",
                        help="write nothing; exit 1 if the files differ from "
                        "what the interpreters present do")
    parser.add_argument("--topic", action="append", metavar="T", help="only "
                        "this topic (encode) or file (encode/int), and the "
                        "decoder's inputs made of it")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--python", action="append", metavar="3.N",
                        help="only this version")
    parser.add_argument("--partial", action="store_true", help="generate "
                        "though interpreters are absent: their recorded "
                        "outcomes stay")
    parser.add_argument("--change-ids", action="store_true",
                        help="accept that ids vanish or change")
    options = parser.parse_args(argv)
    options.topic = cases.with_borrowers(options.topic)
    return options


def build(options):
    """The oracles, all files as {path: text}, and {id: digest}."""
    oracles = Oracles(options.python, options.jobs)
    present = oracles.present()
    absent = [v for v in WANTED if v not in present]
    if not oracles.builds:
        raise Stop("no CPython 3.8 or newer found; set PICKLEPROOF_PYTHONS", 3)
    say("interpreters: " + " ".join(
        version_name(v) for _, v, _ in oracles.builds))
    if absent:
        say("absent, so unverified: " + " ".join(map(version_name, absent)))
    if absent and not options.check and not options.partial:
        raise Stop("generation needs every version; run scripts/fetch-oracles "
                   "or keep their recorded outcomes with --partial", 3)
    try:
        files, lock = cases.build(oracles, VECTORS, options.topic)
    except (ValueError, interpreters.WorkerError) as error:
        raise Stop(str(error))
    return oracles, files, lock


def stale(files):
    """Files of a topic that the generator no longer makes."""
    found = []
    for topic in sorted({p.split("/")[0] for p in files if "/" in p}):
        for name in sorted(os.listdir(os.path.join(VECTORS, topic))):
            path = topic + "/" + name
            if name.endswith(".json") and path not in files:
                found.append(path)
    return found


def main(argv=None):
    options = parse_arguments(argv)
    oracles, files, lock = build(options)
    old_lock = vectorfile.read_lock(os.path.join(VECTORS, "ids.lock"))
    if options.topic:
        kept = {i: d for i, d in old_lock.items()
                if not cases.selected(i.rsplit("/", 1)[0], options.topic)}
        kept.update(lock)
        lock = kept
    check_lock(lock, old_lock, options.change_ids)
    bad = 0
    for path, text in sorted(files.items()):
        for problem in problems(text):
            bad += 1
            say("%s: %s" % (path, problem))
    if bad:
        raise Stop("%d problems against schema.json" % bad)
    files["ids.lock"] = vectorfile.lock_text(lock)
    return finish(options, oracles, files)


def manifest_text(options, oracles, files):
    """With --check the recorded builds and generator stay: other builds of a
    version, and a generator that gives the same, are no difference."""
    old = manifest.read(VECTORS)
    if options.check:
        return manifest.text(VECTORS, files, old["builds"],
                             old.get("generator"))
    return manifest.text(VECTORS, files, manifest.builds(oracles, old),
                         generator_digest())


def note_builds(oracles):
    """Say which builds are others than those the vectors were made with."""
    old = manifest.read(VECTORS)["builds"]
    for minor, version, _ in oracles.builds:
        recorded = old.get("%d.%d" % minor, [])
        if version_name(version) not in recorded:
            say("%s stands for what was recorded from %s" % (
                version_name(version), " ".join(recorded) or "nothing"))


def finish(options, oracles, files):
    files["MANIFEST.json"] = manifest_text(options, oracles, files)
    if options.check:
        note_builds(oracles)
    differing = 0
    for path in [] if options.topic else stale(files):
        say("vectors/%s is made by nothing; remove it" % path)
        differing += 1
    for path, text in sorted(files.items()):
        full = os.path.join(VECTORS, path)
        if not options.check:
            vectorfile.write(full, text)
            continue
        difference = compare(full, text)
        if difference:
            differing += 1
            say("vectors/%s %s" % (path, difference))
    if differing and not options.check:
        raise Stop("%d files are made by nothing" % differing)
    if options.check:
        say("%d files checked, %d differ" % (len(files), differing))
        return 1 if differing else 0
    total = sum(len(text) for text in files.values())
    say("%d files written, %.1f MB" % (len(files), total / 1e6))
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Stop as stop:
        sys.stderr.write("generate-vectors: %s\n" % stop)
        sys.exit(stop.code)
    except KeyboardInterrupt:
        sys.exit(130)
