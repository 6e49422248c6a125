"""The wire corpus: bytes that a scripted peer sends, and what is called.

Each topic is one operation of harness/PROTOCOL.md, named in OPERATIONS. An
expression is evaluated once, by the generator, with the names of NAMES: it is
what the peer sends, or what is sent. Reads and writes nothing.
"""
import corpus_wire_auth
import corpus_wire_handles
from corpus import Topic
from flags import FLAGS
from wire_names import NAMES                            # noqa: F401

FLAGS.update({
    "WIRE_AUTH": ("WIRE", "Peers with the same key refuse each other.",
                  ["gh-61460"]),
    "WIRE_AUTH_DIALECT": ("WIRE", "Peers of other versions are refused, or "
                          "asked in a way they do not know.", ["gh-61460"]),
    "WIRE_AUTH_FAULT": ("WIRE", "A peer without the key is taken for one that "
                        "has it, or a bad one stops the listener.", []),
    "WIRE_EMPTY_KEY": ("WIRE", "An empty key counts as none, or as one.",
                       ["gh-115886"]),
    "WIRE_END": ("WIRE", "The end of a connection is taken for another "
                 "fault, or not noticed.", []),
    "WIRE_FD": ("FD", "Descriptors do not arrive.", []),
    "WIRE_FD_ACK": ("FD", "Sender and receiver wait for each other, or a "
                    "stray byte stays in the stream.", ["gh-61460"]),
    "WIRE_FD_FAULT": ("FD", "A message without descriptors, or with others "
                      "than announced, is accepted.", []),
    "WIRE_FRAME": ("WIRE", "Messages cannot be exchanged.", []),
    "WIRE_INTO": ("WIRE", "A message too long for its buffer is lost.", []),
    "WIRE_LARGE": ("WIRE", "Messages from 2 GiB on cannot be exchanged.", []),
    "WIRE_LENGTH": ("WIRE", "A hostile length takes memory or shifts the "
                    "stream.", []),
    "WIRE_LIMIT": ("WIRE", "A message over the limit is read, or leaves the "
                   "connection in another state.", []),
    "WIRE_OBJECT": ("WIRE", "Objects sent over a connection do not arrive.",
                    []),
    "WIRE_PIECES": ("WIRE", "A message that arrives in pieces is cut.", []),
    "WIRE_SHARER": ("FD", "Descriptors cannot be fetched from their owner.",
                    []),
    "WIRE_SHARER_FAULT": ("FD", "A bad client ends the server, or takes what "
                          "is not its own.", []),
})

# Which operation a topic asks for.
OPERATIONS = {
    "frame": "frame", "send": "frame", "receive": "deframe", "end": "deframe",
    "length": "deframe", "into": "deframe", "object": "deframe",
    "answer": "auth", "deliver": "auth", "listener": "auth", "client": "auth",
    "sharer": "serve", "recvfds": "recvfds", "sendfds": "sendfds",
}
SIZES = (0, 1, 2, 3, 4, 5, 127, 128, 255, 256, 257, 4095, 4096, 16380, 16381,
         16383, 16384, 16385, 16386, 32768, 65535, 65536, 65537, 200000)
VALUES = {
    "none": "N", "true": "T", "int": "i1", "int-negative": "i-1",
    "int-300": "i12c", "float": "f3ff8000000000000", "str-empty": "u",
    "str": "u68656c6c6f", "str-300": "u" + "78" * 300, "bytes-empty": "b",
    "bytes": "b616263", "bytes-300": "b" + "00" * 300,
    "bytearray": "B616263", "tuple-empty": "t()", "tuple": "t(i1,i2)",
    "tuple-reply": "t(u7265706c79,u68656c6c6f)", "list": "l(i1,i2,i3)",
    "dict": "d(u61=i1,u62=N)", "nested": "l(t(i1,u61),d(u6b=l()))",
    "set": "S(i1)", "bytes-20000": "b" + "61" * 20000,
    "bytes-70000": "b" + "61" * 70000,
}


def frames():
    t = Topic("frame", "What send_bytes writes.")
    for size in SIZES:
        t.add("len-%d" % size, "b'x' * %d" % size, "WIRE_FRAME")
    t.each(r"""
        looks-like-a-header: b'\0\0\0\1'
        minus-one: b'\xff\xff\xff\xff'
        all-bytes: bytes(range(256))
    """, "WIRE_FRAME")
    for size in (0x7fffffff, 0x80000000, 0x80000001, 0xffffffff, 1 << 32):
        t.add("header-%x" % size, "b''", "WIRE_LARGE", size=str(size))
    return t


def sends():
    t = Topic("send", "What send(obj) writes: a pickle of the version's "
              "default protocol, in a frame.")
    for slug, text in VALUES.items():
        t.add(slug, "b''", "WIRE_OBJECT", value=text)
    for pid in (1, 255, 256, 3405, 65535, 65536, 4194304):
        t.add("sharer-request-pid-%d" % pid, "b''", "WIRE_SHARER",
              value="t(i1,i%x)" % pid)
    for key in (255, 256, 65536):
        t.add("sharer-request-key-%d" % key, "b''", "WIRE_SHARER",
              value="t(i%x,id4d)" % key)
    return t


