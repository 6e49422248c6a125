"""The wire corpus, second part: authentication, both halves and both roles.

The random bytes of our side are RANDOM and those of the peer THEIRS. What an
honest peer answers depends on what it was asked, so each script is for one
dialect of our side; versions with another see a wrong answer.
"""
from corpus import Topic
from wire_names import KEY, RANDOM

DIGESTS = ("md5", "sha256", "sha384", "sha3_256", "sha3_384")
OTHERS = ("sha1", "sha224", "sha512", "blake2b", "SHA256", "sha3_512",
          "md4", "no_such_digest", "")
KEYS = {"empty": b"", "one-byte": b"k", "64-bytes": b"k" * 64,
        "65-bytes": b"k" * 65, "1000-bytes": b"long" * 250,
        "nul-and-high": b"\0\x80\xff\0", "utf-8": "k\u00e9y".encode("utf-8"),
        "trailing-nul": b"secret\0"}
ODD_LENGTHS = (0, 1, 15, 16, 17, 19, 20, 21, 40, 48, 64, 244, 245, 246, 256)
DIALECTS = {"bare": "None", "sha256": "'sha256'"}


def slug_of(digest):
    return digest.replace("_", "-").replace("SHA", "upper-sha") or "nameless"


def keyed(**more):
    return dict(key=KEY.hex(), random=RANDOM.hex(), **more)


def answers():
    t = Topic("answer", "answer_challenge, by what the peer asks.")
    keys = keyed(role="answer")
    t.add("bare", "challenge(theirs()) + WELCOME", "WIRE_AUTH", **keys)
    for digest in DIGESTS:
        t.add("prefixed-" + slug_of(digest),
              "challenge(theirs(%r)) + WELCOME" % digest, "WIRE_AUTH_DIALECT",
              **keys)
    for digest in OTHERS:
        t.add("prefixed-" + slug_of(digest),
              "challenge(theirs(%r)) + WELCOME" % digest, "WIRE_AUTH_DIALECT",
              **keys)
    for n in ODD_LENGTHS:
        t.add("length-%d" % n, "challenge(b'r' * %d) + WELCOME" % n,
              "WIRE_AUTH_FAULT", **keys)
        if n >= 8 and n <= 245:
            t.add("sha256-length-%d" % n, "challenge(b'{sha256}' + b'r' * %d) "
                  "+ WELCOME" % (n - 8), "WIRE_AUTH_FAULT", **keys)
    t.each(r"""
        bare-20-look-prefixed: challenge(b'{sha256}' + b'r' * 12) + WELCOME
        brace-not-closed: challenge(b'{sha256' + b'r' * 40) + WELCOME
        brace-not-opened: challenge(b'sha256}' + b'r' * 40) + WELCOME
        prefix-late: challenge(b'r{sha256}' + b'r' * 40) + WELCOME
        two-prefixes: challenge(b'{md5}{sha256}' + b'r' * 40) + WELCOME
        prefix-alone-padded: challenge(b'{sha3_384}' + b'{' * 12) + WELCOME
        no-challenge-word: framed(b'hello world') + WELCOME
        challenge-word-cut: framed(b'#CHALLENGE') + WELCOME
        challenge-word-lower: framed(b'#challenge#' + b'r' * 20) + WELCOME
        challenge-word-alone: framed(b'#CHALLENGE#') + WELCOME
        empty-message: framed(b'') + WELCOME
        welcome-at-once: WELCOME
        failure-at-once: FAILURE
        too-long-257: framed(b'#CHALLENGE#' + b'r' * 246) + WELCOME
        too-long-million: bytes.fromhex('000f4240') + b'r' * 300
        negative-length: bytes.fromhex('fffffffe') + WELCOME
        long-form: framed8(CHALLENGE + theirs()) + WELCOME
    """, "WIRE_AUTH_FAULT", **keys)
    t.each(r"""
        verdict-failure: challenge(theirs()) + FAILURE
        verdict-lower-case: challenge(theirs()) + framed(b'#welcome#')
        verdict-empty: challenge(theirs()) + framed(b'')
        verdict-with-suffix: challenge(theirs()) + framed(b'#WELCOME#!')
        verdict-cut: challenge(theirs()) + framed(b'#WELCOME')
        verdict-nul: challenge(theirs()) + framed(b'#WELCOME#\0')
        verdict-256: challenge(theirs()) + framed(b'w' * 256)
        verdict-257: challenge(theirs()) + framed(b'w' * 257)
        verdict-missing: challenge(theirs())
        verdict-header-only: challenge(theirs()) + bytes(4)[:4]
        verdict-cut-off: challenge(theirs()) + WELCOME[:9]
        then-more: challenge(theirs()) + WELCOME + framed(b'first')
        sha256-verdict-failure: challenge(theirs('sha256')) + FAILURE
        sha256-verdict-missing: challenge(theirs('sha256'))
        sha256-then-more: challenge(theirs('sha256')) + WELCOME + b'more'
    """, "WIRE_AUTH_FAULT", **keys)
    for n in (0, 1, 3, 4, 5, 15, 30, 34):
        t.add("end-after-%d" % n, "challenge(theirs())[:%d]" % n, "WIRE_END",
              **keys)
    for slug, key in KEYS.items():
        for dialect, name in DIALECTS.items():
            t.add("%s-key-%s" % (dialect, slug), "challenge(theirs(%s)) + "
                  "WELCOME" % name, "WIRE_AUTH", role="answer",
                  key=key.hex(), random=RANDOM.hex())
    return t


