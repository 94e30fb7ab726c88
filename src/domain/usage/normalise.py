"""A provider's own usage object, made canonical by that provider's convention."""

from collections.abc import Callable, Iterator, Mapping

from domain.money import MOST_USD
from domain.usage import (
    anthropic,
    bedrock,
    cohere,
    deepseek,
    frameworks,
    gemini,
    huggingface,
    mistral,
    ollama,
    openai,
    openrouter,
    perplexity,
    qwen,
    replicate,
    telemetry,
    voyage,
    xai,
)
from domain.usage.fields import MAX_COUNT, refused
from domain.usage.normalised import NO_CONVENTION, UNRECOGNISED_USAGE, NormalisedUsage
from domain.usage.token_usage import TokenUsage

__all__ = ["NormalisedUsage", "normalise"]

Convention = Callable[[Mapping[str, object]], NormalisedUsage]

#: Providers that answer exactly in OpenAI's shape, and where they say so.
_AS_OPENAI = {
    "azure": "https://learn.microsoft.com/en-us/azure/ai-foundry/openai/reference",
    "cerebras": "https://inference-docs.cerebras.ai/api-reference/chat-completions",
    "fireworks": "https://docs.fireworks.ai/api-reference/post-chatcompletions",
    "groq": "https://console.groq.com/docs/api-reference#chat-create",
    "minimax": "https://platform.minimax.io/docs/api-reference/text-openai-api",
    "moonshot": "https://platform.moonshot.ai/docs/api/chat",
    "openai": "https://platform.openai.com/docs/api-reference",
    "openai_compatible": "https://platform.openai.com/docs/api-reference",
    "together": "https://docs.together.ai/reference/chat-completions-1",
    "vllm": "https://docs.vllm.ai/en/latest/serving/openai_compatible_server.html",
    "zai": "https://docs.z.ai/api-reference/llm/chat-completion",
}
_CONVENTIONS: dict[str, Convention] = {
    **dict.fromkeys(_AS_OPENAI, openai.read),
    "anthropic": anthropic.read,
    "bedrock": bedrock.read,
    "cohere": cohere.read,
    "deepseek": deepseek.read,
    "google": gemini.read,
    "huggingface": huggingface.read,
    "mistral": mistral.read,
    "ollama": ollama.read,
    "openrouter": openrouter.read,
    "perplexity": perplexity.read,
    "qwen": qwen.read,
    "replicate": replicate.read,
    "vertex": gemini.read,
    "voyage": voyage.read,
    "xai": xai.read,
}
#: Clouds that serve several makers' models, each in its maker's shape.
_MANY_MAKERS = frozenset({"azure", "google", "vertex"})
#: Services that answer in Anthropic's protocol too, by another endpoint.
_TWO_PROTOCOLS = frozenset(
    {"deepseek", "minimax", "moonshot", "ollama", "openrouter", "qwen", "vllm", "zai"}
)
_ANTHROPIC_MARKS = frozenset(
    {"cache_creation_input_tokens", "cache_read_input_tokens", "cache_creation", "server_tool_use"}
)
#: Providers with one convention, whatever the object.
_ONLY = {
    provider: convention
    for provider, convention in _CONVENTIONS.items()
    if provider not in _MANY_MAKERS | _TWO_PROTOCOLS | {"anthropic", "perplexity"}
}
#: What reads a provider's most common objects, and leaves all others with None.
_QUICK: dict[str, Callable[[Mapping[str, object]], NormalisedUsage | None]] = {
    **dict.fromkeys(_AS_OPENAI, openai.read_quickly),
    "anthropic": anthropic.read_quickly,
    "google": gemini.read_quickly,
    "vertex": gemini.read_quickly,
}
#: What adds the cost that a provider states to a reading of the same object.
_BILLS: dict[str, Callable[[NormalisedUsage, Mapping[str, object]], NormalisedUsage]] = {
    "openrouter": openrouter.billed,
    "perplexity": perplexity.billed,
    "xai": xai.billed,
}
#: Where a usage object stands in an answer that was sent whole.
_WRAPPINGS = (
    "usage",
    "usageMetadata",
    "usage_metadata",
    "usage_info",
    "x_groq",
    "metrics",
    "details",
    "amazon-bedrock-invocationMetrics",
)


