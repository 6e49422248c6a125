"""From the corpus and the interpreters' replies to the vector files.

build() asks for everything a selection needs and returns the texts of the
files. Outcomes of absent interpreters are taken from the recorded files.
"""
import os

import caps
import cases_decode
import cases_disassembly
import cases_wire
import corpus
import corpus_reduction
import flags
import forms
import vectorfile
from opcodes import BY_NAME, used_names
from recipe import expand

IMPLS = ("c", "py")
# What only pickles of Python 2 have, and what needs more than 4 GiB.
NOT_WRITTEN = {"STRING", "BINSTRING", "SHORT_BINSTRING", "INST", "OBJ", "DUP",
               "BINUNICODE8", "BINBYTES8"}


def selected(name, wanted):
    """Whether encode/int is asked for by --topic."""
    return not wanted or any(
        name == w or name.startswith(w.rstrip("/") + "/") for w in wanted)


def with_borrowers(wanted):
    """--topic, and what is made of it: the decoder's inputs hold what the
    encoder's cases and ForkingPickler wrote, so they grow together."""
    found = list(wanted or ())
    for name in wanted or ():
        topic, _, file = name.rstrip("/").partition("/")
        if topic in ("encode", "reduction"):
            borrowed = "/forking" if topic == "reduction" else "/" + file
            found += [t + borrowed.rstrip("/") for t in cases_decode.TOPICS]
    return found


def build(oracles, folder, wanted):
    files, lock = {}, {}
    chosen = [t for t in corpus.topics() if selected("encode/" + t.name,
                                                     wanted)]
    encoded = {}
    if chosen:
        made = list(encode_files("encode", oracles, folder, chosen))
        add(files, lock, made)
        encoded = {path: {c["id"]: c for c in rows} for path, _, rows in made}
    made = reduction_files(oracles, folder, wanted)
    add(files, lock, made)
    encoded.update((path, {c["id"]: c for c in rows}) for path, _, rows in made)
    if not wanted or any(w.split("/")[0] in cases_decode.TOPICS
                         for w in wanted):
        made = list(cases_decode.files(
            oracles, lambda path: recorded_cases(folder, path),
            lambda name: selected(name, wanted),
            lambda name: encoded.get(name + ".json")
            or recorded_cases(folder, name + ".json")))
        add(files, lock, made)
        if not wanted:
            check_coverage(encoded, made)
    for module in (cases_disassembly, cases_wire):
        add(files, lock, module.files(
            oracles, lambda path: recorded_cases(folder, path),
            lambda name: selected(name, wanted)))
    return files, lock


def check_coverage(encoded, decode_made):
    """Every opcode decoded, and every one that CPython writes encoded."""
    rows = [row for _, _, rows in decode_made for row in rows]
    missing = cases_decode.missing_opcodes(rows)
    if missing:
        raise ValueError("no decode case has " + " ".join(missing))
    seen = set()
    for path, cases in encoded.items():
        for case in cases.values() if path.startswith("encode/") else ():
            for listed in case["expect"].values():
                for form in listed:
                    made = form.get("bytes", {})
                    if not isinstance(made, dict):
                        seen |= used_names(bytes.fromhex(expand(made)))
    missing = sorted(set(BY_NAME) - seen - NOT_WRITTEN)
    if missing:
        raise ValueError("no encode case gives " + " ".join(missing))


def add(files, lock, made):
    for path, text, rows in made:
        files[path] = text
        for case in rows:
            if case["id"] in lock:
                raise ValueError("id twice: " + case["id"])
            lock[case["id"]] = vectorfile.prompt_digest(case)


def reduction_files(oracles, folder, wanted):
    """(path, text, cases) of each file of vectors/reduction."""
    chosen = [t for t in corpus_reduction.topics()
              if selected("reduction/" + t.name, wanted)]
    return list(encode_files("reduction", oracles, folder, chosen)
                if chosen else [])


def encode_files(kind, oracles, folder, topics):
    """(path, text, cases) of each file of vectors/encode or its like."""
    asked = [(t, c) for t in topics for c in t.cases]
    replies = oracles.run(kind, [
        {"op": "encode", "expr": c.expr, "keys": c.keys, "text": c.text,
         "only": list(c.only)} for _, c in asked])
    thin = oracles.thin()
    at = 0
    for topic in topics:
        path = "%s/%s.json" % (kind, topic.name)
        recorded = recorded_cases(folder, path)
        rows = []
        for case in topic.cases:
            # What no build here can make, an absent one of its minor may have.
            mine = {minor: r[at] for minor, r in replies.items()
                    if r[at] is not None or minor not in thin}
            at += 1
            name = "%s/%s/%s" % (kind, topic.name, case.slug)
            rows.append(encode_case(name, case, mine, recorded.get(name)))
        used = {f for c in topic.cases for f in c.flags}
        yield path, vectorfile.file_text(
            kind, topic.name, topic.about, flags.table(used), rows), rows


def recorded_cases(folder, path):
    old = vectorfile.load(os.path.join(folder, path))
    return {c["id"]: c for c in old["cases"]} if old else {}


def encode_outcomes(case, replies, old):
    """{protocol: {producer: (text recipe, outcome)}}."""
    table = {str(p): {} for p in case.only}
    if old is not None:
        for proto, listed in old["expect"].items():
            for producer, outcome in forms.split(listed).items():
                if producer[1] not in replies and proto in table:
                    outcome = dict(outcome)
                    text = old["values"][outcome.pop("value")]
                    table[proto][producer] = (text, outcome)
    for minor, reply in replies.items():
        if reply is None:
            continue
        for proto, (text, made, *py) in reply.items():
            pair = [(text, made)] + ([tuple(
                x if x is not None else y for x, y in zip(py, (text, made)))]
                if py else [])
            for impl, (t, m) in zip(IMPLS, pair):
                table[proto][impl, minor] = (t, m)
    return table


def encode_case(name, case, replies, old):
    table = encode_outcomes(case, replies, old)
    values = []
    expect = {}
    for proto, outcomes in table.items():
        rows = {}
        for producer in sorted(outcomes, key=forms.order):
            text, made = outcomes[producer]
            if text not in values:
                values.append(text)
            row = {"value": values.index(text)}
            row.update(made)
            rows[producer] = row
        expect[proto] = forms.merge(rows)
    row = {"id": name}
    if case.about:
        row["about"] = case.about
    row["python"] = case.expr
    row["flags"] = sorted(set(case.flags))
    row["keys"] = case.keys
    row["caps"] = caps.of_case(
        values, case.keys, {"import"} if "IMPORT" in case.flags else ())
    row["values"] = values
    row["expect"] = expect
    return row
