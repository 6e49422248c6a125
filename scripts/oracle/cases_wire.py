"""Cases of vectors/wire: from the corpus and the interpreters' replies.

multiprocessing is Python around either pickler, so only `py` producers are
recorded. Reads and writes nothing.
"""
import corpus_wire
import flags
import forms
import vectorfile
from recipe import shrink

TOPIC = "wire"
HANDLES = ("serve", "recvfds", "sendfds")


def files(oracles, recorded_cases, selected):
    """(path, text, cases) of each file whose name `selected` takes; as
    cases_disassembly.files()."""
    topics = [t for t in corpus_wire.topics()
              if selected("%s/%s" % (TOPIC, t.name))]
    if not topics:
        return
    asked = [(corpus_wire.OPERATIONS[t.name], c,
              eval(c.expr, dict(corpus_wire.NAMES)))
             for t in topics for c in t.cases]
    replies = oracles.run(TOPIC, [
        {"op": "wire", "ask": ask, "in": data.hex(), "keys": case.keys}
        for ask, case, data in asked])
    at = 0
    for topic in topics:
        path = "%s/%s.json" % (TOPIC, topic.name)
        recorded = recorded_cases(path)
        rows = []
        for case in topic.cases:
            name = "%s/%s/%s" % (TOPIC, topic.name, case.slug)
            mine = {minor: r[at] for minor, r in replies.items()}
            rows.append(row_of(name, asked[at], mine, recorded.get(name)))
            at += 1
        used = {f for c in topic.cases for f in c.flags}
        yield path, vectorfile.file_text(
            TOPIC, topic.name, topic.about, flags.table(used), rows), rows


def shortened(form):
    return dict(form, words=[shrink(word) for word in form["words"]])


def outcomes_of(ask, replies, old):
    """{producer: form}; absent versions as they were recorded."""
    outcomes = {}
    listed = (old or {"expect": {}})["expect"].get(ask, [])
    for producer, form in forms.split(listed).items():
        if producer[1] not in replies:
            outcomes[producer] = form
    for minor, reply in replies.items():
        if reply[ask] is not None:
            outcomes["py", minor] = shortened(reply[ask])
    return outcomes


def row_of(name, asked, replies, old):
    ask, case, data = asked
    row = {"id": name}
    if case.about:
        row["about"] = case.about
    row.update({
        "python": case.expr, "flags": sorted(set(case.flags)),
        "keys": case.keys, "caps": ["fds"] if ask in HANDLES else ["wire"],
        "in": shrink(data.hex()),
        "expect": {ask: forms.merge(outcomes_of(ask, replies, old))}})
    return row
