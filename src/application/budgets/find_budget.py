"""A budget by its id."""

from dataclasses import dataclass

from application.ports.unit_of_work import UnitsOfWork
from domain.budget import Budget
from domain.errors import NotFound


@dataclass(frozen=True, slots=True, kw_only=True)
class FindBudgetRequest:
    organization_id: str
    budget_id: str


class FindBudget:
    """What was set; how it stands costs more to know, and `ShowBudget` tells.

    Raises:
        NotFound: the organization has no budget of this id.
    """

    def __init__(self, units_of_work: UnitsOfWork) -> None:
        self._units_of_work = units_of_work

    def __call__(self, request: FindBudgetRequest) -> Budget:
        with self._units_of_work.look() as uow:
            budget = uow.budgets.get(request.organization_id, request.budget_id)
        if budget is None:
            raise NotFound("There is no such budget.")
        return budget
