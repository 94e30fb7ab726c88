"""Sums over time, of everything and of the largest groups, each by one statement."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    CompoundSelect,
    DateTime,
    Integer,
    Label,
    Select,
    Subquery,
    Text,
    and_,
    bindparam,
    case,
    cast,
    false,
    func,
    literal,
    or_,
    select,
    union_all,
)
from sqlalchemy.dialects.postgresql import ARRAY

from adapters.sql.event_tables import TOKEN_COLUMNS
from adapters.sql.ready_tag_sums import FURTHER
from adapters.sql.usage_points import Row, points, series_of
from adapters.sql.usage_questions import Questions, Shape, made_once
from adapters.sql.usage_sources import UNPRICED, names_of, sums
from adapters.sql.usage_sums import known_cost
from domain.period import Span
from domain.report import Dimension, EventSelection, GroupBy, GroupSeries, SeriesPoint

#: What a point is made of.
_NUMBERS = ("calls", "errors", UNPRICED, "cost_usd", *TOKEN_COLUMNS.values())

_OF_TRENDS = ("calls", UNPRICED, "cost_usd")


def series(
    questions: Questions, selection: EventSelection, buckets: Sequence[Span]
) -> list[SeriesPoint]:
    """One point per bucket."""
    asked = questions.ask(selection, (), buckets)
    found = questions.connection.execute(_sums_of_buckets(asked.shape), asked.values)
    return points(buckets, {row.bucket: row._asdict() for row in found})


@made_once
def _sums_of_buckets(shape: Shape) -> Select[Any]:
    source = sums(shape, numbers=_NUMBERS).subquery()
    bucket = _bucket(source)
    return select(bucket, *_totals(source)).group_by(bucket)


def trends(
    questions: Questions, selection: EventSelection, by: GroupBy, buckets: Sequence[Span]
) -> dict[tuple[str | None, ...], list[Decimal | None]]:
    """The cost of every group in each bucket."""
    asked = questions.ask(selection, by, buckets)
    found: dict[tuple[str | None, ...], list[Decimal | None]] = {}
    for row in questions.connection.execute(_costs_of_groups(asked.shape), asked.values):
        if row.calls and row[0] != FURTHER:
            costs = found.setdefault(tuple(row[: len(by)]), [Decimal(0)] * len(buckets))
            costs[row.bucket - 1] = known_cost(row._asdict())
    return found


@made_once
def _costs_of_groups(shape: Shape) -> Select[Any]:
    source = sums(shape, numbers=_OF_TRENDS).subquery()
    keys, bucket = [source.c[name] for name in names_of(shape.by)], _bucket(source)
    totals = [func.sum(source.c[name]).label(name) for name in _OF_TRENDS]
    return select(*keys, bucket, *totals).group_by(*keys, bucket)


def series_of_groups(
    questions: Questions,
    selection: EventSelection,
    by: GroupBy,
    buckets: Sequence[Span],
    most: int,
) -> list[GroupSeries]:
    """The costliest groups in order, and all others as the last.

    No more rows leave the database than a chart has parts, however many users or tags there are.
    """
    asked = questions.ask(selection, by, buckets)
    rows = questions.connection.execute(_of_groups(asked.shape, most), asked.values)
    return series_of((row._asdict() for row in rows), names_of(by), buckets, most)


def costliest(
    questions: Questions, selection: EventSelection, dimensions: Sequence[Dimension], most: int
) -> dict[Dimension, list[GroupSeries]]:
    """``series_of_groups`` of each dimension for the whole span, all by one statement."""
    found: dict[int, list[Row]] = {number: [] for number in range(len(dimensions))}
    if dimensions:
        asked = [
            questions.ask(selection, (dimension,), [selection.span], mark=f"{number}_")
            for number, dimension in enumerate(dimensions)
        ]
        values = {name: value for each in asked for name, value in each.values.items()}
        shapes = tuple(each.shape for each in asked)
        for row in questions.connection.execute(_of_each(shapes, most), values):
            found[row.number].append(row._asdict())
    return {
        dimension: series_of(found[number], names_of((dimension,)), [selection.span], most)
        for number, dimension in enumerate(dimensions)
    }


@made_once
def _of_each(shapes: Sequence[Shape], most: int) -> CompoundSelect[Any]:
    return union_all(
        *(
            _of_groups(shape, most).add_columns(literal(number).label("number"))
            for number, shape in enumerate(shapes)
        )
    )


@made_once
def _of_groups(shape: Shape, most: int) -> Select[Any]:
    names = names_of(shape.by)
    ranked = _ranked(sums(shape, numbers=_NUMBERS).subquery(), names)
    own = func.least(ranked.c.place, most + 1)
    place = case((ranked.c.is_further, most + 1), else_=own).label("place")
    # Those beyond are one group, whatever they are called.
    is_own = and_(ranked.c.place <= most, ~ranked.c.is_further)
    keys = [case((is_own, ranked.c[name])).label(name) for name in names]
    columns = [place, ranked.c.bucket, *keys]
    return select(*columns, *_totals(ranked)).group_by(*columns)


def _ranked(source: Subquery, names: Sequence[str]) -> Subquery:
    """The sums of each group in each bucket, with its place: as ``place_of`` has it."""
    keys = [source.c[name] for name in names]
    bucket = _bucket(source)
    cells = select(*keys, bucket, *_totals(source)).group_by(*keys, bucket).subquery()
    of_group = [cells.c[name] for name in names]

    def whole(name: str) -> Any:
        return func.sum(cells.c[name]).over(partition_by=of_group)

    is_unknown = (whole("calls") == whole(UNPRICED)).label("is_unknown")
    cost = func.coalesce(whole("cost_usd"), 0).label("whole_usd")
    is_further = or_(false(), *(func.coalesce(key == FURTHER, False) for key in of_group))
    wholes = (
        select(cells, is_unknown, cost, is_further.label("is_further"))
        .where(cells.c.calls > 0)
        .subquery()
    )
    # By code points, as everywhere; all cells of a group have one place.
    ties = [cast(wholes.c[name], Text).collate("C").nulls_last() for name in names]
    order = [wholes.c.is_further, wholes.c.is_unknown, wholes.c.whole_usd.desc(), *ties]
    return select(wholes, func.dense_rank().over(order_by=order).label("place")).subquery()


def _bucket(source: Subquery) -> Label[int]:
    starts = bindparam("starts", type_=ARRAY(DateTime(timezone=True)))
    return func.width_bucket(source.c.moment, starts, type_=Integer).label("bucket")


def _totals(source: Subquery) -> list[Any]:
    return [func.sum(source.c[name]).label(name) for name in _NUMBERS]
