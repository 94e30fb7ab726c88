"""A body of events taken apart: one document each, so that a bad one never sinks the others."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from io import BytesIO
from itertools import islice

import msgspec
from werkzeug.exceptions import BadRequest, RequestEntityTooLarge

from domain.errors import Invalid

MOST_EVENTS = 1_000
LARGEST_EVENT = 64 * 1024
DEEPEST = 32

_Document = bytes | msgspec.Raw

_OBJECT = msgspec.json.Decoder(dict[str, msgspec.Raw])
#: A list up to one event too many: what follows is skipped, so that a body of millions of zeros,
#: a few kilobytes as sent, takes no memory. As a ``list`` it would take 700 MB.
_LIST = msgspec.json.Decoder(
    msgspec.defstruct(
        "_Events",
        [
            (f"event_{index}", msgspec.Raw, msgspec.field(default_factory=msgspec.Raw))
            for index in range(MOST_EVENTS + 1)
        ],
        array_like=True,
    )
)

#: Strings, so that brackets in them do not count, and brackets.
_TOKEN = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"|[\[\]{}]', re.DOTALL)
#: Deeper than any event may be, and far from where the decoder gives up.
_PRUNED_FROM = DEEPEST + 8
_MOST_TOKENS = 1_000_000


@dataclass(frozen=True, slots=True)
class Batch:
    """Raw JSON documents; ``is_single`` when the body was one event and not a list."""

    documents: Sequence[_Document]
    is_single: bool


def split_json(body: bytes) -> Batch:
    """One event, or an object whose ``events`` is a list of them.

    Raises:
        BadRequest: not JSON.
        Invalid: JSON of another form.
        RequestEntityTooLarge: more than 1,000 events.
    """
    fields = _decoded(_OBJECT, body)
    if "events" not in fields:
        return Batch([body], is_single=True)
    try:
        listed = msgspec.structs.astuple(_LIST.decode(fields["events"]))
    except msgspec.ValidationError:
        raise Invalid.at("/events", "must be a list of events") from None
    return Batch(_counted(document for document in listed if bytes(document)), is_single=False)


def split_logs(body: bytes) -> Batch:
    """A list of documents, one document, or one a line, as the body itself shows.

    Raises:
        BadRequest: none of these.
        RequestEntityTooLarge: more than 1,000 documents.
    """
    start = body.lstrip()[:1]
    if start == b"[":
        try:
            listed = msgspec.structs.astuple(_LIST.decode(body))
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise BadRequest(f"The body is not JSON: {error}") from None
        return Batch(_counted(each for each in listed if bytes(each)), is_single=False)
    if start != b"{":
        raise BadRequest("The body must be a JSON list, a JSON object, or one object a line.")
    return split_ndjson(body) if _has_lines(body) else Batch([body], is_single=True)


def _has_lines(body: bytes) -> bool:
    """Whether the first line is a document by itself, and another one follows."""
    first, _, rest = body.strip().partition(b"\n")
    return bool(rest.strip()) and rest.lstrip()[:1] == b"{" and first.rstrip().endswith(b"}")


def split_ndjson(body: bytes) -> Batch:
    """One document a line; empty lines do not count. Raises as ``split_json``."""
    lines = (line.rstrip(b"\n") for line in BytesIO(body) if line.strip())
    return Batch(_counted(lines), is_single=False)


def depth_of(document: bytes) -> int:
    """How many brackets are open at once at the deepest place."""
    brackets = document.count(b"{") + document.count(b"[")
    if brackets <= DEEPEST:
        return brackets  # an upper bound, and within the limit
    deepest = depth = 0
    for token in _TOKEN.finditer(document):
        mark = token[0]
        if mark in b"{[":
            depth += 1
            deepest = max(deepest, depth)
        elif mark in b"]}":
            depth -= 1
    return deepest


def _decoded(
    decoder: "msgspec.json.Decoder[dict[str, msgspec.Raw]]", body: bytes
) -> dict[str, msgspec.Raw]:
    try:
        return _within_reach(decoder, body)
    except msgspec.ValidationError:
        detail = 'must be one event, or an object such as {"events": [...]}'
        raise Invalid.at("", detail, code="invalid_body") from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise BadRequest(f"The body is not JSON: {error}") from None


def _within_reach(
    decoder: "msgspec.json.Decoder[dict[str, msgspec.Raw]]", body: bytes
) -> dict[str, msgspec.Raw]:
    try:
        return decoder.decode(body)
    except RecursionError:
        # Somewhere it is nested by the hundred. What is left is still too deep to be accepted.
        return decoder.decode(_pruned(body))


def _pruned(body: bytes) -> bytes:
    """The body without what lies deeper than any event may; raises ``BadRequest`` if hopeless."""
    kept: list[bytes] = []
    depth = position = 0
    for count, token in enumerate(_TOKEN.finditer(body)):
        if count > _MOST_TOKENS:
            raise BadRequest("The body is nested too deeply.")
        mark = token[0]
        if mark in b"{[":
            depth += 1
            if depth == _PRUNED_FROM:
                kept.append(body[position : token.end()])
        elif mark in b"]}":
            if depth == _PRUNED_FROM:
                position = token.start()
            depth -= 1
    if depth >= _PRUNED_FROM:
        raise BadRequest("The body is nested too deeply, and ends too early.")
    kept.append(body[position:])
    return b"".join(kept)


def _counted(documents: Iterable[_Document]) -> Sequence[_Document]:
    counted = list(islice(documents, MOST_EVENTS + 1))
    if len(counted) > MOST_EVENTS:
        raise RequestEntityTooLarge(f"A request may hold at most {MOST_EVENTS} events.")
    return counted
