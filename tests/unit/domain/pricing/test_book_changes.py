"""Two books side by side: what changed, and what speaks against the new one."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.pricing.book_changes import RefusalCode, compare, refusals, summary
from domain.pricing.listing import PriceRow, RateRow

DAY = date(2026, 11, 26)


def row(model: str, usd: str = "1", provider: str = "acme", per: int = 10**6) -> PriceRow:
    rate = RateRow("input", Decimal(usd), per, None, "default", "standard", None)
    return PriceRow(
        provider=provider, model=model, source="s", source_version="1", valid_from=None,
        valid_to=None, window=None, disputed=False, rates=(rate,),
    )  # fmt: skip


MANY = [row(f"m{number}") for number in range(200)]


def codes(before: list[PriceRow], after: list[PriceRow], **more: object) -> list[RefusalCode]:
    noted = more.get("noted", ())
    return [r.code for r in refusals(compare(before, after, DAY), noted)]  # type: ignore[arg-type]


def test_the_same_book_changes_nothing() -> None:
    changes = compare(MANY, MANY[::-1], DAY)
    assert changes.is_nothing
    assert list(summary(changes)) == ["0 prices changed, models: 0 added, 0 removed"]


def test_a_price_stated_for_another_number_is_the_same_price() -> None:
    assert compare([row("a", "1")], [row("a", "0.000001", per=1)], DAY).is_nothing


def test_added_removed_and_changed_are_told_apart() -> None:
    changes = compare([row("a"), row("b")], [row("b", "2"), row("c")], DAY)
    assert (changes.added, changes.removed) == ((("acme", "c"),), (("acme", "a"),))
    (change,) = changes.changed
    assert (change.model, change.before_usd, change.after_usd) == ("b", Decimal(1), Decimal(2))
    assert "acme b input default standard: $1 -> $2 per million" in next(iter(summary(changes)))


def test_prices_of_other_days_are_not_compared() -> None:
    past = replace(row("a", "9"), valid_to=DAY)
    assert compare([row("a"), past], [row("a")], DAY).is_nothing


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
    there, back = compare(before, after, DAY), compare(after, before, DAY)
    assert (there.added, there.removed) == (back.removed, back.added)
