"""Prices of both sources in one form, so that they can be compared and joined."""

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal

from adapters.pricing.book_records import ModelRecord, PriceRecord, RateRecord
from tools.price_book.litellm import ORDINARY, Circumstance, Rates, Tiered

#: What every price is stated for divides it.
_COMMON = 9_000_000
_ROUNDING = Decimal("0.001")

Difference = tuple[RateRecord | None, RateRecord | None]


def to_records(rates: Rates, *, source: str | None = None) -> dict[str, RateRecord]:
    """The book's form of ``litellm``'s rates; ``source`` is named on each where it is given."""
    return {name: _record(rate, source) for name, rate in sorted(rates.items())}


def _record(rate: Tiered, source: str | None) -> RateRecord:
    tiers = tuple((above, _plain(usd)) for above, usd in rate.tiers)
    return RateRecord(usd=_plain(rate.usd), per=rate.per, tiers=tiers, source=source)


def circumstance_of(price: PriceRecord) -> Circumstance:
    return price.service_tier, price.speed, price.region


def holds_on(price: PriceRecord, day: date) -> bool:
    begun = price.valid_from is None or price.valid_from <= day
    return begun and (price.valid_to is None or day < price.valid_to)


def current(
    prices: Iterable[PriceRecord], circumstance: Circumstance, day: date, *, windowed: bool = False
) -> list[PriceRecord]:
    """The prices of a circumstance on ``day``: those of all hours, or those of certain hours."""
    return [
        price
        for price in prices
        if circumstance_of(price) == circumstance
        and holds_on(price, day)
        and (price.window is not None) is windowed
    ]


def ordinary(record: ModelRecord, day: date) -> PriceRecord | None:
    """What an ordinary call costs on ``day``, whatever the hour."""
    found = current(record.prices, ORDINARY, day)
    return found[-1] if found else None


def differences(
    ours: Mapping[str, RateRecord], theirs: Mapping[str, RateRecord]
) -> dict[str, Difference]:
    """Classes that both state, and state differently."""
    return {
        name: (ours[name], theirs[name])
        for name in sorted(ours.keys() & theirs.keys())
        if not is_same(ours[name], theirs[name])
    }


def is_same(one: RateRecord, other: RateRecord) -> bool:
    """Whether two rates charge the same for everything, whatever they are stated for.

    A price of an hour that is stated for a second was rounded; it is the same up to that.
    """
    if {one.per, other.per} == {1, 3600}:
        return abs(_scaled(one, one.usd) / _scaled(other, other.usd) - 1) < _ROUNDING
    return _steps(one) == _steps(other)


def _scaled(rate: RateRecord, usd: Decimal) -> Decimal:
    return usd * (_COMMON // rate.per)


def _steps(rate: RateRecord) -> list[tuple[int, Decimal]]:
    """Thresholds and prices in a common measure; equal steps are one."""
    scaled = [(above, _scaled(rate, usd)) for above, usd in ((0, rate.usd), *rate.tiers)]
    return [step for n, step in enumerate(scaled) if n == 0 or step[1] != scaled[n - 1][1]]


def _plain(usd: Decimal) -> Decimal:
    return Decimal(f"{usd:f}")
