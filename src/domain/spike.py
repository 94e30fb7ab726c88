"""Whether an hour cost far more than the same hour of comparable days."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from decimal import Context, Decimal, localcontext
from statistics import median

from domain.dollars import spoken_usd
from domain.hourly_spend import (
    LONGEST_HISTORY_DAYS,
    SATURDAY,
    HourlySpend,
    cost_by_hour,
    number_of,
    start_of,
)
from domain.money import plain

#: Fewer hours have no spread to speak of.
LEAST_HOURS = 5
#: Makes the median of absolute deviations comparable with a standard deviation.
_TO_DEVIATIONS = Decimal("1.4826")
#: Costs have long tails: three deviations, the custom elsewhere, would be passed each day.
_MOST_DEVIATIONS = 6
#: The spread of n hours is itself in doubt, so 1 + 5 / n times as much is allowed: without it the
#: eight hours of four weekends make most of the false alarms.
_DOUBT = 5
#: A spread of few alike hours is small by luck. From 10 % to 30 % false alarms are halved, and an
#: hour of four times the usual still stands out.
_LEAST_SPREAD = Decimal("0.3")
#: Less than three times as much is growth, and a budget's business.
_LEAST_TIMES = 3
#: Nobody wants to be woken for less.
_LEAST_EXCESS_USD = Decimal(1)
_STATISTICS = Context(prec=40)


@dataclass(frozen=True, slots=True)
class Spike:
    """An hour that stands out, in US dollars.

    ``usual_usd`` is the median of the hours it was compared with, ``highest_usual_usd`` the
    costliest of them. ``times`` is how often the usual is in the cost, to one decimal; None when
    the hour usually costs nothing.
    """

    cost_usd: Decimal
    usual_usd: Decimal
    highest_usual_usd: Decimal
    times: Decimal | None


def judge(cost_usd: Decimal, usual: Sequence[Decimal]) -> Spike | None:
    """A spike if ``cost_usd`` stands out from ``usual``, the costs of ``same_hours``.

    Of n usual hours, it must be above median + 6 x (1 + 5 / n) x max(1.4826 x MAD, 30 % of the
    median), at least 3 times the median, and at least $1 above it. Where the median is 0, it must
    be 3 times the highest instead, or each run of a job that has no fixed hour would be a spike.
    None if ``usual`` has fewer than 5.
    """
    if len(usual) < LEAST_HOURS:
        return None
    with localcontext(_STATISTICS):
        middle, highest = median(usual), max(usual)
        deviation = _TO_DEVIATIONS * median([abs(each - middle) for each in usual])
        allowed = _MOST_DEVIATIONS * (1 + Decimal(_DOUBT) / len(usual))
        stands_out = (
            cost_usd > middle + allowed * max(deviation, _LEAST_SPREAD * middle)
            and cost_usd >= _LEAST_TIMES * (middle or highest)
            and cost_usd - middle >= _LEAST_EXCESS_USD
        )
        times = round(cost_usd / middle, 1) if middle else None
    return Spike(cost_usd, middle, highest, times) if stands_out else None


def same_hours(history: Sequence[HourlySpend], hour: datetime, tz: tzinfo) -> list[Decimal]:
    """What the local hour of ``hour`` cost on the days before, latest first.

    On the weekdays of the four weeks before if it is on a weekday, else on their weekends; since
    the first entry of ``history``. An hour that has no entry cost nothing. An hour that a day
    skipped is left out; of two by one name the first counts.
    """
    costs = cost_by_hour(history)
    first, local = min(costs, default=None), start_of(number_of(hour), tz)
    found: list[Decimal] = []
    if first is None:
        return found
    for days in range(1, LONGEST_HISTORY_DAYS + 1):
        there = local.replace(fold=0) - timedelta(days=days)
        number = number_of(there)
        if number < first or _is_weekend(there) is not _is_weekend(local):
            continue
        if start_of(number, tz).hour == there.hour:
            found.append(costs.get(number, Decimal(0)))
    return found


def in_words(spike: Spike, hour: str = "This hour") -> str:
    """One sentence about a spike; ``hour`` is how it begins.

    ``This hour cost $83.10, 12 times its usual $6.90; the most at this hour in the four weeks
    before was $9.20.``
    """
    usual = "and usually costs nothing"
    if spike.times is not None:
        # From ten times on, the decimal says nothing.
        times = spike.times.to_integral_value() if spike.times >= 10 else spike.times
        usual = f"{plain(times)} times its usual {spoken_usd(spike.usual_usd)}"
    highest = f"in the four weeks before was {spoken_usd(spike.highest_usual_usd)}"
    return f"{hour} cost {spoken_usd(spike.cost_usd)}, {usual}; the most at this hour {highest}."


def _is_weekend(local: datetime) -> bool:
    return local.weekday() >= SATURDAY
