"""The shapes of frameworks' usage objects, and the keys that tell one from another.

Sources:

- LangChain ``UsageMetadata``:
  https://python.langchain.com/api_reference/core/messages/langchain_core.messages.ai.UsageMetadata.html
- LiteLLM ``Usage``: https://docs.litellm.ai/docs/completion/prompt_caching
- Vercel AI SDK ``LanguageModelUsage``: https://ai-sdk.dev/docs/reference/ai-sdk-core/generate-text
  and ``LanguageModelV3Usage``: https://github.com/vercel/ai (``packages/provider``)
- Pydantic AI ``RequestUsage``: https://ai.pydantic.dev/api/usage/
- Codex ``token_count``: https://github.com/langfuse/codex-observability-plugin/issues/22
"""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from domain.usage.bedrock import CACHE_KEYS
from domain.usage.fields import details
from domain.usage.token_usage import TokenClass

#: Places in an object that state the same, the outer key of each first.
Places = tuple[tuple[str, ...], ...]


class Shape(NamedTuple):
    """How a framework spells the fields.

    ``writes`` are cache writes without a lifetime, ``uncached`` is the input that was not cached,
    ``plain_output`` the output without its parts.
    """

    name: str
    input: tuple[str, ...]
    output: tuple[str, ...]
    total: str
    input_parts: Mapping[TokenClass, Places]
    output_parts: Mapping[TokenClass, Places]
    writes: Places
    writes_5m: Places = ()
    writes_1h: Places = ()
    uncached: Places = ()
    plain_output: Places = ()


LANGCHAIN_INPUT, _LANGCHAIN_OUTPUT = "input_token_details", "output_token_details"
#: With these LangChain marks the counts of a call that was not served at the ordinary tier.
LANGCHAIN_TIERS = ("priority", "flex")


def _in_langchain(parent: str, key: str) -> Places:
    return ((parent, key), *((parent, f"{tier}_{key}") for tier in LANGCHAIN_TIERS))


LANGCHAIN = Shape(
    "langchain",
    ("input_tokens",),
    ("output_tokens",),
    "total_tokens",
    {
        TokenClass.CACHE_READ: _in_langchain(LANGCHAIN_INPUT, "cache_read"),
        TokenClass.INPUT_AUDIO: ((LANGCHAIN_INPUT, "audio"),),
    },
    {
        TokenClass.REASONING: _in_langchain(_LANGCHAIN_OUTPUT, "reasoning"),
        TokenClass.OUTPUT_AUDIO: ((_LANGCHAIN_OUTPUT, "audio"),),
    },
    ((LANGCHAIN_INPUT, "cache_creation"),),
    ((LANGCHAIN_INPUT, "ephemeral_5m_input_tokens"),),
    ((LANGCHAIN_INPUT, "ephemeral_1h_input_tokens"),),
)
LITELLM_INPUT, _LITELLM_OUTPUT = "prompt_tokens_details", "completion_tokens_details"
_LITELLM_LIFETIMES = (LITELLM_INPUT, "cache_creation_token_details")
LITELLM = Shape(
    "litellm",
    ("prompt_tokens",),
    ("completion_tokens",),
    "total_tokens",
    {
        TokenClass.CACHE_READ: (("cache_read_input_tokens",), (LITELLM_INPUT, "cached_tokens")),
        TokenClass.INPUT_AUDIO: ((LITELLM_INPUT, "audio_tokens"),),
        TokenClass.INPUT_IMAGE: ((LITELLM_INPUT, "image_tokens"),),
    },
    {
        TokenClass.REASONING: ((_LITELLM_OUTPUT, "reasoning_tokens"),),
        TokenClass.OUTPUT_AUDIO: ((_LITELLM_OUTPUT, "audio_tokens"),),
        TokenClass.OUTPUT_IMAGE: ((_LITELLM_OUTPUT, "image_tokens"),),
    },
    (("cache_creation_input_tokens",), (LITELLM_INPUT, "cache_creation_tokens")),
    ((*_LITELLM_LIFETIMES, "ephemeral_5m_input_tokens"),),
    ((*_LITELLM_LIFETIMES, "ephemeral_1h_input_tokens"),),
)
VERCEL = Shape(
    "vercel_ai",
    ("inputTokens",),
    ("outputTokens",),
    "totalTokens",
    {TokenClass.CACHE_READ: (("inputTokenDetails", "cacheReadTokens"), ("cachedInputTokens",))},
    {TokenClass.REASONING: (("outputTokenDetails", "reasoningTokens"), ("reasoningTokens",))},
    (("inputTokenDetails", "cacheWriteTokens"),),
    uncached=(("inputTokenDetails", "noCacheTokens"),),
    plain_output=(("outputTokenDetails", "textTokens"),),
)
#: What a model of the Vercel SDK answers since its sixth version.
VERCEL_MODEL = Shape(
    "vercel_ai",
    ("inputTokens", "total"),
    ("outputTokens", "total"),
    "totalTokens",
    {TokenClass.CACHE_READ: (("inputTokens", "cacheRead"),)},
    {TokenClass.REASONING: (("outputTokens", "reasoning"),)},
    (("inputTokens", "cacheWrite"),),
    uncached=(("inputTokens", "noCache"),),
    plain_output=(("outputTokens", "text"),),
)
PYDANTIC_AI = Shape(
    "pydantic_ai",
    ("input_tokens",),
    ("output_tokens",),
    "total_tokens",
    {
        TokenClass.CACHE_READ: (("cache_read_tokens",), ("cache_read_input_tokens",)),
        TokenClass.INPUT_AUDIO: (("input_audio_tokens",),),
    },
    {TokenClass.OUTPUT_AUDIO: (("output_audio_tokens",),)},
    (("cache_write_tokens",),),
)
CODEX = Shape(
    "codex",
    ("input_tokens",),
    ("output_tokens",),
    "total_tokens",
    {TokenClass.CACHE_READ: (("cached_input_tokens",), ("cache_read_input_tokens",))},
    {TokenClass.REASONING: (("reasoning_output_tokens",),)},
    (("cache_creation_input_tokens",),),
)
_LANGCHAIN_MARKS = (
    *(
        place[-1]
        for places in (
            *LANGCHAIN.input_parts.values(), *LANGCHAIN.output_parts.values(),
            LANGCHAIN.writes, LANGCHAIN.writes_5m, LANGCHAIN.writes_1h,
        )
        for place in places
    ),
    *LANGCHAIN_TIERS,
)  # fmt: skip
_CODEX_MARKS = ("cached_input_tokens", "reasoning_output_tokens")
_PYDANTIC_AI_MARKS = ("cache_read_tokens", "cache_write_tokens")
_LITELLM_MARKS = ("cache_read_input_tokens", "cache_creation_input_tokens")
_LITELLM_MARKS_WITHIN = ("cache_creation_tokens", "cache_creation_token_details")
_VERCEL_MARKS = ("inputTokenDetails", "cachedInputTokens")
_VERCEL_MODEL_MARKS = ("total", "noCache", "cacheRead", "cacheWrite")
#: Keys of which every object of a framework has one.
_MARKS = frozenset(
    {
        LANGCHAIN_INPUT, _LANGCHAIN_OUTPUT, "prompt_tokens", "inputTokens",
        *_CODEX_MARKS, *_PYDANTIC_AI_MARKS,
    }
)  # fmt: skip


