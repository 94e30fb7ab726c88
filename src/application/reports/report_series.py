"""When the money went to what: cost over time, taken apart by a dimension."""

from dataclasses import dataclass

from application.ports.clock import Clock
from application.ports.unit_of_work import UnitsOfWork
from application.reports.report_request import ReportRequest
from domain.period import Interval, Span, buckets, interval_for, zone
from domain.report import GroupBy, GroupSeries

#: More colours than these nobody tells apart.
MOST_SERIES = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportSeriesRequest(ReportRequest):
    """``start`` and ``end`` are aware; ``interval`` None takes what suits the range."""

    by: GroupBy
    interval: Interval | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriesReport:
    """The six costliest groups in order, and all others as one; none without calls.

    Together they are the series of the overview, to the last digit.
    """

    span: Span
    timezone: str
    interval: Interval
    series: tuple[GroupSeries, ...]


class ReportSeries:
    """Sum up an organization's usage over time for the costliest values of a dimension.

    Raises:
        Invalid: the range, the time zone or the interval is not usable.
    """

    def __init__(self, units_of_work: UnitsOfWork, clock: Clock) -> None:
        self._units_of_work = units_of_work
        self._clock = clock

    def __call__(self, request: ReportSeriesRequest) -> SeriesReport:
        tz = zone(request.timezone)
        span = request.span(self._clock.now())
        interval = request.interval or interval_for(span)
        pieces = buckets(span, interval, tz)
        selection = request.over(span)
        with self._units_of_work.report() as uow:
            found = uow.usage_reports.series_of_groups(
                selection, request.by, pieces, most=MOST_SERIES
            )
        return SeriesReport(
            span=span, timezone=request.timezone, interval=interval, series=tuple(found)
        )
