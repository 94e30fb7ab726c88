"""From a reported call to the event that is kept, source of cost by source of cost."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from domain.costing import CostSource, explain
from domain.errors import Invalid
from domain.event import Event, ReportedEvent, Status, UsageStatus
from domain.money import exact_sum
from domain.pricing.catalogue import PricedModel
from domain.pricing.matching import StartsWith
from domain.pricing.price import Rate
from domain.pricing.pricing_table import PricingTable
from domain.recording import record, record_again
from domain.usage.token_usage import TokenClass, TokenUsage, Unit
from tests.unit.domain.pricing.books import per_million, price

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
RATES = {
    "input": per_million("3", (200_000, "6")),
    "cache_read": per_million("0.3"),
    "output": per_million("15"),
}
FAST = replace(price("sonnet", {"input": per_million("1")}), speed="fast")
FLEX = replace(price("sonnet", {"input": per_million("2")}), service_tier="flex")
PRICES = (price("sonnet", RATES), FAST, FLEX)
BOOK = PricingTable(
    "2026-11-23",
    [
        PricedModel(provider, "sonnet", StartsWith("sonnet"), PRICES)
        for provider in ("openai", "openrouter", "acme")
    ],
)
CALL = ReportedEvent(id="e1", timestamp=NOW, provider="openai", model="sonnet-1")
USAGE = TokenUsage({TokenClass.INPUT: 1000, TokenClass.OUTPUT: 100})
USAGE_USD = Decimal("0.0045")
CHAT: Mapping[str, object] = {
    "prompt_tokens": 1000,
    "completion_tokens": 100,
    "total_tokens": 1100,
}
Changes = Mapping[str, Any]


def recorded(changes: Changes, prices: PricingTable = BOOK) -> Event:
    event = record(
        replace(CALL, **changes),
        organization_id="o1",
        api_key_id="k1",
        received_at=NOW,
        prices=prices,
    )
    explained = explain(event.cost, event.usage)
    assert exact_sum(line.amount_usd for line in explained.lines) == (event.cost.cost_usd or 0)
    return event


def outcome(changes: Changes) -> tuple[CostSource, Decimal | None, UsageStatus]:
    event = recorded(changes)
    return event.cost.source, event.cost.cost_usd, event.usage_status


@pytest.mark.parametrize("usage", [{"usage": USAGE}, {"provider_usage": CHAT}])
@pytest.mark.parametrize("status", Status)
def test_a_call_is_priced_by_the_usage_it_reports(usage: Changes, status: Status) -> None:
    assert outcome({**usage, "status": status}) == (
        CostSource.COMPUTED,
        USAGE_USD,
        UsageStatus.COMPLETE,
    )


@pytest.mark.parametrize("said", [None, UsageStatus.COMPLETE])
def test_an_error_without_usage_costs_nothing(said: UsageStatus | None) -> None:
    assert outcome({"status": Status.ERROR, "usage_status": said}) == (
        CostSource.COMPUTED,
        Decimal(0),
        UsageStatus.COMPLETE,
    )


@pytest.mark.parametrize("said", [UsageStatus.MISSING, UsageStatus.PARTIAL, UsageStatus.ESTIMATED])
def test_an_error_that_broke_off_midway_without_usage_has_no_known_cost(said: UsageStatus) -> None:
    assert outcome({"status": Status.ERROR, "usage_status": said}) == (
        CostSource.UNPRICED,
        None,
        UsageStatus.MISSING,
    )


def test_an_error_with_a_usage_object_that_says_nothing_has_no_known_cost() -> None:
    assert outcome({"status": Status.ERROR, "provider_usage": {}}) == (
        CostSource.UNPRICED,
        None,
        UsageStatus.MISSING,
    )


@pytest.mark.parametrize("said", [None, *UsageStatus])
@pytest.mark.parametrize("usage", [{}, {"usage": TokenUsage()}, {"provider_usage": {}}])
def test_a_success_without_usage_has_no_known_cost(
    usage: Changes, said: UsageStatus | None
) -> None:
    assert outcome({**usage, "usage_status": said}) == (
        CostSource.UNPRICED,
        None,
        UsageStatus.MISSING,
    )


@pytest.mark.parametrize("said", [UsageStatus.PARTIAL, UsageStatus.MISSING])
@pytest.mark.parametrize("status", Status)
def test_what_is_known_of_a_cut_off_call_is_a_partial_cost(
    said: UsageStatus, status: Status
) -> None:
    changes = {"usage": USAGE, "usage_status": said, "status": status}
    assert outcome(changes) == (CostSource.PARTIAL, USAGE_USD, said)


def test_estimated_usage_is_an_estimated_cost() -> None:
    assert outcome({"usage": USAGE, "usage_status": UsageStatus.ESTIMATED}) == (
        CostSource.ESTIMATED,
        USAGE_USD,
        UsageStatus.ESTIMATED,
    )


def test_a_class_without_a_price_makes_a_partial_cost() -> None:
    usage = TokenUsage({**USAGE.tokens, TokenClass.OUTPUT_IMAGE: 1})
    assert outcome({"usage": usage}) == (CostSource.PARTIAL, USAGE_USD, UsageStatus.COMPLETE)


@pytest.mark.parametrize(
    "usage",
    [
        {"usage": TokenUsage({TokenClass.INPUT: 0, TokenClass.OUTPUT: 0})},
        {"provider_usage": {"prompt_tokens": 0, "completion_tokens": 0}},
    ],
)
@pytest.mark.parametrize("status", Status)
def test_explicit_zeros_are_not_absent(usage: Changes, status: Status) -> None:
    assert outcome({**usage, "status": status}) == (
        CostSource.COMPUTED,
        Decimal(0),
        UsageStatus.COMPLETE,
    )


@pytest.mark.parametrize("unknown", [{"model": "opus"}, {"provider": "nobody"}])
def test_an_unknown_model_is_unpriced_and_its_usage_is_kept(unknown: Changes) -> None:
    event = recorded({"usage": USAGE, **unknown})
    assert (event.cost.source, event.cost.cost_usd) == (CostSource.UNPRICED, None)
    assert event.usage == USAGE
    assert event.usage_status is UsageStatus.COMPLETE


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"usage": USAGE},
        {"provider_usage": CHAT},
        {"usage": USAGE, "usage_status": UsageStatus.PARTIAL},
        {"usage": USAGE, "usage_status": UsageStatus.ESTIMATED},
        {"status": Status.ERROR},
        {"model": "opus"},
    ],
)
@pytest.mark.parametrize("amount", ["0.5", "0"])
def test_a_stated_cost_wins_over_everything(changes: Changes, amount: str) -> None:
    event = recorded({**changes, "provider_cost_usd": Decimal(amount)})
    assert event.cost.source is CostSource.PROVIDER_REPORTED
    assert event.cost.cost_usd == Decimal(amount)


def test_a_cost_inside_the_usage_object_is_the_providers_own_figure() -> None:
    changes = {"provider": "openrouter", "provider_usage": {**CHAT, "cost": 0.0021}}
    event = recorded(changes)
    assert event.cost.source is CostSource.PROVIDER_REPORTED
    assert event.cost.cost_usd == Decimal("0.0021")
    assert event.cost.list_cost_usd == USAGE_USD


def test_a_stated_cost_wins_over_one_inside_the_usage_object() -> None:
    changes = {"provider": "openrouter", "provider_usage": {**CHAT, "cost": 0.0021}}
    event = recorded({**changes, "provider_cost_usd": Decimal(0)})
    assert event.cost.cost_usd == 0


def test_token_classes_of_the_senders_usage_replace_those_of_the_provider() -> None:
    own = TokenUsage({TokenClass.INPUT: 7})
    event = recorded({"usage": own, "provider_usage": CHAT})
    assert event.usage.tokens == {TokenClass.INPUT: 7}
    assert event.reported.provider_usage == CHAT


def test_units_of_the_senders_usage_are_added_to_those_of_the_provider() -> None:
    own = TokenUsage({}, {Unit.WEB_SEARCHES: Decimal(2)})
    event = recorded({"usage": own, "provider_usage": CHAT})
    assert event.usage.tokens == USAGE.tokens
    assert event.usage.units == {Unit.WEB_SEARCHES: Decimal(2)}
    assert event.cost.source is CostSource.PARTIAL


@pytest.mark.parametrize(
    ("provider", "usage"), [("openai", {"new_form": 1}), ("acme", CHAT)], ids=["form", "provider"]
)
def test_units_beside_tokens_that_could_not_be_read_are_a_partial_cost(
    provider: str, usage: Mapping[str, object]
) -> None:
    own = TokenUsage({}, {Unit.REQUESTS: Decimal(1)})
    rates = {**RATES, "requests": Rate(Decimal("0.01"), 1)}
    book = PricingTable(
        "2026-11-23",
        [PricedModel(provider, "sonnet", StartsWith("sonnet"), (price("sonnet", rates),))],
    )
    event = recorded({"provider": provider, "usage": own, "provider_usage": usage}, book)
    assert (event.cost.source, event.cost.cost_usd) == (CostSource.PARTIAL, Decimal("0.01"))


def test_token_classes_that_the_sender_states_leave_no_doubt_about_the_providers() -> None:
    contradictory = {**CHAT, "prompt_tokens_details": {"cached_tokens": 2000}}
    assert outcome({"provider_usage": contradictory})[0] is CostSource.PARTIAL
    stated = {"usage": USAGE, "provider_usage": contradictory}
    assert outcome(stated) == (CostSource.COMPUTED, USAGE_USD, UsageStatus.COMPLETE)


def test_the_whole_prompt_decides_on_the_tier() -> None:
    usage = TokenUsage({TokenClass.INPUT: 1000, TokenClass.CACHE_READ: 199_001})
    event = recorded({"usage": usage})
    assert event.cost.cost_usd == Decimal("0.0657003")
    assert event.cost.quote is not None
    assert event.cost.quote.tier == 200_000


def test_a_stated_service_tier_wins_over_the_usage_objects() -> None:
    flex = {"provider_usage": {**CHAT, "service_tier": "flex"}}
    assert recorded(flex).service_tier == "flex"
    assert recorded(flex).cost.quote != recorded({"provider_usage": CHAT}).cost.quote
    assert recorded({**flex, "service_tier": "default"}).service_tier == "default"
    assert recorded({**flex, "service_tier": "default"}).cost.cost_usd == USAGE_USD


def test_the_speed_finds_its_own_price() -> None:
    usage = TokenUsage({TokenClass.INPUT: 1000})
    assert recorded({"usage": usage, "speed": "fast"}).cost.cost_usd == Decimal("0.001")


def test_a_region_that_the_price_does_not_know_is_noted() -> None:
    quote = recorded({"usage": USAGE, "region": "eu"}).cost.quote
    assert quote is not None
    assert quote.notes == ("region_not_priced",)


def test_notes_on_reading_the_usage_stay_with_the_cost() -> None:
    event = recorded({"provider_usage": {**CHAT, "total_tokens": 5}})
    assert event.cost.notes == ("contradictory_usage:/total_tokens",)


def test_a_provider_without_a_convention_is_not_guessed_at() -> None:
    event = recorded({"provider": "acme", "provider_usage": CHAT})
    assert event.usage.is_empty
    assert event.cost.source is CostSource.UNPRICED
    assert event.cost.notes == ("no_convention",)


@pytest.mark.parametrize("count", [-1, 10**9 + 1, 0.5, "7", True, [], float("inf")])
def test_a_usage_object_that_holds_no_quantity_is_refused(count: object) -> None:
    with pytest.raises(Invalid) as refusal:
        recorded({"provider_usage": {"prompt_tokens": count}})
    assert refusal.value.code == "invalid_usage"
    assert refusal.value.first_fault.pointer == "/provider_usage/prompt_tokens"


def test_an_event_keeps_who_sent_it_when_and_as_what() -> None:
    event = recorded({"usage": USAGE})
    assert (event.organization_id, event.api_key_id, event.received_at) == ("o1", "k1", NOW)
    assert event.reported == replace(CALL, usage=USAGE)


def test_an_event_that_would_be_refused_today_stays_as_it_was_taken() -> None:
    taken = record(CALL, organization_id="o", api_key_id="k", received_at=NOW, prices=BOOK)
    odd = replace(taken, reported=replace(CALL, provider_usage={"prompt_tokens": -1}))
    assert record_again(odd, prices=BOOK, now=NOW) == odd
