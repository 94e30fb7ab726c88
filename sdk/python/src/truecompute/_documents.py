"""Reading JSON that may be large without keeping a program's loop waiting for it.

Numbers are what takes long: embeddings of 8 MB take ``json`` 0.1 s, during which nothing else in
the process runs, in whichever thread. What a wrapper reads of an answer is little, and no numbers.
"""

import json
import re
from collections.abc import Iterator
from itertools import islice
from typing import Any

from truecompute._fields import is_object

#: Below it ``json`` reads anything in some milliseconds.
_LARGE = 256 * 1024
#: A text or an array of numbers above this is none of what wrappers read.
_LONG = 1024
#: So many steps take 2 ms.
_MOST_STEPS = 5_000
#: Every so many bytes one is looked at, to guess how many quotes there are.
_STRIDE = 997
#: With fewer quotes in a byte an expression that begins with one is faster than ``bytes.find``.
_SPARSE = 1 / 64
#: What is looked at of a document's beginning and end.
_EDGE = 16 * 1024
_MOST_FIELDS = 50
_BACKSLASH = b"\\"
#: What has to be found wherever it stands: fields of the object, and what is counted of its output.
_NAMES = (b"usage", b"model", b"id", b"service_tier", b"background", b"status")
_COUNTED = b"web_search_call"
_COMMAS = re.compile(rb',\s*"')


def read(document: bytes) -> Any:
    """What ``json.loads`` gives. Of a document that is large a long text may be empty, and so may a
    long array of numbers; or it has the fields at its beginning and its end alone, among them its
    usage, model, id and service tier. Raises ``ValueError``.
    """
    if len(document) < _LARGE or b"\0" in document[:4]:  # UTF-16 and 32 have other quotes
        return json.loads(document)
    quotes = document[::_STRIDE].count(b'"') * _STRIDE
    thinned = _thinned(document) if quotes <= _MOST_STEPS else None
    if thinned is not None:
        return json.loads(thinned)
    found = _edges(document, is_sparse=quotes < len(document) * _SPARSE)
    return json.loads(document) if found is None else found


def _thinned(document: bytes) -> bytes | None:
    """The document without its long texts and arrays of numbers; None where that takes too long.

    Whether a quote begins a text or ends it is known by the quotes before it, and so from the
    first on. ``bytes.find`` passes a megabyte of anything else in less than 0.1 ms.
    """
    kept: list[bytes] = []
    copied = at = begun = 0
    is_inside = False
    steps = iter(range(2 * _MOST_STEPS))
    for _ in steps:
        quote = document.find(b'"', at)
        if quote < 0:
            kept += document[copied:at], *_without_numbers(document, at, len(document), steps)
            return b"".join(kept)
        if is_inside and _is_escaped(document, at, quote):
            at = quote + 1
            continue
        if is_inside and quote - begun > _LONG:
            kept.append(document[copied:begun])
            copied = quote
        elif not is_inside and quote - at > _LONG:
            kept += document[copied:at], *_without_numbers(document, at, quote, steps)
            copied = quote
        is_inside = not is_inside
        at = begun = quote + 1
    return None


def _is_escaped(document: bytes, at: int, quote: int) -> bool:
    """Whether an odd number of backslashes stands between ``at`` and a quote, right before it."""
    if document[quote - 1 : quote] != _BACKSLASH:
        return False
    before = document[at:quote]
    return (len(before) - len(before.rstrip(_BACKSLASH))) % 2 == 1


def _without_numbers(document: bytes, at: int, end: int, steps: Iterator[int]) -> Iterator[bytes]:
    """A part without texts, in pieces, but for long stretches between a bracket and the one that
    closes it.
    """
    for _ in steps:
        closing = document.find(b"]", at, end)
        if closing < 0:
            break
        opening = document.rfind(b"[", at, closing)
        is_long = opening >= 0 and closing - opening > _LONG
        yield document[at : opening + 1 if is_long else closing]
        yield b"]"
        at = closing + 1
    yield document[at:end]


def _edges(document: bytes, *, is_sparse: bool) -> dict[str, Any] | None:
    """The first fields of an object and the last; None where that may not be all that is read."""
    first, head = _head(document)
    last, tail = _tail(document)
    found = {**head, **tail}
    if found.get("usage") is None:
        return None
    missing = [name for name in _NAMES if name.decode() not in found]
    looked_for = [b'"%b"' % name for name in (*missing, _COUNTED)]
    if is_sparse:
        is_between = re.compile(b"|".join(looked_for)).search(document, first, last) is not None
    else:
        is_between = any(document.find(each, first, last) >= 0 for each in looked_for)
    return None if is_between else found


def _head(document: bytes) -> tuple[int, dict[str, Any]]:
    """Where the first fields end, and what they are.

    What is JSON up to a comma, with a brace behind, is the beginning of the object itself: within
    a value it would lack another bracket or a quote.
    """
    found: tuple[int, dict[str, Any]] = 0, {}
    for comma in islice(_COMMAS.finditer(document, 0, _EDGE), _MOST_FIELDS):
        fields = _object(document[: comma.start()] + b"}")
        if fields is not None:
            found = comma.start(), fields
    return found


def _tail(document: bytes) -> tuple[int, dict[str, Any]]:
    """Where the last fields begin, as far as one of ``_NAMES`` is the first, and what they are.

    As above: what is JSON to the end, with a brace before, is the end of the object itself. A name
    in quotes is none within a text, where each quote has a backslash.
    """
    least = len(document) - _EDGE
    for begin in sorted(document.rfind(b'"%b"' % name, least) for name in _NAMES):
        if begin > 0 and document[begin - 1 : begin] != _BACKSLASH:
            fields = _object(b"{" + document[begin:])
            if fields is not None:
                return begin, fields
    return len(document), {}


def _object(text: bytes) -> dict[str, Any] | None:
    try:
        found = json.loads(text)
    except ValueError:
        return None
    return found if is_object(found) else None
