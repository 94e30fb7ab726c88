"""An event as it comes over the wire, decoded to what the domain calls a reported event."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

import msgspec

from application.ingestion.ingest_events import Rejection
from domain.errors import Fault, Invalid
from domain.event import ReportedEvent, Status, UsageStatus
from domain.money import decimals_of, parse_usd
from domain.providers import canonical_provider
from domain.text import has_unstorable
from domain.timestamps import parse_timestamp
from domain.usage.token_usage import FRACTIONAL_UNITS, TokenClass, TokenUsage, Unit
from entrypoints.http.batches import DEEPEST, LARGEST_EVENT, depth_of

MOST = 10**9
_MOST_DECIMALS = 9


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
    provider_cost_usd: Decimal | None = None
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


_EVENT = msgspec.json.Decoder(EventMessage)
_USAGE = msgspec.json.Decoder(dict[str, Any], float_hook=Decimal)
_ONLY_ID = msgspec.json.Decoder(_OnlyId)
_TAG = msgspec.json.Decoder(str | int | float | bool | None)

#: Fields that a reported event takes as they are.
_PLAIN = (
    "id",
    "model",
    "requested_model",
    "operation",
    "api_base",
    "service_tier",
    "speed",
    "region",
    "usage_status",
    "latency_ms",
    "time_to_first_token_ms",
    "error_code",
    "provider_request_id",
    "project",
    "environment",
    "user",
    "session",
    "trace_id",
    "reservation_id",
)


def read_events(documents: Iterable[bytes | msgspec.Raw]) -> list[ReportedEvent | Rejection]:
    """Each document as an event, or why it is none."""
    return [_read(bytes(document)) for document in documents]


def _read(document: bytes) -> ReportedEvent | Rejection:
    try:
        _check_extent(document)
        return _reported(_EVENT.decode(document))
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
    cost = message.provider_cost_usd
    if message.provider_usage is not None:
        _check_texts(message.provider_usage, "/provider_usage")
    return ReportedEvent(
        **{name: getattr(message, name) for name in _PLAIN},
        timestamp=parse_timestamp(message.timestamp, "/timestamp"),
        provider=canonical_provider(message.provider, message.api_base),
        usage=_usage(message.usage),
        provider_usage=message.provider_usage,
        status=message.status or Status.SUCCESS,
        provider_cost_usd=None if cost is None else parse_usd(cost, "/provider_cost_usd"),
        tags=_tags(message.tags or {}),
    )


def _usage(raw: msgspec.Raw) -> TokenUsage | None:
    if bytes(raw) in (b"", b"null"):
        return None
    try:
        return read_usage(_USAGE.decode(raw))
    except msgspec.ValidationError as error:
        detail = str(error).partition(" - at")[0]
        raise Invalid.at("/usage", detail, code="invalid_usage") from None


def read_usage(sent: Mapping[str, object]) -> TokenUsage:
    """Canonical usage; null is as good as absent.

    An unknown class is refused, because what is left out here would be missing from the cost.

    Raises:
        Invalid: an unknown class, or a quantity that is not from 0 to 10^9 or not whole.
    """
    tokens: dict[TokenClass, int] = {}
    units: dict[Unit, Decimal] = {}
    for name, number in sent.items():
        if number is None:
            continue
        quantity = _quantity(name, number)
        if name in _TOKEN_CLASSES:
            tokens[TokenClass(name)] = int(quantity)
        else:
            units[Unit(name)] = quantity
    return TokenUsage(tokens=tokens, units=units)


_TOKEN_CLASSES = frozenset(TokenClass)
_WHOLE = _TOKEN_CLASSES | (frozenset(Unit) - FRACTIONAL_UNITS)


def _quantity(name: str, number: object) -> Decimal:
    pointer = f"/usage/{name}"
    if name not in _WHOLE and name not in FRACTIONAL_UNITS:
        raise Invalid.at(pointer, "is not a token class or unit", code="invalid_usage")
    if isinstance(number, bool) or not isinstance(number, int | Decimal):
        raise Invalid.at(pointer, "must be a number", code="invalid_usage")
    quantity = Decimal(number)
    if not 0 <= quantity <= MOST:
        raise Invalid.at(pointer, f"must be from 0 to {MOST}", code="invalid_usage")
    if decimals_of(quantity.normalize()) > (0 if name in _WHOLE else _MOST_DECIMALS):
        detail = (
            "must be whole" if name in _WHOLE else f"must have at most {_MOST_DECIMALS} decimals"
        )
        raise Invalid.at(pointer, detail, code="invalid_usage")
    return quantity


def _tags(sent: Mapping[str, msgspec.Raw]) -> dict[str, str]:
    tags: dict[str, str] = {}
    for name, raw in sent.items():
        try:
            value = _TAG.decode(raw)
        except msgspec.DecodeError:
            detail = "must be a string, a number or a boolean"
            raise Invalid.at(f"/tags/{name}", detail, code="invalid_tag") from None
        if value is not None:
            tags[name] = value if isinstance(value, str) else bytes(raw).decode()
    return tags


def _check_texts(value: object, pointer: str) -> None:
    """Refuse what PostgreSQL cannot store, anywhere inside; the depth is checked already."""
    if isinstance(value, str):
        if has_unstorable(value):
            raise Invalid.at(pointer, "must not contain NUL characters", code="invalid_text")
    elif isinstance(value, dict):
        for name, inner in value.items():
            _check_texts(name, pointer)
            _check_texts(inner, f"{pointer}/{name}")
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            _check_texts(inner, f"{pointer}/{index}")


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