def receives():
    t = Topic("receive", "What recv_bytes gives of whole messages.")
    for size in SIZES:
        t.add("len-%d" % size, "framed(b'x' * %d)" % size, "WIRE_FRAME",
              calls="bytes" if size < 60000 else "into:%d,poll" % size)
        if size < 20000:
            t.add("long-form-%d" % size, "framed8(b'x' * %d)" % size,
                  "WIRE_LARGE", calls="bytes,poll")
    two = "framed(b'one') + framed(b'') + framed(b'two')"
    t.add("three", two, "WIRE_FRAME", calls="bytes,bytes,bytes,bytes")
    t.add("three-in-a-pipe", two, "WIRE_FRAME", via="pipe",
          calls="bytes,bytes,bytes,bytes,send")
    t.add("one-of-three", two, "WIRE_FRAME", calls="bytes")
    t.add("two-of-three", two, "WIRE_FRAME", calls="bytes,bytes,poll,send")
    t.add("poll-first", two, "WIRE_FRAME", calls="poll,poll,bytes")
    for slug, sizes in (("bytewise", "1,1,1,1,1,1,1,1,1"),
                        ("header-cut", "2,2,5"), ("payload-cut", "4,1,4"),
                        ("header-then-payload", "4,5"),
                        ("both-cut", "3,1,2,3")):
        t.add("pieces-" + slug, "framed(b'piece')", "WIRE_PIECES",
              pieces=sizes, calls="bytes,bytes")
        t.add("into-pieces-" + slug, "framed(b'piece')", "WIRE_PIECES",
              pieces=sizes, calls="into:9,poll")
    for slug, sizes in (("bytewise", ",".join("1" * 17)),
                        ("cut-after-4", "4,8,5"), ("cut-after-6", "4,2,6,5"),
                        ("cut-after-12", "4,8,1,4")):
        t.add("long-form-pieces-" + slug, "framed8(b'piece')", "WIRE_PIECES",
              pieces=sizes, calls="bytes,bytes")
    return t


def ends():
    t = Topic("end", "The end of the stream at each byte of a message.")
    for n in range(10):
        t.add("short-form-%d" % n, "framed(b'hello')[:%d]" % n, "WIRE_END",
              calls="bytes,bytes,send")
        t.add("into-short-form-%d" % n, "framed(b'hello')[:%d]" % n,
              "WIRE_END", calls="into:8,poll")
        t.add("recv-short-form-%d" % n, "framed(b'\\x80\\4K\\1.')[:%d]" % n,
              "WIRE_END", calls="recv,recv")
    for n in range(18):
        t.add("long-form-%d" % n, "framed8(b'hello')[:%d]" % n, "WIRE_END",
              calls="bytes,poll")
    for n in range(5):
        t.add("second-message-%d" % n, "framed(b'a') + framed(b'b')[:%d]" % n,
              "WIRE_END", calls="bytes,bytes,bytes,send")
    for n in (0, 3, 4, 7):
        t.add("pipe-%d" % n, "framed(b'hello')[:%d]" % n, "WIRE_END",
              via="pipe", calls="poll,bytes,bytes,send")
        t.add("pieces-%d" % n, "framed(b'hello')[:%d]" % n, "WIRE_END",
              pieces="1,1,1,1,1,1,1", calls="bytes,bytes")
    return t


def lengths():
    t = Topic("length", "Lengths that no honest peer sends, and limits.")
    for slug, header in (("minus-2", "fffffffe"), ("minus-3", "fffffffd"),
                         ("least", "80000000"), ("minus-256", "ffffff00")):
        t.add(slug, "bytes.fromhex('%s') + b'rest'" % header, "WIRE_LENGTH",
              calls="bytes,poll,send")
        t.add(slug + "-then-message", "bytes.fromhex('%s') + framed(b'next')"
              % header, "WIRE_LENGTH", calls="bytes,bytes,bytes")
        t.add(slug + "-limited", "bytes.fromhex('%s') + framed(b'next')"
              % header, "WIRE_LENGTH", calls="bytes:0,bytes:4")
        t.add(slug + "-into", "bytes.fromhex('%s') + framed(b'next')" % header,
              "WIRE_INTO", calls="into:0,into:4")
        t.add(slug + "-recv", "bytes.fromhex('%s') + framed(b'\\x80\\4N.')"
              % header, "WIRE_LENGTH", calls="recv,recv")
    for slug, header in (
            ("huge", "7fffffff"), ("million", "000f4240"),
            ("long-form-2gib", "ffffffff0000000080000000")):
        t.add(slug + "-nothing-follows", "bytes.fromhex('%s')" % header,
              "WIRE_LENGTH", calls="bytes,poll,send")
        t.add(slug + "-little-follows", "bytes.fromhex('%s') + b'abc'"
              % header, "WIRE_LENGTH", calls="bytes,send")
    for slug, header in (
            ("5", "00000005"), ("huge", "7fffffff"),
            ("long-form-5", "ffffffff0000000000000005"),
            ("long-form-2gib", "ffffffff0000000080000000"),
            ("long-form-greatest", "ffffffffffffffffffffffff"),
            ("long-form-sign-bit", "ffffffff8000000000000000")):
        message = "bytes.fromhex('%s') + b'abcde'" % header
        t.add("limit-4-of-" + slug, message, "WIRE_LIMIT",
              calls="bytes:4,bytes,recv,into:9,poll,send")
        t.add("limit-4-of-%s-in-a-pipe" % slug, message, "WIRE_LIMIT",
              via="pipe", calls="bytes:4,bytes,poll,send")
    for limit in (0, 4, 5, 6):
        t.add("limit-%d" % limit, "framed(b'hello') + framed(b'')",
              "WIRE_LIMIT", calls="bytes:%d,bytes:%d,send" % (limit, limit))
    t.add("limit-below-0", "framed(b'hello') + framed(b'')", "WIRE_LIMIT",
          calls="bytes:-1,bytes,bytes:-4,send")
    return t


