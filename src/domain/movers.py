"""Which keys became dearer or cheaper, and what each of them did differently."""

from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Generic, TypeVar

from domain.cost_change import CostChange, Volume, cost_change, main_cause
from domain.money import EXACT

K = TypeVar("K", bound=Hashable)


class Cause(StrEnum):
    """What did most. A key by itself has no mix: it is new, or gone, or used otherwise."""

    NEW = "new"
    GONE = "gone"
    VOLUME = "volume"
    PRICE = "price"


@dataclass(frozen=True, slots=True)
class Mover(Generic[K]):
    """One key on both sides; a side on which it was not used is empty."""

    key: K
    before: Volume
    after: Volume

    @property
    def difference_usd(self) -> Decimal:
        return EXACT.subtract(self.after.cost_usd, self.before.cost_usd)

    @property
    def change(self) -> CostChange[str]:
        """Its own volume and price effects; without a mix where it was used on both sides."""
        return cost_change({"": self.before}, {"": self.after})

    @property
    def cause(self) -> Cause:
        if not self.before.is_used:
            return Cause.NEW
        if not self.after.is_used:
            return Cause.GONE
        # Only a key that was free before has a mix, and then what it costs now is its price.
        return Cause.VOLUME if main_cause(self.change) == "volume" else Cause.PRICE


def movers(before: Mapping[K, Volume], after: Mapping[K, Volume]) -> list[Mover[K]]:
    """Keys whose cost is another one, the largest difference first, ties by name."""
    moved = [each for each in _all(before, after) if each.difference_usd]
    return sorted(
        moved, key=lambda each: (each.difference_usd.copy_abs().copy_negate(), str(each.key))
    )


def _all(before: Mapping[K, Volume], after: Mapping[K, Volume]) -> Iterator[Mover[K]]:
    for key in dict.fromkeys([*before, *after]):
        yield Mover(key, before.get(key, Volume()), after.get(key, Volume()))
