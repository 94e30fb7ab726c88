"""A budget with its past: every period, what was changed, and what was alerted."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from itertools import pairwise

from application.budgets.budget_standing import BudgetWithStatus, standing_by
from application.ports.budgets import BudgetInPlace
from application.ports.clock import Clock
from application.ports.unit_of_work import UnitOfWork, UnitsOfWork
from domain.alert import Alert
from domain.budget import Budget, BudgetTerms
from domain.budget_history import TermsOfPeriod, terms_of_periods
from domain.budget_version import BudgetVersion
from domain.errors import NotFound
from domain.period import Span
from domain.report import Dimension, EventSelection, GroupSeries, SeriesPoint
from domain.rollup import is_summed_up
from domain.spending import Spending

PERIODS = 12
MOST_ALERTS = 50
MOST_DRIVERS = 5
DRIVERS = (Dimension.PROJECT, Dimension.MODEL, Dimension.API_KEY)


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowBudgetRequest:
    organization_id: str
    budget_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PastPeriod:
    """What the calls of a period cost, by the terms that held in its end.

    ``version`` is None for periods before there was a budget: those are by today's terms, and no
    limit held. ``spent_usd`` is without the ``unpriced_calls``, whose cost nobody knows, and None
    where calls are deleted that were counted otherwise, or before there was a budget.
    """

    span: Span
    spent_usd: Decimal | None
    terms: BudgetTerms
    version: int | None
    unpriced_calls: int

    @property
    def limit_usd(self) -> Decimal | None:
        return None if self.version is None else self.terms.limit_usd


@dataclass(frozen=True, slots=True, kw_only=True)
class BudgetInFull:
    """``periods`` are the newest first, the one in progress leading.

    ``drivers`` are the costliest projects, models and keys of the period in progress.
    ``is_heard`` is False where no channel that its alerts go out on is there and on.
    """

    budget: Budget
    status: BudgetWithStatus
    periods: Sequence[PastPeriod]
    versions: Sequence[BudgetVersion]
    alerts: Sequence[Alert]
    drivers: dict[Dimension, list[GroupSeries]]
    is_heard: bool = True


class ShowBudget:
    """One budget, and all that explains how it stands.

    Past periods are as the terms have it that held in their ends, and what is reported late is in
    them: by the ledger, or by the stored calls where terms changed since, or it was not kept yet.

    Raises:
        NotFound: the organization has no budget of this id.
    """

    def __init__(self, units_of_work: UnitsOfWork, clock: Clock) -> None:
        self._units_of_work = units_of_work
        self._clock = clock

    def __call__(self, request: ShowBudgetRequest) -> BudgetInFull:
        now = self._clock.now()
        with self._units_of_work.report() as uow:
            found = uow.budgets.get_in_place(request.organization_id, request.budget_id)
            if found is None:
                raise NotFound("There is no such budget.")
            budget = found.budget
            versions = uow.budgets.versions(budget.organization_id, budget.id)
            held = terms_of_periods(budget, versions, now, PERIODS)
            ledger = _in_ledger(uow, budget, held)
            return BudgetInFull(
                budget=budget,
                status=standing_by(uow, budget, ledger.get(budget.period_at(now)), now),
                periods=_periods(uow, found, held, ledger),
                versions=versions,
                alerts=uow.alerts.list(
                    budget.organization_id, budget_id=budget.id, limit=MOST_ALERTS
                ),
                drivers=_drivers(uow, budget, now),
                is_heard=found.is_heard,
            )


def _periods(
    uow: UnitOfWork,
    found: BudgetInPlace,
    held: Sequence[TermsOfPeriod],
    ledger: Mapping[Span, Spending],
) -> list[PastPeriod]:
    points = [point for run in _runs(held) for point in _points(uow, found.budget, run)]
    past = [
        PastPeriod(
            span=each.span,
            spent_usd=_spent(each, ledger.get(each.span), point, found.calls_begin),
            terms=each.terms,
            version=each.version,
            unpriced_calls=point.unpriced_calls,
        )
        for each, point in zip(held, points, strict=True)
    ]
    # Nobody asks about the time before the first call, nor about empty periods long ago.
    used = (
        place
        for place, (each, point) in enumerate(zip(past, points, strict=True))
        if point.calls or each.spent_usd
    )
    return past[: max(used, default=0) + 1]


def _spent(
    held: TermsOfPeriod, known: Spending | None, point: SeriesPoint, calls_begin: datetime | None
) -> Decimal | None:
    """None where calls were deleted that nothing else knows of."""
    if known is not None:
        return known.spent_usd
    has_all = calls_begin is None or calls_begin <= held.span.start
    if not has_all and not is_summed_up(held.terms.scope.as_filter, held.span):
        return None
    return point.cost_usd or Decimal(0)


def _runs(held: Sequence[TermsOfPeriod]) -> list[list[TermsOfPeriod]]:
    """Periods that follow each other and count the same calls."""
    runs = [[held[0]]]
    for newer, each in pairwise(held):
        if each.terms.scope == newer.terms.scope and each.span.end == newer.span.start:
            runs[-1].append(each)
        else:
            runs.append([each])
    return runs


def _in_ledger(
    uow: UnitOfWork, budget: Budget, held: Sequence[TermsOfPeriod]
) -> dict[Span, Spending]:
    """What the ledger has of these periods, which knows of calls that were deleted since."""
    counted = budget.terms.counted
    own = {
        each.span.start: each.span
        for each in held
        if each.terms.counted == counted and each.is_whole
    }
    # By the start, as the rules of a time zone may have moved an end since.
    found = uow.ledger.find(budget.organization_id, [(budget.id, start) for start in own])
    return {own[spending.period.start]: spending for spending in found}


def _points(uow: UnitOfWork, budget: Budget, run: Sequence[TermsOfPeriod]) -> list[SeriesPoint]:
    """From the stored calls; newest first, as they are."""
    spans = [each.span for each in reversed(run)]
    selection = EventSelection(
        organization_id=budget.organization_id,
        span=Span(spans[0].start, spans[-1].end),
        filter=run[0].terms.scope.as_filter,
    )
    return list(reversed(uow.usage_reports.series(selection, spans)))


def _drivers(uow: UnitOfWork, budget: Budget, now: datetime) -> dict[Dimension, list[GroupSeries]]:
    selection = EventSelection(
        organization_id=budget.organization_id,
        span=budget.period_at(now),
        filter=budget.terms.scope.as_filter,
    )
    asked = [each for each in DRIVERS if each not in budget.terms.scope.dimensions]
    return uow.usage_reports.costliest(selection, asked, most=MOST_DRIVERS)
