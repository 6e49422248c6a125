"""The workloads: each a value that CPython makes and pickles, and both sides of
the benchmark then decode and encode. Values come from H(i), never from a random
source, so every machine measures the same bytes.

Reads and writes nothing by itself; python_peer.py and values.py import it."""

import datetime
import decimal
import functools
import operator


def H(i):
    return (i * 2654435761) % 2 ** 32


class Thing:
    """An instance with a dict of two keys (h_objs)."""

    def __init__(self, i):
        self.a = i
        self.b = H(i)


PROFILE_KEYS = [
    "ads_flags", "age", "birthday", "bulletin_count", "comment_count",
    "country", "encrypted_id", "favorites", "friend_count", "gender",
    "hide_bulletins", "id", "invitations", "jumped", "lang", "last_login",
    "list_ids", "member_count", "mood", "name", "networks", "nickname",
    "online", "photos", "profile_views", "region", "score", "status",
    "thumb", "title", "updates", "visits", "zip"]


def a_dict():
    profile = {}
    for i, key in enumerate(PROFILE_KEYS):
        if i == 2:
            profile[key] = datetime.date(1980, 5, 7)
        elif i == 16:
            profile[key] = [chr(97 + n) for n in range(7)]
        elif i % 2 == 0 or i in (29, 31):
            profile[key] = H(i) >> 4 * (i % 8)
        else:
            profile[key] = "%x" % (H(i) >> 4 * (i % 7))
    return profile


def a_tuple():
    return ([265867233 + H(i) % 400000 for i in range(20)], 60)


def a_group():
    return [{key: "%.19f" % (H(100 * group + i) / 2.0 ** 32)
             for i, key in enumerate(PROFILE_KEYS)} for group in range(3)]


def a_list():
    return [[list(range(10)), list(range(10))] for _ in range(10)]


def a_mdict():
    return {i: {j: None for j in range(10)} for i in range(100)}


def b_ints():
    return [H(i) >> 22 for i in range(10 ** 6)]


def b_wide():
    bits = [8, 16, 31, -31, 63, 128]

    def wide(i):
        size = bits[i % 6]
        number = (H(i) << 96 | H(i + 1) << 64 | H(i + 2) << 32 | H(i + 3)) \
            >> (128 - abs(size))
        return -number if size < 0 else number
    return [wide(i) for i in range(10 ** 5)]


def text(i, low, more):
    """A distinct str of low to low + more - 1 characters."""
    return ("%d:%08x" % (i, H(i)) + "pickleproofs")[:low + H(i) % more]


def c_strs():
    return [("\xe9" if i % 16 == 15 else "s") + text(i, 8, 11)
            for i in range(10 ** 5)]


def d_dict():
    return {"k%08x" % H(i): H(i) / 7.0 for i in range(10 ** 5)}


def e_recs():
    tags = ["tag-%d" % i for i in range(16)]
    return [{"id": i, "name": "name %d" % i, "score": H(i) / 2.0 ** 20,
             "active": H(i) % 2 == 0, "tag": tags[H(i) >> 28],
             "parent": None if i % 3 == 0 else H(i) % (i + 1),
             "pos": (H(i) % 1000, H(i + 1) % 1000), "level": H(i) % 10}
            for i in range(10 ** 5)]


def payload():
    """64 MiB that do not compress to one repeated page."""
    block = b"".join(H(i).to_bytes(4, "little") for i in range(2 ** 16))
    return block * (2 ** 26 // len(block))


def g_deep():
    value = []
    for i in range(499):
        value = {"k": value} if i % 2 == 0 else [value]
    return value


def h_objs():
    make = [Thing, lambda i: functools.partial(operator.add, i),
            lambda i: datetime.date(2000 + i % 30, 1 + i % 12, 1 + i % 28),
            lambda i: decimal.Decimal(H(i)) / 100]
    return [make[i % 4](i) for i in range(10 ** 4)]


def i_memo():
    strs = ["shared %d" % i for i in range(1000)]
    return [strs[H(i) % 1000] for i in range(10 ** 6)]


def j_msg():
    return (7, 41237)


def j_task():
    return (3, 17, operator.add, (1, 2), {})


# In the order of the tables. The f ones stand apart: they measure memory.
WORKLOADS = [a_dict, a_tuple, a_group, a_list, a_mdict, b_ints, b_wide, c_strs,
             d_dict, e_recs, payload, g_deep, h_objs, i_memo, j_msg, j_task]
BY_NAME = {"f_bytes" if f is payload else f.__name__: f for f in WORKLOADS}
APART = ("f_bytes", "f_oob")


def make(name):
    """The value of a workload, without what building it left behind."""
    return BY_NAME["f_bytes" if name == "f_oob" else name]()
