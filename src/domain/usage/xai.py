"""xAI's convention: OpenAI's, but a chat completion's reasoning is outside its completion tokens.

Source: https://docs.x.ai/docs/api-reference (``usage``; ``cost_in_usd_ticks``).
"""

from collections.abc import Mapping
from decimal import Decimal

from domain.usage import openai
from domain.usage.fields import count, details, refused
from domain.usage.normalised import NormalisedUsage, Tally
from domain.usage.token_usage import TokenClass

_TICKS_PER_USD_EXPONENT = 10
_MAX_TICKS = 10**16


def read(usage: Mapping[str, object]) -> NormalisedUsage:
    """A chat completion's or response's ``usage``, with what xAI billed where it says so."""
    tally, names = Tally(), openai.names_of(usage)
    openai.read_prompt(usage, names, tally, cached=count(usage, "cached_prompt_text_tokens"))
    outside = 0
    if openai.is_chat(usage):
        outside = _read_chat_output(usage, tally)
    else:
        openai.read_output(usage, names, tally)
    openai.check_total(usage, names, tally, outside=outside)
    return tally.normalised("xai", provider_cost_usd=_charged(usage))


def _read_chat_output(usage: Mapping[str, object], tally: Tally) -> int:
    """Output and, beside it, reasoning; answers the reasoning tokens."""
    names, at = openai.CHAT, f"/{openai.CHAT.output_details}"
    parts = details(usage, names.output_details)
    tally.split(
        count(usage, names.output),
        TokenClass.OUTPUT,
        {TokenClass.OUTPUT_AUDIO: count(parts, "audio_tokens", at)},
        total_at=f"/{names.output}",
        parts_at=at,
    )
    reasoning = count(parts, "reasoning_tokens", at)
    if reasoning is None:  # xAI's own SDK states it beside the totals
        reasoning = count(usage, "reasoning_tokens")
    tally.take(TokenClass.REASONING, reasoning)
    return reasoning or 0


def billed(read: NormalisedUsage, usage: Mapping[str, object]) -> NormalisedUsage:
    """A reading of the same object with what xAI charged, where it says so."""
    return read._replace(provider_cost_usd=_charged(usage))


def _charged(usage: Mapping[str, object]) -> Decimal | None:
    """What xAI charged, in US dollars, of which each is 10^10 ticks."""
    ticks = usage.get("cost_in_usd_ticks")
    if ticks is None:
        return None
    if type(ticks) is not int or not 0 <= ticks <= _MAX_TICKS:
        raise refused("/cost_in_usd_ticks", f"expected a whole number from 0 to {_MAX_TICKS}")
    return Decimal(ticks).scaleb(-_TICKS_PER_USD_EXPONENT)
