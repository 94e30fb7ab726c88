"""The price book as rows, for people and programs to read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Protocol

from domain.pricing.price import Price, Rate


@dataclass(frozen=True, slots=True)
class RateRow:
    """US dollars for every ``per`` of a class or unit.

    ``tier_from`` is the prompt size above which it holds, None for the base price.
    """

    class_: str
    unit_price_usd: Decimal
    per: int
    tier_from: int | None
    service_tier: str
    speed: str
    region: str | None
    source: str | None = None


@dataclass(frozen=True, slots=True)
class PriceRow:
    """One model's rates for one span of days; ``window`` is the UTC time of day, None for all.

    ``confirmed_by`` names another source that says the same; ``contested_by`` one that does not,
    with its ``contested_rates``.
    """

    provider: str
    model: str
    source: str
    source_version: str
    valid_from: date | None
    valid_to: date | None
    window: str | None
    disputed: bool
    rates: tuple[RateRow, ...]
    confirmed_by: str | None = None
    contested_by: str | None = None
    contested_rates: tuple[RateRow, ...] = ()


class Listed(Protocol):
    """What is listed: a model with its prices."""

    @property
    def prices(self) -> tuple[Price, ...]: ...


def rows_of(models: Iterable[Listed], at: datetime | None) -> list[PriceRow]:
    """One row for each model and span, with the rates of all tiers of service that share it."""
    rows: list[PriceRow] = []
    for model in models:
        spans: dict[tuple[object, ...], list[Price]] = {}
        for price in model.prices:
            if price.rates and (at is None or price.holds_at(at)):
                span = (price.valid_from, price.valid_to, price.window)
                spans.setdefault(span, []).append(price)
        rows.extend(_row(prices) for prices in spans.values())
    return sorted(rows, key=_order)


def _order(row: PriceRow) -> tuple[str, str, date, str]:
    return row.provider, row.model, row.valid_from or date.min, row.window or ""


def _row(prices: list[Price]) -> PriceRow:
    first = prices[0]
    return PriceRow(
        provider=first.provider,
        model=first.model,
        source=first.source,
        source_version=first.source_version,
        valid_from=first.valid_from,
        valid_to=first.valid_to,
        window=str(first.window) if first.window else None,
        disputed=any(price.disputed for price in prices),
        rates=tuple(rate for price in prices for rate in _rate_rows(price, price.rates)),
        confirmed_by=next((price.confirmed_by for price in prices if price.confirmed_by), None),
        contested_by=next((p.contested.source for p in prices if p.contested), None),
        contested_rates=tuple(
            rate
            for price in prices
            if price.contested
            for rate in _rate_rows(price, price.contested.rates)
        ),
    )


def _rate_rows(price: Price, rates: Mapping[str, Rate]) -> Iterator[RateRow]:
    about = (price.service_tier, price.speed, price.region)
    for name, rate in rates.items():
        source = rate.source or price.source
        yield RateRow(str(name), rate.unit_price_usd, rate.per, None, *about, source)
        for tier in rate.tiers:
            yield RateRow(str(name), tier.unit_price_usd, rate.per, tier.above, *about, source)
