"""Totals by whole numbers: the same figures as the lines, to the last digit."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.pricing.cost import Total
from domain.pricing.quote import Quote
from domain.pricing.rates import UnitRate
from domain.usage.token_usage import TokenClass, TokenUsage, Unit
from tests.builders import a_quote

PRICES = st.decimals(0, 10**6, allow_nan=False, allow_infinity=False, places=12)
PERS = st.sampled_from([1, 1000, 10**6, 3600])
RATES = st.dictionaries(
    st.sampled_from([*map(str, TokenClass), *map(str, Unit)]),
    st.builds(UnitRate, PRICES, PERS),
)
USAGES = st.builds(
    TokenUsage,
    st.dictionaries(st.sampled_from(TokenClass), st.integers(0, 10**9)),
    st.dictionaries(st.sampled_from(Unit), st.integers(0, 10**9).map(Decimal), max_size=1),
)


def by_lines(quote: Quote, usage: TokenUsage) -> Total:
    cost = quote.cost_of(usage)
    return Total(cost.amount_usd, bool(cost.lines), not cost.unpriced)


@given(RATES, USAGES)
def test_a_total_is_what_the_lines_sum_up_to(rates: dict[str, UnitRate], usage: TokenUsage) -> None:
    quote = a_quote(rates=rates)
    assert quote.total_of(usage) == by_lines(quote, usage)


@given(RATES, USAGES)
def test_savings_of_a_cache_are_the_same_by_whole_numbers_and_by_decimals(
    rates: dict[str, UnitRate], usage: TokenUsage
) -> None:
    by_decimals = a_quote(rates=rates | {"requests": UnitRate(Decimal(1), 1)})
    assert a_quote(rates=rates).cache_savings_of(usage) == by_decimals.cache_savings_of(usage)


@pytest.mark.parametrize(
    ("rates", "is_compiled"),
    [
        ({"input": UnitRate(Decimal("2.5"), 10**6)}, True),
        ({"input": UnitRate(Decimal("2.5"), 10**6), "pages": UnitRate(Decimal(1), 7)}, True),
        ({"input": UnitRate(Decimal("2.5"), 7)}, False),
        ({"input": UnitRate(Decimal("2.5"), 10**6), "requests": UnitRate(Decimal(5), 1000)}, False),
        ({}, True),
    ],
)
def test_prices_are_compiled_where_tokens_times_prices_are_all_there_is(
    rates: dict[str, UnitRate],
    is_compiled: bool,  # noqa: FBT001
) -> None:
    assert (a_quote(rates=rates)._whole_numbers is not None) is is_compiled


def test_a_total_is_exact_beyond_the_precision_of_floats() -> None:
    rates = {"input": UnitRate(Decimal("0.123456789012345678"), 10**6)}
    usage = TokenUsage({TokenClass.INPUT: 999_999_999})
    assert a_quote(rates=rates).total_of(usage).amount_usd == Decimal(
        "123.456788888888888987654322"  # 123.456789012345678 - 0.000000123456789012345678
    )


def test_savings_that_cannot_be_compared_are_unknown_and_not_zero() -> None:
    quote = a_quote(rates={"cache_read": UnitRate(Decimal("0.3"), 10**6)})
    assert quote.cache_savings_of(TokenUsage({TokenClass.CACHE_READ: 5})) is None
    assert quote.cache_savings_of(TokenUsage({TokenClass.CACHE_READ: 0})) == 0


def test_a_quote_that_was_copied_totals_by_its_own_rates() -> None:
    dear = replace(a_quote(), rates={"input": UnitRate(Decimal(30), 10**6)})
    assert dear.total_of(TokenUsage({TokenClass.INPUT: 10**6})).amount_usd == 30
