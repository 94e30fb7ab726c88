"""US dollars, exact: ``Decimal`` with a context that refuses to round."""

from collections.abc import Iterable
from decimal import Context, Decimal, Inexact, InvalidOperation, Overflow, localcontext

from domain.decimals import JSON_NUMBER
from domain.errors import Invalid
from domain.phrases import Phrase

#: Largest amount that a sender may state, in US dollars.
MOST_USD = Decimal(10**6)
#: More decimals than any provider states; binary floats printed in full have fewer.
MOST_DECIMALS = 30

EXACT = Context(prec=200, traps=[Inexact, InvalidOperation, Overflow])


def exact_sum(amounts: Iterable[Decimal]) -> Decimal:
    """The sum to the last digit; ``Inexact`` is raised before a digit is lost."""
    with localcontext(EXACT):
        return sum(amounts, Decimal(0))


def parse_usd(value: Decimal | str, pointer: str) -> Decimal:
    """Read an amount exactly.

    Raises:
        Invalid: not a finite decimal number from 0 to 10^6 with at most 30 decimals.
    """
    if isinstance(value, str) and not JSON_NUMBER.fullmatch(value):
        raise Invalid.at(pointer, "must be a decimal number", code="invalid_money")
    amount = Decimal(value)
    if not amount.is_finite() or not 0 <= amount <= MOST_USD:
        raise Invalid.at(pointer, "must be from 0 to 1000000 US dollars", code="invalid_money")
    if decimals_of(amount) > MOST_DECIMALS:
        detail = Phrase("must have at most %(most)s decimals", most=MOST_DECIMALS)
        raise Invalid.at(pointer, detail, code="invalid_money")
    return amount


def decimals_of(amount: Decimal) -> int:
    """Digits after the decimal point as written; ``amount`` must be finite."""
    exponent = amount.as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def plain(amount: Decimal) -> str:
    """``amount`` as a decimal string: no exponent, no trailing zeros, no negative zero."""
    text = format(amount, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text
