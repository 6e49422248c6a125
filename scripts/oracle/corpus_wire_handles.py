"""The wire corpus, third part: descriptors, and their server."""
from corpus import Topic
from wire_names import KEY, RANDOM

HANDSHAKES = {
    "bare": "answer(None, ours()) + challenge(theirs()) + WELCOME",
    "sha256": "answer('sha256', ours('sha256')) + challenge(theirs('sha256'))"
              " + WELCOME"}
REQUESTS = {
    "protocol-0": r"b'(I1\nI3405\ntp0\n.'",
    "protocol-1": r"b'(K\1MM\rtq\0.'",
    "protocol-2": r"b'\x80\2K\1MM\r\x86q\0.'",
    "protocol-3": r"b'\x80\3K\1MM\r\x86q\0.'",
    "protocol-4": r"b'\x80\4\x95\x08\0\0\0\0\0\0\0K\1MM\r\x86\x94.'",
    "protocol-5": r"b'\x80\5\x95\x08\0\0\0\0\0\0\0K\1MM\r\x86\x94.'",
    "second-key": r"b'\x80\4K\2K\7\x86.'",
    "a-list": r"b'](K\1K\7e.'",
    "pid-none": r"b'K\1N\x86.'",
    "pid-huge": r"b'K\1\x8a\x05\0\0\0\0\1\x86.'",
    "key-true": r"b'\x88K\7\x86.'",
    "key-float": r"b'G?\xf0\0\0\0\0\0\0K\7\x86.'",
    "key-complex": r"b'cbuiltins\ncomplex\n(G?\xf0\0\0\0\0\0\0G' + bytes(8)"
                   r" + b'tRK\7\x86.'",
    "a-dict": r"b'}(K\1NK\2Nu.'",
    "bytes-of-two": r"b'C\2\1\7.'",
    "bytearray-of-two": r"b'\x96\2\0\0\0\0\0\0\0\1\7.'",
}
BAD = {
    "none": r"b'\x80\4N.'",
    "key-0": r"b'K\0K\7\x86.'",
    "key-3": r"b'K\3K\7\x86.'",
    "key-negative": r"b'J\xff\xff\xff\xffK\7\x86.'",
    "key-huge": r"b'\x8a\x09\0\0\0\0\0\0\0\0\1K\7\x86.'",
    "key-str": r"b'\x8c\0011K\7\x86.'",
    "key-none": r"b'NK\7\x86.'",
    "key-a-list": r"b']K\7\x86.'",
    "key-a-bytearray": r"b'\x96\1\0\0\0\0\0\0\0aK\7\x86.'",
    "key-half": r"b'G?\xe0\0\0\0\0\0\0K\7\x86.'",
    "key-inf": r"b'G\x7f\xf0\0\0\0\0\0\0K\7\x86.'",
    "key-imaginary": r"b'cbuiltins\ncomplex\n(' + b'G?\xf0\0\0\0\0\0\0' * 2"
                     r" + b'tRK\7\x86.'",
    "key-bytes": r"b'C\2a\'K\7\x86.'",
    "key-tuple": r"b'K\1K\2\x86K\7\x86.'",
    "key-tuple-of-a-list": r"b'K\1]\x86K\7\x86.'",
    "key-class": r"b'cbuiltins\nint\nK\7\x86.'",
    "key-long-str": r"b'\x8c\xc8' + b'x' * 200 + b'K\7\x86.'",
    "key-str-quoted": r"b'\x8c\4\'\"\n\x7fK\7\x86.'",
    "an-int": r"b'K\1.'",
    "true": r"b'\x88.'",
    "empty-tuple": r"b').'",
    "one": r"b'K\1\x85.'",
    "three": r"b'K\1K\2K\3\x87.'",
    "four-in-a-list": r"b'](K\1K\2K\3K\4e.'",
    "three-in-a-dict": r"b'}(K\1NK\2NK\3Nu.'",
    "three-in-a-set": r"b'\x8f(K\1K\2K\3\x90.'",
    "a-str-of-two": r"b'\x8c\x02ab.'",
    "a-str-of-two-wide": r"b'\x8c\x06\xe2\x82\xac\xe2\x82\xad.'",
    "a-str-of-one-wide": r"b'\x8c\x03\xe2\x82\xac.'",
    "a-str-of-three": r"b'\x8c\3abc.'",
    "bytes-of-three": r"b'C\3abc.'",
    "a-float": r"b'G?\xf0\0\0\0\0\0\0.'",
    "a-class": r"b'cbuiltins\nint\n.'",
    "empty-dict": r"b'}.'",
    "empty-message": "b''",
    "garbage": r"b'\xff\xff'",
    "truncated": r"b'\x80\4K'",
    "no-pickle": "b'GET / HTTP/1.0'",
    "challenge": "b'#CHALLENGE#'",
}
FAULTS = {
    "end-behind-handshake": "%s",
    "end-in-header": "%s + b'\\0\\0'",
    "end-in-request": "%s + framed(b'K\\1K\\7\\x86.')[:6]",
    "huge-request": "%s + bytes.fromhex('00ffffff') + b'K'",
    "negative-length": "%s + bytes.fromhex('fffffffe')",
}


