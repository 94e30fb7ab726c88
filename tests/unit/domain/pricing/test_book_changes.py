"""Two books side by side: what changed, and what speaks against the new one."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, time, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.pricing.book_changes import BookChanges, RefusalCode, compare, refusals, summary
from domain.pricing.catalogue import PricedModel
from domain.pricing.matching import Equals, StartsWith
from domain.pricing.price import DailyWindow, Price, Rate, Tier
from domain.pricing.pricing_table import PricingTable

DAY = date(2026, 11, 26)
LATER = date(2027, 1, 1)
DEAR = {"input": Rate(Decimal(99), 10**6)}


def price(provider: str, name: str, usd: str, per: int = 10**6, **rates: str) -> Price:
    stated = {"input": usd, **rates}
    return Price(
        provider=provider, model=name, source="s", source_version="1",
        rates={class_: Rate(Decimal(each), per) for class_, each in stated.items()},
    )  # fmt: skip


def row(model: str, usd: str = "1", provider: str = "acme", **stated: object) -> PricedModel:
    only = price(provider, model, usd, **stated)  # type: ignore[arg-type]
    return PricedModel(provider, model, Equals(model), (only,))


def changes_of(before: Iterable[PricedModel], after: Iterable[PricedModel]) -> BookChanges:
    return compare(PricingTable("1", before), PricingTable("2", after), DAY)


MANY = [row(f"m{number}") for number in range(200)]


def codes(
    before: Iterable[PricedModel],
    after: Iterable[PricedModel],
    noted: Iterable[tuple[str, str]] = (),
) -> list[RefusalCode]:
    return [refusal.code for refusal in refusals(changes_of(before, after), set(noted))]


def assert_nothing(changes: BookChanges) -> None:
    assert (changes.added, changes.removed, changes.changed) == ((), (), ())


def test_the_same_book_changes_nothing() -> None:
    changes = changes_of(MANY, MANY[::-1])
    assert_nothing(changes)
    assert list(summary(changes)) == ["0 prices changed, models: 0 added, 0 removed"]


def test_a_price_stated_for_another_number_is_the_same_price() -> None:
    assert_nothing(changes_of([row("a", "1")], [row("a", "0.000001", per=1)]))


def test_added_removed_and_changed_are_told_apart() -> None:
    changes = changes_of([row("a"), row("b")], [row("b", "2"), row("c")])
    assert (changes.added, changes.removed) == ((("acme", "c"),), (("acme", "a"),))
    (change,) = changes.changed
    assert (change.model, change.before_usd, change.after_usd) == ("b", Decimal(1), Decimal(2))
    assert "acme b input default standard: $1 -> $2 per million" in next(iter(summary(changes)))


def test_prices_of_other_days_are_not_compared() -> None:
    now, past = price("acme", "a", "1"), replace(price("acme", "a", "9"), valid_to=DAY)
    both = PricedModel("acme", "a", Equals("a"), (past, now))
    assert_nothing(changes_of([both], [row("a")]))


def test_a_price_that_is_gone_is_seen_and_many_of_them_are_refused() -> None:
    before = [row(f"m{number}", output="2") for number in range(200)]
    one = changes_of(before, [row("m0"), *before[1:]])
    # With the output goes what is priced as output.
    assert [(c.model, c.after_usd) for c in one.changed] == [("m0", None), ("m0", None)]
    assert next(iter(summary(one))).endswith("output default standard: $2 -> no price")
    assert codes(before, [*MANY[:5], *before[5:]]) == [RefusalCode.MASS_REMOVAL]


def test_an_announced_price_is_compared_too() -> None:
    rise = replace(price("acme", "m0", "1000"), valid_from=LATER)
    m0 = PricedModel("acme", "m0", Equals("m0"), (price("acme", "m0", "1"), rise))
    changes = changes_of(MANY, [m0, *MANY[1:]])
    (change,) = changes.changed
    assert (change.from_day, change.after_usd) == (LATER, Decimal(1000))
    assert "per million from 2027-01-01 on" in next(iter(summary(changes)))
    assert codes(MANY, [m0, *MANY[1:]]) == [RefusalCode.DRASTIC_PRICE]


def test_a_record_may_go_and_its_price_stay_with_another_one() -> None:
    family = PricedModel("acme", "m", StartsWith("m"), (price("acme", "m", "1"),))
    changes = changes_of(MANY, [family])
    assert (changes.removed, changes.changed) == ((), ())


def test_a_record_that_takes_names_from_others_is_seen() -> None:
    greedy = PricedModel("acme", "greedy", StartsWith("m"), (price("acme", "greedy", "50"),))
    changes = changes_of(MANY, [greedy, *MANY])
    assert {change.after_usd for change in changes.changed} == {Decimal(50)}
    assert RefusalCode.DRASTIC_PRICE in codes(MANY, [greedy, *MANY])


def known_as(prices: Iterable[Price]) -> PricedModel:
    return PricedModel("acme", "m0", StartsWith("m0"), tuple(prices))


ORDINARY = price("acme", "m0", "1", output="4")


@pytest.mark.parametrize(
    "after",
    [
        [replace(ORDINARY, rates={"input": Rate(Decimal(1), 10**6, (Tier(0, Decimal(99)),))})],
        [ORDINARY, replace(ORDINARY, rates={"input": Rate(Decimal(99), 10**6)})],
        [ORDINARY, replace(ORDINARY, window=DailyWindow(time(), time()), rates=DEAR)],
        [ORDINARY, replace(ORDINARY, valid_from=LATER, rates=DEAR)],
        [replace(ORDINARY, rates={**ORDINARY.rates, "requests": Rate(Decimal(1), 1)})],
        [replace(ORDINARY, rates={**ORDINARY.rates, "reasoning": Rate(Decimal(4000), 10**6)})],
        [replace(ORDINARY, service_tier="batch")],
        [replace(ORDINARY, rates={})],
    ],
    ids=[
        "a tier above nothing", "a second price", "a window of all day", "an announced price",
        "a fee for each call", "reasoning apart", "another tier of service", "no price",
    ],
)  # fmt: skip
def test_a_price_that_hides_is_seen(after: list[Price]) -> None:
    changes = changes_of([known_as([ORDINARY])], [known_as(after)])
    assert changes.changed or changes.removed


def test_a_new_model_that_takes_the_dated_names_of_an_old_one_is_seen() -> None:
    dated = PricedModel("acme", "m0-2", StartsWith("m0-2"), (price("acme", "m0-2", "900"),))
    (change, *_) = changes_of([known_as([ORDINARY])], [dated, known_as([ORDINARY])]).changed
    assert change.about.endswith("of dated names")
    assert change.is_drastic


@pytest.mark.parametrize("days_ahead", [1, 3, 30])
def test_a_price_that_is_announced_is_told_with_its_day(days_ahead: int) -> None:
    begins = DAY + timedelta(days=days_ahead)
    peak = DailyWindow(time(8), time(9), (1, 7))
    peaks = replace(ORDINARY, window=peak)
    rise = replace(ORDINARY, valid_from=begins, rates=DEAR)
    changes = changes_of([known_as([ORDINARY])], [known_as([ORDINARY, peaks, rise])])
    assert {change.from_day for change in changes.changed} == {begins}


def test_a_cloud_that_sells_a_makers_models_no_more_loses_their_prices() -> None:
    models = [known_as([ORDINARY])]
    before = PricingTable("1", models, {"cloud": ("acme",)})
    changes = compare(before, PricingTable("2", models), DAY)
    assert [refusal.code for refusal in refusals(changes)] == [RefusalCode.MASS_REMOVAL]
    assert next(iter(summary(changes))) == "models of acme have no price at cloud any more"


@pytest.mark.parametrize(
    ("usd", "is_refused"),
    [("10", False), ("10.01", True), ("0.1", False), ("0.0999", True), ("0", True)],
)
def test_a_price_that_moves_more_than_tenfold_needs_a_note(usd: str, is_refused: bool) -> None:  # noqa: FBT001
    after = [row("m0", usd), *MANY[1:]]
    expected = [RefusalCode.DRASTIC_PRICE] if is_refused else []
    assert codes(MANY, after) == expected
    assert codes(MANY, after, noted={("acme", "m0")}) == []


@pytest.mark.parametrize(("gone", "is_refused"), [(2, False), (4, False), (5, True)])
def test_models_do_not_disappear_in_masses(gone: int, is_refused: bool) -> None:  # noqa: FBT001
    others = [row(f"o{number}", provider="other") for number in range(10)]
    assert bool(codes(MANY + others, MANY[gone:] + others)) is is_refused


def test_a_provider_does_not_disappear_whole() -> None:
    small = [row("only", provider="small")]
    assert codes(MANY + small, MANY) == [RefusalCode.MASS_REMOVAL]
    assert codes(MANY + small, [*MANY, row("renamed", provider="small")]) == []


def test_a_quarter_of_the_prices_does_not_change_at_once() -> None:
    after = [row(f"m{number}", "2") for number in range(51)] + MANY[51:]
    assert codes(MANY, after) == [RefusalCode.MASS_CHANGE]
    assert codes(MANY, [*after[1:51], MANY[0], *MANY[50:]]) == []


@given(st.lists(st.integers(0, 30), unique=True), st.lists(st.integers(0, 30), unique=True))
def test_what_is_added_in_one_direction_is_removed_in_the_other(
    one: list[int], other: list[int]
) -> None:
    before, after = [row(f"m{n}") for n in one], [row(f"m{n}") for n in other]
    there, back = changes_of(before, after), changes_of(after, before)
    assert (there.added, there.removed) == (back.removed, back.added)
