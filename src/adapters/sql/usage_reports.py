"""Sums and distributions over events, by PostgreSQL itself."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    DateTime,
    Float,
    Integer,
    func,
    literal,
    select,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY

from adapters.sql.event_tables import IS_UNPRICED, TOKEN_COLUMNS, events
from adapters.sql.gap_reasons import GAP_REASON
from adapters.sql.selections import conditions, group_column
from application.ports.usage_reports import UsageReports
from domain.costing import CostSource
from domain.event import Status
from domain.period import Span
from domain.price_gap import GapReason, PriceGap
from domain.report import (
    Coverage,
    Distribution,
    EventSelection,
    GroupBy,
    GroupRow,
    Measures,
    SeriesPoint,
)

_PERCENTILES = literal([0.5, 0.95, 0.99], ARRAY(Float))
_CALLS = func.count()
_COST = func.sum(events.c.cost_usd)
_FIRST = func.min(events.c.timestamp).label("first_seen")
_LAST = func.max(events.c.timestamp).label("last_seen")
_ERRORS = _CALLS.filter(events.c.status == Status.ERROR).label("errors")


class SqlUsageReports(UsageReports):
    """Every answer is one statement over the index of organization and time."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def measures(self, selection: EventSelection) -> Measures:
        found = select(*_MEASURES).where(*conditions(selection))
        return _to_measures(self._connection.execute(found).one()._asdict())

    def series(self, selection: EventSelection, buckets: Sequence[Span]) -> list[SeriesPoint]:
        starts = literal([span.start for span in buckets], ARRAY(DateTime(timezone=True)))
        bucket = func.width_bucket(events.c.timestamp, starts, type_=Integer).label("bucket")
        found = select(bucket, *_POINT).where(*conditions(selection)).group_by(bucket)
        rows = {row.bucket: row._asdict() for row in self._connection.execute(found)}
        return [_to_point(span, rows.get(number)) for number, span in enumerate(buckets, start=1)]

    def groups(self, selection: EventSelection, by: GroupBy) -> list[GroupRow]:
        keys = [group_column(each).label(f"group_{number}") for number, each in enumerate(by)]
        found = select(*keys, *_MEASURES).where(*conditions(selection)).group_by(*keys)
        # The very elements of the keys: a tag's name is a parameter, and another one is another
        # expression. The order of bytes is the same in every locale, and in the memory adapter.
        order = [key.element.collate("C").nulls_last() for key in keys]
        rows = self._connection.execute(found.order_by(_COST.desc().nulls_last(), *order))
        return [
            GroupRow(
                group=tuple(getattr(row, key.name) for key in keys),
                measures=_to_measures(row._asdict()),
            )
            for row in rows
        ]

    def spent(self, selection: EventSelection) -> Decimal:
        found = select(func.coalesce(_COST, 0)).where(*conditions(selection))
        return Decimal(self._connection.execute(found).scalar_one())

    def price_gaps(self, selection: EventSelection) -> list[PriceGap]:
        keys = (events.c.provider, events.c.model, GAP_REASON)
        tokens, calls = _POINT[3], _CALLS
        found = (
            select(*keys, tokens, calls.label("calls"), _FIRST, _LAST)
            .where(text(IS_UNPRICED), *conditions(selection))
            .group_by(*keys)
        )
        order = [
            key.collate("C") for key in (events.c.provider, events.c.model, GAP_REASON.element)
        ]
        rows = self._connection.execute(found.order_by(tokens.desc(), calls.desc(), *order))
        return [
            PriceGap(
                **{**row._asdict(), "reason": GapReason(row.reason), "tokens": int(row.tokens)}
            )
            for row in rows
        ]


def _distribution(column: ColumnElement[Any], name: str) -> list[ColumnElement[Any]]:
    percentiles = func.percentile_disc(_PERCENTILES).within_group(column)
    return [
        func.avg(column).label(f"{name}_mean"),
        percentiles.label(f"{name}_percentiles"),
    ]


_MEASURES: list[ColumnElement[Any]] = [
    _COST.label("cost_usd"),
    _CALLS.label("calls"),
    _ERRORS,
    *(func.sum(events.c[column]).label(column) for column in TOKEN_COLUMNS.values()),
    *_distribution(events.c.latency_ms, "latency"),
    *_distribution(events.c.time_to_first_token_ms, "first_token"),
    func.coalesce(func.sum(events.c.cache_savings_usd), 0).label("cache_savings_usd"),
    *(_CALLS.filter(events.c.cost_source == source).label(source) for source in CostSource),
]

_POINT: list[ColumnElement[Any]] = [
    _COST.label("cost_usd"),
    _CALLS.label("calls"),
    _ERRORS,
    sum(
        (func.coalesce(func.sum(events.c[column]), 0) for column in TOKEN_COLUMNS.values()),
        start=literal(0),
    ).label("tokens"),
]


def _to_measures(row: dict[str, Any]) -> Measures:
    return Measures(
        cost_usd=row["cost_usd"] if row["calls"] else Decimal(0),
        calls=row["calls"],
        errors=row["errors"],
        tokens={
            name: int(row[column])
            for name, column in TOKEN_COLUMNS.items()
            if row[column] is not None
        },
        latency_ms=_to_distribution(row, "latency"),
        time_to_first_token_ms=_to_distribution(row, "first_token"),
        cache_savings_usd=Decimal(row["cache_savings_usd"]),
        coverage=Coverage.of({source: row[source] for source in CostSource}),
    )


def _to_distribution(row: dict[str, Any], name: str) -> Distribution:
    if row[f"{name}_mean"] is None:
        return Distribution()
    p50, p95, p99 = row[f"{name}_percentiles"]
    return Distribution(mean=round(float(row[f"{name}_mean"]), 3), p50=p50, p95=p95, p99=p99)


def _to_point(span: Span, row: dict[str, Any] | None) -> SeriesPoint:
    if row is None:
        return SeriesPoint(span=span, cost_usd=Decimal(0), calls=0, errors=0, tokens=0)
    return SeriesPoint(
        span=span,
        cost_usd=row["cost_usd"],
        calls=row["calls"],
        errors=row["errors"],
        tokens=int(row["tokens"]),
    )
