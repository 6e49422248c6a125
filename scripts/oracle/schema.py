"""A validator for the part of JSON Schema that vectors/schema.json uses.

problems(text) lists what is wrong with a vector file. Reads schema.json.
"""
import json
import os
import re

PATH = os.path.join(os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__)))), "vectors", "schema.json")
TYPES = {"object": dict, "array": list, "string": str, "integer": int}
KNOWN = {"$ref", "$schema", "$id", "$defs", "title", "description", "type",
         "properties", "required", "additionalProperties", "items",
         "prefixItems", "minItems", "maxItems", "uniqueItems", "enum",
         "const", "pattern", "oneOf", "minimum", "patternProperties"}
_cache = {}


def schema():
    if "schema" not in _cache:
        with open(PATH, encoding="utf-8") as f:
            _cache["schema"] = json.load(f)
    return _cache["schema"]


def walk(rule, value, where):
    """Yield the problems of one value against one rule."""
    unknown = set(rule) - KNOWN
    if unknown:
        raise ValueError("schema.json uses %s, which the validator lacks"
                         % sorted(unknown))
    if "$ref" in rule:
        name = rule["$ref"].rsplit("/", 1)[1]
        yield from walk(schema()["$defs"][name], value, where)
    if "oneOf" in rule:
        fits = sum(1 for r in rule["oneOf"]
                   if not list(walk(r, value, where)))
        if fits != 1:
            yield "%s: fits %d of %d alternatives" % (
                where, fits, len(rule["oneOf"]))
    if "const" in rule and value != rule["const"]:
        yield "%s: is not %r" % (where, rule["const"])
    if "enum" in rule and value not in rule["enum"]:
        yield "%s: %r is none of %r" % (where, value, rule["enum"])
    if "type" in rule and (not isinstance(value, TYPES[rule["type"]])
                           or isinstance(value, bool)):
        yield "%s: is no %s" % (where, rule["type"])
        return
    if isinstance(value, str) and "pattern" in rule and not re.search(
            rule["pattern"], value):
        yield "%s: %r does not fit %s" % (where, value[:60], rule["pattern"])
    if isinstance(value, int) and value < rule.get("minimum", value):
        yield "%s: %d is too small" % (where, value)
    if isinstance(value, dict):
        yield from walk_object(rule, value, where)
    if isinstance(value, list):
        yield from walk_array(rule, value, where)


def walk_object(rule, value, where):
    for name in rule.get("required", ()):
        if name not in value:
            yield "%s: lacks %s" % (where, name)
    patterns = rule.get("patternProperties", {})
    for name, member in value.items():
        here = "%s.%s" % (where, name)
        if name in rule.get("properties", {}):
            yield from walk(rule["properties"][name], member, here)
            continue
        matching = [r for p, r in patterns.items() if re.search(p, name)]
        for r in matching:
            yield from walk(r, member, here)
        if not matching:
            rest = rule.get("additionalProperties", True)
            if rest is False:
                yield "%s: unknown" % here
            elif isinstance(rest, dict):
                yield from walk(rest, member, here)


def walk_array(rule, value, where):
    if not rule.get("minItems", 0) <= len(value) <= rule.get(
            "maxItems", len(value)):
        yield "%s: has %d elements" % (where, len(value))
    if rule.get("uniqueItems") and len(
            {json.dumps(v, sort_keys=True) for v in value}) != len(value):
        yield "%s: elements repeat" % where
    prefix = rule.get("prefixItems", [])
    for i, member in enumerate(value):
        here = "%s[%d]" % (where, i)
        if i < len(prefix):
            yield from walk(prefix[i], member, here)
        elif "items" in rule:
            yield from walk(rule["items"], member, here)


def beyond_schema(data):
    """What no schema can say: references between parts of a file."""
    for case in data["cases"]:
        if not case["id"].startswith("%s/%s/" % (data["topic"],
                                                 data["name"])):
            yield case["id"] + ": is in the wrong file"
        for flag in case["flags"]:
            if flag not in data["flags"]:
                yield "%s: flag %s is not in the dictionary" % (
                    case["id"], flag)
        if not case["flags"]:
            yield case["id"] + ": has no flag"
        listed = case["expect"]
        for forms in listed.values() if isinstance(listed, dict) else [listed]:
            for form in forms:
                if data["topic"] in ("encode", "reduction") and not (
                        0 <= form["value"] < len(case["values"])):
                    yield case["id"] + ": value index out of range"


def problems(text):
    """The list of what is wrong with the text of a vector file."""
    data = json.loads(text)
    found = list(walk(schema(), data, "file"))
    return found or list(beyond_schema(data))
