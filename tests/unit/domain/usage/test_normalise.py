"""Which convention reads which object, and what it refuses."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import Invalid
from domain.providers import CANONICAL_PROVIDERS
from domain.usage.normalise import normalise
from domain.usage.normalised import NO_CONVENTION, UNRECOGNISED_USAGE

SHAPES: list[tuple[str, str, dict[str, object], str]] = [
    ("vertex", "gemini-2.5-pro", {"promptTokenCount": 1}, "gemini"),
    ("vertex", "claude-sonnet-4-5", {"input_tokens": 1, "output_tokens": 1}, "anthropic"),
    ("vertex", "my-endpoint", {"input_tokens": 1, "cache_read_input_tokens": 1}, "anthropic"),
    ("google", "gemini-2.5-pro", {"prompt_tokens": 1, "completion_tokens": 1}, "openai"),
    ("azure", "gpt-4o", {"prompt_tokens": 1, "completion_tokens": 1}, "openai"),
    ("azure", "gpt-5", {"input_tokens": 1, "output_tokens": 1}, "openai"),
    ("azure", "prod", {"input_tokens": 1, "cache_creation_input_tokens": 1}, "anthropic"),
    ("ollama", "llama3", {"prompt_tokens": 1, "completion_tokens": 1}, "ollama"),
    ("deepseek", "deepseek-chat", {"input_tokens": 1, "cache_read_input_tokens": 0}, "anthropic"),
    ("zai", "glm-4.6", {"input_tokens": 1, "cache_creation_input_tokens": 0}, "anthropic"),
    ("openai_compatible", "x", {"prompt_tokens": 1, "completion_tokens": 1}, "openai"),
]


@pytest.mark.parametrize(("provider", "model", "usage", "convention"), SHAPES)
def test_the_shape_decides_where_a_cloud_serves_several_makers(
    provider: str, model: str, usage: dict[str, object], convention: str
) -> None:
    assert normalise(provider, model, usage).convention == convention


def test_a_provider_without_a_convention_is_not_guessed_at() -> None:
    for provider in ("cloudflare", "acme-ai"):
        read = normalise(provider, "m", {"prompt_tokens": 10, "completion_tokens": 5})
        assert read.usage.is_empty
        assert read.convention is None
        assert read.notes == (NO_CONVENTION,)


def test_an_object_without_any_known_field_gives_no_usage_and_a_note() -> None:
    for provider in ("openai", "anthropic", "google", "deepseek", "mistral", "openrouter", "xai"):
        read = normalise(provider, "m", {"something": 1})
        assert read.usage.is_empty
        assert read.notes == (UNRECOGNISED_USAGE,)


@pytest.mark.parametrize(
    ("usage", "pointer"),
    [
        ({"prompt_tokens": "12"}, "/prompt_tokens"),
        ({"prompt_tokens": True}, "/prompt_tokens"),
        ({"prompt_tokens": -1}, "/prompt_tokens"),
        ({"prompt_tokens": 10**9 + 1}, "/prompt_tokens"),
        ({"prompt_tokens": 1.5}, "/prompt_tokens"),
        ({"prompt_tokens": float("nan")}, "/prompt_tokens"),
        ({"prompt_tokens": float("inf")}, "/prompt_tokens"),
        ({"prompt_tokens": Decimal("1E+999999")}, "/prompt_tokens"),
        ({"prompt_tokens": [1]}, "/prompt_tokens"),
        ({"prompt_tokens": 1, "prompt_tokens_details": [1]}, "/prompt_tokens_details"),
        (
            {"prompt_tokens": 1, "prompt_tokens_details": {"cached_tokens": {}}},
            "/prompt_tokens_details/cached_tokens",
        ),
        ({"prompt_tokens": 1, "service_tier": 3}, "/service_tier"),
        ({"prompt_tokens": 1, "service_tier": "x" * 65}, "/service_tier"),
        ({"prompt_tokens": 1, "service_tier": "a\x00b"}, "/service_tier"),
        ({"seconds": "12"}, "/seconds"),
        ({"seconds": -0.5}, "/seconds"),
    ],
)
def test_what_cannot_be_a_quantity_is_refused_where_it_stands(
    usage: dict[str, object], pointer: str
) -> None:
    with pytest.raises(Invalid) as refused:
        normalise("openai", "gpt-4o", usage)
    assert refused.value.code == "invalid_usage"
    assert refused.value.faults[0].pointer == f"/provider_usage{pointer}"


@pytest.mark.parametrize("whole", [12, 12.0, Decimal(12), Decimal("1.2E+1")])
def test_a_whole_number_may_be_written_as_a_float(whole: object) -> None:
    read = normalise("openai", "gpt-4o", {"prompt_tokens": whole, "completion_tokens": 0})
    assert read.usage.tokens == {"input": 12, "output": 0}
    assert type(read.usage.tokens["input"]) is int  # type: ignore[index]


def test_a_list_of_modalities_that_is_none_is_refused() -> None:
    for rows in ("TEXT", [1], [{"modality": 3}], [{"modality": "TEXT", "tokenCount": "1"}]):
        with pytest.raises(Invalid):
            normalise("google", "g", {"promptTokenCount": 1, "promptTokensDetails": rows})


FIELDS = [
    "prompt_tokens", "completion_tokens", "total_tokens", "input_tokens", "output_tokens",
    "prompt_tokens_details", "completion_tokens_details", "input_tokens_details",
    "input_token_details", "output_tokens_details", "output_token_details", "cached_tokens",
    "cached_tokens_details", "reasoning_tokens", "audio_tokens", "image_tokens", "text_tokens",
    "cache_write_tokens", "cache_creation_input_tokens", "cache_read_input_tokens",
    "cache_creation", "ephemeral_5m_input_tokens", "ephemeral_1h_input_tokens", "iterations",
    "server_tool_use", "web_search_requests", "service_tier", "speed", "inference_geo",
    "promptTokenCount", "cachedContentTokenCount", "candidatesTokenCount", "thoughtsTokenCount",
    "toolUsePromptTokenCount", "totalTokenCount", "promptTokensDetails", "cacheTokensDetails",
    "candidatesTokensDetails", "modality", "tokenCount", "prompt_token_count", "trafficType",
    "prompt_cache_hit_tokens", "prompt_cache_miss_tokens", "num_cached_tokens", "seconds",
    "prompt_audio_seconds", "pages_processed", "cost", "cost_details", "upstream_inference_cost",
    "is_byok", "cost_in_usd_ticks", "type",
]  # fmt: skip
scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.integers(0, 1000)
    | st.floats()
    | st.decimals()
    | st.text(max_size=5)
    | st.sampled_from(["AUDIO", "TEXT", "IMAGE", "standard", "1e5"])
)
anything = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(FIELDS), inner, max_size=5)
    ),
    max_leaves=12,
)


@given(
    provider=st.sampled_from(sorted(CANONICAL_PROVIDERS)),
    usage=st.dictionaries(st.sampled_from(FIELDS), anything, max_size=10),
)
def test_a_hostile_object_is_read_or_refused_and_nothing_else(
    provider: str, usage: Mapping[str, Any]
) -> None:
    refused: Invalid | None = None
    try:
        read = normalise(provider, "claude-x", usage)
    except Invalid as error:
        refused = error
    if refused is not None:
        assert refused.code == "invalid_usage"
        assert refused.faults[0].pointer.startswith("/provider_usage/")
        return
    assert all(type(n) is int and 0 <= n <= 2 * 10**9 for n in read.usage.tokens.values())
    assert all(n.is_finite() and n >= 0 for n in read.usage.units.values())
