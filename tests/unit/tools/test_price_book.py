"""The written book says what its source says: genai-prices' own calculation is the oracle."""

from datetime import UTC, datetime

import pytest
from genai_prices import data, types
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.pricing.book import BOOK
from adapters.pricing.book_file import table_of
from adapters.pricing.book_records import parse_book
from tests.builders import a_prompt
from tests.unit.tools.genai_oracle import (
    AUTUMN,
    CASES,
    CHAT,
    MODELS,
    SPRING,
    TABLE,
    Case,
    agrees,
    oracle,
    usage_within,
)
from tests.unit.tools.known_errors import KNOWN_ERRORS
from tools.price_book.__main__ import (
    DAY,
    DISAGREEMENTS,
    build,
    encode,
    licence_file,
    licences,
)
from tools.price_book.rates import NOT_CARRIED, RATES
from tools.price_book.report import write

SPECIAL = [
    (case, variant)
    for case in CASES
    for variant in case.model.price_variants or ()
    if variant.when.keys() <= {"processing", "service_tier", "speed"}
    and variant.when != {"service_tier": "default"}
]


def test_every_name_means_the_model_that_its_source_says() -> None:
    assert len(CASES) > 3000
    for case in CASES:
        ours = TABLE.find(case.seller, case.name)
        assert ours is not None, case.name
        # A name on which the sources differ, or that is sold with tiers of its own, stands alone.
        assert ours.name in (case.model.id, case.name.lower()), case.name


@pytest.mark.parametrize("at", [SPRING, AUTUMN], ids=["spring", "autumn"])
@pytest.mark.parametrize("prompt", [1_000, 300_000], ids=["short", "long"])
def test_every_model_costs_what_its_source_says(at: datetime, prompt: int) -> None:
    counts = {
        "input": prompt, "cache_read": 777, "cache_write_5m": 55, "cache_write_1h": 33,
        "output": 4_321,
    }  # fmt: skip
    differing = [case.name for case in MODELS if not agrees(case, counts, at)]
    assert [name for name in differing if name not in KNOWN_ERRORS] == []


@settings(max_examples=150, deadline=None)
@given(
    case=st.sampled_from(CASES),
    counts=st.fixed_dictionaries({name: st.integers(0, 10**6) for name in CHAT}),
    at=st.datetimes(datetime(2025, 1, 1), datetime(2027, 6, 1), timezones=st.just(UTC)),  # noqa: DTZ001
)
def test_random_usages_at_random_times_cost_what_the_source_says(
    case: Case, counts: dict[str, int], at: datetime
) -> None:
    assert agrees(case, counts, at) or case.name in KNOWN_ERRORS


def test_special_tiers_cost_what_their_source_says() -> None:
    assert len(SPECIAL) > 150
    for case, variant in SPECIAL:
        ((dimension, value),) = variant.when.items()
        quote = TABLE.quote(
            case.seller,
            case.name,
            at=AUTUMN,
            usage=a_prompt(1_800),
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


def test_the_committed_files_are_what_the_command_writes() -> None:
    book, findings = build()
    assert encode(book) == BOOK.read_bytes()
    assert write(findings, book) == DISAGREEMENTS.read_text(encoding="utf-8")
    for source, licence in licences().items():
        assert licence_file(BOOK.parent, source).read_text(encoding="utf-8") == licence


def test_writing_and_reading_a_book_loses_nothing() -> None:
    book, _ = build()
    assert parse_book(encode(book)) == book
    assert table_of(book).book_version == DAY.isoformat()
