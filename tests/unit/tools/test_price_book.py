"""The written book says what its source says: genai-prices' own calculation is the oracle."""

from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import NamedTuple

import pytest
from genai_prices import data, types
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.pricing.book import BOOK, load_pricing_table
from adapters.pricing.book_file import parse_book, table_of
from domain.pricing.quote import Quote
from domain.providers import canonical_provider
from domain.usage.token_usage import TokenClass, TokenUsage
from tools.price_book.__main__ import build, encode, licence, licence_file
from tools.price_book.rates import NOT_CARRIED, RATES

TABLE = load_pricing_table()
SPRING, AUTUMN = datetime(2026, 3, 1, 12, tzinfo=UTC), datetime(2026, 11, 20, 12, tzinfo=UTC)
CHAT = ("input", "cache_read", "cache_write_5m", "cache_write_1h", "output")


def is_comparable(model: types.ModelInfo) -> bool:
    """Not by the hour of the day, which the book bounds by date and the source cannot."""
    return isinstance(model.prices, types.ModelPrice) or not any(
        isinstance(c.constraint, types.TimeOfDateConstraint) for c in model.prices
    )


def texts_of(clause: types.MatchLogic) -> Iterator[str]:
    """Names that a clause may well match: what it says itself."""
    match clause:
        case types.ClauseOr():
            for part in clause.or_:
                yield from texts_of(part)
        case types.ClauseAnd():
            for part in clause.and_:
                yield from texts_of(part)
        case types.ClauseRegex():
            return
        case _:
            yield from vars(clause).values()


class Case(NamedTuple):
    """A model of the source and a name under which the source finds it."""

    provider: types.Provider
    model: types.ModelInfo
    name: str

    @property
    def seller(self) -> str:
        return canonical_provider(self.provider.id, None)


def cases() -> Iterator[Case]:
    for provider in data.providers:
        for model in provider.models:
            for name in dict.fromkeys((model.id, *texts_of(model.match))):
                found = provider.find_model(name)
                if found is not None and is_comparable(found):
                    yield Case(provider, found, name)


CASES = list(cases())
SPECIAL = [
    (case, variant)
    for case in CASES
    for variant in case.model.price_variants or ()
    if variant.when.keys() <= {"processing", "service_tier", "speed"}
    and variant.when != {"service_tier": "default"}
]


def usage_within(quote: Quote, counts: dict[str, int]) -> TokenUsage:
    """Only what the price states itself: what it borrows, the source bills by other rules."""
    own = {name for name, rate in quote.rates.items() if rate.note is None}
    return TokenUsage(tokens={TokenClass(name): n for name, n in counts.items() if name in own})


def oracle(
    case: Case, usage: TokenUsage, at: datetime, context: dict[str, str] | None = None
) -> Decimal:
    counts = {str(name): n for name, n in usage.tokens.items()}
    short, long = counts.get("cache_write_5m", 0), counts.get("cache_write_1h", 0)
    stated = types.Usage(
        input_tokens=usage.prompt_tokens,
        cache_read_tokens=counts.get("cache_read", 0),
        cache_write_tokens=short + long,
        cache_write_1h_tokens=long,
        output_tokens=counts.get("output", 0),
    )
    return case.model.calc_price(
        stated, case.provider, genai_request_timestamp=at, price_context=context
    ).total_price


def agrees(case: Case, counts: dict[str, int], at: datetime) -> bool:
    """Whether a call costs the same by the book and by its source; both may know no price."""
    rough = TABLE.quote(case.seller, case.name, at=at, prompt_tokens=0)
    if rough is None:
        return not vars(case.model.get_prices(at))
    usage = usage_within(rough, counts)
    quote = TABLE.quote(case.seller, case.name, at=at, prompt_tokens=usage.prompt_tokens)
    return quote is not None and quote.cost_of(usage).amount_usd == oracle(case, usage, at)


def test_every_name_means_the_model_that_its_source_says() -> None:
    assert len(CASES) > 3000
    for case in CASES:
        ours = TABLE.find(case.seller, case.name)
        assert ours is not None, case.name
        assert ours.name == case.model.id, case.name


@pytest.mark.parametrize("at", [SPRING, AUTUMN], ids=["spring", "autumn"])
@pytest.mark.parametrize("prompt", [1_000, 300_000], ids=["short", "long"])
def test_every_model_costs_what_its_source_says(at: datetime, prompt: int) -> None:
    counts = {
        "input": prompt, "cache_read": 777, "cache_write_5m": 55, "cache_write_1h": 33,
        "output": 4_321,
    }  # fmt: skip
    by_model = {(case.seller, case.model.id): case for case in CASES}
    assert [key for key, case in by_model.items() if not agrees(case, counts, at)] == []


@settings(max_examples=150, deadline=None)
@given(
    case=st.sampled_from(CASES),
    counts=st.fixed_dictionaries({name: st.integers(0, 10**6) for name in CHAT}),
    at=st.datetimes(datetime(2025, 1, 1), datetime(2027, 6, 1), timezones=st.just(UTC)),  # noqa: DTZ001
)
def test_random_usages_at_random_times_cost_what_the_source_says(
    case: Case, counts: dict[str, int], at: datetime
) -> None:
    assert agrees(case, counts, at)


def test_special_tiers_cost_what_their_source_says() -> None:
    assert len(SPECIAL) > 150
    for case, variant in SPECIAL:
        ((dimension, value),) = variant.when.items()
        quote = TABLE.quote(
            case.seller,
            case.name,
            at=AUTUMN,
            prompt_tokens=1_800,
            service_tier=None if dimension == "speed" else value,
            speed=value if dimension == "speed" else None,
        )
        assert quote is not None
        usage = usage_within(quote, {"input": 1_000, "cache_read": 800, "output": 500})
        expected = oracle(case, usage, AUTUMN, dict(variant.when))
        assert quote.cost_of(usage).amount_usd == expected, f"{case.name} {value}"


def test_every_price_key_of_the_source_is_carried_or_left_out_on_purpose() -> None:
    keys: set[str] = set()
    for provider in data.providers:
        for model in provider.models:
            listed = model.prices if isinstance(model.prices, list) else [model]
            for one in (*listed, *(model.price_variants or ())):
                if isinstance(one.prices, types.ModelPrice):
                    keys |= vars(one.prices).keys()
    assert keys
    assert keys <= RATES.keys() | NOT_CARRIED


def test_the_committed_book_is_what_the_command_writes() -> None:
    assert encode(build()) == BOOK.read_bytes()
    assert licence() == licence_file(BOOK.parent).read_text(encoding="utf-8")


def test_writing_and_reading_a_book_loses_nothing() -> None:
    book = build()
    assert parse_book(encode(book)) == book
    assert table_of(book).book_version == "2026-11-23"
