"""What a budget will have cost when its period ends."""

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta, tzinfo
from decimal import Decimal, localcontext

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.forecast import Forecast, ForecastBasis, HourlySpend, explanation, forecast
from domain.period import Interval, Span, span_containing, zone

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
BERLIN = zone("Europe/Berlin")
NOON = datetime(2026, 11, 16, 12, tzinfo=UTC)  # a Monday; half of the month and a half day passed
NOVEMBER = Span(datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 12, 1, tzinfo=UTC))
LIMIT = Decimal(400)
costs = st.decimals(0, 10**6, places=18, allow_nan=False)
near = st.datetimes(datetime(2026, 10, 20), datetime(2026, 12, 10), timezones=st.just(UTC))  # noqa: DTZ001
zones = st.sampled_from(["UTC", "Europe/Berlin", "Asia/Kolkata", "Australia/Lord_Howe"]).map(zone)


def history(
    days: float, cost: Callable[[datetime], int | str], until: datetime = NOON
) -> list[HourlySpend]:
    starts = [until - HOUR * n for n in range(int(days * 24), 0, -1)]
    return [HourlySpend(start, Decimal(cost(start))) for start in starts]


def ahead(
    hours: list[HourlySpend],
    spent: str = "0",
    *,
    now: datetime = NOON,
    period: Span = NOVEMBER,
    limit: Decimal = LIMIT,
    tz: tzinfo = UTC,
) -> Forecast | None:
    return forecast(
        history=hours, spent_usd=Decimal(spent), period=period, now=now, limit_usd=limit, tz=tz
    )


def made(hours: list[HourlySpend], spent: str = "0", *, now: datetime = NOON) -> Forecast:
    found = ahead(hours, spent, now=now)
    assert found is not None
    return found


def ends(found: Forecast) -> tuple[Decimal | int, ...]:
    return found.low_usd, found.expected_usd, found.high_usd


def test_weekdays_and_weekends_to_come_cost_what_they_cost_before() -> None:
    """Of the fourteen and a half days to come, ten and a half are weekdays."""
    found = made(history(28, lambda start: 2 if start.weekday() < 5 else 1), "500")
    total = 500 + 10 * 24 * 2 + 12 * 2 + 4 * 24 * 1
    assert ends(found) == (total, total, total)
    assert (found.basis, found.days) == (ForecastBasis.PROFILE, 28)


def test_the_last_week_sets_the_level_that_the_profile_gives_the_shape() -> None:
    doubled = made(history(28, lambda start: 2 if start >= NOON - 7 * DAY else 1))
    assert doubled.expected_usd == pytest.approx(Decimal(14 * 24 + 12) * 2)


def test_a_silent_week_leaves_a_quarter_of_the_level() -> None:
    silent = made(history(28, lambda start: 0 if start >= NOON - 7 * DAY else 4))
    assert silent.expected_usd == pytest.approx(Decimal(14 * 24 + 12) * 3 / 4)


def test_from_two_days_on_the_hour_of_the_day_decides() -> None:
    found = made(history(3, lambda start: 5 if start.hour == 15 else 0), "15")
    assert found.expected_usd == 15 + 15 * 5
    assert (found.basis, found.days) == (ForecastBasis.RECENT, 3)


def test_hours_are_those_of_the_local_clock() -> None:
    """From the last Sunday of October on, nine in Berlin is an hour later in UTC."""
    now = datetime(2026, 10, 25, 23, tzinfo=UTC)
    period = span_containing(now, Interval.DAY, BERLIN)
    hours = history(20, lambda start: 1 if start.astimezone(BERLIN).hour == 9 else 0, now)
    found = ahead(hours, now=now, period=period, limit=Decimal("0.9999"), tz=BERLIN)
    assert found is not None
    assert found.runs_out_at is not None
    assert found.runs_out_at.astimezone(BERLIN).hour == 9


