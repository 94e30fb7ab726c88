"""Exact amounts."""

from decimal import Decimal, localcontext
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from domain.pricing.cost import amount_of

prices = st.decimals(0, 10**6, places=9, allow_nan=False)


@given(st.integers(0, 10**9), prices, st.sampled_from([1, 1000, 10**6]))
def test_an_amount_per_power_of_ten_is_exact(quantity: int, unit_price: Decimal, per: int) -> None:
    assert Fraction(amount_of(quantity, unit_price, per)) == Fraction(unit_price) * quantity / per


@given(st.decimals(0, 10**9, places=9, allow_nan=False), prices)
def test_an_amount_per_hour_is_exact_or_rounded_at_18_decimals(
    seconds: Decimal, unit_price: Decimal
) -> None:
    error = Fraction(amount_of(seconds, unit_price, 3600)) - Fraction(seconds) * Fraction(
        unit_price
    ) / Fraction(3600)
    assert abs(error) <= Fraction(1, 2 * 10**18)


def test_a_third_is_rounded_half_even() -> None:
    assert amount_of(1, Decimal(1), 3) == Decimal("0.333333333333333333")
    assert amount_of(2, Decimal(1), 3) == Decimal("0.666666666666666667")
    assert amount_of(1800, Decimal("0.36"), 3600) == Decimal("0.18")


def test_the_threads_own_context_has_no_say() -> None:
    with localcontext() as context:
        context.prec = 3
        assert amount_of(123_456_789, Decimal("1.25"), 10**6) == Decimal("154.32098625")