def delivers():
    t = Topic("deliver", "deliver_challenge, by what the peer answers.")
    keys = keyed(role="deliver")
    for dialect, name in DIALECTS.items():
        flags = "WIRE_AUTH_DIALECT"
        asked = "ours(%s)" % name
        t.add("asked-%s-md5-bare" % dialect, "answer(None, %s)" % asked, flags,
              **keys)
        for digest in DIGESTS:
            t.add("asked-%s-%s" % (dialect, slug_of(digest)),
                  "answer(%r, %s)" % (digest, asked), flags, **keys)
        t.add("asked-%s-wrong-key" % dialect,
              "answer(None, %s, b'wrong!')" % asked, "WIRE_AUTH_FAULT", **keys)
        for digest in ("sha1", "sha224", "sha512", "blake2b"):
            t.add("asked-%s-%s" % (dialect, digest),
                  "answer(%r, %s)" % (digest, asked), flags, **keys)
        for digest in ("sha256", "sha1", "sha512"):
            t.add("asked-%s-%s-bare" % (dialect, digest),
                  "framed(mac(%r, %s))" % (digest, asked), flags, **keys)
        t.add("asked-%s-then-more" % dialect,
              "answer(None, %s) + framed(b'first')" % asked, "WIRE_AUTH",
              **keys)
        t.add("asked-%s-upper-sha256" % dialect, "framed(b'{SHA256}' + "
              "mac('sha256', %s))" % asked, flags, **keys)
        t.add("asked-%s-sha256-cut" % dialect, "framed(b'{sha256}' + "
              "mac('sha256', %s)[:31])" % asked, "WIRE_AUTH_FAULT", **keys)
        t.add("asked-%s-sha256-longer" % dialect, "framed(b'{sha256}' + "
              "mac('sha256', %s) + b'!')" % asked, "WIRE_AUTH_FAULT", **keys)
        t.add("asked-%s-md5-last-bit" % dialect, "framed(mac('md5', %s)[:15] "
              "+ bytes([mac('md5', %s)[15] ^ 1]))" % (asked, asked),
              "WIRE_AUTH_FAULT", **keys)
    t.add("md5-over-random-only", "framed(mac('md5', RANDOM))",
          "WIRE_AUTH_FAULT", **keys)
    for n in ODD_LENGTHS + (257,):
        t.add("length-%d" % n, "framed(b'a' * %d)" % n, "WIRE_AUTH_FAULT",
              **keys)
    for n in (0, 1, 4, 10, 19):
        t.add("end-after-%d" % n, "framed(b'a' * 16)[:%d]" % n, "WIRE_END",
              **keys)
    t.each(r"""
        their-own-challenge: challenge(theirs('sha256'))
        a-pickle: framed(b'\x80\4N.')
        a-million: bytes.fromhex('000f4240') + b'r' * 300
        negative-length: bytes.fromhex('fffffffe')
        braces-alone: framed(b'{}' + b'a' * 16)
        sha256-alone: framed(b'{sha256}')
    """, "WIRE_AUTH_FAULT", **keys)
    for digest in DIGESTS + ("sha1", "no_such"):
        t.add("digest-" + slug_of(digest), "answer('sha256', ours(%r))"
              % digest, "WIRE_AUTH_DIALECT", digest=digest, **keys)
        t.add("digest-%s-md5-bare" % slug_of(digest),
              "answer(None, ours(%r))" % digest, "WIRE_AUTH_DIALECT",
              digest=digest, **keys)
    for slug, key in KEYS.items():
        for dialect, name in DIALECTS.items():
            t.add("%s-key-%s" % (dialect, slug),
                  "answer(None, ours(%s), %r)" % (name, key), "WIRE_AUTH",
                  role="deliver", key=key.hex(), random=RANDOM.hex())
    return t


