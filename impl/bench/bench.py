"""The command behind scripts/bench: finds the interpreters, runs the suite of
values or that of handles, prints the table and the closing lines, and with
--update writes them into impl/bench/README.md between the suite's marks."""

import argparse
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, HERE)
sys.path.insert(0, os.path.join(ROOT, "scripts", "oracle"))
import interpreters  # noqa: E402
import handles  # noqa: E402
import peers  # noqa: E402
import values  # noqa: E402

README = os.path.join(HERE, "README.md")
BEGIN, END = "<!-- made by scripts/bench%s --update -->\n", "<!-- end -->\n"


def parse(arguments):
    parser = argparse.ArgumentParser(
        prog="scripts/bench", description="Time the C implementation against "
        "the fastest CPython present.")
    parser.add_argument("--binary", help=argparse.SUPPRESS, required=True)
    parser.add_argument("--work", help=argparse.SUPPRESS, required=True)
    parser.add_argument("--handles", action="store_true",
                        help="descriptors and messages between processes "
                        "instead of values")
    parser.add_argument("--update", action="store_true",
                        help="write the table into impl/bench/README.md")
    parser.add_argument("--only", metavar="NAME", action="append",
                        help="this workload only; may be repeated")
    parser.add_argument("--rounds", type=int, default=values.ROUNDS,
                        help="rounds to take medians of (default %(default)s)")
    parser.add_argument("--python", metavar="PATH",
                        help="compare with this interpreter")
    options = parser.parse_args(arguments)
    if options.rounds < 3:
        parser.error("--rounds: at least 3 are needed for a spread")
    known = set(handles.NAMES) if options.handles else (
        set(values.workloads.BY_NAME) | {"f_oob"})
    for name in options.only or ():
        if name not in known:
            parser.error("--only: no workload %s" % name)
    if options.update and options.only:
        parser.error("--update needs all workloads")
    return options


def pythons(options):
    return [options.python] if options.python else [
        path for kind, version, path in interpreters.find()
        if kind == "CPython" and version >= (3, 8)]


def run_values(options, show):
    found = pythons(options)
    bench = values.Bench(options.binary, found, options.work, options.only,
                         options.rounds)
    show("ratios against the fastest CPython of %d: %s"
         % (len(found), bench.reference))
    bench.run(show)
    if not options.only:
        for line in bench.memory():
            show(line)
        for line in values.suite_speed(options.binary):
            show(line)
    for what in ("decode", "encode"):
        line = bench.closing(what)
        if line:
            show(line)
    bench.close()


def run_handles(options, show):
    """Against the CPython that is fastest on values."""
    found = pythons(options)
    fastest = values.Bench(options.binary, found, options.work, ["j_msg"])
    reference = fastest.path
    fastest.close()
    bench = handles.Bench(options.binary, reference, options.work,
                          options.only, options.rounds)
    show("round trips between two processes on one CPU; CPython is %s"
         % bench.reference)
    closing = bench.run(show)
    bench.close()
    for line in closing:
        show(line)


def write_readme(lines, suite):
    begin = BEGIN % suite
    with open(README, encoding="utf-8") as stream:
        head, rest = stream.read().split(begin)
    tail = rest.split(END, 1)[1]
    text = head + begin + "```\n" + "\n".join(lines) + "\n```\n" + END + tail
    with open(README + ".new", "w", encoding="utf-8") as stream:
        stream.write(text)
    os.replace(README + ".new", README)


def main():
    options = parse(sys.argv[1:])
    lines = []

    def show(line):
        lines.append(line)
        print(line, flush=True)

    try:
        (run_handles if options.handles else run_values)(options, show)
    except peers.PeerError as error:
        print("bench: %s" % error, file=sys.stderr)
        return 3
    if options.update:
        write_readme(lines, " --handles" if options.handles else "")
    return 1 if any("FALLS SHORT" in line for line in lines) else 0


if __name__ == "__main__":
    sys.exit(main())
