"""A budget as a bar: what is spent, what is reserved, where it is heading, and the limit."""

from dataclasses import dataclass
from decimal import Decimal

from domain.budget import BudgetStatus, BudgetTerms

#: Limits that a bar has room for; what goes beyond is at its end.
_LONGEST = Decimal(2)


@dataclass(frozen=True, slots=True)
class BudgetBar:
    """Percents of the bar's width; None where there is nothing to mark."""

    spent: float
    reserved: float
    limit: float | None
    forecast: float | None


def budget_bar(terms: BudgetTerms, status: BudgetStatus) -> BudgetBar:
    """The bar is as long as the limit, or longer where the spend or its forecast is."""
    held = status.spent_usd + status.reserved_usd
    furthest = max(held, status.forecast_usd or Decimal(0)) / terms.limit_usd
    scale = min(max(furthest, Decimal(1)), _LONGEST)

    def width(amount: Decimal) -> float:
        return round(float(min(amount / terms.limit_usd / scale, Decimal(1)) * 100), 2)

    return BudgetBar(
        spent=width(status.spent_usd),
        reserved=round(width(held) - width(status.spent_usd), 2),
        limit=round(float(100 / scale), 2) if scale > 1 else None,
        forecast=None if status.forecast_usd is None else width(status.forecast_usd),
    )
