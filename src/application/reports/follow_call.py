"""What happened around a call: its trace, or the session that it was made in."""

from dataclasses import dataclass
from datetime import timedelta

from application.ports.unit_of_work import UnitOfWork, UnitsOfWork
from domain.event import Event
from domain.period import Span
from domain.report import Dimension, EventFilter, EventSelection, Measures

#: Some programs give one name to all of their sessions: no more than this is added up.
REACH = timedelta(days=7)


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowCallRequest:
    """``limit`` is how many calls are shown before and after it, each."""

    event: Event
    limit: int = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Trail:
    """The calls that share a trace or a session (``by``) called ``name`` with ``event``.

    ``before`` and ``after`` are next to it in time, in order; ``totals`` are of all calls of
    ``span``.
    """

    by: Dimension
    name: str
    span: Span
    before: tuple[Event, ...]
    event: Event
    after: tuple[Event, ...]
    totals: Measures

    @property
    def events(self) -> tuple[Event, ...]:
        """What is shown, in order."""
        return *self.before, self.event, *self.after


class FollowCall:
    """Show the calls around one, within a week of it.

    Its trace, which is closer; its session where the trace has no other call or is not told. None
    where it is the only call of both.
    """

    def __init__(self, units_of_work: UnitsOfWork) -> None:
        self._units_of_work = units_of_work

    def __call__(self, request: FollowCallRequest) -> Trail | None:
        reported = request.event.reported
        named = ((Dimension.TRACE, reported.trace_id), (Dimension.SESSION, reported.session))
        with self._units_of_work(snapshot=True) as uow:
            for by, name in named:
                trail = _trail(uow, request, by, name) if name else None
                if trail is not None:
                    return trail
        return None


def _trail(uow: UnitOfWork, request: FollowCallRequest, by: Dimension, name: str) -> Trail | None:
    event = request.event
    here = event.reported.timestamp
    selection = EventSelection(
        organization_id=event.organization_id,
        span=Span(here - REACH, here + REACH),
        filter=EventFilter({by: (name,)}),
    )
    before, after = uow.events.around(selection, event, limit=request.limit)
    if not before and not after:
        return None
    return Trail(
        by=by,
        name=name,
        span=selection.span,
        before=tuple(before),
        event=event,
        after=tuple(after),
        totals=uow.usage_reports.measures(selection),
    )
