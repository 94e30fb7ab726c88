"""Which keys became dearer or cheaper, and what each of them did differently."""

from decimal import Decimal

import pytest

from domain.cost_change import Volume
from domain.movers import Cause, Mover, movers


def used(tokens: int, usd: str, calls: int = 1) -> Volume:
    return Volume(calls=calls, tokens=tokens, cost_usd=Decimal(usd))


@pytest.mark.parametrize(
    ("before", "after", "cause"),
    [
        (Volume(), used(10, "1"), Cause.NEW),
        (used(10, "1"), Volume(), Cause.GONE),
        (used(10, "1"), used(30, "3"), Cause.VOLUME),
        (used(10, "1"), used(10, "2"), Cause.PRICE),
        (used(10, "1"), used(20, "6"), Cause.PRICE),
        (used(30, "3"), used(10, "1"), Cause.VOLUME),
        (used(10, "2"), used(20, "1"), Cause.PRICE),
        (used(10, "0"), used(10, "1"), Cause.PRICE),
        (used(0, "1", calls=2), used(0, "2", calls=4), Cause.VOLUME),
    ],
)
def test_a_mover_has_the_cause_that_did_most_in_its_direction(
    before: Volume, after: Volume, cause: Cause
) -> None:
    assert Mover("model", before, after).cause is cause


def test_the_effects_of_a_mover_used_on_both_sides_make_its_difference() -> None:
    mover = Mover("model", used(10, "1"), used(30, "7"))
    change = mover.change
    assert (change.volume_usd, change.price_usd, change.mix_usd) == (
        Decimal(2),
        Decimal(4),
        Decimal(0),
    )
    assert mover.difference_usd == 6


def test_the_largest_difference_comes_first_whichever_its_direction() -> None:
    before = {"fell": used(1, "9"), "same": used(1, "5"), "gone": used(1, "1")}
    after = {"fell": used(1, "2"), "same": used(2, "5"), "new": used(1, "1")}
    found = [(each.key, each.difference_usd) for each in movers(before, after)]
    assert found == [("fell", Decimal(-7)), ("gone", Decimal(-1)), ("new", Decimal(1))]
