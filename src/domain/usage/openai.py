"""OpenAI's convention: the prompt includes what was cached, the output includes reasoning.

Chat completions, responses, embeddings, images, transcriptions and realtime, and the many
services that answer in the same shape.
Source: https://platform.openai.com/docs/api-reference (the ``usage`` objects).
"""

from collections.abc import Mapping
from typing import NamedTuple

from domain.service_tier import plain_service_tier
from domain.usage.fields import MAX_COUNT, count, details, seconds, text
from domain.usage.normalised import (
    CACHED_IMAGE_AS_CACHE_READ,
    NormalisedUsage,
    Tally,
    contradictory,
    of_tokens,
)
from domain.usage.token_usage import TokenClass, Unit


class Names(NamedTuple):
    """How one API spells the fields."""

    prompt: str
    prompt_details: str
    output: str
    output_details: str


CHAT = Names(
    "prompt_tokens", "prompt_tokens_details", "completion_tokens", "completion_tokens_details"
)
RESPONSES = Names("input_tokens", "input_tokens_details", "output_tokens", "output_tokens_details")
#: What the parts of a prompt and of an output are; None for what is part of the rest.
_PROMPT_PARTS: Mapping[str, TokenClass | None] = {
    "cached_tokens": TokenClass.CACHE_READ,
    "cache_write_tokens": TokenClass.CACHE_WRITE_5M,
    "audio_tokens": TokenClass.INPUT_AUDIO,
    "image_tokens": TokenClass.INPUT_IMAGE,
    "text_tokens": None,
}
_OUTPUT_PARTS: Mapping[str, TokenClass | None] = {
    "reasoning_tokens": TokenClass.REASONING,
    "audio_tokens": TokenClass.OUTPUT_AUDIO,
    "image_tokens": TokenClass.OUTPUT_IMAGE,
    "text_tokens": None,
    "accepted_prediction_tokens": None,
    "rejected_prediction_tokens": None,
}
#: Looked up once: a look takes a twentieth of the time that an event has for its reading.
_INPUT, _OUTPUT = TokenClass.INPUT, TokenClass.OUTPUT
_PROMPT, _PROMPT_DETAILS, _COMPLETION, _COMPLETION_DETAILS = CHAT
#: Transcriptions and realtime say ``token`` where responses say ``tokens``.
REALTIME = Names("input_tokens", "input_token_details", "output_tokens", "output_token_details")


def read(usage: Mapping[str, object]) -> NormalisedUsage:
    """A usage object in OpenAI's shape."""
    return read_quickly(usage) or _read_carefully(usage)


def _read_carefully(usage: Mapping[str, object]) -> NormalisedUsage:
    names, tally = names_of(usage), Tally()
    read_prompt(usage, names, tally)
    read_output(usage, names, tally)
    check_total(usage, names, tally)
    return finish(usage, tally, "openai")


def read_quickly(usage: Mapping[str, object], convention: str = "openai") -> NormalisedUsage | None:
    """What nearly every chat completion reports, in a quarter of the time of reading with care.

    None for anything unusual: an unknown key, a value that is no plain count, numbers that
    contradict one another. The careful reading gives the same for what is read here.
    """
    find = usage.get
    prompt, output, total = find(_PROMPT), find(_COMPLETION), find("total_tokens")
    if type(prompt) is not int or type(output) is not int:
        return None
    if total is not None and (type(total) is not int or total != prompt + output):
        return None
    if prompt > MAX_COUNT or output > MAX_COUNT or (total is not None and total > MAX_COUNT):
        return None
    tokens = {_INPUT: prompt, _OUTPUT: output}
    known = 2 if total is None else 3  # that there is no other key is told by how many were found
    of_prompt, of_output = find(_PROMPT_DETAILS), find(_COMPLETION_DETAILS)
    if of_prompt is not None:
        known += 1
        tokens[_INPUT] = prompt = _take(of_prompt, _PROMPT_PARTS, prompt, tokens)
    if of_output is not None:
        known += 1
        tokens[_OUTPUT] = output = _take(of_output, _OUTPUT_PARTS, output, tokens)
    if prompt < 0 or output < 0 or known != len(usage):
        return None
    return of_tokens(tokens, convention)


def _take(
    details: object,
    classes: Mapping[str, TokenClass | None],
    whole: int,
    tokens: dict[TokenClass, int],
) -> int:
    """Move the parts of ``whole`` into ``tokens``; what is left, -1 for anything unusual."""
    if type(details) is not dict:
        return -1
    try:
        for key, number in details.items():
            token_class = classes[key]
            if type(number) is not int or number < 0:
                return -1
            if token_class is not None:
                tokens[token_class] = number
                whole -= number
    except KeyError:
        return -1
    return whole


