"""How a call's estimate is taken of the budgets that block: of all that it falls under, or none."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from domain.budget import Budget, Enforcement
from domain.budget_book import BudgetBook
from domain.budget_scope import Attribution
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
    for budget in book.matching(attribution):
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
    room: dict[str, Decimal] = {}
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
        # The first period is the one in progress, whose room is what people ask about.
        room.setdefault(budget.id, max(EXACT.subtract(left, amount), Decimal(0)))
    spending |= taken
    return Reserved(reservation=replace(asked, holds=tuple(holds)), room_usd=room)
