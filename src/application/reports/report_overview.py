"""Where the money went, at one look: what the overview shows."""

from collections.abc import Sequence
from dataclasses import dataclass

from application.ports.clock import Clock
from application.ports.unit_of_work import UnitsOfWork
from application.ports.usage_reports import UsageReports
from application.reports.compare_costs import MODELS, CostComparison, compared
from application.reports.report_groups import GroupReport, report_of
from application.reports.report_request import ComparedRequest
from application.reports.report_series import MOST_SERIES
from domain.period import Interval, Span, buckets, interval_for, zone
from domain.report import (
    GroupBy,
    GroupSeries,
    Measures,
    SeriesPoint,
)
from domain.whole_series import whole_series


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportOverviewRequest(ComparedRequest):
    """``start`` and ``end`` are aware; ``by`` takes the series apart, unless it is empty."""

    by: GroupBy = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """What a range is compared with: a span of time, its totals, and what changed since by model.

    Without durations.
    """

    span: Span
    totals: Measures
    comparison: CostComparison


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """All of one moment: each part adds up to ``totals``, to the last digit.

    Durations are those of ``totals`` alone; providers and models go without.
    ``groups`` are the six costliest of the series' dimension, and all others as one.
    ``so_far`` is the part of the range that has passed; ``past`` is None unless asked for.
    """

    span: Span
    so_far: Span
    interval: Interval
    totals: Measures
    past: Past | None
    providers: GroupReport
    models: GroupReport
    series: tuple[SeriesPoint, ...]
    groups: tuple[GroupSeries, ...]


class ReportOverview:
    """Sum up an organization's usage over a range, beside the time before it.

    That is as much time just before as has passed of the range, unless another span is asked for:
    two days of a month are not compared with a whole one.

    Raises:
        Invalid: the range or the time zone is not usable.
    """

    def __init__(self, units_of_work: UnitsOfWork, clock: Clock) -> None:
        self._units_of_work = units_of_work
        self._clock = clock

    def __call__(self, request: ReportOverviewRequest) -> Overview:
        tz = zone(request.timezone)
        now = self._clock.now()
        span = request.span(now)
        before = request.span_before(span, now)
        interval = interval_for(span)
        pieces = buckets(span, interval, tz)
        asked = request.over(span)
        groups: Sequence[GroupSeries] = ()
        with self._units_of_work.report() as uow:
            reports = uow.usage_reports
            (of_all,), providers, models = reports.levels(asked, MODELS)
            if request.by:
                groups = reports.series_of_groups(asked, request.by, pieces, most=MOST_SERIES)
                series = whole_series(groups, pieces)
            else:
                series = tuple(reports.series(asked, pieces))
            models_now = report_of(span, request.timezone, models)
            past = _past(reports, request, before, models_now) if before else None
        return Overview(
            span=span,
            so_far=span.until(now),
            interval=interval,
            totals=of_all.measures,
            past=past,
            providers=report_of(span, request.timezone, providers),
            models=models_now,
            series=series,
            groups=tuple(groups),
        )


def _past(
    reports: UsageReports, request: ReportOverviewRequest, span: Span, models_now: GroupReport
) -> Past:
    (of_all,), _, models = reports.levels(request.over(span), MODELS, with_durations=False)
    comparison = compared(models_now, report_of(span, request.timezone, models))
    return Past(span=span, totals=of_all.measures, comparison=comparison)