def test_below_two_days_a_straight_line_goes_from_where_data_begins() -> None:
    found = made(history(1, lambda _: 2), "48")
    assert ends(found) == (48 + 348, 48 + 2 * 348, 48 + 4 * 348)
    assert (found.basis, found.days) == (ForecastBasis.STRAIGHT_LINE, 1)


def test_without_history_a_straight_line_goes_through_the_period() -> None:
    assert made([], "155").expected_usd == 300


def test_without_history_the_first_hundredth_of_a_period_says_nothing() -> None:
    assert ahead([], "1", now=NOVEMBER.start) is None
    assert ahead([], "1", now=NOVEMBER.start + 7.1 * HOUR) is None
    assert ahead([], "1", now=NOVEMBER.start + 7.2 * HOUR) is not None


def test_early_in_a_period_the_line_goes_through_the_history() -> None:
    now = NOVEMBER.start + HOUR
    assert made(history(1, lambda _: 2, now), "2", now=now).expected_usd == 720 * 2
    assert ahead(history(1 / 8, lambda _: 2, now), "2", now=now) is None


def test_the_current_hour_counts_for_what_is_left_of_it() -> None:
    late = NOVEMBER.end - HOUR / 4
    found = made(history(28, lambda _: 8, NOVEMBER.end - HOUR), "100", now=late)
    assert found.expected_usd == 102


def test_at_its_end_a_period_has_cost_what_was_spent() -> None:
    for now in (NOVEMBER.end, NOVEMBER.end + DAY):
        found = made(history(28, lambda start: start.hour, now), "100", now=now)
        assert ends(found) == (100, 100, 100)


def test_at_its_start_all_of_a_period_is_to_come() -> None:
    now = NOVEMBER.start
    assert made(history(28, lambda _: 1, now), now=now).expected_usd == 720


def test_where_nothing_is_spent_nothing_is_expected() -> None:
    found = made(history(28, lambda _: 0), "7")
    assert ends(found) == (7, 7, 7)
    assert found.runs_out_at is None


def test_one_day_of_accident_moves_the_forecast_little() -> None:
    calm = made(history(28, lambda _: 1))
    accident = made(history(28, lambda start: 1000 if start.day == 12 else 1))
    assert accident.expected_usd < calm.expected_usd * Decimal("1.2")


def test_what_is_not_over_is_no_history() -> None:
    hours = history(28, lambda _: 1)
    later = [HourlySpend(NOON + HOUR * n, Decimal(1000)) for n in range(48)]
    assert made(hours + later) == made(hours)


def test_hours_without_an_entry_cost_nothing_since_the_first_one() -> None:
    hours = history(28, lambda start: 3 if start.hour == 9 else 0)
    sparse = [hour for hour in hours if hour.cost_usd or hour == hours[0]]
    assert made(sparse) == made(hours)


def test_the_limit_is_reached_within_an_hour_by_its_share() -> None:
    hours = history(28, lambda _: 4)
    assert made(hours, "393").runs_out_at == NOON + 1.75 * HOUR
    assert made(hours, "400").runs_out_at == NOON
    assert made(hours, "500", now=NOON + HOUR / 3).runs_out_at == NOON + HOUR / 3
    half_past = NOON + HOUR / 2
    assert made(hours, "399", now=half_past).runs_out_at == NOON + 0.75 * HOUR
    assert ahead(hours, limit=Decimal(10_000)) == replace(made(hours), runs_out_at=None)


@given(
    st.lists(st.builds(HourlySpend, near, costs), max_size=40), costs, near, zones,
    st.sampled_from([Interval.DAY, Interval.WEEK, Interval.MONTH]),
)  # fmt: skip
def test_a_forecast_is_in_order_and_never_below_what_is_spent(
    hours: list[HourlySpend], spent: Decimal, now: datetime, tz: tzinfo, width: Interval
) -> None:
    period = span_containing(now, width, tz)
    with localcontext() as context:
        context.prec = 3
        found = ahead(hours, str(spent), now=now, period=period, tz=tz)
    if found is None:
        return
    assert spent <= found.low_usd <= found.expected_usd <= found.high_usd
    assert all(Decimal(amount).as_tuple().exponent == -6 for amount in ends(found))
    if found.runs_out_at is None:
        assert found.expected_usd <= LIMIT
    else:
        assert now <= found.runs_out_at <= period.end
        assert found.expected_usd >= LIMIT


