"""Anthropic's convention: input, cache reads and cache writes exclude one another.

Source: https://platform.claude.com/docs/en/api/messages (``usage``) and
https://platform.claude.com/docs/en/build-with-claude/prompt-caching.
"""

from collections.abc import Mapping

from domain.service_tier import plain_service_tier
from domain.usage.fields import MAX_COUNT, count, details, rows, text
from domain.usage.normalised import (
    ITERATIONS_NOT_COUNTED,
    NormalisedUsage,
    Tally,
    contradictory,
    of_tokens,
)
from domain.usage.token_usage import TokenClass, Unit

#: The places of inference that cost what the price list says.
_ORDINARY_PLACES = frozenset({"global", "not_available"})


#: Keys of an object that can be read without a second look, and their classes.
_COMMON: Mapping[str, TokenClass] = {
    "input_tokens": TokenClass.INPUT,
    "cache_read_input_tokens": TokenClass.CACHE_READ,
    "output_tokens": TokenClass.OUTPUT,
}
_LIFETIMES: Mapping[str, TokenClass] = {
    "ephemeral_5m_input_tokens": TokenClass.CACHE_WRITE_5M,
    "ephemeral_1h_input_tokens": TokenClass.CACHE_WRITE_1H,
}


def read(usage: Mapping[str, object]) -> NormalisedUsage:
    """A message's ``usage``, of a whole response or of a stream's last ``message_delta``."""
    return read_quickly(usage) or _read_carefully(usage)


def read_quickly(usage: Mapping[str, object]) -> NormalisedUsage | None:
    """What nearly every message reports, read in half the time; None for anything unusual."""
    tokens: dict[TokenClass, int] = {}
    split: object = None
    total = tier = None
    for key, value in usage.items():
        token_class = _COMMON.get(key)
        if token_class is not None:
            if type(value) is not int or not 0 <= value <= MAX_COUNT:
                return None
            tokens[token_class] = value
        elif key == "cache_creation_input_tokens":
            total = value
        elif key == "cache_creation":
            split = value
        elif key == "service_tier" and type(value) is str and value in _TIERS:
            tier = _TIERS[value]
        else:
            return None
    if not _take_writes(split, total, tokens) or not tokens:
        return None
    return of_tokens(tokens, "anthropic", tier)


def _take_writes(split: object, total: object, tokens: dict[TokenClass, int]) -> bool:
    """Cache writes by lifetime; False for anything unusual."""
    if total is None and split is None:
        return True
    if type(total) is not int or not 0 <= total <= MAX_COUNT:
        return False
    if split is None:
        tokens[TokenClass.CACHE_WRITE_5M] = total
        return True
    if type(split) is not dict or len(split) != len(_LIFETIMES):
        return False
    for key, value in split.items():
        if type(value) is not int or value < 0 or key not in _LIFETIMES:
            return False
        tokens[_LIFETIMES[key]] = value
        total -= value
    return total == 0


#: Tiers as this API says them most of the time, by our word.
_TIERS = {word: plain_service_tier(word) for word in ("standard", "priority", "batch")}


def _read_carefully(usage: Mapping[str, object]) -> NormalisedUsage:
    tally = Tally()
    for key, token_class in (
        ("input_tokens", TokenClass.INPUT),
        ("cache_read_input_tokens", TokenClass.CACHE_READ),
    ):
        tally.take(token_class, count(usage, key))
    _read_cache_writes(usage, tally)
    _read_output(usage, tally)
    tally.take_unit(Unit.WEB_SEARCHES, searches(usage))
    if any(row.get("type") != "message" for row in rows(usage, "iterations")):
        tally.notes.append(ITERATIONS_NOT_COUNTED)
    place = text(usage, "inference_geo")
    return tally.normalised(
        "anthropic",
        service_tier=plain_service_tier(text(usage, "service_tier")),
        speed=text(usage, "speed"),
        region=None if place in _ORDINARY_PLACES else place,
    )


def searches(usage: Mapping[str, object]) -> int | None:
    """Web searches that the server made, which have a fee each."""
    return count(details(usage, "server_tool_use"), "web_search_requests", "/server_tool_use")


def _read_cache_writes(usage: Mapping[str, object], tally: Tally) -> None:
    """Writes by lifetime; without a stated lifetime it is five minutes, Anthropic's default."""
    split, at = details(usage, "cache_creation"), "/cache_creation"
    short = count(split, "ephemeral_5m_input_tokens", at)
    long = count(split, "ephemeral_1h_input_tokens", at)
    total = count(usage, "cache_creation_input_tokens")
    if short is None and long is None:
        short = total
    elif total is not None and total != (short or 0) + (long or 0):
        tally.notes.append(contradictory(at))
        short, long = total, None
    tally.take(TokenClass.CACHE_WRITE_5M, short)
    tally.take(TokenClass.CACHE_WRITE_1H, long)


def _read_output(usage: Mapping[str, object], tally: Tally) -> None:
    at = "/output_tokens_details"
    parts = details(usage, "output_tokens_details")
    tally.split(
        count(usage, "output_tokens"),
        TokenClass.OUTPUT,
        {TokenClass.REASONING: count(parts, "thinking_tokens", at)} if parts else {},
        total_at="/output_tokens",
        parts_at=at,
    )
