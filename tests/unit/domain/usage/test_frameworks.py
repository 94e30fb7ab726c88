"""Objects that frameworks made: told by their keys, and no token lost or counted twice."""

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import Invalid
from domain.usage.normalise import normalise
from domain.usage.token_usage import TokenClass

COUNT = st.integers(0, 10_000)


def langchain(new: int, read: int, written: int, made: int) -> dict[str, Any]:
    total = new + read + written
    parts = {"cache_read": read, "cache_creation": written}
    return {
        "input_tokens": total,
        "output_tokens": made,
        "total_tokens": total + made,
        "input_token_details": parts,
    }


def litellm(new: int, read: int, written: int, made: int) -> dict[str, Any]:
    return {
        "prompt_tokens": new + read + written,
        "completion_tokens": made,
        "cache_read_input_tokens": read,
        "cache_creation_input_tokens": written,
    }


def vercel(new: int, read: int, written: int, made: int) -> dict[str, Any]:
    parts = {"cacheReadTokens": read, "cacheWriteTokens": written}
    return {
        "inputTokens": new + read + written,
        "outputTokens": made,
        "inputTokenDetails": parts,
    }


def pydantic_ai(new: int, read: int, written: int, made: int) -> dict[str, Any]:
    return {
        "input_tokens": new + read + written,
        "output_tokens": made,
        "cache_read_tokens": read,
        "cache_write_tokens": written,
    }


def codex(new: int, read: int, written: int, made: int) -> dict[str, Any]:
    return {
        "input_tokens": new + read + written,
        "output_tokens": made,
        "cached_input_tokens": read,
        "cache_creation_input_tokens": written,
    }


SHAPES = (langchain, litellm, vercel, pydantic_ai, codex)
PROVIDERS = ("anthropic", "openai", "bedrock", "vertex", "google", "mistral", "acme")


@given(st.sampled_from(SHAPES), st.sampled_from(PROVIDERS), COUNT, COUNT, COUNT, COUNT)
def test_a_framework_means_the_same_whoever_was_called(
    shape: Any, provider: str, new: int, read: int, written: int, made: int
) -> None:
    found = normalise(provider, "claude-x", shape(new, read, written, made))
    assert found.convention == shape.__name__.replace("vercel", "vercel_ai")
    assert found.notes == (f"framework_usage:{found.convention}",)
    assert found.usage.tokens == {
        TokenClass.INPUT: new,
        TokenClass.CACHE_READ: read,
        TokenClass.CACHE_WRITE_5M: written,
        TokenClass.OUTPUT: made,
    }


@pytest.mark.parametrize(
    ("provider", "usage", "convention"),
    [
        ("openai", {"input_tokens": 9, "output_tokens": 1}, "openai"),
        ("openai", {"input_tokens": 9, "input_token_details": {"cached_tokens": 3}}, "openai"),
        ("anthropic", {"input_tokens": 9, "cache_read_input_tokens": 3}, "anthropic"),
        ("bedrock", {"inputTokens": 9, "cacheReadInputTokens": 3}, "bedrock"),
        ("bedrock", {"inputTokens": 9, "cachedInputTokens": 3}, "vercel_ai"),
        ("deepseek", {"prompt_tokens": 9, "prompt_cache_hit_tokens": 3}, "deepseek"),
    ],
)
def test_a_providers_own_object_stays_the_providers(
    provider: str, usage: Mapping[str, object], convention: str
) -> None:
    assert normalise(provider, "m", usage).convention == convention


def test_more_cached_than_the_input_is_noticed_and_the_total_stands() -> None:
    usage = {"input_tokens": 10, "output_tokens": 1, "cache_read_tokens": 50}
    found = normalise("openai", "m", usage)
    assert found.usage.tokens == {TokenClass.INPUT: 10, TokenClass.OUTPUT: 1}
    assert found.is_doubtful


def test_lifetimes_that_contradict_their_sum_are_noticed() -> None:
    details = {"cache_creation": 30, "ephemeral_5m_input_tokens": 1, "ephemeral_1h_input_tokens": 2}
    usage = {"input_tokens": 40, "output_tokens": 1, "input_token_details": details}
    found = normalise("anthropic", "m", usage)
    assert found.usage.tokens[TokenClass.CACHE_WRITE_5M] == 30
    assert TokenClass.CACHE_WRITE_1H not in found.usage.tokens
    assert found.is_doubtful


@pytest.mark.parametrize(
    ("usage", "pointer"),
    [
        ({"input_tokens": 1, "input_token_details": 7}, "/input_token_details"),
        (
            {"input_tokens": 1, "input_token_details": {"cache_read": -1}},
            "/input_token_details/cache_read",
        ),
        ({"inputTokens": "1"}, "/inputTokens"),
        ({"prompt_tokens": 1, "cache_read_input_tokens": 0.5}, "/cache_read_input_tokens"),
    ],
)
def test_what_cannot_be_a_count_is_refused_where_it_stands(
    usage: Mapping[str, object], pointer: str
) -> None:
    with pytest.raises(Invalid) as refused:
        normalise("openai", "m", usage)
    assert refused.value.first_fault.pointer == f"/provider_usage{pointer}"
