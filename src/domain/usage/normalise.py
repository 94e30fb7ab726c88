"""A provider's own usage object, made canonical by that provider's convention."""

from collections.abc import Callable, Mapping

from domain.usage import anthropic, deepseek, gemini, mistral, openai, openrouter, xai
from domain.usage.normalised import NO_CONVENTION, NormalisedUsage
from domain.usage.token_usage import TokenUsage

__all__ = ["NormalisedUsage", "normalise"]

Convention = Callable[[Mapping[str, object]], NormalisedUsage]

_CONVENTIONS: dict[str, Convention] = {
    "anthropic": anthropic.read,
    "azure": openai.read,
    "cerebras": openai.read,
    "deepseek": deepseek.read,
    "fireworks": openai.read,
    "google": gemini.read,
    "groq": openai.read,
    "mistral": mistral.read,
    "moonshot": openai.read,
    "ollama": openai.read,
    "openai": openai.read,
    "openai_compatible": openai.read,
    "openrouter": openrouter.read,
    "together": openai.read,
    "vertex": gemini.read,
    "vllm": openai.read,
    "xai": xai.read,
}
#: Clouds that serve several makers' models, each in its maker's shape.
_MANY_MAKERS = frozenset({"azure", "google", "vertex"})
_ANTHROPIC_MARKS = frozenset(
    {"cache_creation_input_tokens", "cache_read_input_tokens", "cache_creation", "server_tool_use"}
)


def normalise(provider: str, model: str, provider_usage: Mapping[str, object]) -> NormalisedUsage:
    """The canonical usage in ``provider_usage``, of a canonical ``provider``.

    A provider without a convention gives an empty usage, never a guess. Numbers that contradict
    the convention give a defined result and a note: the stated totals stand, their breakdown does
    not. Raises ``Invalid`` with code ``invalid_usage`` and a pointer below ``/provider_usage``
    for a value that cannot be a count (negative, broken, above 10^9, of another type).
    """
    convention = _CONVENTIONS.get(provider)
    if convention is None:
        return NormalisedUsage(TokenUsage(), None, notes=(NO_CONVENTION,))
    if provider in _MANY_MAKERS:
        convention = _by_shape(convention, model, provider_usage)
    elif convention is anthropic.read and openai.is_chat(provider_usage):
        convention = openai.read  # Anthropic's own endpoint in OpenAI's protocol
    return convention(provider_usage)


def _by_shape(default: Convention, model: str, usage: Mapping[str, object]) -> Convention:
    """The maker's convention, by the keys that only its objects have."""
    if gemini.recognises(usage):
        return gemini.read
    if openai.is_chat(usage):
        return openai.read
    if not _ANTHROPIC_MARKS.isdisjoint(usage) or "claude" in model.lower():
        return anthropic.read
    if usage.get("input_tokens") is not None:
        return openai.read
    return default
