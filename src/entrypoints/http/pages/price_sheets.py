"""Prices as a person reads them: a line for each class, a column for each threshold."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from domain.pricing.listing import PriceRow, RateRow
from domain.pricing.price import STANDARD_SPEED
from domain.service_tier import DEFAULT
from domain.usage.token_usage import TokenClass, Unit

_ORDER = {name: place for place, name in enumerate([*TokenClass, *Unit])}


@dataclass(frozen=True, slots=True)
class PriceLine:
    """The prices of one class by threshold, None for every prompt."""

    class_: str
    by_threshold: Mapping[int | None, RateRow]

    @property
    def base(self) -> RateRow:
        return self.by_threshold[None]

    def above(self, threshold: int) -> RateRow:
        """The price above a threshold, which may be another class's."""
        reached = [above for above in self.by_threshold if above and above <= threshold]
        return self.by_threshold[max(reached)] if reached else self.base


@dataclass(frozen=True, slots=True)
class PriceSheet:
    """Everything that is billed in one circumstance; ``words`` name it, empty for the ordinary."""

    words: str
    lines: tuple[PriceLine, ...]

    @property
    def thresholds(self) -> list[int]:
        """The prompt sizes above which some price is another one, ascending."""
        return sorted({above for line in self.lines for above in line.by_threshold if above})


def sheets_of(rates: Iterable[RateRow]) -> list[PriceSheet]:
    """The ordinary circumstance first, then the others as they are listed."""
    found: dict[str, dict[str, dict[int | None, RateRow]]] = {}
    for rate in rates:
        lines = found.setdefault(_words(rate), {})
        lines.setdefault(rate.class_, {})[rate.tier_from] = rate
    sheets = [
        PriceSheet(words, tuple(PriceLine(*line) for line in sorted(lines.items(), key=_place)))
        for words, lines in found.items()
    ]
    return sorted(sheets, key=lambda sheet: bool(sheet.words))


def by_circumstance(rows: Iterable[PriceRow]) -> list[tuple[str, list[PriceRow]]]:
    """The rows, newest first, by the circumstance that each is about: the ordinary one first.

    A price of batches alone, of days of its own, is no news of the ordinary price.
    """
    found: dict[str, list[PriceRow]] = {"": []}
    for row in sorted(rows, key=lambda row: row.valid_from or date.min, reverse=True):
        found.setdefault(sheets_of(row.rates)[0].words, []).append(row)
    return [(words, group) for words, group in found.items() if group]


def _words(rate: RateRow) -> str:
    tier = "" if rate.service_tier == DEFAULT else rate.service_tier
    speed = "" if rate.speed == STANDARD_SPEED else rate.speed
    return ", ".join(word for word in (tier, speed, rate.region) if word)


def _place(line: tuple[str, object]) -> int:
    return _ORDER[line[0]]
