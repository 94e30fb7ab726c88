"""The price book's file: its records, and the checks that a table is built from them safely."""

import re
from collections.abc import Iterator
from datetime import date, time
from decimal import Decimal
from typing import Annotated, Literal

import msgspec

from domain.errors import TrueComputeError
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
from domain.pricing.price import DailyWindow, Price, Rate, Tier
from domain.pricing.pricing_table import PricedModel, PricingTable
from domain.usage.token_usage import TokenClass, Unit

_NAMES = frozenset(TokenClass) | frozenset(Unit)
_DEAREST = Decimal(10**6)
_Text = Annotated[str, msgspec.Meta(min_length=1)]
_Count = Annotated[int, msgspec.Meta(ge=0, le=10**9)]


class PriceBookError(TrueComputeError):
    """The file is not a price book; nothing of it may be used, because a wrong price is worse."""

    default_code = "broken_price_book"


class _Record(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    pass


class RateRecord(_Record, frozen=True):
    """``tiers`` are pairs of a threshold and the price above it."""

    usd: Decimal
    per: Annotated[int, msgspec.Meta(ge=1)]
    tiers: tuple[tuple[_Count, Decimal], ...] = ()


class PriceRecord(_Record, frozen=True):
    """``window`` is a UTC time of day, start and end; empty rates mean an unknown price."""

    source: _Text
    rates: dict[str, RateRecord]
    service_tier: _Text = "default"
    speed: _Text = "standard"
    region: _Text | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    window: tuple[time, time] | None = None
    disputed: bool = False


class MatchRecord(_Record, frozen=True):
    """Exactly one of the conditions; texts are in lower case."""

    equals: _Text | None = None
    starts_with: _Text | None = None
    ends_with: _Text | None = None
    contains: _Text | None = None
    regex: _Text | None = None
    any_of: "tuple[MatchRecord, ...] | None" = msgspec.field(default=None, name="or")
    all_of: "tuple[MatchRecord, ...] | None" = msgspec.field(default=None, name="and")


class ModelRecord(_Record, frozen=True):
    provider: _Text
    model: _Text
    match: MatchRecord
    prices: tuple[PriceRecord, ...]


class SourceRecord(_Record, frozen=True):
    version: _Text
    licence: _Text
    url: _Text


class BookRecord(_Record, frozen=True):
    """The whole file. Models of a provider are tried in the order in which they stand."""

    format: Literal[1]
    book_version: _Text
    sources: dict[str, SourceRecord]
    fallbacks: dict[str, tuple[_Text, ...]]
    models: tuple[ModelRecord, ...]


def parse_book(content: bytes) -> BookRecord:
    """Read and check the structure of a file. Raises ``PriceBookError`` with the place."""
    try:
        return msgspec.json.decode(content, type=BookRecord)
    except msgspec.DecodeError as error:
        raise PriceBookError(f"price book: {error}") from error


def table_of(book: BookRecord) -> PricingTable:
    """The table of a book. Raises ``PriceBookError`` naming the model that is wrong."""
    if not book.models:
        raise PriceBookError("price book: it has no models")
    seen: set[tuple[str, str]] = set()
    models: list[PricedModel] = []
    for record in book.models:
        try:
            models.append(_model(record, book.sources))
        except (ValueError, re.error) as error:
            raise PriceBookError(
                f"price book: {record.provider} {record.model}: {error}"
            ) from error
        if (record.provider, record.model) in seen:
            raise PriceBookError(f"price book: {record.provider} {record.model}: twice")
        seen.add((record.provider, record.model))
    return PricingTable(book.book_version, models, book.fallbacks)


def _model(record: ModelRecord, sources: dict[str, SourceRecord]) -> PricedModel:
    prices = tuple(_price(record, price, sources) for price in record.prices)
    if not prices:
        raise ValueError("it has no prices, not even an unknown one")
    return PricedModel(record.provider, record.model, _clause(record.match), prices)


def _price(model: ModelRecord, record: PriceRecord, sources: dict[str, SourceRecord]) -> Price:
    if record.source not in sources:
        raise ValueError(f"unknown source {record.source!r}")
    if record.valid_from and record.valid_to and record.valid_from >= record.valid_to:
        raise ValueError(f"valid_from {record.valid_from} is not before {record.valid_to}")
    return Price(
        provider=model.provider,
        model=model.model,
        rates={name: _rate(name, rate) for name, rate in record.rates.items()},
        source=record.source,
        source_version=sources[record.source].version,
        service_tier=record.service_tier,
        speed=record.speed,
        region=record.region,
        valid_from=record.valid_from,
        valid_to=record.valid_to,
        window=DailyWindow(*record.window) if record.window else None,
        disputed=record.disputed,
    )


def _rate(name: str, record: RateRecord) -> Rate:
    if name not in _NAMES:
        raise ValueError(f"{name!r} is neither a token class nor a unit")
    starts = [above for above, _ in record.tiers]
    if starts != sorted(set(starts)):
        raise ValueError(f"tiers of {name} do not ascend")
    for usd in (record.usd, *(usd for _, usd in record.tiers)):
        if not usd.is_finite() or not 0 <= usd <= _DEAREST:
            raise ValueError(f"price {usd} of {name} is not from 0 to {_DEAREST}")
    return Rate(record.usd, record.per, tuple(Tier(above, usd) for above, usd in record.tiers))


def _clause(record: MatchRecord) -> Clause:
    clauses = tuple(_clauses(record))
    if len(clauses) != 1:
        raise ValueError("a match has exactly one condition")
    return clauses[0]


def _clauses(record: MatchRecord) -> Iterator[Clause]:
    if record.equals:
        yield Equals(record.equals)
    if record.starts_with:
        yield StartsWith(record.starts_with)
    if record.ends_with:
        yield EndsWith(record.ends_with)
    if record.contains:
        yield Contains(record.contains)
    if record.regex:
        yield Regex(record.regex)
    if record.any_of:
        yield AnyOf(tuple(_clause(part) for part in record.any_of))
    if record.all_of:
        yield AllOf(tuple(_clause(part) for part in record.all_of))
