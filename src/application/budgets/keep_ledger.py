"""Calls are counted towards budgets in the transaction that stores them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from application.budgets.budget_books import BudgetBooks, KnownBook
from application.budgets.raise_alerts import RaiseAlerts
from application.ports.ledger import PeriodKey
from application.ports.unit_of_work import UnitOfWork
from domain.alert import Reached, is_watched, reached
from domain.budget import Budget
from domain.budget_book import BudgetBook, Posting
from domain.costing import CostSource
from domain.event import Event
from domain.money import EXACT
from domain.period import Span
from domain.report import EventSelection
from domain.reservation import Outcome, Reservation, SettlementNote
from domain.reserving import kept_for

Costs = Sequence[tuple[Event, Decimal]]


@dataclass(frozen=True, slots=True)
class Settling:
    """An event that names a reservation; ``is_merged`` where it tells of a call stored before."""

    reservation_id: str
    event: Event
    is_merged: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """What an organization's calls cost that this unit of work has stored.

    ``settling`` are the events that name reservations, in order.
    """

    organization_id: str
    book: BudgetBook
    costs: Costs
    settling: Sequence[Settling] = ()


class KeepLedger:
    """Part of other use cases: posts costs, settles reservations, raises alerts.

    - Every budget that a call falls under counts it, in the period of the call's time.
    - Thresholds are claimed by the transaction that crosses them, lowest first.
    - The event counts, whatever becomes of the reservation that it names.
    - What was held for a call whose cost is unknown is held on, until its period ends or the call
      gets a price.
    """

    def __init__(self, books: BudgetBooks, raise_alerts: RaiseAlerts) -> None:
        self._books = books
        self._raise_alerts = raise_alerts

    def book(self, uow: UnitOfWork, organization_id: str) -> BudgetBook:
        """All budgets, held: to be asked for before the calls are stored."""
        return self._books.of(uow, organization_id)

    def last_known_book(self, organization_id: str) -> KnownBook | None:
        """All budgets as they were when last asked for, which may be others by now."""
        return self._books.last_known(organization_id)

    def __call__(self, uow: UnitOfWork, spent: Spent, now: datetime) -> dict[str, SettlementNote]:
        """Why events settled no reservation, by the events' ids."""
        postings = spent.book.postings(spent.costs)
        if not postings and not spent.settling:
            return {}
        ids = {each.reservation_id for each in spent.settling}
        named = {each.id: each for each in uow.reservations.find(spent.organization_id, ids)}
        held = {
            (hold.budget_id, hold.period_start) for each in named.values() for hold in each.holds
        }
        posted = uow.ledger.post(spent.organization_id, postings, also=held)
        self._raise_alerts(uow, _reached(uow, postings, posted, now), now)
        notes = (
            (each.event.id, _settle(uow, spent, each, named.get(each.reservation_id), now))
            for each in spent.settling
        )
        return {event_id: note for event_id, note in notes if note is not None}

    def open(self, uow: UnitOfWork, budget: Budget, period: Span, now: datetime) -> Decimal:
        """Open a period with all that was spent in it, and alert of that; what it is.

        Calls that are stored meanwhile find the period open, or open it themselves, and are added.
        """
        total = uow.ledger.open(
            budget.organization_id, budget.id, period, spent_in(uow, budget, period), Decimal(0)
        )
        self._raise_alerts(uow, reached(budget, period, Decimal(0), total), now)
        return total


@dataclass(frozen=True, slots=True)
class _Unopened:
    """A budget's period that is not open yet, and what calls add to it."""

    budget: Budget
    period: Span
    amount_usd: Decimal

    def opened(self, uow: UnitOfWork, now: datetime) -> list[Reached]:
        """What it has reached, once it is open."""
        budget, period, amount = self.budget, self.period, self.amount_usd
        spent = spent_in(uow, budget, period)
        total = uow.ledger.open(budget.organization_id, budget.id, period, spent, amount)
        # In a period in progress all that was spent alerts; of one that is over, nobody wants to
        # hear what it had reached before there was this budget, or this version of it.
        before = EXACT.subtract(total, amount) if period.end <= now else Decimal(0)
        return reached(budget, period, before, total)


def _in_order(each: _Unopened | Reached) -> PeriodKey:
    return each.budget.id, each.period.start


def _reached(
    uow: UnitOfWork,
    postings: Sequence[Posting],
    spent_usd: Mapping[PeriodKey, Decimal],
    now: datetime,
) -> list[Reached]:
    """By budget and period. ``spent_usd`` is of the periods that are open."""
    found: list[Reached] = []
    unopened: list[_Unopened] = []
    for posting in postings:
        period, amount = posting.period, posting.amount_usd
        for budget in posting.budgets:
            total = spent_usd.get((budget.id, period.start))
            if total is not None:
                found += reached(budget, period, EXACT.subtract(total, amount), total)
            elif is_watched(period, now):
                unopened.append(_Unopened(budget, period, amount))
    for each in sorted(unopened, key=_in_order):
        found += each.opened(uow, now)
    return sorted(found, key=_in_order)


def _settle(
    uow: UnitOfWork,
    spent: Spent,
    settling: Settling,
    reservation: Reservation | None,
    now: datetime,
) -> SettlementNote | None:
    """Why it was not settled; only the first event of several settles it."""
    if reservation is None:
        return SettlementNote.UNKNOWN
    event, note = settling.event, reservation.note(now)
    if note is None:
        kept = kept_for(_counted(uow, settling), reservation, spent.book, now)
        settled = reservation.closed(Outcome.SETTLED, now, event.id, kept=kept)
        if not uow.reservations.close(reservation.organization_id, settled):
            # Somebody ended it since it was read, before its periods were locked.
            (ended,) = uow.reservations.find(reservation.organization_id, [reservation.id])
            note = ended.note(now)
    elif reservation.event_id == event.id and event.cost.cost_usd is not None:
        uow.reservations.give_back(spent.organization_id, reservation.id)
    return note


def _counted(uow: UnitOfWork, settling: Settling) -> Event:
    """The event whose cost is in the sums."""
    event = settling.event
    # A report that is merged has the tokens of the first: at our prices, both cost the same.
    if not settling.is_merged or event.cost.source is CostSource.COMPUTED:
        return event
    return uow.events.get(event.organization_id, event.id) or event


def spent_in(uow: UnitOfWork, budget: Budget, period: Span) -> Decimal:
    """The exact spend on the budget's scope, from the stored calls."""
    selection = EventSelection(
        organization_id=budget.organization_id, span=period, filter=budget.terms.scope.as_filter
    )
    return uow.usage_reports.spent(selection)
