"""Spans of local time in every kind of zone."""

from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import Invalid
from domain.period import (
    MOST_BUCKETS,
    Interval,
    Span,
    buckets,
    interval_for,
    span_containing,
    zone,
)

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
#: Half and quarter hours, changes of half an hour, at midnight, over midnight and by a whole day.
ZONES = [
    "UTC",
    "Europe/Berlin",
    "America/New_York",
    "Asia/Kolkata",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
    "Pacific/Chatham",
    "Pacific/Norfolk",
    "Pacific/Apia",
    "America/Sao_Paulo",
    "America/Havana",
    "America/St_Johns",
    "America/Caracas",
    "America/Nuuk",
    "Atlantic/Azores",
    "Asia/Beirut",
    "Asia/Gaza",
    "Asia/Pyongyang",
    "Africa/Cairo",
    "Africa/Casablanca",
    "Antarctica/Casey",
    "Antarctica/Troll",
]
FIRST = datetime(2000, 1, 1, tzinfo=UTC)
LAST = datetime(2100, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC)


def changes_of(tz: ZoneInfo, first: date, last: date) -> list[datetime]:
    """The instants at which the zone's clock is moved, to the minute."""
    found = []
    noon = datetime(first.year, first.month, first.day, 12, tzinfo=UTC)
    while noon.date() < last:
        before = noon.astimezone(tz).utcoffset()
        if before != (noon + DAY).astimezone(tz).utcoffset():
            minutes = (noon + timedelta(minutes=n) for n in range(24 * 60 + 1))
            found.append(next(m for m in minutes if m.astimezone(tz).utcoffset() != before))
        noon += DAY
    return found


CHANGES = {
    name: changes_of(zone(name), date(2006, 1, 1), date(2019, 1, 1))
    for name in ZONES
    if name != "UTC"
}
near_changes = st.one_of(
    *(
        st.tuples(
            st.just(name),
            st.builds(
                lambda change, away: change + away,
                st.sampled_from(changes),
                st.timedeltas(-timedelta(hours=30), timedelta(hours=30)),
            ),
        )
        for name, changes in CHANGES.items()
        if changes
    )
)
anywhere = st.tuples(
    st.sampled_from(ZONES),
    st.datetimes(FIRST.replace(tzinfo=None), LAST.replace(tzinfo=None), timezones=st.just(UTC)),
)
places = near_changes | anywhere
intervals = st.sampled_from(Interval)


def local_date(instant: datetime, tz: ZoneInfo) -> date:
    return instant.astimezone(tz).date()


@given(places, intervals)
def test_the_span_of_an_instant_contains_it(
    place: tuple[str, datetime], interval: Interval
) -> None:
    name, instant = place
    span = span_containing(instant, interval, zone(name))
    assert span.start <= instant < span.end
    assert span.start.tzinfo is span.end.tzinfo is UTC


@given(places, intervals)
def test_every_instant_of_a_span_has_that_span(
    place: tuple[str, datetime], interval: Interval
) -> None:
    name, instant = place
    tz = zone(name)
    span = span_containing(instant, interval, tz)
    assert span_containing(span.start, interval, tz) == span
    assert span_containing(span.end - timedelta.resolution, interval, tz) == span
    assert span_containing(span.end, interval, tz).start == span.end


@given(places, intervals, st.floats(0.001, 40))
def test_buckets_cover_the_span_exactly_and_in_order(
    place: tuple[str, datetime], interval: Interval, lengths: float
) -> None:
    name, start = place
    width = {
        Interval.HOUR: HOUR,
        Interval.DAY: DAY,
        Interval.WEEK: 7 * DAY,
        Interval.MONTH: 30 * DAY,
    }
    span = Span(start, start + width[interval] * lengths)
    pieces = buckets(span, interval, zone(name))
    assert (pieces[0].start, pieces[-1].end) == (span.start, span.end)
    assert all(before.end == after.start for before, after in pairwise(pieces))
    assert all(piece.start < piece.end for piece in pieces)
    whole = [span_containing(piece.start, interval, zone(name)) for piece in pieces]
    assert pieces[1:-1] == whole[1:-1]


