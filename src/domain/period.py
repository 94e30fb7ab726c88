"""Spans of local time: days, weeks and months in an IANA time zone, as UTC instants."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from enum import StrEnum
from zoneinfo import ZoneInfo

from domain.errors import Invalid

#: More buckets than any chart can show.
MOST_BUCKETS = 2_000


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


def zone(name: str, pointer: str = "/tz") -> ZoneInfo:
    """The time zone of an IANA name.

    Raises:
        Invalid: with code ``invalid_timezone``.
    """
    try:
        # A name of absurd length or with a NUL raises OSError or ValueError, not "not found".
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise Invalid.at(
            pointer, "must be an IANA time zone such as Europe/Berlin", code="invalid_timezone"
        ) from None


def span_containing(instant: datetime, interval: Interval, tz: tzinfo) -> Span:
    """The local hour, day, week or month that ``instant`` lies in."""
    start = _floor(instant, interval, tz)
    return Span(start, _next(start, interval, tz))


def buckets(span: Span, interval: Interval, tz: tzinfo) -> list[Span]:
    """The pieces of ``span`` cut at local boundaries; the first and the last may be shorter.

    Raises:
        Invalid: there would be more than ``MOST_BUCKETS``; with code ``interval_too_short``.
    """
    pieces: list[Span] = []
    start = span.start
    while start < span.end:
        end = min(_next(_floor(start, interval, tz), interval, tz), span.end)
        pieces.append(Span(start, end))
        if len(pieces) > MOST_BUCKETS:
            detail = f"would cut this range into more than {MOST_BUCKETS} pieces"
            raise Invalid.at("/interval", detail, code="interval_too_short")
        start = end
    return pieces


def interval_for(span: Span) -> Interval:
    """The width that suits a chart of ``span``."""
    if span.length <= timedelta(days=2):
        return Interval.HOUR
    if span.length <= timedelta(days=93):
        return Interval.DAY
    return Interval.WEEK if span.length <= timedelta(days=366) else Interval.MONTH


def _floor(instant: datetime, interval: Interval, tz: tzinfo) -> datetime:
    local = instant.astimezone(tz)
    if interval is Interval.HOUR:
        # In UTC, so that the two hours of one name in autumn stay two.
        past = timedelta(minutes=local.minute, seconds=local.second, microseconds=local.microsecond)
        return instant.astimezone(UTC) - past
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0, fold=0)
    if interval is Interval.WEEK:
        midnight -= timedelta(days=midnight.weekday())
    if interval is Interval.MONTH:
        midnight = midnight.replace(day=1)
    return midnight.astimezone(UTC)


def _next(start: datetime, interval: Interval, tz: tzinfo) -> datetime:
    if interval is Interval.HOUR:
        following = _floor(start + timedelta(hours=1), interval, tz)
        # Where a zone moves by half an hour, one hour is shorter or longer than sixty minutes.
        return following if following > start else start + timedelta(hours=1)
    steps: dict[Interval, Callable[[datetime], datetime]] = {
        Interval.DAY: lambda day: day + timedelta(days=1),
        Interval.WEEK: lambda day: day + timedelta(days=7),
        Interval.MONTH: lambda day: (day + timedelta(days=32)).replace(day=1),
    }
    # A few hours in, because a day that begins in a gap of the clock begins after midnight.
    noon = (start + timedelta(hours=6)).astimezone(tz).replace(hour=12, fold=0)
    return _floor(steps[interval](noon), Interval.DAY, tz)
