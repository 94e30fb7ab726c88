"""What a report adds up: sums that are kept ready, and single calls at the edges of its span.

Where no breakdown knows all dimensions that are asked for (a tag of a model, a user of a model), it
is calls alone.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    CompoundSelect,
    FromClause,
    Integer,
    Select,
    and_,
    false,
    func,
    literal,
    literal_column,
    or_,
    select,
    true,
    tuple_,
    union_all,
)

from adapters.sql.event_tables import events
from adapters.sql.ready_sums import Ready, of_dimensions, runs
from adapters.sql.ready_tag_sums import TagSums
from adapters.sql.rollup_statements import OF_EVENT, SLOT_MASK, SLOTS_OF_EVENT
from adapters.sql.rollup_tables import COUNTS, SLOT_BITS, SUMS, pending_rollups
from adapters.sql.selections import conditions, group_column
from domain.period import Span
from domain.report import Dimension, EventSelection, GroupBy, TagDimension
from domain.rollup import Breakdown, Piece, breakdown_for, pieces
from domain.text import has_unstorable

NUMBERS = (*COUNTS, *SUMS)


def sums(
    selection: EventSelection,
    by: GroupBy = (),
    buckets: Sequence[Span] = (),
    *,
    numbers: Sequence[str] = NUMBERS,
) -> CompoundSelect[Any] | Select[Any]:
    """Rows with ``group_0`` and so on, a ``moment`` inside their bucket, and sums: ``numbers``."""
    parts = _Parts(selection, by, buckets, ("start", *numbers))
    ready = [
        select(
            *_keys(each.keys),
            each.kept.c.start.label("moment"),
            *(each.signed(each.kept.c[name]).label(name) for name in numbers),
        ).select_from(parts.rows_of(each))
        for each in parts.ready
    ]
    single = select(
        *_keys(map(group_column, by)),
        events.c.timestamp.label("moment"),
        *(literal_column(OF_EVENT[name]).label(name) for name in numbers),
    )
    return parts.together(ready, single)


def slots(selection: EventSelection, by: GroupBy = ()) -> CompoundSelect[Any] | Select[Any]:
    """Rows with ``group_0`` and so on, a ``slot`` of durations, and ``n`` calls in it."""
    parts = _Parts(selection, by, (), ("durations",))
    ready = [_slots_of(each, parts.rows_of(each)) for each in parts.ready]
    each_slot: Select[Any] = select(literal_column(SLOTS_OF_EVENT).label("slot")).correlate(events)
    of_call = each_slot.lateral("each")
    single = select(
        *_keys(map(group_column, by)), of_call.c.slot, literal(1, BigInteger).label("n")
    ).join_from(events, of_call, of_call.c.slot.is_not(None))
    return parts.together(ready, single)


def _slots_of(ready: Ready, rows: FromClause) -> Select[Any]:
    # Not a join with what is in each array, which took several times as long.
    entries = (
        select(
            *_keys(ready.keys),
            ready.signed(literal(1)).label("sign"),
            func.unnest(ready.kept.c.durations).label("entry"),
        )
        .select_from(rows)
        .subquery()
    )
    keys = [entries.c[f"group_{number}"] for number in range(len(ready.keys))]
    n = entries.c.entry.op(">>")(SLOT_BITS) * entries.c.sign
    return select(
        *keys, entries.c.entry.op("&")(SLOT_MASK).cast(Integer).label("slot"), n.label("n")
    )


def _keys(values: Iterable[ColumnElement[Any]]) -> list[ColumnElement[Any]]:
    return [value.label(f"group_{number}") for number, value in enumerate(values)]


class _Parts:
    """A selection taken apart into whole buckets of a breakdown and single calls.

    ``wanted`` are the columns of buckets that a report adds up.
    """

    def __init__(
        self,
        selection: EventSelection,
        by: GroupBy,
        buckets: Sequence[Span],
        wanted: Sequence[str],
    ) -> None:
        self._selection = selection
        breakdown = _breakdown(selection, by)
        covering = (
            pieces(buckets or [selection.span], breakdown.finest)
            if breakdown
            else [Piece(None, selection.span)]
        )
        whole = [piece for piece in covering if piece.tier is not None]
        self._whole = [piece.span for piece in whole]
        self._single = [piece.span for piece in covering if piece.tier is None]
        self._piece = runs(whole)
        #: What is asked of sums, and how far they reach; None is to the end of time.
        self.ready: list[Ready] = []
        self._reach: ColumnElement[Any] | None = None
        if breakdown is Breakdown.TAG:
            tag = TagSums(selection, by, wanted)
            self.ready, self._reach = list(tag.ready(self._piece)), tag.reach
        elif breakdown:
            self.ready = [of_dimensions(selection, by, breakdown, wanted, self._piece)]

    def rows_of(self, ready: Ready) -> FromClause:
        """The buckets' rows, to be selected from."""
        return self._piece.join(ready.kept, true())

    def together(
        self, ready: Sequence[Select[Any]], single: Select[Any]
    ) -> CompoundSelect[Any] | Select[Any]:
        """Both, or single calls alone."""
        calls = single.where(*conditions(self._selection))
        if not self._whole:
            return calls
        at_edges, waiting = _within(self._single), self._waiting(calls)
        if self._reach is None:
            return union_all(*ready, calls.where(at_edges), waiting)
        single = calls.where(or_(at_edges, events.c.timestamp >= self._reach))
        return union_all(*ready, single, waiting.where(events.c.timestamp < self._reach))

    def _waiting(self, calls: Select[Any]) -> Select[Any]:
        """Calls of the buckets' time that are in no sum yet."""
        waiting = select(
            func.unnest(pending_rollups.c.timestamps), func.unnest(pending_rollups.c.event_ids)
        ).where(pending_rollups.c.organization_id == self._selection.organization_id)
        return calls.where(
            tuple_(events.c.timestamp, events.c.id).in_(waiting), _within(self._whole)
        )


def _breakdown(selection: EventSelection, by: GroupBy) -> Breakdown | None:
    chosen = selection.filter
    # One user's calls are few, and found by an index; every user's sums are many.
    if Dimension.USER in chosen.dimensions:
        return None
    tags = {TagDimension(name) for name in chosen.tags}
    asked: Collection[Dimension | TagDimension] = {*chosen.dimensions, *tags, *by}
    # No call has such a tag, and PostgreSQL refuses to look for it.
    if any(isinstance(each, TagDimension) and has_unstorable(each.name) for each in asked):
        return None
    return breakdown_for(asked)


def _within(spans: Iterable[Span]) -> ColumnElement[bool]:
    return or_(
        false(),
        *(
            and_(events.c.timestamp >= span.start, events.c.timestamp < span.end)
            for span in _joined(spans)
        ),
    )


def _joined(spans: Iterable[Span]) -> Iterator[Span]:
    """Adjacent ones as one: there may be thousands."""
    known: Span | None = None
    for span in spans:
        if known is not None and known.end == span.start:
            known = Span(known.start, span.end)
        else:
            if known is not None:
                yield known
            known = span
    if known is not None:
        yield known
