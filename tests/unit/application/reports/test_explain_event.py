"""One call, and why it cost what it cost."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from adapters.pricing.book import BundledPricingTables
from application.ingestion.ingest_events import IngestEvents, IngestEventsRequest
from application.pricing.price_lists import PriceLists
from application.reports.explain_event import ExplainedEvent, ExplainEvent, ExplainEventRequest
from domain.costing import CostSource
from domain.errors import NotFound
from domain.event import ReportedEvent
from domain.money import exact_sum
from tests.builders import NOW
from tests.unit.application.world import World

BOOK = BundledPricingTables()
CALL = ReportedEvent(
    id="a/b",
    timestamp=NOW - timedelta(hours=1),
    provider="anthropic",
    model="claude-sonnet-4-5-20250929",
    provider_usage={"input_tokens": 1200, "cache_read_input_tokens": 800, "output_tokens": 300},
)


def explained(world: World, call: ReportedEvent) -> ExplainedEvent:
    IngestEvents(
        world.units,
        PriceLists(BOOK),
        world.keep_ledger,
        world.learn_model_answers,
        world.clock,
        world.meter,
    )(IngestEventsRequest(organization_id="acme", api_key_id="key", items=(call,)))
    return explain(world, call.id)


def explain(world: World, event_id: str, organization_id: str = "acme") -> ExplainedEvent:
    request = ExplainEventRequest(organization_id=organization_id, event_id=event_id)
    return ExplainEvent(world.units)(request)


def test_the_cost_is_explained_line_by_line(world: World) -> None:
    shown = explained(world, CALL)
    assert shown.event.reported == CALL
    assert shown.event.cost.source is CostSource.COMPUTED
    lines = {line.class_: line for line in shown.explanation.lines}
    assert set(lines) == {"input", "cache_read", "output"}
    assert lines["cache_read"].quantity == 800
    assert (lines["cache_read"].unit_price_usd, lines["cache_read"].per) == (Decimal("0.3"), 10**6)
    assert lines["cache_read"].amount_usd == Decimal("0.00024")
    assert exact_sum(line.amount_usd for line in lines.values()) == shown.event.cost.cost_usd


def test_a_providers_own_figure_stands_beside_what_we_would_have_computed(world: World) -> None:
    shown = explained(world, replace(CALL, provider_cost_usd=Decimal("0.0071")))
    [line] = shown.explanation.lines
    assert (line.class_, line.amount_usd) == ("provider_reported", Decimal("0.0071"))
    assert shown.explanation.computed_lines is not None
    computed = exact_sum(line.amount_usd for line in shown.explanation.computed_lines)
    assert computed == shown.event.cost.list_cost_usd == Decimal("0.00834")


def test_an_unknown_price_is_explained_by_nothing(world: World) -> None:
    shown = explained(world, replace(CALL, model="claude-nobody"))
    assert shown.event.cost.cost_usd is None
    assert shown.explanation.lines == ()


@pytest.mark.parametrize("event_id", ["", "unknown", "a", "\x00", "\ud800"])
def test_an_unknown_event_is_not_there(world: World, event_id: str) -> None:
    explained(world, CALL)
    with pytest.raises(NotFound):
        explain(world, event_id)


def test_another_organizations_event_is_not_there(world: World) -> None:
    explained(world, CALL)
    with pytest.raises(NotFound):
        explain(world, CALL.id, organization_id="other")
