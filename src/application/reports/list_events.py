"""The single calls behind a total."""

from dataclasses import dataclass

from application.ports.clock import Clock
from application.ports.events import EventPosition, Reach
from application.ports.unit_of_work import UnitsOfWork
from application.reports.report_request import ReportRequest
from domain.event import Event
from domain.money import plain
from domain.period import Span
from domain.report import EventSort


@dataclass(frozen=True, slots=True, kw_only=True)
class ListEventsRequest(ReportRequest):
    """``after`` is the position that the page before ended with.

    With ``Reach.FIRST`` a page that says that it is the last one may be without some calls.
    """

    sort: EventSort = EventSort.TIMESTAMP
    after: EventPosition | None = None
    limit: int = 50
    reach: Reach = Reach.ANY


@dataclass(frozen=True, slots=True, kw_only=True)
class EventPage:
    """``next`` is the position to go on from, None on the last page."""

    span: Span
    timezone: str
    events: tuple[Event, ...]
    next: EventPosition | None


class ListEvents:
    """List an organization's events, newest, costliest or slowest first.

    Raises:
        Invalid: the range or the time zone is not usable.
    """

    def __init__(self, units_of_work: UnitsOfWork, clock: Clock) -> None:
        self._units_of_work = units_of_work
        self._clock = clock

    def __call__(self, request: ListEventsRequest) -> EventPage:
        span = request.span(self._clock.now())
        selection = request.over(span)
        with self._units_of_work(snapshot=True) as uow:
            # One more than asked for tells whether there is another page.
            events = uow.events.page(
                selection,
                request.sort,
                after=request.after,
                limit=request.limit + 1,
                reach=request.reach,
            )
        shown = tuple(events[: request.limit])
        more = len(events) > request.limit
        return EventPage(
            span=span,
            timezone=request.timezone,
            events=shown,
            next=position_of(shown[-1], request.sort) if more else None,
        )


def position_of(event: Event, sort: EventSort) -> EventPosition:
    """Where a page that ends with ``event`` goes on."""
    value: str | None
    if sort is EventSort.TIMESTAMP:
        value = event.reported.timestamp.isoformat()
    elif sort is EventSort.COST:
        value = None if event.cost.cost_usd is None else plain(event.cost.cost_usd)
    else:
        latency = event.reported.latency_ms
        value = None if latency is None else str(latency)
    return EventPosition(value=value, id=event.id)
