"""What sums that are kept ready can answer, and what is left to single events."""

import itertools
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.period import Interval, Span, buckets, zone
from domain.report import Dimension, TagDimension
from domain.rollup import Breakdown, Piece, Tier, breakdown_for, pieces

START = datetime(2026, 3, 1, tzinfo=UTC)
MOMENTS = st.timedeltas(timedelta(0), timedelta(days=70)).map(lambda by: START + by)
SPANS = st.tuples(MOMENTS, MOMENTS).filter(lambda p: p[0] < p[1]).map(lambda p: Span(*p))
ZONES = st.sampled_from(["UTC", "Asia/Kathmandu", "Australia/Lord_Howe", "America/New_York"])


@given(SPANS, ZONES, st.sampled_from(Interval))
def test_pieces_cover_every_moment_once_in_whole_buckets(
    span: Span, tz: str, interval: Interval
) -> None:
    cut = buckets(span, interval, zone(tz))
    found = pieces(cut)
    assert found[0].span.start == span.start
    assert found[-1].span.end == span.end
    for one, following in itertools.pairwise(found):
        assert one.span.end == following.span.start
    for piece in found:
        assert piece.tier is None or _is_whole(piece, piece.tier)


@given(SPANS, ZONES)
def test_no_bucket_lies_on_a_bound_of_the_chart(span: Span, tz: str) -> None:
    cut = buckets(span, Interval.DAY, zone(tz))
    bounds = {piece.start for piece in cut}
    for piece in pieces(cut):
        if piece.tier is not None:
            inside = (b for b in bounds if piece.span.start < b < piece.span.end)
            assert all((b - piece.span.start) % piece.tier.length == timedelta(0) for b in inside)


@given(SPANS)
def test_single_events_are_read_for_less_than_half_an_hour(span: Span) -> None:
    single = [piece.span.length for piece in pieces([span]) if piece.tier is None]
    assert sum(single, timedelta(0)) < timedelta(minutes=30)


def test_days_of_utc_are_read_as_days() -> None:
    span = Span(START, START + timedelta(days=30))
    assert pieces(buckets(span, Interval.DAY, UTC)) == [Piece(Tier.DAY, span)]


@pytest.mark.parametrize(
    ("dimensions", "expected"),
    [
        ([], Breakdown.TOTAL),
        ([Dimension.PROVIDER], Breakdown.MODEL),
        ([Dimension.MODEL, Dimension.PROVIDER], Breakdown.MODEL),
        ([Dimension.PROJECT], Breakdown.PROJECT),
        ([Dimension.PROJECT, Dimension.MODEL], Breakdown.COMBINED),
        ([Dimension.STATUS], Breakdown.COMBINED),
        ([Dimension.USER], Breakdown.USER),
        ([Dimension.USER, Dimension.MODEL], None),
        ([TagDimension("feature")], Breakdown.TAG),
        ([TagDimension("feature"), TagDimension("team")], None),
        ([Dimension.MODEL, TagDimension("feature")], None),
    ],
)
def test_the_smallest_breakdown_that_knows_all_dimensions_is_read(
    dimensions: list[Dimension | TagDimension], expected: Breakdown | None
) -> None:
    assert breakdown_for(dimensions) == expected


def _is_whole(piece: Piece, tier: Tier) -> bool:
    day = piece.span.start.replace(hour=0, minute=0, second=0, microsecond=0)
    lengths = (piece.span.start - day, piece.span.length)
    return all(length % tier.length == timedelta(0) for length in lengths)
