"""The sample organization's budgets; their limits show every state, whatever day it is."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import ROUND_CEILING, Decimal
from typing import Any

from domain.budget import BudgetPeriod
from domain.budget_scope import BudgetScope
from domain.period import Interval, Span, span_containing
from domain.report import Dimension, EventFilter
from entrypoints.demo.workloads import CODE, DOCUMENTS

_CENT = Decimal("0.01")
_STEPS = (*map(Decimal, (1_000, 500, 100, 50, 10, 5, 1)), Decimal("0.1"), _CENT)
_ORDINARY_MONTH = timedelta(days=30)

Spent = Callable[[Span, EventFilter], Decimal]


@dataclass(frozen=True, slots=True)
class _Sample:
    """A budget of which between ``least`` and ``most`` is used up, 1 being the whole."""

    name: str
    least: Decimal
    most: Decimal
    scope: BudgetScope


_WARNING = _Sample(
    "Code assistant",
    Decimal("0.80"),
    Decimal("0.95"),
    BudgetScope({Dimension.PROJECT: CODE}),
)
_EXCEEDED = _Sample(
    "Document review",
    Decimal("1.05"),
    Decimal("1.25"),
    BudgetScope({Dimension.PROJECT: DOCUMENTS}),
)
#: Of an ordinary month, so that it stays in bounds until the last day of a month that grows.
_OK = _Sample("All AI spend", Decimal("0.50"), Decimal("0.65"), BudgetScope())


def sample_budgets(now: datetime, spent: Spent) -> list[dict[str, Any]]:
    """Fields of ``BudgetTerms``: one budget that is ok, one near its limit, one beyond it.

    ``spent`` says what a selection of the stored events cost. Only in the first minutes of a
    period in which nothing has been spent yet are all of them ok.
    """
    period = _longer_running(now)
    so_far = Span(span_containing(now, Interval(period), UTC).start, now)
    ordinary = Span(now - _ORDINARY_MONTH, now)
    whole = _terms(_OK, BudgetPeriod.MONTH, spent(ordinary, EventFilter()))
    budgets = [whole | {"thresholds": (80, 100)}]
    for sample in (_WARNING, _EXCEEDED):
        amount = spent(so_far, sample.scope.as_filter) or spent(ordinary, sample.scope.as_filter)
        budgets.append(_terms(sample, period, amount))
    return budgets


def _longer_running(now: datetime) -> BudgetPeriod:
    """The week or the month, whichever began earlier and has more to show."""
    return min(
        (BudgetPeriod.MONTH, BudgetPeriod.WEEK),
        key=lambda period: span_containing(now, Interval(period), UTC).start,
    )


def _terms(sample: _Sample, period: BudgetPeriod, amount: Decimal) -> dict[str, Any]:
    return {
        "name": sample.name,
        "limit_usd": round_limit(amount / sample.most, amount / sample.least),
        "period": period,
        "scope": sample.scope,
    }


def round_limit(low: Decimal, high: Decimal) -> Decimal:
    """The roundest amount from ``low`` to ``high``; of the next cent where no amount is between."""
    amount = _CENT
    for step in _STEPS:
        amount = (low / step).to_integral_value(ROUND_CEILING) * step
        if 0 < amount <= high:
            break
    return max(amount, _CENT)