def sharer():
    t = Topic("sharer", "The server of resource_sharer, by what a client "
              "sends. Two descriptors are registered, with keys 1 and 2.")
    keys = {"key": KEY.hex(), "random": RANDOM.hex(), "entries": "2"}
    for dialect, start in HANDSHAKES.items():
        for slug, request in REQUESTS.items():
            t.add("%s-%s" % (dialect, slug),
                  "%s + framed(%s) + b'A'" % (start, request), "WIRE_SHARER",
                  **keys)
        for slug, request in BAD.items():
            t.add("%s-bad-%s" % (dialect, slug),
                  "%s + framed(%s)" % (start, request), "WIRE_SHARER_FAULT",
                  **keys)
        for slug, script in FAULTS.items():
            t.add("%s-%s" % (dialect, slug), script % start,
                  "WIRE_SHARER_FAULT", **keys)
        for slug, end in (("none", ""), ("wrong", " + b'B'"),
                          ("twice", " + b'AA'")):
            t.add("%s-ack-%s" % (dialect, slug), "%s + framed(b'K\\1K\\7\\x86"
                  ".')%s" % (start, end), "WIRE_FD_ACK", **keys)
            t.add("%s-forced-ack-%s" % (dialect, slug), "%s + framed(b'K\\1K"
                  "\\7\\x86.')%s" % (start, end), "WIRE_FD_ACK", ack="1",
                  **keys)
        t.add("%s-two-requests" % dialect, "%s + framed(b'K\\1K\\7\\x86.') + "
              "framed(b'K\\2K\\7\\x86.')" % start, "WIRE_SHARER", **keys)
    t.each(r"""
        nothing: b''
        no-handshake: framed(b'K\1K\7\x86.')
        wrong-key: answer(None, ours(), b'wrong!')
        garbage: b'\xff' * 64
        half-a-handshake: answer(None, ours())
    """, "WIRE_SHARER_FAULT", **keys)
    return t


