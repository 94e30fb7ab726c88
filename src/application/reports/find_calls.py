"""A call by any name that somebody may have of it."""

from dataclasses import dataclass
from datetime import UTC, datetime

from application.ports.clock import Clock
from application.ports.unit_of_work import UnitsOfWork
from application.reports.span_of_report import span_of_report
from domain.event import Event
from domain.period import Span, zone
from domain.report import Dimension, EventFilter, EventSelection, EventSort

#: Calls of a trace or a session are found by its name, so that their time does not matter.
_EVER = Span(datetime(2000, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC))


@dataclass(frozen=True, slots=True, kw_only=True)
class FindCallsRequest:
    """``name`` is exact. In ``start`` to ``end`` the providers' request ids are looked for."""

    organization_id: str
    name: str
    start: datetime | None = None
    end: datetime | None = None
    timezone: str = "UTC"


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundCalls:
    """``event`` is the newest call of that name, None where there is none; ``by`` is what it names,
    None the call itself. ``span`` is the range that was asked for.
    """

    span: Span
    event: Event | None = None
    by: Dimension | None = None


class FindCalls:
    """Find what a name is the name of: a call, a trace, a session or a provider's request.

    The first of these that there is wins.

    Raises:
        Invalid: the range or the time zone is not usable.
    """

    def __init__(self, units_of_work: UnitsOfWork, clock: Clock) -> None:
        self._units_of_work = units_of_work
        self._clock = clock

    def __call__(self, request: FindCallsRequest) -> FoundCalls:
        span = span_of_report(request.start, request.end, zone(request.timezone), self._clock.now())
        # Request ids are on almost every call: an index for them would cost more than it brings.
        spans = {Dimension.TRACE: _EVER, Dimension.SESSION: _EVER, Dimension.REQUEST: span}
        with self._units_of_work(snapshot=True) as uow:
            event = uow.events.get(request.organization_id, request.name)
            if event is not None:
                return FoundCalls(event=event, by=None, span=span)
            for by, searched in spans.items():
                selection = EventSelection(
                    organization_id=request.organization_id,
                    span=searched,
                    filter=EventFilter({by: (request.name,)}),
                )
                for newest in uow.events.page(selection, EventSort.TIMESTAMP, limit=1):
                    return FoundCalls(event=newest, by=by, span=span)
        return FoundCalls(span=span)
