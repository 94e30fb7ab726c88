"""Which of an organization's budgets somebody should look at."""

from dataclasses import dataclass

from application.budgets.budget_standing import BudgetWithStatus, standing_in_ledger
from application.budgets.set_budget import MOST_BUDGETS
from application.ports.clock import Clock
from application.ports.unit_of_work import UnitsOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class ListBudgetsInDangerRequest:
    organization_id: str


class ListBudgetsInDanger:
    """Of all budgets those that warn, are exceeded or head over their limit; most used first.

    A period in which no call was counted yet is in no danger, and nothing is looked up for it.
    """

    def __init__(self, units_of_work: UnitsOfWork, clock: Clock) -> None:
        self._units_of_work = units_of_work
        self._clock = clock

    def __call__(self, request: ListBudgetsInDangerRequest) -> list[BudgetWithStatus]:
        now = self._clock.now()
        with self._units_of_work(snapshot=True) as uow:
            budgets = uow.budgets.list(request.organization_id, limit=MOST_BUDGETS)
            found = standing_in_ledger(uow, request.organization_id, budgets, now)
        in_danger = (each for each in found if each.status.is_in_danger)
        return sorted(in_danger, key=lambda each: each.status.used_share, reverse=True)
