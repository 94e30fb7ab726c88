"""How sums that are kept ready, and single calls, cover what a report asks for."""

import itertools
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from domain.covering import Piece, pieces
from domain.period import Interval, Span, buckets, zone
from domain.rollup import EPOCH, Tier

START = datetime(2026, 3, 1, tzinfo=UTC)
MOMENTS = st.timedeltas(timedelta(0), timedelta(days=40)).map(lambda by: START + by)
SPANS = st.tuples(MOMENTS, MOMENTS).filter(lambda p: p[0] < p[1]).map(lambda p: Span(*p))
ZONES = st.sampled_from(
    ["UTC", "Europe/Berlin", "Asia/Kolkata", "Asia/Kathmandu", "Australia/Lord_Howe"]
)
TIERS = st.sampled_from([Tier.QUARTER, Tier.HOUR, Tier.DAY])
WIDE = st.sampled_from([tier for tier in Tier if tier >= Tier.DAY])
QUARTER = Tier.QUARTER.length


def parts_of(moment: datetime, found: Sequence[Piece], cut: Sequence[Span]) -> Counter[Span]:
    """How many times each part of a report counts a call of that moment."""
    counted: Counter[Span] = Counter()
    for piece in found:
        if piece.span.start <= moment < piece.span.end:
            length = piece.tier.length if piece.tier is not None else timedelta.resolution
            row = piece.span.start + (moment - piece.span.start) // length * length
            if piece.into is not None:
                counted[part_at(max(row, piece.into), cut)] += 1
            if piece.out_of is not None:
                counted[part_at(piece.out_of, cut)] -= 1
    return +counted + Counter({part: -n for part, n in (-counted).items()})


def part_at(moment: datetime, cut: Sequence[Span]) -> Span:
    (found,) = (span for span in cut if span.start <= moment < span.end)
    return found


def probes(cut: Sequence[Span]) -> list[datetime]:
    """Moments around every bound, around hours and days, and outside."""
    first, last = cut[0].start - timedelta(days=1), cut[-1].end + timedelta(days=1)
    bounds = {bound for span in cut for bound in (span.start, span.end)}
    hours = {
        first.replace(minute=0, second=0, microsecond=0) + number * QUARTER
        for number in range(0, int((last - first) / QUARTER), 7)
    }
    near = (timedelta(0), timedelta.resolution, QUARTER)
    return sorted({at + sign * by for at in bounds | hours for by in near for sign in (1, -1)})


@given(SPANS, ZONES, st.sampled_from(Interval), TIERS, WIDE, MOMENTS, MOMENTS)
def test_every_call_is_counted_once_where_it_belongs(
    span: Span,
    tz: str,
    interval: Interval,
    finest: Tier,
    coarsest: Tier,
    now: datetime,
    weeks_until: datetime,
) -> None:
    if interval is Interval.HOUR:
        span = Span(span.start, min(span.end, span.start + timedelta(days=3)))
    cut = buckets(span, interval, zone(tz))
    found = pieces(cut, finest, coarsest=coarsest, now=now, weeks_until=weeks_until)
    for moment in probes(cut):
        own = Counter(part for part in cut if part.start <= moment < part.end)
        assert parts_of(moment, found, cut) == own, moment


@given(st.lists(MOMENTS, min_size=2, max_size=6, unique=True).map(sorted), TIERS, WIDE, MOMENTS)
@example([START + timedelta(days=days) for days in (1, 7, 9, 12)], Tier.DAY, Tier.WEEK, START)
def test_parts_may_be_of_any_length(
    bounds: list[datetime], finest: Tier, coarsest: Tier, now: datetime
) -> None:
    cut = [Span(*pair) for pair in itertools.pairwise(bounds)]
    found = pieces(cut, finest, coarsest=coarsest, now=now)
    for moment in probes(cut):
        own = Counter(part for part in cut if part.start <= moment < part.end)
        assert parts_of(moment, found, cut) == own, moment


