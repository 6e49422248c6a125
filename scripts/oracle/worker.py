"""The worker: runs inside one interpreter and answers JSON lines.

Reads requests {"op": ..., ...} from standard input, one a line, and writes one
JSON line for each to standard output. The driver starts it with a fixed hash
seed; limits.py fixes the rest.
"""
import json
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))


def serve():
    from decode_worker import decode
    from disassembly import disassemble
    from encode_worker import encode
    from wire import wire
    operations = {"encode": encode, "decode": decode,
                  "disassemble": disassemble, "wire": wire}
    out = sys.stdout
    for line in sys.stdin:
        request = json.loads(line)
        reply = operations[request["op"]](request)
        out.write(json.dumps(reply, separators=(",", ":")) + "\n")
        out.flush()
    return 0


if __name__ == "__main__":
    import limits
    sys.exit(limits.run(serve))
