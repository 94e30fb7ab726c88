"""Costs without their lines, by whole numbers: what every event needs as it comes in.

Decimal arithmetic takes several microseconds an event; the same sums over integers, in a common
fraction of a dollar, take one, and are exact for the same reason. `make bench-pricing` shows both.
"""

from collections.abc import Mapping
from decimal import Decimal

from domain.money import EXACT, decimals_of
from domain.pricing.cost import power_of_ten
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

    __slots__ = ("_savings", "find", "one")

    def __init__(self, prices: Mapping[TokenClass, int], places: int) -> None:
        #: The unit, and the number of it that a token of a class costs; None where it has no price.
        self.one = Decimal(1).scaleb(-places, EXACT)
        self.find = prices.get
        #: What each token of a cache saves against one that is not cached; a class is absent where
        #: a price to compare is not known.
        self._savings = {
            cached: prices[full] - prices[cached]
            for cached, full in UNCACHED.items()
            if cached in prices and full in prices
        }

    def cache_savings_of(self, usage: TokenUsage) -> Decimal | None:
        """What ``Quote.cache_savings_of`` says."""
        saved, counts = 0, usage.tokens
        for name in UNCACHED:
            cached = counts.get(name)
            if cached:
                saving = self._savings.get(name)
                if saving is None:
                    return None
                saved += cached * saving
        return _multiply(self.one, saved) if saved else _ZERO


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
