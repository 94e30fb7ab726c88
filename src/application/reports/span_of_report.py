"""The span of time that a report covers when nobody says otherwise."""

from datetime import UTC, datetime, timedelta, tzinfo

from domain.errors import Invalid
from domain.period import Interval, Span, span_containing

DEFAULT_DAYS_BACK = 29


def span_of_report(start: datetime | None, end: datetime | None, tz: tzinfo, now: datetime) -> Span:
    """From local midnight 29 days before the end until now, where a bound is None.

    Raises:
        Invalid: the start is not before the end; with code ``invalid_range``.
    """
    last = end or now
    if start is None:
        # Days of the calendar, of which some have 23 or 25 hours.
        past = last.astimezone(tz) - timedelta(days=DEFAULT_DAYS_BACK)
        start = span_containing(past.astimezone(UTC), Interval.DAY, tz).start
    if start >= last:
        raise Invalid.at("/from", "must be before 'to'", code="invalid_range")
    return Span(start.astimezone(UTC), last.astimezone(UTC))
