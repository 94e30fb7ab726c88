"""How much of a question is read call by call, as what covers it says too."""

from datetime import UTC, datetime, timedelta

import pytest

from adapters.sql.single_calls import share_of_single_calls
from adapters.sql.usage_questions import breakdown_of
from domain.covering import pieces
from domain.period import Span, buckets, interval_for, zone
from domain.report import Dimension, EventFilter, EventSelection, GroupBy, TagDimension
from domain.rollup import Tier

PROJECT = EventFilter({Dimension.PROJECT: ("shop",)})
TEAM = EventFilter(tags={"team": ("red",)})
MODELS = (Dimension.PROVIDER, Dimension.MODEL)
#: Months in which the clocks of none of the zones below are moved.
MONTH = Span(datetime(2026, 6, 1, tzinfo=UTC), datetime(2026, 7, 1, tzinfo=UTC))


def share(chosen: EventFilter, by: GroupBy, tz: str | None = None, span: Span = MONTH) -> float:
    """Over time in the days of ``tz``, or of the whole."""
    selection = EventSelection(organization_id="any", span=span, filter=chosen)
    days = buckets(span, interval_for(span), zone(tz)) if tz else []
    return share_of_single_calls(selection, by, days)


@pytest.mark.parametrize(
    ("chosen", "by"),
    [
        (EventFilter(), ()),
        (EventFilter(), MODELS),
        (EventFilter(), (TagDimension("team"),)),
        (PROJECT, MODELS),
        (TEAM, MODELS),
        (EventFilter(), (Dimension.USER,)),
    ],
)
def test_where_sums_by_all_that_is_asked_are_kept_hardly_any_call_is_read(
    chosen: EventFilter, by: GroupBy
) -> None:
    assert share(chosen, by) == 0
    assert share(chosen, by, "UTC") == 0
    into_a_day = timedelta(hours=7, minutes=7)
    cut = Span(MONTH.start + into_a_day, MONTH.end + into_a_day)
    assert share(chosen, by, "UTC", cut) == 0, "what the ends cut is little"


@pytest.mark.parametrize(
    ("chosen", "by"),
    [
        (EventFilter({Dimension.PROJECT: ("shop",)}, {"team": ("red",)}), ()),
        (EventFilter(tags={"team": ("red",), "feature": ("cart",)}), ()),
        (TEAM, (TagDimension("feature"),)),
        (PROJECT, (TagDimension("feature"),)),
        (PROJECT, (Dimension.USER,)),
        (EventFilter({Dimension.MODEL: ("m",)}), (TagDimension("feature"),)),
        (EventFilter({Dimension.REQUEST: ("r",)}), ()),
    ],
)
def test_without_sums_by_all_that_is_asked_every_call_is_read(
    chosen: EventFilter, by: GroupBy
) -> None:
    assert share(chosen, by) == 1
    assert share(chosen, by, "UTC") == 1


@pytest.mark.parametrize("name", [Dimension.USER, Dimension.SESSION, Dimension.TRACE])
def test_what_an_index_finds_is_not_waited_for(name: Dimension) -> None:
    found = EventFilter({name: ("x",), Dimension.PROJECT: ("shop",)}, {"team": ("red",)})
    assert share(found, MODELS) == 0
    assert share(found, (TagDimension("feature"),), "Asia/Kolkata") == 0


def test_days_of_a_time_zone_are_put_right_by_calls_where_sums_are_by_day() -> None:
    """They begin at 18:30 and at 18:15: so long is the shorter part of each day of UTC."""
    for tz, hours in (("UTC", 0), ("Asia/Kolkata", 5.5), ("Asia/Kathmandu", 5.75)):
        assert share(TEAM, MODELS, tz) == pytest.approx(hours / 24)
        assert share(EventFilter(), (), tz) == 0, "of all calls there are sums by quarter"
        assert share(EventFilter(), (Dimension.USER,), tz) == 0, "a chart has few users"


def test_a_chart_by_hours_reads_all_of_a_day_but_an_hour() -> None:
    two_days = Span(MONTH.start, MONTH.start + timedelta(days=2))
    assert share(TEAM, MODELS, "UTC", two_days) == pytest.approx(23 / 24)


@pytest.mark.parametrize("tz", ["UTC", "Europe/Berlin", "Asia/Kolkata", "Asia/Kathmandu"])
@pytest.mark.parametrize("days", [1, 3, 30, 90, 200])
@pytest.mark.parametrize(
    ("chosen", "by"), [(TEAM, MODELS), (TEAM, ()), (PROJECT, MODELS), (PROJECT, ())]
)
def test_it_is_what_the_pieces_amount_to(
    tz: str, days: int, chosen: EventFilter, by: GroupBy
) -> None:
    span = Span(MONTH.end - timedelta(days=days), MONTH.end)
    selection = EventSelection(organization_id="any", span=span, filter=chosen)
    kept = breakdown_of(selection, by)
    assert kept is not None
    parts = buckets(span, interval_for(span), zone(tz))
    edges = [
        piece.span for piece in pieces(parts, kept.finest, coarsest=Tier.DAY) if piece.tier is None
    ]
    read = sum((edge.length for edge in edges), timedelta(0))
    # The ends of whole days of UTC cut nothing.
    assert share(chosen, by, tz, span) == pytest.approx(read / span.length)
