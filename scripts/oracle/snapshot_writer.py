"""The nodes that snapshot.py collects, and their text with identity.

Numbers and labels are given in the order of the text; see Identity and Labels
in harness/PROTOCOL.md. Reads and writes nothing.
"""
import sys

import native
from canon import atom_text, global_text, join_parts

LATIN1 = sys.intern("latin1")
_CHARS = {chr(i): chr(i) for i in range(256)}
_BYTES = {bytes((i,)): bytes((i,)) for i in range(256)}


class Node(object):
    """One object met. `parts` depends on the kind, `refs` counts the visits."""
    __slots__ = ("kind", "obj", "parts", "refs", "number", "spelled")

    def __init__(self, kind, obj, parts=None):
        self.kind = kind
        self.obj = obj
        self.parts = parts
        self.refs = 1
        self.number = None
        self.spelled = False


class Writer(object):
    """Writes the nodes of a Walker; a node met again is a reference."""

    def __init__(self, walker):
        self.walker = walker
        self.count = 0
        self.labels = 0
        self.shared_modules(walker.globals)

    def shared_modules(self, table):
        """Mark the globals whose strs are not as PROTOCOL.md assumes.

        All globals of a module share one str for its name, and a name is no
        other str of the graph; what differs is spelled out.
        """
        modules = {}
        for (module, _), node in table.items():
            if node.parts[2] is not None:
                modules.setdefault(module, []).append(node)
        for module, nodes in modules.items():
            usual = nodes[0].parts[2]
            if module == "builtins":
                internal = any(n.obj is int for n in nodes) or None
                for node in nodes:
                    if type(node.parts[2]) is Node and (
                            node.parts[2].obj is int.__module__):
                        usual = node.parts[2]
                        break
                else:
                    if internal or self.has_internal_builtins():
                        usual = None
            mine = sum(1 for n in nodes if n.parts[2] is usual)
            own = (type(usual) is Node and usual.kind == "u"
                   and usual.refs == mine)
            for node in nodes:
                name = node.parts[3]
                node.spelled = not (
                    own and node.parts[2] is usual
                    and type(name) is Node and name.kind == "u"
                    and name.refs == 1 and not self.special(name))

    def has_internal_builtins(self):
        return any(n.kind == "B" for n in self.walker.memo.values())

    def special(self, node):
        """The label of a shared object of CPython's own, or None.

        Given where the pickler may meet the object again: twice in the graph,
        or once more among the temporaries it makes.
        """
        value = node.obj
        if node.refs == 1 and value not in self.walker.temporaries:
            return None
        if node.kind == "u":
            if value is LATIN1:
                return "L"
            if value == "" or len(value) == 1 and value is _CHARS.get(value):
                return "S" + "".join("%02x" % ord(c) for c in value)
        elif value == b"" or value is _BYTES.get(value):
            return "Y" + value.hex()
        return None

    def text(self, node):
        if type(node) is str:
            return node
        return getattr(self, "write_" + node.kind)(node)

    def texts(self, nodes):
        return ",".join([self.text(n) for n in nodes])

    def pairs(self, pairs):
        return ",".join([self.text(k) + "=" + self.text(v) for k, v in pairs])

    def write_u(self, node):
        if node.number is not None:
            return node.number
        text = atom_text(node.obj)
        label = self.special(node)
        if label is None and node.refs > 1:
            self.labels += 1
            label = str(self.labels)
        if label is None:
            return text
        node.number = "$" + label
        return node.number + "=" + text

    write_b = write_u

    def write_p(self, node):
        return "p(" + self.text(node.parts) + ")"

    def open(self, node):
        """None the first time; later the reference."""
        if node.number is not None:
            return "*%d" % node.number
        node.number = self.count
        self.count += 1
        return None

    def write_B(self, node):
        return self.open(node) or "B" + bytes(node.obj).hex()

    def write_r(self, node):
        return self.open(node) or node.kind + node.parts.hex()

    write_w = write_R = write_W = write_r

    def write_t(self, node):
        return self.open(node) or (
            node.kind + "(" + self.texts(node.parts) + ")")

    write_l = write_S = write_z = write_t

    def write_d(self, node):
        return self.open(node) or "d(" + self.pairs(node.parts) + ")"

    def write_g(self, node):
        module, name, module_str, name_str = node.parts
        if node.spelled and node.number is None:
            node.number = -1
            return "g(%s,%s)" % (self.text(module_str), self.text(name_str))
        return global_text(module, name)

    def arguments(self, node):
        """ARGS: a list, or `=` and the tuple where it is met elsewhere."""
        if type(node) is str:
            return ""
        if node.refs > 1:
            return "=" + self.text(node)
        return self.texts(node.parts)

    def middle(self, parts):
        state = self.text(parts["state"]) if "state" in parts else ""
        return [state, self.texts(parts.get("items", ())),
                self.pairs(parts.get("pairs", ()))]

    def write_n(self, node):
        number = self.open(node)
        if number:
            return number
        parts = node.parts
        head = "n(" + self.text(parts["f"])
        fields = [self.arguments(parts["args"])] + self.middle(parts)
        fields.append(self.text(parts["kwargs"]) if "kwargs" in parts else "")
        fields.append(parts["base"])
        return join_parts(head, fields)

    def write_x(self, node):
        """A native object, where its fields say all of its reduction."""
        if node.number is None:
            head = native.fields(node, self)
            if head is None:
                node.kind = "o"
                return self.write_o(node)
        return self.open(node) or (
            "x(%s;%s)" % (head[0], self.texts(head[1])))

    def write_o(self, node):
        if node.number is None and self.is_plain_complex(node):
            return atom_text(node.obj)
        number = self.open(node)
        if number:
            return number
        parts = node.parts
        head = "o(" + self.text(parts["f"])
        fields = [self.arguments(parts["args"])] + self.middle(parts)
        fields.append(self.text(parts["setter"]) if "setter" in parts else "")
        return join_parts(head, fields)

    @staticmethod
    def is_plain_complex(node):
        f = node.parts["f"]
        return (type(node.obj) is complex and node.refs == 1
                and f.obj is complex and not f.spelled)
