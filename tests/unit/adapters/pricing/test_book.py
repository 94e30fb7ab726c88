"""The bundled book, and files that are not one."""

import json
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from adapters.pricing.book import BOOK, BundledPricingTables, load_pricing_table
from adapters.pricing.book_records import PriceBookError, parse_book
from tests.builders import a_prompt

TABLE = load_pricing_table()
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def price_of_input(provider: str, model: str) -> Decimal | None:
    quote = TABLE.quote(provider, model, at=NOON, usage=a_prompt(1))
    return quote.rates["input"].unit_price_usd if quote else None


@pytest.mark.parametrize(
    ("provider", "model", "usd"),
    [
        ("openai", "gpt-4o", "2.5"),
        ("openai", "GPT-4o-mini", "0.15"),
        ("openai", "ft:gpt-4o-2024-08-06:acme::abc", "3.75"),
        ("azure", "gpt-4o", "2.5"),
        ("azure", "azure/gpt-4o", "2.5"),
        ("anthropic", "claude-sonnet-4-5-20250929", "3"),
        ("vertex", "claude-sonnet-4@20250514", "3"),
        ("vertex", "gemini-2.5-pro", "1.25"),
        ("vertex", "publishers/google/models/gemini-2.5-pro", "1.25"),
        ("bedrock", "global.anthropic.claude-sonnet-4-5-20250929-v1:0", "3"),
        ("bedrock", "eu.anthropic.claude-sonnet-4-5-20250929-v1:0", "3.3"),
        ("google", "gemini-2.5-flash", "0.3"),
        ("mistral", "mistral-small-2603", "0.15"),
        ("xai", "grok-4.6", "2"),
        ("groq", "groq/llama-3.3-70b-versatile", "0.59"),
        ("openrouter", "anthropic/claude-sonnet-4.5", "3"),
        ("ollama", "llama3.3:70b", "0"),  # on one's own machine nobody bills a call
        ("vllm", "any/thing", "0"),
    ],
)
def test_a_model_is_found_under_the_names_that_are_sent(
    provider: str, model: str, usd: str
) -> None:
    assert price_of_input(provider, model) == Decimal(usd)


@pytest.mark.parametrize(
    ("provider", "model"),
    [
        ("openai", "gpt-99-imaginary"),
        ("azure", "my-prod-deployment"),
        ("openai_compatible", "gpt-4o"),
        ("acme", "gpt-4o"),
        ("openrouter", "qwen/qwen3-4b:free"),  # the source has no price: unknown, not free
    ],
)
def test_an_unknown_price_is_none_and_never_zero(provider: str, model: str) -> None:
    assert price_of_input(provider, model) is None


def test_dated_prices_keep_their_history() -> None:
    before = TABLE.quote("openai", "o3", at=datetime(2025, 6, 9, tzinfo=UTC), usage=a_prompt(1))
    after = TABLE.quote("openai", "o3", at=datetime(2025, 6, 10, tzinfo=UTC), usage=a_prompt(1))
    assert before is not None
    assert after is not None
    assert before.rates["input"].unit_price_usd == 10
    assert after.rates["input"].unit_price_usd == 2
    assert before.valid_to == after.valid_from == datetime(2025, 6, 10, tzinfo=UTC).date()


def test_peak_hours_do_not_reach_back_before_they_were_introduced() -> None:
    early = datetime(2026, 8, 1, 2, tzinfo=UTC)
    quote = TABLE.quote("deepseek", "deepseek-v4-pro", at=early, usage=a_prompt(1))
    assert quote is not None
    assert quote.rates["input"].unit_price_usd == Decimal("0.435")


def test_every_price_of_the_book_can_be_quoted_and_listed() -> None:
    rows = TABLE.prices()
    assert len(rows) > 2000
    assert all(row.rates for row in rows)
    assert {row.source for row in rows} == {"genai-prices", "litellm"}
    assert {"openai", "anthropic", "google", "deepseek", "mistral", "bedrock"} <= {
        row.provider for row in rows
    }
    assert all(rate.unit_price_usd >= 0 for row in rows for rate in row.rates)


def test_it_is_loaded_once() -> None:
    tables = BundledPricingTables()
    first = tables.current()
    assert tables.current() is first


def test_the_file_is_small_with_a_model_on_a_line() -> None:
    content = BOOK.read_bytes()
    assert len(content) < 1_500_000
    models = [line for line in content.splitlines() if line.startswith(b'{"provider"')]
    assert len(models) == len(json.loads(content)["models"])
    assert "MIT" in (BOOK.parent / "LICENSE-genai-prices.txt").read_text(encoding="utf-8")


def sound() -> dict[str, Any]:
    return {
        "format": 1,
        "book_version": "1",
        "sources": {"s": {"version": "1", "licence": "MIT", "url": "https://example.com"}},
        "fallbacks": {},
        "models": [
            {
                "provider": "p",
                "model": "m",
                "match": {"equals": "m"},
                "prices": [{"source": "s", "rates": {"input": {"usd": "1", "per": 1000000}}}],
            }
        ],
    }


