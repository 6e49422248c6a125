"""What expressions of the wire corpus may use. Reads and writes nothing."""
import hmac
import struct

KEY = b"secret"
RANDOM = bytes(range(0x10, 0x38))       # what os.urandom gives our side
THEIRS = bytes(range(0x80, 0xa8))       # and the scripted peer
CHALLENGE = b"#CHALLENGE#"


def framed(data):
    return struct.pack("!i", len(data)) + data


def framed8(data):
    """The form of 2 GiB and more, which is accepted for any length."""
    return struct.pack("!iQ", -1, len(data)) + data


def ours(digest=None):
    """The message of our challenge: bare, or behind a digest's name."""
    if digest is None:
        return RANDOM[:20]
    return b"{" + digest.encode("ascii") + b"}" + RANDOM


def theirs(digest=None):
    """The message of the peer's challenge."""
    if digest is None:
        return THEIRS[:20]
    return b"{" + digest.encode("ascii") + b"}" + THEIRS


def mac(digest, message, key=KEY):
    return hmac.new(key, message, digest).digest()


def answer(digest, message, key=KEY):
    """A peer's answer behind the digest's name; bare MD5 without one."""
    if digest is None:
        return framed(mac("md5", message, key))
    name = b"{" + digest.encode("ascii") + b"}"
    return framed(name + mac(digest, message, key))


def answered(digest=None, key=KEY):
    """A peer's answer to our challenge of the same dialect."""
    return answer(digest, ours(digest), key)


def challenge(message):
    return framed(CHALLENGE + message)


WELCOME = framed(b"#WELCOME#")
FAILURE = framed(b"#FAILURE#")

NAMES = {name: value for name, value in globals().items()
         if not name.startswith("_") and name not in ("hmac", "struct")}
