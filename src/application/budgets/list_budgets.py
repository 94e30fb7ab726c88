"""How an organization's budgets stand."""

from dataclasses import dataclass

from application.budgets.budget_standing import BudgetWithStatus, standing
from application.ports.clock import Clock
from application.ports.unit_of_work import UnitsOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class ListBudgetsRequest:
    """``after`` is the id of the last budget seen."""

    organization_id: str
    after: str | None = None
    limit: int = 50


class ListBudgets:
    """Budgets in the order they were made, each with its exact status in this period."""

    def __init__(self, units_of_work: UnitsOfWork, clock: Clock) -> None:
        self._units_of_work = units_of_work
        self._clock = clock

    def __call__(self, request: ListBudgetsRequest) -> list[BudgetWithStatus]:
        now = self._clock.now()
        with self._units_of_work(snapshot=True) as uow:
            budgets = uow.budgets.list(
                request.organization_id, after=request.after, limit=request.limit
            )
            return standing(uow, request.organization_id, budgets, now)
