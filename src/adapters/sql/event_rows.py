"""Events as rows of PostgreSQL, and back."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, NamedTuple

from adapters.sql.engine import TO_JSON
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
    "provider_usage",
    "provider_cost_usd",
)


def to_row(event: Event) -> dict[str, Any]:
    """The values of the columns of ``events``."""
    reported = event.reported
    return {
        **{name: getattr(reported, name) for name in _SAME},
        "organization_id": event.organization_id,
        "api_key_id": event.api_key_id,
        "received_at": event.received_at,
        "fingerprint": event.fingerprint,
        "status": reported.status,
        "tags": dict(reported.tags),
        **priced_columns(event),
    }


#: Columns whose values are written as JSON.
_JSON = ("tags", "units", "provider_usage", "sent_usage")


def to_copied(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row with its documents as texts: COPY takes values as they are."""
    documents = {
        name: None if row[name] is None else TO_JSON.encode(row[name]).decode() for name in _JSON
    }
    return {**row, **documents}


def priced_columns(event: Event) -> dict[str, Any]:
    """The values of the columns that pricing an event again may change."""
    cost = event.cost
    return {
        **{column: event.usage.tokens.get(name) for name, column in TOKEN_COLUMNS.items()},
        "units": _units_document(event.usage),
        "usage_status": event.usage_status,
        "service_tier": event.service_tier,
        "sent_usage": _sent_document(event),
        "cost_usd": cost.cost_usd,
        "list_cost_usd": cost.list_cost_usd,
        "cache_savings_usd": cost.cache_savings_usd,
        "cost_source": cost.source,
        "cost_notes": list(cost.notes),
        "quote_digest": cost.quote.digest if cost.quote else None,
        "book_version": cost.book_version,
        "repriced_at": event.repriced_at,
    }


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
    sent = _sent(row, usage)
    return ReportedEvent(
        **{name: row[name] for name in _SAME},
        service_tier=sent.service_tier,
        usage=sent.usage,
        usage_status=sent.usage_status,
        status=Status(row["status"]),
        tags=row["tags"],
    )


class _Sent(NamedTuple):
    """What a sender says about usage, and what is kept with another value."""

    usage: TokenUsage | None
    usage_status: UsageStatus | None
    service_tier: str | None


def _usually_sent(kept: _Sent, *, has_provider_usage: bool) -> _Sent:
    """What nearly all senders sent, given what is kept; only others take room in a row."""
    usage = None if has_provider_usage or kept.usage == TokenUsage() else kept.usage
    implied = kept.usage_status in (UsageStatus.COMPLETE, UsageStatus.MISSING)
    return _Sent(usage, None if implied else kept.usage_status, kept.service_tier)


def _sent_document(event: Event) -> dict[str, Any] | None:
    reported = event.reported
    sent = _Sent(reported.usage, reported.usage_status, reported.service_tier)
    kept = _Sent(event.usage, event.usage_status, event.service_tier)
    if sent == _usually_sent(kept, has_provider_usage=reported.provider_usage is not None):
        return None
    return {**sent._asdict(), "usage": _usage_document(sent.usage)}


def _sent(row: dict[str, Any], usage: TokenUsage) -> _Sent:
    document = row["sent_usage"]
    if document is None:
        kept = _Sent(usage, UsageStatus(row["usage_status"]), row["service_tier"])
        return _usually_sent(kept, has_provider_usage=row["provider_usage"] is not None)
    status = document["usage_status"]
    return _Sent(
        usage=_usage(document["usage"]),
        usage_status=None if status is None else UsageStatus(status),
        service_tier=document["service_tier"],
    )


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
