"""Outcomes of many producers, merged into the forms of a vector file.

A producer is ("c" or "py", (major, minor)); names() writes them as made_by
does and parse() reads them back. Reads and writes nothing.
"""
import json


def order(producer):
    impl, version = producer
    return (impl != "c", version)


def names(producers):
    """["c3.8-3.13", "py3.8"]: consecutive versions as ranges."""
    out = []
    rows = sorted(producers, key=order)
    i = 0
    while i < len(rows):
        impl, (major, minor) = rows[i]
        last = minor
        while i + 1 < len(rows) and rows[i + 1] == (impl, (major, last + 1)):
            i += 1
            last += 1
        i += 1
        name = "%s%d.%d" % (impl, major, minor)
        out.append(name if last == minor else "%s-%d.%d" % (name, major, last))
    return out


def parse(made_by):
    """The producers that a made_by names."""
    out = []
    for name in made_by:
        impl = name.rstrip("0123456789.-")
        first, _, last = name[len(impl):].partition("-")
        major, minor = map(int, first.split("."))
        end = int(last.split(".")[1]) if last else minor
        out += [(impl, (major, m)) for m in range(minor, end + 1)]
    return out


def merge(outcomes):
    """{producer: outcome dict} to the ordered list of forms."""
    groups = {}
    for producer, outcome in outcomes.items():
        key = json.dumps(outcome, sort_keys=True)
        groups.setdefault(key, (outcome, []))[1].append(producer)
    forms = []
    for outcome, producers in groups.values():
        form = dict(outcome)
        form["made_by"] = names(producers)
        forms.append((min(map(order, producers)), form))
    forms.sort(key=lambda row: row[0])
    return [form for _, form in forms]


def split(forms):
    """The inverse of merge(): {producer: outcome}."""
    out = {}
    for form in forms:
        outcome = {k: v for k, v in form.items() if k != "made_by"}
        for producer in parse(form["made_by"]):
            out[producer] = outcome
    return out
