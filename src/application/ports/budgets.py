"""Limits on what may be spent."""

from abc import abstractmethod
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from domain.budget import Budget
from domain.budget_version import BudgetVersion
from domain.model_answers import ModelAnswer


@dataclass(frozen=True, slots=True)
class BudgetInPlace:
    """A budget with what of its organization explains it.

    ``is_heard`` is whether any channel that its alerts go out on is there and on; calls from before
    ``calls_begin`` may be deleted, None where none ever was.
    """

    budget: Budget
    is_heard: bool
    calls_begin: datetime | None


class BudgetRepository(Protocol):
    """Budgets of an organization. Every change makes a new revision in the same transaction."""

    @abstractmethod
    def revision(self, organization_id: str) -> int:
        """The revision; 0 where there never was a budget.

        It is held until the unit of work ends: a change waits, so that no call is stored after a
        budget that did not count it.
        """

    @abstractmethod
    def lock(self, organization_id: str) -> None:
        """Until the unit of work ends nobody else changes budgets or stores calls."""

    @abstractmethod
    def add(self, organization_id: str, budget: Budget) -> None:
        """Store a new budget."""

    @abstractmethod
    def get(self, organization_id: str, budget_id: str) -> Budget | None:
        """The budget, or None; another organization's budget is None."""

    @abstractmethod
    def get_in_place(self, organization_id: str, budget_id: str) -> BudgetInPlace | None:
        """The same, with what of its organization explains it."""

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
        """Whether there was such a budget. Its versions and its ledger go with it."""

    @abstractmethod
    def add_version(self, organization_id: str, version: BudgetVersion) -> None:
        """Remember the terms of a new version."""

    @abstractmethod
    def versions(self, organization_id: str, budget_id: str) -> Sequence[BudgetVersion]:
        """All versions, the newest first."""

    @abstractmethod
    def add_answers(self, organization_id: str, answers: Iterable[ModelAnswer]) -> None:
        """Remember which models answer to which names, the first ``MOST_ANSWERS`` of them. One that
        is known changes nothing.
        """

    @abstractmethod
    def answers(self, organization_id: str) -> Sequence[ModelAnswer]:
        """All that is remembered of the organization."""
