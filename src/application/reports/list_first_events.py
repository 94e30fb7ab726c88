"""The first calls of several lists: the costliest, say, and the slowest."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from application.ports.clock import Clock
from application.ports.events import Reach
from application.ports.unit_of_work import UnitsOfWork
from application.reports.report_request import ReportRequest
from domain.event import Event
from domain.report import EventSort


@dataclass(frozen=True, slots=True, kw_only=True)
class ListFirstEventsRequest(ReportRequest):
    """At most ``limit`` calls in each of the orders ``sorts``; fewer only if ``reach`` allows."""

    sorts: Sequence[EventSort]
    limit: int
    reach: Reach = Reach.ANY


class ListFirstEvents:
    """List the first of an organization's events in several orders, all of one moment.

    Raises:
        Invalid: the range or the time zone is not usable.
    """

    def __init__(self, units_of_work: UnitsOfWork, clock: Clock) -> None:
        self._units_of_work = units_of_work
        self._clock = clock

    def __call__(self, request: ListFirstEventsRequest) -> Mapping[EventSort, Sequence[Event]]:
        span = request.span(self._clock.now())
        selection = request.over(span)
        with self._units_of_work(snapshot=True) as uow:
            return uow.events.firsts(
                selection, request.sorts, limit=request.limit, reach=request.reach
            )
