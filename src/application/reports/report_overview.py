"""Where the money went, at one look: what the overview shows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from application.ports.clock import Clock
from application.ports.unit_of_work import UnitsOfWork
from application.reports.compare_costs import MODELS, CostComparison, compared
from application.reports.report_groups import GroupReport, report_of
from application.reports.report_series import MOST_SERIES
from application.reports.span_of_report import span_of_report
from domain.period import Interval, Span, buckets, interval_for, zone
from domain.report import (
    EventFilter,
    EventSelection,
    GroupBy,
    GroupSeries,
    Measures,
    SeriesPoint,
)
from domain.whole_series import whole_series


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportOverviewRequest:
    """``start`` and ``end`` are aware; ``by`` takes the series apart, unless it is empty."""

    organization_id: str
    by: GroupBy = ()
    start: datetime | None = None
    end: datetime | None = None
    timezone: str = "UTC"
    filter: EventFilter = EventFilter()


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """All of one moment: each part adds up to ``totals``, to the last digit.

    Durations are those of ``totals`` alone; ``previous``, providers and models go without.
    ``groups`` are the six costliest of the series' dimension, and all others as one.
    ``so_far`` is the part of the range that has passed, and ``before`` what it is compared with.
    """

    span: Span
    so_far: Span
    before: Span
    interval: Interval
    totals: Measures
    previous: Measures
    providers: GroupReport
    comparison: CostComparison
    series: tuple[SeriesPoint, ...]
    groups: tuple[GroupSeries, ...]


class ReportOverview:
    """Sum up an organization's usage over a range, beside the time before it.

    That is as much time just before as has passed of the range: two days of a month are not
    compared with a whole one.

    Raises:
        Invalid: the range or the time zone is not usable.
    """

    def __init__(self, units_of_work: UnitsOfWork, clock: Clock) -> None:
        self._units_of_work = units_of_work
        self._clock = clock

    def __call__(self, request: ReportOverviewRequest) -> Overview:
        tz = zone(request.timezone)
        now = self._clock.now()
        span = span_of_report(request.start, request.end, tz, now)
        so_far = span.until(now)
        interval = interval_for(span)
        pieces = buckets(span, interval, tz)
        asked, before = (_selection(request, each) for each in (span, so_far.before))
        groups: Sequence[GroupSeries] = ()
        with self._units_of_work(snapshot=True) as uow:
            reports = uow.usage_reports
            levels = reports.levels(asked, MODELS)
            levels_before = reports.levels(before, MODELS, with_durations=False)
            if request.by:
                groups = reports.series_of_groups(asked, request.by, pieces, most=MOST_SERIES)
                series = whole_series(groups, pieces)
            else:
                series = tuple(reports.series(asked, pieces))
        (of_all,), providers, models = levels
        (of_all_before,), _, models_before = levels_before
        return Overview(
            span=span,
            so_far=so_far,
            before=so_far.before,
            interval=interval,
            totals=of_all.measures,
            previous=of_all_before.measures,
            providers=report_of(span, request.timezone, providers),
            comparison=compared(
                report_of(span, request.timezone, models),
                report_of(so_far.before, request.timezone, models_before),
            ),
            series=series,
            groups=tuple(groups),
        )


def _selection(request: ReportOverviewRequest, span: Span) -> EventSelection:
    return EventSelection(organization_id=request.organization_id, span=span, filter=request.filter)
