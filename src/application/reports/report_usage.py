"""What was spent in a span of time, and when."""

from dataclasses import dataclass

from application.ports.clock import Clock
from application.ports.unit_of_work import UnitsOfWork
from application.reports.report_request import ReportRequest
from domain.period import Interval, Span, buckets, interval_for, zone
from domain.report import Measures, SeriesPoint


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportUsageRequest(ReportRequest):
    """``start`` and ``end`` are aware; ``interval`` None takes what suits the range."""

    interval: Interval | None = None


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
        span = request.span(self._clock.now())
        interval = request.interval or interval_for(span)
        pieces = buckets(span, interval, tz)
        selection = request.over(span)
        before = request.over(span.before)
        with self._units_of_work.report() as uow:
            return UsageOverview(
                span=span,
                timezone=request.timezone,
                interval=interval,
                totals=uow.usage_reports.measures(selection),
                previous=uow.usage_reports.measures(before),
                series=tuple(uow.usage_reports.series(selection, pieces)),
            )
