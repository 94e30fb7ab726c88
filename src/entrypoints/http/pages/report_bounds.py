"""The bounds of a range as people type them, dates above all, and back."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from domain.errors import Invalid
from domain.period import Interval, Span, span_containing
from domain.timestamps import parse_timestamp


def bound(text: str, pointer: str, tz: ZoneInfo, *, last: bool) -> datetime | None:
    """The moment that is meant, None for none: a date begins a range, or ends it as its last day.

    Raises:
        Invalid: it is neither a date nor a moment, or not of this age.
    """
    if not text:
        return None
    try:
        written = date.fromisoformat(text)
    except ValueError:
        instant = parse_timestamp(text, pointer)
        _check_year(instant, pointer)
        return instant
    _check_year(written, pointer)
    span = local_day(written, tz)
    return span.end if last else span.start


def _check_year(when: date, pointer: str) -> None:
    if not 2000 <= when.year < 2200:
        raise Invalid.at(pointer, "must be between the years 2000 and 2199", code="invalid_range")


def local_day(written: date, tz: ZoneInfo) -> Span:
    """That day from midnight to midnight."""
    noon = datetime.combine(written, time(12), tz)
    return span_containing(noon.astimezone(UTC), Interval.DAY, tz)


def date_fields(span: Span, tz: ZoneInfo) -> tuple[str, str]:
    """A span as the first and the last of its days, for the fields of a form."""
    last = (span.end - timedelta(microseconds=1)).astimezone(tz)
    return span.start.astimezone(tz).date().isoformat(), last.date().isoformat()


def is_date(text: str) -> bool:
    """Whether a date field of a browser can hold what was typed."""
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
