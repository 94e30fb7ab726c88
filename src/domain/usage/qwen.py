"""Alibaba Qwen's convention: the prompt includes what was cached, in both of its protocols.

Source: https://www.alibabacloud.com/help/en/model-studio/qwen-api-via-dashscope (``usage``) and
https://www.alibabacloud.com/help/en/model-studio/context-cache.
"""

from collections.abc import Mapping

from domain.usage import openai
from domain.usage.fields import count, details
from domain.usage.normalised import NormalisedUsage, Tally
from domain.usage.token_usage import TokenClass

#: The cache is told of under this name in DashScope's own protocol too.
_CACHE = "prompt_tokens_details"


def read(usage: Mapping[str, object]) -> NormalisedUsage:
    """A ``usage`` of DashScope's own protocol or of the one it shares with OpenAI."""
    names, tally = openai.names_of(usage), Tally()
    _read_prompt(usage, names, tally)
    _read_output(usage, names, tally)
    openai.check_total(usage, names, tally)
    return openai.finish(usage, tally, "qwen")


def _read_prompt(usage: Mapping[str, object], names: openai.Names, tally: Tally) -> None:
    cache = details(usage, _CACHE)
    shown = cache if names is openai.CHAT else details(usage, names.prompt_details)
    parts = {
        TokenClass.CACHE_READ: count(cache, "cached_tokens", f"/{_CACHE}"),
        TokenClass.CACHE_WRITE_5M: count(cache, "cache_creation_input_tokens", f"/{_CACHE}"),
        TokenClass.INPUT_IMAGE: _modality(usage, shown, "image_tokens"),
        TokenClass.INPUT_VIDEO: _modality(usage, shown, "video_tokens"),
        TokenClass.INPUT_AUDIO: _modality(usage, shown, "audio_tokens"),
    }
    at = {"total_at": f"/{names.prompt}", "parts_at": f"/{names.prompt_details}"}
    tally.split(count(usage, names.prompt), TokenClass.INPUT, parts, **at)


def _read_output(usage: Mapping[str, object], names: openai.Names, tally: Tally) -> None:
    made, at = details(usage, names.output_details), f"/{names.output_details}"
    parts = {
        TokenClass.REASONING: count(made, "reasoning_tokens", at),
        TokenClass.OUTPUT_AUDIO: count(made, "audio_tokens", at),
    }
    total = count(usage, names.output)
    tally.split(total, TokenClass.OUTPUT, parts, total_at=f"/{names.output}", parts_at=at)


def _modality(usage: Mapping[str, object], shown: Mapping[str, object], key: str) -> int | None:
    """Tokens of a modality, which older models state beside the totals."""
    stated = count(shown, key)
    return count(usage, key) if stated is None else stated
