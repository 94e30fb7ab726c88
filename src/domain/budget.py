"""A limit on what a part of an organization may cost in a day, week or month."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from domain.errors import Invalid
from domain.money import EXACT, MOST_USD
from domain.period import Interval, Span, span_containing, zone
from domain.report import Dimension, EventFilter
from domain.tags import check_tags
from domain.text import check_name, check_text

#: What a budget may be scoped to, besides tags.
SCOPE_DIMENSIONS = (
    Dimension.PROJECT,
    Dimension.ENVIRONMENT,
    Dimension.PROVIDER,
    Dimension.MODEL,
    Dimension.USER,
    Dimension.API_KEY,
)
DEFAULT_THRESHOLDS = (50, 80, 100)
DEFAULT_FORECAST_THRESHOLDS = (100,)
LARGEST_THRESHOLD = 1_000
#: Below this share of a period, a straight line through so few hours says nothing.
LEAST_SHARE_FOR_FORECAST = Decimal("0.01")


class BudgetPeriod(StrEnum):
    """Days, weeks (from Monday) or months, in the budget's own time zone."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


class Enforcement(StrEnum):
    """Whether reservations against a budget are refused, or people are only told."""

    ALERT = "alert"
    BLOCK = "block"


class BudgetState(StrEnum):
    OK = "ok"
    WARNING = "warning"
    EXCEEDED = "exceeded"


@dataclass(frozen=True, slots=True)
class BudgetScope:
    """Which events count: those that match every named field. An empty scope takes all.

    Raises:
        Invalid: a field that budgets do not have, or a text that no event can have.
    """

    dimensions: Mapping[Dimension, str] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for dimension, value in self.dimensions.items():
            if dimension not in SCOPE_DIMENSIONS:
                raise Invalid.at(f"/scope/{dimension}", "is not a field of a scope")
            check_text(value, f"/scope/{dimension}")
        check_tags(self.tags, "/scope/tags")

    @property
    def as_filter(self) -> EventFilter:
        return EventFilter(
            dimensions={name: (value,) for name, value in self.dimensions.items()},
            tags={name: (value,) for name, value in self.tags.items()},
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class BudgetTerms:
    """What an owner decides about a budget.

    ``unpriced`` is what a reservation for a model without a price is taken for: ``block``,
    ``allow``, or an amount in US dollars. Thresholds are percents of the limit.

    Raises:
        Invalid: no name, no positive limit, a threshold outside 1 to 1,000, or no such time zone.
    """

    name: str
    limit_usd: Decimal
    period: BudgetPeriod = BudgetPeriod.MONTH
    timezone: str = "UTC"
    scope: BudgetScope = BudgetScope()
    thresholds: tuple[int, ...] = DEFAULT_THRESHOLDS
    forecast_thresholds: tuple[int, ...] = DEFAULT_FORECAST_THRESHOLDS
    enforcement: Enforcement = Enforcement.ALERT
    unpriced: str | Decimal = "block"

    def __post_init__(self) -> None:
        object.__setattr__(self, "name", check_name(self.name, "/name"))
        if not self.limit_usd.is_finite() or not 0 < self.limit_usd <= MOST_USD:
            raise Invalid.at("/limit_usd", "must be above 0 and at most 1000000 US dollars")
        zone(self.timezone, "/timezone")
        for name in ("thresholds", "forecast_thresholds"):
            percents: tuple[int, ...] = getattr(self, name)
            if any(not 1 <= percent <= LARGEST_THRESHOLD for percent in percents):
                raise Invalid.at(f"/{name}", f"must be from 1 to {LARGEST_THRESHOLD} percent")
            object.__setattr__(self, name, tuple(sorted(set(percents))))

    @property
    def decisive(self) -> tuple[object, ...]:
        """What a new version begins with when it changes; a new name is not among it."""
        return (
            self.limit_usd,
            self.period,
            self.timezone,
            self.scope,
            self.thresholds,
            self.forecast_thresholds,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class BudgetStatus:
    """How a budget stands in one period."""

    period: Span
    spent_usd: Decimal
    remaining_usd: Decimal
    used_share: float
    forecast_usd: Decimal | None
    state: BudgetState


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """Terms with an identity. ``version`` grows with every change that moves a threshold."""

    id: str
    organization_id: str
    terms: BudgetTerms
    version: int
    created_at: datetime
    updated_at: datetime

    def revised(self, terms: BudgetTerms, now: datetime) -> "Budget":
        version = self.version + (terms.decisive != self.terms.decisive)
        return replace(self, terms=terms, version=version, updated_at=now)

    def period_at(self, now: datetime) -> Span:
        """The period that ``now`` lies in."""
        return span_containing(now, Interval(self.terms.period), zone(self.terms.timezone))

    def status(self, spent_usd: Decimal, now: datetime) -> BudgetStatus:
        """Where ``spent_usd`` in the period of ``now`` leaves this budget.

        Exceeded from spent = limit on, a warning from the lowest threshold on.
        """
        period = self.period_at(now)
        return BudgetStatus(
            period=period,
            spent_usd=spent_usd,
            remaining_usd=max(EXACT.subtract(self.terms.limit_usd, spent_usd), Decimal(0)),
            used_share=float(spent_usd / self.terms.limit_usd),
            forecast_usd=_forecast(spent_usd, period, now),
            state=self._state(spent_usd),
        )

    def _state(self, spent_usd: Decimal) -> BudgetState:
        if spent_usd >= self.terms.limit_usd:
            return BudgetState.EXCEEDED
        lowest = min(self.terms.thresholds, default=None)
        if lowest is None:
            return BudgetState.OK
        due = EXACT.multiply(self.terms.limit_usd, lowest).scaleb(-2, EXACT)
        return BudgetState.WARNING if spent_usd >= due else BudgetState.OK


def _forecast(spent_usd: Decimal, period: Span, now: datetime) -> Decimal | None:
    """Spent so far continued in a straight line, to six decimals; None too early to say."""
    elapsed = Decimal(str((now - period.start).total_seconds()))
    share = elapsed / Decimal(str(period.length.total_seconds()))
    if share < LEAST_SHARE_FOR_FORECAST:
        return None
    return round(spent_usd / share, 6)
