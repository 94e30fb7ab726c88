"""Whatever stands in an object: classes within their bounds and no token made up, or a refusal."""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from decimal import Decimal
from typing import Any

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from domain.errors import Invalid
from domain.providers import CANONICAL_PROVIDERS
from domain.usage import bedrock, gemini
from domain.usage.fields import MAX_COUNT
from domain.usage.normalise import normalise
from domain.usage.telemetry import ATTRIBUTES
from domain.usage.token_usage import TokenUsage

VALUE: st.SearchStrategy[Any] = st.one_of(
    *[st.integers(0, 3000)] * 6,
    st.sampled_from([0, 0, MAX_COUNT, MAX_COUNT + 1, -1]),
    st.sampled_from([None, None, 7.0, 0.5, Decimal("1e300"), "7", "1_0", True, [], {}]),
)
FLAT = (
    "input_tokens", "output_tokens", "total_tokens", "prompt_tokens", "completion_tokens",
    "cached_tokens", "cached_prompt_text_tokens", "num_cached_tokens", "reasoning_tokens",
    "cache_read_input_tokens", "cache_creation_input_tokens", "cached_input_tokens",
    "reasoning_output_tokens", "cache_read_tokens", "cache_write_tokens", "input_audio_tokens",
    "output_audio_tokens", "prompt_cache_hit_tokens", "prompt_cache_miss_tokens",
    "citation_tokens", "num_search_queries", "prompt_eval_count", "eval_count",
    "generated_tokens", "input_token_count", "output_token_count", "image_count", "predict_time",
    "prompt_token_count", "generation_token_count", "inputTextTokenCount", "text_tokens",
    "image_tokens", "audio_tokens", "video_tokens", "pages_processed", "seconds",
    "prompt_audio_seconds", "outputTokens", "totalTokens", "cachedInputTokens",
    "reasoningTokens", "webSearchRequests", "cost_in_usd_ticks",
    *sorted(bedrock._MARKS), *sorted(gemini._MARKS), *sorted(ATTRIBUTES),
)  # fmt: skip
_MODALITIES = st.lists(
    st.fixed_dictionaries(
        {"modality": st.sampled_from(["TEXT", "AUDIO", "IMAGE", "VIDEO", None])},
        optional={"tokenCount": VALUE, "token_count": VALUE},
    ),
    max_size=3,
)


def inside(*keys: str) -> st.SearchStrategy[Any]:
    return st.fixed_dictionaries({}, optional=dict.fromkeys(keys, VALUE))


_PROMPT = inside(
    "cached_tokens", "cache_write_tokens", "cache_creation_tokens", "cache_creation_input_tokens",
    "audio_tokens", "image_tokens", "text_tokens", "video_tokens", "web_search_requests",
)  # fmt: skip
_OUTPUT = inside(
    "reasoning_tokens", "audio_tokens", "image_tokens", "text_tokens", "thinking_tokens"
)
_LANGCHAIN = inside(
    "cache_read", "cache_creation", "ephemeral_5m_input_tokens", "ephemeral_1h_input_tokens",
    "audio", "reasoning", "priority", "flex", "priority_cache_read", "flex_reasoning",
    "cached_tokens", "audio_tokens", "text_tokens",
)  # fmt: skip
NESTED: dict[str, st.SearchStrategy[Any]] = {
    "prompt_tokens_details": _PROMPT,
    "input_tokens_details": _PROMPT,
    "completion_tokens_details": _OUTPUT,
    "output_tokens_details": _OUTPUT,
    "input_token_details": _LANGCHAIN,
    "output_token_details": _LANGCHAIN,
    "cache_creation": inside("ephemeral_5m_input_tokens", "ephemeral_1h_input_tokens"),
    "server_tool_use": inside("web_search_requests"),
    "inputTokenDetails": inside("noCacheTokens", "cacheReadTokens", "cacheWriteTokens"),
    "outputTokenDetails": inside("textTokens", "reasoningTokens"),
    "inputTokens": inside("total", "noCache", "cacheRead", "cacheWrite") | VALUE,
    "outputTokens": inside("total", "text", "reasoning") | VALUE,
    "cacheDetails": st.lists(
        st.fixed_dictionaries({"ttl": st.sampled_from(["5m", "1h", "x"]), "inputTokens": VALUE}),
        max_size=3,
    ),
    "results": st.lists(inside("tokenCount"), max_size=3),
    "billed_units": inside("input_tokens", "output_tokens", "image_tokens", "search_units"),
    "meta": st.fixed_dictionaries({"billed_units": inside("input_tokens", "search_units")}),
    "cost": VALUE | inside("total_cost"),
    "cost_details": inside("upstream_inference_cost"),
    "service_tier": st.sampled_from(["standard", "priority", None, 7]),
    **dict.fromkeys(
        ("promptTokensDetails", "cacheTokensDetails", "candidatesTokensDetails",
         "toolUsePromptTokensDetails"),
        _MODALITIES,
    ),
}  # fmt: skip
ANY = {**dict.fromkeys(FLAT, VALUE), **NESTED}


@st.composite
def objects(draw: st.DrawFn) -> dict[str, Any]:
    keys = draw(st.lists(st.sampled_from(sorted(ANY)), max_size=10, unique=True))
    usage = {key: draw(ANY[key]) for key in keys}
    around = draw(st.sampled_from([None, None, None, "usage", "usageMetadata", "usage_object"]))
    return {around: usage} if around else usage


def numbers(value: object) -> Iterator[Decimal]:
    """Every number that an object states, wherever."""
    if isinstance(value, Mapping):
        for inner in value.values():
            yield from numbers(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from numbers(inner)
    elif isinstance(value, int | float | Decimal) and not isinstance(value, bool):
        yield max(Decimal(value), Decimal(0))


def assert_bounded(usage: TokenUsage, most: Decimal | int) -> None:
    assert all(type(n) is int and 0 <= n <= MAX_COUNT for n in usage.tokens.values())
    assert all(0 <= n <= MAX_COUNT for n in usage.units.values())
    assert usage.total_tokens <= most


@settings(max_examples=3000, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@example("google", "m", {"promptTokenCount": MAX_COUNT, "toolUsePromptTokenCount": 1})
@example("openrouter", "m", {"prompt_tokens": 1, "cost": "1_0"})
@given(
    st.sampled_from([*sorted(CANONICAL_PROVIDERS), "acme"]),
    st.sampled_from(["m", "claude-haiku-4-5", "sonar-deep-research"]),
    objects(),
)
def test_classes_are_within_bounds_and_never_more_than_what_is_stated(
    provider: str, model: str, usage: dict[str, Any]
) -> None:
    with suppress(Invalid):
        found = normalise(provider, model, usage)
        assert_bounded(found.usage, sum(numbers(usage)))
