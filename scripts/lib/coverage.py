"""Print what a JSON report of gcovr says of impl/src, by room, and each line that
was not executed; write the table into a README.

usage: coverage.py [--update README] ROOT REPORT"""
import argparse
import json
import os

BEGIN = "<!-- made by scripts/coverage --update -->\n"
END = "<!-- end -->\n"


class Count(object):
    """Executed, and all, of lines and of branches."""

    def __init__(self):
        self.lines = [0, 0]
        self.branches = [0, 0]

    def add(self, line):
        self.lines[0] += line["count"] > 0
        self.lines[1] += 1
        self.branches[0] += sum(b["count"] > 0 for b in line["branches"])
        self.branches[1] += len(line["branches"])


def percent(pair):
    return "%.1f %%" % (100.0 * pair[0] / pair[1] if pair[1] else 100.0)


def read(report):
    """{room: Count} and [(file, number)] of what was not executed."""
    rooms, missed = {}, []
    with open(report, encoding="utf-8") as stream:
        files = json.load(stream)["files"]
    for file in sorted(files, key=lambda f: f["file"]):
        room = file["file"].split("/")[2]
        for line in file["lines"]:
            if line["gcovr/noncode"]:
                continue
            for name in (room, "all"):
                rooms.setdefault(name, Count()).add(line)
            if not line["count"]:
                missed.append((file["file"], line["line_number"]))
    return rooms, missed


def table(rooms):
    rows = ["| room | lines | executed | branches | taken |",
            "|---|--:|--:|--:|--:|"]
    for name in sorted(rooms, key=lambda n: (n == "all", n)):
        c = rooms[name]
        rows.append("| %s | %d | %s | %d | %s |" % (
            name, c.lines[1], percent(c.lines), c.branches[1],
            percent(c.branches)))
    return "\n".join(rows) + "\n"


def update(path, text):
    with open(path, encoding="utf-8") as stream:
        old = stream.read()
    head, rest = old.split(BEGIN, 1)
    tail = rest.split(END, 1)[1]
    with open(path + ".new", "w", encoding="utf-8") as stream:
        stream.write(head + BEGIN + "\n" + text + "\n" + END + tail)
    os.replace(path + ".new", path)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--update", metavar="README")
    parser.add_argument("root")
    parser.add_argument("report")
    args = parser.parse_args()
    rooms, missed = read(args.report)
    print(table(rooms), end="")
    texts = {}
    for name, number in missed:
        if name not in texts:
            with open(os.path.join(args.root, name), encoding="utf-8") as f:
                texts[name] = f.read().split("\n")
        print("%s:%d: %s" % (name, number, texts[name][number - 1].strip()))
    if args.update:
        update(args.update, table(rooms))
    print("coverage: lines %s, branches %s" % (
        percent(rooms["all"].lines), percent(rooms["all"].branches)))


if __name__ == "__main__":
    main()
