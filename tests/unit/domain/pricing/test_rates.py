"""Classes that borrow a rate, and those that do not."""

from decimal import Decimal

import pytest

from domain.pricing.rates import UnitRate, rates_of
from tests.unit.domain.pricing.books import MILLION, TIERED, per_million, price

BASE = {"input": per_million("2"), "output": per_million("8"), "cache_read": per_million("0.5")}


def test_reasoning_is_billed_as_output_everywhere() -> None:
    rates = rates_of(price("m", BASE), 0)
    assert rates["reasoning"] == UnitRate(Decimal(8), MILLION, "billed as output")


def test_a_price_of_its_own_is_never_replaced() -> None:
    rates = rates_of(price("m", {**BASE, "reasoning": per_million("3")}), 0)
    assert rates["reasoning"] == UnitRate(Decimal(3), MILLION, None)


def test_a_borrowed_rate_follows_the_tier() -> None:
    assert rates_of(TIERED, 200_001)["reasoning"].unit_price_usd == Decimal("22.5")


@pytest.mark.parametrize(
    ("provider", "borrower", "usd"),
    [
        ("anthropic", "cache_write_1h", "4"),
        ("openai", "cache_write_5m", "2"),
        ("openai", "input_image", "2"),
        ("google", "input_image", "2"),
        ("google", "input_video", "2"),
        ("google", "input_audio", "2"),
        ("google", "cache_read_audio", "0.5"),
    ],
)
def test_a_provider_that_says_how_it_bills_a_class_is_followed(
    provider: str, borrower: str, usd: str
) -> None:
    rate = rates_of(price("m", BASE, provider=provider), 0)[borrower]
    assert rate.unit_price_usd == Decimal(usd)
    assert rate.note is not None


@pytest.mark.parametrize(("provider", "usd"), [("openai", "2"), ("mistral", "0.2")])
def test_cache_reads_without_a_price_are_billed_as_documented(provider: str, usd: str) -> None:
    rates = rates_of(price("m", {"input": per_million("2")}, provider=provider), 0)
    assert rates["cache_read"].unit_price_usd == Decimal(usd)


def test_nothing_else_is_guessed() -> None:
    assert set(rates_of(price("m", BASE), 0)) == {"input", "output", "cache_read", "reasoning"}
    assert set(rates_of(price("m", {"input": per_million("2")}), 0)) == {"input"}
    openai = rates_of(price("m", BASE, provider="openai"), 0)
    assert not openai.keys() & {"input_audio", "output_audio", "output_image", "cache_write_1h"}
