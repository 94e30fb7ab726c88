"""Two views of usage for charts and comparisons: cost over time by a dimension, what changed."""

from typing import Any

from application.reports.compare_costs import CompareCosts, CompareCostsRequest
from application.reports.report_series import ReportSeries, ReportSeriesRequest
from domain.report import Dimension, GroupBy, GroupSeries
from entrypoints.http.schemas.measures import SeriesPointSchema
from entrypoints.http.schemas.series import (
    ChangeRowSchema,
    ChangesSchema,
    SeriesSchema,
    VolumeSchema,
)
from entrypoints.http.schemas.usage import read_group_by

#: A model's name says little without its provider.
_MODELS: GroupBy = (Dimension.PROVIDER, Dimension.MODEL)
_BY: dict[str, GroupBy] = {"provider": (Dimension.PROVIDER,), "model": _MODELS}
_VOLUME = dict.fromkeys(VolumeSchema().fields)
#: By view, a row without values, for the names of its columns.
BLANK_ROWS: dict[str, dict[str, Any]] = {
    "series": dict.fromkeys(
        ("start", "end", "group", "overflow", "cost_usd", "calls", "errors", "tokens")
    ),
    "changes": dict.fromkeys(ChangeRowSchema().fields) | {"before": _VOLUME, "after": _VOLUME},
}


def series_document(
    run: ReportSeries, asked: dict[str, Any], group_by: str | None
) -> dict[str, Any]:
    """The view ``series``; by provider where nothing is said. Raises ``Invalid``."""
    named = group_by or "provider"
    by = _BY.get(named) or (read_group_by(named),)
    found = run(ReportSeriesRequest(**asked, by=by))
    fields = ("span", "timezone", "interval")
    shown = {"view": "series", "group_by": named, **{name: getattr(found, name) for name in fields}}
    rows = [
        _row(series, number, by) for number in _buckets(found.series) for series in found.series
    ]
    document: dict[str, Any] = SeriesSchema(exclude=("data",)).dump(shown)
    return document | {"data": rows}


def changes_document(run: CompareCosts, asked: dict[str, Any]) -> dict[str, Any]:
    """The view ``changes``. Raises ``Invalid``."""
    found = run(CompareCostsRequest(**asked))
    rows = [
        {
            "provider": mover.key[0],
            "model": mover.key[1],
            **{
                name: getattr(mover, name)
                for name in ("difference_usd", "cause", "before", "after")
            },
        }
        for mover in found.moved
    ]
    shown = {
        "view": "changes",
        "span": found.now.span,
        "timezone": found.now.timezone,
        "previous": found.before.span,
        "change": found.change,
        "data": rows,
    }
    document: dict[str, Any] = ChangesSchema().dump(shown)
    return document


def _buckets(series: tuple[GroupSeries, ...]) -> range:
    return range(len(series[0].points) if series else 0)


def _row(series: GroupSeries, number: int, by: GroupBy) -> dict[str, Any]:
    group = (None,) * len(by) if series.is_overflow else series.group
    named = {"provider": group[0]} if by == _MODELS else {}
    point: dict[str, Any] = SeriesPointSchema().dump(series.points[number])
    times = {name: point.pop(name) for name in ("start", "end")}
    return times | named | {"group": group[-1], "overflow": series.is_overflow} | point
