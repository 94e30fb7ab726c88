"""Costs without their lines, by whole numbers: what every event needs as it comes in.

Decimal arithmetic takes several microseconds an event; the same sums over integers, in a common
fraction of a dollar, take one, and are exact for the same reason. `make bench-pricing` shows both.
"""

from collections.abc import Mapping
from decimal import Decimal

from domain.money import EXACT, decimals_of
from domain.pricing.cost import Total, power_of_ten
from domain.pricing.rates import UnitRate
from domain.usage.token_usage import TokenClass, TokenUsage, Unit

#: A cached class and the class that it would have been billed as without a cache.
UNCACHED = {
    TokenClass.CACHE_READ: TokenClass.INPUT,
    TokenClass.CACHE_READ_AUDIO: TokenClass.INPUT_AUDIO,
    TokenClass.CACHE_WRITE_5M: TokenClass.INPUT,
    TokenClass.CACHE_WRITE_1H: TokenClass.INPUT,
}
_ZERO = Decimal(0)
_multiply = EXACT.multiply
_CLASSES = {str(name): name for name in TokenClass}


class WholeNumbers:
    """A quote's rates per single token, in units of 10^-``places`` US dollars."""

    __slots__ = ("_find", "_incomparable", "_one")

    def __init__(self, prices: Mapping[TokenClass, int], places: int) -> None:
        self._one = Decimal(1).scaleb(-places, EXACT)
        #: The price of a token, and what it saves against one that is not cached.
        self._find = {name: (price, _saving(name, prices)) for name, price in prices.items()}.get
        #: Cached classes that have a price, but none to compare it with.
        self._incomparable = frozenset(
            cached for cached, full in UNCACHED.items() if cached in prices and full not in prices
        )

    def total_of(self, usage: TokenUsage) -> Total:
        """The total of a usage of tokens alone."""
        find = self._find
        amount, saved, is_priced, is_whole, is_comparable = 0, 0, False, True, True
        for name, tokens in usage.tokens.items():
            found = find(name)
            if found is not None:
                price, saving = found
                is_priced = True
                amount += tokens * price
                saved += tokens * saving
            elif tokens:
                is_whole = False
                is_comparable = is_comparable and name not in UNCACHED
        if self._incomparable and any(usage.tokens.get(name) for name in self._incomparable):
            is_comparable = False
        savings = _multiply(self._one, saved) if saved else _ZERO
        return Total(
            _multiply(self._one, amount), is_priced, is_whole, savings if is_comparable else None
        )


def _saving(name: TokenClass, prices: Mapping[TokenClass, int]) -> int:
    full = prices.get(UNCACHED.get(name, name))
    return 0 if full is None else full - prices[name]


def whole_numbers(rates: Mapping[str, UnitRate]) -> WholeNumbers | None:
    """The rates compiled; None where a call needs more than tokens times prices.

    That is so where each request has a price, or a token's price is not for a power of ten.
    """
    if Unit.REQUESTS in rates:
        return None
    scaled: dict[TokenClass, tuple[Decimal, int]] = {}
    for name, rate in rates.items():
        token_class, exponent = _CLASSES.get(name), power_of_ten(rate.per)
        if token_class is not None:
            if exponent is None:
                return None
            scaled[token_class] = rate.unit_price_usd, exponent
    places = max((decimals_of(usd) + exponent for usd, exponent in scaled.values()), default=0)
    prices = {
        name: int(usd.scaleb(places - exponent, EXACT)) for name, (usd, exponent) in scaled.items()
    }
    return WholeNumbers(prices, places)
