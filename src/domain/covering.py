"""How sums that are kept ready, and single calls, cover what a report asks for."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from domain.period import Span
from domain.rollup import EPOCH, Tier

_EVER, _NEVER = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Piece:
    """Whole buckets of a tier, or the single calls of a span where ``tier`` is None.

    ``into`` tells by a moment of it which part of the report counts them: its own, where that is
    later. ``out_of`` tells which one takes them away, as coarser buckets have counted them there.
    Either may be None, for what is outside of the report.
    """

    tier: Tier | None
    span: Span
    into: datetime | None
    out_of: datetime | None = None


def pieces(
    spans: Sequence[Span],
    finest: Tier = Tier.QUARTER,
    *,
    coarsest: Tier = Tier.DAY,
    now: datetime = _NEVER,
    calls_begin: datetime = _EVER,
    finest_before: Tier = Tier.QUARTER,
    weeks_until: datetime = _NEVER,
) -> list[Piece]:
    """What covers adjacent ``spans`` exactly, if each piece is added to ``into`` and taken out.

    They are of the ``coarsest`` tier where they can be. A bucket in which spans meet, or the first
    or the last one ends, is counted as if the longest of its parts had all of it, and the other
    parts are put right by narrower buckets, and from the ``finest`` on by calls: a day that begins
    at 18:30 UTC is a day of UTC and twice five hours and a half, in place of 24 hours. Before
    ``calls_begin``, where calls may be gone, it is not, as nothing could put it right; buckets are
    no narrower there than ``finest_before``, so that two breakdowns leave out the same. Later than
    ``now`` there are hardly any calls to read. What ends after ``weeks_until`` has no sums that are
    wider than a day.
    """
    cover = _Cover(spans, finest, now, calls_begin, max(finest, finest_before))
    return list(_joined(sorted(cover.pieces(coarsest, weeks_until), key=_order)))


class _Cover:
    def __init__(
        self,
        spans: Sequence[Span],
        finest: Tier,
        now: datetime,
        calls_begin: datetime,
        finest_before: Tier,
    ) -> None:
        self._finest, self._finest_before = finest, finest_before
        self._now, self._calls_begin = now, calls_begin
        #: Where a part of the report begins, and where the last one ends.
        self._bounds = [*(span.start for span in spans), spans[-1].end]

    def pieces(self, coarsest: Tier, weeks_until: datetime) -> Iterator[Piece]:
        first, last, done = self._bounds[0], self._bounds[-1], _EVER
        for tier in sorted((tier for tier in Tier if Tier.DAY <= tier <= coarsest), reverse=True):
            begin, end = max(done, _floor(first, tier)), _ceiling(last, tier)
            if tier is not Tier.DAY:
                end = min(end, _floor(weeks_until, tier)) if begin < weeks_until else begin
            if begin < end:
                yield from self._within(Span(begin, end), tier, None)
                done = end

    def _within(self, span: Span, tier: Tier, counted: datetime | None) -> Iterator[Piece]:
        """What is left to do of whole buckets, all of which are ``counted`` somewhere so far."""
        parts = list(self._parts(span))
        for part, own in parts:
            whole = Span(_ceiling(part.start, tier), _floor(part.end, tier))
            if own != counted and whole.start < whole.end:
                yield Piece(tier, whole, own, counted)
        cut = (part.start for part, _ in parts[1:])
        for start in dict.fromkeys(_floor(at, tier) for at in cut if at != _floor(at, tier)):
            yield from self._cut(Span(start, start + tier.length), tier, counted)

    def _cut(self, bucket: Span, tier: Tier, counted: datetime | None) -> Iterator[Piece]:
        """What is left to do of a bucket that has several parts."""
        parts = list(self._parts(bucket))
        longest = self._longest(parts, counted, tier)
        has_calls = bucket.start >= self._calls_begin
        if longest != counted and has_calls:
            yield Piece(tier, bucket, longest, counted)
            counted = longest
        if tier > (self._finest if has_calls else self._finest_before):
            yield from self._within(bucket, Tier(tier - 1), counted)
        else:
            yield from (Piece(None, part, own, counted) for part, own in parts if own != counted)

    def _parts(self, span: Span) -> Iterator[tuple[Span, datetime | None]]:
        """The parts of ``span``, each with the start of the part of the report that it is in."""
        inside = slice(bisect_right(self._bounds, span.start), bisect_left(self._bounds, span.end))
        for start, end in pairwise((span.start, *self._bounds[inside], span.end)):
            number = bisect_right(self._bounds, start)
            is_outside = number in (0, len(self._bounds))
            yield Span(start, end), None if is_outside else self._bounds[number - 1]

    def _longest(
        self, parts: Iterable[tuple[Span, datetime | None]], counted: datetime | None, tier: Tier
    ) -> datetime | None:
        """Where most of what has passed belongs; ``counted`` if no other place has more.

        To count a week elsewhere, or more, is one row, and pays if it saves more than one of the
        next narrower ones. A day or less always does: what it saves in the end are single calls,
        which are dearer than a row.
        """
        as_one_more = Tier(tier - 1).length if tier > Tier.DAY else timedelta(0)
        lengths: dict[datetime | None, timedelta] = {counted: as_one_more}
        for part, own in parts:
            passed = max(min(part.end, self._now) - part.start, timedelta(0))
            lengths[own] = lengths.get(own, timedelta(0)) + passed
        return max(lengths, key=lengths.__getitem__)


def _order(piece: Piece) -> tuple[int, datetime]:
    """The widest first, calls last: what may go on as one stands side by side."""
    return 1 if piece.tier is None else -piece.tier, piece.span.start


def _joined(in_order: Iterable[Piece]) -> Iterator[Piece]:
    """Buckets side by side that count alike as one piece, as each piece is looked up by itself."""
    known: Piece | None = None
    for piece in in_order:
        if known is not None and _goes_on(known, piece):
            known = replace(known, span=Span(known.span.start, piece.span.end))
            continue
        if known is not None:
            yield known
        known = piece
    if known is not None:
        yield known


def _goes_on(run: Piece, piece: Piece) -> bool:
    return (
        piece.tier is not None
        and run.tier is piece.tier
        and run.span.end == piece.span.start
        and run.out_of == piece.out_of
        and _count_alike(run, piece)
    )


def _count_alike(run: Piece, piece: Piece) -> bool:
    """Whether each bucket of both counts where it begins, or in the part that the run begins in;
    that one begins before the run's first bucket ends.
    """
    if run.into is None or piece.into is None:
        return run.into is piece.into
    return piece.into <= piece.span.start


def _floor(instant: datetime, tier: Tier) -> datetime:
    return instant - (instant - EPOCH) % tier.length


def _ceiling(instant: datetime, tier: Tier) -> datetime:
    return instant + (EPOCH - instant) % tier.length
