"""Rates, tiers, days and times of day."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal

import pytest

from domain.pricing.price import DailyWindow
from tests.unit.domain.pricing.books import TIERED, per_million, price

INDIA = timezone(timedelta(hours=5, minutes=30))


@pytest.mark.parametrize(
    ("prompt", "expected"), [(0, "3"), (199_999, "3"), (200_000, "3"), (200_001, "6")]
)
def test_a_tier_begins_above_its_threshold(prompt: int, expected: str) -> None:
    assert TIERED.rates["input"].price_for(prompt) == Decimal(expected)


def test_the_highest_exceeded_tier_applies() -> None:
    rate = per_million("1", (10, "2"), (20, "3"))
    assert [rate.price_for(n) for n in (10, 11, 20, 21, 999)] == [1, 2, 2, 3, 3]
    stepped = price("stepped", {"input": rate})
    assert [stepped.threshold_for(n) for n in (10, 11, 20, 21)] == [None, 10, 10, 20]


def test_days_are_half_open_and_in_utc() -> None:
    autumn = replace(
        price("m", {"input": per_million("1")}),
        valid_from=date(2026, 9, 1),
        valid_to=date(2026, 11, 1),
    )
    assert not autumn.holds_at(datetime(2026, 8, 31, 23, 59, 59, tzinfo=UTC))
    assert autumn.holds_at(datetime(2026, 9, 1, tzinfo=UTC))
    assert autumn.holds_at(datetime(2026, 10, 31, 23, 59, 59, tzinfo=UTC))
    assert not autumn.holds_at(datetime(2026, 11, 1, tzinfo=UTC))
    assert not autumn.holds_at(datetime(2026, 9, 1, 5, 29, tzinfo=INDIA))
    assert autumn.holds_at(datetime(2026, 9, 1, 5, 30, tzinfo=INDIA))


def test_a_window_is_half_open_and_may_pass_midnight() -> None:
    day, night = DailyWindow(time(6), time(22)), DailyWindow(time(22), time(6))
    for moment in (time(0), time(5, 59), time(6), time(21, 59, 59), time(22), time(23)):
        at = datetime.combine(date(2026, 11, 26), moment, UTC)
        assert day.holds_at(at) is not night.holds_at(at)
    assert day.holds_at(datetime(2026, 11, 26, 6, tzinfo=UTC))
    assert night.holds_at(datetime(2026, 11, 26, 22, tzinfo=UTC))
    assert str(night) == "22:00-06:00"


def test_a_window_may_be_for_some_days_and_belongs_to_the_day_it_begins_on() -> None:
    weekdays = (1, 2, 3, 4, 5)
    night = DailyWindow(time(22), time(6), weekdays)
    friday_night, saturday_night = datetime(2026, 11, 27, 23), datetime(2026, 11, 28, 23)  # noqa: DTZ001
    assert night.holds_at(friday_night)
    assert night.holds_at(friday_night + timedelta(hours=5))
    assert not night.holds_at(saturday_night)
    assert not night.holds_at(saturday_night + timedelta(hours=5))
    whole = DailyWindow(time(0), time(0), (6, 7))
    assert whole.holds_at(saturday_night)
    assert not whole.holds_at(friday_night)
    assert str(night) == "22:00-06:00 on Mon, Tue, Wed, Thu, Fri"