@given(places)
def test_a_day_begins_with_the_first_instant_of_its_date(place: tuple[str, datetime]) -> None:
    name, instant = place
    tz = zone(name)
    span = span_containing(instant, Interval.DAY, tz)
    today = local_date(span.start, tz)
    assert local_date(span.start - timedelta.resolution, tz) < today
    assert local_date(span.end, tz) > today
    local = span.start.astimezone(tz)
    if local.time() != datetime.min.time():
        gap = (span.start - timedelta.resolution).astimezone(tz).utcoffset()
        assert gap != local.utcoffset(), "only a change of the clock may hide midnight"


@given(places)
def test_a_week_begins_on_a_monday_and_has_its_seven_dates(place: tuple[str, datetime]) -> None:
    name, instant = place
    tz = zone(name)
    span = span_containing(instant, Interval.WEEK, tz)
    assert local_date(span.start, tz).weekday() == 0
    assert local_date(span.end, tz) - local_date(span.start, tz) == 7 * DAY


@given(places)
def test_a_month_begins_on_the_first_and_ends_on_the_next(place: tuple[str, datetime]) -> None:
    name, instant = place
    tz = zone(name)
    span = span_containing(instant, Interval.MONTH, tz)
    first, following = local_date(span.start, tz), local_date(span.end, tz)
    assert first.day == following.day == 1
    assert (following - first).days in (28, 29, 30, 31)


@given(places)
def test_an_hour_lasts_an_hour_unless_the_clock_is_moved_in_it(
    place: tuple[str, datetime],
) -> None:
    name, instant = place
    tz = zone(name)
    span = span_containing(instant, Interval.HOUR, tz)
    first, last = (
        moment.astimezone(tz) for moment in (span.start, span.end - timedelta.resolution)
    )
    assert first.utcoffset() == last.utcoffset()
    assert first.replace(minute=0, second=0, microsecond=0) == last.replace(
        minute=0, second=0, microsecond=0
    )
    moved = {
        moment.astimezone(tz).utcoffset()
        for moment in (span.start - timedelta.resolution, span.start, span.end)
    }
    assert span.length == HOUR or (span.length < HOUR and len(moved) > 1)


@pytest.mark.parametrize(
    ("name", "day", "hours"),
    [
        ("Europe/Berlin", datetime(2026, 3, 29, 12, tzinfo=UTC), 23),
        ("Europe/Berlin", datetime(2026, 10, 25, 12, tzinfo=UTC), 25),
        ("America/Havana", datetime(2026, 3, 8, 18, tzinfo=UTC), 23),
        ("America/Havana", datetime(2026, 11, 1, 18, tzinfo=UTC), 25),
        ("America/Sao_Paulo", datetime(2018, 11, 4, 18, tzinfo=UTC), 23),
        ("America/Sao_Paulo", datetime(2018, 2, 17, 18, tzinfo=UTC), 25),
        ("Africa/Cairo", datetime(2026, 4, 24, 12, tzinfo=UTC), 23),
        ("Asia/Beirut", datetime(2026, 3, 29, 12, tzinfo=UTC), 23),
        ("Australia/Lord_Howe", datetime(2026, 4, 5, 1, tzinfo=UTC), 24.5),
        ("Australia/Lord_Howe", datetime(2026, 10, 4, 1, tzinfo=UTC), 23.5),
        ("Asia/Kolkata", datetime(2026, 3, 29, 12, tzinfo=UTC), 24),
    ],
)
def test_days_are_as_long_as_they_are(name: str, day: datetime, hours: float) -> None:
    assert span_containing(day, Interval.DAY, zone(name)).length == timedelta(hours=hours)


