"""Whether anything has changed since somebody looked."""

from dataclasses import dataclass

from application.ports.clock import Clock
from application.ports.unit_of_work import UnitsOfWork
from application.reports.report_request import ReportRequest
from domain.report import Tally


@dataclass(frozen=True, slots=True, kw_only=True)
class TallyUsageRequest(ReportRequest):
    """What a report was asked for; ``start`` and ``end`` are aware."""


class TallyUsage:
    """Tell what a report of the same range would add up to, and no more of it.

    Raises:
        Invalid: the range or the time zone is not usable.
    """

    def __init__(self, units_of_work: UnitsOfWork, clock: Clock) -> None:
        self._units_of_work = units_of_work
        self._clock = clock

    def __call__(self, request: TallyUsageRequest) -> Tally:
        span = request.span(self._clock.now())
        selection = request.over(span)
        with self._units_of_work.look() as uow:
            return uow.usage_reports.tally(selection)
