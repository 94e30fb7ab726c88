"""Which of a model's prices a call asks for, the nearest first."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.pricing.circumstances import (
    REGION_NOT_PRICED,
    SERVICE_TIER_NOT_PRICED,
    SPEED_NOT_PRICED,
    schedule_of,
)
from domain.pricing.price import Price
from tests.unit.domain.pricing.books import FLAT, price

ORDINARY = price("m", FLAT)
BATCH = replace(ORDINARY, service_tier="batch")
EU = replace(ORDINARY, region="eu")
EU_BATCH = replace(BATCH, region="eu")
FAST = replace(ORDINARY, speed="fast")
ALL = (ORDINARY, BATCH, EU, EU_BATCH, FAST)
tiers = st.sampled_from([None, "default", "batch", "priority", "flex", " BATCH"])
speeds = st.sampled_from([None, "standard", "fast", "FAST "])
regions = st.sampled_from([None, "", "eu", "EU", "us"])


@pytest.mark.parametrize(
    ("asked", "first", "notes"),
    [
        ((None, None, None), ORDINARY, ()),
        ((None, None, "eu"), EU, ()),
        ((None, None, "EU "), EU, ()),
        ((None, None, "us"), ORDINARY, (REGION_NOT_PRICED,)),
        (("batch", None, "eu"), EU_BATCH, ()),
        (("batch", None, "us"), BATCH, (REGION_NOT_PRICED,)),
        (("priority", None, "eu"), EU, (SERVICE_TIER_NOT_PRICED,)),
        ((None, "fast", "eu"), FAST, (REGION_NOT_PRICED,)),
        (("batch", "fast", None), BATCH, (SPEED_NOT_PRICED,)),
    ],
)
def test_the_nearest_price_comes_first_and_says_what_it_gives_up(
    asked: tuple[str | None, str | None, str | None], first: Price, notes: tuple[str, ...]
) -> None:
    assert schedule_of(ALL, *asked)[0] == (first, notes)


def test_of_two_prices_for_the_same_the_last_one_wins() -> None:
    later = replace(ORDINARY, source="later")
    assert [each.source for each, _ in schedule_of((ORDINARY, later), None, None, None)] == [
        "later", "test",
    ]  # fmt: skip


def test_another_sellers_special_tiers_are_not_on_offer() -> None:
    found = schedule_of(ALL, "batch", "fast", "eu", is_list_only=True)
    assert found == ((ORDINARY, (SERVICE_TIER_NOT_PRICED, SPEED_NOT_PRICED, REGION_NOT_PRICED)),)


@given(tiers, speeds, regions, st.permutations(ALL))
def test_the_ordinary_price_is_always_the_last_resort_and_none_comes_twice(
    tier: str | None, speed: str | None, region: str | None, prices: list[Price]
) -> None:
    found = [each for each, _ in schedule_of(prices, tier, speed, region)]
    assert found[-1] is ORDINARY
    assert len(found) == len(set(map(id, found)))
    notes = [len(each) for _, each in schedule_of(prices, tier, speed, region)]
    assert notes[0] == min(notes)
