"""A sum that is not what the calls amount to."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from domain.rollup import Breakdown, Tier


@dataclass(frozen=True, slots=True, kw_only=True)
class RollupDifference:
    """One bucket; None where the sums, or the calls, know nothing of it.

    Calls and cost may be right and another sum wrong.
    """

    breakdown: Breakdown
    tier: Tier
    start: datetime
    values: tuple[str | None, ...]
    kept_calls: int | None
    true_calls: int | None
    kept_cost_usd: Decimal | None
    true_cost_usd: Decimal | None
