"""Back through the single calls behind a total."""

from dataclasses import dataclass

from application.ports.clock import Clock
from application.ports.events import EventPosition
from application.ports.unit_of_work import UnitsOfWork
from application.reports.list_events import position_of
from application.reports.report_request import ReportRequest
from domain.report import EventSort


@dataclass(frozen=True, slots=True, kw_only=True)
class FindPageBeforeRequest(ReportRequest):
    """``before`` is the position of the first event of a page of ``limit``."""

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
        span = request.span(self._clock.now())
        selection = request.over(span)
        with self._units_of_work(snapshot=True) as uow:
            # One more than make the page is the last one of the page before that.
            ahead = uow.events.page_before(
                selection, request.sort, before=request.before, limit=request.limit + 1
            )
        return position_of(ahead[0], request.sort) if len(ahead) > request.limit else None
