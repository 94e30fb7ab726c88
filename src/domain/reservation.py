"""Money set aside before a call, so that calls under way at once cannot overspend."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from domain.budget import Budget
from domain.errors import Invalid, TrueComputeError

DEFAULT_EXPIRY = timedelta(seconds=300)
SHORTEST_EXPIRY = timedelta(seconds=1)
LONGEST_EXPIRY = timedelta(seconds=3_600)


class Outcome(StrEnum):
    """How a reservation ended: its call was reported, or it was given back."""

    SETTLED = "settled"
    RELEASED = "released"


class SettlementNote(StrEnum):
    """Why an event that names a reservation settled none. The event counts all the same."""

    UNKNOWN = "reservation_unknown"
    SETTLED_BEFORE = "reservation_already_settled"
    RELEASED = "reservation_released"
    EXPIRED = "reservation_expired"


def canonical_id(stated: str) -> str:
    """A reservation's id as it is stored, however its hexadecimal digits are written."""
    try:
        return str(UUID(stated))
    except ValueError:
        return stated


@dataclass(frozen=True, slots=True)
class Hold:
    """What a reservation takes of one budget in one of its periods.

    It ends with its reservation, or at ``kept_until``, where a call of unknown cost settled that.
    """

    budget_id: str
    period_start: datetime
    amount_usd: Decimal
    kept_until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reservation:
    """``estimate_usd`` is None where the model has no price and no budget asks for one.

    It holds from its creation until it is settled, given back or expires, whichever is first; what
    it still holds after that stands for a call that was made and whose cost nobody knows.
    """

    id: str
    organization_id: str
    estimate_usd: Decimal | None
    created_at: datetime
    expires_at: datetime
    outcome: Outcome | None = None
    closed_at: datetime | None = None
    event_id: str | None = None
    holds: tuple[Hold, ...] = ()

    def note(self, now: datetime) -> SettlementNote | None:
        """Why it can no longer be settled; None where it can."""
        if self.outcome is Outcome.SETTLED:
            return SettlementNote.SETTLED_BEFORE
        if self.outcome is Outcome.RELEASED:
            return SettlementNote.RELEASED
        return SettlementNote.EXPIRED if now >= self.expires_at else None

    def expiry_of(self, hold: Hold) -> datetime:
        """When one of its holds ends by itself."""
        return hold.kept_until or self.expires_at

    def closed(
        self,
        outcome: Outcome,
        now: datetime,
        event_id: str | None = None,
        *,
        kept: tuple[Hold, ...] = (),
    ) -> "Reservation":
        """As it ended, holding only what is ``kept``."""
        return replace(self, outcome=outcome, closed_at=now, event_id=event_id, holds=kept)


class Refusal(StrEnum):
    """Why a budget refuses a reservation."""

    LIMIT = "limit"
    UNPRICED = "unpriced"


class BudgetExceeded(TrueComputeError):
    """A budget that blocks has no room for a call, or takes no calls without a price."""

    default_code = "budget_exceeded"

    def __init__(
        self, budget: Budget, reason: Refusal, remaining_usd: Decimal, resets_at: datetime
    ) -> None:
        name = budget.terms.name
        super().__init__(
            f"The budget “{name}” takes no calls of models without a price, and this one has none:"
            " give it one, or the alias of a model that has."
            if reason is Refusal.UNPRICED
            else f"The budget “{name}” has no room for this call."
        )
        self.budget = budget
        self.reason = reason
        self.remaining_usd = remaining_usd
        self.resets_at = resets_at


def check_expiry(seconds: int) -> timedelta:
    """How long a reservation may hold.

    Raises:
        Invalid: not from 1 to 3,600 seconds.
    """
    expiry = timedelta(seconds=seconds)
    if not SHORTEST_EXPIRY <= expiry <= LONGEST_EXPIRY:
        raise Invalid.at("/expires_in_s", "must be from 1 to 3600 seconds")
    return expiry


def amount_to_hold(budget: Budget, estimate_usd: Decimal | None) -> Decimal | None:
    """What a call takes of this budget until it is settled; None where the budget refuses it.

    A call whose model has no price follows the budget's own policy.
    """
    if estimate_usd is not None:
        return estimate_usd
    policy = budget.terms.unpriced
    if isinstance(policy, Decimal):
        return policy
    return Decimal(0) if policy == "allow" else None
