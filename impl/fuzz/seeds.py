#!/usr/bin/env python3
"""Write the inputs of the vectors as a corpus for the targets.

usage: seeds.py VECTORS FOLDER"""
import glob
import json
import os
import sys

OPTIONS = b"\x05\x02"       # CPython 3.13, the C unpickler
MOST = 4096


def cases(vectors, *topics):
    for topic in topics:
        for path in sorted(glob.glob(os.path.join(vectors, topic, "*.json"))):
            with open(path, encoding="utf-8") as stream:
                yield from json.load(stream)["cases"]


def inputs(vectors, *topics):
    for case in cases(vectors, *topics):
        if isinstance(case.get("in"), str):
            yield bytes.fromhex(case["in"])


def texts(vectors):
    for case in cases(vectors, "encode", "reduction"):
        for text in case.get("values", ()):
            if isinstance(text, str):       # not a recipe
                yield text.encode("ascii")


def write(folder, made):
    os.makedirs(folder, exist_ok=True)
    for number, data in enumerate(made):
        if len(data) <= MOST:
            with open(os.path.join(folder, "%05d" % number), "wb") as stream:
                stream.write(data)


def main(vectors, folder):
    pickles = list(inputs(vectors, "decode", "malformed", "disassembly"))
    write(os.path.join(folder, "decode"),
          (OPTIONS + b"\x04" + data for data in pickles))
    write(os.path.join(folder, "dis"), (OPTIONS + data for data in pickles))
    write(os.path.join(folder, "text"), texts(vectors))
    write(os.path.join(folder, "peer"),
          (bytes([how << 3 | 5]) + data
           for how in range(5) for data in inputs(vectors, "wire")))


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(*sys.argv[1:])
