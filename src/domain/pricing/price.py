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
    """A time of day in UTC, ``[start, end)``; it may pass midnight, and equal ends are all day.

    ``days`` are those on which it begins, as ISO numbers them from Monday = 1; empty for all.
    """

    start: time
    end: time
    days: tuple[int, ...] = ()

    def holds_at(self, at: datetime) -> bool:
        """Whether an instant, in UTC, is within."""
        moment, day = at.time(), at.isoweekday()
        if self.start < self.end:
            is_within = self.start <= moment < self.end
        else:
            is_within = moment >= self.start or moment < self.end
            if moment < self.start and self.start != self.end:
                day = day - 1 or 7  # it began the day before
        return is_within and (not self.days or day in self.days)

    def __str__(self) -> str:
        hours = f"{self.start:%H:%M}-{self.end:%H:%M}"
        return hours if not self.days else f"{hours} on {_words(self.days)}"


def _words(days: tuple[int, ...]) -> str:
    return ", ".join(_DAYS[day - 1] for day in days)


_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


@dataclass(frozen=True, slots=True)
class Contested:
    """What another source says instead, class by class, where the two disagree."""

    source: str
    source_version: str
    rates: Mapping[str, Rate]


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """All rates of one model in one circumstance.

    ``rates`` is keyed by token class or unit; an empty one says that the price is not known.
    ``valid_from`` and ``valid_to`` are UTC days, half-open; None is open-ended. ``confirmed_by``
    names another source that says the same; ``contested`` is what it says where it disagrees, and
    ``disputed`` that nobody has decided which of the two holds.
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
    confirmed_by: str | None = None
    contested: Contested | None = None
    #: Sizes of prompts above which another unit price holds, the highest first.
    thresholds: tuple[int, ...] = field(init=False, repr=False, compare=False)
    #: Whether it holds at every instant.
    is_always: bool = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        # Both are asked for at every event; working them out once keeps a quote at a microsecond.
        above = {tier.above for rate in self.rates.values() for tier in rate.tiers}
        always = self.valid_from is None and self.valid_to is None and self.window is None
        object.__setattr__(self, "thresholds", tuple(sorted(above, reverse=True)))
        object.__setattr__(self, "is_always", always)

    def threshold_for(self, prompt_tokens: int) -> int | None:
        """The highest threshold that a prompt of this size exceeds; None below the first."""
        for threshold in self.thresholds:
            if prompt_tokens > threshold:
                return threshold
        return None

    def holds_at(self, at: datetime) -> bool:
        """Whether this price applies at an aware instant."""
        if self.is_always:
            return True
        moment = at.astimezone(UTC)
        day = moment.date()
        if self.valid_from is not None and day < self.valid_from:
            return False
        if self.valid_to is not None and day >= self.valid_to:
            return False
        return self.window is None or self.window.holds_at(moment)
