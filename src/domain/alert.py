"""Word that spend has reached something: what is claimed once, and told on every channel."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from domain.budget import Budget
from domain.period import Span

#: A period that ended longer ago still counts what arrives late, and alerts nobody.
ALERTS_AFTER_END = timedelta(days=1)


class AlertKind(StrEnum):
    """What was reached: a share of the limit, or of it by forecast; or an hour stood out."""

    ACTUAL = "actual"
    FORECAST = "forecast"
    SPIKE = "spike"


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """There is at most one per budget, version, period, kind and threshold.

    ``threshold`` is in percent of the limit. A spike is the organization's: it has no budget,
    ``version`` 0, and its period is the hour. ``explanation`` is a sentence or two for people.
    """

    id: str
    organization_id: str
    kind: AlertKind
    period: Span
    spent_usd: Decimal
    created_at: datetime
    budget_id: str | None = None
    budget_name: str | None = None
    limit_usd: Decimal | None = None
    version: int = 0
    threshold: int | None = None
    explanation: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reached:
    """A threshold of a budget that spend, or its forecast, has reached in a period."""

    budget: Budget
    period: Span
    kind: AlertKind
    threshold: int
    spent_usd: Decimal
    explanation: str | None = None

    def alert(self, alert_id: str, now: datetime) -> Alert:
        return Alert(
            id=alert_id,
            organization_id=self.budget.organization_id,
            kind=self.kind,
            period=self.period,
            spent_usd=self.spent_usd,
            created_at=now,
            budget_id=self.budget.id,
            budget_name=self.budget.terms.name,
            limit_usd=self.budget.terms.limit_usd,
            version=self.budget.version,
            threshold=self.threshold,
            explanation=self.explanation,
        )


def is_watched(period: Span, now: datetime) -> bool:
    """Whether a budget's period may still alert: until a day after its end.

    Also before it begins: a call may be stored some minutes ahead of its time, and what it reaches
    is reached only once.
    """
    return now < period.end + ALERTS_AFTER_END


def reached(budget: Budget, period: Span, before_usd: Decimal, after_usd: Decimal) -> list[Reached]:
    """What the step from ``before_usd`` to ``after_usd`` reaches, lowest threshold first."""
    crossed = budget.terms.crossed(before_usd, after_usd)
    if not crossed:  # nearly always, and a hundred budgets may be asked for one call
        return []
    return [
        Reached(
            budget=budget,
            period=period,
            kind=AlertKind.ACTUAL,
            threshold=threshold,
            spent_usd=after_usd,
        )
        for threshold in crossed
    ]
