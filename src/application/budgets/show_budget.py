"""A budget with its past: every period, what was changed, and what was alerted."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from application.budgets.budget_standing import BudgetWithStatus, standing
from application.ports.clock import Clock
from application.ports.unit_of_work import UnitOfWork, UnitsOfWork
from domain.alert import Alert
from domain.budget import Budget
from domain.budget_version import BudgetVersion, counted_since
from domain.errors import NotFound
from domain.period import Span
from domain.report import Dimension, EventSelection, GroupSeries

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
    """What a period's calls on the budget's scope cost, and the limit that held in the end.

    ``limit_usd`` is None for periods before there was a budget. ``spent_usd`` is without the
    ``unpriced_calls``, whose cost nobody knows.
    """

    span: Span
    spent_usd: Decimal
    limit_usd: Decimal | None
    unpriced_calls: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BudgetInFull:
    """``periods`` are the newest first, the one in progress leading.

    ``drivers`` are the costliest projects, models and keys of the period in progress.
    ``counted_since`` is when its scope, period or time zone was last changed, None where never: of
    the time between its making and that, there are no periods. ``is_heard`` is False where no
    channel that its alerts go out on is there and on.
    """

    budget: Budget
    status: BudgetWithStatus
    periods: Sequence[PastPeriod]
    versions: Sequence[BudgetVersion]
    alerts: Sequence[Alert]
    drivers: dict[Dimension, list[GroupSeries]]
    counted_since: datetime | None = None
    is_heard: bool = True


class ShowBudget:
    """One budget, and all that explains how it stands.

    Past periods are summed up as today's scope, period and time zone have it. Those that ended
    while these were others are left out: by today's, they would say what never held.

    Raises:
        NotFound: the organization has no budget of this id.
    """

    def __init__(self, units_of_work: UnitsOfWork, clock: Clock) -> None:
        self._units_of_work = units_of_work
        self._clock = clock

    def __call__(self, request: ShowBudgetRequest) -> BudgetInFull:
        now = self._clock.now()
        with self._units_of_work(snapshot=True) as uow:
            found = uow.budgets.get_heard(request.organization_id, request.budget_id)
            if found is None:
                raise NotFound("There is no such budget.")
            budget, is_heard = found
            (status,) = standing(uow, budget.organization_id, [budget], now)
            versions = uow.budgets.versions(budget.organization_id, budget.id)
            return BudgetInFull(
                budget=budget,
                status=status,
                periods=_periods(uow, budget, versions, now),
                versions=versions,
                counted_since=counted_since(versions),
                alerts=uow.alerts.list(
                    budget.organization_id, budget_id=budget.id, limit=MOST_ALERTS
                ),
                drivers=_drivers(uow, budget, now),
                is_heard=is_heard,
            )


def past_periods(budget: Budget, now: datetime, number: int = PERIODS) -> list[Span]:
    """The period of ``now`` and those before it, oldest first."""
    spans = [budget.period_at(now)]
    while len(spans) < number:
        # A moment before a period begins is in the one before.
        spans.append(budget.period_at(spans[-1].start - timedelta.resolution))
    return spans[::-1]


def _periods(
    uow: UnitOfWork, budget: Budget, versions: Sequence[BudgetVersion], now: datetime
) -> list[PastPeriod]:
    spans = past_periods(budget, now)
    selection = EventSelection(
        organization_id=budget.organization_id,
        span=Span(spans[0].start, spans[-1].end),
        filter=budget.terms.scope.as_filter,
    )
    since = counted_since(versions)
    points = uow.usage_reports.series(selection, spans)
    # Nobody asks about the time before the first call, nor about empty periods long ago.
    used = next((place for place, point in enumerate(points) if point.calls), len(points) - 1)
    return [
        PastPeriod(
            span=point.span,
            spent_usd=point.cost_usd or Decimal(0),
            limit_usd=_limit_at(point.span.end, versions),
            unpriced_calls=point.unpriced_calls,
        )
        for point in reversed(points[used:])
        if since is None or not budget.created_at < point.span.end <= since
    ]


def _limit_at(end: datetime, versions: Sequence[BudgetVersion]) -> Decimal | None:
    """Of the newest version that began before; they come newest first."""
    return next((each.terms.limit_usd for each in versions if each.since < end), None)


def _drivers(uow: UnitOfWork, budget: Budget, now: datetime) -> dict[Dimension, list[GroupSeries]]:
    selection = EventSelection(
        organization_id=budget.organization_id,
        span=budget.period_at(now),
        filter=budget.terms.scope.as_filter,
    )
    asked = [each for each in DRIVERS if each not in budget.terms.scope.dimensions]
    return uow.usage_reports.costliest(selection, asked, most=MOST_DRIVERS)
