"""How an organization's budgets stand."""

from dataclasses import dataclass
from datetime import datetime

from application.ports.clock import Clock
from application.ports.unit_of_work import UnitOfWork, UnitsOfWork
from domain.budget import Budget, BudgetStatus
from domain.report import EventSelection


@dataclass(frozen=True, slots=True, kw_only=True)
class ListBudgetsRequest:
    """``after`` is the id of the last budget seen."""

    organization_id: str
    after: str | None = None
    limit: int = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class BudgetWithStatus:
    """A budget and where it stands in the period of this moment."""

    budget: Budget
    status: BudgetStatus


class ListBudgets:
    """Budgets in the order they were made, each with its exact status in this period."""

    def __init__(self, units_of_work: UnitsOfWork, clock: Clock) -> None:
        self._units_of_work = units_of_work
        self._clock = clock

    def __call__(self, request: ListBudgetsRequest) -> list[BudgetWithStatus]:
        now = self._clock.now()
        with self._units_of_work() as uow:
            budgets = uow.budgets.list(
                request.organization_id, after=request.after, limit=request.limit
            )
            return [with_status(uow, budget, now) for budget in budgets]


def with_status(uow: UnitOfWork, budget: Budget, now: datetime) -> BudgetWithStatus:
    """The budget with what was spent on its scope in the period of ``now``."""
    spent = uow.usage_reports.spent(
        EventSelection(
            organization_id=budget.organization_id,
            span=budget.period_at(now),
            filter=budget.terms.scope.as_filter,
        )
    )
    return BudgetWithStatus(budget=budget, status=budget.status(spent, now))
