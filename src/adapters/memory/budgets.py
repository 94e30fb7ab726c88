"""Budgets in memory."""

from dataclasses import replace

from adapters.memory.state import State
from application.ports.budgets import BudgetRepository
from domain.budget import Budget


class InMemoryBudgetRepository(BudgetRepository):
    def __init__(self, state: State) -> None:
        self._budgets = state.budgets

    def add(self, organization_id: str, budget: Budget) -> None:
        self._budgets[organization_id, budget.id] = budget

    def get_for_update(self, organization_id: str, budget_id: str) -> Budget | None:
        return self._budgets.get((organization_id, budget_id))

    def list(
        self, organization_id: str, *, after: str | None = None, limit: int = 500
    ) -> list[Budget]:
        found = [it for (owner, _), it in self._budgets.items() if owner == organization_id]
        found.sort(key=lambda budget: budget.id)
        return [budget for budget in found if after is None or budget.id > after][:limit]

    def update(self, organization_id: str, budget: Budget) -> None:
        stored = self.get_for_update(organization_id, budget.id)
        if stored is not None:
            changed = replace(budget, created_at=stored.created_at)
            self._budgets[organization_id, budget.id] = changed

    def remove(self, organization_id: str, budget_id: str) -> bool:
        return self._budgets.pop((organization_id, budget_id), None) is not None