@pytest.mark.parametrize(
    ("name", "start"),
    [
        ("America/Sao_Paulo", datetime(2018, 11, 4, 3, tzinfo=UTC)),
        ("Asia/Beirut", datetime(2026, 3, 28, 22, tzinfo=UTC)),
        ("Africa/Cairo", datetime(2026, 4, 23, 22, tzinfo=UTC)),
        ("America/Havana", datetime(2026, 3, 8, 5, tzinfo=UTC)),
    ],
)
def test_a_day_without_a_midnight_begins_at_one(name: str, start: datetime) -> None:
    span = span_containing(start + 5 * HOUR, Interval.DAY, zone(name))
    assert span.start == start
    assert start.astimezone(zone(name)).hour == 1


def test_a_day_with_two_midnights_begins_at_the_first() -> None:
    span = span_containing(
        datetime(2026, 11, 1, 12, tzinfo=UTC), Interval.DAY, zone("America/Havana")
    )
    assert span.start == datetime(2026, 11, 1, 4, tzinfo=UTC)
    assert (span.start + HOUR).astimezone(zone("America/Havana")).hour == 0


def test_the_day_that_samoa_left_out_has_no_bucket() -> None:
    tz = zone("Pacific/Apia")
    span = Span(datetime(2011, 12, 29, 10, tzinfo=UTC), datetime(2012, 1, 1, 10, tzinfo=UTC))
    dates = [local_date(piece.start, tz) for piece in buckets(span, Interval.DAY, tz)]
    assert dates == [date(2011, 12, 29), date(2011, 12, 31), date(2012, 1, 1)]


def test_the_two_autumn_hours_of_one_name_stay_two() -> None:
    tz = zone("Europe/Berlin")
    span = span_containing(datetime(2026, 10, 25, 12, tzinfo=UTC), Interval.DAY, tz)
    pieces = buckets(span, Interval.HOUR, tz)
    names = [piece.start.astimezone(tz).hour for piece in pieces]
    assert names == [0, 1, 2, 2, *range(3, 24)]
    assert {piece.length for piece in pieces} == {HOUR}


def test_the_spring_hour_that_is_left_out_has_no_bucket() -> None:
    tz = zone("Europe/Berlin")
    span = span_containing(datetime(2026, 3, 29, 12, tzinfo=UTC), Interval.DAY, tz)
    names = [piece.start.astimezone(tz).hour for piece in buckets(span, Interval.HOUR, tz)]
    assert names == [0, 1, *range(3, 24)]


def test_hours_of_a_half_hour_zone_begin_on_its_own_clock() -> None:
    span = span_containing(
        datetime(2026, 11, 23, 8, 10, tzinfo=UTC), Interval.HOUR, zone("Asia/Kolkata")
    )
    assert span.start == datetime(2026, 11, 23, 7, 30, tzinfo=UTC)
    assert span.length == HOUR


@pytest.mark.parametrize(
    ("day", "starts"),
    [
        (datetime(2026, 4, 5, 1, tzinfo=UTC), ["01:00", "01:30", "02:00"]),
        (datetime(2026, 10, 4, 1, tzinfo=UTC), ["01:00", "02:30", "03:00"]),
    ],
)
def test_an_hour_in_which_the_clock_moves_by_half_an_hour_is_cut_there(
    day: datetime, starts: list[str]
) -> None:
    tz = zone("Australia/Lord_Howe")
    pieces = buckets(span_containing(day, Interval.DAY, tz), Interval.HOUR, tz)
    assert [f"{piece.start.astimezone(tz):%H:%M}" for piece in pieces[1:4]] == starts
    assert sorted({piece.length for piece in pieces}) == [HOUR / 2, HOUR]


