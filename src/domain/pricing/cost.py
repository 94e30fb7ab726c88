"""What a usage costs at a quoted price: exact, line by line."""

from collections.abc import Container
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Context, Decimal, Inexact
from typing import NamedTuple

from domain.money import EXACT
from domain.usage.token_usage import TokenUsage, Unit

_ROUNDED = Context(prec=EXACT.prec, rounding=ROUND_HALF_EVEN)
_LAST_DIGIT = Decimal("1e-18")
_POWERS_OF_TEN = {10**exponent: exponent for exponent in range(19)}


@dataclass(frozen=True, slots=True)
class CostLine:
    """``amount_usd`` = ``quantity`` x ``unit_price_usd`` / ``per``; ``note`` says what is unusual.

    ``class_`` is a token class or a unit. ``tier`` is the prompt size above which the price holds.
    The list's price and amount stand beside those that were applied; None where it has none.
    """

    class_: str
    quantity: Decimal | int
    unit_price_usd: Decimal
    per: int
    amount_usd: Decimal
    note: str | None = None
    source: str | None = None
    tier: int | None = None
    service_tier: str | None = None
    list_unit_price_usd: Decimal | None = None
    list_amount_usd: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Cost:
    """The sum of the lines; ``unpriced`` names what was used and has no price."""

    amount_usd: Decimal
    lines: tuple[CostLine, ...]
    unpriced: frozenset[str] = frozenset()


class Total(NamedTuple):
    """A cost without its lines.

    ``is_priced`` says whether anything had a price, ``is_whole`` whether everything that was used
    had.
    """

    amount_usd: Decimal
    is_priced: bool
    is_whole: bool


def amount_of(quantity: Decimal | int, unit_price_usd: Decimal, per: int) -> Decimal:
    """``quantity`` x ``unit_price_usd`` / ``per``, exactly.

    What does not terminate (a price per hour, say) is rounded half-even at 18 decimals.
    """
    product = EXACT.multiply(unit_price_usd, quantity)
    exponent = power_of_ten(per)
    if exponent is not None:
        return product.scaleb(-exponent, EXACT)
    try:
        return EXACT.divide(product, Decimal(per))
    except Inexact:
        return _ROUNDED.divide(product, Decimal(per)).quantize(_LAST_DIGIT, context=_ROUNDED)


def power_of_ten(per: int) -> int | None:
    """The exponent of a power of ten up to 10^18; None for any other number."""
    return _POWERS_OF_TEN.get(per)


def quantities_of(usage: TokenUsage, priced: Container[str]) -> list[tuple[str, int | Decimal]]:
    """What was used, and the one request that an event implies where requests have a price."""
    found: list[tuple[str, int | Decimal]] = [*usage.tokens.items(), *usage.units.items()]
    if Unit.REQUESTS in priced and Unit.REQUESTS not in usage.units:
        found.append((Unit.REQUESTS, 1))
    return found
