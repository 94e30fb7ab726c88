"""How much of a report is read call by call, told without asking PostgreSQL."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from itertools import pairwise

from adapters.sql.usage_questions import breakdown_of
from domain.period import Span
from domain.report import Dimension, EventSelection, GroupBy
from domain.rollup import EPOCH, Breakdown

_NOTHING = timedelta(0)
#: Their calls are few, and found by an index.
_FOUND = frozenset({Dimension.USER, Dimension.SESSION, Dimension.TRACE})


def share_of_single_calls(selection: EventSelection, by: GroupBy, buckets: Sequence[Span]) -> float:
    """As ``UsageReports`` has it."""
    if not _FOUND.isdisjoint(selection.filter.dimensions):
        return 0.0
    breakdown = breakdown_of(selection, by)
    if breakdown is None:
        return 1.0
    # A chart of users mostly reads the calls of its few costliest ones, which an index finds.
    if breakdown is Breakdown.USER:
        return 0.0
    starts = (bucket.start for bucket in buckets[1:])
    return _put_right(starts, breakdown.finest.length) / selection.span.length


def _put_right(bounds: Iterable[datetime], width: timedelta) -> timedelta:
    """How much time is read where ``bounds`` cut buckets of sums: all but the longest parts.

    ``domain.covering`` covers so, which takes longer than a page may take for this.
    """
    cut: defaultdict[datetime, list[timedelta]] = defaultdict(list)
    for bound in bounds:
        if past := (bound - EPOCH) % width:
            cut[bound - past].append(past)
    longest = (
        max(end - start for start, end in pairwise((_NOTHING, *parts, width)))
        for parts in cut.values()
    )
    return sum((width - each for each in longest), _NOTHING)