@given(SPANS, WIDE, MOMENTS)
def test_a_week_that_is_not_over_is_read_as_days(
    span: Span, coarsest: Tier, weeks_until: datetime
) -> None:
    for piece in pieces([span], Tier.DAY, coarsest=coarsest, weeks_until=weeks_until):
        if piece.tier is not None and piece.tier > Tier.DAY:
            assert piece.tier <= coarsest
            assert piece.span.end <= weeks_until
            assert is_whole(piece.span, piece.tier)


@given(SPANS, ZONES, TIERS)
def test_pieces_are_whole_buckets_of_tiers_that_are_kept(span: Span, tz: str, finest: Tier) -> None:
    for piece in pieces(buckets(span, Interval.DAY, zone(tz)), finest):
        if piece.tier is not None:
            assert piece.tier >= finest
            assert is_whole(piece.span, piece.tier)


@given(SPANS, ZONES, TIERS)
def test_where_calls_may_be_gone_nothing_is_taken_away(span: Span, tz: str, finest: Tier) -> None:
    found = pieces(buckets(span, Interval.DAY, zone(tz)), finest, calls_begin=span.end)
    in_order = sorted(found, key=lambda piece: piece.span.start)
    assert all(piece.into is not None and piece.out_of is None for piece in found)
    assert (in_order[0].span.start, in_order[-1].span.end) == (span.start, span.end)
    for one, following in itertools.pairwise(in_order):
        assert one.span.end == following.span.start


@given(SPANS, ZONES, MOMENTS)
def test_where_calls_are_gone_narrower_sums_tell_no_more_than_those_beside_them(
    span: Span, tz: str, begin: datetime
) -> None:
    """What they put right with calls that are there may differ."""
    cut = buckets(span, Interval.DAY, zone(tz))
    days, quarters = (
        {piece for piece in found if piece.span.start < begin and piece.tier is not None}
        for found in (
            pieces(cut, Tier.DAY, calls_begin=begin),
            pieces(cut, Tier.QUARTER, calls_begin=begin, finest_before=Tier.DAY),
        )
    )
    assert {it for it in quarters if it.span.end <= begin} == {
        it for it in days if it.span.end <= begin
    }


def test_where_calls_begin_within_a_report_the_part_before_is_as_careful() -> None:
    cut = days_of(10, "Asia/Kolkata")
    begin = START + timedelta(days=5)
    taken = [it.span for it in pieces(cut, Tier.DAY, calls_begin=begin) if it.out_of is not None]
    assert min(span.start for span in taken) >= begin
    assert max(span.end for span in taken) > begin


@given(SPANS, TIERS)
@example(Span(START + timedelta(hours=7), START + timedelta(hours=16)), Tier.DAY)
@example(Span(START + timedelta(hours=11.75), START + timedelta(days=5.51)), Tier.DAY)
@example(Span(START + timedelta(minutes=25), START + timedelta(minutes=95)), Tier.HOUR)
def test_single_calls_are_read_for_half_a_bucket_at_each_end_and_no_longer(
    span: Span, finest: Tier
) -> None:
    single = [piece.span.length for piece in pieces([span], finest) if piece.tier is None]
    assert sum(single, timedelta(0)) <= min(finest.length, span.length)


def test_days_of_utc_are_read_as_days() -> None:
    span = Span(START, START + timedelta(days=30))
    assert pieces(buckets(span, Interval.DAY, UTC)) == [Piece(Tier.DAY, span, START)]


@pytest.mark.parametrize(
    ("tz", "hours", "calls"),
    [
        ("Europe/Berlin", 1, timedelta(0)),
        ("Asia/Kolkata", 5, timedelta(minutes=30)),
        ("Asia/Kathmandu", 6, timedelta(minutes=15)),
    ],
)
def test_a_local_day_is_a_day_of_utc_put_right_by_the_hours_between_them(
    tz: str, hours: int, calls: timedelta
) -> None:
    found = pieces(days_of(20, tz), Tier.HOUR)
    days, by_hour, single = (
        sum((it.span.length for it in found if it.tier is tier), timedelta(0))
        for tier in (Tier.DAY, Tier.HOUR, None)
    )
    # Twenty days have twenty-one bounds.
    assert timedelta(days=20) <= days <= timedelta(days=21)
    assert by_hour <= 21 * timedelta(hours=hours + 1)
    assert single == 21 * calls


