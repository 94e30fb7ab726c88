"""Costs follow what an organization agreed, also those of calls that came before."""

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal

from application.budgets.keep_ledger import KeepLedger, Settling, Spent
from application.ports.clock import Clock
from application.ports.unit_of_work import UnitOfWork, UnitsOfWork
from application.pricing.price_lists import PriceLists
from domain.budget_book import BudgetBook
from domain.event import Event
from domain.money import EXACT
from domain.pricing.prices import Prices
from domain.recording import record_again
from domain.repricing import Repricing, RepricingPosition
from domain.reservation import canonical_id

BATCH = 500


class RepriceEvents:
    """Do one batch of the oldest repricing that is due; answer whether there was one.

    - Each batch is one transaction: a process that dies loses no work and does none twice.
    - Several processes share the work; no two do the same repricing at once.
    - Calls that the repricing does not concern keep their cost.
    - Budgets follow: what calls cost more or less is posted to the periods that they are in, and
      what was held for a call of unknown cost is given back as its cost is posted.

    Raises:
        Unavailable: nothing of this batch was stored.
    """

    def __init__(
        self,
        units_of_work: UnitsOfWork,
        price_lists: PriceLists,
        keep_ledger: KeepLedger,
        clock: Clock,
        *,
        batch: int = BATCH,
    ) -> None:
        self._units_of_work = units_of_work
        self._price_lists = price_lists
        self._keep_ledger = keep_ledger
        self._clock = clock
        self._batch = batch

    def __call__(self) -> bool:
        now, table = self._clock.now(), self._price_lists.table()
        with self._units_of_work() as uow:
            work = uow.repricings.claim_next(now)
            if work is None:
                return False
            prices = self._price_lists.of(uow, work.organization_id, table)
            book = self._keep_ledger.book(uow, work.organization_id)
            uow.repricings.update(work.organization_id, self._advance(uow, work, prices, book, now))
            uow.commit()
        return True

    def _advance(
        self, uow: UnitOfWork, work: Repricing, prices: Prices, book: BudgetBook, now: datetime
    ) -> Repricing:
        events = uow.events.to_reprice(
            work.organization_id, work.scope, after=work.position, limit=self._batch
        )
        changes = _changes(events, work, prices, now)
        uow.events.reprice(work.organization_id, [again for _, again in changes])
        spent = Spent(
            organization_id=work.organization_id,
            book=book,
            costs=_differences(changes),
            settling=list(_priced_at_last(changes)),
        )
        self._keep_ledger(uow, spent, now)
        if events:
            last = events[-1]
            position = RepricingPosition(timestamp=last.reported.timestamp, id=last.id)
            costs = [(before.cost, again.cost) for before, again in changes]
            work = work.advanced(position, len(events), costs)
        return work.finished(now) if len(events) < self._batch else work


def _changes(
    events: list[Event], work: Repricing, prices: Prices, now: datetime
) -> list[tuple[Event, Event]]:
    """Events before and after, of those whose cost becomes another one."""
    both = ((event, record_again(event, prices=prices, now=now)) for event in events)
    return [
        (before, again)
        for before, again in both
        if work.scope.concerns(before.cost, again.cost) and before.cost != again.cost
    ]


def _priced_at_last(changes: list[tuple[Event, Event]]) -> Iterator[Settling]:
    """Calls whose cost was unknown and is known now, where a reservation was made for them."""
    for before, again in changes:
        reservation_id = again.reported.reservation_id
        if reservation_id and before.cost.cost_usd is None:
            yield Settling(canonical_id(reservation_id), again)


def _differences(changes: list[tuple[Event, Event]]) -> list[tuple[Event, Decimal]]:
    """What each call costs more; an unknown cost was in no sum."""
    return [
        (
            again,
            EXACT.subtract(again.cost.cost_usd or Decimal(0), before.cost.cost_usd or Decimal(0)),
        )
        for before, again in changes
    ]
