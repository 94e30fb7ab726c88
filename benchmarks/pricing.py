"""What pricing a call costs: ``make bench-pricing``.

Prints, and fails where a figure is missed: the total of an event with its usage read, against
``genai_prices.calc_price`` in the same run; the loading of the table; and its memory.
"""

import os
import resource
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from functools import partial
from statistics import median

import genai_prices

from adapters.pricing.book import load_pricing_table
from benchmarks.timing import in_turn, microseconds, ratio
from domain.pricing.pricing_table import PricingTable
from domain.usage.normalise import normalise

MOST_US = 5.0
LEAST_RATIO = 20.0
MOST_LOADING_MS = 150.0
MOST_MEMORY_MB = 60.0

_AT = datetime(2026, 11, 20, 12, tzinfo=UTC)
_CALLS, _ROUNDS = 2000, 15


@dataclass(frozen=True, slots=True)
class Call:
    """A call, as its sender reports it and as ``genai_prices`` is asked about it."""

    provider: str
    model: str
    usage: Mapping[str, object]
    asked: genai_prices.Usage


CALLS = (
    Call(
        "openai",
        "gpt-4o-2024-08-06",
        {
            "prompt_tokens": 1200,
            "completion_tokens": 300,
            "total_tokens": 1500,
            "prompt_tokens_details": {"cached_tokens": 800, "audio_tokens": 0},
            "completion_tokens_details": {
                "reasoning_tokens": 100,
                "audio_tokens": 0,
                "accepted_prediction_tokens": 0,
                "rejected_prediction_tokens": 0,
            },
        },
        genai_prices.Usage(input_tokens=1200, cache_read_tokens=800, output_tokens=300),
    ),
    Call(
        "anthropic",
        "claude-sonnet-4-5-20250929",
        {
            "input_tokens": 1200,
            "cache_read_input_tokens": 800,
            "cache_creation_input_tokens": 300,
            "cache_creation": {"ephemeral_5m_input_tokens": 300, "ephemeral_1h_input_tokens": 0},
            "output_tokens": 300,
            "service_tier": "standard",
        },
        genai_prices.Usage(
            input_tokens=2300, cache_read_tokens=800, cache_write_tokens=300, output_tokens=300
        ),
    ),
    Call(
        "google",
        "gemini-2.5-pro",
        {
            "promptTokenCount": 1200,
            "cachedContentTokenCount": 800,
            "candidatesTokenCount": 300,
            "thoughtsTokenCount": 100,
            "totalTokenCount": 1600,
            "promptTokensDetails": [{"modality": "TEXT", "tokenCount": 1200}],
        },
        genai_prices.Usage(input_tokens=1200, cache_read_tokens=800, output_tokens=400),
    ),
)


def total(table: PricingTable, call: Call) -> Decimal:
    """What an event costs, from the provider's own usage object."""
    usage = normalise(call.provider, call.model, call.usage).usage
    quote = table.quote(call.provider, call.model, at=_AT, prompt_tokens=usage.prompt_tokens)
    if quote is None:
        raise LookupError(call.model)
    return quote.total_of(usage).amount_usd


def their_total(call: Call) -> Decimal:
    """The same, of usage that is already read."""
    return genai_prices.calc_price(
        call.asked, call.model, provider_id=call.provider, genai_request_timestamp=_AT
    ).total_price


def main() -> int:
    """Print every figure; 1 where one is missed."""
    table = load_pricing_table()
    missed = [name for name in (*_totals(table), *_loading()) if name]
    for name in missed:
        print(f"missed: {name}")
    return 1 if missed else 0


def _totals(table: PricingTable) -> list[str]:
    print(f"cores: {os.cpu_count()}, Python {sys.version.split()[0]}")
    print(f"{'total of an event':32}{'ours us':>10}{'theirs us':>11}{'ratio':>8}")
    missed = []
    for call in CALLS:
        if total(table, call) != their_total(call):
            missed.append(f"{call.model}: the totals differ")
        runs = (partial(total, table, call), partial(their_total, call))
        ours, theirs = in_turn(runs, calls=_CALLS, rounds=_ROUNDS)
        times, best = ratio(theirs, ours), median(ours)
        name = f"{call.provider} {call.model}"
        print(f"{name:32.32}{best:10.2f}{median(theirs):11.1f}{times:8.1f}")
        missed += [f"{call.model}: {best:.2f} us, at most {MOST_US}"] if best > MOST_US else []
        missed += [f"{call.model}: {times:.1f} times"] if times < LEAST_RATIO else []
    return missed


def _loading() -> list[str]:
    loads = [microseconds(load_pricing_table, calls=1) / 1000 for _ in range(7)]
    memory = _memory_of_table()
    print(f"loading the table: {median(loads):.0f} ms; memory: {memory:.0f} MB")
    late = [f"loading: {median(loads):.0f} ms"] if median(loads) > MOST_LOADING_MS else []
    return late + ([f"memory: {memory:.0f} MB"] if memory > MOST_MEMORY_MB else [])


def _memory_of_table() -> float:
    """Megabytes that a fresh process grows by when it loads the table and uses all of it."""
    found = subprocess.run(
        [sys.executable, "-m", "benchmarks.pricing", "--memory"],
        check=True,
        capture_output=True,
        text=True,
    )
    return float(found.stdout)


def _grown_by(run: Callable[[], object]) -> float:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    run()
    return (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024


if __name__ == "__main__":
    if "--memory" in sys.argv:
        print(_grown_by(lambda: load_pricing_table().prices()))
        raise SystemExit
    raise SystemExit(main())
