"""An event as the JSON that the server takes, made of whatever a provider's client answered.

What is encoded is bytes of a known number, and nothing of the host's is held by it or can change it
afterwards. A usage object is taken as it is when its call ends.
"""

import json
import math
import sys
from collections.abc import Collection, Mapping
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any, TypeGuard, cast

from truecompute._diagnostics import QUIETLY, say
from truecompute._fields import is_list, is_mapping, is_object
from truecompute._text import without_surrogates

if TYPE_CHECKING:
    from decimal import Decimal

#: In the place of an event that cannot be made JSON, which is counted.
UNREADABLE_EVENT = b""
#: Above it the server refuses an event (64 KiB, with room for what a proxy may add).
MOST_BYTES = 60_000
_MOST_DEPTH = 24
#: How JSON in ASCII writes half a character beyond the first 65,536; most events have none of them.
_SURROGATE = "\\ud"


def timestamp_of(seconds: float) -> str:
    """RFC 3339 in UTC, to the millisecond, of ``seconds`` since 1970."""
    return datetime.fromtimestamp(seconds, timezone.utc).isoformat(timespec="milliseconds")


def encoded(event: Mapping[str, Any]) -> bytes:
    """The event without the fields that are None, as JSON in ASCII without broken texts.

    Raises what the values raise, ``ValueError`` for numbers that JSON does not have.
    """
    text = _encode({name: value for name, value in event.items() if value is not None})
    if _SURROGATE in text:
        text = _encode(_without_surrogates(json.loads(text)))
    return text.encode()


def bounded_document(event: Mapping[str, Any]) -> bytes:
    """The event as JSON of a size that the server takes: a usage object beyond it is left out.

    Raises what the values raise.
    """
    document = encoded(event)
    if len(document) > MOST_BYTES:
        say("size", "TrueCompute left out a usage object of %d bytes", len(document))
        document = encoded({**event, "provider_usage": None, "usage_status": "missing"})
    return document


def snapshot(usage: Any) -> str | bytes:
    """A usage object as JSON of this moment, for ``read_back``. Raises what the object raises.

    By pydantic itself where it made the object, which takes a fraction of the time.
    """
    serializer = getattr(cast("type[object]", type(usage)), "__pydantic_serializer__", None)
    if serializer is not None:
        with QUIETLY:
            document = serializer.to_json(usage, by_alias=True, exclude_unset=True, warnings=False)
            if type(document) is bytes:
                return document
    return _encode(plain(usage))


def read_back(document: str | bytes) -> Any:
    """What a ``snapshot`` is of, as plain JSON."""
    return plain(json.loads(document))


def plain(usage: Any, depth: int = 0) -> Any:
    """A usage object as plain JSON, verbatim: what the provider did not say is not added.

    Reads pydantic models, dataclasses and mappings. Numbers that JSON does not have become None;
    an object that nothing is known of becomes its type's name. Raises what the object raises.
    """
    kind = cast("type[object]", type(usage))
    if kind is int or kind is str or kind is bool or usage is None:
        return usage
    if kind is float:
        return usage if math.isfinite(usage) else None
    if depth > _MOST_DEPTH:
        return None
    if kind is dict or is_mapping(usage):
        return {str(name): plain(value, depth + 1) for name, value in list(usage.items())}
    if kind is list or kind is tuple or _is_collection(usage):
        return [plain(value, depth + 1) for value in list(usage)]
    if _is_decimal(usage):
        return str(usage) if usage.is_finite() else None
    if isinstance(usage, (bool, int, str)):
        return _base_of(usage)
    return _of_object(usage, depth)


def _is_decimal(value: object) -> "TypeGuard[Decimal]":
    """Without loading what takes a tenth of an import: where nobody has, nothing is one."""
    decimal = sys.modules.get("decimal")
    return decimal is not None and isinstance(value, decimal.Decimal)


def _is_collection(value: object) -> TypeGuard[Collection[Any]]:
    return isinstance(value, (list, tuple, set, frozenset))


def _of_object(usage: Any, depth: int) -> Any:
    if _is_of_pydantic_1(cast("type[object]", type(usage))):
        return plain(usage.dict(by_alias=True, exclude_unset=True), depth + 1)
    dump = getattr(usage, "model_dump", None)
    if callable(dump):
        return plain(
            dump(mode="json", by_alias=True, exclude_unset=True, warnings=False), depth + 1
        )
    named = getattr(usage, "__dict__", None)
    if is_mapping(named) and named:
        public = {name: value for name, value in named.items() if not name.startswith("_")}
        return plain(public, depth + 1)
    return kind_of(usage)


def _is_of_pydantic_1(kind: type[object]) -> bool:
    """Whether a class is a model of pydantic 1, which most clients still work with.

    Its ``model_dump``, where a client has added one, refuses the arguments of the second.
    """
    return not hasattr(kind, "model_fields") and hasattr(kind, "__fields__")


def _base_of(value: Any) -> Any:
    """An enumeration or another subclass of a plain type as that plain type."""
    if isinstance(value, bool):
        return bool(value)
    return int(value) if isinstance(value, int) else str.__str__(value)


def kind_of(value: object) -> str:
    """The name of a value's type."""
    return type(value).__name__


def _without_surrogates(value: Any) -> Any:
    """What JSON held, with "?" for each half of a character: a server reads no text that has one,
    nor any other event beside it.
    """
    if isinstance(value, str):
        return without_surrogates(value)
    if is_object(value):
        return {without_surrogates(name): _without_surrogates(each) for name, each in value.items()}
    return [_without_surrogates(each) for each in value] if is_list(value) else value


def _plain_or_name(value: Any) -> Any:
    return plain(value)


#: Made once: ``json.dumps`` with arguments makes a new encoder on each call.
_encode = json.JSONEncoder(
    separators=(",", ":"), allow_nan=False, check_circular=True, default=_plain_or_name
).encode
