"""What a report adds up: sums that are kept ready, and single calls at the edges of its span.

Where no breakdown knows all dimensions that are asked for (a user of a model), it is calls alone.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    CompoundSelect,
    Integer,
    Select,
    func,
    literal,
    literal_column,
    select,
    union_all,
)

from adapters.sql.both_places import in_both_places
from adapters.sql.calls_of_reports import CallsOfReport
from adapters.sql.event_tables import TOKEN_COLUMNS, events
from adapters.sql.pieces_of_reports import bucket_at, buckets_of, moved_buckets_of
from adapters.sql.ready_gathered_sums import GatheredBuckets, may_be_gathered
from adapters.sql.ready_sums import Ready, of_dimensions
from adapters.sql.ready_tag_sums import TagSums
from adapters.sql.rollup_statements import OF_EVENT, SLOT_MASK, SLOTS_OF_EVENT
from adapters.sql.rollup_tables import COUNTS, SLOT_BITS, SUMS, usage_rollups
from adapters.sql.selections import group_column
from adapters.sql.usage_questions import Shape
from domain.costing import CostSource
from domain.report import GroupBy
from domain.rollup import BY_TAG

NUMBERS = (*COUNTS, *SUMS)
_OF_EVENT = {name: literal_column(OF_EVENT[name], usage_rollups.c[name].type) for name in NUMBERS}
#: The tokens of all classes as one: a chart of many users adds up one number in place of twelve.
TOKENS = "tokens"
_COLUMNS = {TOKENS: tuple(TOKEN_COLUMNS.values())}
#: The calls without a known cost, of which sums are without.
UNPRICED = f"{CostSource.UNPRICED}_calls"


def names_of(by: GroupBy) -> list[str]:
    """The columns of a group's values."""
    return [f"group_{number}" for number in range(len(by))]


def sums(shape: Shape, *, numbers: Sequence[str] = NUMBERS) -> CompoundSelect[Any] | Select[Any]:
    """Rows with ``group_0`` and so on, a ``moment`` inside their bucket, and sums: ``numbers``.

    These are of ``NUMBERS``, or ``TOKENS``.
    """
    wanted = ("start", *(col for each in numbers for col in _columns(each)))
    ready, reach = _ready(shape, wanted, are_gathered=may_be_gathered(shape, numbers))
    calls = calls_of(shape, numbers, reach)
    kept = [_sums_of(each, numbers) for each in ready]
    return _together(shape, calls, kept, lambda: calls.summed_at_edges(numbers))


def _sums_of(ready: Ready, numbers: Sequence[str]) -> Select[Any]:
    keys = _keys(ready.keys)
    sums = [ready.signed(_number(dict(ready.kept.c.items()), name)).label(name) for name in numbers]
    found = select(*keys, ready.moment.label("moment"), *sums).select_from(ready.rows)
    if ready.out is None:
        return found
    # A row for each part that they count in, and not for each bucket, is put in both places.
    rows = found.add_columns(ready.out.label("out"), bucket_at(ready.moment)).subquery()
    by = [*(rows.c[key.name] for key in keys), rows.c.out]
    totals = (func.sum(rows.c[each.name]).cast(each.type).label(each.name) for each in sums)
    into = func.min(rows.c.moment).label("into")
    added_up = select(*by, into, *totals).group_by(*by, rows.c.bucket).subquery()
    return in_both_places(added_up, [key.name for key in keys], numbers)


def calls_of(
    shape: Shape, numbers: Sequence[str], reach: ColumnElement[datetime] | None = None
) -> CallsOfReport:
    """The single calls of what ``sums`` adds up."""
    single = select(
        *_keys(map(group_column, shape.by)),
        events.c.timestamp.label("moment"),
        *(_number(_OF_EVENT, name).label(name) for name in numbers),
    )
    return CallsOfReport(shape, single, reach)


def _columns(number: str) -> Sequence[str]:
    return _COLUMNS.get(number, (number,))


def _number(columns: Mapping[str, ColumnElement[Any]], name: str) -> ColumnElement[Any]:
    if name not in _COLUMNS:
        return columns[name]
    return sum((func.coalesce(columns[each], 0) for each in _columns(name)), start=literal(0))


def slots(shape: Shape) -> CompoundSelect[Any] | Select[Any]:
    """Rows with ``group_0`` and so on, a ``slot`` of durations, and ``n`` calls in it.

    Of a report of one part, from which nothing is moved to another.
    """
    ready, reach = _ready(shape, ("durations",))
    each_slot: Select[Any] = select(literal_column(SLOTS_OF_EVENT, Integer).label("slot"))
    of_call = each_slot.correlate(events).lateral("each")
    single = select(
        *_keys(map(group_column, shape.by)), of_call.c.slot, literal(1, BigInteger).label("n")
    ).join_from(events, of_call, of_call.c.slot.is_not(None))
    calls = CallsOfReport(shape, single, reach)
    return _together(shape, calls, map(_slots_of, ready), calls.counted_at_edges)


def _slots_of(ready: Ready) -> Select[Any]:
    # Not a join with what is in each array, which took several times as long.
    entries = (
        select(
            *_keys(ready.keys),
            ready.signed(literal(1)).label("sign"),
            func.unnest(ready.kept.c.durations).label("entry"),
        )
        .select_from(ready.rows)
        .subquery()
    )
    keys = [entries.c[f"group_{number}"] for number in range(len(ready.keys))]
    n = entries.c.entry.op(">>")(SLOT_BITS) * entries.c.sign
    return select(
        *keys, entries.c.entry.op("&")(SLOT_MASK).cast(Integer).label("slot"), n.label("n")
    )


def _keys(values: Iterable[ColumnElement[Any]]) -> list[ColumnElement[Any]]:
    return [value.label(f"group_{number}") for number, value in enumerate(values)]


def _ready(
    shape: Shape, wanted: Sequence[str], *, are_gathered: bool = False
) -> tuple[list[Ready], ColumnElement[datetime] | None]:
    """What is asked of sums, and how far they reach; None is to the end of time.

    ``wanted`` are the columns of buckets that a report adds up; ``are_gathered`` is whether what
    is gathered has them all.
    """
    if shape.breakdown is None:
        return [], None
    tag = TagSums(shape, wanted) if shape.breakdown in BY_TAG else None
    found: list[Ready] = []
    for name in ("added", "taken") if shape.moved else ("added",):
        piece = buckets_of(shape, name)
        gathered = GatheredBuckets(shape, piece) if are_gathered else None
        others = gathered.others() if gathered else piece
        ready = [*tag.ready(piece, others)] if tag else [of_dimensions(shape, wanted, others)]
        if gathered:
            ready.append(gathered.ready(tag.reach if tag else None))
        found += (replace(each, is_taken=name == "taken") for each in ready)
    if shape.moved and shape.parted:
        moved = moved_buckets_of(shape)
        ready = [*tag.ready(moved, moved)] if tag else [of_dimensions(shape, wanted, moved)]
        found += (replace(each, out=moved.c.out) for each in ready)
    return found, tag.reach if tag else None


def _together(
    shape: Shape,
    calls: CallsOfReport,
    ready: Iterable[Select[Any]],
    at_edges: Callable[[], Select[Any]],
) -> CompoundSelect[Any] | Select[Any]:
    """All that a question adds up."""
    if shape.breakdown is None:
        return calls.alone()
    return union_all(
        *ready,
        *([at_edges()] if shape.edges else []),
        calls.waiting(),
        *([calls.from_reach_on()] if shape.breakdown in BY_TAG else []),
    )
