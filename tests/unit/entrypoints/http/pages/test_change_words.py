"""A change of cost in words."""

from decimal import Decimal

import pytest

from domain.cost_change import CostChange, Volume
from domain.movers import Mover
from entrypoints.http.pages.change_words import cause_words, effects, signed_usd


def used(tokens: int, usd: str) -> Volume:
    return Volume(calls=1, tokens=tokens, cost_usd=Decimal(usd))


def test_an_amount_has_its_sign_whichever_it_is() -> None:
    amounts = [signed_usd(Decimal(each)) for each in ("380", "-8", "0")]
    assert amounts == ["+$380.00", "\N{MINUS SIGN}$8.00", "$0.00"]


def test_effects_come_largest_first_and_those_of_nothing_are_left_out() -> None:
    change: CostChange[str] = CostChange(
        difference_usd=Decimal(-30),
        volume_usd=Decimal(10),
        price_usd=Decimal(0),
        mix_usd=Decimal(-40),
        top=(),
    )
    assert effects(change) == [("mix", Decimal(-40)), ("volume", Decimal(10))]


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        (Volume(), used(1, "1"), "new"),
        (used(1, "1"), Volume(), "no longer used"),
        (used(1, "1"), used(3, "3"), "used more"),
        (used(3, "3"), used(1, "1"), "used less"),
        (used(1, "1"), used(1, "2"), "dearer per token"),
        (used(1, "2"), used(1, "1"), "cheaper per token"),
        (used(0, "1"), used(0, "2"), "dearer per call"),
    ],
)
def test_a_models_cause_is_said_in_words(before: Volume, after: Volume, words: str) -> None:
    assert cause_words(Mover("model", before, after)) == words
