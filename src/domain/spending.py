"""What a budget has spent in one period, as the ledger keeps it."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from domain.forecast import Forecast
from domain.money import EXACT
from domain.period import Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Spending:
    """Exact sums of a budget's period. ``reserved_usd`` is held for calls under way.

    ``forecast`` is the last one that was made, some minutes old.
    """

    budget_id: str
    period: Span
    spent_usd: Decimal
    reserved_usd: Decimal = Decimal(0)
    forecast: Forecast | None = None

    @property
    def key(self) -> tuple[str, datetime]:
        """The budget's id and the start of the period."""
        return self.budget_id, self.period.start

    def room_usd(self, limit_usd: Decimal) -> Decimal:
        """What may still be reserved; below 0 where the limit is exceeded."""
        return EXACT.subtract(limit_usd, EXACT.add(self.spent_usd, self.reserved_usd))
