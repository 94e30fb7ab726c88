"""Objects that a client framework made of a provider's own: one shape, whoever was called.

Their input includes what was cached, also for providers that count it apart, so that the
provider's own convention would price it twice or in the wrong class.
"""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from domain.service_tier import plain_service_tier
from domain.usage import anthropic, bedrock
from domain.usage.fields import count, details, text
from domain.usage.framework_shapes import (
    LANGCHAIN_INPUT,
    LANGCHAIN_TIERS,
    LITELLM,
    LITELLM_INPUT,
    VERCEL,
    Places,
    Shape,
    is_converse,
    is_unknown_model_usage,
    shape_of,
)
from domain.usage.normalised import (
    UNRECOGNISED_USAGE,
    NormalisedUsage,
    Tally,
    contradictory,
    of_framework,
)
from domain.usage.token_usage import TokenClass, TokenUsage, Unit
from domain.usage.totals import agrees, leaves_out_cache, leaves_out_reasoning

#: Where LiteLLM's log of a call has the usage, which is in its own shape whoever was called.
LOGGED_BY_LITELLM = "usage_object"
_SEARCHES: Places = ((LITELLM_INPUT, "web_search_requests"),)
_UNREAD = NormalisedUsage(TokenUsage(), None, notes=(UNRECOGNISED_USAGE,))


class _Counts(NamedTuple):
    """What an object states as a whole; what was cached is 0 where nothing is said of it."""

    stated: int | None
    cached: int
    made: int | None
    reasoning: int
    total: int | None

    @property
    def are_whole(self) -> bool:
        """Whether the total is that of the parts; a total that is missing tells nothing."""
        if self.total is None or self.stated is None:
            return True
        return agrees(self.stated, self.cached, self.made or 0, self.total)


def reading_of(
    provider: str, model: str, usage: Mapping[str, object]
) -> Callable[[], NormalisedUsage] | None:
    """What reads an object of a framework; None for any other object, such as a provider's own."""
    logged = usage.get(LOGGED_BY_LITELLM)
    if isinstance(logged, Mapping) and "prompt_tokens" in logged:
        return lambda: _read(LITELLM, provider, model, logged)
    shape = shape_of(provider, usage)
    if shape is not None:
        return lambda: _read(shape, provider, model, usage)
    if is_unknown_model_usage(usage):
        return lambda: _UNREAD
    return (lambda: bedrock.read(usage)) if is_converse(usage) else None


def _read(shape: Shape, provider: str, model: str, usage: Mapping[str, object]) -> NormalisedUsage:
    tally = Tally(notes=[of_framework(shape.name)])
    writes = _writes(shape, usage, tally)
    parts = {name: _agreed(usage, at, tally) for name, at in shape.input_parts.items()} | writes
    made_of = {name: _agreed(usage, at, tally) for name, at in shape.output_parts.items()}
    counts = _Counts(
        stated=_at(usage, shape.input),
        cached=_sum(writes) + (parts[TokenClass.CACHE_READ] or 0),
        made=_made(shape, usage, made_of, tally),
        reasoning=made_of.get(TokenClass.REASONING) or 0,
        total=count(usage, shape.total),
    )
    is_passed_on = _is_passed_on(shape, provider, model, usage)
    counts = _with_cache(counts, shape, usage, tally, is_passed_on=is_passed_on)
    counts = _with_reasoning(counts)
    at = _pointer(shape.input)
    tally.split(counts.stated, TokenClass.INPUT, parts, total_at=at, parts_at=at)
    at = _pointer(shape.output)
    tally.split(counts.made, TokenClass.OUTPUT, made_of, total_at=at, parts_at=at)
    if not counts.are_whole:
        tally.notes.append(contradictory(f"/{shape.total}"))
    searches = anthropic.searches(usage)
    found = _agreed(usage, _SEARCHES, tally) if searches is None else searches
    tally.take_unit(Unit.WEB_SEARCHES, found)
    return tally.normalised(shape.name, service_tier=_service_tier(usage))


