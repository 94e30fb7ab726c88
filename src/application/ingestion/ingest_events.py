"""Reported calls become stored, priced events."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from types import MappingProxyType

from application.budgets.keep_ledger import KeepLedger, Settling, Spent
from application.budgets.learn_model_answers import LearnModelAnswers
from application.ports.clock import Clock
from application.ports.events import Fate
from application.ports.ingestion_meter import IngestionMeter, Step
from application.ports.unit_of_work import UnitsOfWork
from application.pricing.price_lists import PriceLists
from application.together import Together
from domain.budget_book import BudgetBook
from domain.errors import Fault, Invalid
from domain.event import Event, ReportedEvent
from domain.pricing.prices import Prices
from domain.recording import record
from domain.reservation import SettlementNote, canonical_id

#: Requests of more events than this have a transaction of their own: nobody waits for them.
MOST_TOGETHER = 20
REJECTED = "rejected"


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


@dataclass(frozen=True, kw_only=True)
class IngestResult:
    """One outcome per item, in order; durable when this is returned."""

    outcomes: tuple[Fate | Rejection, ...]
    ids: tuple[str | None, ...]
    #: Why accepted events settled no reservation, by their place.
    notes: Mapping[int, SettlementNote] = field(default_factory=dict)

    @cached_property
    def by_outcome(self) -> Mapping[str, int]:
        """How many met which fate, or were ``rejected``; merged ones are told apart."""
        return Counter(
            REJECTED if isinstance(outcome, Rejection) else outcome.value
            for outcome in self.outcomes
        )

    def count(self, fate: Fate) -> int:
        return self.by_outcome.get(fate, 0)

    @property
    def rejected(self) -> int:
        return self.by_outcome.get(REJECTED, 0)


class IngestEvents:
    """Check, normalise, price and store events, and say what became of each.

    - One bad event never sinks the others.
    - Sending an event again changes nothing; the same id with other content is a conflict, and
      the first stands.
    - All accepted events of a request are stored together, or none is.
    - Small requests that come at once share a transaction; each is answered after its commit.
    - Budgets count the events, and reservations are settled, in that transaction.

    Raises:
        Unavailable: nothing was stored.
    """

    def __init__(
        self,
        units_of_work: UnitsOfWork,
        price_lists: PriceLists,
        keep_ledger: KeepLedger,
        learn_model_answers: LearnModelAnswers,
        clock: Clock,
        meter: IngestionMeter,
    ) -> None:
        self._units_of_work = units_of_work
        self._price_lists = price_lists
        self._keep_ledger = keep_ledger
        self._learn_model_answers = learn_model_answers
        self._clock = clock
        self._meter = meter
        self._store_together = Together(self._store, owner=_organization)

    def __call__(self, request: IngestEventsRequest) -> IngestResult:
        result = self._ingested(request)
        self._meter.count(result.by_outcome)
        return result

    def _ingested(self, request: IngestEventsRequest) -> IngestResult:
        now = self._clock.now()
        items = [_checked(item, now) for item in request.items]
        rejections = [item for item in items if isinstance(item, Rejection)]
        if len(rejections) == len(items):
            return _result(rejections, [])
        checked = _Checked(request, items, now)
        if len(items) > MOST_TOGETHER:
            return self._store([checked])[0]
        return self._store_together(checked)

    def _store(self, requests: Sequence["_Checked"]) -> list[IngestResult]:
        """Several requests of one organization in one transaction."""
        table = self._price_lists.table()
        organization_id = requests[0].request.organization_id
        with self._units_of_work() as uow:
            # The terms hold until the commit, so that no change of them misses an event.
            prices = self._price_lists.of(uow, organization_id, table)
            book = self._keep_ledger.book(uow, organization_id)
            with self._meter.timed(Step.PRICE):
                entries = [checked.recorded(prices) for checked in requests]
            with self._meter.timed(Step.WRITE):
                fates = uow.events.append(organization_id, _events_in(entries))
            stored = _Stored(entries, fates, organization_id, book)
            with self._meter.timed(Step.BUDGETS):
                # Last of all, because others wait for these sums until the commit.
                notes = self._keep_ledger(uow, stored.spent, requests[0].now)
            if fates:
                with self._meter.timed(Step.COMMIT):
                    uow.commit()
        self._learn_model_answers(organization_id, book, _events_in(entries))
        return list(stored.results(notes))


@dataclass(frozen=True, slots=True, eq=False)
class _Checked:
    """A request whose events may be stored, but for those that are refused already."""

    request: IngestEventsRequest
    items: Sequence[ReportedEvent | Rejection]
    now: datetime

    def recorded(self, prices: Prices) -> list[Event | Rejection]:
        return [_recorded(self.request, item, self.now, prices) for item in self.items]


@dataclass(frozen=True, slots=True)
class _Stored:
    """An organization's events of one transaction, and what became of them."""

    entries: Sequence[Sequence[Event | Rejection]]
    fates: Sequence[Fate]
    organization_id: str
    book: BudgetBook

    @property
    def spent(self) -> Spent:
        """A call that is merged into another costs nothing more, and settles what it names."""
        told = list(zip(_events_in(self.entries), self.fates, strict=True))
        new = [event for event, fate in told if fate is Fate.ACCEPTED]
        return Spent(
            organization_id=self.organization_id,
            book=self.book,
            costs=[(event, event.cost.cost_usd) for event in new if event.cost.cost_usd],
            settling=[
                Settling(canonical_id(event.reported.reservation_id), event, fate is Fate.MERGED)
                for event, fate in told
                if fate in (Fate.ACCEPTED, Fate.MERGED) and event.reported.reservation_id
            ],
        )

    def results(self, notes: Mapping[str, SettlementNote]) -> Iterator[IngestResult]:
        """Of each request, in order."""
        fates = iter(self.fates)
        for recorded in self.entries:
            yield _result(recorded, fates, notes)


def _organization(checked: "_Checked") -> str:
    return checked.request.organization_id


def _events_in(entries: Iterable[Sequence[Event | Rejection]]) -> list[Event]:
    return [entry for each in entries for entry in each if isinstance(entry, Event)]


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


def _result(
    entries: Sequence[Event | Rejection],
    fates: Iterable[Fate],
    notes: Mapping[str, SettlementNote] = MappingProxyType({}),
) -> IngestResult:
    of_events = iter(fates)
    outcomes = tuple(next(of_events) if isinstance(entry, Event) else entry for entry in entries)
    return IngestResult(
        outcomes=outcomes,
        ids=tuple(entry.id for entry in entries),
        notes={
            index: notes[entry.id]
            for index, entry in enumerate(entries if notes else ())
            if isinstance(entry, Event) and outcomes[index] is Fate.ACCEPTED and entry.id in notes
        },
    )
