"""Rows of sums by bucket as the points of a chart."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from adapters.sql.usage_sources import TOKENS, UNPRICED
from adapters.sql.usage_sums import known_cost
from domain.period import Span
from domain.report import GroupSeries, SeriesPoint

Row = Mapping[str, Any]


def series_of(
    rows: Iterable[Row], names: Sequence[str], buckets: Sequence[Span], most: int
) -> list[GroupSeries]:
    """The groups in the order of their ``place``; one beyond ``most`` is of all others."""
    groups: dict[int, dict[int, Row]] = {}
    for row in rows:
        groups.setdefault(row["place"], {})[row["bucket"]] = row
    return [
        GroupSeries(
            _group(groups[number], names),
            tuple(points(buckets, groups[number])),
            is_overflow=number > most,
        )
        for number in sorted(groups)
    ]


def _group(rows: Mapping[int, Row], names: Sequence[str]) -> tuple[str | None, ...]:
    any_row = next(iter(rows.values()))
    return tuple(any_row[name] for name in names)


def points(buckets: Sequence[Span], rows: Mapping[int, Row]) -> list[SeriesPoint]:
    """``rows`` by number of their bucket, the first being 1."""
    return [_to_point(span, rows.get(number)) for number, span in enumerate(buckets, start=1)]


def _to_point(span: Span, row: Row | None) -> SeriesPoint:
    if row is None or not row["calls"]:
        return SeriesPoint(span=span, cost_usd=Decimal(0), calls=0, errors=0, tokens=0)
    return SeriesPoint(
        span=span,
        cost_usd=known_cost(row),
        calls=int(row["calls"]),
        errors=int(row["errors"]),
        tokens=int(row[TOKENS]),
        unpriced_calls=int(row[UNPRICED]),
    )
