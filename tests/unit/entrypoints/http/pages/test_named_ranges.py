"""Ranges that have a name: where they begin and end, and what they are compared with."""

from datetime import UTC, datetime, timedelta

import pytest
from werkzeug.datastructures import MultiDict

from domain.period import Span, zone
from entrypoints.http.pages.named_ranges import NamedRange, span_before, whole_span
from entrypoints.http.pages.report_address import ReportAddress

TODAY, THIS_MONTH, LAST_MONTH = NamedRange
UTC_ZONE = zone("UTC")
#: Half past four in the morning of the first of December in Kolkata, still November in UTC.
NOW = datetime(2026, 11, 30, 23, tzinfo=UTC)
KOLKATA = zone("Asia/Kolkata")


def utc(month: int, day: int, hour: int = 0, minute: int = 0) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=UTC)


def read(*pairs: tuple[str, str]) -> ReportAddress:
    return ReportAddress.read(MultiDict(pairs))


@pytest.mark.parametrize(
    ("name", "start", "end"),
    [
        (TODAY, utc(11, 30), None),
        (THIS_MONTH, utc(11, 1), None),
        (LAST_MONTH, utc(10, 1), utc(11, 1)),
    ],
)
def test_a_named_range_is_of_the_calendar_and_ends_now_unless_it_is_over(
    name: NamedRange, start: datetime, end: datetime | None
) -> None:
    assert read(("range", name)).bounds(NOW) == (start, end)


def test_the_calendar_is_the_readers() -> None:
    in_kolkata = read(("range", "this_month"), ("tz", "Asia/Kolkata"))
    assert in_kolkata.bounds(NOW) == (utc(11, 30, 18, 30), None)
    assert whole_span(LAST_MONTH, NOW, KOLKATA) == Span(utc(10, 31, 18, 30), utc(11, 30, 18, 30))


@pytest.mark.parametrize(
    ("name", "now", "start", "end"),
    [
        (TODAY, utc(11, 30, 9), utc(11, 29), utc(11, 29, 9)),
        (THIS_MONTH, utc(11, 3, 9), utc(10, 1), utc(10, 3, 9)),
        (LAST_MONTH, utc(11, 3, 9), utc(9, 1), utc(10, 1)),
        # February has no 30th: the whole of it stands beside the thirty days of March.
        (THIS_MONTH, utc(3, 31), utc(2, 1), utc(3, 1)),
    ],
)
def test_it_is_compared_with_the_same_part_of_the_day_or_the_month_before(
    name: NamedRange, now: datetime, start: datetime, end: datetime
) -> None:
    assert span_before(name, now, UTC_ZONE) == Span(start, end)


def test_a_month_is_compared_with_a_month_however_long_each_is() -> None:
    november, october = (
        read(("range", "last_month")).before(now) for now in (utc(12, 5), utc(11, 5))
    )
    assert november
    assert october
    assert (november.length, october.length) == (timedelta(days=31), timedelta(days=30))


def test_the_address_keeps_the_name_until_another_range_is_chosen() -> None:
    address = read(("range", "last_month"), ("user", "ada"))
    assert address.query() == "?range=last_month&user=ada"
    assert address.for_days(7).query() == "?days=7&user=ada"
    assert read(("days", "7")).for_range(TODAY).query() == "?range=today"
    assert "range" not in address.query_for(Span(utc(11, 1), utc(11, 2)))
    assert address.for_span(Span(utc(11, 1), utc(11, 2))).named is None


def test_what_is_typed_goes_first_and_an_unknown_name_is_the_default() -> None:
    assert read(("range", "today"), ("from", "2026-11-01")).query() == "?from=2026-11-01"
    assert read(("range", "this_decade")).days == 30
    assert read(("range", "today"), ("days", "7")).query() == "?range=today"
