"""What tells a repeated event from another one under the same id."""

import json
from collections.abc import Mapping
from datetime import UTC
from decimal import MAX_EMAX, MIN_EMIN, Context, Decimal
from hashlib import sha256
from json.encoder import encode_basestring_ascii
from operator import attrgetter, itemgetter
from typing import TYPE_CHECKING

from domain.money import plain
from domain.usage.token_usage import TokenUsage

if TYPE_CHECKING:
    from domain.event import ReportedEvent

#: Takes no digit off any number that fits into an event.
_AS_SENT = Context(prec=1_000_000, Emax=MAX_EMAX, Emin=MIN_EMIN)
_TEXTS = (
    "api_base", "environment", "error_code", "model", "operation", "project", "provider",
    "provider_request_id", "region", "requested_model", "reservation_id", "service_tier",
    "session", "speed", "status", "trace_id", "user",
)  # fmt: skip
_OTHERS = (
    "latency_ms", "provider_cost_usd", "provider_usage", "tags", "time_to_first_token_ms",
    "timestamp", "units", "usage", "usage_status",
)  # fmt: skip
_NAMES = (*_TEXTS, *_OTHERS)
#: A JSON object with sorted keys. Filled in, because an encoder takes twice as long for all of it,
#: and no step takes longer for a call that is stored.
_OBJECT = "{" + ", ".join(f'"{name}": %s' for name in sorted(_NAMES)) + "}"
_texts = attrgetter(*_TEXTS)
_sorted = itemgetter(*map(_NAMES.index, sorted(_NAMES)))


def fingerprint(reported: "ReportedEvent") -> bytes:
    """The SHA-256 of what was sent, in one form. It is kept with every event: it never changes.

    Equal for equal content: a time in any zone, a fraction in any spelling, absent tags or none.
    """
    return sha256(_document(reported).encode()).digest()


def _document(reported: "ReportedEvent") -> str:
    texts = ["null" if text is None else encode_basestring_ascii(text) for text in _texts(reported)]
    usage, cost = reported.usage or _NONE, reported.provider_cost_usd
    others = (
        _whole(reported.latency_ms),
        "null" if cost is None else f'"{plain(cost)}"',
        "null" if reported.provider_usage is None else _ENCODER.encode(reported.provider_usage),
        _flat(reported.tags),
        _whole(reported.time_to_first_token_ms),
        f'"{reported.timestamp.astimezone(UTC).isoformat()}"',
        _flat({name: plain(quantity) for name, quantity in usage.units.items()}),
        _flat({name: str(quantity) for name, quantity in usage.tokens.items()}),
        f'"{reported.usage_status or "complete"}"',
    )
    document: str = _OBJECT % _sorted((*texts, *others))
    return document


def _flat(texts: Mapping[str, str]) -> str:
    return _ENCODER.encode(dict(texts)) if texts else "{}"


def _whole(number: int | None) -> str:
    return "null" if number is None else str(number)


def _comparable(value: object) -> str:
    """A fraction of a provider's usage by its value: 0.10 is 0.1."""
    return str(value.normalize(_AS_SENT) if isinstance(value, Decimal) else value)


#: Made once: an encoder for each object would take a third of the time again.
_ENCODER = json.JSONEncoder(sort_keys=True, default=_comparable)
_NONE = TokenUsage()
