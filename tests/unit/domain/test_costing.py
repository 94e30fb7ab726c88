"""Which figure is the cost of a call, and how far to trust it."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.costing import (
    COST_OUT_OF_RANGE,
    MOST_COST_USD,
    CostExplanation,
    CostSource,
    EventCost,
    UsageKnowledge,
    decide_cost,
    explain,
)
from domain.money import exact_sum
from domain.pricing.quote import Quote
from domain.pricing.rates import UnitRate
from domain.usage.token_usage import TokenClass, TokenUsage, Unit

MILLION = 10**6
QUOTE = Quote(
    provider="acme",
    model="flat",
    book_version="2026-11-23",
    source="test",
    source_version="1",
    rates={
        TokenClass.INPUT: UnitRate(Decimal(3), MILLION),
        TokenClass.CACHE_READ: UnitRate(Decimal("0.3"), MILLION),
        TokenClass.OUTPUT: UnitRate(Decimal(15), MILLION),
        Unit.COMPUTE_SECONDS: UnitRate(Decimal("0.7"), 3600),
    },
    service_tier="default",
)
SOME = TokenUsage({TokenClass.INPUT: 1000, TokenClass.OUTPUT: 100})
SOME_USD = Decimal("0.0045")
WITH_UNPRICED = TokenUsage({**SOME.tokens, TokenClass.OUTPUT_AUDIO: 7})
ONLY_UNPRICED = TokenUsage({TokenClass.OUTPUT_AUDIO: 7})
NOTHING = TokenUsage()


def known(
    usage: TokenUsage,
    *,
    failed_before_output: bool = False,
    is_cut_off: bool = False,
    is_estimated: bool = False,
) -> UsageKnowledge:
    return UsageKnowledge(
        usage=usage,
        failed_before_output=failed_before_output,
        is_cut_off=is_cut_off,
        is_estimated=is_estimated,
    )


def outcome(cost: EventCost) -> tuple[CostSource, Decimal | None]:
    return cost.source, cost.cost_usd


def test_usage_at_a_known_price_is_computed() -> None:
    cost = decide_cost(known(SOME), QUOTE, None, ("a note",))
    assert outcome(cost) == (CostSource.COMPUTED, SOME_USD)
    assert cost.list_cost_usd == SOME_USD
    assert cost.quote is QUOTE
    assert cost.notes == ("a note",)


def test_the_providers_own_figure_wins_and_the_list_price_is_kept_beside_it() -> None:
    cost = decide_cost(known(SOME), QUOTE, Decimal("0.001"))
    assert outcome(cost) == (CostSource.PROVIDER_REPORTED, Decimal("0.001"))
    assert cost.list_cost_usd == SOME_USD


@pytest.mark.parametrize(
    "usage", [known(NOTHING), known(SOME, is_cut_off=True), known(SOME, is_estimated=True)]
)
def test_the_providers_own_figure_needs_no_usage_and_no_price(usage: UsageKnowledge) -> None:
    cost = decide_cost(usage, None, Decimal("0.001"))
    assert outcome(cost) == (CostSource.PROVIDER_REPORTED, Decimal("0.001"))
    assert cost.list_cost_usd is None


def test_a_reported_cost_of_zero_is_a_cost() -> None:
    cost = decide_cost(known(SOME), QUOTE, Decimal(0))
    assert outcome(cost) == (CostSource.PROVIDER_REPORTED, Decimal(0))


def test_estimated_usage_makes_an_estimated_cost() -> None:
    cost = decide_cost(known(SOME, is_estimated=True), QUOTE, None)
    assert outcome(cost) == (CostSource.ESTIMATED, SOME_USD)


def test_usage_that_was_cut_off_makes_a_partial_cost() -> None:
    cost = decide_cost(known(SOME, is_cut_off=True), QUOTE, None)
    assert outcome(cost) == (CostSource.PARTIAL, SOME_USD)


@pytest.mark.parametrize("is_estimated", [False, True])
def test_a_class_without_a_price_makes_a_partial_cost_of_the_rest(is_estimated: bool) -> None:  # noqa: FBT001
    cost = decide_cost(known(WITH_UNPRICED, is_estimated=is_estimated), QUOTE, None)
    assert outcome(cost) == (CostSource.PARTIAL, SOME_USD)
    assert explain(cost, WITH_UNPRICED).unpriced_classes == ("output_audio",)


def test_a_class_without_a_price_and_without_tokens_takes_nothing_from_the_cost() -> None:
    usage = TokenUsage({**SOME.tokens, TokenClass.OUTPUT_AUDIO: 0})
    assert outcome(decide_cost(known(usage), QUOTE, None)) == (CostSource.COMPUTED, SOME_USD)


@pytest.mark.parametrize("usage", [SOME, TokenUsage({TokenClass.INPUT: 0}), NOTHING])
def test_an_unknown_price_is_not_zero(usage: TokenUsage) -> None:
    cost = decide_cost(known(usage), None, None)
    assert outcome(cost) == (CostSource.UNPRICED, None)
    assert cost.list_cost_usd is None


def test_unknown_usage_is_not_free() -> None:
    cost = decide_cost(known(NOTHING), QUOTE, None)
    assert outcome(cost) == (CostSource.UNPRICED, None)
    assert cost.quote is None
    assert cost.cache_savings_usd is None


def test_usage_of_nothing_but_unpriced_classes_is_unpriced() -> None:
    cost = decide_cost(known(ONLY_UNPRICED), QUOTE, None)
    assert outcome(cost) == (CostSource.UNPRICED, None)
    assert explain(cost, ONLY_UNPRICED).unpriced_classes == ("output_audio",)


def test_explicit_zeros_are_known_and_cost_nothing() -> None:
    zeros = TokenUsage({TokenClass.INPUT: 0, TokenClass.OUTPUT: 0})
    assert outcome(decide_cost(known(zeros), QUOTE, None)) == (CostSource.COMPUTED, Decimal(0))


@pytest.mark.parametrize("quote", [QUOTE, None])
def test_a_call_that_failed_before_it_produced_anything_costs_nothing(
    quote: Quote | None,
) -> None:
    cost = decide_cost(known(NOTHING, failed_before_output=True), quote, None)
    assert outcome(cost) == (CostSource.COMPUTED, Decimal(0))
    assert explain(cost, NOTHING) == CostExplanation(
        lines=(), computed_lines=None, unpriced_classes=()
    )


def test_a_failed_call_is_priced_by_the_usage_it_reports() -> None:
    cost = decide_cost(known(SOME, failed_before_output=True), QUOTE, None)
    assert outcome(cost) == (CostSource.COMPUTED, SOME_USD)


def test_only_reported_and_computed_costs_are_whole_and_exact() -> None:
    assert [source for source in CostSource if source.is_priced] == [
        CostSource.PROVIDER_REPORTED,
        CostSource.COMPUTED,
    ]


def test_what_the_cache_saved_is_known_with_the_price() -> None:
    usage = TokenUsage({TokenClass.INPUT: 200, TokenClass.CACHE_READ: 1000})
    assert decide_cost(known(usage), QUOTE, None).cache_savings_usd == Decimal("0.0027")
    assert decide_cost(known(usage), None, Decimal(1)).cache_savings_usd is None


def test_a_reported_cost_is_explained_by_one_line_and_what_we_would_have_computed() -> None:
    explanation = explain(decide_cost(known(SOME), QUOTE, Decimal("0.001")), SOME)
    [line] = explanation.lines
    assert (line.class_, line.quantity, line.per) == ("provider_reported", 1, 1)
    assert line.amount_usd == line.unit_price_usd == Decimal("0.001")
    assert explanation.computed_lines is not None
    assert exact_sum(line.amount_usd for line in explanation.computed_lines) == SOME_USD


def test_a_computed_cost_has_no_second_reckoning() -> None:
    explanation = explain(decide_cost(known(SOME), QUOTE, None), SOME)
    assert explanation.computed_lines is None
    assert [line.class_ for line in explanation.lines] == ["input", "output"]


def test_an_unpriced_event_is_explained_by_no_lines() -> None:
    assert explain(decide_cost(known(SOME), None, None), SOME).lines == ()


usages = st.builds(
    TokenUsage,
    st.dictionaries(st.sampled_from(TokenClass), st.integers(0, 10**9)),
    st.dictionaries(st.sampled_from(Unit), st.decimals(0, 10**9, places=9, allow_nan=False)),
)
knowledge = st.builds(
    UsageKnowledge,
    usage=usages,
    failed_before_output=st.booleans(),
    is_cut_off=st.booleans(),
    is_estimated=st.booleans(),
)
reported_amounts = st.none() | st.decimals(0, 10**6, places=30, allow_nan=False)


@given(knowledge, st.sampled_from([QUOTE, None]), reported_amounts)
def test_the_sum_of_the_lines_is_the_cost_to_the_last_digit(
    usage: UsageKnowledge, quote: Quote | None, reported: Decimal | None
) -> None:
    cost = decide_cost(usage, quote, reported)
    lines = explain(cost, usage.usage).lines
    assert exact_sum(line.amount_usd for line in lines) == (cost.cost_usd or 0)


@given(knowledge, st.sampled_from([QUOTE, None]), reported_amounts)
def test_a_cost_is_unknown_exactly_when_it_is_unpriced(
    usage: UsageKnowledge, quote: Quote | None, reported: Decimal | None
) -> None:
    cost = decide_cost(usage, quote, reported)
    assert (cost.cost_usd is None) == (cost.source is CostSource.UNPRICED)
    assert (reported is not None) == (cost.source is CostSource.PROVIDER_REPORTED)


def test_a_price_that_makes_more_than_any_call_costs_leaves_the_cost_unknown() -> None:
    quote = replace(QUOTE, rates={TokenClass.INPUT: UnitRate(Decimal(10**6), 1)})
    cost = decide_cost(known(TokenUsage({TokenClass.INPUT: 1001})), quote, None)
    assert outcome(cost) == (CostSource.UNPRICED, None)
    assert (cost.list_cost_usd, cost.cache_savings_usd) == (None, None)
    assert cost.notes == (COST_OUT_OF_RANGE,)
    dearest = decide_cost(known(TokenUsage({TokenClass.INPUT: 1000})), quote, None)
    assert outcome(dearest) == (CostSource.COMPUTED, MOST_COST_USD)


def test_the_providers_own_figure_stands_beside_a_price_that_is_a_mistake() -> None:
    quote = replace(QUOTE, rates={TokenClass.INPUT: UnitRate(Decimal(10**6), 1)})
    cost = decide_cost(known(TokenUsage({TokenClass.INPUT: 1001})), quote, Decimal(2))
    assert outcome(cost) == (CostSource.PROVIDER_REPORTED, Decimal(2))
    assert cost.list_cost_usd is None
