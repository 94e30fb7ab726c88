"""Budgets are told where they are heading, while nothing happens too."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal

from application.budgets.keep_ledger import KeepLedger
from application.budgets.raise_alerts import RaiseAlerts
from application.ports.clock import Clock
from application.ports.unit_of_work import UnitOfWork, UnitsOfWork
from domain.alert import AlertKind, Reached
from domain.budget import Budget, BudgetTerms
from domain.errors import TrueComputeError
from domain.forecast import Forecast, explanation, forecast
from domain.hourly_spend import (
    LONGEST_HISTORY_DAYS,
    HourlySpend,
    HourNumber,
    number_of,
    start_of,
)
from domain.period import Interval, Span, buckets, zone
from domain.report import EventSelection


@dataclass(frozen=True, slots=True)
class _Basis:
    """What a forecast was made of: as long as it is the same, so is the forecast."""

    terms: BudgetTerms
    hour: HourNumber
    spent_usd: Decimal | None


class RefreshForecasts:
    """Forecast every budget of every organization, and alert where a threshold will be reached.

    - Each budget is a transaction of its own; one that fails stops no other, and is raised last.
    - A forecast alerts once for each threshold, period and version, as spend itself does. It
      alerts of nothing that spend has reached already.
    - A budget that has spent nothing since, in the same hour, keeps the forecast that it has:
      each takes 28 days of sums.

    Raises:
        Unavailable: the budgets that were done stay so.
    """

    def __init__(
        self,
        units_of_work: UnitsOfWork,
        keep_ledger: KeepLedger,
        raise_alerts: RaiseAlerts,
        clock: Clock,
    ) -> None:
        self._units_of_work = units_of_work
        self._keep_ledger = keep_ledger
        self._raise_alerts = raise_alerts
        self._clock = clock
        self._made_of: dict[str, _Basis] = {}

    def __call__(self) -> int:
        """How many budgets there are."""
        with self._units_of_work(snapshot=True) as uow:
            budgets = [
                budget
                for organization in uow.organizations.list_all()
                for budget in uow.budgets.list(organization.id)
            ]
        there = {budget.id for budget in budgets}
        self._made_of = {key: basis for key, basis in self._made_of.items() if key in there}
        failed: TrueComputeError | None = None
        for budget in budgets:
            try:
                self._refresh(budget)
            except TrueComputeError as error:
                failed = failed or error
        if failed is not None:
            raise failed
        return len(budgets)

    def _refresh(self, listed: Budget) -> None:
        now = self._clock.now()
        with self._units_of_work.report() as uow:
            key = (listed.id, listed.period_at(now).start)
            known = uow.ledger.find(listed.organization_id, [key])
            basis = _Basis(listed.terms, number_of(now), known[0].spent_usd if known else None)
            if self._made_of.get(listed.id) == basis:
                return
            history = hourly_spend(uow, listed, now)
        with self._units_of_work() as uow:
            # Asked for again, because somebody may have changed it since it was listed.
            budget = self._keep_ledger.book(uow, listed.organization_id).get(listed.id)
            if budget is None or budget.terms.counted != listed.terms.counted:
                return
            period = budget.period_at(now)
            spent = self._spent(uow, budget, period, now)
            made = forecast(
                history=history,
                spent_usd=spent,
                period=period,
                now=now,
                limit_usd=budget.terms.limit_usd,
                tz=zone(budget.terms.timezone),
            )
            uow.ledger.keep_forecast(budget.organization_id, (budget.id, period.start), made)
            if made is not None:
                self._raise_alerts(uow, _reached(budget, period, spent, made), now)
            uow.commit()
        self._made_of[listed.id] = replace(basis, spent_usd=spent)

    def _spent(self, uow: UnitOfWork, budget: Budget, period: Span, now: datetime) -> Decimal:
        """What the ledger says; a period without calls is opened, to hold a forecast."""
        known = uow.ledger.hold(budget.organization_id, [(budget.id, period.start)])
        return known[0].spent_usd if known else self._keep_ledger.open(uow, budget, period, now)


def hourly_spend(uow: UnitOfWork, budget: Budget, now: datetime) -> list[HourlySpend]:
    """What the full hours of the last 28 days cost, from the first that cost anything."""
    end = start_of(number_of(now))
    span = Span(end - timedelta(days=LONGEST_HISTORY_DAYS), end)
    selection = EventSelection(
        organization_id=budget.organization_id, span=span, filter=budget.terms.scope.as_filter
    )
    hours = buckets(span, Interval.HOUR, zone("UTC"))
    points = uow.usage_reports.series(selection, hours)
    spend = [HourlySpend(point.span.start, point.cost_usd or Decimal(0)) for point in points]
    first = next((place for place, hour in enumerate(spend) if hour.cost_usd), len(spend))
    return spend[first:]


def _reached(budget: Budget, period: Span, spent: Decimal, made: Forecast) -> list[Reached]:
    terms = budget.terms
    text = explanation(
        made,
        terms.limit_usd,
        spent_usd=spent,
        period=terms.period.value,
        tz=zone(terms.timezone),
    )
    return [
        Reached(
            budget=budget,
            period=period,
            kind=AlertKind.FORECAST,
            threshold=threshold,
            spent_usd=spent,
            explanation=str(text),
        )
        for threshold in terms.forecast_thresholds
        if spent < terms.due_usd(threshold) <= made.expected_usd
    ]
