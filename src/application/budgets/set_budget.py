"""An owner or admin limits what may be spent."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from application.budgets.list_budgets import BudgetWithStatus, with_status
from application.ports.clock import Clock
from application.ports.identifiers import Identifiers
from application.ports.unit_of_work import UnitOfWork, UnitsOfWork
from domain.budget import Budget, BudgetTerms
from domain.errors import NotFound


@dataclass(frozen=True, slots=True, kw_only=True)
class SetBudgetRequest:
    """``changes`` are fields of ``BudgetTerms``; ``budget_id`` None makes a new budget of them."""

    organization_id: str
    changes: Mapping[str, Any]
    budget_id: str | None = None


class SetBudget:
    """Create a budget, or change the terms of one.

    - A change of limit, period, time zone, scope or thresholds makes a new version.

    Raises:
        NotFound: the organization has no budget of this id.
        Invalid: the terms contradict themselves.
    """

    def __init__(self, units_of_work: UnitsOfWork, identifiers: Identifiers, clock: Clock) -> None:
        self._units_of_work = units_of_work
        self._identifiers = identifiers
        self._clock = clock

    def __call__(self, request: SetBudgetRequest) -> BudgetWithStatus:
        with self._units_of_work() as uow:
            budget = (
                self._create(uow, request)
                if request.budget_id is None
                else self._revise(uow, request, request.budget_id)
            )
            result = with_status(uow, budget, self._clock.now())
            uow.commit()
        return result

    def _create(self, uow: UnitOfWork, request: SetBudgetRequest) -> Budget:
        now = self._clock.now()
        budget = Budget(
            id=self._identifiers.new(),
            organization_id=request.organization_id,
            terms=BudgetTerms(**request.changes),
            version=1,
            created_at=now,
            updated_at=now,
        )
        uow.budgets.add(request.organization_id, budget)
        return budget

    def _revise(self, uow: UnitOfWork, request: SetBudgetRequest, budget_id: str) -> Budget:
        old = uow.budgets.get_for_update(request.organization_id, budget_id)
        if old is None:
            raise NotFound("There is no such budget.")
        budget = old.revised(replace(old.terms, **request.changes), self._clock.now())
        uow.budgets.update(request.organization_id, budget)
        return budget
