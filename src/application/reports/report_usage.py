"""What was spent in a span of time, and when."""

from dataclasses import dataclass
from datetime import datetime

from application.ports.clock import Clock
from application.ports.unit_of_work import UnitsOfWork
from application.reports.span_of_report import span_of_report
from domain.period import Interval, Span, buckets, interval_for, zone
from domain.report import EventFilter, EventSelection, Measures, SeriesPoint


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportUsageRequest:
    """``start`` and ``end`` are aware; ``interval`` None takes what suits the range."""

    organization_id: str
    start: datetime | None = None
    end: datetime | None = None
    timezone: str = "UTC"
    interval: Interval | None = None
    filter: EventFilter = EventFilter()


@dataclass(frozen=True, slots=True, kw_only=True)
class UsageOverview:
    """Totals, the totals of as much time just before, and one point per local interval.

    The points sum up to the total, to the last digit, in every time zone.
    """

    span: Span
    timezone: str
    interval: Interval
    totals: Measures
    previous: Measures
    series: tuple[SeriesPoint, ...]


class ReportUsage:
    """Sum up an organization's usage over a range, with the range before and a series.

    Raises:
        Invalid: the range, the time zone or the interval is not usable.
    """

    def __init__(self, units_of_work: UnitsOfWork, clock: Clock) -> None:
        self._units_of_work = units_of_work
        self._clock = clock

    def __call__(self, request: ReportUsageRequest) -> UsageOverview:
        tz = zone(request.timezone)
        span = span_of_report(request.start, request.end, tz, self._clock.now())
        interval = request.interval or interval_for(span)
        pieces = buckets(span, interval, tz)
        selection = EventSelection(
            organization_id=request.organization_id, span=span, filter=request.filter
        )
        before = EventSelection(
            organization_id=request.organization_id, span=span.before, filter=request.filter
        )
        with self._units_of_work(snapshot=True) as uow:
            return UsageOverview(
                span=span,
                timezone=request.timezone,
                interval=interval,
                totals=uow.usage_reports.measures(selection),
                previous=uow.usage_reports.measures(before),
                series=tuple(uow.usage_reports.series(selection, pieces)),
            )
