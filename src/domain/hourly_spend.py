"""What hours cost: the raw material of forecasts and of alarms about spikes."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from decimal import Decimal

HOUR = timedelta(hours=1)
#: What is older is forgotten: four of each weekday, and habits of before last month are gone.
LONGEST_HISTORY_DAYS = 28
HOURS_PER_DAY = 24
SATURDAY = 5
_SECONDS = 3600
_TICK = timedelta(microseconds=1)
_ONE = Decimal(1)

#: Hours of UTC since 1970; as numbers they cost a forecast a third of what instants do.
HourNumber = int
#: The ordinal of an hour's local date, its place in the local week, and its cost in US dollars.
LocalHour = tuple[int, int, Decimal]


@dataclass(frozen=True, slots=True)
class HourlySpend:
    """US dollars spent in the hour of UTC that begins at ``start``, which is aware."""

    start: datetime
    cost_usd: Decimal


def number_of(instant: datetime) -> HourNumber:
    """The hour that ``instant`` lies in."""
    return int(instant.timestamp()) // _SECONDS


def start_of(hour: HourNumber, tz: tzinfo = UTC) -> datetime:
    """When an hour begins."""
    return datetime.fromtimestamp(hour * _SECONDS, tz)


def local_place(hour: HourNumber, tz: tzinfo) -> tuple[int, int]:
    """The ordinal of an hour's local date, and its place in the local week.

    Places go from 0, the hour of midnight on Monday, to 167.
    """
    local = datetime.fromtimestamp(hour * _SECONDS, tz)
    return local.toordinal(), local.weekday() * HOURS_PER_DAY + local.hour


def cost_by_hour(history: Iterable[HourlySpend]) -> dict[HourNumber, Decimal]:
    """US dollars of each hour that has an entry; what is stated twice adds up."""
    costs: dict[HourNumber, Decimal] = {}
    for each in history:
        hour = number_of(each.start)
        costs[hour] = costs[hour] + each.cost_usd if hour in costs else each.cost_usd
    return costs


def full_hours(history: Sequence[HourlySpend], now: datetime, tz: tzinfo) -> list[LocalHour]:
    """Each full hour since the first entry, oldest first, in the local time of ``tz``.

    At most those of ``LONGEST_HISTORY_DAYS``. An hour that has no entry cost nothing; an hour
    that is not over at ``now`` is not among them.
    """
    end, costs, nothing = number_of(now), cost_by_hour(history), Decimal(0)
    first = max(min(costs, default=end), end - LONGEST_HISTORY_DAYS * HOURS_PER_DAY)
    return [(*local_place(hour, tz), costs.get(hour, nothing)) for hour in range(first, end)]


def shares_of_hours(since: datetime, until: datetime) -> dict[HourNumber, Decimal]:
    """The hours from ``since`` to ``until`` in order, and how much of each; none if it is over."""
    if since >= until:
        return {}
    first, last = number_of(since), number_of(until - _TICK)
    shares = dict.fromkeys(range(first, last + 1), _ONE)
    shares[first] -= hours_in(since - start_of(first))
    shares[last] -= hours_in(start_of(last) + HOUR - until)
    return shares


def hours_in(length: timedelta) -> Decimal:
    """``length`` in hours, in the precision of the thread's context."""
    return Decimal(length // _TICK) / (_SECONDS * 10**6)
