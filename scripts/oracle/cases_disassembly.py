"""Cases of vectors/disassembly: from the corpus and the interpreters' replies.

pickletools is one file of Python for both of CPython's picklers, so only `py`
producers are recorded. Reads and writes nothing.
"""
import corpus_disassembly
import disassembly
import flags
import forms
import vectorfile
from recipe import shrink, shrink_result

TOPIC = "disassembly"


def files(oracles, recorded_cases, selected):
    """(path, text, cases) of each file whose name `selected` takes.

    recorded_cases(path) gives the cases of the committed file by id, for the
    outcomes of interpreters that are absent.
    """
    topics = [t for t in corpus_disassembly.topics()
              if selected("%s/%s" % (TOPIC, t.name))]
    names = dict(corpus_disassembly.NAMES)
    inputs = [eval(c.expr, names) for t in topics for c in t.cases]
    asks = [asks_of(t, c) for t in topics for c in t.cases]
    keys = [c.keys for t in topics for c in t.cases]
    if not topics:
        return
    replies = oracles.run(TOPIC, [
        {"op": "disassemble", "in": data.hex(), "asks": list(ask), "keys": key}
        for data, ask, key in zip(inputs, asks, keys)])
    at = 0
    for topic in topics:
        path = "%s/%s.json" % (TOPIC, topic.name)
        recorded = recorded_cases(path)
        rows = []
        for case in topic.cases:
            name = "%s/%s/%s" % (TOPIC, topic.name, case.slug)
            mine = {minor: r[at] for minor, r in replies.items()}
            rows.append(row_of(name, case, inputs[at], asks[at], mine,
                               recorded.get(name)))
            at += 1
        used = {f for c in topic.cases for f in c.flags}
        yield path, vectorfile.file_text(
            TOPIC, topic.name, topic.about, flags.table(used), rows), rows


def asks_of(topic, case):
    """What a case asks: layout is of dis alone, optimize shows no text."""
    if topic.name == "optimize":
        return ("optimize",)
    return ("dis",) if topic.name == "layout" else disassembly.ASKS


def shortened(form):
    out = {}
    for key, value in form.items():
        if key == "text":
            out[key] = shrink_result(value, value.encode("utf-8"))
        elif key == "bytes":
            out[key] = shrink_result(value, bytes.fromhex(value))
        else:
            out[key] = value
    return out


def row_of(name, case, data, asks, replies, old):
    expect = {}
    for ask in asks:
        outcomes = {}
        for producer, form in forms.split(
                (old or {"expect": {}})["expect"].get(ask, [])).items():
            if producer[1] not in replies:
                outcomes[producer] = form
        for minor, reply in replies.items():
            outcomes["py", minor] = shortened(reply[ask])
        expect[ask] = forms.merge(outcomes)
    row = {"id": name}
    if case.about:
        row["about"] = case.about
    row.update({"python": case.expr, "flags": sorted(set(case.flags)),
                "keys": case.keys, "caps": [], "in": shrink(data.hex()),
                "expect": expect})
    return row
