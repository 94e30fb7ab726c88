"""What drove a change of cost: more use, other prices, or other things used."""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Context, Decimal
from typing import Generic, Literal, TypeVar

from domain.money import EXACT, exact_sum

K = TypeVar("K", bound=Hashable)

#: How many keys are named.
TOP = 5
#: More decimals than a cost has, so that a doubled price leaves no dust in the mix.
_LAST_DIGIT = Decimal("1e-40")
_QUOTIENTS = Context(prec=150)


@dataclass(frozen=True, slots=True)
class Volume:
    """What one key was used for. Without tokens, as with models paid per request, calls count."""

    calls: int = 0
    tokens: int = 0
    cost_usd: Decimal = Decimal(0)

    @property
    def is_used(self) -> bool:
        return bool(self.calls or self.tokens)


@dataclass(frozen=True, slots=True)
class Part(Generic[K]):
    """How much dearer one key has become in US dollars; negative when it costs less."""

    key: K
    difference_usd: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class CostChange(Generic[K]):
    """US dollars; volume + price + mix are the difference to the last digit.

    ``top`` are the keys with the largest difference in either direction, largest first.
    """

    difference_usd: Decimal
    volume_usd: Decimal
    price_usd: Decimal
    mix_usd: Decimal
    top: tuple[Part[K], ...]


@dataclass(frozen=True, slots=True)
class _Pair(Generic[K]):
    """One key before and after, in a unit that it has on each side on which it was used."""

    key: K
    before: Volume
    after: Volume

    @property
    def is_in_tokens(self) -> bool:
        used = [side for side in (self.before, self.after) if side.is_used]
        return all(side.tokens for side in used)

    @property
    def quantities(self) -> tuple[int, int]:
        if self.is_in_tokens:
            return self.before.tokens, self.after.tokens
        return self.before.calls, self.after.calls

    @property
    def difference_usd(self) -> Decimal:
        return EXACT.subtract(self.after.cost_usd, self.before.cost_usd)

    @property
    def price_usd(self) -> Decimal:
        before, after = self.quantities
        if not before or not after:
            return Decimal(0)
        return EXACT.subtract(self.after.cost_usd, _part(self.before.cost_usd, after, before))


def cost_change(before: Mapping[K, Volume], after: Mapping[K, Volume]) -> CostChange[K]:
    """The change of cost from ``before`` to ``after``, taken apart.

    A key's quantity is its tokens, or its calls if it has no tokens on a side on which it was
    used. Quantities of tokens and of calls are not added up: each have an average of their own.

    - Volume: (all quantity after - all before) x the average cost of a unit before.
    - Price: for each key used on both sides, (its unit cost after - its unit cost before) x its
      quantity after. A unit cost also moves when, say, more of the tokens are output.
    - Mix: the rest, which is quantity that went to keys dearer or cheaper than the average. A key
      that is new or gone has no price effect: what it costs beyond the average is mix. With
      nothing before, all is mix.

    Volume and price are rounded half-even at 40 decimals; mix makes up for it.
    """
    pairs = [
        _Pair(key, before.get(key, Volume()), after.get(key, Volume()))
        for key in dict.fromkeys([*before, *after])
    ]
    difference = exact_sum(pair.difference_usd for pair in pairs)
    volume = EXACT.add(
        _volume_usd([pair for pair in pairs if pair.is_in_tokens]),
        _volume_usd([pair for pair in pairs if not pair.is_in_tokens]),
    )
    price = exact_sum(pair.price_usd for pair in pairs)
    return CostChange(
        difference_usd=difference,
        volume_usd=volume,
        price_usd=price,
        mix_usd=EXACT.subtract(difference, EXACT.add(volume, price)),
        top=_top(pairs),
    )


def main_cause(change: CostChange[K]) -> Literal["volume", "price", "mix"]:
    """The effect that did most in the direction of the difference; the largest if there is none.

    Of equal ones the first of volume, price and mix.
    """
    effects: dict[Literal["volume", "price", "mix"], Decimal] = {
        "volume": change.volume_usd,
        "price": change.price_usd,
        "mix": change.mix_usd,
    }
    if not change.difference_usd:
        return max(effects, key=lambda name: effects[name].copy_abs())
    if change.difference_usd > 0:
        return max(effects, key=lambda name: effects[name])
    return min(effects, key=lambda name: effects[name])


def _volume_usd(pairs: Sequence[_Pair[K]]) -> Decimal:
    before = sum(pair.quantities[0] for pair in pairs)
    after = sum(pair.quantities[1] for pair in pairs)
    cost = exact_sum(pair.before.cost_usd for pair in pairs)
    return _part(cost, after - before, before) if before else Decimal(0)


def _part(cost_usd: Decimal, numerator: int, denominator: int) -> Decimal:
    """``cost_usd`` x ``numerator`` / ``denominator``; the product first, so that halves stay."""
    product = _QUOTIENTS.multiply(cost_usd, Decimal(numerator))
    quotient = _QUOTIENTS.divide(product, Decimal(denominator))
    return quotient.quantize(_LAST_DIGIT, context=_QUOTIENTS)


def _top(pairs: Sequence[_Pair[K]]) -> tuple[Part[K], ...]:
    parts = [Part(pair.key, pair.difference_usd) for pair in pairs if pair.difference_usd]
    # Ties by name, so that the answer does not hang on the order of rows.
    parts.sort(key=lambda part: (part.difference_usd.copy_abs().copy_negate(), str(part.key)))
    return tuple(parts[:TOP])
