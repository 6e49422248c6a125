"""Fixed limits, so that what a limit decides does not depend on the machine.

Used by the worker and by the Python testee. Changes this process only.
"""
import sys
import threading

RECURSION_LIMIT = 5000
STACK_BYTES = 32 << 20
ADDRESS_SPACE = 6 << 30


def run(main):
    """Run main() in a thread with a known stack, memory and recursion."""
    try:
        import resource
        resource.setrlimit(resource.RLIMIT_AS, (ADDRESS_SPACE, ADDRESS_SPACE))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    except (ImportError, ValueError, OSError):
        pass
    sys.setrecursionlimit(RECURSION_LIMIT)
    threading.stack_size(STACK_BYTES)
    result = []
    thread = threading.Thread(target=lambda: result.append(main()))
    thread.start()
    thread.join()
    return result[0] if result else 1
