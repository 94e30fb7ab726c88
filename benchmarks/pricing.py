"""What pricing a call costs: ``make bench-pricing``.

Three comparisons with ``genai_prices`` in the same run, each a ratio of medians round by round:
the whole way from a provider's usage object to the total (``extract_usage`` and ``calc_price``),
the pricing of usage that is already read (``calc_price`` alone against ours alone), and our whole
way against their ``calc_price`` alone: of each call, and of all in turn. Then the loading of the
table, and its memory. Times are those of the quickest round, since others on the machine only
ever add to them, with the median beside. It fails where a figure is missed; the last of the three
is asked for of all calls together, since what ``calc_price`` takes depends on how many models it
tries before it finds one.
"""

import os
import resource
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from functools import partial
from pathlib import Path
from statistics import median

import genai_prices

from adapters.pricing.book import load_pricing_table
from benchmarks.timing import in_turn, least, microseconds, ratio
from domain.pricing.pricing_table import PricingTable
from domain.usage.normalise import normalise
from domain.usage.token_usage import TokenUsage

MOST_US = 5.0
LEAST_RATIO = 20.0
MOST_LOADING_MS = 150.0
MOST_MEMORY_MB = 60.0

_AT = datetime(2026, 11, 20, 12, tzinfo=UTC)
#: Short rounds, so that a machine that slows down slows both.
_CALLS, _ROUNDS = 900, 40


@dataclass(frozen=True, slots=True)
class Call:
    """A call, as its sender reports it and as ``genai_prices`` is asked about it."""

    provider: str
    model: str
    usage: Mapping[str, object]
    asked: genai_prices.Usage
    usage_key: str = "usage"
    flavor: str = "default"

    @property
    def response(self) -> dict[str, object]:
        """The answer that the usage object stood in."""
        named = {"model": self.model, "modelVersion": self.model}
        return {**named, self.usage_key: self.usage}


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
        flavor="chat",
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
        usage_key="usageMetadata",
    ),
)


def total(table: PricingTable, call: Call) -> Decimal:
    """What an event costs, from the provider's own usage object."""
    usage = normalise(call.provider, call.model, call.usage).usage
    quote = table.quote(call.provider, call.model, at=_AT, usage=usage)
    if quote is None:
        raise LookupError(call.model)
    return quote.total_of(usage).amount_usd


def priced(table: PricingTable, call: Call, usage: TokenUsage) -> Decimal:
    """What usage costs that is already read."""
    quote = table.quote(call.provider, call.model, at=_AT, usage=usage)
    if quote is None:
        raise LookupError(call.model)
    return quote.total_of(usage).amount_usd


def their_total(call: Call) -> Decimal:
    """The same as ``total``, by the other's extraction and calculation."""
    found = genai_prices.extract_usage(
        call.response, provider_id=call.provider, api_flavor=call.flavor
    )
    return genai_prices.calc_price(
        found.usage, call.model, provider_id=call.provider, genai_request_timestamp=_AT
    ).total_price


def their_priced(call: Call) -> Decimal:
    return genai_prices.calc_price(
        call.asked, call.model, provider_id=call.provider, genai_request_timestamp=_AT
    ).total_price


def main() -> int:
    """Print every figure; 1 where one is missed."""
    table = load_pricing_table()
    print(f"cores: {os.cpu_count()}, Python {sys.version.split()[0]}; microseconds, and ratios")
    print(f"{'':28}{'whole':>7}{'median':>8}{'theirs':>8}{'ratio':>7}{'priced':>8}{'theirs':>8}"
          f"{'ratio':>7}{'whole/calc_price':>18}")  # fmt: skip
    missed = [name for call in CALLS for name in _compare(table, call.model, [call])]
    missed += _compare(table, "all of them in turn", CALLS, least_of_all=LEAST_RATIO)
    missed += _loading()
    for name in missed:
        print(f"missed: {name}")
    return 1 if missed else 0


def _compare(
    table: PricingTable, name: str, calls: Sequence[Call], least_of_all: float = 0
) -> list[str]:
    """A line of figures, of one of ``calls`` on the average; those that are missed."""
    if any(not total(table, it) == their_priced(it) == their_total(it) for it in calls):
        return [f"{name}: the totals differ"]
    read = [normalise(call.provider, call.model, call.usage).usage for call in calls]
    ours, theirs, our_pricing, their_pricing = (
        [taken / len(calls) for taken in rounds]
        for rounds in in_turn(
            (
                _all(partial(total, table), [(call,) for call in calls]),
                _all(their_total, [(call,) for call in calls]),
                _all(partial(priced, table), list(zip(calls, read, strict=True))),
                _all(their_priced, [(call,) for call in calls]),
            ),
            calls=_CALLS // len(calls),
            rounds=_ROUNDS,
        )
    )
    whole, pricing = ratio(theirs, ours), ratio(their_pricing, our_pricing)
    of_all = ratio(their_pricing, ours)
    print(
        f"{name:28.28}{least(ours):7.2f}{median(ours):8.2f}{least(theirs):8.1f}{whole:7.1f}"
        f"{least(our_pricing):8.2f}{least(their_pricing):8.1f}{pricing:7.1f}{of_all:18.1f}"
    )
    late = [f"{least(ours):.2f} us, at most {MOST_US}"] if least(ours) > MOST_US else []
    wanted = ((whole, LEAST_RATIO), (pricing, LEAST_RATIO), (of_all, least_of_all))
    slow = [f"{found:.1f} times, at least {least}" for found, least in wanted if found < least]
    return [f"{name}: {what}" for what in late + slow]


def _all(run: Callable[..., object], arguments: Sequence[tuple[object, ...]]) -> Callable[[], None]:
    def one_after_another() -> None:
        for each in arguments:
            run(*each)

    return one_after_another


def _loading() -> list[str]:
    loadings = [_in_a_fresh_process("--loading") for _ in range(9)]
    loading, memory = least(loadings), _in_a_fresh_process("--memory")
    print(f"loading the table: {loading:.0f} ms, median {median(loadings):.0f}; "
          f"memory: {memory:.0f} MB")  # fmt: skip
    late = [f"loading: {loading:.0f} ms"] if loading > MOST_LOADING_MS else []
    return late + ([f"memory: {memory:.0f} MB"] if memory > MOST_MEMORY_MB else [])


def _in_a_fresh_process(figure: str) -> float:
    """Milliseconds or megabytes that a table takes where nothing else was loaded before."""
    found = subprocess.run(
        [sys.executable, "-m", "benchmarks.pricing", figure],
        check=True,
        capture_output=True,
        text=True,
    )
    return float(found.stdout)


def _grown_by(run: Callable[[], object]) -> float:
    def resident() -> int:
        return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])

    before = resident()
    kept = run()
    grown = (resident() - before) * resource.getpagesize() / 2**20
    del kept
    return grown


def _used_table() -> object:
    table = load_pricing_table()
    return table, table.prices()


if __name__ == "__main__":
    if "--memory" in sys.argv:
        print(_grown_by(_used_table))
        raise SystemExit
    if "--loading" in sys.argv:
        print(microseconds(load_pricing_table, calls=1) / 1000)
        raise SystemExit
    raise SystemExit(main())
