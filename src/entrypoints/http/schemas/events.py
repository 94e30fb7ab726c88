"""Events as JSON, and what became of those that were sent."""

from decimal import Decimal
from typing import Any

from marshmallow import Schema, fields, validate

from application.reports.explain_event import ExplainedEvent
from domain.costing import CostSource
from domain.event import SENT_TEXTS, Event, Status, UsageStatus
from domain.usage.token_usage import TokenUsage
from entrypoints.http.schemas.fields import Timestamp, Usd


class IngestResultSchema(Schema):
    index = fields.Integer(required=True)
    id = fields.String(required=True, allow_none=True)
    status = fields.String(
        required=True, validate=validate.OneOf(["accepted", "duplicate", "conflict", "rejected"])
    )
    code = fields.String()
    detail = fields.String()
    pointer = fields.String()


class IngestedSchema(Schema):
    """Every event's fate, durable when this is sent."""

    accepted = fields.Integer(required=True)
    duplicates = fields.Integer(required=True)
    conflicts = fields.Integer(required=True)
    rejected = fields.Integer(required=True)
    results = fields.List(fields.Nested(IngestResultSchema), required=True)


class _EventFields(Schema):
    id = fields.String(required=True, attribute="reported.id")
    timestamp = Timestamp(required=True, attribute="reported.timestamp")
    received_at = Timestamp(required=True)
    provider = fields.String(required=True, attribute="reported.provider")
    model = fields.String(required=True, attribute="reported.model")
    service_tier = fields.String(required=True, allow_none=True)
    status = fields.Enum(Status, by_value=True, required=True, attribute="reported.status")
    latency_ms = fields.Integer(required=True, allow_none=True, attribute="reported.latency_ms")
    time_to_first_token_ms = fields.Integer(
        required=True, allow_none=True, attribute="reported.time_to_first_token_ms"
    )
    tags = fields.Dict(
        keys=fields.String(), values=fields.String(), required=True, attribute="reported.tags"
    )
    usage_status = fields.Enum(UsageStatus, by_value=True, required=True)
    usage = fields.Function(
        lambda event: usage_document(event.usage),
        required=True,
        metadata={"type": "object", "additionalProperties": {"type": "number"}},
    )
    provider_usage = fields.Raw(required=True, allow_none=True, attribute="reported.provider_usage")
    provider_cost_usd = Usd(required=True, allow_none=True, attribute="reported.provider_cost_usd")
    api_key_id = fields.UUID(required=True)
    cost_usd = Usd(required=True, allow_none=True, attribute="cost.cost_usd")
    list_cost_usd = Usd(required=True, allow_none=True, attribute="cost.list_cost_usd")
    cost_source = fields.Enum(CostSource, by_value=True, required=True, attribute="cost.source")
    book_version = fields.String(required=True, allow_none=True, attribute="cost.book_version")
    repriced_at = Timestamp(required=True, allow_none=True)
    notes = fields.Function(
        lambda event: notes_of(event),
        required=True,
        metadata={"type": "array", "items": {"type": "string"}},
    )


class EventSchema(
    _EventFields.from_dict(  # type: ignore[misc]
        {
            name: fields.String(required=True, allow_none=True, attribute=f"reported.{name}")
            for name in SENT_TEXTS
        },
        name="EventTextsSchema",
    )
):
    """An event as sent, with its canonical usage and its cost."""


class CostLineSchema(Schema):
    """``tier`` is the prompt size above which the price holds; the list's figures stand beside."""

    class_ = fields.String(required=True, data_key="class")
    quantity = fields.Function(
        lambda line: number(line.quantity), required=True, metadata={"type": "number"}
    )
    unit_price_usd = Usd(required=True)
    per = fields.Integer(required=True)
    amount_usd = Usd(required=True)
    note = fields.String(required=True, allow_none=True)
    source = fields.String(required=True, allow_none=True)
    tier = fields.Integer(required=True, allow_none=True)
    service_tier = fields.String(required=True, allow_none=True)
    list_unit_price_usd = Usd(required=True, allow_none=True)
    list_amount_usd = Usd(required=True, allow_none=True)


class AgreementSchema(Schema):
    """Which of the organization's own terms made the price; ids of what was applied."""

    own_price_id = fields.UUID(required=True, allow_none=True)
    discount_id = fields.UUID(required=True, allow_none=True)
    discount_percent = Usd(required=True, allow_none=True)
    alias_id = fields.UUID(required=True, allow_none=True)


class AppliedPriceSchema(Schema):
    """The price as it was applied, kept with the event."""

    provider = fields.String(required=True)
    model = fields.String(required=True)
    source = fields.String(required=True)
    source_version = fields.String(required=True)
    valid_from = fields.Date(required=True, allow_none=True)
    valid_to = fields.Date(required=True, allow_none=True)
    tier = fields.Integer(required=True, allow_none=True)
    service_tier = fields.String(required=True)
    speed = fields.String(required=True)
    region = fields.String(required=True, allow_none=True)
    book_version = fields.String(required=True)
    disputed = fields.Boolean(required=True)
    agreement = fields.Nested(AgreementSchema, required=True, allow_none=True)


class CostSchema(Schema):
    """The sum of the lines is the cost, to the last digit."""

    lines = fields.List(fields.Nested(CostLineSchema), required=True)
    computed_lines = fields.List(fields.Nested(CostLineSchema), allow_none=True, required=True)
    unpriced_classes = fields.List(fields.String(), required=True)
    price = fields.Nested(AppliedPriceSchema, required=True, allow_none=True)


class ExplainedEventSchema(EventSchema):
    cost = fields.Nested(CostSchema, required=True)
    also_reported_as = fields.List(fields.String(), required=True)


def explained_document(explained: ExplainedEvent) -> dict[str, Any]:
    """One event with its cost explained."""
    document: dict[str, Any] = EventSchema().dump(explained.event)
    shown = {
        "lines": explained.explanation.lines,
        "computed_lines": explained.explanation.computed_lines,
        "unpriced_classes": explained.explanation.unpriced_classes,
        "price": explained.event.cost.quote,
    }
    return document | {
        "cost": CostSchema().dump(shown),
        "also_reported_as": list(explained.also_reported_as),
    }


def usage_document(usage: TokenUsage) -> dict[str, int | float]:
    """Canonical usage: tokens and other units by name; what is absent is unknown."""
    units = {str(name): number(quantity) for name, quantity in usage.units.items()}
    return {str(name): count for name, count in usage.tokens.items()} | units


def notes_of(event: Event) -> list[str]:
    """What is unusual about the usage or the price of an event, as stable codes."""
    return [*event.cost.notes, *(event.cost.quote.notes if event.cost.quote else ())]


def number(quantity: Decimal | int) -> int | float:
    """A quantity as a JSON number; only seconds have decimals, at most nine."""
    return int(quantity) if quantity == int(quantity) else float(quantity)