@given(SPANS, ZONES, TIERS, WIDE)
def test_buckets_side_by_side_that_count_alike_are_one_piece(
    span: Span, tz: str, finest: Tier, coarsest: Tier
) -> None:
    """Each piece is looked for by itself, in the sums of each of hundreds of groups."""
    found = pieces(buckets(span, Interval.DAY, zone(tz)), finest, coarsest=coarsest)
    of_sums = [piece for piece in found if piece.tier is not None]
    ends = {(it.tier, it.into, it.out_of, it.span.end) for it in of_sums}
    begins = {(it.tier, it.into, it.out_of, it.span.start) for it in of_sums}
    assert not ends & begins


@pytest.mark.parametrize("tz", ["Europe/Berlin", "Asia/Kolkata"])
def test_days_that_begin_before_those_of_utc_are_one_run_of_days(tz: str) -> None:
    (days,) = (piece for piece in pieces(days_of(20, tz), Tier.HOUR) if piece.tier is Tier.DAY)
    assert days.span.length == timedelta(days=20)


def test_the_day_of_today_is_read_as_a_day_however_early_it_is() -> None:
    now = START + timedelta(days=3, hours=2)
    found = pieces([Span(START, now)], Tier.DAY, now=now)
    tonight = START + timedelta(days=4)
    assert found == [
        Piece(Tier.DAY, Span(START, tonight), START),
        Piece(None, Span(now, tonight), None, START),
    ]


@pytest.mark.parametrize("days", [1, 30, 90, 365])
@pytest.mark.parametrize("coarsest", [Tier.DAY, Tier.WEEK, Tier.FOUR_WEEKS, Tier.SIXTEEN_WEEKS])
def test_whole_days_are_read_by_at_most_one_row_more_than_the_fewest(
    days: int, coarsest: Tier
) -> None:
    for day in range(16 * 7):
        span = Span(START + timedelta(days=day), START + timedelta(days=day + days))
        found = pieces([span], Tier.DAY, coarsest=coarsest)
        assert all(piece.tier is not None for piece in found)
        read = sum(piece.span.length // piece.tier.length for piece in found if piece.tier)
        assert read <= fewest_rows(span, coarsest) + 1


def test_weeks_that_begin_on_mondays_are_read_as_weeks() -> None:
    monday = datetime(2026, 3, 2, tzinfo=UTC)
    span = Span(monday, monday + timedelta(weeks=9))
    weeks = buckets(span, Interval.WEEK, UTC)
    assert pieces(weeks, Tier.DAY, coarsest=Tier.WEEK) == [Piece(Tier.WEEK, span, monday)]


def days_of(number: int, tz: str) -> list[Span]:
    """So many local days."""
    first = START.astimezone(ZoneInfo(tz)).replace(hour=0, minute=0)
    midnights = [(first + timedelta(days=n)).astimezone(UTC) for n in range(number + 1)]
    return [Span(*pair) for pair in itertools.pairwise(midnights)]


def fewest_rows(span: Span, coarsest: Tier) -> int:
    """The steps of the shortest way from one end to the other, each along a whole bucket."""
    tiers = [tier for tier in Tier if Tier.DAY <= tier <= coarsest]
    reached = latest = {span.start}
    steps = 0
    while span.end not in reached:
        latest = {
            at + by
            for at in latest
            for tier in tiers
            if (at - EPOCH) % tier.length == timedelta(0)
            for by in (tier.length, -tier.length)
        } - reached
        reached, steps = reached | latest, steps + 1
    return steps


def is_whole(span: Span, tier: Tier) -> bool:
    day = span.start.replace(hour=0, minute=0, second=0, microsecond=0)
    return all(part % tier.length == timedelta(0) for part in (span.start - day, span.length))
