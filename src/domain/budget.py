"""A limit on what a part of an organization may cost in a day, week or month."""

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from domain.budget_scope import BudgetScope
from domain.channel import Channel
from domain.errors import Invalid
from domain.forecast import Forecast
from domain.money import EXACT, MOST_USD
from domain.period import Interval, Span, span_containing, zone
from domain.phrases import Phrase
from domain.report import Dimension
from domain.spending import Spending
from domain.terms_warning import TermsWarning
from domain.text import check_name

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


@dataclass(frozen=True, slots=True, kw_only=True)
class BudgetTerms:
    """What an owner decides about a budget.

    ``unpriced`` is what a reservation for a model without a price is taken for: ``block``,
    ``allow``, or an amount in US dollars. Thresholds are percents of the limit. Alerts go out on
    the channels ``channel_ids``, on all of the organization where these are None, and on none
    where there are none of them left.

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
    channel_ids: tuple[str, ...] | None = None
    #: The share of the limit that each threshold is: looked at with every call.
    _dues: tuple[Decimal, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "name", check_name(self.name, "/name"))
        if not self.limit_usd.is_finite() or not 0 < self.limit_usd <= MOST_USD:
            raise Invalid.at("/limit_usd", "must be above 0 and at most 1000000 US dollars")
        zone(self.timezone, "/timezone")
        for name in ("thresholds", "forecast_thresholds"):
            percents: tuple[int, ...] = getattr(self, name)
            if any(not 1 <= percent <= LARGEST_THRESHOLD for percent in percents):
                detail = Phrase("must be from 1 to %(most)s percent", most=LARGEST_THRESHOLD)
                raise Invalid.at(f"/{name}", detail)
            object.__setattr__(self, name, tuple(sorted(set(percents))))
        object.__setattr__(self, "_dues", tuple(map(self.due_usd, self.thresholds)))

    @property
    def counted(self) -> tuple[BudgetScope, BudgetPeriod, str]:
        """What decides which calls are summed up together."""
        return self.scope, self.period, self.timezone

    @property
    def warnings(self) -> tuple[TermsWarning, ...]:
        """What is allowed, and holds less than it seems to."""
        blocks = self.enforcement is Enforcement.BLOCK
        is_of_model = Dimension.MODEL in self.scope.dimensions
        return (TermsWarning.BLOCKS_BY_MODEL,) if blocks and is_of_model else ()

    def names(self, channel_id: str) -> bool:
        """Whether its alerts go out on this channel by its own choice."""
        return self.channel_ids is not None and channel_id in self.channel_ids

    def without_channel(self, channel_id: str) -> "BudgetTerms":
        """As these, once that channel is gone."""
        kept = tuple(each for each in self.channel_ids or () if each != channel_id)
        return replace(self, channel_ids=kept) if self.names(channel_id) else self

    def told_on(self, channels: Iterable[Channel]) -> list[Channel]:
        """Which of an organization's channels its alerts go out on."""
        return [
            channel
            for channel in channels
            if channel.is_enabled and (self.channel_ids is None or self.names(channel.id))
        ]

    def period_at(self, instant: datetime) -> Span:
        """The period that ``instant`` lies in."""
        return span_containing(instant, Interval(self.period), zone(self.timezone))

    def due_usd(self, percent: int) -> Decimal:
        """That share of the limit."""
        return EXACT.multiply(self.limit_usd, percent).scaleb(-2, EXACT)

    def crossed(self, before_usd: Decimal, after_usd: Decimal) -> tuple[int, ...]:
        """Thresholds that ``after_usd`` reaches and ``before_usd`` did not, ascending."""
        dues = self._dues
        return self.thresholds[bisect_right(dues, before_usd) : bisect_right(dues, after_usd)]

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
    """How a budget stands in one period.

    ``forecast_usd`` is what the period is expected to cost in the end, None too early to say, and
    ``forecast`` tells more of it where there is one. ``reserved_usd`` is not spent yet.
    """

    period: Span
    spent_usd: Decimal
    reserved_usd: Decimal
    remaining_usd: Decimal
    used_share: float
    forecast_usd: Decimal | None
    forecast: Forecast | None
    state: BudgetState

    @property
    def room_usd(self) -> Decimal:
        """What remains and is not held, for a call that would reserve now."""
        return max(EXACT.subtract(self.remaining_usd, self.reserved_usd), Decimal(0))

    @property
    def is_heading_over(self) -> bool:
        """Whether the limit holds so far, and the period is expected to end beyond it."""
        if self.forecast is None or self.state is BudgetState.EXCEEDED:
            return False
        return self.forecast.expected_usd > EXACT.add(self.spent_usd, self.remaining_usd)

    @property
    def is_in_danger(self) -> bool:
        return self.state is not BudgetState.OK or self.is_heading_over


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
        return self.terms.period_at(now)

    def status(self, spending: Spending, now: datetime) -> BudgetStatus:
        """Where the spending in the period of ``now`` leaves this budget.

        Exceeded from spent = limit on, a warning from the lowest threshold on.
        """
        spent = spending.spent_usd
        return BudgetStatus(
            period=spending.period,
            spent_usd=spent,
            reserved_usd=spending.reserved_usd,
            remaining_usd=max(EXACT.subtract(self.terms.limit_usd, spent), Decimal(0)),
            used_share=float(spent / self.terms.limit_usd),
            forecast_usd=_forecast_usd(spending, now),
            forecast=spending.forecast and spending.forecast.at_least(spent),
            state=self._state(spent),
        )

    def _state(self, spent_usd: Decimal) -> BudgetState:
        if spent_usd >= self.terms.limit_usd:
            return BudgetState.EXCEEDED
        lowest = min(self.terms.thresholds, default=None)
        if lowest is None:
            return BudgetState.OK
        due = self.terms.due_usd(lowest)
        return BudgetState.WARNING if spent_usd >= due else BudgetState.OK


def _forecast_usd(spending: Spending, now: datetime) -> Decimal | None:
    """The last forecast, unless more is spent by now; without one a straight line."""
    if spending.forecast is not None:
        return max(spending.forecast.expected_usd, spending.spent_usd)
    elapsed = Decimal(str((now - spending.period.start).total_seconds()))
    share = elapsed / Decimal(str(spending.period.length.total_seconds()))
    if share < LEAST_SHARE_FOR_FORECAST:
        return None
    return round(spending.spent_usd / share, 6)
