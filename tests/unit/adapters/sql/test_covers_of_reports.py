"""What covers a report, as arrays that PostgreSQL reads."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.sql.covers_of_reports import Cover, cover_of
from domain.covering import Piece, pieces
from domain.period import Interval, Span, buckets, zone
from domain.rollup import Tier
from tests.unit.domain.test_covering import parts_of, probes

START = datetime(2026, 3, 1, tzinfo=UTC)
MOMENTS = st.timedeltas(timedelta(0), timedelta(days=40)).map(lambda by: START + by)
ZONES = st.sampled_from(["UTC", "Asia/Kolkata", "America/New_York"])
FINEST = st.sampled_from([Tier.QUARTER, Tier.HOUR, Tier.DAY])


def array(cover: Cover, name: str) -> list[str]:
    written = cover.values[name]
    assert (written[0], written[-1]) == ("{", "}")
    return [each for each in written[1:-1].split(",") if each]


def moments(cover: Cover, name: str) -> list[datetime | None]:
    return [None if each == "NULL" else datetime.fromisoformat(each) for each in array(cover, name)]


def spans(cover: Cover, name: str) -> Iterator[Span]:
    ends = zip(moments(cover, f"{name}_firsts"), moments(cover, f"{name}_nexts"), strict=True)
    return (Span(first, following) for first, following in ends if first and following)


def read_back(cover: Cover) -> list[Piece]:
    """Each bucket that is added, taken, or both, and each edge, as a piece."""
    found: list[Piece] = []
    for name in ("added", "taken", "moved"):
        tiers = [Tier(int(each)) for each in array(cover, f"{name}_tiers")]
        places = moments(cover, f"{name}_places")
        nowhere: list[datetime | None] = [None] * len(places)
        into, out_of = {
            "added": (places, nowhere),
            "taken": (nowhere, places),
            "moved": (places, moments(cover, "moved_outs")),
        }[name]
        rows: Any = zip(tiers, spans(cover, name), into, out_of, strict=True)
        found += (Piece(*row) for row in rows)
    edges = zip(
        spans(cover, "edge"),
        moments(cover, "edge_intos"),
        moments(cover, "edge_outs"),
        strict=True,
    )
    return [*found, *(Piece(None, span, into, out) for span, into, out in edges)]


def waiting_at(moment: datetime, cover: Cover, cut: Sequence[Span]) -> Counter[Span]:
    """Where a call of that moment counts that is in no bucket's sums yet: by itself, and at edges.

    Edges are read from the calls, of which it is one.
    """
    counted: Counter[Span] = Counter()
    waits = zip(spans(cover, "waiting"), moments(cover, "waiting_places"), strict=True)
    edges = (piece for piece in read_back(cover) if piece.tier is None)
    rows = [
        *((span, place or moment, 1) for span, place in waits),
        *((each.span, each.into, 1) for each in edges if each.into is not None),
        *((each.span, each.out_of, -1) for each in read_back(cover) if each.tier is None),
    ]
    for span, place, number in rows:
        if span.start <= moment < span.end and place is not None:
            for part in cut:
                counted[part] += number * (part.start <= place < part.end)
    return +counted


@settings(max_examples=60, deadline=None)
@given(MOMENTS, st.integers(1, 40), ZONES, FINEST, MOMENTS)
def test_every_call_is_counted_once_also_where_the_last_part_is_covered_by_itself(
    start: datetime, days: int, tz: str, finest: Tier, now: datetime
) -> None:
    cut = tuple(buckets(Span(start, start + timedelta(days=days)), Interval.DAY, zone(tz)))
    cover = cover_of(cut, finest=finest, now=now)
    assert (cover.taken, cover.edges) == (
        len(array(cover, "taken_firsts")) + len(array(cover, "moved_firsts")),
        len(array(cover, "edge_firsts")),
    )
    for moment in probes(cut)[::5]:
        own = Counter(part for part in cut if part.start <= moment < part.end)
        assert parts_of(moment, read_back(cover), cut) == own, moment
        assert waiting_at(moment, cover, cut) == own, moment


@given(MOMENTS, st.integers(1, 40), FINEST)
def test_the_time_of_single_calls_is_told(start: datetime, days: int, finest: Tier) -> None:
    cut = tuple(buckets(Span(start, start + timedelta(days=days)), Interval.DAY, zone("UTC")))
    cover = cover_of(cut, finest=finest)
    begin, end = cover.values["edges_begin"], cover.values["edges_end"]
    assert begin <= cut[0].start
    assert end >= cut[-1].end
    assert all(begin <= edge.start and edge.end <= end for edge in spans(cover, "edge"))


@given(
    st.lists(MOMENTS, min_size=2, max_size=2, unique=True).map(sorted),
    FINEST,
    st.sampled_from([tier for tier in Tier if tier >= Tier.DAY]),
)
def test_of_one_part_no_bucket_is_moved_to_another(
    ends: list[datetime], finest: Tier, coarsest: Tier
) -> None:
    cover = cover_of((Span(*ends),), finest=finest, coarsest=coarsest)
    assert array(cover, "moved_tiers") == []


def test_a_report_of_few_parts_is_covered_as_a_whole() -> None:
    cut = tuple(buckets(Span(START, START + timedelta(days=3, hours=5)), Interval.DAY, zone("UTC")))
    covering = pieces(cut, Tier.DAY)
    assert len(read_back(cover_of(cut, finest=Tier.DAY))) == len(covering)
