"""Cohere's convention: what is billed stands in ``billed_units``, beside what was counted.

Source: https://docs.cohere.com/reference/chat (``usage``; v1 has it below ``meta``),
https://docs.cohere.com/reference/rerank and https://docs.cohere.com/reference/embed.
"""

from collections.abc import Mapping

from domain.usage import openai
from domain.usage.fields import count, details
from domain.usage.normalised import NormalisedUsage, Tally, incomplete
from domain.usage.token_usage import TokenClass, Unit

_TOKENS = (
    ("input_tokens", TokenClass.INPUT),
    ("output_tokens", TokenClass.OUTPUT),
    ("image_tokens", TokenClass.INPUT_IMAGE),
)
_UNITS = (("search_units", Unit.SEARCH_UNITS), ("images", Unit.IMAGES))


def read(usage: Mapping[str, object]) -> NormalisedUsage:
    """A ``usage`` of chat, or the ``meta`` of embed, rerank and the first version's chat."""
    if openai.is_chat(usage):
        return openai.read(usage)._replace(convention="cohere")
    source, at = usage, ""
    if usage.get("billed_units") is None and usage.get("meta") is not None:
        source, at = details(usage, "meta"), "/meta"
    tally = Tally()
    name = "billed_units"
    if source.get(name) is None and source.get("tokens") is not None:
        # Counted tokens include what Cohere adds to a prompt and does not bill.
        name = "tokens"
        tally.notes.append(incomplete(f"{at}/billed_units"))
    billed = details(source, name, at)
    for key, token_class in _TOKENS:
        tally.take(token_class, count(billed, key, f"{at}/{name}"))
    for key, unit in _UNITS:
        tally.take_unit(unit, count(billed, key, f"{at}/{name}"))
    return tally.normalised("cohere")
