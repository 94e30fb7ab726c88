"""Sums over time, of everything and of the largest groups, each by one statement."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    CTE,
    ColumnElement,
    CompoundSelect,
    DateTime,
    FromClause,
    Integer,
    Label,
    Select,
    Subquery,
    Text,
    and_,
    bindparam,
    cast,
    func,
    literal,
    select,
    true,
    union_all,
)
from sqlalchemy.dialects.postgresql import ARRAY

from adapters.sql.ready_tag_sums import FURTHER
from adapters.sql.usage_few_groups import is_cut_often, of_groups_alone, others
from adapters.sql.usage_groups import NOTHING
from adapters.sql.usage_points import Row, points, series_of
from adapters.sql.usage_questions import Question, Questions, Shape, made_once
from adapters.sql.usage_sources import TOKENS, UNPRICED, names_of, sums
from adapters.sql.usage_sums import known_cost
from domain.period import Span
from domain.report import Dimension, EventSelection, GroupBy, GroupSeries, SeriesPoint

#: What a point is made of.
_NUMBERS = ("calls", "errors", UNPRICED, "cost_usd", TOKENS)

_OF_TRENDS = ("calls", UNPRICED, "cost_usd")


def series(
    questions: Questions, selection: EventSelection, buckets: Sequence[Span]
) -> list[SeriesPoint]:
    """One point per bucket."""
    found = _sums_by_bucket(questions, selection, buckets)
    return points(buckets, {row["bucket"]: row for row in found})


def _sums_by_bucket(
    questions: Questions, selection: EventSelection, buckets: Sequence[Span]
) -> list[Row]:
    asked = questions.ask(selection, (), buckets)
    found = questions.connection.execute(_sums_of_buckets(asked.shape), asked.values)
    return [row._asdict() for row in found]


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
    rows = _rows_of_few(questions, selection, by, buckets, most) if is_cut_often(asked) else None
    if rows is None:
        rows = _rows(questions, asked, most)
    return series_of(rows, names_of(by), buckets, most)


def _rows(questions: Questions, asked: Question, most: int) -> list[Row]:
    found = questions.connection.execute(_of_groups(asked.shape, most), asked.values)
    return [row._asdict() for row in found]


def _rows_of_few(
    questions: Questions,
    selection: EventSelection,
    by: GroupBy,
    buckets: Sequence[Span],
    most: int,
) -> list[Row] | None:
    """The same rows in three steps; None where the calls without a value have a place of their own,
    which nothing but all of the values tells apart.
    """
    whole = [Span(buckets[0].start, buckets[-1].end)]
    asked = questions.ask(selection, by, whole)
    tops = questions.connection.execute(_tops(asked.shape, most), asked.values)
    groups = list(tops.scalars())
    if not groups or None in groups:
        return None
    narrowed = of_groups_alone(selection, by[0], groups)
    own = _rows(questions, questions.ask(narrowed, by, buckets, of_sums=True), most)
    found = _sums_by_bucket(questions, selection, buckets)
    return [*own, *others(found, own, _NUMBERS, most + 1)]


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
    """The sums of each of the first groups in each bucket, and of all others at the last place."""
    source, names = sums(shape, numbers=_NUMBERS).cte(), names_of(shape.by)
    # Of the groups and not of their cells, of which users have tens of thousands.
    own = _first(source, names, most)
    place = func.coalesce(own.c.place, most + 1).label("place")
    columns = [place, _bucket(source), *(own.c[name] for name in names)]
    same = and_(true(), *(_known(source.c[name]) == _known(own.c[name]) for name in names))
    found = select(*columns, *_totals(source)).select_from(source.outerjoin(own, same))
    return found.group_by(*columns).having(func.sum(source.c.calls) > 0)


@made_once
def _tops(shape: Shape, most: int) -> Select[Any]:
    """The first groups alone."""
    source = sums(shape, numbers=("calls", UNPRICED, "cost_usd")).cte()
    return select(_first(source, names_of(shape.by), most))


def _first(source: CTE, names: Sequence[str], most: int) -> Subquery:
    """The groups that have a place of their own, in the order of ``place_of``."""
    keys = [source.c[name] for name in names]
    calls, cost = func.sum(source.c.calls), func.coalesce(func.sum(source.c.cost_usd), 0)
    # By code points, as everywhere.
    ties = [cast(key, Text).collate("C").nulls_last() for key in keys]
    order = [calls == func.sum(source.c[UNPRICED]), cost.desc(), *ties]
    place = func.row_number().over(order_by=order).label("place")
    is_own = (func.coalesce(key != FURTHER, true()) for key in keys)
    return (
        select(*keys, place)
        .where(*is_own)
        .group_by(*keys)
        .having(calls > 0)
        .order_by(place)
        .limit(most)
        .subquery()
    )


def _known(key: ColumnElement[Any]) -> ColumnElement[Any]:
    """Nothing is equal to nothing here."""
    return func.coalesce(key, NOTHING)


def _bucket(source: FromClause) -> Label[int]:
    starts = bindparam("starts", type_=ARRAY(DateTime(timezone=True)))
    return func.width_bucket(source.c.moment, starts, type_=Integer).label("bucket")


def _totals(source: FromClause) -> list[Any]:
    return [func.sum(source.c[name]).label(name) for name in _NUMBERS]
