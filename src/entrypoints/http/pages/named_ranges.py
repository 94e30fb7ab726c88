"""Ranges that have a name, in the reader's time zone: today, this month, last month."""

from datetime import datetime, timedelta, tzinfo
from enum import StrEnum

from domain.period import Interval, Span, span_containing
from entrypoints.http.texts import mark


class NamedRange(StrEnum):
    """As ``range`` in an address says it."""

    TODAY = "today"
    THIS_MONTH = "this_month"
    LAST_MONTH = "last_month"


RANGE_LABELS = {
    NamedRange.TODAY: mark("Today"),
    NamedRange.THIS_MONTH: mark("This month"),
    NamedRange.LAST_MONTH: mark("Last month"),
}
#: What each is compared with, after "against" and "than".
RANGES_BEFORE = {
    NamedRange.TODAY: mark("the same part of yesterday"),
    NamedRange.THIS_MONTH: mark("the same part of last month"),
    NamedRange.LAST_MONTH: mark("the month before"),
}


def range_named(text: str) -> NamedRange | None:
    """None for anything that is no such name."""
    return NamedRange(text) if text in set(NamedRange) else None


def whole_span(name: NamedRange, now: datetime, tz: tzinfo) -> Span:
    """The day or the month, from its first midnight to the one after it."""
    if name is NamedRange.TODAY:
        return span_containing(now, Interval.DAY, tz)
    month = span_containing(now, Interval.MONTH, tz)
    return month if name is NamedRange.THIS_MONTH else _just_before(month, Interval.MONTH, tz)


def span_before(name: NamedRange, now: datetime, tz: tzinfo) -> Span:
    """The day or the month before, as much of it as has passed of the range itself.

    All of it where the range is over, or longer by then than the one before ever was.
    """
    interval = Interval.DAY if name is NamedRange.TODAY else Interval.MONTH
    span = whole_span(name, now, tz)
    before = _just_before(span, interval, tz)
    return before if now >= span.end else before.until(before.start + (now - span.start))


def _just_before(span: Span, interval: Interval, tz: tzinfo) -> Span:
    return span_containing(span.start - timedelta(microseconds=1), interval, tz)
