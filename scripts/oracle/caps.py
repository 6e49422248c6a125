"""Which capabilities a case asks of a testee (harness/PROTOCOL.md).

Computed from the case's texts and keys; reads and writes nothing.
"""
import re

from recipe import expand

KEYS = {"fast": "fast", "many": "many", "fix_imports": "fiximports",
        "enc": "encoding", "errors": "encoding", "ext": "ext",
        "buffers": "buffers", "pid": "persid", "forking": "forking"}
_SURROGATE = re.compile(r"ed[ab][0-9a-f]")
_BUFFER = re.compile(r"(?:^|[(,;=])[rwRW](?=[0-9a-f]*(?:[,;)=]|$))")
_OBJECT = re.compile(r"(?:^|[(,;=])[gno](?=[(A-Za-z_%])")
_INT = re.compile(r"(?:^|[(,;=])i(-?)([0-9a-f]+)")
_TEXT = re.compile(r"u((?:[0-9a-f]{2})+)")


def of_text(recipe):
    """The capabilities one canonical text needs."""
    if isinstance(recipe, dict):
        return set()
    if recipe == "?":
        return {"expr"}
    text = expand(recipe)
    caps = set()
    if "*" in text or "^" in text:
        caps.add("ident")
    if _OBJECT.search(text):
        caps.add("object")
    if "p(" in text:
        caps.add("persid")
    if _BUFFER.search(text):
        caps.add("buffers")
    if any(len(d) > 16 or int(d, 16) >= 1 << 63
           for _, d in _INT.findall(text)):
        caps.add("bigint")
    for run in _TEXT.findall(text):
        if any(_SURROGATE.match(run, at) for at in range(0, len(run), 2)):
            caps.add("surrogate")
            break
    return caps


def of_case(texts, keys, extra=()):
    """The sorted list of capabilities of a case."""
    caps = set(extra)
    for text in texts:
        caps |= of_text(text)
    for key in keys:
        if key in KEYS:
            caps.add(KEYS[key])
    return sorted(caps)
