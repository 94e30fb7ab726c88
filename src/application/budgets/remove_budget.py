"""An owner or admin lifts a limit."""

from dataclasses import dataclass

from application.ports.unit_of_work import UnitsOfWork
from domain.errors import NotFound


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveBudgetRequest:
    organization_id: str
    budget_id: str


class RemoveBudget:
    """Delete a budget. The events it counted stay.

    Raises:
        NotFound: the organization has no budget of this id.
    """

    def __init__(self, units_of_work: UnitsOfWork) -> None:
        self._units_of_work = units_of_work

    def __call__(self, request: RemoveBudgetRequest) -> None:
        with self._units_of_work() as uow:
            if not uow.budgets.remove(request.organization_id, request.budget_id):
                raise NotFound("There is no such budget.")
            uow.commit()
