"""Before a budget is saved: what would it have counted?"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from application.ports.clock import Clock
from application.ports.unit_of_work import UnitOfWork, UnitsOfWork
from domain.budget import Budget, BudgetTerms
from domain.budget_history import terms_of_periods
from domain.period import Span
from domain.report import EventSelection, SeriesPoint

PERIODS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviewScopeRequest:
    organization_id: str
    terms: BudgetTerms


@dataclass(frozen=True, slots=True, kw_only=True)
class ScopePreview:
    """The last periods, oldest first, the one in progress at the end."""

    periods: Sequence[SeriesPoint]

    @property
    def calls(self) -> int:
        return sum(point.calls for point in self.periods)

    @property
    def highest_usd(self) -> Decimal:
        """Of what any of the periods cost."""
        return max(point.cost_usd or Decimal(0) for point in self.periods)


class PreviewScope:
    """What the calls of the last periods cost that a budget of these terms would count."""

    def __init__(self, units_of_work: UnitsOfWork, clock: Clock) -> None:
        self._units_of_work = units_of_work
        self._clock = clock

    def __call__(self, request: PreviewScopeRequest) -> ScopePreview:
        with self._units_of_work.report() as uow:
            return preview(uow, request.organization_id, request.terms, self._clock.now())


def preview(
    uow: UnitOfWork, organization_id: str, terms: BudgetTerms, now: datetime
) -> ScopePreview:
    budget = Budget(
        id="", organization_id=organization_id, terms=terms, version=1,
        created_at=now, updated_at=now,
    )  # fmt: skip
    spans = [each.span for each in reversed(terms_of_periods(budget, [], now, PERIODS))]
    selection = EventSelection(
        organization_id=organization_id,
        span=Span(spans[0].start, spans[-1].end),
        filter=terms.scope.as_filter,
    )
    return ScopePreview(periods=uow.usage_reports.series(selection, spans))
