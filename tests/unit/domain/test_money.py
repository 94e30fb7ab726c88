"""US dollars, exact."""

from decimal import Decimal, Inexact, localcontext
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import Invalid
from domain.money import MOST_DECIMALS, decimals_of, exact_sum, parse_usd, plain

finite = st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**12), max_value=10**12)
accepted = st.decimals(0, 10**6, places=18, allow_nan=False)


@given(st.lists(st.decimals(-(10**6), 10**6, places=30, allow_nan=False)))
def test_a_sum_is_exact_to_the_last_digit(amounts: list[Decimal]) -> None:
    assert Fraction(exact_sum(amounts)) == sum(map(Fraction, amounts), Fraction(0))


def test_a_tenth_ten_times_is_one() -> None:
    assert exact_sum([Decimal("0.1")] * 10) == 1


def test_an_empty_sum_is_zero() -> None:
    assert exact_sum([]) == Decimal(0)


def test_the_threads_own_context_has_no_say_in_a_sum() -> None:
    with localcontext() as context:
        context.prec = 3
        assert exact_sum([Decimal("123456.789"), Decimal("0.0001")]) == Decimal("123456.7891")


def test_a_digit_is_never_lost_in_silence() -> None:
    with pytest.raises(Inexact):
        exact_sum([Decimal("1e150"), Decimal("1e-150")])


@given(accepted)
def test_an_amount_in_bounds_is_read_exactly(amount: Decimal) -> None:
    assert parse_usd(str(amount), "/x") == amount
    assert parse_usd(amount, "/x") == amount


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("0", "0"),
        ("-0", "0"),
        ("0.004210", "0.00421"),
        ("4.21e-3", "0.00421"),
        ("1000000", "1000000"),
        ("1000000.000", "1000000"),
        ("0e400", "0"),
        (f"0.{'0' * 29}1", "1e-30"),
    ],
)
def test_amounts_at_the_edge_are_read(text: str, amount: str) -> None:
    assert parse_usd(text, "/x") == Decimal(amount)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "free",
        "$1",
        "1,5",
        "0x10",
        "NaN",
        "sNaN",
        "-NaN123",
        "Infinity",
        "-Infinity",
        "1e400",
        "1e999999999999999999999",
        "1e-999999999999999999999",
        "1e-40",
        "0e-31",
        "-0.000001",
        "1000000.000001",
        "1\x00",
        "\ud800",
        "9" * 10_000,
        f"0.{'0' * 30}1",
    ],
)
def test_amounts_beyond_the_edge_are_refused_where_they_stand(text: str) -> None:
    with pytest.raises(Invalid) as refusal:
        parse_usd(text, "/provider_cost_usd")
    assert refusal.value.code == "invalid_money"
    assert refusal.value.first_fault.pointer == "/provider_cost_usd"


@given(st.text() | st.decimals())
def test_whatever_is_sent_is_either_read_in_bounds_or_refused(sent: str | Decimal) -> None:
    try:
        amount = parse_usd(sent, "/x")
    except Invalid:
        return
    assert amount.is_finite()
    assert 0 <= amount <= 10**6
    assert decimals_of(amount) <= MOST_DECIMALS


@given(finite)
def test_the_plain_form_is_the_same_amount_without_ornament(amount: Decimal) -> None:
    text = plain(amount)
    assert Fraction(text) == Fraction(amount)
    assert set(text) <= set("-.0123456789")
    assert not ("." in text and text.endswith(("0", ".")))


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        ("0", "0"),
        ("-0.00", "0"),
        ("0E+5", "0"),
        ("1E+3", "1000"),
        ("100", "100"),
        ("0.004210", "0.00421"),
        ("1E-30", f"0.{'0' * 29}1"),
        ("-1.50", "-1.5"),
    ],
)
def test_plain_forms(amount: str, text: str) -> None:
    assert plain(Decimal(amount)) == text


@pytest.mark.parametrize(("amount", "digits"), [("1", 0), ("1E+3", 0), ("1.50", 2), ("1e-9", 9)])
def test_decimals_are_counted_as_written(amount: str, digits: int) -> None:
    assert decimals_of(Decimal(amount)) == digits