def received():
    t = Topic("recvfds", "What recvfds says of messages with descriptors.")
    for size, sent in ((1, 1), (2, 2), (3, 3), (16, 16), (253, 253), (1, 2),
                       (3, 4), (2, 1), (253, 1), (4, 3), (64, 64)):
        for ack in ("", "1"):
            t.add("size-%d-sent-%d%s" % (size, sent, "-ack" if ack else ""),
                  "bytes([%d])" % sent, "WIRE_FD" if not ack else
                  "WIRE_FD_ACK", size=str(size), sent=str(sent),
                  **({"ack": ack} if ack else {}))
    for size, sent in ((1, 3), (2, 3), (2, 4), (0, 1), (3, 5), (0, 2),
                       (1, 253)):
        t.add("size-%d-too-small-for-%d" % (size, sent), "bytes([%d])" % sent,
              "WIRE_FD_FAULT", size=str(size), sent=str(sent))
    for byte in (0, 2, 5, 255):
        t.add("count-byte-%d-of-1" % byte, "bytes([%d])" % byte,
              "WIRE_FD_FAULT", size="1", sent="1")
    for size in (0, 1, 2):
        t.add("end-size-%d" % size, "b''", "WIRE_END", size=str(size))
        t.add("no-descriptors-size-%d" % size, "b'\\0'", "WIRE_FD_FAULT",
              size=str(size), sent="0")
        t.add("message-instead-size-%d" % size, "b'\\0\\0\\0\\1x'",
              "WIRE_FD_FAULT", size=str(size), sent="0")
    t.add("no-descriptors-ack", "b'\\1'", "WIRE_FD_ACK", size="1", sent="0",
          ack="1")
    t.add("count-byte-wrong-ack", "b'\\5'", "WIRE_FD_ACK", size="1", sent="1",
          ack="1")
    t.add("end-ack", "b''", "WIRE_FD_ACK", size="1", ack="1")
    for extra in (1, 4, 100):
        t.add("payload-behind-%d" % extra, "b'\\1' + b'p' * %d" % extra,
              "WIRE_FD", size="1", sent="1")
    t.add("two-messages", "b'\\1'", "WIRE_FD", size="1,1", sent="1",
          then="1:01")
    t.add("two-messages-one-received", "b'\\1'", "WIRE_FD", size="1", sent="1",
          then="1:01")
    t.add("two-messages-in-one-call", "b'\\1'", "WIRE_FD", size="2", sent="1",
          then="1:01")
    t.add("message-then-descriptor", "b'\\0'", "WIRE_FD_FAULT", size="1,1",
          sent="0", then="1:01")
    t.add("descriptor-then-message", "b'\\1'", "WIRE_FD", size="1,1", sent="1",
          then="0:0000")
    t.add("descriptor-then-end", "b'\\1'", "WIRE_FD", size="1,1", sent="1")
    t.add("two-messages-ack", "b'\\1'", "WIRE_FD_ACK", size="1,2", sent="1",
          then="2:02", ack="1")
    for size in (1, 2, 20):
        for sent in (0, 1):
            t.add("passcred-size-%d-sent-%d" % (size, sent), "b'\\1'",
                  "WIRE_FD_FAULT", size=str(size), sent=str(sent),
                  passcred="1")
    for kind in ("dgram", "seqpacket"):
        t.add(kind + "-1", "b'\\1'", "WIRE_FD", size="1", sent="1", type=kind)
        t.add(kind + "-3", "b'\\3'", "WIRE_FD", size="3", sent="3", type=kind)
        t.add(kind + "-payload-behind", "b'\\1tail'", "WIRE_FD", size="1",
              sent="1", type=kind)
        t.add(kind + "-empty-payload", "b''", "WIRE_FD_FAULT", size="1",
              sent="1", type=kind)
        t.add(kind + "-no-descriptors", "b'\\1'", "WIRE_FD_FAULT", size="1",
              sent="0", type=kind)
        t.add(kind + "-ack", "b'\\1'", "WIRE_FD_ACK", size="1", sent="1",
              type=kind, ack="1")
        t.add(kind + "-two", "b'\\1'", "WIRE_FD", size="1,1", sent="1",
              then="1:01", type=kind)
    t.add("inet-payload", "b'\\1'", "WIRE_FD_FAULT", size="1", sent="0",
          family="inet")
    t.add("inet-end", "b''", "WIRE_END", size="1", family="inet")
    for slug, size in (("negative", "-1"), ("huge", "536870905"),
                       ("more-than-an-int", "4294967296")):
        t.add("size-" + slug, "b'\\1'", "WIRE_FD_FAULT", size=size, sent="1")
    return t


def sent():
    t = Topic("sendfds", "What sendfds writes, and what it says.")
    for count in (0, 1, 2, 3, 16, 252, 253):
        t.add("count-%d" % count, "b''", "WIRE_FD", count=str(count))
        t.add("count-%d-ack" % count, "b'A'", "WIRE_FD_ACK", count=str(count),
              ack="1")
        t.add("count-%d-answered" % count, "b'A'", "WIRE_FD_ACK",
              count=str(count))
    for count in (254, 255, 256, 300):
        t.add("count-%d" % count, "b'A'", "WIRE_FD_FAULT", count=str(count))
    for slug, answer in (("none", ""), ("wrong", "B"), ("lower-case", "a"),
                         ("nul", "\\0"), ("late", "BA"), ("twice", "AA")):
        t.add("ack-" + slug, "b'%s'" % answer, "WIRE_FD_ACK", count="1",
              ack="1")
    for slug, number in (("minus-1", "-1"), ("minus-2", "-2"),
                         ("not-open", "900000"), ("int-max", "2147483647"),
                         ("too-large", "2147483648"),
                         ("too-small", "-2147483649")):
        t.add("bad-" + slug, "b'A'", "WIRE_FD_FAULT", count="1", bad=number)
    for kind in ("dgram", "seqpacket"):
        t.add(kind + "-1", "b'A'", "WIRE_FD", count="1", type=kind)
        t.add(kind + "-253", "b'A'", "WIRE_FD", count="253", type=kind)
        t.add(kind + "-ack", "b'A'", "WIRE_FD_ACK", count="1", type=kind,
              ack="1")
    t.add("peer-gone", "b''", "WIRE_FD_FAULT", count="1", peer="gone")
    t.add("peer-gone-seqpacket", "b''", "WIRE_FD_FAULT", count="1",
          peer="gone", type="seqpacket")
    t.add("inet", "b'A'", "WIRE_FD", count="1", family="inet")
    return t


def topics():
    return [sharer(), received(), sent()]
