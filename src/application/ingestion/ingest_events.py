"""Reported calls become stored, priced events."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from application.ports.clock import Clock
from application.ports.events import Fate
from application.ports.unit_of_work import UnitsOfWork
from application.pricing.price_lists import PriceLists
from domain.errors import Fault, Invalid
from domain.event import Event, ReportedEvent
from domain.pricing.prices import Prices
from domain.recording import record


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejection:
    """Why one event of a batch was refused; ``id`` is None where it could not be read."""

    id: str | None
    code: str
    fault: Fault


@dataclass(frozen=True, slots=True, kw_only=True)
class IngestEventsRequest:
    """``items`` are in the order they were sent; what a door could not read is a rejection."""

    organization_id: str
    api_key_id: str
    items: Sequence[ReportedEvent | Rejection]


@dataclass(frozen=True, slots=True, kw_only=True)
class IngestResult:
    """One outcome per item, in order; durable when this is returned."""

    outcomes: tuple[Fate | Rejection, ...]
    ids: tuple[str | None, ...]

    def count(self, fate: Fate) -> int:
        return sum(outcome is fate for outcome in self.outcomes)

    @property
    def rejected(self) -> int:
        return sum(isinstance(outcome, Rejection) for outcome in self.outcomes)


class IngestEvents:
    """Check, normalise, price and store events, and say what became of each.

    - One bad event never sinks the others.
    - Sending an event again changes nothing; the same id with other content is a conflict, and
      the first stands.
    - All accepted events of a request are stored together, or none is.

    Raises:
        Unavailable: nothing was stored.
    """

    def __init__(self, units_of_work: UnitsOfWork, price_lists: PriceLists, clock: Clock) -> None:
        self._units_of_work = units_of_work
        self._price_lists = price_lists
        self._clock = clock

    def __call__(self, request: IngestEventsRequest) -> IngestResult:
        now = self._clock.now()
        items = [_checked(item, now) for item in request.items]
        rejections = [item for item in items if isinstance(item, Rejection)]
        if len(rejections) == len(items):
            return _result(rejections, [])
        table = self._price_lists.table()
        with self._units_of_work() as uow:
            # The terms hold until the commit, so that no change of them misses an event.
            prices = self._price_lists.of(uow, request.organization_id, table)
            entries = [_recorded(request, item, now, prices) for item in items]
            events = [entry for entry in entries if isinstance(entry, Event)]
            fates = uow.events.append(request.organization_id, events)
            if events:
                uow.commit()
        return _result(entries, fates)


def _checked(item: ReportedEvent | Rejection, now: datetime) -> ReportedEvent | Rejection:
    if isinstance(item, Rejection):
        return item
    try:
        item.check(now)
    except Invalid as error:
        return _rejection(item, error)
    return item


def _recorded(
    request: IngestEventsRequest,
    item: ReportedEvent | Rejection,
    now: datetime,
    prices: Prices,
) -> Event | Rejection:
    if isinstance(item, Rejection):
        return item
    try:
        return record(
            item,
            organization_id=request.organization_id,
            api_key_id=request.api_key_id,
            received_at=now,
            prices=prices,
        )
    except Invalid as error:
        return _rejection(item, error)


def _rejection(item: ReportedEvent, error: Invalid) -> Rejection:
    return Rejection(id=item.id, code=error.code, fault=error.first_fault)


def _result(entries: Sequence[Event | Rejection], fates: Iterable[Fate]) -> IngestResult:
    of_events = iter(fates)
    return IngestResult(
        outcomes=tuple(next(of_events) if isinstance(entry, Event) else entry for entry in entries),
        ids=tuple(entry.id for entry in entries),
    )
