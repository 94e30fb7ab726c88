"""What an organization may enter about prices, and what contradicts itself."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import Invalid
from domain.pricing.terms import (
    AliasTerms,
    DatedTerms,
    DiscountTerms,
    OwnPriceTerms,
    OwnRate,
    Terms,
    key_of,
)
from tests.agreements import rate

JUNE, JULY = date(2026, 6, 1), date(2026, 7, 1)
days = st.dates(date(2026, 1, 1), date(2026, 1, 20))


def percent(value: str) -> Terms:
    return DiscountTerms(provider="acme", percent=Decimal(value))


def own(*rates: OwnRate, model: str = "m") -> Terms:
    return OwnPriceTerms(provider="acme", model=model, rates=rates)


def one(usd: str = "1", per: int = 10**6, **fields: object) -> OwnRate:
    stated = {"class_": "input", "unit_price_usd": Decimal(usd), "per": per, **fields}
    return OwnRate(**stated)  # type: ignore[arg-type]


REFUSED: dict[str, tuple[str, Callable[[], object]]] = {
    "no provider": ("/provider", lambda: DatedTerms(provider="")),
    "days that end before they begin": (
        "/valid_to", lambda: DatedTerms(provider="a", valid_from=JULY, valid_to=JUNE),
    ),
    "no day at all": (
        "/valid_to", lambda: DatedTerms(provider="a", valid_from=JUNE, valid_to=JUNE),
    ),
    "a long note": ("/note", lambda: DatedTerms(provider="a", note="n" * 501)),
    "nothing off": ("/percent", lambda: percent("0")),
    "a surcharge": ("/percent", lambda: percent("-5")),
    "more than everything off": ("/percent", lambda: percent("100.0001")),
    "an endless percentage": ("/percent", lambda: percent("NaN")),
    "too fine a percentage": ("/percent", lambda: percent("0.00001")),
    "no class of tokens": ("/rates", lambda: one(class_="inputs")),
    "a negative price": ("/rates", lambda: one("-1")),
    "an endless price": ("/rates", lambda: one("Infinity")),
    "too fine a price": ("/rates", lambda: one("1e-19")),
    "a price for twelve": ("/rates", lambda: one(per=12)),
    "a tier from nothing": ("/rates", lambda: one(tier_from=0)),
    "no tier of service": ("/rates", lambda: one(service_tier="")),
    "no region": ("/rates", lambda: one(region="")),
    "no model": ("/model", lambda: own(one(), model="")),
    "no rates": ("/rates", own),
    "a price stated twice": ("/rates", lambda: own(one("1"), one("2"))),
    "a tier without a base": ("/rates", lambda: own(one(tier_from=1000))),
    "a tier whose base is of another region": (
        "/rates", lambda: own(one(), one(tier_from=1000, region="eu")),
    ),
    "a name that means itself": (
        "/model", lambda: AliasTerms(provider="a", alias="Prod", model=" prod "),
    ),
}  # fmt: skip


@pytest.mark.parametrize(("at", "make"), REFUSED.values(), ids=REFUSED.keys())
def test_what_contradicts_itself_is_refused_with_the_place(
    at: str, make: Callable[[], object]
) -> None:
    with pytest.raises(Invalid) as refused:
        make()
    assert refused.value.first_fault.pointer == at


def test_the_bounds_themselves_are_allowed() -> None:
    assert percent("100")
    assert percent("0.0001")
    assert own(one("0"), one("1e-18", tier_from=1), one("1", region="eu"))
    assert AliasTerms(provider="azure", alias="gpt-4o", model="gpt-4o", model_provider="openai")


@given(days, days, st.none() | days, st.none() | days)
def test_terms_overlap_exactly_when_they_share_a_day(
    start: date, day: date, end: date | None, other_start: date | None
) -> None:
    if end is not None and end <= start:
        end = None
    one_ = DatedTerms(provider="a", valid_from=start, valid_to=end)
    other = DatedTerms(provider="a", valid_from=other_start)
    if one_.holds_on(day) and other.holds_on(day):
        assert one_.overlaps(other)
        assert other.overlaps(one_)
    if end is not None:
        after = DatedTerms(provider="a", valid_from=end)
        assert not one_.overlaps(after)
        assert not after.overlaps(one_)


def test_names_that_differ_in_case_and_spaces_are_the_same() -> None:
    assert key_of(own(rate("input", "1"), model=" GPT-4o")) == key_of(
        own(rate("input", "2"), model="gpt-4o ")
    )
    assert key_of(own(rate("input", "1"))) != key_of(percent("1"))
