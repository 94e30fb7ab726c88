"""US dollars as they are said in a sentence."""

from decimal import Decimal, localcontext

import pytest

from domain.dollars import spoken_usd


@pytest.mark.parametrize(
    ("amount", "said"),
    [
        ("0", "$0.00"),
        ("0E-18", "$0.00"),
        ("412", "$412.00"),
        ("1234567.891", "$1,234,567.89"),
        ("1", "$1.00"),
        ("1.405", "$1.41"),
        ("0.0425", "$0.043"),
        ("0.999", "$1.00"),
        ("0.994", "$0.99"),
        ("0.5", "$0.50"),
        ("0.0401", "$0.04"),
        ("0.996", "$1.00"),
        ("0.0421", "$0.042"),
        ("0.000000123", "$0.00000012"),
        ("-3", "-$3.00"),
        ("-0.0421", "-$0.042"),
    ],
)
def test_cents_are_said_from_a_dollar_on_and_two_digits_below(amount: str, said: str) -> None:
    assert spoken_usd(Decimal(amount)) == said


def test_the_threads_own_context_has_no_say_in_a_sentence() -> None:
    with localcontext() as context:
        context.prec = 3
        assert spoken_usd(Decimal("1234567.891")) == "$1,234,567.89"
