"""Gemini's convention: the prompt includes what was cached, the candidates exclude the thoughts.

Read in the API's camelCase and in the Python SDK's snake_case.
Source: https://ai.google.dev/api/generate-content#UsageMetadata and, for ``trafficType``,
https://cloud.google.com/vertex-ai/generative-ai/docs/reference/rest/v1/GenerateContentResponse.
"""

from collections.abc import Mapping
from typing import NamedTuple

from domain.service_tier import plain_service_tier
from domain.usage.fields import MAX_COUNT, count, refused, rows, text
from domain.usage.normalised import (
    CACHED_IMAGE_AS_CACHE_READ,
    MODALITY_UNKNOWN,
    OUTPUT_VIDEO_AS_OUTPUT,
    NormalisedUsage,
    Tally,
    contradictory,
    of_tokens,
)
from domain.usage.token_usage import TokenClass


class _Names(NamedTuple):
    prompt: str
    cached: str
    candidates: str
    response: str
    thoughts: str
    tool_prompt: str
    total: str
    prompt_details: str
    cached_details: str
    candidates_details: str
    response_details: str
    tool_details: str
    modality_count: str
    traffic: str
    tier: str


_CAMEL = _Names(
    "promptTokenCount", "cachedContentTokenCount", "candidatesTokenCount", "responseTokenCount",
    "thoughtsTokenCount", "toolUsePromptTokenCount", "totalTokenCount",
    "promptTokensDetails", "cacheTokensDetails", "candidatesTokensDetails",
    "responseTokensDetails", "toolUsePromptTokensDetails", "tokenCount",
    "trafficType", "serviceTier",
)  # fmt: skip
_SNAKE = _Names(
    "prompt_token_count", "cached_content_token_count", "candidates_token_count",
    "response_token_count", "thoughts_token_count", "tool_use_prompt_token_count",
    "total_token_count", "prompt_tokens_details", "cache_tokens_details",
    "candidates_tokens_details", "response_tokens_details", "tool_use_prompt_tokens_details",
    "token_count", "traffic_type", "service_tier",
)  # fmt: skip
#: Keys of an object that can be read without a second look; that there is no other is told by how
#: many were found. Names and classes are looked up here, once, because that takes a third of the
#: time that an event has for its reading.
_PROMPT, _CANDIDATES, _CACHED = _CAMEL.prompt, _CAMEL.candidates, _CAMEL.cached
_THOUGHTS, _TOTAL, _MODALITY_COUNT = _CAMEL.thoughts, _CAMEL.total, _CAMEL.modality_count
_DETAILS = (_CAMEL.prompt_details, _CAMEL.cached_details, _CAMEL.candidates_details)
_INPUT, _CACHE_READ = TokenClass.INPUT, TokenClass.CACHE_READ
_OUTPUT, _REASONING = TokenClass.OUTPUT, TokenClass.REASONING
_SNAKE_MARKS = frozenset(_SNAKE[:7])
_BILLED_APART = frozenset({"AUDIO", "IMAGE", "VIDEO"})
_MARKS = frozenset(_CAMEL[:7]) | _SNAKE_MARKS


def recognises(usage: Mapping[str, object]) -> bool:
    """True when any of Gemini's own counts is in the object."""
    return not _MARKS.isdisjoint(usage)


def read(usage: Mapping[str, object]) -> NormalisedUsage:
    """A response's ``usageMetadata``, of the whole response or of a stream's last chunk."""
    return read_quickly(usage) or _read_carefully(usage)


def read_quickly(usage: Mapping[str, object]) -> NormalisedUsage | None:
    """What nearly every call on text reports, in a third of the time; None for anything unusual.

    The details add nothing where all of them are text.
    """
    find = usage.get
    prompt, output = find(_PROMPT), find(_CANDIDATES)
    if type(prompt) is not int or type(output) is not int or prompt < 0 or output < 0:
        return None
    cached, thoughts, stated = find(_CACHED), find(_THOUGHTS), find(_TOTAL)
    known, total = 2, prompt + output
    if cached is None:
        tokens = {_INPUT: prompt, _OUTPUT: output}
    elif type(cached) is not int or not 0 <= cached <= prompt:
        return None
    else:
        tokens = {_INPUT: prompt - cached, _OUTPUT: output, _CACHE_READ: cached}
        known = 3
    if thoughts is not None:
        if type(thoughts) is not int or thoughts < 0:
            return None
        tokens[_REASONING] = thoughts
        total += thoughts
        known += 1
    if stated is not None:
        known += 1
    else:
        stated = total
    if type(stated) is not int or stated != total or total > MAX_COUNT:
        return None
    there = len(usage)
    for key in _DETAILS:  # as long as there is a key that is not known yet
        if known == there:
            break
        known += _is_all_text(find(key))
    return of_tokens(tokens, "gemini") if known == there else None


