"""What the hours of a local week usually cost."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from domain.hourly_spend import (
    HourlySpend,
    LocalHour,
    full_hours,
    local_place,
    number_of,
    shares_of_hours,
)
from domain.period import zone
from domain.spend_profile import profile_by_hour, profile_by_weekday, tamed

MONDAY = datetime(2026, 11, 2, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
BERLIN = zone("Europe/Berlin")


def weeks(count: int, cost: Callable[[int, int], int]) -> list[LocalHour]:
    """Full weeks from a Monday on, by the cost of an hour on the n-th day."""
    return [
        (day, day % 7 * 24 + hour, Decimal(cost(day, hour)))
        for day in range(7 * count)
        for hour in range(24)
    ]


def totals(hours: list[LocalHour]) -> list[Decimal]:
    days = sorted({day for day, _, _ in hours})
    return [sum((cost for day, _, cost in hours if day == each), Decimal(0)) for each in days]


def test_four_samples_of_a_weekday_count_as_much_as_all_days_of_its_kind() -> None:
    profile = profile_by_weekday(weeks(4, lambda day, hour: 10 if (day % 7, hour) == (0, 9) else 0))
    nine = 9
    assert profile.cells[nine] == (4 * 10 + 4 * 2) / Decimal(8)
    assert profile.cells[24 + nine] == (0 + 4 * 2) / Decimal(8)
    assert profile.cells[5 * 24 + nine] == 0
    assert sum(profile.cells) == 10


def test_weekdays_and_weekends_are_told_apart() -> None:
    profile = profile_by_weekday(weeks(2, lambda day, _: 1 if day % 7 >= 5 else 4))
    assert profile.cells == [Decimal(4)] * 120 + [Decimal(1)] * 48


def test_a_profile_by_hour_is_the_same_on_all_days() -> None:
    profile = profile_by_hour(weeks(1, lambda day, hour: hour if day % 2 else 0))
    assert profile.cells[:24] == [Decimal(3 * hour) / 7 for hour in range(24)]
    assert profile.cells[24:48] == profile.cells[:24]


def test_an_hour_that_was_never_seen_gets_the_mean() -> None:
    afternoon = [hour for hour in weeks(1, lambda *_: 3) if hour[1] % 24 >= 12]
    assert set(profile_by_hour(afternoon).cells) == {3}
    assert set(profile_by_weekday(afternoon).cells) == {3}


def test_days_as_the_profile_has_them_deviate_by_nothing() -> None:
    hours = weeks(4, lambda day, hour: hour if day % 7 < 5 else 1)
    assert profile_by_weekday(hours).daily_deviation(hours) == 0


def test_one_day_of_accident_counts_twice_a_costly_day() -> None:
    hours = tamed(weeks(4, lambda day, _: 1000 if day == 9 else 1))
    assert totals(hours) == [24] * 9 + [48] + [24] * 18


def test_what_comes_once_a_week_is_no_accident() -> None:
    hours = weeks(4, lambda day, _: 1000 if day % 7 == 2 else 1)
    assert tamed(hours) == hours


def test_a_rise_that_is_four_days_old_is_no_accident() -> None:
    hours = weeks(4, lambda day, _: 10 if day >= 24 else 1)
    assert tamed(hours) == hours


def test_with_few_days_of_spend_none_is_an_accident() -> None:
    hours = weeks(4, lambda day, _: 1000 if day == 9 else int(day < 6))
    assert tamed(hours) != hours
    hours = weeks(4, lambda day, _: 1000 if day == 9 else int(day < 5))
    assert tamed(hours) == hours


def test_full_hours_are_those_since_the_first_entry_and_before_now() -> None:
    history = [
        HourlySpend(MONDAY + HOUR, Decimal(7)),
        HourlySpend(MONDAY + 3 * HOUR, Decimal(5)),
        HourlySpend(MONDAY + 4 * HOUR, Decimal(99)),
    ]
    hours = full_hours(history, MONDAY + 4.5 * HOUR, BERLIN)
    assert [place for _, place, _ in hours] == [2, 3, 4]
    assert [cost for _, _, cost in hours] == [7, 0, 5]


def test_what_is_older_than_28_days_is_forgotten() -> None:
    history = [HourlySpend(MONDAY - 100 * DAY, Decimal(1))]
    assert len(full_hours(history, MONDAY, UTC)) == 28 * 24
    assert full_hours([], MONDAY, UTC) == []


def test_places_follow_the_local_clock_over_its_changes() -> None:
    midnight = datetime(2026, 10, 24, 22, tzinfo=UTC)  # on the day the clock is set back
    places = [local_place(number_of(midnight) + n, BERLIN)[1] % 24 for n in range(25)]
    assert places == [0, 1, 2, 2, *range(3, 24)]


def test_the_hours_to_come_have_shares_at_both_ends() -> None:
    first = number_of(MONDAY)
    shares = shares_of_hours(MONDAY + HOUR / 4, MONDAY + 2.5 * HOUR)
    assert shares == {first: Decimal("0.75"), first + 1: 1, first + 2: Decimal("0.5")}
    assert shares_of_hours(MONDAY + HOUR / 4, MONDAY + HOUR / 2) == {first: Decimal("0.25")}
    assert shares_of_hours(MONDAY, MONDAY + HOUR) == {first: 1}
    assert shares_of_hours(MONDAY, MONDAY) == {}
    assert shares_of_hours(MONDAY + HOUR, MONDAY) == {}
