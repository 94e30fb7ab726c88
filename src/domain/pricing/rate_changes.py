"""What a model's calls cost by one book and by another: every price that differs."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from itertools import product
from typing import NamedTuple

from domain.money import EXACT
from domain.pricing.cost import amount_of
from domain.pricing.price import Price
from domain.pricing.pricing_table import PricingTable
from domain.pricing.quote import Quote
from domain.usage.token_usage import Unit

#: A price that moves further than this, up or down, is an error until somebody says why.
MOST_FACTOR = 10
#: Any date that no model is named by: how a model's dated names look.
_DATED = "-2029-09-29"
_WEEK = 7

Model = tuple[str, str]


@dataclass(frozen=True, slots=True, order=True)
class RateChange:
    """A price of one unit, before and after; ``about`` names class and circumstance.

    None for ``after_usd`` is a price that is gone. ``from_day`` is None for a change that is seen
    at once, else the day on which it begins.
    """

    provider: str
    model: str
    about: str
    before_usd: Decimal
    after_usd: Decimal | None
    from_day: date | None = None

    @property
    def is_drastic(self) -> bool:
        """Whether it moved more than tenfold, to zero and from zero included."""
        if self.after_usd is None:
            return False
        low, high = sorted((self.before_usd, self.after_usd))
        return high > EXACT.multiply(low, MOST_FACTOR)


class _Call(NamedTuple):
    """A call to ask both books about; ``since`` is the day on which its price may have begun."""

    since: date
    at: datetime
    prompt_tokens: int
    service_tier: str
    speed: str
    region: str | None

    def quote(self, table: PricingTable, model: Model) -> Quote | None:
        applied = table.apply(
            *model,
            at=self.at,
            prompt_tokens=self.prompt_tokens,
            service_tier=self.service_tier,
            speed=self.speed,
            region=self.region,
        )
        return applied.quote if applied else None

    @property
    def about(self) -> str:
        """Its circumstance in words."""
        above = f"above {self.prompt_tokens - 1}" if self.prompt_tokens else None
        stated = (self.service_tier, self.speed, self.region, above)
        return " ".join(part for part in stated if part is not None)


def quotes_of(table: PricingTable, model: Model, day: date) -> Iterator[Quote]:
    """The quotes of a model's name, in every circumstance that its prices know from ``day`` on."""
    for call in _calls(_prices(table, model), day):
        quote = call.quote(table, model)
        if quote is not None:
            yield quote


def changes_of(
    model: Model, before: PricingTable, after: PricingTable, day: date
) -> Iterator[RateChange]:
    """The first change of each price, today's or an announced one, under any of its names."""
    provider, name = model
    dated = (provider, name + _DATED)
    is_family = before.find(*dated) is before.find(*model)
    seen: set[str] = set()
    for asked, suffix in ((model, ""), (dated, " of dated names")) if is_family else ((model, ""),):
        calls = _calls([*_prices(before, model), *_prices(after, asked)], day)
        for call in calls:
            old, new = call.quote(before, asked), call.quote(after, asked)
            for class_, was, becomes in _differing(old, new):
                about = f"{class_} {call.about}"
                if about not in seen:
                    seen.add(about)
                    begins = None if call.since == day else call.since
                    yield RateChange(provider, name, about + suffix, was, becomes, begins)


def _differing(
    old: Quote | None, new: Quote | None
) -> Iterator[tuple[str, Decimal, Decimal | None]]:
    before, after = _per_million(old), _per_million(new)
    for class_, usd in before.items():
        if usd != after.get(class_):
            yield class_, usd, after.get(class_)
    # A fee for every call where there was none; other new classes had no price before.
    if before and Unit.REQUESTS in after.keys() - before.keys() and after[Unit.REQUESTS]:
        yield Unit.REQUESTS, Decimal(0), after[Unit.REQUESTS]


def _per_million(quote: Quote | None) -> Mapping[str, Decimal]:
    if quote is None:
        return {}
    return {
        str(name): amount_of(10**6, rate.unit_price_usd, rate.per)
        for name, rate in quote.rates.items()
    }


def _prices(table: PricingTable, model: Model) -> Iterable[Price]:
    found = table.find(*model)
    return found.prices if found else ()


def _calls(prices: Iterable[Price], day: date) -> list[_Call]:
    """Every circumstance of the prices, on every day and at every hour on which one begins."""
    known = [price for price in prices if price.valid_to is None or day < price.valid_to]
    bounds = {bound for price in known for bound in (price.valid_from, price.valid_to) if bound}
    begins = days = [day, *sorted(bound for bound in bounds if bound > day)]
    windows = [price.window for price in known if price.window]
    if any(window.days for window in windows):
        days = sorted({each + timedelta(n) for each in begins for n in range(_WEEK)})
    times = sorted({time(), *(t for window in windows for t in (window.start, window.end))})
    moments = [datetime.combine(each, at, UTC) for each, at in product(days, times)]
    prompts = sorted({0, *(above + 1 for price in known for above in price.thresholds)})
    circumstances = sorted(
        {(price.service_tier, price.speed, price.region) for price in known},
        key=lambda each: tuple(part or "" for part in each),
    )
    return [
        _Call(max(each for each in begins if each <= at.date()), at, prompt, *circumstance)
        for at, prompt, circumstance in product(moments, prompts, circumstances)
    ]
