"""Objects that a client framework made of a provider's own: one shape, whoever was called.

Their input includes what was cached, also for providers that count it apart, so that the
provider's own convention would price it twice or in the wrong class. Sources:

- LangChain ``UsageMetadata``:
  https://python.langchain.com/api_reference/core/messages/langchain_core.messages.ai.UsageMetadata.html
- LiteLLM ``Usage``: https://docs.litellm.ai/docs/completion/prompt_caching
- Vercel AI SDK ``LanguageModelUsage``: https://ai-sdk.dev/docs/reference/ai-sdk-core/generate-text
- Pydantic AI ``RequestUsage``: https://ai.pydantic.dev/api/usage/
- Codex ``token_count``: https://github.com/langfuse/codex-observability-plugin/issues/22
"""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import NamedTuple

from domain.service_tier import plain_service_tier
from domain.usage.fields import count, details, money, text
from domain.usage.normalised import NormalisedUsage, Tally, contradictory, of_framework
from domain.usage.token_usage import TokenClass, Unit

#: Places in an object, the outer key first; the first that is stated counts.
_Places = tuple[tuple[str, ...], ...]


class _Shape(NamedTuple):
    """How a framework spells the fields. ``writes`` are cache writes without a lifetime."""

    name: str
    input: str
    output: str
    total: str
    input_parts: Mapping[TokenClass, _Places]
    output_parts: Mapping[TokenClass, _Places]
    writes: _Places
    writes_5m: _Places = ()
    writes_1h: _Places = ()


_LANGCHAIN_INPUT, _LANGCHAIN_OUTPUT = "input_token_details", "output_token_details"
#: With these LangChain marks the counts of a call that was not served at the ordinary tier.
_LANGCHAIN_TIERS = ("priority", "flex")


def _in_langchain(parent: str, key: str) -> _Places:
    return ((parent, key), *((parent, f"{tier}_{key}") for tier in _LANGCHAIN_TIERS))


_LANGCHAIN = _Shape(
    "langchain",
    "input_tokens",
    "output_tokens",
    "total_tokens",
    {
        TokenClass.CACHE_READ: _in_langchain(_LANGCHAIN_INPUT, "cache_read"),
        TokenClass.INPUT_AUDIO: ((_LANGCHAIN_INPUT, "audio"),),
    },
    {
        TokenClass.REASONING: _in_langchain(_LANGCHAIN_OUTPUT, "reasoning"),
        TokenClass.OUTPUT_AUDIO: ((_LANGCHAIN_OUTPUT, "audio"),),
    },
    ((_LANGCHAIN_INPUT, "cache_creation"),),
    ((_LANGCHAIN_INPUT, "ephemeral_5m_input_tokens"),),
    ((_LANGCHAIN_INPUT, "ephemeral_1h_input_tokens"),),
)
_LITELLM_INPUT, _LITELLM_OUTPUT = "prompt_tokens_details", "completion_tokens_details"
_LITELLM_LIFETIMES = (_LITELLM_INPUT, "cache_creation_token_details")
_LITELLM = _Shape(
    "litellm",
    "prompt_tokens",
    "completion_tokens",
    "total_tokens",
    {
        TokenClass.CACHE_READ: (("cache_read_input_tokens",), (_LITELLM_INPUT, "cached_tokens")),
        TokenClass.INPUT_AUDIO: ((_LITELLM_INPUT, "audio_tokens"),),
        TokenClass.INPUT_IMAGE: ((_LITELLM_INPUT, "image_tokens"),),
    },
    {
        TokenClass.REASONING: ((_LITELLM_OUTPUT, "reasoning_tokens"),),
        TokenClass.OUTPUT_AUDIO: ((_LITELLM_OUTPUT, "audio_tokens"),),
        TokenClass.OUTPUT_IMAGE: ((_LITELLM_OUTPUT, "image_tokens"),),
    },
    (("cache_creation_input_tokens",), (_LITELLM_INPUT, "cache_creation_tokens")),
    ((*_LITELLM_LIFETIMES, "ephemeral_5m_input_tokens"),),
    ((*_LITELLM_LIFETIMES, "ephemeral_1h_input_tokens"),),
)
_VERCEL = _Shape(
    "vercel_ai",
    "inputTokens",
    "outputTokens",
    "totalTokens",
    {TokenClass.CACHE_READ: (("inputTokenDetails", "cacheReadTokens"), ("cachedInputTokens",))},
    {TokenClass.REASONING: (("outputTokenDetails", "reasoningTokens"), ("reasoningTokens",))},
    (("inputTokenDetails", "cacheWriteTokens"),),
)
_PYDANTIC_AI = _Shape(
    "pydantic_ai",
    "input_tokens",
    "output_tokens",
    "total_tokens",
    {
        TokenClass.CACHE_READ: (("cache_read_tokens",),),
        TokenClass.INPUT_AUDIO: (("input_audio_tokens",),),
    },
    {TokenClass.OUTPUT_AUDIO: (("output_audio_tokens",),)},
    (("cache_write_tokens",),),
)
_CODEX = _Shape(
    "codex",
    "input_tokens",
    "output_tokens",
    "total_tokens",
    {TokenClass.CACHE_READ: (("cached_input_tokens",),)},
    {TokenClass.REASONING: (("reasoning_output_tokens",),)},
    (("cache_creation_input_tokens",),),
)
_LANGCHAIN_MARKS = frozenset(
    part[-1]
    for places in (
        *_LANGCHAIN.input_parts.values(), *_LANGCHAIN.output_parts.values(),
        _LANGCHAIN.writes, _LANGCHAIN.writes_5m,
    )
    for part in places
)  # fmt: skip
#: Where LiteLLM's log of a call has the usage, which is in its own shape whoever was called.
LOGGED_BY_LITELLM = "usage_object"
_CACHE_OF_LITELLM = frozenset({"cache_read_input_tokens", "cache_creation_input_tokens"})
#: Keys of which every object of a framework has one.
_MARKS = frozenset(
    {
        _LANGCHAIN_INPUT, _LANGCHAIN_OUTPUT, "prompt_tokens", "inputTokens",
        "cache_read_tokens", "cache_write_tokens", "cached_input_tokens",
        "reasoning_output_tokens",
    }
)  # fmt: skip


