"""How budgets stand at this moment."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from application.budgets.keep_ledger import spent_in
from application.ports.unit_of_work import UnitOfWork
from domain.budget import Budget, BudgetStatus
from domain.spending import Spending
from domain.terms_warning import TermsWarning


@dataclass(frozen=True, slots=True, kw_only=True)
class BudgetWithStatus:
    """A budget and where it stands in the period of this moment.

    ``matches_nothing`` is only looked at when the scope was set.
    """

    budget: Budget
    status: BudgetStatus
    matches_nothing: bool = False

    @property
    def warnings(self) -> tuple[TermsWarning, ...]:
        own = (TermsWarning.MATCHES_NOTHING,) if self.matches_nothing else ()
        return (*self.budget.terms.warnings, *own)


def standing(
    uow: UnitOfWork, organization_id: str, budgets: Sequence[Budget], now: datetime
) -> list[BudgetWithStatus]:
    """Each with its exact status: from the ledger, else from the calls themselves."""
    known = _in_ledger(uow, organization_id, budgets, now)
    return [standing_by(uow, budget, known.get(budget.id), now) for budget in budgets]


def standing_by(
    uow: UnitOfWork, budget: Budget, spending: Spending | None, now: datetime
) -> BudgetWithStatus:
    """By what the ledger has of the period in progress."""
    status = budget.status(spending or _unopened(uow, budget, now), now)
    return BudgetWithStatus(budget=budget, status=status)


def standing_in_ledger(
    uow: UnitOfWork, organization_id: str, budgets: Sequence[Budget], now: datetime
) -> list[BudgetWithStatus]:
    """The same of those alone whose period has an entry in the ledger."""
    known = _in_ledger(uow, organization_id, budgets, now)
    return [
        BudgetWithStatus(budget=budget, status=budget.status(known[budget.id], now))
        for budget in budgets
        if budget.id in known
    ]


def _in_ledger(
    uow: UnitOfWork, organization_id: str, budgets: Sequence[Budget], now: datetime
) -> Mapping[str, Spending]:
    keys = [(budget.id, budget.period_at(now).start) for budget in budgets]
    return {each.budget_id: each for each in uow.ledger.find(organization_id, keys)}


def _unopened(uow: UnitOfWork, budget: Budget, now: datetime) -> Spending:
    """A period in which nothing was counted yet since the budget or the period began."""
    period = budget.period_at(now)
    return Spending(budget_id=budget.id, period=period, spent_usd=spent_in(uow, budget, period))