def is_chat(usage: Mapping[str, object]) -> bool:
    return usage.get("prompt_tokens") is not None or usage.get("completion_tokens") is not None


def is_response(usage: Mapping[str, object]) -> bool:
    """Whether the object is that of responses, whoever was called: OpenAI's Agents SDK makes it.

    Anthropic's counts have names of their own for what was cached; they decide where they count.
    """
    parts = usage.get(RESPONSES.prompt_details)
    if not isinstance(parts, Mapping) or parts.get("cached_tokens") is None:
        return False
    return not (usage.get("cache_read_input_tokens") or usage.get("cache_creation_input_tokens"))


def names_of(usage: Mapping[str, object]) -> Names:
    """The spelling that this object uses."""
    if is_chat(usage):
        return CHAT
    if "input_token_details" in usage or "output_token_details" in usage:
        return REALTIME
    return RESPONSES


def read_prompt(
    usage: Mapping[str, object], names: Names, tally: Tally, cached: int | None = None
) -> None:
    """The prompt's classes; ``cached`` overrides where a service states it elsewhere."""
    at = f"/{names.prompt_details}"
    parts = details(usage, names.prompt_details)
    total = count(usage, names.prompt)
    if cached is None:
        cached = count(parts, "cached_tokens", at)
    if cached is None:  # Moonshot and a few others state it beside the totals
        cached = count(usage, "cached_tokens")
    if not parts:
        split = {TokenClass.CACHE_READ: cached}
    else:
        split = _prompt_parts(parts, at, cached, tally)
    tally.split(total, TokenClass.INPUT, split, total_at=f"/{names.prompt}", parts_at=at)


def _prompt_parts(
    parts: Mapping[str, object], at: str, cached: int | None, tally: Tally
) -> dict[TokenClass, int | None]:
    of_cached = details(parts, "cached_tokens_details", at)
    cached_audio = count(of_cached, "audio_tokens", f"{at}/cached_tokens_details")
    cached_image = count(of_cached, "image_tokens", f"{at}/cached_tokens_details")
    if cached_image:
        tally.notes.append(CACHED_IMAGE_AS_CACHE_READ)
    return {
        TokenClass.CACHE_READ: _less(cached, cached_audio),
        TokenClass.CACHE_WRITE_5M: count(parts, "cache_write_tokens", at),
        TokenClass.INPUT_AUDIO: _less(count(parts, "audio_tokens", at), cached_audio),
        TokenClass.CACHE_READ_AUDIO: cached_audio,
        TokenClass.INPUT_IMAGE: _less(count(parts, "image_tokens", at), cached_image),
    }


def read_output(usage: Mapping[str, object], names: Names, tally: Tally) -> None:
    """The output's classes, reasoning being part of the stated output."""
    at = f"/{names.output_details}"
    parts = details(usage, names.output_details)
    split: dict[TokenClass, int | None] = {}
    if parts:
        split = {
            TokenClass.REASONING: count(parts, "reasoning_tokens", at),
            TokenClass.OUTPUT_AUDIO: count(parts, "audio_tokens", at),
            TokenClass.OUTPUT_IMAGE: count(parts, "image_tokens", at),
        }
    total = count(usage, names.output)
    tally.split(total, TokenClass.OUTPUT, split, total_at=f"/{names.output}", parts_at=at)


def check_total(usage: Mapping[str, object], names: Names, tally: Tally, outside: int = 0) -> None:
    """Note a total that is not the sum of its parts; ``outside`` is in neither of the two."""
    total, prompt = count(usage, "total_tokens"), count(usage, names.prompt)
    if total is None or prompt is None:
        return
    if total != prompt + (count(usage, names.output) or 0) + outside:
        tally.notes.append(contradictory("/total_tokens"))


def finish(usage: Mapping[str, object], tally: Tally, convention: str) -> NormalisedUsage:
    """What stands beside the tokens: a transcription's seconds, and the tier where it is stated."""
    tally.take_unit(Unit.AUDIO_SECONDS, seconds(usage, "seconds"))
    tier = plain_service_tier(text(usage, "service_tier"))
    return tally.normalised(convention, service_tier=tier)


def _less(whole: int | None, part: int | None) -> int | None:
    if whole is None or part is None:
        return whole
    return whole - part