# What each side sends of a whole handshake, in its order, by the dialect of
# the peer; `asked` is ours.
PEERS = {"bare": "None", "sha256": "'sha256'", "md5": "'md5'",
         "sha3-256": "'sha3_256'"}


def both(name, about, role, script, flag="WIRE_AUTH"):
    t = Topic(name, about)
    for dialect, asked in DIALECTS.items():
        for peer, theirs in PEERS.items():
            whole = script % {"asked": asked, "theirs": theirs, "key": ""}
            t.add("asked-%s-peer-%s" % (dialect, peer), whole, flag,
                  **keyed(role=role))
            t.add("asked-%s-peer-%s-then-more" % (dialect, peer),
                  whole + " + framed(b'first')", flag, **keyed(role=role))
    for n in range(0, 84, 4):
        t.add("bare-end-after-%d" % n, "(%s)[:%d]" % (
            script % {"asked": "None", "theirs": "None", "key": ""}, n),
            "WIRE_END", **keyed(role=role))
    for n in range(0, 120, 8):
        t.add("sha256-end-after-%d" % n, "(%s)[:%d]" % (
            script % {"asked": "'sha256'", "theirs": "'sha256'", "key": ""},
            n), "WIRE_END", **keyed(role=role))
    t.add("no-key", "b''", "WIRE_EMPTY_KEY", role=role)
    t.add("no-key-peer-asks", "challenge(theirs()) + WELCOME",
          "WIRE_EMPTY_KEY", role=role)
    for dialect, asked in DIALECTS.items():
        empty = script % {"asked": asked, "theirs": asked, "key": ", b''"}
        t.add("empty-key-asked-" + dialect, empty, "WIRE_EMPTY_KEY",
              key="", random=RANDOM.hex(), role=role)
    t.add("empty-key-nothing-sent", "b''", "WIRE_EMPTY_KEY", key="",
          random=RANDOM.hex(), role=role)
    return t


def refusals(t, name, rows):
    """Handshakes that the peer breaks off with a verdict or a bad answer."""
    t.each(rows, "WIRE_AUTH_FAULT", **keyed(role=name))
    return t


REFUSED_LISTENER = r"""
    bare-wrong-key: answered(None, b'wrong!') + challenge(theirs())
    sha256-wrong-key: answered('sha256', b'wrong!')
    bare-refused: answered() + challenge(theirs()) + FAILURE
    sha256-refused: answered('sha256') + challenge(theirs()) + FAILURE
    bare-no-challenge: answered() + framed(b'hello')
    sha256-no-challenge: answered('sha256') + framed(b'hello')
    a-message-instead: framed(b'\x80\4N.')
    bare-empty-challenge: answered() + challenge(b'') + WELCOME
    bare-short-challenge: answered() + challenge(b'r') + WELCOME * 2
"""
REFUSED_CLIENT = r"""
    bare-refused: challenge(theirs()) + FAILURE
    sha256-refused: challenge(theirs('sha256')) + FAILURE
    bare-refused-in-lower-case: challenge(theirs()) + framed(b'#failure#')
    bare-wrong-key: challenge(theirs()) + WELCOME + answered(None, b'w')
    sha256-wrong-key: challenge(theirs()) + WELCOME + answered('sha256', b'w')
    bare-no-answer: challenge(theirs()) + WELCOME + WELCOME
    no-challenge: framed(b'hello') + WELCOME
    empty-challenge: challenge(b'') + WELCOME + answered()
    short-challenge: challenge(b'r') + WELCOME + answered() * 2
"""


def topics():
    listener = both(
        "listener", "Listener.accept(): deliver, then answer.", "listener",
        "answer(%(asked)s, ours(%(asked)s)%(key)s) + "
        "challenge(theirs(%(theirs)s)) + WELCOME")
    client = both(
        "client", "Client(): answer, then deliver.", "client",
        "challenge(theirs(%(theirs)s)) + WELCOME + "
        "answer(%(asked)s, ours(%(asked)s)%(key)s)")
    return [answers(), delivers(),
            refusals(listener, "listener", REFUSED_LISTENER),
            refusals(client, "client", REFUSED_CLIENT)]
