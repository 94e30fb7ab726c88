"""Which budgets count on a channel."""

from dataclasses import dataclass

from application.ports.unit_of_work import UnitsOfWork
from domain.budget import Budget


@dataclass(frozen=True, slots=True, kw_only=True)
class ListChannelBudgetsRequest:
    organization_id: str
    channel_id: str


class ListChannelBudgets:
    """Budgets that name the channel, in the order they were made."""

    def __init__(self, units_of_work: UnitsOfWork) -> None:
        self._units_of_work = units_of_work

    def __call__(self, request: ListChannelBudgetsRequest) -> list[Budget]:
        with self._units_of_work(snapshot=True) as uow:
            budgets = uow.budgets.list(request.organization_id)
        return [budget for budget in budgets if budget.terms.names(request.channel_id)]
