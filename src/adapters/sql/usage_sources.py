"""What a report adds up: sums that are kept ready, and single calls at the edges of its span.

Where no breakdown knows all dimensions that are asked for (a tag of a model, a user of a model), it
is calls alone.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    CompoundSelect,
    FromClause,
    Integer,
    Select,
    and_,
    bindparam,
    false,
    func,
    literal,
    literal_column,
    or_,
    select,
    true,
    union_all,
)

from adapters.sql.event_tables import events
from adapters.sql.ready_sums import Ready, of_dimensions, runs
from adapters.sql.ready_tag_sums import TagSums
from adapters.sql.rollup_statements import OF_EVENT, SLOT_MASK, SLOTS_OF_EVENT
from adapters.sql.rollup_tables import COUNTS, SLOT_BITS, SUMS, pending_rollups
from adapters.sql.selections import conditions, group_column
from adapters.sql.usage_questions import Shape
from domain.costing import CostSource
from domain.report import GroupBy
from domain.rollup import Breakdown

NUMBERS = (*COUNTS, *SUMS)
#: The calls without a known cost, of which sums are without.
UNPRICED = f"{CostSource.UNPRICED}_calls"


def names_of(by: GroupBy) -> list[str]:
    """The columns of a group's values."""
    return [f"group_{number}" for number in range(len(by))]


def sums(shape: Shape, *, numbers: Sequence[str] = NUMBERS) -> CompoundSelect[Any] | Select[Any]:
    """Rows with ``group_0`` and so on, a ``moment`` inside their bucket, and sums: ``numbers``."""
    parts = _Parts(shape, ("start", *numbers))
    ready = [
        select(
            *_keys(each.keys),
            each.kept.c.start.label("moment"),
            *(each.signed(each.kept.c[name]).label(name) for name in numbers),
        ).select_from(parts.rows_of(each))
        for each in parts.ready
    ]
    single = select(
        *_keys(map(group_column, shape.by)),
        events.c.timestamp.label("moment"),
        *(literal_column(OF_EVENT[name]).label(name) for name in numbers),
    )
    return parts.together(ready, single)


def slots(shape: Shape) -> CompoundSelect[Any] | Select[Any]:
    """Rows with ``group_0`` and so on, a ``slot`` of durations, and ``n`` calls in it."""
    parts = _Parts(shape, ("durations",))
    ready = [_slots_of(each, parts.rows_of(each)) for each in parts.ready]
    each_slot: Select[Any] = select(literal_column(SLOTS_OF_EVENT).label("slot")).correlate(events)
    of_call = each_slot.lateral("each")
    single = select(
        *_keys(map(group_column, shape.by)), of_call.c.slot, literal(1, BigInteger).label("n")
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
    """The whole buckets of a breakdown and the single calls that answer a question.

    ``wanted`` are the columns of buckets that a report adds up.
    """

    def __init__(self, shape: Shape, wanted: Sequence[str]) -> None:
        self._shape = shape
        self._piece = runs(shape)
        #: What is asked of sums, and how far they reach; None is to the end of time.
        self.ready: list[Ready] = []
        self._reach: ColumnElement[Any] | None = None
        if shape.breakdown is Breakdown.TAG:
            tag = TagSums(shape, wanted)
            self.ready, self._reach = list(tag.ready(self._piece)), tag.reach
        elif shape.breakdown:
            self.ready = [of_dimensions(shape, shape.breakdown, wanted, self._piece)]

    def rows_of(self, ready: Ready) -> FromClause:
        """The buckets' rows, to be selected from."""
        return self._piece.join(ready.kept, true())

    def together(
        self, ready: Sequence[Select[Any]], single: Select[Any]
    ) -> CompoundSelect[Any] | Select[Any]:
        """Both, or single calls alone."""
        calls = single.where(*conditions(self._shape.chosen))
        if not self._shape.wholes:
            return calls
        at_edges = self._within("edge", self._shape.edges, events.c.timestamp)
        if self._reach is None:
            return union_all(*ready, calls.where(at_edges), self._waiting(calls))
        single = calls.where(or_(at_edges, events.c.timestamp >= self._reach))
        return union_all(
            *ready, single, self._waiting(calls.where(events.c.timestamp < self._reach))
        )

    def _waiting(self, calls: Select[Any]) -> Select[Any]:
        """Calls of the buckets' time that are in no sum yet.

        The offset keeps the planner from the other way round: in a month that it knows nothing of,
        it would look through all that waits for each call.
        """
        pending = (
            select(
                func.unnest(pending_rollups.c.timestamps).label("timestamp"),
                func.unnest(pending_rollups.c.event_ids).label("id"),
            )
            .where(pending_rollups.c.organization_id == bindparam("of"))
            .subquery("pending")
        )
        in_buckets = self._within("whole", self._shape.wholes, pending.c.timestamp)
        waiting = select(pending).where(in_buckets).distinct().subquery("waiting")
        same_call = (events.c.timestamp == waiting.c.timestamp, events.c.id == waiting.c.id)
        call = calls.where(*same_call).offset(0).lateral("call")
        return select(*call.c).select_from(waiting.join(call, true()))

    def _within(
        self, name: str, number: int, moment: ColumnElement[datetime]
    ) -> ColumnElement[bool]:
        return or_(
            false(),
            *(
                and_(
                    moment >= self._shape.value(f"{name}_{each}_begin"),
                    moment < self._shape.value(f"{name}_{each}_end"),
                )
                for each in range(number)
            ),
        )
