"""What connection_interop.py and handles_interop.py share: counting. For any
Python from 3.8 on, standard library only."""
import sys

VERSION = sys.version_info[0] * 100 + sys.version_info[1]
results = {"passed": 0, "failed": 0, "skipped": 0}


def check(good, name, *shown):
    results["passed" if good else "failed"] += 1
    if not good:
        print("FAIL", name, *shown)


def skip(name, why):
    results["skipped"] += 1
    print("skip %s: %s" % (name, why))


def closing(name):
    """Print the closing line; what the process exits with."""
    print("%s: %d passed, %d failed, %d skipped" % (
        name, results["passed"], results["failed"], results["skipped"]))
    return results["failed"] != 0
