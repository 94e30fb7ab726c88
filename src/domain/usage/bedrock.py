"""Amazon Bedrock's conventions: Converse's, and those of models called as their makers have them.

Converse counts input, cache reads and cache writes apart, as Anthropic does.
Source: https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_TokenUsage.html;
InvokeModel answers in each maker's own shape:
https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters.html.
Claude Code sums a session's usage for each model by the same arithmetic, whoever was called:
https://docs.claude.com/en/api/agent-sdk/typescript (``ModelUsage``); its cost is an estimate.
"""

from collections.abc import Mapping

from domain.service_tier import plain_service_tier
from domain.usage import anthropic, cohere, openai
from domain.usage.fields import count, rows, text
from domain.usage.normalised import NormalisedUsage, Tally, contradictory
from domain.usage.token_usage import TokenClass, Unit

_LIFETIMES = {"5m": TokenClass.CACHE_WRITE_5M, "1h": TokenClass.CACHE_WRITE_1H}
#: Keys of Converse, of the metrics that end an InvokeModel stream, and of Claude Code's
#: ``modelUsage``, in that order.
_COUNTS = (
    (TokenClass.INPUT, ("inputTokens", "inputTokenCount")),
    (TokenClass.CACHE_READ, ("cacheReadInputTokens", "cacheReadInputTokenCount")),
    (
        TokenClass.CACHE_WRITE_5M,
        ("cacheWriteInputTokens", "cacheWriteInputTokenCount", "cacheCreationInputTokens"),
    ),
    (TokenClass.OUTPUT, ("outputTokens", "outputTokenCount")),
)
_MARKS = frozenset(key for _, keys in _COUNTS for key in keys)
#: Keys that tell these objects from others with ``inputTokens``.
CACHE_KEYS = frozenset(key for _, keys in _COUNTS[1:3] for key in keys)


def read(usage: Mapping[str, object]) -> NormalisedUsage:
    """A ``usage`` of Converse, ``amazon-bedrock-invocationMetrics``, or a model's own answer."""
    if not _MARKS.isdisjoint(usage):
        return _read_converse(usage)
    if "generation_token_count" in usage or "prompt_token_count" in usage:
        return _read_pair(usage, "prompt_token_count", "generation_token_count")
    if "inputTextTokenCount" in usage:
        return _read_titan(usage)
    if "billed_units" in usage or "meta" in usage:
        return cohere.read(usage)._replace(convention="bedrock")
    if openai.is_chat(usage) or openai.is_response(usage):
        return openai.read(usage)._replace(convention="bedrock")
    return anthropic.read(usage)._replace(convention="bedrock")


def _read_converse(usage: Mapping[str, object]) -> NormalisedUsage:
    tally = Tally()
    for token_class, keys in _COUNTS:
        tally.take(token_class, tally.agreed([count(usage, key) for key in keys], f"/{keys[0]}"))
    tally.take_unit(Unit.WEB_SEARCHES, count(usage, "webSearchRequests"))
    _split_writes(usage, tally)
    total = count(usage, "totalTokens")
    plain = tally.tokens.get(TokenClass.INPUT, 0) + tally.tokens.get(TokenClass.OUTPUT, 0)
    # Some models count what was cached into the total, others do not.
    if total is not None and total not in (plain, sum(tally.tokens.values())):
        tally.notes.append(contradictory("/totalTokens"))
    return tally.normalised("bedrock", service_tier=plain_service_tier(text(usage, "serviceTier")))


def _split_writes(usage: Mapping[str, object], tally: Tally) -> None:
    """Cache writes by lifetime, where ``cacheDetails`` says it."""
    written: dict[TokenClass, int] = {}
    for index, row in enumerate(rows(usage, "cacheDetails")):
        lifetime = _LIFETIMES.get(str(row.get("ttl")))
        tokens = count(row, "inputTokens", f"/cacheDetails/{index}") or 0
        if lifetime is None:
            tally.notes.append(contradictory(f"/cacheDetails/{index}/ttl"))
            return
        written[lifetime] = written.get(lifetime, 0) + tokens
    total = tally.tokens.get(TokenClass.CACHE_WRITE_5M)
    if not written:
        return
    if total is not None and total != sum(written.values()):
        tally.notes.append(contradictory("/cacheDetails"))
        return
    tally.tokens.pop(TokenClass.CACHE_WRITE_5M, None)
    tally.tokens |= written


def _read_pair(usage: Mapping[str, object], prompt: str, output: str) -> NormalisedUsage:
    """Two plain counts, as Meta's Llama has them."""
    tally = Tally()
    for token_class, key in ((TokenClass.INPUT, prompt), (TokenClass.OUTPUT, output)):
        tally.take(token_class, count(usage, key))
    return tally.normalised("bedrock")


def _read_titan(usage: Mapping[str, object]) -> NormalisedUsage:
    """Amazon Titan: one count of input, and one for each result."""
    tally = Tally()
    tally.take(TokenClass.INPUT, count(usage, "inputTextTokenCount"))
    made = [
        count(row, "tokenCount", f"/results/{n}") for n, row in enumerate(rows(usage, "results"))
    ]
    if made:
        tally.tokens[TokenClass.OUTPUT] = sum(tokens or 0 for tokens in made)
    return tally.normalised("bedrock")