def test_eight_periods_of_ten_end_within_the_interval() -> None:
    chance, within = random.Random(7), 0  # noqa: S311
    for _ in range(100):
        start = NOVEMBER.start - 20 * DAY
        noise = [chance.lognormvariate(0, 0.4) for _ in range(51)]

        def cost(hour: datetime, start: datetime = start, noise: list[float] = noise) -> str:
            base = (3 if 8 <= hour.hour < 19 else 1) * (1 if hour.weekday() < 5 else 0.3)
            return repr(base * noise[(hour - start) // DAY] * chance.lognormvariate(0, 0.5))

        hours = history(50, cost, NOVEMBER.end)
        inside = [hour for hour in hours if hour.start >= NOVEMBER.start]
        spent = sum((hour.cost_usd for hour in inside if hour.start < NOON), Decimal(0))
        total = sum((hour.cost_usd for hour in inside), Decimal(0))
        found = made([hour for hour in hours if hour.start < NOON], str(spent))
        within += found.low_usd <= total <= found.high_usd
    assert 0.7 <= within / 100 <= 0.9


FOUND = Forecast(
    expected_usd=Decimal(412),
    low_usd=Decimal(380),
    high_usd=Decimal(450),
    runs_out_at=datetime(2026, 11, 28, 13, 5, tzinfo=UTC),
    basis=ForecastBasis.PROFILE,
    days=28,
)


def test_a_forecast_says_by_what_and_how_surely_it_was_made() -> None:
    assert explanation(FOUND, LIMIT, period="month", tz=BERLIN) == (
        "By the weekdays and hours of the last 28 days, the month ends at $412.00 "
        "(8 times of 10 between $380.00 and $450.00). "
        "The limit of $400.00 is reached by 28 November, 14:05 CET."
    )
    recent = replace(FOUND, basis=ForecastBasis.RECENT, days=5)
    assert explanation(recent, LIMIT).startswith(
        "By the hours of the day of the last 5 days, the period ends at $412.00 (8 times of 10"
    )
    line = replace(FOUND, basis=ForecastBasis.STRAIGHT_LINE, days=0)
    assert explanation(line, LIMIT, period="week").startswith(
        "In a straight line from the spend so far, the week ends at $412.00 "
        "(roughly, between $380.00 and $450.00)."
    )


def test_a_forecast_says_whether_a_limit_holds() -> None:
    kept = replace(FOUND, runs_out_at=None)
    assert explanation(kept, Decimal(440)).endswith(
        " The limit of $440.00 holds, but not for sure."
    )
    assert explanation(kept, Decimal(500)).endswith(" The limit of $500.00 holds.")


@pytest.mark.parametrize("runs_out_at", [None, FOUND.runs_out_at])
def test_a_limit_that_is_spent_is_reached_whatever_was_foreseen(
    runs_out_at: datetime | None,
) -> None:
    made = replace(FOUND, runs_out_at=runs_out_at).at_least(Decimal(440))
    said = explanation(made, Decimal(440), spent_usd=Decimal(440))
    assert said.endswith(" The limit of $440.00 is reached.")


def test_a_forecast_without_doubt_names_no_interval() -> None:
    sure = replace(FOUND, low_usd=Decimal("0.04"), expected_usd=Decimal("0.04"))
    sure = replace(sure, high_usd=Decimal("0.0401"), runs_out_at=None)
    assert "the day ends at $0.04. The" in explanation(sure, LIMIT, period="day")