def test_the_evening_that_comes_twice_belongs_to_the_date_that_had_begun() -> None:
    tz = zone("America/St_Johns")  # until 2011 the clock went back from 00:01 to 23:01
    again = datetime(2009, 11, 1, 3, tzinfo=UTC)
    assert local_date(again, tz) == date(2009, 10, 31)
    for interval in (Interval.DAY, Interval.MONTH):
        span = span_containing(again, interval, tz)
        assert span.start == datetime(2009, 11, 1, 2, 30, tzinfo=UTC)


@pytest.mark.parametrize("interval", Interval)
@pytest.mark.parametrize("name", ZONES)
def test_the_ends_of_the_range_of_years_are_no_end(name: str, interval: Interval) -> None:
    tz = zone(name)
    for edge in (FIRST, LAST):
        span = span_containing(edge, interval, tz)
        assert span.start <= edge < span.end


def test_a_range_may_have_as_many_pieces_as_allowed_and_not_one_more() -> None:
    tz = zone("UTC")
    most = Span(FIRST, FIRST + MOST_BUCKETS * HOUR)
    assert len(buckets(most, Interval.HOUR, tz)) == MOST_BUCKETS
    with pytest.raises(Invalid) as refusal:
        buckets(Span(FIRST, most.end + timedelta.resolution), Interval.HOUR, tz)
    assert refusal.value.code == "interval_too_short"
    assert refusal.value.first_fault.pointer == "/interval"


def test_an_empty_span_has_no_buckets() -> None:
    assert buckets(Span(FIRST, FIRST), Interval.DAY, UTC) == []


def test_the_span_before_is_as_long_and_adjacent() -> None:
    span = Span(FIRST, FIRST + 5 * HOUR)
    assert span.before == Span(FIRST - 5 * HOUR, FIRST)


@pytest.mark.parametrize(("hours", "passed"), [(-1, 5), (0, 5), (2, 2), (5, 5), (9, 5)])
def test_the_part_of_a_span_that_has_passed_is_all_of_it_unless_now_is_within(
    hours: int, passed: int
) -> None:
    span = Span(FIRST, FIRST + 5 * HOUR)
    assert span.until(FIRST + hours * HOUR) == Span(FIRST, FIRST + passed * HOUR)


@pytest.mark.parametrize(
    ("length", "interval"),
    [
        (timedelta.resolution, Interval.HOUR),
        (2 * DAY, Interval.HOUR),
        (2 * DAY + timedelta.resolution, Interval.DAY),
        (93 * DAY, Interval.DAY),
        (94 * DAY, Interval.WEEK),
        (366 * DAY, Interval.WEEK),
        (367 * DAY, Interval.MONTH),
    ],
)
def test_a_chart_gets_the_interval_that_suits_its_range(
    length: timedelta, interval: Interval
) -> None:
    assert interval_for(Span(FIRST, FIRST + length)) is interval


@pytest.mark.parametrize(
    "name",
    [
        "",
        " ",
        ".",
        "..",
        "UTC\x00",
        "\x00",
        "\ud800",
        "../../etc/passwd",
        "/etc/passwd",
        "Europe/../../../etc/passwd",
        "Europe",
        "Europe/",
        "America/Argentina",
        "Mars/Olympus",
        "Europe/Berlin\n",
        " UTC",
        "GMT+25",
        "zone.tab",
        "tzdata.zi",
        "__init__.py",
        "localtime",
        "posixrules",
        "right/Europe/Berlin",
        "x" * 10_000,
        "Europe/" * 2_000,
        "é" * 300,
    ],
)
def test_what_is_no_zone_is_refused_and_nothing_else_happens(name: str) -> None:
    with pytest.raises(Invalid) as refusal:
        zone(name, "/timezone")
    assert refusal.value.code == "invalid_timezone"
    assert refusal.value.first_fault.pointer == "/timezone"


@given(st.text(st.characters(codec=None, exclude_categories=())))
def test_any_text_is_the_zone_of_that_name_or_is_refused(name: str) -> None:
    with suppress(Invalid):
        assert zone(name).key == name
