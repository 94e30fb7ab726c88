"""Budgets in memory."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from adapters.memory.ledger import InMemoryLedger
from adapters.memory.state import State
from application.ports.budgets import BudgetInPlace, BudgetRepository
from domain.budget import Budget
from domain.budget_version import BudgetVersion
from domain.model_answers import MOST_ANSWERS, ModelAnswer


class InMemoryBudgetRepository(BudgetRepository):
    """A unit of work is alone with the store, so that everything is held and locked anyway."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._budgets = state.budgets

    def revision(self, organization_id: str) -> int:
        return self._state.budget_revisions.get(organization_id, 0)

    def lock(self, organization_id: str) -> None:
        self._state.budget_revisions[organization_id] = self.revision(organization_id) + 1

    def add(self, organization_id: str, budget: Budget) -> None:
        self.lock(organization_id)
        self._budgets[organization_id, budget.id] = budget

    def get(self, organization_id: str, budget_id: str) -> Budget | None:
        return self._budgets.get((organization_id, budget_id))

    def get_in_place(self, organization_id: str, budget_id: str) -> BudgetInPlace | None:
        budget = self.get(organization_id, budget_id)
        if budget is None:
            return None
        own = [it for (owner, _), it in self._state.channels.items() if owner == organization_id]
        organization = self._state.organizations.get(organization_id)
        calls_begin = organization.events_begin if organization else None
        return BudgetInPlace(budget, bool(budget.terms.told_on(own)), calls_begin)

    def list(
        self, organization_id: str, *, after: str | None = None, limit: int = 500
    ) -> list[Budget]:
        found = [it for (owner, _), it in self._budgets.items() if owner == organization_id]
        found.sort(key=lambda budget: budget.id)
        return [budget for budget in found if after is None or budget.id > after][:limit]

    def update(self, organization_id: str, budget: Budget) -> None:
        self.lock(organization_id)
        stored = self.get(organization_id, budget.id)
        if stored is not None:
            changed = replace(budget, created_at=stored.created_at)
            self._budgets[organization_id, budget.id] = changed

    def remove(self, organization_id: str, budget_id: str) -> bool:
        self.lock(organization_id)
        InMemoryLedger(self._state).close(organization_id, budget_id)
        for version in self.versions(organization_id, budget_id):
            del self._state.budget_versions[organization_id, budget_id, version.version]
        return self._budgets.pop((organization_id, budget_id), None) is not None

    def add_version(self, organization_id: str, version: BudgetVersion) -> None:
        key = organization_id, version.budget_id, version.version
        self._state.budget_versions[key] = version

    def versions(self, organization_id: str, budget_id: str) -> Sequence[BudgetVersion]:
        found = (
            replace(version, author=self._author(version))
            for key, version in self._state.budget_versions.items()
            if key[:2] == (organization_id, budget_id)
        )
        return sorted(found, key=lambda each: each.version, reverse=True)

    def add_answers(self, organization_id: str, answers: Iterable[ModelAnswer]) -> None:
        self.lock(organization_id)
        # A set of its own: a unit of work that is not committed leaves the stored one alone.
        known = set(self.answers(organization_id))
        news = sorted(set(answers) - known)
        self._state.model_answers[organization_id] = {*known, *news[: MOST_ANSWERS - len(known)]}

    def answers(self, organization_id: str) -> Sequence[ModelAnswer]:
        return sorted(self._state.model_answers.get(organization_id, ()))

    def _author(self, version: BudgetVersion) -> str | None:
        user = self._state.users.get(version.changed_by or "")
        return None if user is None else user.name or user.email
