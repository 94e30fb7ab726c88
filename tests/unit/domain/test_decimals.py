"""Literals of JSON's numbers: exact, or a refusal that decoders understand."""

from decimal import Decimal

import pytest

from domain.decimals import exact, exact_or_text


def test_a_literal_is_read_to_its_last_digit() -> None:
    assert exact("0.1000000000000000000000000000000000001") == Decimal(
        "0.1000000000000000000000000000000000001"
    )


@pytest.mark.parametrize("literal", ["1e9999999999999999999", "0e-9999999999999999999"])
def test_an_exponent_that_no_number_has_is_a_value_error(literal: str) -> None:
    with pytest.raises(ValueError, match="exponent"):
        exact(literal)
    assert exact_or_text(literal) == literal
