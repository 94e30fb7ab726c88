"""An own price in the fields of its form, and back."""

from decimal import Decimal

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import Invalid
from domain.pricing.terms import PERS, OwnPriceTerms, OwnRate
from domain.usage.token_usage import TokenClass, Unit
from entrypoints.http.pages.terms_form import _rates, terms_values

WORDS = st.sampled_from(["batch", "in", "tier", "per", "above", "7", "eu-west-1", "EU West"])


@st.composite
def rates(draw: st.DrawFn) -> tuple[OwnRate, ...]:
    name = draw(st.sampled_from([*TokenClass, *Unit]))
    circumstance = {
        "class_": name,
        "per": draw(st.sampled_from(PERS)),
        "service_tier": draw(st.just("default") | WORDS),
        "region": draw(st.none() | WORDS),
    }
    usd = st.decimals(0, 1000, places=9)
    tiers = draw(st.lists(st.integers(1, 10**9), max_size=2, unique=True))
    return tuple(
        OwnRate(**circumstance, unit_price_usd=draw(usd), tier_from=above)
        for above in (None, *tiers)
    )


def entered(fields: dict[str, str]) -> tuple[OwnRate, ...]:
    with Flask(__name__).test_request_context(method="POST", data=fields):
        return _rates()


@given(rates())
def test_saving_the_form_as_it_stands_changes_no_price(stated: tuple[OwnRate, ...]) -> None:
    shown = terms_values(OwnPriceTerms(provider="acme", model="m", rates=stated))
    assert entered(shown) == stated


def test_a_line_may_say_what_the_price_is_for() -> None:
    (rate,) = entered({"rates": "audio_seconds $0.36 per 3,600 above 5 tier batch in eu"})
    assert rate == OwnRate(
        class_="audio_seconds",
        unit_price_usd=Decimal("0.36"),
        per=3600,
        tier_from=5,
        service_tier="batch",
        region="eu",
    )


@pytest.mark.parametrize("line", ["input", "input 5 per", "input 5 above 99999999999999", "x 1"])
def test_what_is_no_price_is_refused(line: str) -> None:
    with pytest.raises(Invalid):
        entered({"rates": line})
