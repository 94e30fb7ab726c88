"""Mistral's convention: OpenAI's chat shape, with audio in seconds beside the tokens.

Source: https://docs.mistral.ai/api (``UsageInfo``, ``OCRUsageInfo``).
"""

from collections.abc import Mapping

from domain.usage import openai
from domain.usage.fields import count, details, seconds
from domain.usage.normalised import NormalisedUsage, Tally
from domain.usage.token_usage import Unit

_AUDIO = "prompt_audio_seconds"
#: Clients before the plural was settled.
_SINGULAR = "prompt_token_details"


def read(usage: Mapping[str, object]) -> NormalisedUsage:
    """A completion's or embedding's ``usage``, or the ``usage_info`` of an OCR answer."""
    return openai.read_quickly(usage, "mistral") or _read_carefully(usage)


def _read_carefully(usage: Mapping[str, object]) -> NormalisedUsage:
    tally, names = Tally(), openai.names_of(usage)
    if names.prompt_details not in usage and _SINGULAR in usage:
        names = names._replace(prompt_details=_SINGULAR)
    cached = count(
        details(usage, names.prompt_details), "cached_tokens", f"/{names.prompt_details}"
    )
    if cached is None:
        cached = count(usage, "num_cached_tokens")
    openai.read_prompt(usage, names, tally, cached=cached)
    openai.read_output(usage, names, tally)
    # The SDK writes an unset value as an empty object.
    audio = None if usage.get(_AUDIO) == {} else seconds(usage, _AUDIO)
    tally.take_unit(Unit.AUDIO_SECONDS, audio)
    if not audio:  # the total of an audio prompt includes tokens that no other field states
        openai.check_total(usage, names, tally)
    tally.take_unit(Unit.PAGES, count(usage, "pages_processed"))
    return openai.finish(usage, tally, "mistral")
