"""What a report adds up: sums that are kept ready, and single calls at the edges of its span.

Where no breakdown knows all dimensions that are asked for (users and tags), it is calls alone.
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
    cast,
    column,
    false,
    func,
    literal,
    literal_column,
    null,
    or_,
    select,
    true,
    union_all,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.sql.selectable import LateralFromClause

from adapters.sql.event_tables import TOKEN_COLUMNS, events
from adapters.sql.rollup_statements import BOUNDS_ARRAY, SLOT_MASK
from adapters.sql.rollup_tables import (
    COUNTS,
    FIRST_TOKEN_BIT,
    SLOT_BITS,
    SUMS,
    pending_rollups,
    usage_rollups,
)
from adapters.sql.selections import conditions, filters, group_column
from domain.costing import CostSource
from domain.event import Status
from domain.period import Span
from domain.report import Dimension, EventSelection, GroupBy, TagDimension
from domain.rollup import Piece, breakdown_for, pieces

_NUMBERS = (*COUNTS, *SUMS)
_MOMENTS = ARRAY(DateTime(timezone=True))


def sums(
    selection: EventSelection, by: GroupBy = (), buckets: Sequence[Span] = ()
) -> CompoundSelect[Any] | Select[Any]:
    """Rows with ``group_0`` and so on, a ``moment`` inside their bucket, and all sums."""
    parts = _Parts(selection, by, buckets)
    ready = select(
        *parts.keys_of_rollups,
        parts.kept.c.start.label("moment"),
        *(parts.kept.c[name] for name in _NUMBERS),
    )
    single = select(
        *parts.keys_of_events,
        events.c.timestamp.label("moment"),
        *(_OF_EVENT[name].label(name) for name in _NUMBERS),
    )
    return parts.together(ready, single)


def slots(selection: EventSelection, by: GroupBy = ()) -> CompoundSelect[Any] | Select[Any]:
    """Rows with ``group_0`` and so on, a ``slot`` of durations, and ``n`` calls in it."""
    parts = _Parts(selection, by, ())
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
    each = select(literal_column(_SLOTS).label("slot")).correlate(events).lateral("each")
    single = select(
        *parts.keys_of_events, each.c.slot, literal(1, BigInteger).label("n")
    ).join_from(events, each, each.c.slot.is_not(None))
    return parts.together(ready, single, entry)


_SLOTS = f"""unnest(ARRAY[
    width_bucket(events.latency_ms, {BOUNDS_ARRAY}),
    {FIRST_TOKEN_BIT} + width_bucket(events.time_to_first_token_ms, {BOUNDS_ARRAY})])"""

_OF_EVENT: dict[str, ColumnElement[Any]] = {
    "calls": literal_column("1", BigInteger),
    "errors": cast(events.c.status == Status.ERROR, Integer),
    **{f"{source}_calls": cast(events.c.cost_source == source, Integer) for source in CostSource},
    "cost_usd": events.c.cost_usd,
    "cache_savings_usd": events.c.cache_savings_usd,
    "latency_ms": events.c.latency_ms,
    "latency_calls": cast(events.c.latency_ms.is_not(None), Integer),
    "first_token_ms": events.c.time_to_first_token_ms,
    "first_token_calls": cast(events.c.time_to_first_token_ms.is_not(None), Integer),
    **{name: events.c[name] for name in TOKEN_COLUMNS.values()},
}


class _Parts:
    """A selection taken apart into whole buckets of a breakdown and single calls."""

    def __init__(self, selection: EventSelection, by: GroupBy, buckets: Sequence[Span]) -> None:
        self._selection = selection
        self._breakdown = breakdown_for({*_filtered(selection), *by})
        spans = buckets or [selection.span]
        covering = (
            pieces(spans, self._breakdown.finest)
            if self._breakdown
            else [Piece(None, selection.span)]
        )
        self._whole = [piece for piece in covering if piece.tier is not None]
        self._single = [piece.span for piece in covering if piece.tier is None]
        self._piece = _unnested(self._whole)
        self.kept = self._kept()
        names = [f"group_{number}" for number in range(len(by))]
        self.keys_of_events = [
            group_column(each).label(name) for each, name in zip(by, names, strict=True)
        ]
        # Without a breakdown they are never asked for, and may be what roll-ups do not know.
        known = self.kept.c if self._breakdown else {each.value: null() for each in Dimension}
        self.keys_of_rollups = [
            (known[each.value] if isinstance(each, Dimension) else null()).label(name)
            for each, name in zip(by, names, strict=True)
        ]

    def together(
        self, ready: Select[Any], single: Select[Any], *further: FromClause
    ) -> CompoundSelect[Any] | Select[Any]:
        """Both, or single calls alone; ``further`` is joined to the buckets' rows."""
        if not self._whole:
            return single.where(*conditions(self._selection))
        return union_all(
            self._of_buckets(ready, further), self._of_events(single), self._waiting(single)
        )

    def _kept(self) -> LateralFromClause:
        """The rows of a piece, to be looked up in the index piece by piece, with an offset that

        keeps the planner from reading all of them at once.
        """
        return (
            select(usage_rollups)
            .where(
                usage_rollups.c.organization_id == self._selection.organization_id,
                usage_rollups.c.breakdown == self._breakdown,
                usage_rollups.c.tier == self._piece.c.tier,
                usage_rollups.c.start >= self._piece.c.first,
                usage_rollups.c.start < self._piece.c.next,
                # Not one that repricing has emptied.
                usage_rollups.c.calls > 0,
                *(filters(self._selection, usage_rollups) if self._breakdown else ()),
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
        of_organization = pending_rollups.c.organization_id == self._selection.organization_id
        waiting = select(func.unnest(pending_rollups.c.event_ids)).where(of_organization)
        return single.where(
            *conditions(self._selection),
            events.c.id == func.any(func.array(waiting.scalar_subquery())),
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
