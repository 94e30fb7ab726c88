"""Reported calls become stored, priced events."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from application.ports.clock import Clock
from application.ports.events import Fate
from application.ports.pricing_tables import PricingTables
from application.ports.unit_of_work import UnitsOfWork
from domain.errors import Fault, Invalid
from domain.event import Event, ReportedEvent
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

    def __init__(
        self, units_of_work: UnitsOfWork, pricing_tables: PricingTables, clock: Clock
    ) -> None:
        self._units_of_work = units_of_work
        self._pricing_tables = pricing_tables
        self._clock = clock

    def __call__(self, request: IngestEventsRequest) -> IngestResult:
        now = self._clock.now()
        recorded = [self._record(request, item, now) for item in request.items]
        events = [entry for entry in recorded if isinstance(entry, Event)]
        fates = iter(self._store(request.organization_id, events))
        return IngestResult(
            outcomes=tuple(
                next(fates) if isinstance(entry, Event) else entry for entry in recorded
            ),
            ids=tuple(entry.id for entry in recorded),
        )

    def _record(
        self, request: IngestEventsRequest, item: ReportedEvent | Rejection, now: datetime
    ) -> Event | Rejection:
        if isinstance(item, Rejection):
            return item
        try:
            item.check(now)
            return record(
                item,
                organization_id=request.organization_id,
                api_key_id=request.api_key_id,
                received_at=now,
                prices=self._pricing_tables.current(),
            )
        except Invalid as error:
            return Rejection(id=item.id, code=error.code, fault=error.first_fault)

    def _store(self, organization_id: str, events: Sequence[Event]) -> list[Fate]:
        if not events:
            return []
        with self._units_of_work() as uow:
            fates = uow.events.append(organization_id, events)
            uow.commit()
        return fates
