"""A price book's file as a table, with the checks that it is built safely."""

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal

from adapters.pricing.book_records import (
    BookRecord,
    MatchRecord,
    ModelRecord,
    PriceBookError,
    PriceRecord,
    RateRecord,
    SourceRecord,
)
from adapters.pricing.patterns import safe_pattern
from domain.pricing.book_info import BookSource
from domain.pricing.catalogue import PricedModel
from domain.pricing.matching import (
    AllOf,
    AnyOf,
    Clause,
    Contains,
    EndsWith,
    Equals,
    Regex,
    StartsWith,
)
from domain.pricing.price import Contested, DailyWindow, Price, Rate, Tier
from domain.pricing.pricing_table import PricingTable
from domain.usage.token_usage import TokenClass, Unit

_NAMES = frozenset(TokenClass) | frozenset(Unit)
_DEAREST = Decimal(10**6)
#: Digits of a price, before and after the point. The longest known has 19.
_MOST_DIGITS = 30
#: Conditions within conditions.
_DEEPEST = 8


def table_of(book: BookRecord) -> PricingTable:
    """The table of a book. Raises ``PriceBookError`` naming the model that is wrong."""
    if not book.models:
        raise PriceBookError("price book: it has no models")
    seen: set[tuple[str, str]] = set()
    models: list[PricedModel] = []
    for record in book.models:
        try:
            models.append(_model(record, book.sources))
        except (ValueError, OverflowError, re.error) as error:
            raise PriceBookError(
                f"price book: {record.provider} {record.model}: {error}"
            ) from error
        if (record.provider, record.model) in seen:
            raise PriceBookError(f"price book: {record.provider} {record.model}: twice")
        seen.add((record.provider, record.model))
    sources = tuple(
        BookSource(name, source.version, source.licence, source.url)
        for name, source in book.sources.items()
    )
    return PricingTable(book.book_version, models, book.fallbacks, sources)


def _model(record: ModelRecord, sources: Mapping[str, SourceRecord]) -> PricedModel:
    prices = tuple(_price(record, price, sources) for price in record.prices)
    if not prices:
        raise ValueError("it has no prices, not even an unknown one")
    return PricedModel(record.provider, record.model, _clause(record.match), prices)


def _price(model: ModelRecord, record: PriceRecord, sources: Mapping[str, SourceRecord]) -> Price:
    _check_sources(record, sources)
    if record.valid_from and record.valid_to and record.valid_from >= record.valid_to:
        raise ValueError(f"valid_from {record.valid_from} is not before {record.valid_to}")
    return Price(
        provider=model.provider,
        model=model.model,
        rates=_rates(record.rates),
        source=record.source,
        source_version=sources[record.source].version,
        service_tier=record.service_tier,
        speed=record.speed,
        region=record.region,
        valid_from=record.valid_from,
        valid_to=record.valid_to,
        window=DailyWindow(*record.window, record.days) if record.window else None,
        disputed=record.disputed,
        confirmed_by=record.confirmed_by,
        contested=_contested(record, sources),
    )


def _check_sources(record: PriceRecord, sources: Mapping[str, SourceRecord]) -> None:
    named = [record.source, record.confirmed_by, *(rate.source for rate in record.rates.values())]
    for source in (*named, record.contested.source if record.contested else None):
        if source is not None and source not in sources:
            raise ValueError(f"unknown source {source!r}")


def _contested(record: PriceRecord, sources: Mapping[str, SourceRecord]) -> Contested | None:
    other = record.contested
    if other is None:
        return None
    return Contested(other.source, sources[other.source].version, _rates(other.rates))


def _rates(records: Mapping[str, RateRecord]) -> dict[str, Rate]:
    return {name: _rate(name, rate) for name, rate in records.items()}


def _rate(name: str, record: RateRecord) -> Rate:
    if name not in _NAMES:
        raise ValueError(f"{name!r} is neither a token class nor a unit")
    starts = [above for above, _ in record.tiers]
    if starts != sorted(set(starts)):
        raise ValueError(f"tiers of {name} do not ascend")
    for usd in (record.usd, *(usd for _, usd in record.tiers)):
        _check_price(name, usd)
    tiers = tuple(Tier(above, usd) for above, usd in record.tiers)
    return Rate(record.usd, record.per, tiers, record.source)


def _check_price(name: str, usd: Decimal) -> None:
    if not usd.is_finite() or not 0 <= usd <= _DEAREST:
        raise ValueError(f"price {usd} of {name} is not from 0 to {_DEAREST}")
    _, digits, exponent = usd.as_tuple()
    if len(digits) > _MOST_DIGITS or abs(int(exponent)) > _MOST_DIGITS:
        raise ValueError(f"price {usd:.3e} of {name} has more than {_MOST_DIGITS} digits")


def _clause(record: MatchRecord, depth: int = 1) -> Clause:
    if depth > _DEEPEST:
        raise ValueError(f"its conditions are nested more than {_DEEPEST} deep")
    clauses = tuple(_clauses(record, depth))
    if len(clauses) != 1:
        raise ValueError("a match has exactly one condition")
    return clauses[0]


def _clauses(record: MatchRecord, depth: int) -> Iterator[Clause]:
    if record.equals:
        yield Equals(record.equals)
    if record.starts_with:
        yield StartsWith(record.starts_with)
    if record.ends_with:
        yield EndsWith(record.ends_with)
    if record.contains:
        yield Contains(record.contains)
    if record.regex:
        yield Regex(safe_pattern(record.regex))
    if record.any_of:
        yield AnyOf(tuple(_clause(part, depth + 1) for part in record.any_of))
    if record.all_of:
        yield AllOf(tuple(_clause(part, depth + 1) for part in record.all_of))
