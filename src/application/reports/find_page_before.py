"""Back through the single calls behind a total."""

from dataclasses import dataclass
from datetime import datetime

from application.ports.clock import Clock
from application.ports.events import EventPosition
from application.ports.unit_of_work import UnitsOfWork
from application.reports.list_events import position_of
from application.reports.span_of_report import span_of_report
from domain.period import zone
from domain.report import EventFilter, EventSelection, EventSort


@dataclass(frozen=True, slots=True, kw_only=True)
class FindPageBeforeRequest:
    """``before`` is the position of the first event of a page of ``limit``."""

    organization_id: str
    start: datetime | None = None
    end: datetime | None = None
    timezone: str = "UTC"
    filter: EventFilter = EventFilter()
    sort: EventSort = EventSort.TIMESTAMP
    before: EventPosition
    limit: int = 50


class FindPageBefore:
    """Find the position that the page before goes on from, None for the first page.

    That page ends where the other one begins. Where fewer events are ahead than make a page, it is
    the first one, which is always full.

    Raises:
        Invalid: the range or the time zone is not usable.
    """

    def __init__(self, units_of_work: UnitsOfWork, clock: Clock) -> None:
        self._units_of_work = units_of_work
        self._clock = clock

    def __call__(self, request: FindPageBeforeRequest) -> EventPosition | None:
        span = span_of_report(request.start, request.end, zone(request.timezone), self._clock.now())
        selection = EventSelection(
            organization_id=request.organization_id, span=span, filter=request.filter
        )
        with self._units_of_work(snapshot=True) as uow:
            # One more than make the page is the last one of the page before that.
            ahead = uow.events.page_before(
                selection, request.sort, before=request.before, limit=request.limit + 1
            )
        return position_of(ahead[0], request.sort) if len(ahead) > request.limit else None
