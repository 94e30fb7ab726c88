"""Prices joined: what the names that mean a model add to what is known of it."""

from collections.abc import Iterable, Iterator
from datetime import date

import msgspec

from adapters.pricing.book_records import ModelRecord, PriceRecord, RateRecord
from tools.price_book.litellm import ORDINARY, SOURCE, Circumstance, Listing
from tools.price_book.records import current, is_same, ordinary, to_records


def complemented(record: ModelRecord, agreeing: list[Listing], day: date) -> ModelRecord:
    """The record with what all of the names that mean it add to it."""
    base = ordinary(record, day)
    prices = list(record.prices)
    if base is not None and base.rates:
        place = prices.index(base)
        base = prices[place] = _confirmed(record.model, base, agreeing)
    prices = [_with_days(price, agreeing) for price in prices]
    for circumstance in dict.fromkeys(c for each in agreeing for c in each.rates):
        rates = _agreed_rates(record.model, agreeing, circumstance)
        is_known = circumstance == ORDINARY or current(prices, circumstance, day)
        if rates and not is_known:
            prices.append(_beside(base, rates, circumstance))
    return msgspec.structs.replace(record, prices=tuple(prices))


def _confirmed(model: str, price: PriceRecord, agreeing: list[Listing]) -> PriceRecord:
    """The price with the classes that only the other source has."""
    is_confirmed = any(ORDINARY in listing.rates for listing in agreeing)
    new = _agreed_rates(model, agreeing, ORDINARY)
    return msgspec.structs.replace(
        price,
        rates=dict(sorted({**new, **price.rates}.items())),
        confirmed_by=SOURCE if is_confirmed else None,
    )


def price_of(
    rates: dict[str, RateRecord], circumstance: Circumstance, since: date | None
) -> PriceRecord:
    service_tier, speed, region = circumstance
    return PriceRecord(
        source=SOURCE,
        rates=rates,
        service_tier=service_tier,
        speed=speed,
        region=region,
        valid_from=since,
    )


def _beside(
    base: PriceRecord | None, rates: dict[str, RateRecord], circumstance: Circumstance
) -> PriceRecord:
    """A price in another circumstance, for as long as the ordinary one that it goes with."""
    price = price_of(rates, circumstance, base.valid_from if base else None)
    if base is None:
        return price
    fees = {name: rate for name, rate in base.rates.items() if rate.per != 10**6}
    stated = {
        name: msgspec.structs.replace(rate, source=base.source) for name, rate in fees.items()
    }
    joined = dict(sorted({**stated, **rates}.items()))
    return msgspec.structs.replace(price, rates=joined, valid_to=base.valid_to)


def _agreed_rates(
    model: str, listings: list[Listing], circumstance: Circumstance
) -> dict[str, RateRecord]:
    """What the model's own name states, and of its other names what they state alike.

    A tier or region in which other names contradict each other is left out whole: half a price
    would leave calls unpriced that the ordinary price is known for.
    """
    source = SOURCE if circumstance == ORDINARY else None
    found: dict[str, RateRecord] = {}
    doubtful: set[str] = set()
    own_first = sorted(listings, key=lambda listing: listing.name != model)
    settled = {
        name
        for each in own_first[:1]
        if each.name == model
        for name in each.rates.get(circumstance, {})
    }
    for listing in own_first:
        for name, rate in to_records(listing.rates.get(circumstance, {}), source=source).items():
            if name in found and name not in settled and not is_same(found[name], rate):
                doubtful.add(name)
            found.setdefault(name, rate)
    if doubtful and circumstance != ORDINARY:
        return {}
    return {name: rate for name, rate in found.items() if name not in doubtful}


def until(prices: Iterable[PriceRecord], day: date | None) -> Iterator[PriceRecord]:
    """What held before ``day``, cut off there."""
    for price in prices:
        if day is not None and (price.valid_from is None or price.valid_from < day):
            ends = day if price.valid_to is None else min(day, price.valid_to)
            yield msgspec.structs.replace(price, valid_to=ends)


def _with_days(price: PriceRecord, listings: list[Listing]) -> PriceRecord:
    """Peak hours hold on the days that the other source gives, where it is off-peak all day on

    the others: the first source has no days of the week.
    """
    if price.window is None or price.days:
        return price
    for listing in listings:
        if listing.off_peak is not None and (days := listing.off_peak.peak_days):
            return msgspec.structs.replace(price, days=days)
    return price
