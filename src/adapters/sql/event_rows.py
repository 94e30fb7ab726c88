"""Events as rows of PostgreSQL, and back."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from operator import attrgetter
from typing import Any

from adapters.sql.copy_format import Value, array_text, bytes_text, json_text
from adapters.sql.event_tables import TOKEN_COLUMNS
from domain.costing import CostSource, EventCost
from domain.event import SENT_TEXTS, Event, ReportedEvent, Status, UsageStatus
from domain.money import plain
from domain.pricing.quote import Quote
from domain.usage.token_usage import TokenClass, TokenUsage, Unit

#: Fields of a reported event that are columns of the same name.
_SAME = (
    "id",
    "timestamp",
    "provider",
    "model",
    *SENT_TEXTS,
    "latency_ms",
    "time_to_first_token_ms",
    "provider_cost_usd",
)
_same = attrgetter(*_SAME)
#: The columns that pricing an event again may change: those of one value, then those of several.
_PRICED = (
    *TOKEN_COLUMNS.values(),
    "usage_status",
    "service_tier",
    "cost_usd",
    "list_cost_usd",
    "cache_savings_usd",
    "cost_source",
    "quote_digest",
    "book_version",
    "repriced_at",
)
_PRICED_PARTS = ("units", "sent_usage", "cost_notes")
#: The order of the values of ``to_copied``.
COPIED = (
    *_SAME,
    "organization_id",
    "api_key_id",
    "received_at",
    "fingerprint",
    "status",
    "tags",
    "provider_usage",
    *_PRICED,
    *_PRICED_PARTS,
)


def to_copied(event: Event) -> Sequence[Value]:
    """The values of the columns of ``events`` as ``copy_rows`` takes them."""
    reported = event.reported
    return (
        *_same(reported),
        event.organization_id,
        event.api_key_id,
        event.received_at,
        bytes_text(event.fingerprint),
        reported.status,
        json_text(dict(reported.tags)),
        json_text(reported.provider_usage),
        *_priced(event),
        json_text(_units_document(event.usage)),
        json_text(_sent_document(event)),
        array_text(event.cost.notes),
    )


def priced_columns(event: Event) -> dict[str, Any]:
    """The values of the columns that pricing an event again may change."""
    parts = (_units_document(event.usage), _sent_document(event), list(event.cost.notes))
    names = (*_PRICED, *_PRICED_PARTS)
    return dict(zip(names, (*_priced(event), *parts), strict=True))


def _priced(event: Event) -> tuple[Value, ...]:
    cost = event.cost
    return (
        *map(event.usage.tokens.get, TOKEN_COLUMNS),
        event.usage_status,
        event.service_tier,
        cost.cost_usd,
        cost.list_cost_usd,
        cost.cache_savings_usd,
        cost.source,
        cost.quote.digest if cost.quote else None,
        cost.book_version,
        event.repriced_at,
    )


def to_event(row: dict[str, Any]) -> Event:
    """The event of a row of ``events`` with its quote's ``document`` beside it."""
    usage = TokenUsage(
        tokens={
            name: row[column] for name, column in TOKEN_COLUMNS.items() if row[column] is not None
        },
        units=_units(row["units"]),
    )
    return Event(
        organization_id=row["organization_id"],
        api_key_id=row["api_key_id"],
        received_at=row["received_at"],
        reported=_reported(row, usage),
        usage=usage,
        usage_status=UsageStatus(row["usage_status"]),
        service_tier=row["service_tier"],
        cost=EventCost(
            cost_usd=row["cost_usd"],
            list_cost_usd=row["list_cost_usd"],
            source=CostSource(row["cost_source"]),
            cache_savings_usd=row["cache_savings_usd"],
            quote=Quote.from_document(row["document"]) if row["document"] else None,
            notes=tuple(row["cost_notes"]),
            book_version=row["book_version"],
        ),
        repriced_at=row["repriced_at"],
    )


def _reported(row: dict[str, Any], usage: TokenUsage) -> ReportedEvent:
    return ReportedEvent(
        **{name: row[name] for name in _SAME},
        **_sent(row, usage),
        provider_usage=row["provider_usage"],
        status=Status(row["status"]),
        tags=row["tags"],
    )


def _usual_usage(kept: TokenUsage, *, has_provider_usage: bool) -> TokenUsage | None:
    """The canonical usage that nearly all senders sent, given what is kept."""
    return None if has_provider_usage or kept.is_empty else kept


def _usual_status(kept: UsageStatus) -> UsageStatus | None:
    """The status of usage that nearly all senders sent, given what is kept."""
    return None if kept in (UsageStatus.COMPLETE, UsageStatus.MISSING) else kept


def _sent_document(event: Event) -> dict[str, Any] | None:
    """What was sent of usage, its status and the tier; None where it is the usual.

    Only what is not takes room in a row.
    """
    reported = event.reported
    has_provider_usage = reported.provider_usage is not None
    if (
        reported.service_tier == event.service_tier
        and reported.usage_status == _usual_status(event.usage_status)
        and reported.usage == _usual_usage(event.usage, has_provider_usage=has_provider_usage)
    ):
        return None
    return {
        "usage": _usage_document(reported.usage),
        "usage_status": reported.usage_status,
        "service_tier": reported.service_tier,
    }


def _sent(row: dict[str, Any], usage: TokenUsage) -> dict[str, Any]:
    document = row["sent_usage"]
    if document is None:
        has_provider_usage = row["provider_usage"] is not None
        return {
            "usage": _usual_usage(usage, has_provider_usage=has_provider_usage),
            "usage_status": _usual_status(UsageStatus(row["usage_status"])),
            "service_tier": row["service_tier"],
        }
    status = document["usage_status"]
    return {
        "usage": _usage(document["usage"]),
        "usage_status": None if status is None else UsageStatus(status),
        "service_tier": document["service_tier"],
    }


def _units_document(usage: TokenUsage) -> dict[str, str] | None:
    return {name: plain(quantity) for name, quantity in usage.units.items()} or None


def _units(document: Mapping[str, str] | None) -> dict[Unit, Decimal]:
    return {Unit(name): Decimal(quantity) for name, quantity in (document or {}).items()}


def _usage_document(usage: TokenUsage | None) -> dict[str, Any] | None:
    if usage is None:
        return None
    return {"tokens": dict(usage.tokens), "units": _units_document(usage)}


def _usage(document: Mapping[str, Any] | None) -> TokenUsage | None:
    if document is None:
        return None
    tokens = {TokenClass(name): number for name, number in document["tokens"].items()}
    return TokenUsage(tokens=tokens, units=_units(document["units"]))
