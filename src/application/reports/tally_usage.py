"""Whether anything has changed since somebody looked."""

from dataclasses import dataclass
from datetime import datetime

from application.ports.clock import Clock
from application.ports.unit_of_work import UnitsOfWork
from application.reports.span_of_report import span_of_report
from domain.period import zone
from domain.report import EventFilter, EventSelection, Tally


@dataclass(frozen=True, slots=True, kw_only=True)
class TallyUsageRequest:
    """What a report was asked for; ``start`` and ``end`` are aware."""

    organization_id: str
    start: datetime | None = None
    end: datetime | None = None
    timezone: str = "UTC"
    filter: EventFilter = EventFilter()


class TallyUsage:
    """Tell what a report of the same range would add up to, and no more of it.

    Raises:
        Invalid: the range or the time zone is not usable.
    """

    def __init__(self, units_of_work: UnitsOfWork, clock: Clock) -> None:
        self._units_of_work = units_of_work
        self._clock = clock

    def __call__(self, request: TallyUsageRequest) -> Tally:
        span = span_of_report(request.start, request.end, zone(request.timezone), self._clock.now())
        selection = EventSelection(
            organization_id=request.organization_id, span=span, filter=request.filter
        )
        with self._units_of_work.look() as uow:
            return uow.usage_reports.tally(selection)
