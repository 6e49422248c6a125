"""The encode corpus: Python expressions with permanent ids, by topic.

A topic module fills one Topic, which becomes one file vectors/encode/NAME.json.
Expressions are evaluated with the names of pickleproof_kit, anew for every
snapshot and every dump. Reads and writes nothing.
"""
import re

_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*$")


class Case(object):
    __slots__ = ("slug", "expr", "flags", "keys", "about", "text", "only")

    def __init__(self, slug, expr, flags, keys, about, text, only):
        self.slug = slug
        self.expr = expr
        self.flags = flags
        self.keys = keys
        self.about = about
        self.text = text        # False: no canonical text says this value
        self.only = only        # protocols to dump at


class Topic(object):
    def __init__(self, name, about):
        self.name = name
        self.about = about
        self.cases = []
        self.seen = set()

    def add(self, slug, expr, flags="", about=None, text=True,
            only=(0, 1, 2, 3, 4, 5), **keys):
        if not _SLUG.match(slug) or slug in self.seen:
            raise ValueError("bad or repeated slug: %s/%s" % (self.name, slug))
        self.seen.add(slug)
        compile(expr, slug, "eval")
        self.cases.append(Case(slug, expr, flags.split(), keys, about, text,
                               only))

    def each(self, table, flags="", **keys):
        """Rows of `slug: expression [| FLAGS]`."""
        for line in table.strip().splitlines():
            slug, rest = line.strip().split(": ", 1)
            expr, _, own = rest.partition(" | ")
            self.add(slug, expr.strip(), (flags + " " + own).strip(), **keys)


def topics():
    """All topics, in the order in which they are generated."""
    import corpus_containers
    import corpus_memo
    import corpus_numbers
    import corpus_objects
    import corpus_random
    import corpus_reduce
    import corpus_text
    found = []
    for module in (corpus_numbers, corpus_text, corpus_containers,
                   corpus_objects, corpus_reduce, corpus_memo, corpus_random):
        found += module.topics()
    return found
