"""How a call's estimate is taken of the budgets that block: of all that it falls under, or none."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from domain.budget import Budget, Enforcement
from domain.budget_book import BudgetBook
from domain.budget_scope import Attribution
from domain.event import Event
from domain.money import EXACT
from domain.period import Span
from domain.reservation import BudgetExceeded, Hold, Refusal, Reservation, amount_to_hold
from domain.spending import Spending

#: A budget's id and the start of one of its periods.
_Key = tuple[str, datetime]


@dataclass(frozen=True, slots=True)
class Place:
    """A budget's period that a call may fall into."""

    budget: Budget
    period: Span

    @property
    def key(self) -> _Key:
        """As ``Spending.key``."""
        return self.budget.id, self.period.start


@dataclass(frozen=True, slots=True, kw_only=True)
class Reserved:
    """``room_usd`` is what each budget that blocks has left, this reservation taken off."""

    reservation: Reservation
    room_usd: dict[str, Decimal]


def places_of(
    book: BudgetBook, attribution: Attribution, now: datetime, expires_at: datetime
) -> Iterator[Place]:
    """Where a reservation is to hold something: in each period from now until it expires."""
    for budget in book.to_ask(attribution):
        if budget.terms.enforcement is not Enforcement.BLOCK:
            continue
        period = budget.period_at(now)
        yield Place(budget, period)
        if expires_at >= period.end:
            yield Place(budget, budget.period_at(period.end))


def take(
    asked: Reservation, places: Sequence[Place], spending: dict[_Key, Spending]
) -> Reserved | BudgetExceeded:
    """Take it of ``spending``, which is changed, in all places or in none."""
    taken: dict[_Key, Spending] = {}
    holds: list[Hold] = []
    left_usd: dict[_Key, Decimal] = {}
    for place in places:
        budget, before = place.budget, spending[place.key]
        left = before.room_usd(budget.terms.limit_usd)
        amount = amount_to_hold(budget, asked.estimate_usd)
        if amount is None or amount > left:
            # With nothing left, a price would not help.
            reason = Refusal.UNPRICED if amount is None and left > 0 else Refusal.LIMIT
            return BudgetExceeded(budget, reason, max(left, Decimal(0)), place.period.end)
        holds.append(Hold(budget.id, place.period.start, amount))
        reserved_usd = EXACT.add(before.reserved_usd, amount)
        taken[place.key] = replace(before, reserved_usd=reserved_usd)
        left_usd[place.key] = EXACT.subtract(left, amount)
    spending |= taken
    reservation = replace(asked, holds=tuple(holds))
    return Reserved(reservation=reservation, room_usd=room_of(places, left_usd))


def holding(asked: Reservation, places: Sequence[Place]) -> Reservation | None:
    """With what it is to hold in each place; None where a budget refuses it for want of a price."""
    holds: list[Hold] = []
    for place in places:
        amount = amount_to_hold(place.budget, asked.estimate_usd)
        if amount is None:
            return None
        holds.append(Hold(place.budget.id, place.period.start, amount))
    return replace(asked, holds=tuple(holds))


def kept_for(
    event: Event, reservation: Reservation, book: BudgetBook, now: datetime
) -> tuple[Hold, ...]:
    """What goes on being held for a call of unknown cost, each until its period ends.

    Budgets that let such calls through hold nothing for them.
    """
    if event.cost.cost_usd is not None:
        return ()
    held = {(hold.budget_id, hold.period_start): hold for hold in reservation.holds}
    kept: list[Hold] = []
    for budget in book.matching(Attribution.of(event)):
        period = budget.period_at(event.reported.timestamp)
        hold = held.get((budget.id, period.start))
        if hold and hold.amount_usd and budget.terms.unpriced != "allow" and now < period.end:
            kept.append(replace(hold, kept_until=period.end))
    return tuple(kept)


def room_of(places: Sequence[Place], left_usd: Mapping[_Key, Decimal]) -> dict[str, Decimal]:
    """By budget, of the first of its periods: it is in progress, and what people ask about."""
    room: dict[str, Decimal] = {}
    for place in places:
        room.setdefault(place.budget.id, max(left_usd[place.key], Decimal(0)))
    return room
