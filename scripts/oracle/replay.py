"""Put the vectors to a testee and count what it gets right.

usage: replay.py [--impl c|py] [--topic T] PYTHON
Runs harness/testees/python/testee.py in that Python and compares each reply
with the form of its own version. A small stand-in for the runner, to check the
testee and the vectors by themselves. Reads vectors/, writes nothing.
"""
import argparse
import glob
import hashlib
import json
import os
import subprocess
import sys
import threading
import time

import forms
from recipe import expand

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))))
TESTEE = os.path.join(ROOT, "harness", "testees", "python", "testee.py")


def matches(recipe, text, raw):
    """Whether a text is what a recipe or a digest says."""
    if isinstance(recipe, dict):
        data = bytes.fromhex(text) if raw else text.encode("ascii")
        return (len(data) == recipe["len"] and recipe["sha256"]
                == hashlib.sha256(data).hexdigest())
    return expand(recipe) == text


def requests(case, topic):
    """(request without its id, the forms to expect) of a case."""
    keys = " ".join("%s=%s" % kv for kv in sorted(case["keys"].items()))
    if topic == "encode":
        expr = case["python"].encode("utf-8").hex()
        for proto, listed in case["expect"].items():
            text = expand(case["values"][listed[0]["value"]])
            yield ("dump proto=%s %s expr=%s v:%s" % (
                proto, keys, expr, text), listed)
    elif topic in ("decode", "malformed"):
        yield ("load used=1 %s x:%s" % (keys, expand(case["in"])),
               case["expect"])
    else:
        for op, listed in case["expect"].items():
            yield "%s %s x:%s" % (op, keys, expand(case["in"])), listed


def agrees(words, form):
    """Whether a reply is the form."""
    if "error" in form:
        return words[0] == "err" and words[1] == form["error"]
    if words[0] != "ok":
        return False
    for key in ("bytes", "text"):
        if key in form:
            data = words[1][2:]
            if key == "text":
                data = bytes.fromhex(data).decode("utf-8", "surrogatepass")
            return matches(form[key], data, key == "bytes")
    values = form.get("values", [form.get("value")])
    return words[-1] == "used=%d" % form["used"] and (
        len(words) == len(values) + 2) and all(
            matches(v, w, False) for v, w in zip(values, words[1:]))


def collect(topic, producer):
    """[(id, request, form)] for one producer."""
    found = []
    for path in sorted(glob.glob(os.path.join(ROOT, "vectors", "*",
                                              "*.json"))):
        with open(path, encoding="ascii") as f:
            data = json.load(f)
        if topic and not (data["topic"] + "/" + data["name"]).startswith(
                topic):
            continue
        for case in data["cases"]:
            for request, listed in requests(case, data["topic"]):
                form = forms.split(listed).get(producer)
                if form is not None:
                    found.append((case["id"], request, form))
    return found


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--impl", default="c")
    parser.add_argument("--topic")
    parser.add_argument("--shown", type=int, default=20)
    parser.add_argument("python")
    options = parser.parse_args()
    process = subprocess.Popen(
        [options.python, TESTEE, "--impl", options.impl],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    process.stdin.write(b"hello pickleproof/1\n")
    process.stdin.flush()
    hello = process.stdout.readline().decode("ascii")
    version = hello.split("version=")[1].split()[0]
    producer = (options.impl, tuple(map(int, version.split(".")[:2])))
    asked = collect(options.topic, producer)
    start = time.time()
    threading.Thread(target=feed, args=(process, asked)).start()
    bad = 0
    for i, (name, request, form) in enumerate(asked):
        words = process.stdout.readline().decode("ascii").split()
        if words[:1] != [str(i)] or not agrees(words[1:], form):
            bad += 1
            if bad <= options.shown:
                print("%s\n  asked    %s\n  expected %s\n  got      %s" % (
                    name, request[:300], str(form)[:300],
                    " ".join(words)[:300]))
            if not words:
                break
    took = time.time() - start
    print("%s %s: %d passed, %d failed (%d a second)" % (
        options.impl, version, len(asked) - bad, bad, len(asked) / took))
    return bad > 0


def feed(process, asked):
    for i, (_, request, _) in enumerate(asked):
        process.stdin.write(b"%d %s\n" % (i, request.encode("ascii")))
        process.stdin.flush()
    process.stdin.write(b"bye\n")
    process.stdin.close()


if __name__ == "__main__":
    sys.exit(main())
