"""Names that no price is known for: visible, never free, never invented, and repairable."""

from datetime import timedelta
from decimal import Decimal

import pytest

from adapters.pricing.book_file import table_of
from adapters.pricing.book_records import PriceBookError, parse_book
from adapters.pricing.files import JsonPriceBookFiles
from domain.costing import CostSource
from domain.price_gap import GapReason, gap_reason
from domain.pricing.book_changes import RefusalCode, compare, refusals
from domain.pricing.book_info import STALE_AFTER_DAYS
from domain.pricing.pricing_table import PricingTable
from domain.pricing.suggestions import nearest
from tests.agreements import alias
from tests.builders import a_prompt
from tests.unit.regressions.calls import NOON, TABLE, a_call

USAGE = {"prompt_tokens": 1000, "completion_tokens": 100}


@pytest.mark.parametrize(
    ("provider", "model"),
    [
        ("openai", "gpt-99"),
        ("groq", "a-model-that-was-retired"),
        ("openrouter", "qwen/qwen3-4b:free"),
        ("bedrock", "us.acme.large-v9:0"),
    ],
)
def test_an_unknown_name_has_no_cost_and_is_counted_as_a_gap(provider: str, model: str) -> None:
    """sielay/eidan#203: a cost of zero would defeat every budget."""
    event = a_call(provider, model, USAGE)
    assert (event.cost.source, event.cost.cost_usd) == (CostSource.UNPRICED, None)
    assert event.cost.list_cost_usd is None
    assert gap_reason(event) is GapReason.UNKNOWN_MODEL
    assert event.usage.total_tokens == 1100


def test_no_price_is_made_up_for_an_unknown_name() -> None:
    """archestra-ai/archestra#6912, control-tower#1755, model-router-eval#2: 12 to 500 times off."""
    for provider in ("openai", "anthropic", "google", "bedrock", "mistral"):
        assert TABLE.quote(provider, "unheard-of-9", at=NOON, usage=a_prompt(0)) is None


def test_a_regional_endpoint_costs_a_tenth_more() -> None:
    """archestra-ai/archestra#6912: Bedrock's regional prices are not the global ones."""
    usage = {"inputTokens": 1000, "outputTokens": 100, "totalTokens": 1100}
    costs = [
        a_call("bedrock", f"{place}.anthropic.claude-haiku-4-5-20251001-v1:0", usage).cost.cost_usd
        for place in ("us", "global")
    ]
    assert costs == [Decimal("0.00165"), Decimal("0.0015")]


@pytest.mark.parametrize(
    ("provider", "model", "likely"),
    [
        ("openai", "gpt-5.2-0315", "gpt-5.2"),
        ("anthropic", "claude-4-5-sonnet", "claude-sonnet-4-5"),
        ("azure", "prod-gpt-4o-mini", "gpt-4o-mini"),
        ("mistral", "mistral-large-9", "mistral-large"),
    ],
)
def test_the_names_that_it_may_mean_are_offered(provider: str, model: str, likely: str) -> None:
    """BerriAI/litellm#3521, langwatch/langwatch#2914: a suffix that nobody foresaw."""
    assert a_call(provider, model, USAGE).cost.cost_usd is None
    assert any(each.model.startswith(likely) for each in nearest(TABLE, provider, model))


def test_one_alias_prices_the_deployment() -> None:
    """BerriAI/litellm#3521, BerriAI/litellm#6310: past calls follow, see the repricing's tests."""
    named = alias("audio-mini-prod", "gpt-audio-mini", provider="azure")
    event = a_call("azure", "audio-mini-prod", USAGE, named)
    assert event.cost.cost_usd == Decimal("0.00084")  # 1,000 x $0.60 + 100 x $2.40 per million
    assert event.cost.quote is not None
    assert event.cost.quote.agreement is not None


def test_an_old_book_says_that_it_is_old() -> None:
    """Arize-ai/phoenix#12673: its synchronisation was broken for two months, unnoticed."""
    made_on = TABLE.info.made_on
    assert made_on is not None
    assert not TABLE.info.is_stale(made_on + timedelta(days=STALE_AFTER_DAYS))
    assert TABLE.info.is_stale(made_on + timedelta(days=STALE_AFTER_DAYS + 1))


def test_a_broken_or_emptied_book_is_never_taken() -> None:
    """LiteLLM's incident of 2026-01-27: a broken file meant that every cost was zero."""
    with pytest.raises(PriceBookError):
        table_of(parse_book(JsonPriceBookFiles().bundled()[:-100]))
    one = table_of(parse_book(JsonPriceBookFiles().bundled()))
    few = PricingTable("2", [found] if (found := one.find("openai", "gpt-4o")) else [])
    codes = {refusal.code for refusal in refusals(compare(one, few, NOON.date()))}
    assert codes == {RefusalCode.MASS_REMOVAL}
