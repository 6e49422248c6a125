"""Recipes: long strings as an array of pieces (vectors/README.md).

shrink(text) gives the string itself, or a shorter recipe; expand() is its
inverse. Reads and writes nothing.
"""
import hashlib
import re

SHORT = 400             # a string up to this length stays as it is
LONGEST = 6000          # a result that stays longer than this is a digest
_COUNT = re.compile(r"[^,(i]{0,6}\(?i([0-9a-f]+)[^,]{0,24},")


def expand(recipe):
    """The string that a string or an array of pieces stands for."""
    if isinstance(recipe, str):
        return recipe
    out = []
    for piece in recipe:
        if isinstance(piece, str):
            out.append(piece)
        elif isinstance(piece, dict):
            first, end = piece["for"]
            before, after = piece["text"].split("%x")
            out.extend(before + "%x" % i + after for i in range(first, end))
        else:
            out.append(piece[0] * piece[1])
    return "".join(out)


def counting(text, at):
    """(first, end, before, after, stop) of a counted run at `at`, or None."""
    match = _COUNT.match(text, at)
    if match is None:
        return None
    first = int(match.group(1), 16)
    before = text[at:match.start(1)]
    after = text[match.end(1):match.end()]
    if "%x" % first != match.group(1):
        return None
    stop, n = match.end(), first + 1
    while text.startswith(before + "%x" % n + after, stop):
        stop += len(before) + len("%x" % n) + len(after)
        n += 1
    return (first, n, before, after, stop) if n - first >= 16 else None


def counted_pieces(text):
    """Split text into strings and counted runs."""
    pieces, start, at = [], 0, 0
    while at < len(text):
        found = counting(text, at)
        if found is None:
            at = min([p + 1 for p in (text.find(",", at), text.find("(", at))
                      if p >= 0] or [len(text)])
            continue
        first, end, before, after, stop = found
        if at > start:
            pieces.append(text[start:at])
        pieces.append({"for": [first, end], "text": before + "%x" + after})
        start = at = stop
    if start < len(text):
        pieces.append(text[start:])
    return pieces


def period_end(text, at, period):
    """Where text[at:] stops to repeat itself every `period` characters."""
    end, step = at + period, 1 << 20
    while step:
        if text[end:end + step] == text[end - period:end - period + step] and (
                end + step <= len(text)):
            end += step
        else:
            step >>= 1
    return end


def repeated_pieces(text):
    """Split text into strings and repetitions.

    Probes every 64 characters for a period of up to 48, so a run of 160
    characters is always seen, and a long text is read quickly.
    """
    pieces, start, at = [], 0, 0
    while at < len(text):
        probe = text[at:at + 48]
        again = text.find(probe, at + 1, at + 96) if len(probe) == 48 else -1
        if again < 0:
            at += 64
            continue
        period = again - at
        first, end = at, period_end(text, at, period)
        while first > start and text[first - 1] == text[first - 1 + period]:
            first -= 1
        count = (end - first) // period
        if count < 4 or count * period < 160:
            at += 64
            continue
        if first > start:
            pieces.append(text[start:first])
        pieces.append([text[first:first + period], count])
        start = at = first + count * period
    if start < len(text):
        pieces.append(text[start:])
    return pieces


def shrink(text):
    """The text, or a recipe of it where that is much shorter."""
    if len(text) <= SHORT:
        return text
    pieces = []
    for piece in repeated_pieces(text):
        if isinstance(piece, str):
            pieces += counted_pieces(piece)
        else:
            pieces.append(piece)
    size = sum(len(p) + 4 if isinstance(p, str) else 40 for p in pieces)
    if size * 2 > len(text):
        return text
    if expand(pieces) != text:
        raise AssertionError("recipe does not expand to its text")
    return pieces


def shrink_result(text, raw):
    """As shrink(), but a digest where the recipe stays too long.

    `raw` is what the digest is over: the bytes, or the text of a value.
    """
    small = shrink(text)
    size = len(small) if isinstance(small, str) else sum(
        len(p) if isinstance(p, str) else 40 for p in small)
    if size <= LONGEST:
        return small
    return {"sha256": hashlib.sha256(raw).hexdigest(), "len": len(raw)}
