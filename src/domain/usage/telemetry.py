"""Usage as a span's attributes say it: OpenTelemetry's names, older ones, and OpenInference's.

The conventions count what was cached into the input, and reasoning into the output. Not all
instrumentations do, and some do in one path and not in another. Who wrote them decides where that
is known, else the numbers where they can, and a note records the decision. Sources:

- https://github.com/open-telemetry/semantic-conventions-genai (``gen_ai.usage.*``)
- https://github.com/Arize-ai/openinference/blob/main/spec/semantic_conventions.md
- https://ai-sdk.dev/docs/ai-sdk-core/telemetry (``ai.usage.*``)
"""

from collections.abc import Mapping

from domain.usage.fields import count
from domain.usage.normalised import NormalisedUsage, Tally, contradictory, of_framework
from domain.usage.token_usage import TokenClass
from domain.usage.totals import agrees, leaves_out_cache, leaves_out_reasoning

_INPUT = (
    "gen_ai.usage.input_tokens", "gen_ai.usage.prompt_tokens", "llm.token_count.prompt",
    "llm.usage.prompt_tokens", "ai.usage.inputTokens", "ai.usage.promptTokens", "ai.usage.tokens",
)  # fmt: skip
_OUTPUT = (
    "gen_ai.usage.output_tokens", "gen_ai.usage.completion_tokens", "llm.token_count.completion",
    "llm.usage.completion_tokens", "ai.usage.outputTokens", "ai.usage.completionTokens",
)  # fmt: skip
_TOTAL = (
    "gen_ai.usage.total_tokens", "llm.token_count.total", "llm.usage.total_tokens",
    "ai.usage.totalTokens",
)  # fmt: skip
_CACHED: Mapping[TokenClass, tuple[str, ...]] = {
    TokenClass.CACHE_READ: (
        "gen_ai.usage.cache_read.input_tokens", "gen_ai.usage.cache_read_input_tokens",
        "gen_ai.usage.cache_read_tokens", "gen_ai.usage.input_cached_tokens",
        "gen_ai.usage.input_tokens.cached", "gen_ai.usage.details.cache_read_input_tokens",
        "gen_ai.usage.details.cache_read_tokens", "llm.token_count.prompt_details.cache_read",
        "llm.usage.cache_read_input_tokens", "ai.usage.inputTokenDetails.cacheReadTokens",
        "ai.usage.cachedInputTokens",
    ),
    TokenClass.CACHE_WRITE_5M: (
        "gen_ai.usage.cache_creation.input_tokens", "gen_ai.usage.cache_creation_input_tokens",
        "gen_ai.usage.cache_write_tokens", "gen_ai.usage.input_cache_creation",
        "gen_ai.usage.input_tokens.cache_write",
        "gen_ai.usage.details.cache_creation_input_tokens",
        "gen_ai.usage.details.cache_write_tokens", "llm.token_count.prompt_details.cache_write",
        "llm.usage.cache_creation_input_tokens", "ai.usage.inputTokenDetails.cacheWriteTokens",
    ),
}  # fmt: skip
#: Where the writer of the attributes is named beside them.
SCOPE = "otel.scope.name"
#: Writers that pass on counts which leave out what was cached, also in the total.
#: https://github.com/traceloop/openllmetry/blob/main/packages/opentelemetry-instrumentation-bedrock
_EXCLUSIVE_SCOPES = frozenset({"opentelemetry.instrumentation.bedrock"})
_REASONING = (
    "gen_ai.usage.reasoning.output_tokens", "gen_ai.usage.reasoning_tokens",
    "gen_ai.usage.output_tokens.reasoning", "gen_ai.usage.details.reasoning_tokens",
    "llm.usage.reasoning_tokens", "llm.token_count.completion_details.reasoning",
    "ai.usage.outputTokenDetails.reasoningTokens", "ai.usage.reasoningTokens",
)  # fmt: skip
_AUDIO_IN = (
    "gen_ai.usage.audio.input_tokens", "gen_ai.usage.details.input_audio_tokens",
    "llm.token_count.prompt_details.audio",
)  # fmt: skip
_AUDIO_OUT = (
    "gen_ai.usage.audio.output_tokens", "gen_ai.usage.details.output_audio_tokens",
    "llm.token_count.completion_details.audio",
)  # fmt: skip
#: Every attribute that is read; others say the same again, or an estimate of the cost.
ATTRIBUTES = frozenset(
    {*_INPUT, *_OUTPUT, *_TOTAL, *_REASONING, *_AUDIO_IN, *_AUDIO_OUT}.union(*_CACHED.values())
)


def recognises(usage: Mapping[str, object]) -> bool:
    """Whether these are attributes of a span, whoever was called."""
    return not ATTRIBUTES.isdisjoint(usage)


def read(usage: Mapping[str, object]) -> NormalisedUsage:
    """Usage attributes of one span, by their full names."""
    tally = Tally()
    stated, made, total = (_first(usage, names) for names in (_INPUT, _OUTPUT, _TOTAL))
    parts = {name: _first(usage, names) for name, names in _CACHED.items()}
    cached, reasoning = sum(n or 0 for n in parts.values()), _first(usage, _REASONING)
    rule = "otel"
    if stated is not None and cached:
        is_exclusive = usage.get(SCOPE) in _EXCLUSIVE_SCOPES or _is_exclusive(
            stated, cached, made or 0, reasoning or 0, total
        )
        rule = "otel_exclusive" if is_exclusive else "otel_inclusive"
        stated += cached if is_exclusive else 0
    if made is not None and leaves_out_reasoning(stated or 0, made, reasoning or 0, total):
        made += reasoning or 0
    parts[TokenClass.INPUT_AUDIO] = _first(usage, _AUDIO_IN)
    tally.split(stated, TokenClass.INPUT, parts, total_at=_at(_INPUT), parts_at=_at(_INPUT))
    made_of = {TokenClass.REASONING: reasoning, TokenClass.OUTPUT_AUDIO: _first(usage, _AUDIO_OUT)}
    tally.split(made, TokenClass.OUTPUT, made_of, total_at=_at(_OUTPUT), parts_at=_at(_OUTPUT))
    is_whole = total is None or stated is None or agrees(stated, cached, made or 0, total)
    if not is_whole:
        tally.notes.append(contradictory(_at(_TOTAL)))
    tally.notes.insert(0, of_framework(rule))
    return tally.normalised(rule)


def _is_exclusive(stated: int, cached: int, made: int, reasoning: int, total: int | None) -> bool:
    """Whether the input leaves out what was cached: by the total, else where it must."""
    return leaves_out_cache(stated, cached, made, reasoning, total) or cached > stated


def _first(usage: Mapping[str, object], names: tuple[str, ...]) -> int | None:
    """What the first of the names states; zero only where no other name states more."""
    stated = [found for name in names if (found := count(usage, name)) is not None]
    return next((number for number in stated if number), 0 if stated else None)


def _at(names: tuple[str, ...]) -> str:
    return f"/{names[0]}"
