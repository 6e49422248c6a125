"""Native objects: x(TYPE;FIELDS) of harness/PROTOCOL.md.

What a snapshot writes so instead of as the call it reduces to: methods, method
descriptors, partials, sockets and connections. mark() finds the Nodes of them,
fields() says what to write, reduction() is the way back. Reads and writes
nothing.
"""
from canon import global_text, int_text

# TYPE -> the functions it may reduce to, by module and name.
_GETATTR = ("builtins", "getattr")
CALLS = {
    ("builtins", "method"): (_GETATTR,),
    ("builtins", "builtin_function_or_method"): (_GETATTR,),
    ("builtins", "method-wrapper"): (_GETATTR,),
    ("builtins", "method_descriptor"): (_GETATTR,),
    ("builtins", "wrapper_descriptor"): (_GETATTR,),
    ("functools", "partial"): (("functools", "partial"), (
        "multiprocessing.reduction", "_rebuild_partial")),  # plain, forking
    ("socket", "socket"): (("multiprocessing.reduction", "_rebuild_socket"),),
    ("multiprocessing.connection", "Connection"): ((
        "multiprocessing.connection", "rebuild_connection"),),
    ("multiprocessing.connection", "PipeConnection"): ((
        "multiprocessing.connection", "rebuild_pipe_connection"),),
    ("array", "array"): (("array", "array"),),
    ("builtins", "dict_items"): (("builtins", "list"),),
    ("builtins", "dict_keys"): (("builtins", "list"),),
    ("builtins", "dict_values"): (("builtins", "list"),),
    ("multiprocessing.heap", "Arena"): ((
        "multiprocessing.heap", "rebuild_arena"),),
}
SOCKET = ("socket", "socket")
ENUMS = ("AddressFamily", "SocketKind")


def pair_of(node):
    kind = type(node.obj)
    return kind.__module__, kind.__qualname__


def mark(node, uses):
    """Make a Node that was reduced a native one, where its type is."""
    pair = pair_of(node)
    parts = node.parts
    f = parts["f"]
    if pair not in CALLS or f.kind != "g" or f.parts[:2] not in CALLS[pair]:
        return
    node.kind = "x"
    if pair == SOCKET:
        for member in parts["args"].parts[1:3]:
            if type(member) is not str:
                uses[id(member)] = uses.get(id(member), 0) + 1


def fields(node, writer):
    """(TYPE, [what walk() gave for each field]), or None: by its call."""
    pair = pair_of(node)
    f, args = node.parts["f"], node.parts["args"]
    if args.refs > 1 or not own_names(f, writer):
        return None
    parts = args.parts
    if pair == ("functools", "partial") and f.parts[:2] != CALLS[pair][
            int(writer.walker.natives)]:
        return None
    if pair == ("array", "array") and writer.walker.natives == "0":
        return None         # array's own reduction, by protocol and machine
    if f.parts[:2] == ("functools", "partial"):
        parts = plain_partial(node.parts)
    elif set(node.parts) != {"f", "args"}:
        return None
    elif pair == SOCKET:
        parts = socket_fields(parts, writer)
    return None if parts is None else (global_text(*pair), parts)


def own_names(f, writer):
    """Whether the function's names are no strs of the graph's own.

    'builtins' is another str for built-in functions than for built-in types;
    whoever reduces makes one for getattr, but not one that is shared.
    """
    if f.parts[:2] != _GETATTR:
        return not f.spelled
    return all(type(s) is not str and s.refs == 1 and not writer.special(s)
               for s in f.parts[2:4])


def plain_partial(parts):
    """functools' own: partial(func), state (func, args, keywords, None)."""
    state = parts.get("state")
    if set(parts) != {"f", "args", "state"} or state.kind != "t" or (
            state.refs > 1 or len(state.parts) != 4 or state.parts[3] != "N"):
        return None
    return state.parts[:3]


def socket_fields(parts, writer):
    """Family and type as numbers, unless the members are met elsewhere."""
    if len(parts) == 1:
        return parts        # Windows: the numbers come with the socket
    numbers = []
    for name, member in zip(ENUMS, parts[1:3]):
        if type(member) is not str:
            if type(member.obj).__name__ != name or (
                    member.kind == "g" and member.spelled) or (
                    member.refs > writer.walker.native_uses[id(member)]):
                return None
            member = int_text(int(member.obj))
        numbers.append(member)
    return [parts[0]] + numbers + [parts[3]]


def member_of(name, number):
    """What socket.family and socket.type give for a number."""
    import socket
    try:
        return getattr(socket, name)(number)
    except ValueError:
        return number


def reduction(pair, fields, forking):
    """What an object of this TYPE with these FIELDS reduces to."""
    if pair not in CALLS:
        raise ValueError("no native type %s:%s" % pair)
    if pair == ("functools", "partial") and not forking:
        import functools
        return (functools.partial, (fields[0],), tuple(fields) + (None,))
    if pair == SOCKET and len(fields) > 1:
        fields = [fields[0]] + [member_of(*row) for row in zip(
            ENUMS, fields[1:3])] + [fields[3]]
    return named(CALLS[pair][-1]), tuple(fields)


def named(pair):
    import importlib
    return getattr(importlib.import_module(pair[0]), pair[1])
