"""Which Pythons are on this machine, and a worker process in each.

Looks at PICKLEPROOF_PYTHONS (a list separated like PATH), at PATH, at pyenv and
at the cache of scripts/fetch-oracles. Writes nothing.
"""
import glob
import json
import os
import subprocess
import sys
import threading

MINORS = tuple(range(8, 16))
PROBE = ("import sys, platform; print('%s %d %d %d' % ((platform."
         "python_implementation(),) + tuple(sys.version_info[:3])))")
HERE = os.path.dirname(os.path.abspath(__file__))


class WorkerError(Exception):
    pass


def cache_dir():
    base = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    return os.path.join(base, "pickleproof", "oracles")


def candidates():
    """Paths that may be a Python, in order of preference."""
    for path in os.environ.get("PICKLEPROOF_PYTHONS", "").split(os.pathsep):
        if path:
            yield path
    for name in run(["pyenv", "versions", "--bare"]).split():
        root = run(["pyenv", "root"]).strip()
        for exe in ("python3", "python"):
            yield os.path.join(root, "versions", name, "bin", exe)
    for folder in os.environ.get("PATH", "").split(os.pathsep):
        if folder.endswith("shims"):
            continue
        for minor in MINORS:
            yield os.path.join(folder, "python3.%d" % minor)
        for name in ("python2.7", "python3", "pypy3"):
            yield os.path.join(folder, name)
    for path in sorted(glob.glob(os.path.join(cache_dir(), "*", "python"))):
        yield path


def run(command):
    try:
        return subprocess.run(command, stdout=subprocess.PIPE, timeout=60,
                              stderr=subprocess.DEVNULL,
                              stdin=subprocess.DEVNULL,
                              universal_newlines=True).stdout
    except (OSError, subprocess.SubprocessError):
        return ""


def find():
    """[(kind, (major, minor, micro), path)]; one of each real file."""
    seen, found = set(), []
    for path in candidates():
        real = os.path.realpath(path)
        if real in seen or not os.access(path, os.X_OK):
            continue
        seen.add(real)
        words = run([path, "-c", PROBE]).split()
        if len(words) == 4:
            found.append((words[0], tuple(map(int, words[1:])), path))
    return found


def cpythons(found):
    """{(3, minor): [(version, path)]}, one build of each micro version."""
    table = {}
    for kind, version, path in found:
        if kind != "CPython":
            continue
        minor = version[:2]
        if minor != (2, 7) and (minor[0] != 3 or minor[1] not in MINORS):
            continue
        builds = table.setdefault(minor, [])
        if all(v != version for v, _ in builds):
            builds.append((version, path))
    return table


def clean_environment():
    keep = {k: v for k, v in os.environ.items()
            if not k.startswith("PYTHON") and k != "LC_ALL"}
    keep.update(PYTHONHASHSEED="0", PYTHONDONTWRITEBYTECODE="1",
                PYTHONIOENCODING="utf-8", LC_ALL="C")
    return keep


class Worker(object):
    """One interpreter that answers requests; started anew after a death."""

    def __init__(self, path, timeout=120):
        self.path = path
        self.timeout = timeout
        self.process = None

    def start(self):
        self.process = subprocess.Popen(
            [self.path, os.path.join(HERE, "worker.py")],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=HERE,
            # Some versions complain there about buffers that outlive their
            # bytearray, which malformed pickles bring about.
            stderr=None if "PICKLEPROOF_DEBUG" in os.environ
            else subprocess.DEVNULL, env=clean_environment())

    def ask(self, request):
        if self.process is None:
            self.start()
        timer = threading.Timer(self.timeout, self.process.kill)
        timer.start()
        try:
            data = json.dumps(request) + "\n"
            self.process.stdin.write(data.encode("ascii"))
            self.process.stdin.flush()
            line = self.process.stdout.readline()
        except OSError:
            line = b""
        finally:
            timer.cancel()
        if not line:
            code = self.process.wait()
            self.process = None
            raise WorkerError("%s ended (status %s) on %s" % (
                self.path, code, json.dumps(request)[:300]))
        return json.loads(line.decode("ascii"))

    def close(self):
        if self.process is not None:
            self.process.stdin.close()
            self.process.wait()
            self.process = None


def peers(found):
    """One interpreter a version, as takes part in scenarios: paths, and the
    names of versions that are not here."""
    table = cpythons(found)
    here = [table[3, m][0][1] for m in MINORS if (3, m) in table]
    absent = ["CPython 3.%d" % m for m in MINORS if (3, m) not in table]
    pypy = [path for kind, version, path in found
            if kind == "PyPy" and version[0] == 3]
    return here + pypy[:1], absent + ([] if pypy else ["PyPy"])


def main(args):
    found = find()
    if args == ["--peers"]:
        here, absent = peers(found)
        sys.stdout.write("".join(path + "\n" for path in here))
        if absent:
            sys.stderr.write("not run: no %s here\n" % ", no ".join(absent))
        return
    for kind, version, path in found:
        sys.stdout.write("%s %d.%d.%d %s\n" % ((kind,) + version + (path,)))


if __name__ == "__main__":
    main(sys.argv[1:])
