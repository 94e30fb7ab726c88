"""What the hours of a local week usually cost, and how far days are from it."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from domain.hourly_spend import HOURS_PER_DAY, SATURDAY, LocalHour

HOURS_PER_WEEK = 7 * HOURS_PER_DAY
_WEEKDAYS, _WEEKEND, _ALL_DAYS = slice(SATURDAY), slice(SATURDAY, 7), slice(7)

#: The mean of all days of a kind weighs as much as four samples of the weekday itself, which is
#: what 28 days have of it.
_PRIOR_SAMPLES = 4
#: Fewer days with spend than this have no usual day, from which one could stand out.
_LEAST_DAYS_TO_TAME = 7
#: A day counts at most this many times the n-th costliest one.
_MOST_TIMES = 2
#: What the weekdays, the two kinds of day and the level take from the days that speak of noise.
_FITTED_BY_WEEKDAY, _FITTED_BY_HOUR = 5, 1
#: The tenth of a normal distribution, in standard deviations from its middle.
_TENTH = Decimal("1.2816")


@dataclass(frozen=True, slots=True)
class Profile:
    """US dollars per hour for each of the 168 places of a local week.

    ``fitted`` is how many days' worth of numbers were taken from the history.
    """

    cells: Sequence[Decimal]
    fitted: int

    def total(self, hours: Iterable[LocalHour]) -> Decimal:
        """What it expects of ``hours`` together."""
        return sum((self.cells[place] for _, place, _ in hours), Decimal(0))

    def degrees_of_freedom(self, hours: Sequence[LocalHour]) -> Decimal:
        """Days that are left to tell the noise by."""
        return max(Decimal(len(hours)) / HOURS_PER_DAY - self.fitted, Decimal(1))

    def daily_deviation(self, hours: Sequence[LocalHour]) -> Decimal:
        """The standard deviation of a day's total around the profile's, in US dollars.

        The days at both ends are partial, and count for as much as there is of them.
        """
        residuals: defaultdict[int, Decimal] = defaultdict(Decimal)
        for day, place, cost in hours:
            residuals[day] += cost - self.cells[place]
        squares = sum((each * each for each in residuals.values()), Decimal(0))
        return (squares / self.degrees_of_freedom(hours)).sqrt()


@dataclass(frozen=True, slots=True)
class _Samples:
    """Their sums and numbers for each of the 168 places."""

    sums: list[Decimal]
    counts: list[int]

    @classmethod
    def of(cls, hours: Sequence[LocalHour]) -> "_Samples":
        sums, counts = [Decimal(0)] * HOURS_PER_WEEK, [0] * HOURS_PER_WEEK
        for _, place, cost in hours:
            sums[place] += cost
            counts[place] += 1
        return cls(sums, counts)

    def usual_day(self, weekdays: slice) -> list[Decimal]:
        """The mean of each hour of the day on ``weekdays``."""
        mean = sum(self.sums, Decimal(0)) / sum(self.counts)
        day = []
        for hour in range(HOURS_PER_DAY):
            samples = sum(self.counts[hour::HOURS_PER_DAY][weekdays])
            total = sum(self.sums[hour::HOURS_PER_DAY][weekdays], Decimal(0))
            day.append(total / samples if samples else mean)
        return day


def profile_by_weekday(hours: Sequence[LocalHour]) -> Profile:
    """The mean of each weekday and hour, drawn toward that of the hour on its kind of day.

    A cell of n samples is (their sum + 4 x the mean of that hour on weekdays, or on weekends) /
    (n + 4). An hour that none of ``hours`` had gets the mean of all. There must be any.
    """
    samples = _Samples.of(hours)
    priors = samples.usual_day(_WEEKDAYS) * SATURDAY
    priors += samples.usual_day(_WEEKEND) * (7 - SATURDAY)
    cells = [
        (total + _PRIOR_SAMPLES * prior) / (count + _PRIOR_SAMPLES)
        for total, count, prior in zip(samples.sums, samples.counts, priors, strict=True)
    ]
    return Profile(cells, _FITTED_BY_WEEKDAY)


def profile_by_hour(hours: Sequence[LocalHour]) -> Profile:
    """The mean of each hour of the day, the same on all days. There must be any hours."""
    return Profile(_Samples.of(hours).usual_day(_ALL_DAYS) * 7, _FITTED_BY_HOUR)


def half_width(
    profile: Profile, hours: Sequence[LocalHour], level: Decimal, to_come: Decimal
) -> Decimal:
    """Half of the interval that holds eight times out of ten, in US dollars.

    The noise of r days to come grows with sqrt(r); the level itself rests on n days, 7 at most,
    and is wrong by sigma / sqrt(n) on each of the r days. Together: t x sigma x sqrt(r + r^2 / n),
    with t of Student's distribution, because sigma rests on few days as well. A day is measured
    in usual spend: a night in which nothing is spent adds no doubt.
    """
    days = len(hours) // HOURS_PER_DAY
    usual_day = level * profile.total(hours) * HOURS_PER_DAY / len(hours)
    if not usual_day:
        return Decimal(0)
    ahead = to_come / usual_day
    freedom = profile.degrees_of_freedom(hours)
    # The first terms of Student's quantile in the degrees of freedom, for the tenth.
    student = _TENTH + Decimal("0.85") / freedom + Decimal("0.57") / (freedom * freedom)
    sigma = level * profile.daily_deviation(hours)
    return student * sigma * (ahead + ahead * ahead / min(days, 7)).sqrt()


def tamed(hours: Sequence[LocalHour]) -> list[LocalHour]:
    """``hours`` in which no local day counts more than twice the n-th costliest day.

    n is the number of weeks, at least 2: what comes once a week is a habit and stays, what is
    rarer is an accident. A lasting rise is believed once it is n days old.
    """
    totals: defaultdict[int, Decimal] = defaultdict(Decimal)
    for day, _, cost in hours:
        totals[day] += cost
    spending = sorted(filter(None, totals.values()), reverse=True)
    if len(spending) < _LEAST_DAYS_TO_TAME:
        return list(hours)
    ceiling = _MOST_TIMES * spending[max(2, len(hours) // HOURS_PER_WEEK) - 1]
    factors = {day: ceiling / total for day, total in totals.items() if total > ceiling}
    return [
        (day, place, cost * factors[day] if day in factors else cost) for day, place, cost in hours
    ]
