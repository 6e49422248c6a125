"""Cases of vectors/decode and vectors/malformed.

An input that every producer accepts is a decode case, any other a malformed
one; a case once recorded stays where it is. Reads vectors/, writes nothing.
"""
import json
import os
import subprocess

import caps
import corpus
import corpus_reduction
import flags
import forms
import inputs
import interpreters
import vectorfile
from inputs_encoded import PYTHON2_ABOUT
from opcodes import BY_NAME, used_names
from recipe import expand, shrink

TOPICS = ("decode", "malformed")


def files(oracles, recorded, selected, encode_rows):
    """(path, text, cases) of the files that `selected` takes.

    recorded(path) gives the committed cases by id; encode_rows(name) the
    cases of an encode or reduction file, new or committed.
    """
    groups = [g for g in all_groups(oracles, recorded, encode_rows)
              if any(selected("%s/%s" % (t, g.name)) for t in TOPICS)]
    asked = [(g, i) for g in groups for i in g.inputs]
    replies = oracles.run("decode", [
        {"op": "decode", "in": i.data.hex(), "keys": i.keys}
        for _, i in asked])
    check_refused(asked, replies)
    thin = oracles.thin()
    at = 0
    for group in groups:
        old = {t: recorded("%s/%s.json" % (t, group.name)) for t in TOPICS}
        made = {t: [] for t in TOPICS}
        for given in group.inputs:
            mine = {minor: r[at] for minor, r in replies.items()}
            at += 1
            topic, row = row_of(group, given, mine, old, thin)
            made[topic].append(row)
        for topic in TOPICS:
            if made[topic]:
                yield file_of(topic, group, made[topic])


def check_refused(asked, replies):
    """Inputs may name harmless modules only, for the sake of naive ports."""
    bad = ["%s/%s names %s" % (group.name, given.slug, reply["refused"])
           for listed in replies.values()
           for (group, given), reply in zip(asked, listed)
           if "refused" in reply]
    if bad:
        raise ValueError("no vector may name these:\n" + "\n".join(
            sorted(set(bad))))


def file_of(topic, group, rows):
    used = {f for row in rows for f in row["flags"]}
    return "%s/%s.json" % (topic, group.name), vectorfile.file_text(
        topic, group.name, group.about, flags.table(used), rows), rows


def all_groups(oracles, recorded, encode_rows):
    groups = inputs.groups(
        written("encode", corpus.topics(), encode_rows),
        python2_rows(oracles),
        written("reduction", corpus_reduction.forking(), encode_rows))
    if not oracles.python2:
        group = recorded_group("python2", PYTHON2_ABOUT, recorded)
        if group.inputs:
            groups.append(group)
    return groups


def written(kind, topics, encode_rows):
    """(topic, [(case, expect)]) of vectors/encode or vectors/reduction."""
    made = []
    for topic in topics:
        name = "%s/%s" % (kind, topic.name)
        rows = encode_rows(name)
        made.append((topic, [(c, rows[name + "/" + c.slug]["expect"])
                             for c in topic.cases]))
    return made


def python2_rows(oracles):
    if not oracles.python2:
        return []
    script = os.path.join(os.path.dirname(os.path.abspath(__file__)),
                          "python2_dumps.py")
    made = subprocess.run(
        [oracles.python2[0][1], script], stdout=subprocess.PIPE, check=True,
        env=interpreters.clean_environment()).stdout.decode("ascii")
    return [json.loads(line) for line in made.splitlines()]


def recorded_group(name, about, recorded):
    """A group as it was recorded, for want of the Python that made it."""
    group = inputs.Group(name, about)
    for topic in TOPICS:
        path = "%s/%s.json" % (topic, name)
        for row in recorded(path).values():
            group.add(row["id"].rsplit("/", 1)[1],
                      bytes.fromhex(expand(row["in"])),
                      " ".join(row["flags"]), row["python"], **row["keys"])
    return group


def outcomes_of(replies, old, thin):
    """{producer: form}; messages of the Python unpickler say too little to
    be kept. Nor is one that an absent build of a `thin` minor did not say."""
    table = {}
    recorded = forms.split(old["expect"] if old else [])
    for producer, form in recorded.items():
        if producer[1] not in replies:
            table[producer] = form
    for minor, reply in replies.items():
        for impl in ("c", "py"):
            form = dict(reply[impl])
            before = recorded.get((impl, minor))
            if impl == "py" or (minor in thin and before
                                and "message" not in before):
                form.pop("message", None)
            table[impl, minor] = form
    return table


def row_of(group, given, replies, recorded, thin):
    """(topic, case) of one input."""
    ids = {t: "%s/%s/%s" % (t, group.name, given.slug) for t in TOPICS}
    asked = shrink(given.data.hex())
    topic = next((t for t in TOPICS if ids[t] in recorded[t]
                  and recorded[t][ids[t]]["in"] == asked), None)
    old = recorded[topic][ids[topic]] if topic else None
    outcomes = outcomes_of(replies, old, thin)
    if topic is None:
        rejected = any("error" in form for form in outcomes.values())
        topic = TOPICS[rejected]
    row = {"id": ids[topic]}
    if given.about:
        row["about"] = given.about
    row.update({"python": given.how, "flags": given.flags,
                "keys": given.keys})
    texts = [t for f in outcomes.values()
             for t in [f.get("value", "")] + f.get("values", [])]
    row["caps"] = caps.of_case(
        texts, given.keys, {"import"} if "IMPORT" in given.flags else ())
    row["in"] = asked
    row["expect"] = forms.merge(outcomes)
    return topic, row


def missing_opcodes(rows):
    """The opcodes that no accepted input has: each must be decoded."""
    seen = set()
    for row in rows:
        if row["id"].startswith("decode/"):
            seen |= used_names(bytes.fromhex(expand(row["in"])))
    return sorted(set(BY_NAME) - seen)
