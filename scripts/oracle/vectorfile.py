"""Reading and writing vector files, ids.lock and MANIFEST.json.

Files are written in one canonical form: keys in a fixed order, one case a
line, so that a change of one case is a change of one line.
"""
import hashlib
import json
import os

SCHEMA = "pickleproof-vectors/1"
COMPACT = {"separators": (",", ":"), "ensure_ascii": True}


def dumps(value):
    return json.dumps(value, **COMPACT)


def file_text(topic, name, about, flags, cases):
    """The text of one vector file."""
    lines = ["{", '"schema": %s,' % dumps(SCHEMA), '"topic": %s,'
             % dumps(topic), '"name": %s,' % dumps(name),
             '"about": %s,' % dumps(about), '"flags": {']
    rows = ["  %s: %s" % (dumps(k), dumps(v)) for k, v in flags.items()]
    lines.append(",\n".join(rows))
    lines.append("},")
    lines.append('"cases": [')
    lines.append(",\n".join(dumps(case) for case in cases))
    lines.append("]")
    lines.append("}")
    return "\n".join(lines) + "\n"


def load(path):
    """A vector file, or None if there is none."""
    try:
        with open(path, encoding="ascii") as f:
            return json.load(f)
    except FileNotFoundError:
        return None


def write(path, text):
    """Write by way of a neighbour, so that no half-written file is left."""
    os.makedirs(os.path.dirname(path), exist_ok=True)
    draft = path + ".new"
    try:
        with open(draft, "w", encoding="ascii", newline="\n") as f:
            f.write(text)
        os.replace(draft, path)
    finally:
        if os.path.exists(draft):
            os.unlink(draft)


def prompt_digest(case):
    """What ids.lock keeps: the digest of all that a case asks."""
    topic = case["id"].split("/")[0]
    asked = {"keys": case.get("keys", {})}
    asked["in" if "in" in case else "python"] = (
        case["in"] if "in" in case else case["python"])
    asked["topic"] = topic
    data = json.dumps(asked, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(data.encode("ascii")).hexdigest()


def read_lock(path):
    try:
        with open(path, encoding="ascii") as f:
            return dict(line.split() for line in f if line.strip())
    except FileNotFoundError:
        return {}


def lock_text(lock):
    return "".join("%s %s\n" % row for row in sorted(lock.items()))
