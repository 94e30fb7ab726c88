"""The terms a budget had, version by version."""

from dataclasses import dataclass, field
from datetime import datetime

from domain.budget import Budget, BudgetTerms


@dataclass(frozen=True, slots=True, kw_only=True)
class BudgetVersion:
    """``changed_by`` is a user's id, None where that is not known.

    ``author`` is the name or address of that user, as it is now; only known of stored versions.
    """

    budget_id: str
    organization_id: str
    version: int
    terms: BudgetTerms
    since: datetime
    changed_by: str | None = None
    author: str | None = field(default=None, compare=False)

    @classmethod
    def of(cls, budget: Budget, changed_by: str | None) -> "BudgetVersion":
        return cls(
            budget_id=budget.id,
            organization_id=budget.organization_id,
            version=budget.version,
            terms=budget.terms,
            since=budget.updated_at,
            changed_by=changed_by,
        )
