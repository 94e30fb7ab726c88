"""An event as it comes over the wire, decoded to what the domain calls a reported event."""

from collections.abc import Callable, Iterable
from operator import attrgetter
from typing import Any

import msgspec

from application.ingestion.ingest_events import Rejection
from domain.decimals import exact
from domain.errors import Fault, Invalid
from domain.event import SENT_TEXTS, ReportedEvent, Status, UsageStatus
from domain.providers import canonical_provider
from domain.timestamps import parse_timestamp
from entrypoints.http.batches import DEEPEST, LARGEST_EVENT, depth_of
from entrypoints.http.event_values import (
    check_texts,
    read_canonical_usage,
    read_money,
    read_tags,
)


class EventMessage(msgspec.Struct, kw_only=True):
    """The fields of the contract; others are ignored, so that a newer SDK can talk to us.

    msgspec checks types here, a microsecond an event; the domain checks what they mean.
    """

    id: str
    timestamp: str
    provider: str
    model: str
    requested_model: str | None = None
    operation: str | None = None
    api_base: str | None = None
    service_tier: str | None = None
    speed: str | None = None
    region: str | None = None
    # Not "or None": in a union msgspec.Raw matches nothing. Empty when absent.
    usage: msgspec.Raw = msgspec.field(default_factory=msgspec.Raw)
    provider_usage: dict[str, Any] | None = None
    usage_status: UsageStatus | None = None
    latency_ms: int | None = None
    time_to_first_token_ms: int | None = None
    status: Status | None = None
    error_code: str | None = None
    provider_cost_usd: msgspec.Raw = msgspec.field(default_factory=msgspec.Raw)
    provider_request_id: str | None = None
    project: str | None = None
    environment: str | None = None
    user: str | None = None
    session: str | None = None
    trace_id: str | None = None
    reservation_id: str | None = None
    tags: dict[str, msgspec.Raw] | None = None


class _OnlyId(msgspec.Struct):
    id: str | None = None


#: Fractions of a provider's own object stay exact: it may state money.
_EVENT = msgspec.json.Decoder(EventMessage, float_hook=exact)
_ONLY_ID = msgspec.json.Decoder(_OnlyId)

#: How JSON writes what PostgreSQL cannot store. Looked for first: to walk through every object
#: takes as long as pricing it. Lone surrogates are refused by the decoder.
_NUL = b"\\u0000"
#: Fields that a reported event takes as they are.
_PLAIN = (
    "id",
    "model",
    *SENT_TEXTS,
    "service_tier",
    "usage_status",
    "latency_ms",
    "time_to_first_token_ms",
)
_plain = attrgetter(*_PLAIN)


def read_each(
    documents: Iterable[bytes | msgspec.Raw], read: Callable[[bytes], ReportedEvent]
) -> list[ReportedEvent | Rejection]:
    """What ``read`` makes of each document, or why it is refused: none sinks the others."""
    return [_attempt(bytes(document), read) for document in documents]


def read_event(document: bytes) -> ReportedEvent:
    """One event. Raises ``Invalid``, and msgspec's errors, for what is none."""
    _check_extent(document)
    message = _EVENT.decode(document)
    if message.provider_usage is not None and _NUL in document:
        check_texts(message.provider_usage, "/provider_usage")
    return _reported(message)


def _attempt(document: bytes, read: Callable[[bytes], ReportedEvent]) -> ReportedEvent | Rejection:
    try:
        return read(document)
    except Invalid as error:
        return Rejection(id=_id_of(document), code=error.code, fault=error.first_fault)
    except msgspec.ValidationError as error:
        return Rejection(id=_id_of(document), code="invalid_event", fault=_fault(str(error)))
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        return Rejection(id=None, code="invalid_json", fault=Fault("", f"is not JSON: {error}"))


def _check_extent(document: bytes) -> None:
    if len(document) > LARGEST_EVENT:
        detail = f"must have at most {LARGEST_EVENT} bytes"
        raise Invalid.at("", detail, code="event_too_large")
    if depth_of(document) > DEEPEST:
        raise Invalid.at("", f"must have at most {DEEPEST} levels", code="event_too_deep")


def _reported(message: EventMessage) -> ReportedEvent:
    return ReportedEvent(
        **dict(zip(_PLAIN, _plain(message), strict=True)),
        timestamp=parse_timestamp(message.timestamp, "/timestamp"),
        provider=canonical_provider(message.provider, message.api_base),
        usage=read_canonical_usage(message.usage),
        provider_usage=message.provider_usage,
        status=message.status or Status.SUCCESS,
        provider_cost_usd=read_money(message.provider_cost_usd, "/provider_cost_usd"),
        tags=read_tags(message.tags or {}),
    )


def _id_of(document: bytes) -> str | None:
    try:
        found = _ONLY_ID.decode(document).id
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    return None if found is None or len(found) > 128 else found


def _fault(message: str) -> Fault:
    """msgspec's message, whose path ``$.usage.input[3]`` becomes a JSON pointer."""
    detail, _, path = message.partition(" - at `$")
    steps = path.rstrip("`").replace("[", ".").replace("]", "").split(".")
    return Fault("".join(f"/{step}" for step in steps if step), detail)