def intos():
    t = Topic("into", "What recv_bytes_into writes, and BufferTooShort.")
    for size in (0, 1, 4, 5, 6, 100):
        t.add("five-into-%d" % size, "framed(b'12345') + framed(b'next')",
              "WIRE_INTO", calls="into:%d,bytes" % size)
        t.add("none-into-%d" % size, "framed(b'')", "WIRE_INTO",
              calls="into:%d,poll" % size)
    for size in (16383, 16384, 65536):
        t.add("too-short-by-one-%d" % size, "framed(b'z' * %d) + framed(b'n')"
              % (size + 1), "WIRE_INTO", calls="into:%d,bytes" % size)
    t.add("long-form", "framed8(b'12345') + framed(b'n')", "WIRE_INTO",
          calls="into:5,into:0,send")
    t.add("too-short-in-pieces", "framed(b'12345')", "WIRE_INTO",
          pieces="2,3,2,2", calls="into:2,poll")
    t.add("too-short-and-cut", "framed(b'12345')[:7]", "WIRE_INTO",
          calls="into:2,into:2")
    return t


def objects():
    t = Topic("object", "What recv() makes of messages.")
    t.each(r"""
        none: framed(b'\x80\4N.')
        protocol-0: framed(b'(I1\nI2\ntp0\n.')
        protocol-1: framed(b'(K\1K\2tq\0.')
        protocol-2: framed(b'\x80\2K\1K\2\x86q\0.')
        protocol-3: framed(b'\x80\3C\3abcq\0.')
        protocol-4: framed(b'\x80\4\x95\6\0\0\0\0\0\0\0K\1K\2\x86.')
        protocol-5: framed(b'\x80\5\x96\3\0\0\0\0\0\0\0abc.')
        long-form: framed8(b'\x80\2K\7.')
        behind-the-stop: framed(b'K\1.rubbish')
        two-in-one-message: framed(b'K\1.K\2.')
        empty-list: framed(b'].')
    """, "WIRE_OBJECT", calls="recv,poll")
    t.each(r"""
        empty-message: framed(b'')
        truncated: framed(b'\x80\4K')
        no-stop: framed(b'K\1')
        unknown-opcode: framed(b'\xff.')
        protocol-6: framed(b'\x80\6N.')
        stack-empty: framed(b'.')
        memo-missing: framed(b'h\0.')
        challenge: framed(b'#CHALLENGE#')
    """, "WIRE_OBJECT WIRE_END", calls="recv,poll,send")
    t.each(r"""
        empty-message-then-next: framed(b'') + framed(b'K\1.')
        truncated-then-next: framed(b'\x80\4K') + framed(b'K\1.')
        unknown-opcode-then-next: framed(b'\xff.') + framed(b'K\1.')
        behind-the-stop-then-next: framed(b'K\1.xyz') + framed(b'K\2.')
    """, "WIRE_OBJECT", calls="recv,recv,recv")
    t.add("in-pieces", r"framed(b'\x80\4K\7.')", "WIRE_PIECES",
          pieces="1,2,1,1,1,1,1,1", calls="recv,recv")
    t.add("in-a-pipe", r"framed(b'\x80\4K\7.') * 2", "WIRE_OBJECT",
          via="pipe", calls="recv,recv,recv")
    t.add("mixed-with-bytes", r"framed(b'raw') + framed(b'K\1.')",
          "WIRE_OBJECT", calls="bytes,recv")
    return t


def topics():
    """All topics, in the order in which they are generated."""
    return ([frames(), sends(), receives(), ends(), lengths(), intos(),
             objects()] + corpus_wire_auth.topics() +
            corpus_wire_handles.topics())
