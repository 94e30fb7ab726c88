"""Limits on what may be spent."""

from abc import abstractmethod
from typing import Protocol

from domain.budget import Budget


class BudgetRepository(Protocol):
    """Budgets of an organization."""

    @abstractmethod
    def add(self, organization_id: str, budget: Budget) -> None:
        """Store a new budget."""

    @abstractmethod
    def get(self, organization_id: str, budget_id: str) -> Budget | None:
        """The budget, or None; another organization's budget is None."""

    @abstractmethod
    def list(
        self, organization_id: str, *, after: str | None = None, limit: int = 500
    ) -> list[Budget]:
        """Budgets in the order they were made, those after the id ``after``."""

    @abstractmethod
    def update(self, organization_id: str, budget: Budget) -> None:
        """Store changed terms."""

    @abstractmethod
    def remove(self, organization_id: str, budget_id: str) -> bool:
        """Whether there was such a budget."""
