"""Pricing again what was priced before: why, which calls, how far it is, and what it changed."""

from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from domain.costing import CostSource, EventCost
from domain.money import EXACT


class RepricingReason(StrEnum):
    """What changed, so that costs follow."""

    ALIAS = "alias"
    OWN_PRICE = "own_price"
    DISCOUNT = "discount"
    PRICE_BOOK = "price_book"


class RepricingState(StrEnum):
    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"


@dataclass(frozen=True, slots=True, kw_only=True)
class RepricingScope:
    """Which calls are looked at; None leaves a condition out.

    ``start`` and ``end`` are half-open. ``name`` is a part of the model's name, in lower case.
    ``terms_id`` names the terms that changed: only calls that they price, or priced, change. With
    None only calls whose price was not known, or known in part, change.
    """

    provider: str | None = None
    name: str | None = None
    start: datetime | None = None
    end: datetime | None = None
    terms_id: str | None = None

    def concerns(self, before: EventCost, after: EventCost) -> bool:
        """Whether a call of this scope takes its new cost: a known list price never changes."""
        if self.terms_id is None:
            return before.source in (CostSource.UNPRICED, CostSource.PARTIAL)
        agreements = (cost.quote.agreement for cost in (before, after) if cost.quote)
        return any(agreement and agreement.names(self.terms_id) for agreement in agreements)


@dataclass(frozen=True, slots=True, kw_only=True)
class RepricingPosition:
    """The last call that was looked at, in the order of time and id."""

    timestamp: datetime
    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Repricing:
    """One piece of work, done in batches; each batch is a transaction of its own.

    ``due_at`` is when it may begin. ``requested_by`` is a user, None for the server itself. The
    costs are the sums of the known costs of the calls that changed.
    """

    id: str
    organization_id: str
    reason: RepricingReason
    scope: RepricingScope
    requested_by: str | None
    requested_at: datetime
    due_at: datetime
    state: RepricingState = RepricingState.WAITING
    position: RepricingPosition | None = None
    seen: int = 0
    changed: int = 0
    cost_before_usd: Decimal = Decimal(0)
    cost_after_usd: Decimal = Decimal(0)
    finished_at: datetime | None = None

    def advanced(
        self,
        position: RepricingPosition,
        seen: int,
        changes: list[tuple[EventCost, EventCost]],
    ) -> "Repricing":
        """After a batch that ended at ``position``; ``changes`` are costs before and after."""
        before, after = self.cost_before_usd, self.cost_after_usd
        for old, new in changes:
            before = EXACT.add(before, old.cost_usd or 0)
            after = EXACT.add(after, new.cost_usd or 0)
        return replace(
            self,
            state=RepricingState.RUNNING,
            position=position,
            seen=self.seen + seen,
            changed=self.changed + len(changes),
            cost_before_usd=before,
            cost_after_usd=after,
        )

    def finished(self, now: datetime) -> "Repricing":
        """When no call is left to look at."""
        return replace(self, state=RepricingState.DONE, finished_at=now)
