"""The costliest groups over time, however many there are."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    CTE,
    ColumnElement,
    CompoundSelect,
    CursorResult,
    Select,
    Subquery,
    Text,
    and_,
    cast,
    func,
    literal,
    null,
    select,
    true,
    union_all,
)

from adapters.sql.pieces_of_reports import bucket_at
from adapters.sql.ready_tag_sums import FURTHER
from adapters.sql.usage_costliest_users import NUMBERS, are_bounded, sums_of_candidates
from adapters.sql.usage_few_groups import are_worth_finding, of_groups_alone, others
from adapters.sql.usage_groups import NOTHING
from adapters.sql.usage_points import Row, series_of
from adapters.sql.usage_questions import Question, Questions, Shape, made_once
from adapters.sql.usage_series import POINT, totals_of
from adapters.sql.usage_sources import UNPRICED, names_of, sums
from domain.period import Span
from domain.report import Dimension, EventSelection, GroupBy, GroupSeries, TagDimension


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
    if are_worth_finding(asked):
        rows = _rows_of_few(questions, selection, by, buckets, most)
    else:
        rows = _rows(questions, asked, most)
    return series_of(rows, names_of(by), buckets, most)


def _rows(questions: Questions, asked: Question, most: int) -> list[Row]:
    return _dicts(questions.connection.execute(_of_groups(asked.shape, most), asked.values))


def _dicts(found: CursorResult[Any]) -> list[Row]:
    """Of hundreds of rows, in a fourth of the time that each needs to make its own."""
    names = tuple(found.keys())
    return [dict(zip(names, row, strict=True)) for row in found.all()]


def _rows_of_few(
    questions: Questions,
    selection: EventSelection,
    by: GroupBy,
    buckets: Sequence[Span],
    most: int,
) -> list[Row]:
    """The same rows in two steps."""
    span = [Span(buckets[0].start, buckets[-1].end)]
    tops, whole = (
        questions.ask(selection, by, span, mark="tops_"),
        questions.ask(selection, (), buckets, beside=by),
    )
    statement = _tops_and_whole(tops.shape, whole.shape, most)
    found = _dicts(questions.connection.execute(statement, tops.values | whole.values))
    groups = [row["group_0"] for row in found if row["bucket"] is None]
    narrowed, or_none = of_groups_alone(selection, by[0], groups), by[0] if None in groups else None
    of_few = questions.ask(narrowed, by, buckets, of_sums=True, or_none=or_none)
    own = _rows(questions, of_few, most)
    left = (row for row in found if row["bucket"] is not None)
    return [*own, *others(left, own, POINT, most + 1)]


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
    source, names = _cells(shape), names_of(shape.by)
    # Of the groups and not of their cells, of which users have tens of thousands.
    own = _first(shape, source, most)
    place = func.coalesce(own.c.place, most + 1).label("place")
    columns = [place, source.c.bucket, *(own.c[name] for name in names)]
    same = and_(true(), *(_known(source.c[name]) == _known(own.c[name]) for name in names))
    found = select(*columns, *totals_of(source)).select_from(source.outerjoin(own, same))
    return found.group_by(*columns).having(func.sum(source.c.calls) > 0)


def _cells(shape: Shape) -> CTE:
    """Rows that know their bucket, added up where several pieces make one.

    All groups are told apart first, and those without a place are put together then: of a third of
    the rows or fewer, where a time zone cuts days.
    """
    source = sums(shape, numbers=POINT).subquery()
    keys = [*(source.c[name] for name in names_of(shape.by)), bucket_at(source.c.moment)]
    if not (shape.moved or shape.edges):
        return select(*keys, *(source.c[name] for name in POINT)).cte()
    totals = (func.sum(source.c[name]).cast(source.c[name].type).label(name) for name in POINT)
    return select(*keys, *totals).group_by(*keys).cte()


@made_once
def _tops_and_whole(tops: Shape, whole: Shape, most: int) -> CompoundSelect[Any]:
    """The first groups without their sums, and the sums of each bucket without a group."""
    candidates = (
        sums_of_candidates(tops, most) if are_bounded(tops) else sums(tops, numbers=NUMBERS)
    )
    first = _first(tops, candidates.cte(), most)
    source = sums(whole, numbers=POINT).subquery()
    bucket = bucket_at(source.c.moment)
    nothing = [null().label(name) for name in ("bucket", *POINT)]
    return union_all(
        select(first.c.group_0, *nothing),
        select(null().label("group_0"), bucket, *totals_of(source)).group_by(bucket),
    )


def _first(shape: Shape, source: CTE, most: int) -> Subquery:
    """The groups that have a place of their own, in the order of ``place_of``."""
    keys = [source.c[name] for name in names_of(shape.by)]
    calls, cost = func.sum(source.c.calls), func.coalesce(func.sum(source.c.cost_usd), 0)
    # By code points, as everywhere.
    ties = [cast(key, Text).collate("C").nulls_last() for key in keys]
    order = [calls == func.sum(source.c[UNPRICED]), cost.desc(), *ties]
    place = func.row_number().over(order_by=order).label("place")
    of_tags = (key for key, by in zip(keys, shape.by, strict=True) if isinstance(by, TagDimension))
    is_own = (func.coalesce(key != FURTHER, true()) for key in of_tags)
    own = select(*keys, place).where(*is_own).group_by(*keys).having(calls > 0)
    return own.order_by(place).limit(most).subquery()


def _known(key: ColumnElement[Any]) -> ColumnElement[Any]:
    """Nothing is equal to nothing here."""
    return func.coalesce(key, NOTHING)
