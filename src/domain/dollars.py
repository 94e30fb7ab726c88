"""US dollars as they are said in a sentence."""

from decimal import ROUND_HALF_EVEN, Context, Decimal

_TWO_DIGITS = Context(prec=2, rounding=ROUND_HALF_EVEN)
_TO_CENTS = Context(prec=60, rounding=ROUND_HALF_EVEN)
_CENT = Decimal("0.01")


def spoken_usd(amount: Decimal) -> str:
    """Cents from a dollar on, two digits below: ``$1,234.50``, ``$0.042``; ``-$3.00``."""
    size = amount.copy_abs()
    # What two digits round up to a dollar is written as one.
    small = _TWO_DIGITS.plus(size)
    rounded = small if small < 1 else size.quantize(_CENT, context=_TO_CENTS)
    text = f"{rounded:,f}" if size else "0.00"
    return f"{'-' if amount < 0 else ''}${text}"
