"""When the money went to what: cost over time, taken apart by a dimension."""

from dataclasses import dataclass
from datetime import datetime

from application.ports.clock import Clock
from application.ports.unit_of_work import UnitsOfWork
from application.reports.span_of_report import span_of_report
from domain.period import Interval, Span, buckets, interval_for, zone
from domain.report import EventFilter, EventSelection, GroupBy, GroupSeries

#: More colours than these nobody tells apart.
MOST_SERIES = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportSeriesRequest:
    """``start`` and ``end`` are aware; ``interval`` None takes what suits the range."""

    organization_id: str
    by: GroupBy
    start: datetime | None = None
    end: datetime | None = None
    timezone: str = "UTC"
    interval: Interval | None = None
    filter: EventFilter = EventFilter()


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
        span = span_of_report(request.start, request.end, tz, self._clock.now())
        interval = request.interval or interval_for(span)
        pieces = buckets(span, interval, tz)
        selection = EventSelection(
            organization_id=request.organization_id, span=span, filter=request.filter
        )
        with self._units_of_work(snapshot=True) as uow:
            found = uow.usage_reports.series_of_groups(
                selection, request.by, pieces, most=MOST_SERIES
            )
        return SeriesReport(
            span=span, timezone=request.timezone, interval=interval, series=tuple(found)
        )
