"""A price: what a model's tokens and units cost, when, and at which tier of service."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from decimal import Decimal

from domain.service_tier import DEFAULT

STANDARD_SPEED = "standard"


@dataclass(frozen=True, slots=True)
class Tier:
    """A unit price for prompts of more than ``above`` tokens, cached ones included."""

    above: int
    unit_price_usd: Decimal


@dataclass(frozen=True, slots=True)
class Rate:
    """US dollars for every ``per`` tokens or units; ``tiers`` ascend.

    A tier's price holds for the whole call, not only for the tokens beyond its threshold.
    ``source`` names who states it, where that is not the source of the whole price.
    """

    unit_price_usd: Decimal
    per: int
    tiers: tuple[Tier, ...] = ()
    source: str | None = None

    def price_for(self, prompt_tokens: int) -> Decimal:
        """The unit price of a call with a prompt of this size."""
        price = self.unit_price_usd
        for tier in self.tiers:
            if prompt_tokens <= tier.above:
                break
            price = tier.unit_price_usd
        return price


@dataclass(frozen=True, slots=True)
class DailyWindow:
    """A time of day in UTC, ``[start, end)``; it may pass midnight."""

    start: time
    end: time

    def holds_at(self, moment: time) -> bool:
        if self.end < self.start:
            return moment >= self.start or moment < self.end
        return self.start <= moment < self.end

    def __str__(self) -> str:
        return f"{self.start:%H:%M}-{self.end:%H:%M}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """All rates of one model in one circumstance.

    ``rates`` is keyed by token class or unit; an empty one says that the price is not known.
    ``valid_from`` and ``valid_to`` are UTC days, half-open; None is open-ended.
    """

    provider: str
    model: str
    rates: Mapping[str, Rate]
    source: str
    source_version: str
    service_tier: str = DEFAULT
    speed: str = STANDARD_SPEED
    region: str | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    window: DailyWindow | None = None
    disputed: bool = False
    _thresholds: tuple[int, ...] = field(init=False, repr=False, compare=False)
    _is_always: bool = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        # Both are asked for at every event; working them out once keeps a quote at a microsecond.
        above = {tier.above for rate in self.rates.values() for tier in rate.tiers}
        always = self.valid_from is None and self.valid_to is None and self.window is None
        object.__setattr__(self, "_thresholds", tuple(sorted(above, reverse=True)))
        object.__setattr__(self, "_is_always", always)

    def threshold_for(self, prompt_tokens: int) -> int | None:
        """The highest threshold that a prompt of this size exceeds; None below the first."""
        for threshold in self._thresholds:
            if prompt_tokens > threshold:
                return threshold
        return None

    def holds_at(self, at: datetime) -> bool:
        """Whether this price applies at an aware instant."""
        if self._is_always:
            return True
        moment = at.astimezone(UTC)
        day = moment.date()
        if self.valid_from is not None and day < self.valid_from:
            return False
        if self.valid_to is not None and day >= self.valid_to:
            return False
        return self.window is None or self.window.holds_at(moment.time())
