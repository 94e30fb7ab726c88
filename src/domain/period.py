"""Spans of local time: days, weeks and months in an IANA time zone, as UTC instants."""

from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from enum import StrEnum
from functools import lru_cache
from zoneinfo import ZoneInfo

from domain.errors import Invalid
from domain.phrases import Phrase

#: More buckets than any chart can show; the months of two hundred years fit in.
MOST_BUCKETS = 2_500
#: In the system's folder of zones and not of IANA: this machine's own zone, and its copies of the
#: zones, in one of which leap seconds move every instant.
_OF_THE_SYSTEM = ("localtime", "posix", "right/")


class Interval(StrEnum):
    """A width of local time. Weeks begin on Monday."""

    HOUR = "hour"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"


@dataclass(frozen=True, slots=True)
class Span:
    """Half-open: ``start`` belongs to it, ``end`` does not. Both are aware and in UTC."""

    start: datetime
    end: datetime

    @property
    def length(self) -> timedelta:
        return self.end - self.start

    @property
    def before(self) -> "Span":
        """As much time just before this span."""
        return Span(self.start - self.length, self.start)

    def until(self, now: datetime) -> "Span":
        """The part of it that has passed; all of it where none has, or all."""
        return Span(self.start, now) if self.start < now < self.end else self


def zone(name: str, pointer: str = "/tz") -> ZoneInfo:
    """The time zone of an IANA name.

    Raises:
        Invalid: with code ``invalid_timezone``.
    """
    if not name.startswith(_OF_THE_SYSTEM):
        try:
            return ZoneInfo(name)
        except (KeyError, ValueError, OSError):
            # A name of absurd length or with a NUL raises OSError or ValueError, not "not found".
            pass
    # Kept by no name of this function, which it would keep in turn, with the frames of all callers.
    raise Invalid.at(
        pointer, "must be an IANA time zone such as Europe/Berlin", code="invalid_timezone"
    )


def span_containing(instant: datetime, interval: Interval, tz: tzinfo) -> Span:
    """The local hour, day, week or month that ``instant`` lies in.

    A day begins when its date first does. The two hours of one name in autumn stay two, and an
    hour in which the clock is moved ends there.
    """
    if interval is Interval.HOUR:
        return _hour_containing(instant, tz)
    start = _floor(instant, interval, tz)
    end = _next(start, interval, tz)
    # Where the clock is set back over midnight, the late evening comes once more after the new
    # date began, and belongs to the new date.
    return Span(start, end) if instant < end else Span(end, _next(end, interval, tz))


def buckets(span: Span, interval: Interval, tz: tzinfo) -> list[Span]:
    """The pieces of ``span`` cut at local boundaries; the first and the last may be shorter.

    Raises:
        Invalid: there would be more than ``MOST_BUCKETS``; with code ``interval_too_short``.
    """
    pieces: list[Span] = []
    start = span.start
    while start < span.end:
        end = min(_known_span(start, interval, tz).end, span.end)
        pieces.append(Span(start, end))
        if len(pieces) > MOST_BUCKETS:
            detail = Phrase(
                "would cut this range into more than %(most)s pieces", most=MOST_BUCKETS
            )
            raise Invalid.at("/interval", detail, code="interval_too_short")
        start = end
    return pieces


#: Nearly all buckets of a chart are those of the chart before.
_known_span = lru_cache(maxsize=4_096)(span_containing)


def interval_for(span: Span) -> Interval:
    """The width that suits a chart of ``span``."""
    if span.length <= timedelta(days=2):
        return Interval.HOUR
    if span.length <= timedelta(days=93):
        return Interval.DAY
    return Interval.WEEK if span.length <= timedelta(days=366) else Interval.MONTH


def _hour_containing(instant: datetime, tz: tzinfo) -> Span:
    local = instant.astimezone(tz)
    past = timedelta(minutes=local.minute, seconds=local.second, microseconds=local.microsecond)
    start = instant.astimezone(UTC) - past

    def is_moved(second: int) -> bool:
        there = (start + timedelta(seconds=second)).astimezone(tz)
        return there.utcoffset() != local.utcoffset()

    hour, here = range(3600), int(past.total_seconds())
    first = bisect_left(hour, x=True, hi=here, key=lambda second: not is_moved(second))
    last = bisect_left(hour, x=True, lo=here, key=is_moved)
    return Span(start + timedelta(seconds=first), start + timedelta(seconds=last))


def _floor(instant: datetime, interval: Interval, tz: tzinfo) -> datetime:
    local = instant.astimezone(tz)
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0, fold=0)
    if interval is Interval.WEEK:
        midnight -= timedelta(days=midnight.weekday())
    if interval is Interval.MONTH:
        midnight = midnight.replace(day=1)
    return midnight.astimezone(UTC)


def _next(start: datetime, interval: Interval, tz: tzinfo) -> datetime:
    steps: dict[Interval, Callable[[datetime], datetime]] = {
        Interval.DAY: lambda day: day + timedelta(days=1),
        Interval.WEEK: lambda day: day + timedelta(days=7),
        Interval.MONTH: lambda day: (day + timedelta(days=32)).replace(day=1),
    }
    # A few hours in, because a day that begins in a gap of the clock begins after midnight.
    noon = (start + timedelta(hours=6)).astimezone(tz).replace(hour=12, fold=0)
    return _floor(steps[interval](noon), Interval.DAY, tz)


def midnight(day: date) -> datetime:
    """When a day of UTC begins."""
    return datetime.combine(day, time(), UTC)
