"""What a usage costs at a quoted price: exact, line by line."""

from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Context, Decimal, Inexact

from domain.money import EXACT

_ROUNDED = Context(prec=EXACT.prec, rounding=ROUND_HALF_EVEN)
_LAST_DIGIT = Decimal("1e-18")
_POWERS_OF_TEN = {10**exponent: exponent for exponent in range(19)}


@dataclass(frozen=True, slots=True)
class CostLine:
    """``amount_usd`` = ``quantity`` x ``unit_price_usd`` / ``per``; ``note`` says what is unusual.

    ``class_`` is a token class or a unit.
    """

    class_: str
    quantity: Decimal | int
    unit_price_usd: Decimal
    per: int
    amount_usd: Decimal
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Cost:
    """The sum of the lines; ``unpriced`` names what was used and has no price."""

    amount_usd: Decimal
    lines: tuple[CostLine, ...]
    unpriced: frozenset[str] = frozenset()


def amount_of(quantity: Decimal | int, unit_price_usd: Decimal, per: int) -> Decimal:
    """``quantity`` x ``unit_price_usd`` / ``per``, exactly.

    What does not terminate (a price per hour, say) is rounded half-even at 18 decimals.
    """
    product = EXACT.multiply(unit_price_usd, quantity)
    exponent = _POWERS_OF_TEN.get(per)
    if exponent is not None:
        return product.scaleb(-exponent, EXACT)
    try:
        return EXACT.divide(product, Decimal(per))
    except Inexact:
        return _ROUNDED.divide(product, Decimal(per)).quantize(_LAST_DIGIT, context=_ROUNDED)