_SEARCHES = (("server_tool_use", "web_search_requests"), (_LITELLM_INPUT, "web_search_requests"))


def reading_of(
    provider: str, model: str, usage: Mapping[str, object]
) -> Callable[[], NormalisedUsage] | None:
    """What reads an object of a framework; None for any other object, a provider's own say."""
    logged = usage.get(LOGGED_BY_LITELLM)
    if isinstance(logged, Mapping) and "prompt_tokens" in logged:
        return lambda: _read(_LITELLM, provider, model, logged)
    if _MARKS.isdisjoint(usage):
        return None
    shape = _shape_of(provider, usage)
    return None if shape is None else lambda: _read(shape, provider, model, usage)


def _shape_of(provider: str, usage: Mapping[str, object]) -> _Shape | None:
    if "inputTokens" in usage:
        is_converse = provider == "bedrock" and not _is_vercel(usage)
        return None if is_converse else _VERCEL
    if "prompt_tokens" in usage:
        return None if _CACHE_OF_LITELLM.isdisjoint(usage) else _LITELLM
    if "cached_input_tokens" in usage or "reasoning_output_tokens" in usage:
        return _CODEX
    if "cache_read_tokens" in usage or "cache_write_tokens" in usage:
        return _PYDANTIC_AI
    parts = {*details(usage, _LANGCHAIN_INPUT), *details(usage, _LANGCHAIN_OUTPUT)}
    return None if _LANGCHAIN_MARKS.isdisjoint(parts) else _LANGCHAIN


def _is_vercel(usage: Mapping[str, object]) -> bool:
    return "inputTokenDetails" in usage or "cachedInputTokens" in usage


def _read(shape: _Shape, provider: str, model: str, usage: Mapping[str, object]) -> NormalisedUsage:
    tally = Tally(notes=[of_framework(shape.name)])
    parts = {name: _first(usage, places) for name, places in shape.input_parts.items()}
    parts |= _writes(shape, usage, tally)
    tokens = count(usage, shape.input)
    cached = sum(n or 0 for n in parts.values())
    if tokens is not None and cached and _is_exclusive(shape, provider, model, usage, cached):
        tokens += cached
    at = {"total_at": f"/{shape.input}", "parts_at": f"/{shape.input}"}
    tally.split(tokens, TokenClass.INPUT, parts, **at)
    made = {name: _first(usage, places) for name, places in shape.output_parts.items()}
    at = {"total_at": f"/{shape.output}", "parts_at": f"/{shape.output}"}
    tally.split(count(usage, shape.output), TokenClass.OUTPUT, made, **at)
    searches = _first(usage, _SEARCHES)
    if searches is not None:
        tally.units[Unit.WEB_SEARCHES] = Decimal(searches)
    # OpenRouter's own figure, which passes through; of other providers it would be an estimate.
    billed = money(usage, "cost") if provider == "openrouter" else None
    tier = _service_tier(usage)
    return tally.normalised(shape.name, service_tier=tier, provider_cost_usd=billed)


def _is_exclusive(
    shape: _Shape, provider: str, model: str, usage: Mapping[str, object], cached: int
) -> bool:
    """Whether the input leaves out what was cached, against the rule of the shape.

    The stated total tells, where it counts the cached tokens beside the input. The fifth version
    of Vercel's SDK passes Anthropic's and Bedrock's counts on as they are
    (https://github.com/PostHog/posthog-js/issues/2829).
    """
    stated, made = count(usage, shape.input) or 0, count(usage, shape.output) or 0
    if count(usage, shape.total) == stated + cached + made:
        return True
    is_fifth = shape is _VERCEL and "inputTokenDetails" not in usage
    return is_fifth and (provider in ("anthropic", "bedrock") or "claude" in model.lower())


def _writes(
    shape: _Shape, usage: Mapping[str, object], tally: Tally
) -> dict[TokenClass, int | None]:
    """Cache writes by lifetime; without a stated one they are Anthropic's default, five minutes."""
    short, long = _first(usage, shape.writes_5m), _first(usage, shape.writes_1h)
    together = _first(usage, shape.writes)
    if short is None and long is None:
        return {TokenClass.CACHE_WRITE_5M: together}
    if together and together != (short or 0) + (long or 0):
        tally.notes.append(contradictory("/" + "/".join(shape.writes_5m[0][:-1])))
        return {TokenClass.CACHE_WRITE_5M: together}
    return {TokenClass.CACHE_WRITE_5M: short, TokenClass.CACHE_WRITE_1H: long}


def _first(usage: Mapping[str, object], places: _Places) -> int | None:
    for *parents, key in places:
        inner, at = usage, ""
        for parent in parents:
            inner, at = details(inner, parent, at), f"{at}/{parent}"
        found = count(inner, key, at)
        if found is not None:
            return found
    return None


def _service_tier(usage: Mapping[str, object]) -> str | None:
    """Stated, or told by the names of LangChain's parts."""
    parts = details(usage, _LANGCHAIN_INPUT) if _LANGCHAIN_INPUT in usage else {}
    marked = next((tier for tier in _LANGCHAIN_TIERS if tier in parts), None)
    return plain_service_tier(text(usage, "service_tier") or marked)
