"""The span that a report covers."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from application.reports.span_of_report import span_of_report
from domain.errors import Invalid
from domain.period import Span, zone

NOW = datetime(2026, 11, 23, 12, 34, 56, 789_000, tzinfo=UTC)


@pytest.mark.parametrize(
    ("name", "start"),
    [
        ("UTC", datetime(2026, 10, 25, tzinfo=UTC)),
        ("Asia/Kolkata", datetime(2026, 10, 24, 18, 30, tzinfo=UTC)),
        ("Europe/Berlin", datetime(2026, 10, 24, 22, tzinfo=UTC)),
        ("Pacific/Kiritimati", datetime(2026, 10, 25, 10, tzinfo=UTC)),
    ],
)
def test_without_bounds_it_begins_at_local_midnight_29_days_ago_and_ends_now(
    name: str, start: datetime
) -> None:
    assert span_of_report(None, None, zone(name), NOW) == Span(start, NOW)


@given(
    st.datetimes(
        datetime(2015, 1, 1),  # noqa: DTZ001 - the strategy adds the zone
        datetime(2035, 1, 1),  # noqa: DTZ001
        timezones=st.just(UTC),
    ),
    st.sampled_from(
        [
            "Europe/Berlin",
            "America/Havana",
            "Africa/Cairo",
            "Australia/Lord_Howe",
            "America/Santiago",
        ]
    ),
)
def test_29_days_are_dates_of_the_calendar_whatever_the_clock_did(now: datetime, name: str) -> None:
    tz = zone(name)
    start = span_of_report(None, None, tz, now).start
    assert now.astimezone(tz).date() - start.astimezone(tz).date() == timedelta(days=29)
    before = (start - timedelta.resolution).astimezone(tz).date()
    assert before < start.astimezone(tz).date()


def test_just_after_midnight_in_summer_29_days_ago_is_not_30() -> None:
    half_past = datetime(2026, 4, 9, 22, 30, tzinfo=UTC)  # 00:30 on 10 April in Berlin
    span = span_of_report(None, None, zone("Europe/Berlin"), half_past)
    assert span.start == datetime(2026, 3, 11, 23, tzinfo=UTC)  # 00:00 on 12 March


def test_with_an_end_only_it_begins_29_days_before_that_end() -> None:
    end = datetime(2026, 6, 30, 12, tzinfo=UTC)
    assert span_of_report(None, end, UTC, NOW) == Span(datetime(2026, 6, 1, tzinfo=UTC), end)


def test_with_a_start_only_it_ends_now() -> None:
    start = datetime(2026, 11, 1, 3, 4, 5, 6_000, tzinfo=UTC)
    assert span_of_report(start, None, UTC, NOW) == Span(start, NOW)


def test_bounds_are_taken_exactly_and_given_back_in_utc() -> None:
    abroad = timezone(timedelta(hours=5, minutes=30))
    start = datetime(2026, 11, 1, 0, 0, 0, 1_000, tzinfo=abroad)
    span = span_of_report(start, start + timedelta(milliseconds=1), zone("Asia/Kolkata"), NOW)
    assert span.start == datetime(2026, 10, 31, 18, 30, 0, 1_000, tzinfo=UTC)
    assert span.length == timedelta(milliseconds=1)
    assert span.start.tzinfo is span.end.tzinfo is UTC


@pytest.mark.parametrize("length", [timedelta(0), -timedelta.resolution, -timedelta(days=400)])
def test_a_range_that_ends_before_it_begins_is_refused(length: timedelta) -> None:
    with pytest.raises(Invalid) as refusal:
        span_of_report(NOW, NOW + length, UTC, NOW)
    assert refusal.value.code == "invalid_range"
    assert refusal.value.first_fault.pointer == "/from"


def test_a_start_in_the_future_needs_an_end() -> None:
    later = NOW + timedelta(days=1)
    with pytest.raises(Invalid):
        span_of_report(later, None, UTC, NOW)
    end = later + timedelta(days=1)
    assert span_of_report(later, end, UTC, NOW) == Span(later, end)
