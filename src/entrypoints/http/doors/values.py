"""Values out of other programs' documents: taken where they can be, left out where they cannot.

A log of somebody else's is not written for us. What only describes a call must not keep it from
being counted.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from hashlib import sha256

from domain.errors import Invalid
from domain.event import LONGEST_DURATION_MS, LONGEST_ID
from domain.tags import LONGEST_TAG_NAME, MOST_TAGS
from domain.text import has_unstorable
from domain.timestamps import parse_timestamp

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LONGEST_TEXT = 256
#: The end of the year 9999, in seconds.
_LATEST = 253_402_300_799


def word(*values: object) -> str | None:
    """The first that is a text or number, cut to what an event may hold; None where none is."""
    for value in values:
        if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
            continue
        text = str(value).strip()
        if text and not has_unstorable(text):
            return text[:_LONGEST_TEXT]
    return None


def tags_of(pairs: Iterable[tuple[object, object]]) -> dict[str, str]:
    """As many tags as an event may have; pairs that cannot be tags are left out."""
    tags: dict[str, str] = {}
    for name, value in pairs:
        key = word(name)
        text = str(value).lower() if isinstance(value, bool) else word(value)
        if key and text and len(tags) < MOST_TAGS:
            tags.setdefault(key[:LONGEST_TAG_NAME], text)
    return tags


def flat(prefix: str, mapping: object) -> Iterator[tuple[str, object]]:
    """The entries of a mapping, where it is one, with a prefix."""
    if isinstance(mapping, Mapping):
        for name, value in mapping.items():
            yield f"{prefix}{name}", value


def instant(value: object, pointer: str) -> datetime:
    """Seconds since 1970 as a number, or RFC 3339. Raises ``Invalid`` (``invalid_timestamp``)."""
    if isinstance(value, str):
        return parse_timestamp(value, pointer)
    # Bounded first: to write out a million digits takes half a minute.
    if isinstance(value, int | Decimal) and not isinstance(value, bool) and 0 <= value <= _LATEST:
        with suppress(OverflowError, ValueError, ArithmeticError):
            return _EPOCH + timedelta(microseconds=int(value * 10**6))
    raise Invalid.at(pointer, "must be a time", code="invalid_timestamp")


def milliseconds(start: datetime, end: datetime | None) -> int | None:
    """A duration, where it is one that an event may have."""
    if end is None:
        return None
    passed = round((end - start) / timedelta(milliseconds=1))
    return passed if 0 <= passed <= LONGEST_DURATION_MS else None


def event_id(*parts: object) -> str:
    """An id of what tells one call from another; the same parts give the same id."""
    joined = "/".join(str(part) for part in parts)
    if len(joined) <= LONGEST_ID and not has_unstorable(joined) and joined.strip("."):
        return joined
    return sha256(joined.encode(errors="surrogatepass")).hexdigest()
