"""How sums that are kept ready cover what a report asks for."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import IntEnum, StrEnum
from itertools import groupby

from domain.period import Span
from domain.report import Dimension, TagDimension

_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
#: Tags of an organization that sums are kept of, and values of each, as they first come: senders
#: may invent any number of both. The calls with further values of a tag share a sum.
MOST_SUMMED_TAGS = 100
MOST_SUMMED_VALUES = 1_000


class Tier(IntEnum):
    """Widths of the buckets of UTC that sums are kept for. Every time zone's days begin in one."""

    QUARTER = 0
    HOUR = 1
    DAY = 2

    @property
    def length(self) -> timedelta:
        return _LENGTHS[self]


_LENGTHS = {
    Tier.QUARTER: timedelta(minutes=15),
    Tier.HOUR: timedelta(hours=1),
    Tier.DAY: timedelta(days=1),
}


class Breakdown(StrEnum):
    """By which dimensions sums are kept: by none, by one, and by all together but for users.

    ``combined`` alone could answer everything that it knows; the others are smaller by as much as
    an organization has combinations. ``tag`` is by one tag at a time, whichever it is.
    """

    TOTAL = "total"
    MODEL = "model"
    PROJECT = "project"
    ENVIRONMENT = "environment"
    API_KEY = "api_key"
    OPERATION = "operation"
    USER = "user"
    COMBINED = "combined"
    TAG = "tag"

    @property
    def dimensions(self) -> tuple[Dimension, ...]:
        return _DIMENSIONS[self]

    @property
    def finest(self) -> Tier:
        """The narrowest buckets that are kept: the more rows, the less there is to sum up in each.

        With quarters of all combinations the sums would take three times the room of the calls.
        """
        if self is Breakdown.TOTAL:
            return Tier.QUARTER
        return Tier.DAY if self in (Breakdown.COMBINED, Breakdown.USER) else Tier.HOUR


_DIMENSIONS: dict[Breakdown, tuple[Dimension, ...]] = {
    Breakdown.TOTAL: (),
    # A model's name says little without its provider.
    Breakdown.MODEL: (Dimension.PROVIDER, Dimension.MODEL),
    Breakdown.PROJECT: (Dimension.PROJECT,),
    Breakdown.ENVIRONMENT: (Dimension.ENVIRONMENT,),
    Breakdown.API_KEY: (Dimension.API_KEY,),
    Breakdown.OPERATION: (Dimension.OPERATION,),
    Breakdown.USER: (Dimension.USER,),
    Breakdown.COMBINED: (
        Dimension.PROVIDER,
        Dimension.MODEL,
        Dimension.PROJECT,
        Dimension.ENVIRONMENT,
        Dimension.API_KEY,
        Dimension.OPERATION,
        Dimension.STATUS,
    ),
    # Whose names the senders choose.
    Breakdown.TAG: (),
}
#: The breakdowns by dimensions that every organization has.
BY_DIMENSIONS = tuple(breakdown for breakdown in Breakdown if breakdown is not Breakdown.TAG)


def breakdown_for(dimensions: Collection[Dimension | TagDimension]) -> Breakdown | None:
    """The smallest breakdown that knows all of ``dimensions``; None where none does."""
    asked = set(dimensions)
    if len(asked) == 1 and all(isinstance(each, TagDimension) for each in asked):
        return Breakdown.TAG
    for breakdown in BY_DIMENSIONS:
        if asked <= set(breakdown.dimensions):
            return breakdown
    return None


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a span: whole buckets of a tier, or single events where ``tier`` is None."""

    tier: Tier | None
    span: Span


def pieces(spans: Iterable[Span], finest: Tier = Tier.QUARTER) -> list[Piece]:
    """What covers adjacent ``spans`` exactly, so that no bucket lies in two of them.

    The coarsest buckets that fit, down to the ``finest``; the rest is left to single events.
    """
    parts = [part for span in spans for part in _cover(span, Tier.DAY, finest)]
    return [
        Piece(tier, Span(run[0].span.start, run[-1].span.end))
        for tier, group in groupby(parts, key=lambda part: part.tier)
        for run in [list(group)]
    ]


def _cover(span: Span, tier: Tier, finest: Tier) -> Iterator[Piece]:
    start, end = _ceiling(span.start, tier), _floor(span.end, tier)
    if start >= end:
        yield from _cover_finer(span, tier, finest)
        return
    yield from _cover_finer(Span(span.start, start), tier, finest)
    yield Piece(tier, Span(start, end))
    yield from _cover_finer(Span(end, span.end), tier, finest)


def _cover_finer(span: Span, tier: Tier, finest: Tier) -> Iterator[Piece]:
    if span.start >= span.end:
        return
    if tier is finest:
        yield Piece(None, span)
    else:
        yield from _cover(span, Tier(tier - 1), finest)


def _floor(instant: datetime, tier: Tier) -> datetime:
    return instant - (instant - _EPOCH) % tier.length


def _ceiling(instant: datetime, tier: Tier) -> datetime:
    return instant + (_EPOCH - instant) % tier.length
