"""An owner or admin limits what may be spent."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from application.budgets.budget_standing import BudgetWithStatus, standing
from application.budgets.keep_ledger import KeepLedger
from application.budgets.preview_scope import preview
from application.ports.clock import Clock
from application.ports.identifiers import Identifiers
from application.ports.unit_of_work import UnitOfWork, UnitsOfWork
from domain.budget import Budget, BudgetTerms
from domain.budget_scope import BudgetScope
from domain.budget_version import BudgetVersion
from domain.errors import Invalid, NotFound
from domain.phrases import Phrase

MOST_BUDGETS = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class SetBudgetRequest:
    """``changes`` are fields of ``BudgetTerms``; ``budget_id`` None makes a new budget of them."""

    organization_id: str
    changes: Mapping[str, Any]
    changed_by: str | None = None
    budget_id: str | None = None


class SetBudget:
    """Create a budget, or change the terms of one.

    - A change of limit, period, time zone, scope or thresholds makes a new version.
    - What was spent before counts: thresholds that are reached already alert at once.
    - A change of what is counted ends what is reserved of the budget; other changes keep it.

    Raises:
        NotFound: the organization has no budget of this id.
        Invalid: the terms contradict themselves, name an unknown channel, or there are 500
            budgets already.
    """

    def __init__(
        self,
        units_of_work: UnitsOfWork,
        keep_ledger: KeepLedger,
        identifiers: Identifiers,
        clock: Clock,
    ) -> None:
        self._units_of_work = units_of_work
        self._keep_ledger = keep_ledger
        self._identifiers = identifiers
        self._clock = clock

    def __call__(self, request: SetBudgetRequest) -> BudgetWithStatus:
        now = self._clock.now()
        with self._units_of_work() as uow:
            # No call is stored meanwhile, so that each is counted once: here or by its own.
            uow.budgets.lock(request.organization_id)
            budget = (
                self._create(uow, request)
                if request.budget_id is None
                else self._revise(uow, request, request.budget_id)
            )
            self._keep_ledger.open(uow, budget, budget.period_at(now), now)
            (result,) = standing(uow, budget.organization_id, [budget], now)
            uow.commit()
        if "scope" in request.changes:
            # After the commit: whoever stores calls waits for it.
            result = replace(result, matches_nothing=self._matches_nothing(result.budget))
        return result

    def _matches_nothing(self, budget: Budget) -> bool:
        if budget.terms.scope == BudgetScope():
            return False
        with self._units_of_work.report() as uow:
            seen = preview(uow, budget.organization_id, budget.terms, self._clock.now())
        return not seen.calls

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
        _check_channels(uow, budget)
        if len(uow.budgets.list(request.organization_id, limit=MOST_BUDGETS)) == MOST_BUDGETS:
            detail = Phrase("There are %(most)s budgets already.", most=MOST_BUDGETS)
            raise Invalid(detail, code="too_many_budgets")
        uow.budgets.add(request.organization_id, budget)
        version = BudgetVersion.of(budget, request.changed_by)
        uow.budgets.add_version(request.organization_id, version)
        return budget

    def _revise(self, uow: UnitOfWork, request: SetBudgetRequest, budget_id: str) -> Budget:
        old = uow.budgets.get(request.organization_id, budget_id)
        if old is None:
            raise NotFound("There is no such budget.")
        budget = old.revised(replace(old.terms, **request.changes), self._clock.now())
        if "channel_ids" in request.changes:
            # Only then: a channel that was removed since stands in the way of no other change.
            _check_channels(uow, budget)
        uow.budgets.update(request.organization_id, budget)
        if budget.version != old.version:
            version = BudgetVersion.of(budget, request.changed_by)
            uow.budgets.add_version(request.organization_id, version)
        if budget.terms.counted != old.terms.counted:
            uow.ledger.close(request.organization_id, budget_id)
        return budget


def _check_channels(uow: UnitOfWork, budget: Budget) -> None:
    for channel_id in budget.terms.channel_ids or ():
        if uow.channels.get(budget.organization_id, channel_id) is None:
            raise Invalid.at("/channel_ids", "names a channel that there is not")
