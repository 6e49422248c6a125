"""The dictionary of flags: what each is about, and what a failure breaks.

One row a flag: kind, effect for a user of a port that fails, links. A vector
file carries the rows of the flags it uses.
"""

FLAGS = {
    "BASIC": ("BASIC", "The most common pickles do not interoperate.", []),
    "BATCH": ("BATCH", "Bytes differ at multiples of 1000 items, so caches "
              "keyed by pickles and signed pickles no longer match.",
              ["gh-135573"]),
    "BININT": ("OPCODE", "Small ints get a longer or wrong opcode.", []),
    "BOOL_NOT_INT": ("TYPE", "True comes back as 1, or 1 as True.", []),
    "BUFFER": ("OOB", "Arrays cannot be sent without copying.", ["PEP 574"]),
    "BUILD": ("OBJECT", "Attributes of objects are lost or misplaced.", []),
    "BYTEARRAY": ("OPCODE", "bytearrays cannot be exchanged.", ["PEP 574"]),
    "BYTEARRAY_MEMO": ("MEMO", "A shared bytearray becomes two.", []),
    "BYTES_CODECS": ("OPCODE", "bytes cannot be sent to Python 2, or arrive "
                     "as str.", []),
    "BYTES_LENGTH": ("LENGTH", "bytes around 255 and 256 are cut.", []),
    "COMPLEX": ("OBJECT", "Complex numbers cannot be exchanged.", []),
    "COMPOUND": ("MIXED", "Everyday structures do not interoperate.", []),
    "CYCLE": ("IDENTITY", "A structure that holds itself hangs or crashes.",
              []),
    "CYCLE_ARGS": ("IDENTITY", "Objects whose arguments reach themselves "
                   "lose their state, as they do in CPython's C pickler.",
                   []),
    "DEEP": ("LIMIT", "Deeply nested values overflow the stack.", []),
    "DEFAULT_REDUCE": ("OBJECT", "Plain instances cannot be exchanged.", []),
    "DIGITS": ("LIMIT", "An int of more than 4300 digits is accepted as "
               "text.", ["CVE-2020-10735"]),
    "DISPATCH_TABLE": ("COPYREG", "Reducers registered for a type are "
                       "ignored.", []),
    "ENCODING": ("PYTHON2", "str of Python 2 pickles is decoded wrongly.",
                 []),
    "ERROR": ("ERROR", "A value that CPython refuses is pickled.", []),
    "DUPFD": ("DESCRIPTOR", "Sockets and connections do not arrive in another "
              "process.", []),
    "EXCEPTION": ("OBJECT", "Exceptions of worker processes are lost.", []),
    "EXT": ("EXT", "Codes of the extension registry are not understood.",
            ["PEP 307"]),
    "FAST": ("OPTION", "Pickler.fast writes a memo.", []),
    "FIX_IMPORTS": ("PYTHON2", "Names are not found by Python 2, or by "
                    "Python 3 in a Python 2 pickle.", []),
    "FLOAT_REPR": ("TEXT", "A float changes in its last digits at protocol "
                   "0.", []),
    "FLOAT_SPECIAL": ("TEXT", "Infinities and NaN are not understood.", []),
    "FRAME": ("FRAME", "A reader that prefetches by frames stops or "
              "overruns.", ["PEP 3154"]),
    "FRAME_MINIMUM": ("FRAME", "Tiny pickles get a frame they should not "
                      "have.", []),
    "GETINITARGS": ("PYTHON2", "Old-style instances are built without their "
                    "arguments.", []),
    "GLOBAL": ("GLOBAL", "Classes and functions are not found.", []),
    "IDENTITY": ("IDENTITY", "Equal but distinct objects become one.", []),
    "IMPORT": ("GLOBAL", "A name that does not exist is accepted.", []),
    "INST": ("OPCODE", "Protocol 0 instances of Python 2 are not read.", []),
    "INT_NO_MEMO": ("MEMO", "Numbers take memo places and shift all later "
                    "ones.", []),
    "LARGE_PAYLOAD": ("FRAME", "Payloads of 64 KiB and more stand inside a "
                      "frame and are copied.", []),
    "LIMIT": ("LIMIT", "A few bytes make the reader take all memory.", []),
    "LIVE_SIZE": ("CONCURRENCY", "A list that grows while it is pickled "
                  "differs.", ["gh-149816"]),
    "LONG1": ("OPCODE", "Large ints are cut.", []),
    "LONG4": ("OPCODE", "Ints of 256 bytes and more are cut.", []),
    "LONG_MINIMAL": ("OPCODE", "Large ints carry a redundant or lack a sign "
                     "byte.", []),
    "LONG_OPCODE": ("OPCODE", "Ints beyond 32 bits are cut.", []),
    "MANY": ("OPTION", "Several pickles of one Pickler do not share their "
             "memo.", []),
    "MEMO": ("MEMO", "A shared object becomes two, or another.", []),
    "MEMO_INDEX": ("MEMO", "The wrong object is fetched past 255 entries.",
                   []),
    "NAN_BITS": ("TEXT", "The payload of a NaN is lost.", []),
    "NAME_STR": ("IDENTITY", "Strs of names do not share the memo with other "
                 "strs.", []),
    "NEGATIVE": ("BASIC", "Negative numbers lose their sign.", []),
    "NESTED_NAME": ("GLOBAL", "Nested classes and methods are not found.",
                    ["gh-82951"]),
    "NEWOBJ": ("OBJECT", "Classes with __new__ arguments are built wrongly.",
               ["PEP 307"]),
    "NEWOBJ_EX": ("OBJECT", "Classes with keyword arguments of __new__ are "
                  "built wrongly.", ["PEP 3154"]),
    "NON_ASCII_NAME": ("GLOBAL", "Classes with names beyond ASCII are not "
                       "found.", []),
    "ONE_BYTE_SHARED": ("IDENTITY", "One-byte bytearrays share or do not "
                        "share their bytes.", []),
    "OPCODE": ("OPCODE", "An opcode is not understood.", []),
    "ORDER": ("ORDER", "Items change their order.", []),
    "OVERRIDE": ("COPYREG", "reducer_override is asked too often or too "
                 "seldom.", ["bpo-35900"]),
    "PERSID": ("PERSID", "Objects that live outside the pickle are not "
               "connected.", []),
    "PERSID_REPR": ("PERSID", "An id that is no str is written as its repr() "
                    "at protocol 0.", []),
    "PRIVATE_NAME": ("GLOBAL", "Names that begin with two underscores are "
                     "looked up unmangled.", []),
    "PROTO": ("PROTO", "The protocol byte is misunderstood.", []),
    "PURE_ESCAPED_MEMO": ("MEMO", "A shared str with escapes becomes two, as "
                          "in the pure-Python pickler up to 3.12.", []),
    "PYTHON2": ("PYTHON2", "Pickles of Python 2 are not read.", []),
    "RANDOM": ("MIXED", "An interaction of features fails.", []),
    "RECURSION": ("LIMIT", "A value without end hangs the pickler.", []),
    "RECURSIVE_SET": ("IDENTITY", "A set that reaches itself is duplicated.",
                      []),
    "RECURSIVE_TUPLE": ("IDENTITY", "A tuple that reaches itself is "
                        "duplicated.", []),
    "REDUCER": ("COPYREG", "Methods and partials cannot be sent to another "
                "process.", []),
    "REDUCE": ("OBJECT", "Objects with __reduce__ are built wrongly.", []),
    "SET": ("OPCODE", "Sets cannot be exchanged.", []),
    "SETTER": ("OBJECT", "The state setter is not called.", ["bpo-35900"]),
    "SIZE": ("LENGTH", "A declared length is trusted.", []),
    "SLOTS": ("OBJECT", "Objects with __slots__ lose attributes.", []),
    "SPAWN": ("DESCRIPTOR", "A child process does not get its locks and "
              "queues.", []),
    "STACK": ("STACK", "A stack underflow is not noticed.", []),
    "STDLIB": ("OBJECT", "Objects of the standard library are not "
               "understood.", []),
    "STR_LENGTH": ("LENGTH", "strs around 255 and 256 bytes are cut.", []),
    "SUBCLASS": ("OBJECT", "Subclasses of built-in types lose their "
                 "content.", []),
    "SURROGATE": ("TEXT", "Lone surrogates (file names) are lost or "
                  "joined.", []),
    "TEMPORARY": ("IDENTITY", "A temporary of the pickler that is a shared "
                  "object of the interpreter is written twice.", []),
    "TEXT": ("TEXT", "The text of a protocol 0 argument is misread.", []),
    "TRUNCATION": ("TRUNCATION", "A cut pickle is taken for a whole one.",
                   []),
    "TUPLE": ("OPCODE", "Tuples get a longer or wrong opcode.", []),
    "UNHASHABLE": ("TYPE", "An unhashable key is accepted.", []),
    "UNICODE_ESCAPE": ("TEXT", "Control characters and backslashes change "
                       "at protocol 0.", []),
    "UNKNOWN_OPCODE": ("OPCODE", "A byte that is no opcode is skipped.", []),
    "USED": ("STREAM", "The next pickle of a stream is not found.", []),
    "UTF8": ("TEXT", "Text beyond ASCII changes.", []),
    "WINDOWS": ("DESCRIPTOR", "Sockets and pipes do not arrive in another "
                "process on Windows.", []),
    "WORD_SIZE": ("OPCODE", "Ints at the edge of a machine word overflow.",
                  []),
}


def table(names):
    """The rows of the flags named, as a vector file has them."""
    out = {}
    for name in sorted(names):
        kind, effect, links = FLAGS[name]
        out[name] = {"kind": kind, "effect": effect, "links": links}
    return out
