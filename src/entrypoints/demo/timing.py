"""How long a call takes: reading the prompt, thinking, writing, and now and then a bad moment."""

from dataclasses import dataclass
from random import Random

from domain.usage.token_usage import TokenClass, TokenUsage
from entrypoints.demo.models import Model

_READING_MS_PER_TOKEN = 0.006
_SLOW_RATE = 0.02
_LONGEST_MS = 900_000
_TIMEOUT_MS = 60_000


@dataclass(frozen=True, slots=True)
class Timing:
    """Milliseconds; thinking comes before the first token."""

    first_token_ms: int
    latency_ms: int


def timing_of(rng: Random, model: Model, usage: TokenUsage) -> Timing:
    """By model and by what it read and wrote, with a long tail."""
    reading = usage.prompt_tokens * _READING_MS_PER_TOKEN
    waiting = model.first_token_ms * rng.lognormvariate(0, 0.32) + reading
    ms_per_token = 1_000 / model.per_second * rng.lognormvariate(0, 0.18)
    thinking = usage.tokens.get(TokenClass.REASONING, 0) * ms_per_token
    made = usage.tokens.get(TokenClass.OUTPUT, 0) + float(sum(usage.units.values()))
    if rng.random() < _SLOW_RATE:
        waiting *= rng.uniform(2.5, 9)
    first = waiting + thinking
    return Timing(
        first_token_ms=min(round(first), _LONGEST_MS),
        latency_ms=min(round(first + made * ms_per_token), _LONGEST_MS),
    )


def failure_ms(rng: Random, error_code: str) -> int:
    """Refusals come at once, a timeout when the client's patience ends."""
    if error_code == "timeout":
        return _TIMEOUT_MS + rng.randrange(40)
    return round(rng.lognormvariate(5.4, 0.5))