def _is_all_text(listed: object) -> bool:
    """Whether it is a list of modalities that names text alone, with counts that can be some."""
    if type(listed) is not list:
        return False
    for row in listed:
        if type(row) is not dict or row.get("modality") != "TEXT":
            return False
        tokens = row.get(_MODALITY_COUNT)
        if type(tokens) is not int or not 0 <= tokens <= MAX_COUNT:
            return False
    return True


def _read_carefully(usage: Mapping[str, object]) -> NormalisedUsage:
    names = _CAMEL if _SNAKE_MARKS.isdisjoint(usage) else _SNAKE
    tally = Tally()
    _read_prompt(usage, names, tally)
    _read_output(usage, names, tally)
    _check_total(usage, names, tally)
    tier = text(usage, names.tier) or text(usage, names.traffic)
    return tally.normalised("gemini", service_tier=plain_service_tier(tier))


def _read_prompt(usage: Mapping[str, object], names: _Names, tally: Tally) -> None:
    """Prompt and tool results are input; a tool's result is never cached."""
    prompt, cached = count(usage, names.prompt), count(usage, names.cached)
    tool = count(usage, names.tool_prompt)
    if prompt is not None and cached is not None and cached > prompt:
        tally.notes.append(contradictory(f"/{names.cached}"))
        cached = None
    at = f"/{names.prompt}"
    parts = {TokenClass.CACHE_READ: cached}
    if prompt is None:
        tally.split(None, TokenClass.INPUT, parts, total_at=at, parts_at=at)
        tally.take(TokenClass.INPUT, tool)
        return
    total = prompt + (tool or 0)
    parts |= _prompt_modalities(usage, names, cached, tally)
    stated = [n for n in parts.values() if n is not None]
    if stated and (min(stated) < 0 or sum(stated) > total):
        tally.notes.append(MODALITY_UNKNOWN)
        parts = {TokenClass.CACHE_READ: cached}
    tally.split(total, TokenClass.INPUT, parts, total_at=at, parts_at=at)


def _prompt_modalities(
    usage: Mapping[str, object], names: _Names, cached: int | None, tally: Tally
) -> dict[TokenClass, int | None]:
    """The classes of what is not text; empty where the object does not say."""
    given = _modalities(usage, names.prompt_details, names)
    for modality, tokens in _modalities(usage, names.tool_details, names).items():
        given[modality] = given.get(modality, 0) + tokens
    hit = _modalities(usage, names.cached_details, names) if cached else {}
    if hit.get("IMAGE", 0) + hit.get("VIDEO", 0) > 0:
        tally.notes.append(CACHED_IMAGE_AS_CACHE_READ)
    classes: dict[TokenClass, int | None] = {}
    for modality, token_class in (
        ("AUDIO", TokenClass.INPUT_AUDIO),
        ("IMAGE", TokenClass.INPUT_IMAGE),
        ("VIDEO", TokenClass.INPUT_VIDEO),
    ):
        if modality in given:
            classes[token_class] = given[modality] - hit.get(modality, 0)
    if "AUDIO" in hit:
        classes[TokenClass.CACHE_READ_AUDIO] = hit["AUDIO"]
        classes[TokenClass.CACHE_READ] = (cached or 0) - hit["AUDIO"]
    return classes


def _read_output(usage: Mapping[str, object], names: _Names, tally: Tally) -> None:
    """Candidates (the Live API says response) and thoughts stand side by side."""
    key, key_details = names.candidates, names.candidates_details
    if usage.get(key) is None and usage.get(names.response) is not None:
        key, key_details = names.response, names.response_details
    made = _modalities(usage, key_details, names)
    if made.get("VIDEO"):
        tally.notes.append(OUTPUT_VIDEO_AS_OUTPUT)
    tally.split(
        count(usage, key),
        TokenClass.OUTPUT,
        {TokenClass.OUTPUT_AUDIO: made.get("AUDIO"), TokenClass.OUTPUT_IMAGE: made.get("IMAGE")},
        total_at=f"/{key}",
        parts_at=f"/{key_details}",
    )
    thoughts = count(usage, names.thoughts)
    tally.take(TokenClass.REASONING, thoughts)


def _check_total(usage: Mapping[str, object], names: _Names, tally: Tally) -> None:
    total = count(usage, names.total)
    if total is not None and tally.tokens and total != sum(tally.tokens.values()):
        tally.notes.append(contradictory(f"/{names.total}"))


def _modalities(usage: Mapping[str, object], key: str, names: _Names) -> dict[str, int]:
    """Tokens by modality; documents and anything new are text."""
    found: dict[str, int] = {}
    for index, row in enumerate(rows(usage, key)):
        modality = row.get("modality")
        if modality is not None and not isinstance(modality, str):
            raise refused(f"/{key}/{index}/modality", "expected a text")
        tokens = count(row, names.modality_count, f"/{key}/{index}") or 0
        name = modality.upper() if modality else "TEXT"
        name = name if name in _BILLED_APART else "TEXT"
        found[name] = found.get(name, 0) + tokens
    return found
