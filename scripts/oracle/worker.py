"""The worker: runs inside one interpreter and answers JSON lines.

Reads requests {"op": ..., ...} from standard input, one a line, and writes one
JSON line for each to standard output. The driver starts it with a fixed hash
seed; recursion limit, stack and address space are fixed here, so that what a
limit decides does not depend on the machine.
"""
import json
import os
import sys
import threading

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

RECURSION_LIMIT = 5000
STACK_BYTES = 256 << 20
ADDRESS_SPACE = 6 << 30


def serve():
    from encode_worker import encode
    from decode_worker import decode
    from disassembly import disassemble
    operations = {"encode": encode, "decode": decode,
                  "disassemble": disassemble}
    out = sys.stdout
    for line in sys.stdin:
        request = json.loads(line)
        reply = operations[request["op"]](request)
        out.write(json.dumps(reply, separators=(",", ":")) + "\n")
        out.flush()


def main():
    try:
        import resource
        resource.setrlimit(resource.RLIMIT_AS, (ADDRESS_SPACE, ADDRESS_SPACE))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    except ImportError:
        pass
    sys.setrecursionlimit(RECURSION_LIMIT)
    threading.stack_size(STACK_BYTES)
    thread = threading.Thread(target=serve)
    thread.start()
    thread.join()


if __name__ == "__main__":
    main()