def shape_of(provider: str, usage: Mapping[str, object]) -> Shape | None:
    """The framework's shape that an object has; None for any other object."""
    if _MARKS.isdisjoint(usage):
        return None
    if usage.get("inputTokens") is not None:
        return _camel_shape(provider, usage)
    if usage.get("prompt_tokens") is not None:
        return LITELLM if _is_litellm(usage) else None
    for shape, marks in ((CODEX, _CODEX_MARKS), (PYDANTIC_AI, _PYDANTIC_AI_MARKS)):
        # Beside a cache in Anthropic's own words a count of zero marks nothing.
        is_anthropic = usage.get("cache_read_input_tokens") and not any(map(usage.get, marks))
        if _states(usage, marks) and not is_anthropic:
            return shape
    parts = (details(usage, LANGCHAIN_INPUT), details(usage, _LANGCHAIN_OUTPUT))
    return LANGCHAIN if any(_states(part, _LANGCHAIN_MARKS) for part in parts) else None


def is_converse(usage: Mapping[str, object]) -> bool:
    """Whether the object counts as Bedrock's Converse does, whoever was called."""
    return usage.get("inputTokens") is not None and _states(usage, CACHE_KEYS)


def is_unknown_model_usage(usage: Mapping[str, object]) -> bool:
    """Whether counts stand in an object of their own, under names that nobody has told."""
    return isinstance(usage.get("inputTokens"), Mapping)


def _camel_shape(provider: str, usage: Mapping[str, object]) -> Shape | None:
    counted = usage["inputTokens"]
    if isinstance(counted, Mapping):
        return VERCEL_MODEL if _states(counted, _VERCEL_MODEL_MARKS) else None
    if is_converse(usage) or (provider == "bedrock" and not _states(usage, _VERCEL_MARKS)):
        return None
    return VERCEL


def _is_litellm(usage: Mapping[str, object]) -> bool:
    if _states(usage, _LITELLM_MARKS):
        return True
    parts = usage.get(LITELLM_INPUT)
    return isinstance(parts, Mapping) and _states(parts, _LITELLM_MARKS_WITHIN)


def _states(source: Mapping[str, object], keys: Iterable[str]) -> bool:
    return any(source.get(key) is not None for key in keys)
