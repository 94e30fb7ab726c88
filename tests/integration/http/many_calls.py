"""Calls of all kinds, for reports to sum up."""

import random
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from tests.http_client import ago, an_event

#: How far back they go.
DAYS = 20


def calls() -> Iterator[dict[str, Any]]:
    """Some 300 calls of the last days, of all kinds, always the same ones."""
    some = random.Random(20261123)  # noqa: S311 - the same calls every time
    for number in range(300):
        usd = Decimal(some.randrange(1, 10**9)).scaleb(-some.choice([9, 12, 18]))
        yield an_event(
            id=f"call-{number:03}",
            timestamp=ago(minutes=some.randrange(30, DAYS * 24 * 60)),
            provider=some.choice(["openai", "anthropic", "google"]),
            model=some.choice(["m-1", "m-2"]),
            project=some.choice(["checkout", "search", "", None]),
            environment=some.choice(["production", "staging"]),
            user=some.choice(["u-1", "u-2", None]),
            operation=some.choice(["chat", "embeddings"]),
            status=some.choice(["success"] * 9 + ["error"]),
            latency_ms=some.choice([None, *range(100, 2000, 100)]),
            usage={"input": some.randrange(1000), "output": some.randrange(1000)},
            tags=some.choice([{}, {"feature": "a"}, {"feature": "b", "tier": "x"}]),
            provider_cost_usd=some.choice([None, *[format(usd, "f")] * 9]),
        )


def sent_costs() -> Decimal:
    """The sum of their known costs."""
    return total_of([call["provider_cost_usd"] for call in calls()])


def total_of(costs: list[str | None]) -> Decimal:
    """The sum of those that are known."""
    return sum((Decimal(cost) for cost in costs if cost is not None), Decimal(0))
