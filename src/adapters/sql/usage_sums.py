"""Sums as PostgreSQL answers them, and the measures that they make."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from adapters.sql.event_tables import TOKEN_COLUMNS
from adapters.sql.rollup_tables import COUNTS, FIRST_TOKEN_BIT, SUMS
from domain.costing import CostSource
from domain.durations import distribution
from domain.money import exact_sum
from domain.report import Coverage, Distribution, Measures

#: Calls by slot of their duration.
Slots = Mapping[int, int]


@dataclass(frozen=True, slots=True)
class Sums:
    """A row of ``COUNTS`` and ``SUMS``, these null where nothing is known, and its durations."""

    row: Mapping[str, Any]
    slots: Slots

    @property
    def measures(self) -> Measures:
        row = self.row
        counts = {source: int(row[f"{source}_calls"]) for source in CostSource}
        return Measures(
            cost_usd=known_cost(row),
            calls=int(row["calls"]),
            errors=int(row["errors"]),
            tokens={name: int(row[col]) for name, col in TOKEN_COLUMNS.items() if row[col]},
            latency_ms=self._distribution("latency_ms", 0),
            time_to_first_token_ms=self._distribution("first_token_ms", FIRST_TOKEN_BIT),
            cache_savings_usd=row["cache_savings_usd"] or Decimal(0),
            coverage=Coverage.of(counts),
        )

    def _distribution(self, total_ms: str, bit: int) -> Distribution:
        """Of the slots with this bit, which tells the two kinds of durations apart."""
        counts = {
            slot - bit: number
            for slot, number in self.slots.items()
            if slot & FIRST_TOKEN_BIT == bit
        }
        return distribution(counts, int(self.row[total_ms] or 0))


def added_up(parts: Sequence[Sums]) -> Sums:
    """All of them as one."""
    slots: Counter[int] = Counter()
    for part in parts:
        slots.update(part.slots)
    return Sums({name: _sum(name, parts) for name in (*COUNTS, *SUMS)}, slots)


def _sum(name: str, parts: Sequence[Sums]) -> Decimal | None:
    known = [Decimal(part.row[name]) for part in parts if part.row[name] is not None]
    return exact_sum(known) if known else None


def known_cost(row: Mapping[str, Any]) -> Decimal | None:
    """None where there are calls and the cost of none is known."""
    if row["calls"] == row[f"{CostSource.UNPRICED}_calls"]:
        return None
    return row["cost_usd"] or Decimal(0)
