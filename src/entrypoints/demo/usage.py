"""How much one call uses: sizes that scatter as real ones do, in disjoint token classes."""

from decimal import Decimal
from random import Random

from domain.usage.token_usage import TokenClass, TokenUsage
from entrypoints.demo.models import Model
from entrypoints.demo.workloads import Workload

_HIT_RATE = 0.93
_WRITTEN_ON_HIT = 0.05
_OUTPUT_SPREAD = 0.55
_REASONING_SPREAD = 0.6


def usage_of(rng: Random, workload: Workload, model: Model) -> TokenUsage:
    """The canonical usage of a call that ran to its end."""
    size = max(1, round(workload.size * rng.lognormvariate(0, workload.spread)))
    if workload.unit is not None:
        return TokenUsage(units={workload.unit: Decimal(size)})
    tokens = _prompt(rng, min(size, model.context), workload, model)
    if workload.output:
        output = max(1, round(workload.output * rng.lognormvariate(0, _OUTPUT_SPREAD)))
        tokens[TokenClass.OUTPUT] = output
        if model.reasoning:
            thought = model.reasoning * rng.lognormvariate(0, _REASONING_SPREAD)
            tokens[TokenClass.REASONING] = round(output * thought)
    return TokenUsage(tokens)


def cut_off(rng: Random, usage: TokenUsage) -> TokenUsage:
    """The usage of a call whose answer was stopped somewhere on the way."""
    tokens = dict(usage.tokens)
    tokens[TokenClass.OUTPUT] = round(tokens[TokenClass.OUTPUT] * rng.uniform(0.05, 0.7))
    return TokenUsage(tokens)


def estimate(usage: TokenUsage) -> TokenUsage:
    """What a caller who counts text alone knows of a usage: nothing of caches and thoughts."""
    return TokenUsage(
        {
            TokenClass.INPUT: usage.prompt_tokens,
            TokenClass.OUTPUT: usage.tokens[TokenClass.OUTPUT],
        }
    )


def _prompt(rng: Random, size: int, workload: Workload, model: Model) -> dict[TokenClass, int]:
    if not model.caches or not workload.cached:
        return {TokenClass.INPUT: size}
    share = min(workload.cached * rng.uniform(0.75, 1.12), 0.97)
    held = round(size * share)
    hits = rng.random() < _HIT_RATE
    read = held if hits else 0
    tokens = {TokenClass.CACHE_READ: read}
    if model.writes_cache:
        # What a cache did not hold is written to it, and a conversation adds its last turn.
        written = round(size * _WRITTEN_ON_HIT) if hits else held
        tokens[TokenClass.CACHE_WRITE_5M] = min(written, size - read)
    return {TokenClass.INPUT: size - sum(tokens.values()), **tokens}
