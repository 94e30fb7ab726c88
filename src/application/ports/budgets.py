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
    def get_for_update(self, organization_id: str, budget_id: str) -> Budget | None:
        """The budget, or None; another organization's budget is None.

        Until the unit of work ends, no other one can get or change it, so that of two changes at
        once none undoes the other.
        """

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
