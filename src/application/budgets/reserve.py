"""A program sets money aside for a call that it is about to make."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from application.budgets.keep_ledger import KeepLedger
from application.ports.clock import Clock
from application.ports.identifiers import Identifiers
from application.ports.ledger import Held, PeriodKey
from application.ports.unit_of_work import UnitOfWork, UnitsOfWork
from application.pricing.price_lists import PriceLists
from application.together import Together
from domain.budget_book import BudgetBook
from domain.budget_scope import Attribution
from domain.errors import Invalid
from domain.money import MOST_USD
from domain.pricing.prices import Prices
from domain.pricing.pricing_table import PricingTable
from domain.reservation import (
    DEFAULT_EXPIRY,
    SHORTEST_EXPIRY,
    BudgetExceeded,
    Reservation,
)
from domain.reserving import Place, Reserved, places_of, take
from domain.spending import Spending
from domain.usage.token_usage import TokenClass, TokenUsage


@dataclass(frozen=True, slots=True, kw_only=True)
class ReserveRequest:
    """Either ``estimate_usd``, or a model with the tokens that the call takes at most."""

    organization_id: str
    attribution: Attribution
    estimate_usd: Decimal | None = None
    input_tokens: int | None = None
    max_output_tokens: int | None = None
    expires_in: timedelta = DEFAULT_EXPIRY


@dataclass(frozen=True, slots=True)
class _Asked:
    """A reservation that is asked for, and where it is to hold something."""

    request: ReserveRequest
    places: Sequence[Place]


class Reserve:
    """Take an estimate of every budget that blocks and that the call falls under, or of none.

    - Reserved is what leaves ``spent + reserved + estimate <= limit`` true in every budget, in
      each period from now until it expires; budgets that only alert are not asked.
    - It holds until the event that names it is stored, it is given back, or it expires. So a limit
      is exceeded by what calls cost above their estimates, and by calls without a reservation.
    - A model without a price follows each budget's own policy.
    - Reservations that are asked for at once share a transaction, first come, first served.

    Raises:
        BudgetExceeded: a budget has no room for it; nothing is held.
        Invalid: neither an amount nor a model, or an estimate beyond a million dollars.
        Unavailable: nothing is held.
    """

    def __init__(
        self,
        units_of_work: UnitsOfWork,
        price_lists: PriceLists,
        keep_ledger: KeepLedger,
        identifiers: Identifiers,
        clock: Clock,
    ) -> None:
        self._units_of_work = units_of_work
        self._price_lists = price_lists
        self._keep_ledger = keep_ledger
        self._identifiers = identifiers
        self._clock = clock
        self._reserve_together = Together(self._reserve, owner=_organization)

    def __call__(self, request: ReserveRequest) -> Reserved:
        answer = self._reserve_together(request)
        if isinstance(answer, BudgetExceeded):
            raise answer
        return answer

    def _reserve(self, requests: Sequence[ReserveRequest]) -> list[Reserved | BudgetExceeded]:
        """An organization's in one transaction, because all wait for the same few periods."""
        table = self._price_lists.table()
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
            book = self._keep_ledger.book(uow, organization_id) if known is None else known
            now = self._clock.now()
            asked = [_asked(each, book, now) for each in requests]
            places = {place.key: place for each in asked for place in each.places}
            held = uow.ledger.hold_to_reserve(organization_id, places)
            if self._keep_ledger.book(uow, organization_id) is not book:
                return None
            spending = self._made_ready(uow, organization_id, places, held, now)
            prices = self._price_lists.of(uow, organization_id, table)
            answers = [
                take(self._reservation(each.request, prices, now), each.places, spending)
                for each in asked
            ]
            for answer in answers:
                if isinstance(answer, Reserved):
                    uow.reservations.add(organization_id, answer.reservation)
            uow.commit()
        return answers

    def _reservation(self, request: ReserveRequest, prices: Prices, now: datetime) -> Reservation:
        return Reservation(
            id=self._identifiers.new(),
            organization_id=request.organization_id,
            estimate_usd=_estimate(request, prices, now),
            created_at=now,
            expires_at=now + request.expires_in,
        )

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


def _asked(request: ReserveRequest, book: BudgetBook, now: datetime) -> _Asked:
    found = places_of(book, request.attribution, now, now + request.expires_in)
    return _Asked(request, tuple(found))


def _organization(request: ReserveRequest) -> str:
    return request.organization_id


def _estimate(request: ReserveRequest, prices: Prices, now: datetime) -> Decimal | None:
    """What the call costs at most at its model's prices; None where these are not known."""
    if request.estimate_usd is not None:
        return request.estimate_usd
    provider, model = request.attribution.provider, request.attribution.model
    if provider is None or model is None:
        raise Invalid.at("/estimate_usd", "must be there, or a provider and a model")
    if request.input_tokens is None or request.max_output_tokens is None:
        name = "input_tokens" if request.input_tokens is None else "max_output_tokens"
        raise Invalid.at(f"/{name}", "must be there where no amount is")
    usage = TokenUsage(
        tokens={
            TokenClass.INPUT: request.input_tokens,
            TokenClass.OUTPUT: request.max_output_tokens,
        }
    )
    quote = prices.quote(provider, model, at=now, usage=usage)
    total = None if quote is None else quote.total_of(usage)
    if total is None or not total.is_whole:
        return None
    if total.amount_usd > MOST_USD:
        raise Invalid.at("/input_tokens", "makes this call dearer than a million US dollars")
    return total.amount_usd
