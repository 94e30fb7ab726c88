"""A program sets money aside for a call that it is about to make."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from application.budgets.keep_ledger import KeepLedger
from application.budgets.reserve_in_one_step import ReserveInOneStep
from application.budgets.reserve_request import ReserveRequest
from application.ports.clock import Clock
from application.ports.identifiers import Identifiers
from application.ports.ledger import Held, PeriodKey
from application.ports.unit_of_work import UnitOfWork, UnitsOfWork
from application.pricing.price_lists import PriceLists
from application.together import Together
from domain.pricing.prices import Prices
from domain.pricing.pricing_table import PricingTable
from domain.reservation import SHORTEST_EXPIRY, BudgetExceeded, Reservation
from domain.reserving import Place, Reserved, take
from domain.spending import Spending


@dataclass(frozen=True, slots=True)
class _Asked:
    """A reservation that is asked for, and where it is to hold something."""

    request: ReserveRequest
    places: Sequence[Place]


class Reserve:
    """Take an estimate of every budget that blocks and that the call falls under, or of none.

    - Reserved is what leaves ``spent + reserved + estimate <= limit`` true in every budget, in
      each period from now until it expires; budgets that only alert are not asked.
    - It holds until the event that names it is stored, it is given back, or it expires; until the
      period ends where that event has no known cost. So a limit is exceeded by what calls cost
      above their estimates, and by calls without a reservation.
    - A model without a price follows each budget's own policy.
    - Reservations that are asked for at once share a transaction, first come, first served; one
      alone takes a single step where it can.

    Raises:
        BudgetExceeded: a budget has no room for it; nothing is held.
        Invalid: neither an amount nor a model, or an estimate beyond a million dollars.
        Unavailable: nothing is held; or, where the answer was lost, until it expires.
    """

    def __init__(
        self,
        units_of_work: UnitsOfWork,
        price_lists: PriceLists,
        keep_ledger: KeepLedger,
        reserve_in_one_step: ReserveInOneStep,
        identifiers: Identifiers,
        clock: Clock,
    ) -> None:
        self._units_of_work = units_of_work
        self._price_lists = price_lists
        self._keep_ledger = keep_ledger
        self._identifiers = identifiers
        self._clock = clock
        self._reserve_in_one_step = reserve_in_one_step
        self._reserve_together = Together(self._reserve, owner=_organization)

    def __call__(self, request: ReserveRequest) -> Reserved:
        answer = self._reserve_together(request)
        if isinstance(answer, BudgetExceeded):
            raise answer
        return answer

    def _reserve(self, requests: Sequence[ReserveRequest]) -> list[Reserved | BudgetExceeded]:
        """An organization's in one transaction, because all wait for the same few periods."""
        table = self._price_lists.table()
        if len(requests) == 1:
            reserved = self._reserve_in_one_step(requests[0], table)
            if reserved is not None:
                return [reserved]
        while True:
            answers = self._attempt(requests, table)
            if answers is not None:
                return answers

    def _attempt(
        self, requests: Sequence[ReserveRequest], table: PricingTable
    ) -> list[Reserved | BudgetExceeded] | None:
        """None where the budgets are others than those last known, which saves a look at them."""
        organization_id = requests[0].organization_id
        known = self._keep_ledger.last_known_book(organization_id)
        with self._units_of_work() as uow:
            book = self._keep_ledger.book(uow, organization_id) if known is None else known.book
            now = self._clock.now()
            asked = [_Asked(each, each.places(book, now)) for each in requests]
            places = {place.key: place for each in asked for place in each.places}
            held = uow.ledger.hold_to_reserve(organization_id, places)
            if self._keep_ledger.book(uow, organization_id) is not book:
                return None
            spending = self._made_ready(uow, organization_id, places, held, now)
            prices = self._price_lists.of(uow, organization_id, table)
            answers = [take(self._new(each, prices, now), each.places, spending) for each in asked]
            for answer in answers:
                if isinstance(answer, Reserved):
                    uow.reservations.add(organization_id, answer.reservation)
            uow.commit()
        return answers

    def _new(self, asked: _Asked, prices: Prices, now: datetime) -> Reservation:
        return asked.request.reservation(self._identifiers.new(), prices, now)

    def _made_ready(
        self,
        uow: UnitOfWork,
        organization_id: str,
        places: Mapping[PeriodKey, Place],
        held: Sequence[Held],
        now: datetime,
    ) -> dict[PeriodKey, Spending]:
        """The periods, opened where they were not, and free of what has expired."""
        ready = {each.spending.key: each.spending for each in held}
        for key in sorted(places.keys() - ready):
            self._keep_ledger.open(uow, places[key].budget, places[key].period, now)
        expired = 0
        # By the time that it is now: what expired while we waited for the periods is free, and
        # whoever waited that long cannot have seen all that did.
        later = self._clock.now()
        ends = [each.first_expiry for each in held if each.first_expiry is not None]
        if later - now >= SHORTEST_EXPIRY or any(end <= later for end in ends):
            expired = uow.reservations.give_back_expired(organization_id, places, later)
        if expired or len(ready) < len(places):
            ready = {each.key: each for each in uow.ledger.find(organization_id, places)}
        return ready


def _organization(request: ReserveRequest) -> str:
    return request.organization_id
