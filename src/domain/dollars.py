"""US dollars as they are said in a sentence."""

from decimal import ROUND_HALF_UP, Context, Decimal

from domain.money import decimals_of

_TWO_DIGITS = Context(prec=2, rounding=ROUND_HALF_UP)
_TO_CENTS = Context(prec=60, rounding=ROUND_HALF_UP)
_CENT = Decimal("0.01")


def spoken_usd(amount: Decimal) -> str:
    """Cents from a dollar on, two digits below: ``$1,234.50``, ``$0.50``, ``$0.042``."""
    size = amount.copy_abs()
    small = _TWO_DIGITS.plus(size).normalize(_TWO_DIGITS)
    # At least cents, and what two digits round up to a dollar is written as one.
    is_small = small < 1 and decimals_of(small) > 2
    rounded = small if is_small else size.quantize(_CENT, context=_TO_CENTS)
    return f"{'-' if amount < 0 else ''}${rounded:,f}"
