"""Why lines of CPython are not executed: harness/expected/oracle-coverage.txt.

The head of that file explains its columns. An entry is one text below one such
head; a line is matched by file, function and text, never by its number, so that
an entry holds for several versions.
"""
import fnmatch
import re

CONDITION = re.compile(r"(os|version)(=|>=|<)(\S+)$")


class BadFile(Exception):
    """The message begins with the line's number."""


def numbers(version):
    return tuple(map(int, version.split(".")))


class Entry(object):
    def __init__(self, head, text, line):
        self.file, self.function, self.when, self.reason = head
        self.text, self.line = text, line
        self.excuses = self.executed = 0    # lines that match, in all versions
        self.asked = False                  # for a version that it is made for
        self.named = "version" in self.when

    def holds(self, system, version):
        """Is it made for this system and version (as 3.11.7)?"""
        mine = numbers(version)[:2]
        for condition in self.when.split(","):
            if condition == "-":
                continue
            name, sign, value = CONDITION.match(condition).groups()
            if name == "os":
                good = system in value.split("|")
            elif sign == "=":
                good = mine in [numbers(v) for v in value.split("|")]
            else:
                good = (mine < numbers(value)) == (sign == "<")
            if not good:
                return False
        return True

    def matches(self, file, function, text):
        if file != self.file or not fnmatch.fnmatchcase(
                function, self.function):
            return False
        if self.text.endswith("..."):
            return text.startswith(self.text[:-3])
        return self.text in ("**", text)


def check_head(words, line):
    if len(words) < 4:
        raise BadFile("%d: a file, a function, conditions and a reason" % line)
    for condition in words[2].split(","):
        found = CONDITION.match(condition)
        if condition != "-" and (not found or (
                found.group(1) == "os" and found.group(2) != "=")):
            raise BadFile("%d: not a condition: %s" % (line, condition))
        if found and found.group(1) == "version":
            for value in found.group(3).split("|"):
                if not re.match(r"\d+\.\d+$", value):
                    raise BadFile("%d: not a version: %s" % (line, value))


def read(path):
    """[Entry, ...]"""
    entries, head, used = [], None, True
    with open(path, encoding="utf-8") as stream:
        for number, line in enumerate(stream, 1):
            if not line.strip() or line.startswith("#"):
                continue
            if line[0] == " ":
                if head is None:
                    raise BadFile("%d: a text without a head" % number)
                entries.append(Entry(head, line.strip(), number))
                used = True
                continue
            if not used:
                raise BadFile("%d: the head above has no text" % number)
            words = line.split(None, 3)
            check_head(words, number)
            head = words[:3] + [words[3].strip()]
            used = False
    if not used:
        raise BadFile("the last head has no text")
    return entries


def find(entries, file, function, text):
    """The first entry that excuses a line, or None."""
    for entry in entries:
        if entry.matches(file, function, text):
            return entry
    return None


def stale(entries, complete):
    """[(line, text)] of entries that excuse nothing, though a version has been
    asked for which they are made. That a version has not such a line says
    something only of an entry that names versions, or if all have been asked."""
    found = []
    for entry in entries:
        if not entry.asked or entry.excuses:
            continue
        if entry.executed:
            found.append((entry.line, "executed, and yet with a reason: %s"
                          % entry.text))
        elif entry.named or complete:
            found.append((entry.line, "no such line: %s" % entry.text))
    return found
