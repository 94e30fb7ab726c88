"""The shape of what is answered about costs."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.costing import CostSource
from domain.report import Coverage, Measures
from domain.usage.token_usage import TokenClass


@given(st.dictionaries(st.sampled_from(CostSource), st.integers(0, 10**6)))
def test_coverage_counts_every_call_exactly_once(counts: dict[CostSource, int]) -> None:
    coverage = Coverage.of(counts)
    assert coverage.with_cost + coverage.unpriced == sum(counts.values())
    assert coverage.unpriced == counts.get(CostSource.UNPRICED, 0)


def test_what_the_provider_said_and_what_was_computed_is_priced() -> None:
    coverage = Coverage.of(
        {
            CostSource.PROVIDER_REPORTED: 1,
            CostSource.COMPUTED: 2,
            CostSource.ESTIMATED: 4,
            CostSource.PARTIAL: 8,
            CostSource.UNPRICED: 16,
        }
    )
    assert coverage == Coverage(priced=3, estimated=4, partial=8, unpriced=16)
    assert coverage.priced_share == 3 / 31
    assert coverage.with_cost == 15


def test_shares_without_calls_are_unknown_and_not_zero() -> None:
    assert Coverage().priced_share is None
    assert Measures().error_rate is None
    assert Measures().cost_per_call_usd is None


def test_no_calls_cost_and_save_nothing() -> None:
    nothing = Measures()
    assert nothing.cost_usd == nothing.cache_savings_usd == Decimal(0)
    assert nothing.calls == nothing.errors == nothing.total_tokens == 0


def test_the_error_rate_is_the_share_of_failed_calls() -> None:
    assert Measures(calls=8, errors=2).error_rate == 0.25


def test_the_cost_per_call_divides_by_the_calls_with_a_known_cost() -> None:
    measures = Measures(
        cost_usd=Decimal(3), calls=10, coverage=Coverage(priced=1, estimated=1, unpriced=8)
    )
    assert measures.cost_per_call_usd == Decimal("1.5")


def test_a_cost_per_call_that_does_not_terminate_has_18_decimals() -> None:
    measures = Measures(cost_usd=Decimal(2), calls=3, coverage=Coverage(priced=3))
    assert measures.cost_per_call_usd == Decimal("0.666666666666666667")


@pytest.mark.parametrize("coverage", [Coverage(unpriced=5), Coverage(priced=5)])
def test_an_unknown_cost_has_no_cost_per_call(coverage: Coverage) -> None:
    assert Measures(cost_usd=None, calls=5, coverage=coverage).cost_per_call_usd is None


def test_all_classes_of_tokens_make_the_total() -> None:
    tokens = {name: 10**position for position, name in enumerate(TokenClass)}
    assert Measures(tokens=tokens).total_tokens == int("1" * len(TokenClass))
