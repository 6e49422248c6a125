"""Put the vectors to a testee and count what it gets right.

usage: replay.py [--impl c|py] [--topic T] [--text] PYTHON
Runs harness/testees/python/testee.py in that Python and compares each reply
with the form of its own version. A small stand-in for the runner, to check the
testee and the vectors by themselves. With --text the encode cases are asked
without their expressions, so that the same interpreter must write the same
bytes from the canonical text: this checks the texts. Reads vectors/.
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


# Where an interpreter cannot be given what a text says.
NOT_FROM_TEXT = {
    "encode/frozenset/order-negative": "the order of a set cannot be set",
    "encode/set/order-negative": "the order of a set cannot be set",
    "encode/global/nested-name-str": "the str of this name is not interned",
    "encode/global/not-the-same-object": "the error is in the look-up",
    "encode/hooks/table-str": "the error is in the look-up",
    "encode/reduce/returns-str": "the error is in the look-up",
    "encode/identity/one-char-two-ways": "strs of one character are shared",
    "encode/identity/slot-names": "strs of one character are shared",
    "encode/identity/one-byte-of-bytearray": "single bytes are shared",
    "encode/bytes/shared-one": "single bytes are shared",
    "encode/bytes/nested": "single bytes are shared",
    "encode/persid/class-outside": "the class of an object is outside",
    "encode/bytearray/bytes-then-bytearray": "single bytes are shared",
    "encode/bytearray/bytearray-then-bytes": "single bytes are shared",
    "reduction/partial/lru-cache": "the error is in the look-up",
    "reduction/plain-partial/lru-cache": "the error is in the look-up",
}


def matches(recipe, text, raw):
    """Whether a text is what a recipe or a digest says."""
    if isinstance(recipe, dict):
        data = bytes.fromhex(text) if raw else text.encode("ascii")
        return (len(data) == recipe["len"] and recipe["sha256"]
                == hashlib.sha256(data).hexdigest())
    return expand(recipe) == text


def requests(case, topic, producer, text):
    """(request without its id, the forms to expect) of a case."""
    keys = " ".join("%s=%s" % kv for kv in sorted(case["keys"].items()))
    if topic in ("encode", "reduction"):
        expr = "expr=" + case["python"].encode("utf-8").hex()
        if text:
            expr = ""
        for proto, listed in case["expect"].items():
            form = forms.split(listed).get(producer, listed[0])
            value = expand(case["values"][form["value"]])
            if text and (value == "?" or case["id"] in NOT_FROM_TEXT):
                continue
            yield ("dump proto=%s %s %s v:%s" % (proto, keys, expr, value),
                   listed)
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


def collect(topic, producer, text):
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
            for request, listed in requests(case, data["topic"], producer,
                                            text):
                form = forms.split(listed).get(producer)
                if form is not None:
                    found.append((case["id"], request, form))
    return found


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--impl", default="c")
    parser.add_argument("--topic")
    parser.add_argument("--shown", type=int, default=5)
    parser.add_argument("--text", action="store_true")
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
    if options.text:
        options.topic = options.topic or "encode"
    asked = collect(options.topic, producer, options.text)
    start = time.time()
    threading.Thread(target=feed, args=(process, asked)).start()
    bad = absent = 0
    for i, (name, request, form) in enumerate(asked):
        words = process.stdout.readline().decode("ascii").split()
        if options.text and words[1:2] == ["na"]:
            absent += 1
        elif words[:1] != [str(i)] or not agrees(words[1:], form):
            bad += 1
            if bad <= options.shown:
                print("%s\n  asked    %s\n  expected %s\n  got      %s" % (
                    name, request[:300], str(form)[:300],
                    " ".join(words)[:300]))
            if not words:
                break
    took = time.time() - start
    print("%s %s: %d passed, %d failed, %d skipped (%d a second)" % (
        options.impl, version, len(asked) - bad - absent, bad, absent,
        len(asked) / took))
    return bad > 0


def feed(process, asked):
    for i, (_, request, _) in enumerate(asked):
        process.stdin.write(b"%d %s\n" % (i, request.encode("ascii")))
        process.stdin.flush()
    process.stdin.write(b"bye\n")
    process.stdin.close()


if __name__ == "__main__":
    sys.exit(main())
