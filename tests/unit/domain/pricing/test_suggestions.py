"""Which known models an unknown name may well mean."""

import pytest

from domain.pricing.catalogue import PricedModel
from domain.pricing.matching import Equals
from domain.pricing.pricing_table import PricingTable
from domain.pricing.suggestions import nearest
from tests.unit.domain.pricing.books import FLAT, price


def table(**sellers: list[str]) -> PricingTable:
    return PricingTable(
        "1",
        [
            PricedModel(seller, name, Equals(name), (price(name, FLAT, provider=seller),))
            for seller, names in sellers.items()
            for name in names
        ],
        {"azure": ("openai",)},
    )


TABLE = table(
    openai=["gpt-4o", "gpt-4o-mini", "gpt-4-turbo", "gpt-4o-transcribe"],
    anthropic=["claude-sonnet-4-5", "claude-opus-4-1"],
)


@pytest.mark.parametrize(
    ("provider", "model", "likest"),
    [
        ("openai", "gpt-4o-2099-01-01", "gpt-4o"),
        ("openai", "GPT4o_mini", "gpt-4o-mini"),
        ("azure", "prod-gpt-4o-mini", "gpt-4o-mini"),
        ("anthropic", "claude-4-5-sonnet", "claude-sonnet-4-5"),
        ("openai_compatible", "claude-opus", "claude-opus-4-1"),
    ],
)
def test_the_likest_name_comes_first(provider: str, model: str, likest: str) -> None:
    assert nearest(TABLE, provider, model)[0].model == likest


def test_a_suggestion_says_who_sells_it_where_that_is_somebody_else() -> None:
    assert nearest(TABLE, "openai", "gpt-4o-2099")[0] == ("gpt-4o", None)
    assert nearest(TABLE, "openai_compatible", "gpt-4o-2099")[0] == ("gpt-4o", "openai")
    assert nearest(TABLE, "openai_compatible", "claude-opus")[0][1] == "anthropic"


@pytest.mark.parametrize("model", ["", "embedding", "🦊", "7"])
def test_a_name_that_is_like_nothing_gets_no_suggestion(model: str) -> None:
    assert nearest(TABLE, "openai", model) == []


def test_no_more_names_than_asked_for_and_only_such_as_have_a_price() -> None:
    assert len(nearest(TABLE, "openai", "gpt-4", most=2)) == 2
    unpriced = PricedModel("openai", "gpt-4o", Equals("gpt-4o"), (price("gpt-4o", {}),))
    assert nearest(PricingTable("1", [unpriced]), "openai", "gpt-4o-x") == []
