"""Sums over time, of everything and of the cost of every group, each by one statement."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import FromClause, Select, func, select

from adapters.sql.pieces_of_reports import bucket_at
from adapters.sql.ready_tag_sums import FURTHER
from adapters.sql.usage_points import points
from adapters.sql.usage_questions import Questions, Shape, made_once
from adapters.sql.usage_sources import TOKENS, UNPRICED, names_of, sums
from adapters.sql.usage_sums import known_cost
from domain.period import Span
from domain.report import EventSelection, GroupBy, SeriesPoint

#: What a point is made of.
POINT = ("calls", "errors", UNPRICED, "cost_usd", TOKENS)
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
    source = sums(shape, numbers=POINT).subquery()
    bucket = bucket_at(source.c.moment)
    return select(bucket, *totals_of(source)).group_by(bucket)


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
    keys, bucket = [source.c[name] for name in names_of(shape.by)], bucket_at(source.c.moment)
    totals = [func.sum(source.c[name]).label(name) for name in _OF_TRENDS]
    return select(*keys, bucket, *totals).group_by(*keys, bucket)


def totals_of(source: FromClause) -> list[Any]:
    return [func.sum(source.c[name]).label(name) for name in POINT]