def _made(
    shape: Shape, usage: Mapping[str, object], parts: Mapping[TokenClass, int | None], tally: Tally
) -> int | None:
    """The output, which is the sum of its parts where no total of it is stated."""
    made, rest = _at(usage, shape.output), _agreed(usage, shape.plain_output, tally)
    return rest + _sum(parts) if made is None and rest is not None else made


def _with_cache(
    counts: _Counts, shape: Shape, usage: Mapping[str, object], tally: Tally, *, is_passed_on: bool
) -> _Counts:
    """The counts with an input that includes what was cached."""
    stated, cached = counts.stated, counts.cached
    uncached = _agreed(usage, shape.uncached, tally)
    if stated is None:
        return counts if uncached is None else counts._replace(stated=uncached + cached)
    if cached:
        is_left_out = leaves_out_cache(
            stated, cached, counts.made or 0, counts.reasoning, counts.total
        )
        if is_left_out or stated == uncached or is_passed_on:
            stated += cached
    if uncached is not None and uncached + cached != stated:
        tally.notes.append(contradictory(_pointer(shape.uncached[0])))
    return counts._replace(stated=stated)


def _with_reasoning(counts: _Counts) -> _Counts:
    """The counts with an output that includes the reasoning."""
    stated, made, reasoning = counts.stated or 0, counts.made, counts.reasoning
    if made is None or not leaves_out_reasoning(stated, made, reasoning, counts.total):
        return counts
    return counts._replace(made=made + reasoning)


def _is_passed_on(shape: Shape, provider: str, model: str, usage: Mapping[str, object]) -> bool:
    """Whether the provider's own count, which leaves out what was cached, was passed on.

    The fifth version of Vercel's SDK does so with Anthropic's and Bedrock's
    (https://github.com/PostHog/posthog-js/issues/2829).
    """
    is_fifth = shape is VERCEL and usage.get("inputTokenDetails") is None
    return is_fifth and (provider in ("anthropic", "bedrock") or "claude" in model.lower())


def _writes(
    shape: Shape, usage: Mapping[str, object], tally: Tally
) -> dict[TokenClass, int | None]:
    """Cache writes by lifetime; without a stated one they are Anthropic's default, five minutes."""
    short, long = (_agreed(usage, at, tally) for at in (shape.writes_5m, shape.writes_1h))
    together = _agreed(usage, shape.writes, tally)
    if short is None and long is None:
        return {TokenClass.CACHE_WRITE_5M: together}
    if together and together != (short or 0) + (long or 0):
        tally.notes.append(contradictory("/" + "/".join(shape.writes_5m[0][:-1])))
        return {TokenClass.CACHE_WRITE_5M: together}
    return {TokenClass.CACHE_WRITE_5M: short, TokenClass.CACHE_WRITE_1H: long}


def _agreed(usage: Mapping[str, object], places: Places, tally: Tally) -> int | None:
    """What several places state."""
    at = _pointer(places[0]) if places else ""
    return tally.agreed([_at(usage, place) for place in places], at)


def _at(usage: Mapping[str, object], place: tuple[str, ...]) -> int | None:
    *parents, key = place
    inner, at = usage, ""
    for parent in parents:
        inner, at = details(inner, parent, at), f"{at}/{parent}"
    return count(inner, key, at)


def _sum(parts: Mapping[TokenClass, int | None]) -> int:
    return sum(tokens or 0 for tokens in parts.values())


def _pointer(place: tuple[str, ...]) -> str:
    return "/" + "/".join(place)


def _service_tier(usage: Mapping[str, object]) -> str | None:
    """Stated, or told by the names of LangChain's parts."""
    parts = details(usage, LANGCHAIN_INPUT)
    marked = next((tier for tier in LANGCHAIN_TIERS if parts.get(tier) is not None), None)
    return plain_service_tier(text(usage, "service_tier") or marked)
