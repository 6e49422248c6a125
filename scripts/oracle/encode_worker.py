"""Encode side of the worker: expressions to snapshots and pickles.

Runs inside the interpreter that is asked. Each snapshot and each dump gets a
new evaluation of the expression, because reducers and iterators may be used
up and because a pickler must not see objects of an earlier run.
"""
import contextlib
import copyreg
import io
import pickle

import pickleproof_kit
from recipe import shrink, shrink_result
from snapshot import snapshot

NAMES = dict(vars(pickleproof_kit))
FORKING = {}
_compiled = {}


def names_for(keys):
    """The names for expressions; with `forking` multiprocessing's as well,
    which are not imported before they are needed."""
    if "forking" in keys and "Launch" not in FORKING:
        import pickleproof_forking
        FORKING.update(vars(pickleproof_kit))
        FORKING.update(vars(pickleproof_forking))
    return FORKING if "forking" in keys else NAMES


def evaluate(expr, keys):
    """The value of an expression and its Pickler options."""
    code = _compiled.get(expr)
    if code is None:
        if len(_compiled) > 5000:
            _compiled.clear()
        code = _compiled[expr] = compile(expr, "<corpus>", "eval")
    value = eval(code, names_for(keys))
    if type(value) is pickleproof_kit.With:
        return value.value, value.options
    return value, {}


class Extensions(object):
    """Entries of the extension registry, for one request only."""

    def __init__(self, text):
        self.entries = []
        for entry in (text or "").split(","):
            if entry:
                module, name, code = entry.rsplit(":", 2)
                self.entries.append((module, name, int(code)))

    def __enter__(self):
        for entry in self.entries:
            copyreg.add_extension(*entry)

    def __exit__(self, *exc):
        for entry in self.entries:
            copyreg.remove_extension(*entry)
        if self.entries:
            copyreg.clear_extension_cache()


def launch(keys, options):
    """What stands around a dump, and around the walk of a snapshot."""
    if "forking" not in keys:
        return contextlib.nullcontext()
    return names_for(keys)["Launch"](options)


def make_pickler(base, file, proto, keys, options):
    """A Pickler with the hooks of a With and the keys of a request."""
    methods = {}
    for name in ("persistent_id", "reducer_override"):
        if name in options:
            hook = options[name]
            methods[name] = lambda self, obj, hook=hook: hook(obj)
    cls = type("Pickler", (base,), methods) if methods else base
    kwargs = {"fix_imports": keys.get("fix_imports") != "0"}
    if "buffer_callback" in options:
        kwargs["buffer_callback"] = options["buffer_callback"]
    pickler = cls(file, proto, **kwargs)
    if "dispatch_table" in options:
        pickler.dispatch_table = options["dispatch_table"]
    if keys.get("fast") == "1":
        pickler.fast = True
    return pickler


def dump(value, options, proto, keys, pure_python=False):
    """The bytes one implementation writes, as pickle.dumps would."""
    file = io.BytesIO()
    with launch(keys, options):
        if keys.get("forking") == "1":
            pickler = names_for(keys)["pickler"](file, proto, keys, options)
        else:
            base = pickle._Pickler if pure_python else pickle.Pickler
            pickler = make_pickler(base, file, proto, keys, options)
        dump_parts(pickler, value, keys)
    return file.getvalue()


def dump_parts(pickler, value, keys):
    many = keys.get("many")
    for i, part in enumerate(value if many else (value,)):
        if many == "2" and i:
            pickler.clear_memo()
        pickler.dump(part)


def outcome(expr, proto, keys, pure_python):
    value, options = evaluate(expr, keys)
    try:
        data = dump(value, options, proto, keys, pure_python)
        return {"bytes": shrink_result(data.hex(), data)}
    except Exception as error:
        return {"error": type(error).__name__}


def text_of(expr, proto, keys, pure_python):
    """The canonical text, or "?" where there is none."""
    value, options = evaluate(expr, keys)
    try:
        with launch(keys, options):
            if keys.get("forking") == "1":
                table = names_for(keys)["table"](options)
                options = dict(options, dispatch_table=table)
            return shrink(snapshot(value, proto, options, pure_python,
                                   keys.get("forking")))
    except Exception:
        return "?"


def encode(request):
    """{protocol: [text C, outcome C, text Python, outcome Python]}.

    Python's are None where they equal C's, and left out where there is none.
    Only reducer_override makes the
    two picklers see different graphs.
    """
    expr, keys = request["expr"], request["keys"]
    try:
        options = evaluate(expr, keys)[1]
    except (NameError, AttributeError):
        return None
    reply = {}
    with Extensions(keys.get("ext")):
        for proto in request["only"]:
            text = text_of(expr, proto, keys, False) if (
                request["text"]) else "?"
            py_text = text_of(expr, proto, keys, True) if (
                text != "?" and "reducer_override" in options) else text
            made = outcome(expr, proto, keys, False)
            if keys.get("forking") == "1":
                # ForkingPickler is a subclass of the C pickler; there is none
                # in Python.
                reply[str(proto)] = [text, made]
                continue
            py_made = outcome(expr, proto, keys, True)
            reply[str(proto)] = [text, made,
                                 py_text if py_text != text else None,
                                 py_made if py_made != made else None]
    return reply
