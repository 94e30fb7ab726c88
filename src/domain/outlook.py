"""What the rest of a period is expected to cost, by the best rule that the history allows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from decimal import Decimal
from enum import StrEnum

from domain.hourly_spend import (
    HOURS_PER_DAY,
    HourlySpend,
    HourNumber,
    LocalHour,
    full_hours,
    hours_in,
    local_place,
    number_of,
    shares_of_hours,
    start_of,
)
from domain.period import Span
from domain.spend_profile import (
    HOURS_PER_WEEK,
    Profile,
    half_width,
    profile_by_hour,
    profile_by_weekday,
    tamed,
)

#: Each weekday has been seen twice.
_LEAST_DAYS_BY_WEEKDAY = 14
#: Each hour of the day has been seen twice.
_LEAST_DAYS_BY_HOUR = 2
#: Through less than this share of a period, a straight line says nothing.
_LEAST_SHARE = Decimal("0.01")
#: A week of silence may be a holiday; four is the most that a week can be of 28 days' mean.
_LOWEST_LEVEL, _HIGHEST_LEVEL = Decimal("0.25"), Decimal(4)
#: A straight line knows neither nights nor weekends: the rest may be half of it or double.
_LOW_OF_LINE, _HIGH_OF_LINE = Decimal("0.5"), Decimal(2)


class ForecastBasis(StrEnum):
    """Weekdays and hours, hours of the day, or no more than a straight line."""

    PROFILE = "profile"
    RECENT = "recent"
    STRAIGHT_LINE = "straight_line"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """What is still to come, in US dollars; ``costs_usd`` are those expected, hour by hour."""

    costs_usd: dict[HourNumber, Decimal]
    low_usd: Decimal
    high_usd: Decimal
    basis: ForecastBasis
    days: int

    @property
    def expected_usd(self) -> Decimal:
        return sum(self.costs_usd.values(), Decimal(0))


def outlook(
    history: Sequence[HourlySpend], spent_usd: Decimal, period: Span, now: datetime, tz: tzinfo
) -> Outlook | None:
    """The rules are those of ``domain.forecast.forecast``."""
    hours = full_hours(history, now, tz)
    is_line = len(hours) < _LEAST_DAYS_BY_HOUR * HOURS_PER_DAY
    rate = _rate_of_line(hours, spent_usd, period, now) if is_line else None
    if is_line and rate is None:
        return None
    rest = shares_of_hours(max(now, period.start), period.end)
    return _profiled(tamed(hours), rest, tz) if rate is None else _straight(rate, rest, len(hours))


def _rate_of_line(
    hours: Sequence[LocalHour], spent_usd: Decimal, period: Span, now: datetime
) -> Decimal | None:
    """US dollars per hour; None where too little time speaks of it."""
    least = hours_in(period.length) * _LEAST_SHARE
    # Data that begins in the middle of the period says nothing of the time before.
    since = period.start
    if hours:
        since = max(since, start_of(number_of(now) - len(hours)))
    passed = hours_in(now - since)
    if passed > 0 and passed >= least:
        return spent_usd / passed
    if hours and len(hours) >= least:
        return _total(hours) / len(hours)
    return None


def _straight(rate: Decimal, rest: dict[HourNumber, Decimal], hours: int) -> Outlook:
    costs = {hour: rate * share for hour, share in rest.items()}
    to_come = sum(costs.values(), Decimal(0))
    return Outlook(
        costs_usd=costs,
        low_usd=to_come * _LOW_OF_LINE,
        high_usd=to_come * _HIGH_OF_LINE,
        basis=ForecastBasis.STRAIGHT_LINE,
        days=hours // HOURS_PER_DAY,
    )


def _profiled(hours: list[LocalHour], rest: dict[HourNumber, Decimal], tz: tzinfo) -> Outlook:
    days = len(hours) // HOURS_PER_DAY
    by_weekday = days >= _LEAST_DAYS_BY_WEEKDAY
    profile = profile_by_weekday(hours) if by_weekday else profile_by_hour(hours)
    level = _level(hours[-HOURS_PER_WEEK:], profile) if by_weekday else Decimal(1)
    cells = [level * cell for cell in profile.cells]
    costs = {hour: cells[local_place(hour, tz)[1]] * share for hour, share in rest.items()}
    to_come = sum(costs.values(), Decimal(0))
    half = half_width(profile, hours, level, to_come)
    return Outlook(
        costs_usd=costs,
        low_usd=max(to_come - half, Decimal(0)),
        high_usd=to_come + half,
        basis=ForecastBasis.PROFILE if by_weekday else ForecastBasis.RECENT,
        days=days,
    )


def _level(week: list[LocalHour], profile: Profile) -> Decimal:
    """The last week's cost in terms of what the profile expects of it, from 1/4 to 4."""
    expected = profile.total(week)
    if not expected:
        return Decimal(1)
    cost = _total(week)
    return min(max(cost / expected, _LOWEST_LEVEL), _HIGHEST_LEVEL)


def _total(hours: Sequence[LocalHour]) -> Decimal:
    return sum((cost for _, _, cost in hours), Decimal(0))
