#!/usr/bin/env python3
"""Runs the Python testee or peer and marks each line that it executes of the
five files of scripts/oracle-coverage.

    tracer.py --lines                 the files and their lines, as JSON
    tracer.py FOLDER PROGRAM ARGS...  run PROGRAM, a file with a main()

FOLDER has `layout`, a line "OFFSET PATH" for each file, and `marks`, a byte for
each line at its file's OFFSET. All processes share the marks as memory, so that
nothing is lost of one that is killed. Nothing that could import one of the
files is imported before the tracing begins.
"""
import mmap
import os
import sys
import threading

NAMES = ("pickle.py", "pickletools.py", "multiprocessing/reduction.py",
         "multiprocessing/connection.py", "multiprocessing/resource_sharer.py")


def path_of(name):
    return os.path.join(os.path.dirname(os.__file__), *name.split("/"))


# ---- which lines there are ----

def numbers(code):
    """The lines of one code object. That of a function's head is told by a call
    only; the code around it has it as well."""
    import dis
    found = {line for _, line in dis.findlinestarts(code) if line}
    return found - ({code.co_firstlineno} if code.co_flags & 2 else set())


def collect(code, name, lines, seen):
    """{line: name of the function} of a code object and all in it; what is in a
    lambda or comprehension belongs to the function around it. A second function
    of one name, as for another system, is called NAME#2."""
    for line in numbers(code):
        lines[line] = name or "-"
    for inner in code.co_consts:
        if not hasattr(inner, "co_code"):
            continue
        full = name
        if not inner.co_name.startswith("<"):
            full = name + "." + inner.co_name if name else inner.co_name
            seen[full] = seen.get(full, 0) + 1
            if seen[full] > 1:
                full += "#%d" % seen[full]
        collect(inner, full, lines, seen)


def lines_of(path):
    """(number of lines, {line: [function, text]})."""
    import tokenize
    with tokenize.open(path) as stream:
        source = stream.read()
    lines, texts = {}, source.split("\n")
    collect(compile(source, path, "exec", dont_inherit=True), "", lines, {})
    command = [n for n, text in enumerate(texts, 1)
               if text.startswith("if __name__ ==")] or [len(texts)]
    for line in lines:
        if line > command[0] and lines[line] == "-":
            lines[line] = "__main__"
    return len(texts), {n: [lines[n], texts[n - 1].strip()]
                        for n in sorted(lines)}


def describe():
    import json
    import platform
    files = []
    for name in NAMES:
        path = path_of(name)
        length, lines = lines_of(path)
        files.append({"name": name, "path": path, "length": length,
                      "lines": lines})
    json.dump({"implementation": platform.python_implementation(),
               "version": platform.python_version(), "os": sys.platform,
               "files": files}, sys.stdout)


# ---- which lines are executed ----

def monitor(marks, files):
    """From 3.12 on: each line is told once and costs nothing thereafter."""
    monitoring = sys.monitoring

    def line(code, number):
        offset = files.get(code.co_filename)
        if offset is not None:
            marks[offset + number] = 1
        return monitoring.DISABLE

    monitoring.use_tool_id(monitoring.COVERAGE_ID, "oracle-coverage")
    monitoring.register_callback(monitoring.COVERAGE_ID,
                                 monitoring.events.LINE, line)
    monitoring.set_events(monitoring.COVERAGE_ID, monitoring.events.LINE)
    return lambda: None


def trace(marks, files):
    """Before 3.12. A function is no longer traced when all its lines are marked.
    Returns what begins the tracing of this thread again: CPython ends it where
    the recursion limit strikes."""
    left = {}

    def unmarked(code, offset):
        return {n for n in numbers(code) if not marks[offset + n]}

    def executed(frame, event, _):
        if event == "line":
            code, number = frame.f_code, frame.f_lineno
            marks[files[code.co_filename] + number] = 1
            left[code.co_filename, code.co_firstlineno,
                 code.co_name].discard(number)
        return executed

    def called(frame, _, __):
        code = frame.f_code
        offset = files.get(code.co_filename)
        if offset is None:
            return None
        key = code.co_filename, code.co_firstlineno, code.co_name
        if key not in left:
            left[key] = unmarked(code, offset)
        return executed if left[key] else None

    def begin():
        sys.settrace(called)

    import dis                      # before there is something to trace
    assert dis
    threading.settrace(called)
    begin()
    return begin


def begin(folder):
    files = {}
    with open(os.path.join(folder, "layout"), encoding="utf-8") as layout:
        for line in layout:
            offset, path = line.rstrip("\n").split(" ", 1)
            files[path] = int(offset)
    with open(os.path.join(folder, "marks"), "r+b") as stream:
        marks = mmap.mmap(stream.fileno(), 0)
    early = [m for m in ("pickle", "pickletools", "multiprocessing")
             if m in sys.modules]
    if early:
        sys.exit("imported before the tracing begins: " + ", ".join(early))
    return (monitor if hasattr(sys, "monitoring") else trace)(marks, files)


def check(folder):
    """The modules come from where the lines were counted."""
    with open(os.path.join(folder, "layout"), encoding="utf-8") as layout:
        paths = {line.rstrip("\n").split(" ", 1)[1] for line in layout}
    for name in NAMES:
        module = sys.modules.get(name[:-3].replace("/", "."))
        code = getattr(module, "__loader__", None) and module.__file__
        if code and code not in paths:
            sys.exit("%s is not where it was looked for" % code)


def run(folder, program, args):
    again = begin(folder)
    sys.path.insert(0, os.path.dirname(os.path.abspath(program)))
    sys.argv[:] = [program] + args
    module = __import__(os.path.splitext(os.path.basename(program))[0])
    check(folder)
    for name in ("answer", "perform"):      # one request of testee.py, peer.py
        if hasattr(module, name):
            setattr(module, name, traced(again, getattr(module, name)))
    takes_args = module.main.__code__.co_argcount
    return module.main(args) if takes_args else module.main()


def traced(again, function):
    def call(*args):
        again()
        return function(*args)
    return call


if __name__ == "__main__":
    if sys.argv[1:] == ["--lines"]:
        describe()
    elif len(sys.argv) > 2:
        sys.exit(run(sys.argv[1], sys.argv[2], sys.argv[3:]))
    else:
        sys.stderr.write(__doc__)
        sys.exit(2)
