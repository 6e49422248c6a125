"""Inputs that picklers wrote: the encode corpus, and Python 2.7.

Short ones only; each case lends two of its protocols, so that all come up.
"""
import re
import zlib

from inputs import Group

LONGEST = 700           # hex digits
LONGEST_FORKING = 2000
KEPT = ("fix_imports", "many", "ext")
PYTHON2_ABOUT = ("What pickle and cPickle of Python 2.7 write; str of Python "
                 "2 needs an encoding.")
# Names that some versions lack, so that loading depends on the look-up.
NOT_EVERYWHERE = re.compile(r"Placeholder|UnionType|windows")
# Names that GLOBAL cuts at their newline: what is left of them is nothing.
CUT = re.compile(r"Newline(Name|Module)")
SKIPPED = re.compile(r"\bopen\b|buffer_callback")


def lent(slug, protocols):
    """The two protocols that a case lends, by its name: other cases that
    come and go change nothing."""
    at = zlib.crc32(slug.encode("ascii"))
    return {protocols[at % len(protocols)],
            protocols[(at + 3) % len(protocols)]}


def from_corpus(encoded):
    """encoded: (topic, [(case, expect)]), expect as in the vector files."""
    for topic, rows in encoded:
        group = Group(topic.name, "What CPython writes for the cases of "
                      "encode/%s." % topic.name)
        for case, expect in rows:
            if SKIPPED.search(case.expr):
                continue
            for proto in sorted(lent(case.slug, sorted(expect))):
                add_forms(group, case, proto, expect[proto])
        if group.inputs:
            yield group


def add_forms(group, case, proto, forms, name=None, longest=LONGEST):
    keys = {k: v for k, v in case.keys.items() if k in KEPT}
    if "persistent_id" in case.expr:
        keys["pid"] = "1"
    for i, form in enumerate(forms):
        data = form.get("bytes")
        if not isinstance(data, str) or len(data) > longest:
            continue
        slug = "%s-p%s" % (name or case.slug, proto)
        maker = form["made_by"][0].split("-")[0]
        if i:
            slug += "-" + maker.replace(".", "-")
        how = "dumps(%s, %s) by %s" % (case.expr, proto,
                                       " ".join(form["made_by"]))
        cut = proto < "4" and CUT.search(case.expr)
        group.add(slug, bytes.fromhex(data),
                  " ".join(case.flags) + " IMPORT" * bool(cut), how, **keys)


def from_reduction(rows):
    """What ForkingPickler writes: (topic, [(case, expect)]) as above, in one
    group. Protocol 4 always, and the two that a case lends."""
    group = Group("forking", "What ForkingPickler writes for the cases of "
                  "reduction/.")
    for topic, cases in rows:
        for case, expect in cases:
            if NOT_EVERYWHERE.search(case.expr):
                continue
            slug = topic.name + "-" + case.slug
            for proto in sorted(lent(slug, sorted(expect)) | {"4"}):
                add_forms(group, case, proto, expect[proto], slug,
                          LONGEST_FORKING)
    return [group] if group.inputs else []


def from_python2(rows):
    """rows: (slug, expression, module, protocol, hex)."""
    group = Group("python2", PYTHON2_ABOUT)
    for slug, expr, module, proto, data in rows:
        how = "%s.dumps(%s, %d) by Python 2.7" % (module, expr, proto)
        name = "%s-%s-p%d" % (slug, module.lower(), proto)
        group.add(name, bytes.fromhex(data), "PYTHON2", how)
        if proto == 2 or module == "cPickle":
            for enc in ("bytes", "latin-1"):
                group.add("%s-%s" % (name, enc.replace("-", "")),
                          bytes.fromhex(data), "PYTHON2 ENCODING", how,
                          enc=enc)
    return [group] if group.inputs else []


def groups(encoded, python2, reduction):
    return (list(from_corpus(encoded)) + from_python2(python2)
            + from_reduction(reduction))