def test_the_smallest_book_is_sound(tmp_path: Path) -> None:
    file = tmp_path / "book.json"
    file.write_text(json.dumps(sound()), encoding="utf-8")
    quote = load_pricing_table(file).quote("p", "m", at=NOON, usage=a_prompt(0))
    assert quote is not None
    assert quote.rates["input"].unit_price_usd == 1


def nested(times: int) -> dict[str, Any]:
    return {"or": [nested(times - 1)]} if times else {"equals": "m"}


BROKEN = {
    "a negative price": ("models", 0, "prices", 0, "rates", "input", "usd", "-1"),
    "an endless price": ("models", 0, "prices", 0, "rates", "input", "usd", "Infinity"),
    "a price that is none": ("models", 0, "prices", 0, "rates", "input", "usd", "NaN"),
    "a price that signals": ("models", 0, "prices", 0, "rates", "input", "usd", "sNaN"),
    "no price": ("models", 0, "prices", 0, "rates", "input", "usd", "cheap"),
    "a price for none": ("models", 0, "prices", 0, "rates", "input", "per", 0),
    "tiers out of order": (
        "models", 0, "prices", 0, "rates", "input", "tiers", [[5, "1"], [5, "2"]],
    ),
    "an unknown class": ("models", 0, "prices", 0, "rates", {"inputs": {"usd": "1", "per": 1}}),
    "an unknown source": ("models", 0, "prices", 0, "source", "hearsay"),
    "an unknown field": ("models", 0, "prices", 0, "colour", "red"),
    "a day that is none": ("models", 0, "prices", 0, "valid_from", "2026-02-30"),
    "no prices at all": ("models", 0, "prices", []),
    "a broken pattern": ("models", 0, "match", {"regex": "("}),
    "a pattern that never ends": ("models", 0, "match", {"regex": "^(a+)+$"}),
    "endless digits": ("models", 0, "prices", 0, "rates", "input", "usd", "0." + "1" * 31),
    "a price too small to be one": (
        "models", 0, "prices", 0, "rates", "input", "usd", "1e-999999999",
    ),
    "a price for too many": ("models", 0, "prices", 0, "rates", "input", "per", 10**9 + 1),
    "conditions within conditions": ("models", 0, "match", nested(8)),
    "a pattern of too many": ("models", 0, "match", {"regex": "a{99999999999}"}),
    "a time of day with a zone": ("models", 0, "prices", 0, "window", ["16:30:00Z", "00:30:00Z"]),
    "a sign that nobody sees": ("models", 0, "model", "m\x00"),
    "an exponent without end": (
        "models", 0, "prices", 0, "rates", "input", "usd", "1e9999999999999999999999",
    ),
    "two conditions": ("models", 0, "match", {"equals": "m", "contains": "m"}),
    "no condition": ("models", 0, "match", {}),
    "another format": ("format", 2),
    "no models": ("models", []),
}  # fmt: skip


@pytest.mark.parametrize("path", BROKEN.values(), ids=list(BROKEN))
def test_a_book_with_a_fault_is_refused_whole(path: tuple[Any, ...], tmp_path: Path) -> None:
    book: Any = sound()
    place = book
    for step in path[:-2]:
        place = place[step]
    place[path[-2]] = path[-1]
    file = tmp_path / "book.json"
    file.write_text(json.dumps(book), encoding="utf-8")
    with pytest.raises(PriceBookError, match="price book: "):
        load_pricing_table(file)


@pytest.mark.parametrize(
    "content",
    [
        b'{"x": ' + b"[" * 100_000,
        b'{"book_version": "\xff\xfe"}',
        BOOK.read_bytes()[:-3] + b', "x": 1e9999999999999999999999}',
    ],
)
def test_bytes_that_are_no_text_or_nested_without_end_are_refused(content: bytes) -> None:
    with pytest.raises(PriceBookError, match="price book: "):
        parse_book(content)


def test_a_match_may_be_nested_as_deeply_as_anybody_needs(tmp_path: Path) -> None:
    book = sound()
    book["models"][0]["match"] = nested(7)
    file = tmp_path / "book.json"
    file.write_text(json.dumps(book), encoding="utf-8")
    assert load_pricing_table(file).find("p", "m")


def test_a_cut_off_file_and_a_model_twice_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "book.json"
    file.write_bytes(BOOK.read_bytes()[:1000])
    with pytest.raises(PriceBookError):
        load_pricing_table(file)
    twice = sound()
    twice["models"] *= 2
    file.write_text(json.dumps(twice), encoding="utf-8")
    with pytest.raises(PriceBookError, match="p m: twice"):
        load_pricing_table(file)
