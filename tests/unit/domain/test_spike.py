"""An hour that cost far more than the same hour of comparable days."""

import random
from datetime import UTC, datetime, timedelta
from decimal import Decimal, localcontext

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.hourly_spend import SATURDAY, HourlySpend
from domain.period import zone
from domain.spike import LEAST_HOURS, Spike, in_words, judge, same_hours

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
NOON = datetime(2026, 11, 18, 12, tzinfo=UTC)  # a Wednesday
BERLIN = zone("Europe/Berlin")
costs = st.decimals(0, 10**6, places=18, allow_nan=False)


def usd(*amounts: str) -> list[Decimal]:
    return [Decimal(amount) for amount in amounts]


USUAL = usd("6.50", "6.80", "6.90", "7.30", "9.20")


def hours(first: datetime, last: datetime) -> list[HourlySpend]:
    """Each costs its day of the month, so that one can tell which was picked."""
    count = (last - first) // HOUR
    return [
        HourlySpend(first + HOUR * n, Decimal((first + HOUR * n).day)) for n in range(count + 1)
    ]


def test_an_hour_of_twelve_times_the_usual_is_a_spike() -> None:
    found = judge(Decimal("83.10"), USUAL)
    assert found == Spike(*usd("83.10", "6.90", "9.20", "12.0"))
    assert in_words(found) == (
        "This hour cost $83.10, 12 times its usual $6.90; "
        "the most at this hour in the four weeks before was $9.20."
    )


def test_a_sentence_can_name_the_hour_and_says_one_decimal_below_ten_times() -> None:
    spike = Spike(*usd("4.50", "1", "2", "4.5"))
    assert in_words(spike, "14:00").startswith("14:00 cost $4.50, 4.5 times its usual $1.00;")
    assert "3 times its" in in_words(Spike(*usd("3", "1", "2", "3.0")))


def test_fewer_than_five_hours_have_no_usual() -> None:
    assert judge(Decimal(1000), USUAL[: LEAST_HOURS - 1]) is None


@pytest.mark.parametrize(
    ("cost", "usual", "why"),
    [
        ("19.99", ["10"] * 3 + ["4", "16"], "less than three times as much"),
        ("0.99", ["0.01"] * 5, "less than a dollar more"),
        ("70", ["2", "6", "10", "14", "18"], "within twelve deviations of five hours"),
        ("8", ["0", "0", "0", "3", "7"], "within three times the highest of an idle hour"),
        ("0.99", ["0"] * 5, "less than a dollar at an idle hour"),
        ("0", ["0"] * 5, "nothing"),
    ],
)
def test_it_is_no_spike_with(cost: str, usual: list[str], why: str) -> None:
    assert judge(Decimal(cost), usd(*usual)) is None, why


def test_spend_at_an_hour_that_is_always_idle_is_a_spike() -> None:
    found = judge(Decimal(30), usd("0", "0", "0", "0", "9"))
    assert found is not None
    assert found.times is None
    assert in_words(found).startswith("This hour cost $30.00, and usually costs nothing; the most")


def test_a_former_spike_does_not_hide_the_next() -> None:
    assert judge(Decimal(80), [*USUAL, Decimal("83.10")]) is not None


@given(costs, st.lists(costs, max_size=28))
def test_a_spike_is_at_least_a_dollar_and_three_times_above_the_usual(
    cost: Decimal, usual: list[Decimal]
) -> None:
    with localcontext() as context:
        context.prec = 50
        found = judge(cost, usual)
        if found is not None:
            assert found.cost_usd - found.usual_usd >= 1
            assert found.cost_usd >= 3 * found.usual_usd
            assert found.usual_usd <= found.highest_usual_usd


@given(st.lists(costs, min_size=5, max_size=28), st.integers(1, 100))
def test_what_costs_more_than_a_spike_is_one_too(usual: list[Decimal], more: int) -> None:
    highest = max(usual)
    if judge(highest * 4 + 1, usual) is not None:
        assert judge(highest * 4 + 1 + more, usual) is not None


def test_a_weekday_is_compared_with_the_weekdays_of_four_weeks() -> None:
    same = same_hours(hours(NOON - 40 * DAY, NOON - HOUR), NOON, UTC)
    assert same == [17, 16, 13, 12, 11, 10, 9, 6, 5, 4, 3, 2, 30, 29, 28, 27, 26, 23, 22, 21]


def test_a_weekend_is_compared_with_weekends() -> None:
    saturday = NOON + 3 * DAY
    same = same_hours(hours(NOON - 40 * DAY, saturday), saturday + HOUR / 2, UTC)
    assert same == [15, 14, 8, 7, 1, 31, 25, 24]


def test_hours_without_an_entry_cost_nothing_since_the_first_one() -> None:
    history = [HourlySpend(NOON - 6 * DAY, Decimal(3)), HourlySpend(NOON - DAY, Decimal(5))]
    assert same_hours(history, NOON, UTC) == [5, 0, 0, 3]
    assert same_hours([], NOON, UTC) == []


def test_the_same_hour_is_that_of_the_local_clock() -> None:
    after = datetime(2026, 3, 30, 7, tzinfo=UTC)  # nine o'clock in summer time
    history = [HourlySpend(datetime(2026, 3, 20, 8, tzinfo=UTC), Decimal(4))]
    assert same_hours(history, after, BERLIN) == [0, 0, 0, 0, 0, 4]


def test_an_hour_that_a_day_skipped_is_left_out() -> None:
    sunday = datetime(2026, 4, 12, 0, tzinfo=UTC)  # two o'clock
    history = hours(sunday - 15 * DAY, sunday)
    # Of the 29th of March the clock had no such hour; on the 28th it was one o'clock in UTC.
    assert same_hours(history, sunday, BERLIN) == [11, 5, 4, 28]


def test_of_two_hours_by_one_name_the_first_counts() -> None:
    monday = datetime(2025, 11, 1, 1, tzinfo=UTC)  # two o'clock on a Saturday
    twins = [datetime(2025, 10, 26, hour, tzinfo=UTC) for hour in (0, 1)]
    history = [HourlySpend(twin, Decimal(n)) for n, twin in enumerate(twins, start=1)]
    assert same_hours(history, monday, BERLIN) == [1]


def a_year(seed: int) -> list[Decimal]:
    """Its hours: busy by day, quiet at weekends, and as noisy as a team of ten.

    A day is a fifth above or below the usual, an hour a third above or below its day.
    """
    chance = random.Random(seed)  # noqa: S311
    year = []
    for day in range(365):
        base = (50 if day % 7 < SATURDAY else 10) * chance.lognormvariate(0, 0.2)
        for hour in range(24):
            of_hour = base if 8 <= hour < 19 else base / 8
            year.append(Decimal(repr(of_hour * chance.lognormvariate(0, 0.3))))
    return year


@pytest.mark.parametrize("seed", range(3))
def test_a_noisy_but_regular_year_has_less_than_one_false_alarm_a_month(seed: int) -> None:
    year, alarms, caught = a_year(seed), 0, 0
    judged = range(24 * 28, len(year))
    for hour in judged:
        is_weekend = hour // 24 % 7 >= SATURDAY
        days = [ago for ago in range(1, 29) if ((hour // 24 - ago) % 7 >= SATURDAY) is is_weekend]
        usual = [year[hour - 24 * ago] for ago in days]
        alarms += judge(year[hour], usual) is not None
        caught += judge(10 * year[hour], usual) is not None
    assert alarms < len(judged) / (24 * 30)
    assert caught > 0.9 * len(judged)