def normalise(provider: str, model: str, provider_usage: Mapping[str, object]) -> NormalisedUsage:
    """The canonical usage in ``provider_usage``, of a canonical ``provider``.

    A provider without a convention gives an empty usage, never a guess. A whole answer is read
    for the usage object in it. Numbers that contradict the convention give a defined result and a
    note: the stated totals stand, their breakdown does not. Raises ``Invalid`` with code
    ``invalid_usage`` and a pointer below ``/provider_usage`` for a value that cannot be a count
    (negative, broken, above 10^9, of another type).
    """
    quick = _QUICK.get(provider)
    if quick and (read := quick(provider_usage)) is not None:
        return read
    read = _bounded(_billed(provider, model, provider_usage))
    if UNRECOGNISED_USAGE in read.notes:
        for inner in _inner(provider_usage):
            return normalise(provider, model, inner)
    return read


def _bounded(read: NormalisedUsage) -> NormalisedUsage:
    """The reading, unless a sum in it is above what any count may be. Raises ``Invalid``."""
    tokens, units = read.usage
    if max(max(tokens.values(), default=0), max(units.values(), default=0)) > MAX_COUNT:
        raise refused("", f"makes a class or a unit of more than {MAX_COUNT}")
    if read.provider_cost_usd is not None and read.provider_cost_usd > MOST_USD:
        raise refused("", f"makes a cost of more than {MOST_USD} dollars")
    return read


def _billed(provider: str, model: str, usage: Mapping[str, object]) -> NormalisedUsage:
    """A reading with the cost that the provider states, also in a shape that is not its own."""
    read, bill = _read_carefully(provider, model, usage), _BILLS.get(provider)
    if bill is None or read.provider_cost_usd is not None:
        return read
    logged = usage.get(frameworks.LOGGED_BY_LITELLM)
    return bill(read, logged if isinstance(logged, Mapping) else usage)


def _read_carefully(provider: str, model: str, usage: Mapping[str, object]) -> NormalisedUsage:
    of_framework = frameworks.reading_of(provider, model, usage)
    if of_framework is not None:
        return of_framework()
    if telemetry.recognises(usage):
        return telemetry.read(usage)
    logged = usage.get(frameworks.LOGGED_BY_LITELLM)
    if isinstance(logged, Mapping):
        return normalise(provider, model, logged)
    return (_ONLY.get(provider) or _convention(provider, model, usage))(usage)


def _convention(provider: str, model: str, usage: Mapping[str, object]) -> Convention:
    """The convention of this object, where a provider has more than one or none."""
    convention = _CONVENTIONS.get(provider, _read_nothing)
    if provider in _MANY_MAKERS:
        return _by_shape(convention, model, usage)
    if convention is anthropic.read and _is_openai(usage):
        return openai.read  # Anthropic's own endpoint in OpenAI's protocol, or OpenAI's SDK
    is_response = openai.is_response(usage)
    if provider in _TWO_PROTOCOLS and not is_response and not _ANTHROPIC_MARKS.isdisjoint(usage):
        return anthropic.read
    if provider == "perplexity" and "deep-research" in model:
        return perplexity.read_research
    return convention


def _is_openai(usage: Mapping[str, object]) -> bool:
    return openai.is_chat(usage) or openai.is_response(usage)


def _read_nothing(usage: Mapping[str, object]) -> NormalisedUsage:  # noqa: ARG001
    return NormalisedUsage(TokenUsage(), None, notes=(NO_CONVENTION,))


def _by_shape(default: Convention, model: str, usage: Mapping[str, object]) -> Convention:
    """The maker's convention, by the keys that only its objects have."""
    if gemini.recognises(usage):
        return gemini.read
    if _is_openai(usage):
        return openai.read
    if not _ANTHROPIC_MARKS.isdisjoint(usage) or "claude" in model.lower():
        return anthropic.read
    if usage.get("input_tokens") is not None:
        return openai.read
    return default


def _inner(answer: Mapping[str, object]) -> Iterator[Mapping[str, object]]:
    for key in _WRAPPINGS:
        inner = answer.get(key)
        if isinstance(inner, Mapping):
            yield inner
