"""What a report adds up: sums that are kept ready, and single calls at the edges of its span.

Where no breakdown knows all dimensions that are asked for (tags, a user of a model), it is calls
alone.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    CompoundSelect,
    DateTime,
    FromClause,
    Integer,
    Select,
    SmallInteger,
    and_,
    column,
    false,
    func,
    literal,
    literal_column,
    null,
    or_,
    select,
    table,
    true,
    tuple_,
    union_all,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.sql.selectable import LateralFromClause

from adapters.sql.event_tables import events
from adapters.sql.rollup_statements import OF_EVENT, SLOT_MASK, SLOTS_OF_EVENT
from adapters.sql.rollup_tables import (
    COUNTS,
    SLOT_BITS,
    SUMS,
    pending_rollups,
    usage_rollups,
)
from adapters.sql.selections import conditions, filters, group_column
from domain.period import Span
from domain.report import Dimension, EventSelection, GroupBy, TagDimension
from domain.rollup import Piece, breakdown_for, pieces

NUMBERS = (*COUNTS, *SUMS)
#: The same as the table of the schema, without what only a schema has: a statement is made of it in
#: a fraction of the time, and every report makes some.
_ROLLUPS = table(
    usage_rollups.name, *(column(each.name, each.type) for each in usage_rollups.columns)
)
_MOMENTS = ARRAY(DateTime(timezone=True))


def sums(
    selection: EventSelection,
    by: GroupBy = (),
    buckets: Sequence[Span] = (),
    *,
    numbers: Sequence[str] = NUMBERS,
) -> CompoundSelect[Any] | Select[Any]:
    """Rows with ``group_0`` and so on, a ``moment`` inside their bucket, and sums: ``numbers``."""
    parts = _Parts(selection, by, buckets, ("start", *numbers))
    ready = select(
        *parts.keys_of_rollups,
        parts.kept.c.start.label("moment"),
        *(parts.kept.c[name] for name in numbers),
    )
    single = select(
        *parts.keys_of_events,
        events.c.timestamp.label("moment"),
        *(literal_column(OF_EVENT[name]).label(name) for name in numbers),
    )
    return parts.together(ready, single)


def slots(selection: EventSelection, by: GroupBy = ()) -> CompoundSelect[Any] | Select[Any]:
    """Rows with ``group_0`` and so on, a ``slot`` of durations, and ``n`` calls in it."""
    parts = _Parts(selection, by, (), ("durations",))
    entry = (
        select(func.unnest(parts.kept.c.durations).label("entry"))
        .correlate(parts.kept)
        .lateral("entries")
    )
    ready = select(
        *parts.keys_of_rollups,
        entry.c.entry.op("&")(SLOT_MASK).cast(Integer).label("slot"),
        entry.c.entry.op(">>")(SLOT_BITS).label("n"),
    )
    each = select(literal_column(SLOTS_OF_EVENT).label("slot")).correlate(events).lateral("each")
    single = select(
        *parts.keys_of_events, each.c.slot, literal(1, BigInteger).label("n")
    ).join_from(events, each, each.c.slot.is_not(None))
    return parts.together(ready, single, entry)


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
        filtered = _filtered(selection)
        # One user's calls are few, and found by an index; every user's sums are many.
        is_of_users = Dimension.USER in filtered
        self._breakdown = None if is_of_users else breakdown_for({*filtered, *by})
        spans = buckets or [selection.span]
        covering = (
            pieces(spans, self._breakdown.finest)
            if self._breakdown
            else [Piece(None, selection.span)]
        )
        self._whole = [piece for piece in covering if piece.tier is not None]
        self._single = [piece.span for piece in covering if piece.tier is None]
        self._piece = _unnested(self._whole)
        # Without a breakdown they are never asked for, and may be what roll-ups do not know.
        of_rollups = [self._of_rollups(each) for each in by]
        self.kept = self._kept([*dict.fromkeys((*filter(None, of_rollups), *wanted))])
        names = [f"group_{number}" for number in range(len(by))]
        self.keys_of_events = [
            group_column(each).label(name) for each, name in zip(by, names, strict=True)
        ]
        self.keys_of_rollups = [
            (self.kept.c[own] if own else null()).label(name)
            for own, name in zip(of_rollups, names, strict=True)
        ]

    def _of_rollups(self, by: Dimension | TagDimension) -> str | None:
        return by.value if self._breakdown and isinstance(by, Dimension) else None

    def together(
        self, ready: Select[Any], single: Select[Any], *further: FromClause
    ) -> CompoundSelect[Any] | Select[Any]:
        """Both, or single calls alone; ``further`` is joined to the buckets' rows."""
        if not self._whole:
            return single.where(*conditions(self._selection))
        return union_all(
            self._of_buckets(ready, further), self._of_events(single), self._waiting(single)
        )

    def _kept(self, wanted: Sequence[str]) -> LateralFromClause:
        """The rows of a piece.

        The offset keeps the planner from reading the rows of all pieces at once: each piece is
        looked up in the index.
        """
        return (
            select(*(_ROLLUPS.c[name] for name in wanted))
            .where(
                _ROLLUPS.c.organization_id == self._selection.organization_id,
                _ROLLUPS.c.breakdown == self._breakdown,
                _ROLLUPS.c.tier == self._piece.c.tier,
                _ROLLUPS.c.start >= self._piece.c.first,
                _ROLLUPS.c.start < self._piece.c.next,
                # Not one that repricing has emptied.
                _ROLLUPS.c.calls > 0,
                *(filters(self._selection, _ROLLUPS) if self._breakdown else ()),
            )
            .offset(0)
            .lateral("kept")
        )

    def _of_buckets(self, ready: Select[Any], further: Iterable[FromClause]) -> Select[Any]:
        rows = self._piece.join(self.kept, true())
        for each in further:
            rows = rows.join(each, true())
        return ready.select_from(rows)

    def _of_events(self, single: Select[Any]) -> Select[Any]:
        return single.where(*conditions(self._selection), _within(self._single))

    def _waiting(self, single: Select[Any]) -> Select[Any]:
        """Calls of the buckets' time that are in no sum yet."""
        waiting = select(
            func.unnest(pending_rollups.c.timestamps), func.unnest(pending_rollups.c.event_ids)
        ).where(pending_rollups.c.organization_id == self._selection.organization_id)
        return single.where(
            *conditions(self._selection),
            tuple_(events.c.timestamp, events.c.id).in_(waiting),
            _within([piece.span for piece in self._whole]),
        )


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


def _filtered(selection: EventSelection) -> Collection[Dimension | TagDimension]:
    chosen = selection.filter
    return {*chosen.dimensions, *(TagDimension(name) for name in chosen.tags)}


def _unnested(whole: Sequence[Piece]) -> Any:
    return (
        func.unnest(
            literal([piece.tier for piece in whole], ARRAY(SmallInteger)),
            literal([piece.span.start for piece in whole], _MOMENTS),
            literal([piece.span.end for piece in whole], _MOMENTS),
        )
        .table_valued(
            column("tier", SmallInteger),
            column("first", DateTime(timezone=True)),
            column("next", DateTime(timezone=True)),
            name="piece",
        )
        .render_derived()
    )
