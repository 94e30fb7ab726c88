"""Cached tokens, which others count twice, at the full price, or not at all."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.money import exact_sum
from domain.pricing.terms import OwnRate
from domain.usage.normalise import normalise
from tests.agreements import own_price, rate
from tests.unit.regressions.calls import a_call

#: One hundred new tokens beside nine hundred of cache, as Anthropic counts them.
CACHED = {
    "input_tokens": 100,
    "cache_creation_input_tokens": 700,
    "cache_read_input_tokens": 200,
    "output_tokens": 50,
}
WITH_CACHE_PRICES = (
    rate("input", "2"), rate("output", "10"),
    rate("cache_read", "0.2"), rate("cache_write_5m", "2.5"),
)  # fmt: skip
WITHOUT = WITH_CACHE_PRICES[:2]
COUNT = st.integers(0, 10**6)
#: Providers whose prompt includes what was cached, in OpenAI's shape.
INCLUSIVE = (
    "openai", "azure", "groq", "together", "fireworks", "cerebras", "moonshot", "minimax", "zai",
    "vllm", "openai_compatible", "xai", "openrouter", "mistral", "qwen",
)  # fmt: skip


@pytest.mark.parametrize(
    ("rates", "usd"),
    [
        # 100 x $2 + 700 x $2.5 + 200 x $0.2 + 50 x $10 per million
        (WITH_CACHE_PRICES, "0.00249"),
        # the cache at its list price: 100 x $2 + 700 x $3.75 + 200 x $0.3 + 50 x $10 per million
        (WITHOUT, "0.003385"),
    ],
)
def test_an_own_price_counts_the_cache_once(rates: tuple[OwnRate, ...], usd: str) -> None:
    """BerriAI/litellm#31282, BerriAI/litellm#40006, BerriAI/litellm#40016: 1.9 times too much."""
    own = own_price("claude-sonnet-4-5", *rates, provider="anthropic")
    event = a_call("anthropic", "claude-sonnet-4-5-20250929", CACHED, own)
    assert event.cost.cost_usd == Decimal(usd)
    assert event.usage.prompt_tokens == 1000


@given(st.sampled_from(INCLUSIVE), COUNT, COUNT, COUNT)
def test_the_classes_add_up_to_what_the_provider_counted(
    provider: str, prompt: int, cached: int, made: int
) -> None:
    """BerriAI/litellm#11364: no token is lost and none counted twice, whoever was called."""
    usage = {
        "prompt_tokens": prompt + cached,
        "completion_tokens": made,
        "total_tokens": prompt + cached + made,
        "prompt_tokens_details": {"cached_tokens": cached},
    }
    found = normalise(provider, "m", usage)
    assert found.usage.total_tokens == prompt + cached + made
    assert not found.is_doubtful


@given(COUNT, COUNT, COUNT, COUNT)
def test_a_cheaper_class_never_makes_a_call_dearer(
    new: int, read: int, short: int, long: int
) -> None:
    """PostHog/ai-plugin#92, ClickHouse/nerve#105: too little is as wrong as too much."""
    usage = {
        "input_tokens": new,
        "cache_read_input_tokens": read,
        "cache_creation_input_tokens": short + long,
        "cache_creation": {"ephemeral_5m_input_tokens": short, "ephemeral_1h_input_tokens": long},
        "output_tokens": 0,
    }
    event = a_call("anthropic", "claude-haiku-4-5", usage)
    by_hand = (new, read * Decimal("0.1"), short * Decimal("1.25"), long * Decimal(2))
    assert event.cost.cost_usd == exact_sum(Decimal(part) / 10**6 for part in by_hand)
