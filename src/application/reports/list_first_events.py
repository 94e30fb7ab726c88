"""The first calls of several lists: the costliest, say, and the slowest."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from application.ports.clock import Clock
from application.ports.unit_of_work import UnitsOfWork
from application.reports.span_of_report import span_of_report
from domain.event import Event
from domain.period import zone
from domain.report import EventFilter, EventSelection, EventSort


@dataclass(frozen=True, slots=True, kw_only=True)
class ListFirstEventsRequest:
    """At most ``limit`` calls in each of the orders ``sorts``."""

    organization_id: str
    sorts: Sequence[EventSort]
    limit: int
    start: datetime | None = None
    end: datetime | None = None
    timezone: str = "UTC"
    filter: EventFilter = EventFilter()


class ListFirstEvents:
    """List the first of an organization's events in several orders, all of one moment.

    Raises:
        Invalid: the range or the time zone is not usable.
    """

    def __init__(self, units_of_work: UnitsOfWork, clock: Clock) -> None:
        self._units_of_work = units_of_work
        self._clock = clock

    def __call__(self, request: ListFirstEventsRequest) -> Mapping[EventSort, Sequence[Event]]:
        span = span_of_report(request.start, request.end, zone(request.timezone), self._clock.now())
        selection = EventSelection(
            organization_id=request.organization_id, span=span, filter=request.filter
        )
        with self._units_of_work(snapshot=True) as uow:
            return uow.events.firsts(selection, request.sorts, limit=request.limit)
