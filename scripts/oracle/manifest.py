"""vectors/MANIFEST.json: which interpreters took part, and how many cases.

`builds` names the builds of the last recording; a form names a version only,
because builds of a version that differ stop the generator. Reads vectors/.
"""
import glob
import json
import os


def counts(folder, files):
    """{topic: {file: cases}} over new texts and the files on disk."""
    table = {}
    paths = {os.path.relpath(p, folder).replace(os.sep, "/")
             for p in glob.glob(os.path.join(folder, "*", "*.json"))}
    for path in sorted(paths | {p for p in files if "/" in p}):
        text = files.get(path)
        if text is None:
            with open(os.path.join(folder, path), encoding="ascii") as f:
                text = f.read()
        topic, name = path[:-len(".json")].split("/")
        table.setdefault(topic, {})[name] = len(json.loads(text)["cases"])
    return table


def read(folder):
    try:
        with open(os.path.join(folder, "MANIFEST.json"),
                  encoding="ascii") as f:
            return json.load(f)
    except FileNotFoundError:
        return {"builds": {}}


def builds(oracles, old):
    """{"3.11": ["3.11.2", "3.11.7"]}; absent versions as recorded."""
    table = dict(old["builds"])
    present = list(oracles.builds) + [
        ((2, 7), version, path) for version, path in oracles.python2 or []]
    for minor in {m for m, _, _ in present}:
        table["%d.%d" % minor] = sorted(
            ".".join(map(str, v)) for m, v, _ in present if m == minor)
    return {k: table[k] for k in sorted(
        table, key=lambda k: tuple(map(int, k.split("."))))}


def text(folder, files, found, generator):
    """The text of MANIFEST.json."""
    cases = counts(folder, files)
    data = {"schema": "pickleproof-vectors/1", "builds": found,
            "generator": generator,
            "totals": {t: sum(c.values()) for t, c in cases.items()},
            "cases": cases}
    return json.dumps(data, indent=1, ensure_ascii=True) + "\n"
