"""A price book's file as a table, with the checks that it is built safely."""

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal

from adapters.pricing.book_records import (
    BookRecord,
    ContestedRecord,
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
    reading = _Reading(book.sources)
    for record in book.models:
        try:
            models.append(reading.model(record))
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


class _Reading:
    """The models of one book. A rate that several state, as nine of ten do, is made once."""

    def __init__(self, sources: Mapping[str, SourceRecord]) -> None:
        self._versions = {name: source.version for name, source in sources.items()}
        self._known: dict[RateRecord, Rate] = {}

    def model(self, record: ModelRecord) -> PricedModel:
        prices = tuple(self._price(record, price) for price in record.prices)
        if not prices:
            raise ValueError("it has no prices, not even an unknown one")
        return PricedModel(record.provider, record.model, _clause(record.match), prices)

    def _price(self, model: ModelRecord, record: PriceRecord) -> Price:
        if record.confirmed_by is not None:
            self._version(record.confirmed_by)
        if record.valid_from and record.valid_to and record.valid_from >= record.valid_to:
            raise ValueError(f"valid_from {record.valid_from} is not before {record.valid_to}")
        return Price(
            provider=model.provider,
            model=model.model,
            rates=self._rates(record.rates),
            source=record.source,
            source_version=self._version(record.source),
            service_tier=record.service_tier,
            speed=record.speed,
            region=record.region,
            valid_from=record.valid_from,
            valid_to=record.valid_to,
            window=DailyWindow(*record.window, record.days) if record.window else None,
            disputed=record.disputed,
            confirmed_by=record.confirmed_by,
            contested=self._contested(record.contested),
        )

    def _contested(self, other: ContestedRecord | None) -> Contested | None:
        if other is None:
            return None
        return Contested(other.source, self._version(other.source), self._rates(other.rates))

    def _version(self, source: str) -> str:
        found = self._versions.get(source)
        if found is None:
            raise ValueError(f"unknown source {source!r}")
        return found

    def _rates(self, records: Mapping[str, RateRecord]) -> dict[str, Rate]:
        if not _NAMES.issuperset(records):
            name = next(name for name in records if name not in _NAMES)
            raise ValueError(f"{name!r} is neither a token class nor a unit")
        known = self._known
        try:
            return {
                name: known.get(rate) or self._rate(name, rate) for name, rate in records.items()
            }
        except TypeError as error:  # a signalling NaN, which cannot be looked up
            raise ValueError("a price is not a number") from error

    def _rate(self, name: str, record: RateRecord) -> Rate:
        if record.source is not None:
            self._version(record.source)
        starts = [above for above, _ in record.tiers]
        if starts != sorted(set(starts)):
            raise ValueError(f"tiers of {name} do not ascend")
        for usd in (record.usd, *(usd for _, usd in record.tiers)):
            _check_price(name, usd)
        tiers = tuple(Tier(above, usd) for above, usd in record.tiers)
        rate = self._known[record] = Rate(record.usd, record.per, tiers, record.source)
        return rate


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
