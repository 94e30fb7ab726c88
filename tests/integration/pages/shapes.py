"""Organizations of every shape that data comes in: from none at all to more than a screen holds."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from domain.providers import CANONICAL_PROVIDERS
from tests.http_client import an_event

Events = list[dict[str, Any]]

#: What those call their things whose names are not in question.
ORDINARY = ("Sample",)
LONGEST_TAG = 64


@dataclass(frozen=True, slots=True)
class Shape:
    """``calls`` makes the calls of an organization, of the time that it is given.

    ``names`` are what it calls its budgets and keys. ``days_ago`` are the first and the last day
    of its reports, None for the 30 days that pages show unasked, and ``stacks`` what its chart is
    stacked by besides providers. ``total``, ``coverage`` and ``count`` are what pages must say.
    """

    name: str
    calls: Callable[[datetime], Events]
    total: str = ""
    coverage: str = "100% of calls priced"
    count: int = 0
    unpriced: int = 0
    names: Sequence[str] = ORDINARY
    days_ago: tuple[int, int] | None = None
    stacks: Sequence[str] = ()

    def range(self, now: datetime) -> dict[str, str]:
        """The names and values of an address that holds all its calls."""
        if self.days_ago is None:
            return {}
        first, last = ((now - timedelta(days=days)).date() for days in self.days_ago)
        return {"from": f"{first}", "to": f"{last}"}


def _at(moment: datetime) -> str:
    return moment.isoformat()


def _none(now: datetime) -> Events:  # noqa: ARG001 - as all shapes are made
    return []


def _one(now: datetime) -> Events:
    return [an_event(timestamp=_at(now - timedelta(minutes=1)), latency_ms=900)]


def _of_a_day(now: datetime) -> Events:
    """Every half hour of yesterday, by three services."""
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=1)
    return [
        an_event(
            timestamp=_at(midnight + timedelta(minutes=30 * number)),
            project=("checkout", "search", "support")[number % 3],
            latency_ms=400 + 35 * number,
        )
        for number in range(48)
    ]


def _of_a_year(now: datetime) -> Events:
    return [
        an_event(
            timestamp=_at(now - timedelta(days=number, minutes=5)),
            model=("claude-sonnet-4-5", "claude-haiku-4-5")[number % 2],
            provider_cost_usd="1.25",
        )
        for number in range(364)
    ]


def _of_one_provider(now: datetime) -> Events:
    models = ("gpt-5.5", "gpt-5-mini", "gpt-4.1", "our-own-deployment")
    return [
        an_event(
            timestamp=_at(now - timedelta(hours=5 * number, minutes=1)),
            provider="openai",
            model=models[number % 4],
            provider_cost_usd=None if number % 4 == 3 else "0.50",
            latency_ms=600,
        )
        for number in range(40)
    ]


def _of_thirty_providers(now: datetime) -> Events:
    known = sorted(CANONICAL_PROVIDERS)
    names = [*known, *(f"house-{number}" for number in range(30 - len(known)))]
    return [
        an_event(
            timestamp=_at(now - timedelta(hours=number, minutes=1)),
            provider=name,
            model=f"{name}-large",
            provider_cost_usd=f"{number + 1}",
        )
        for number, name in enumerate(names)
    ]


def _of_500_models(now: datetime) -> Events:
    return [
        an_event(
            timestamp=_at(now - timedelta(hours=number % 600, minutes=1)),
            provider="openai",
            model=f"ft:gpt-5-mini:acme:experiment-{number:03}",
            provider_cost_usd=f"{number / 100:.2f}",
            latency_ms=200 + number,
        )
        for number in range(1, 501)
    ]


def _called(*names: str) -> Callable[[datetime], Events]:
    """For each name a call with a price and one without, in which every text is that name."""

    def calls(now: datetime) -> Events:
        return [event for name in names for event in _named(now, name)]

    return calls


def _named(now: datetime, name: str) -> Iterator[dict[str, Any]]:
    texts = ("project", "environment", "user", "session", "operation", "trace_id", "region")
    fields = dict.fromkeys(texts, name) | {"tags": {name[:LONGEST_TAG]: name}, "latency_ms": 900}
    fields["timestamp"] = _at(now - timedelta(minutes=1))
    yield an_event(**fields, id=name[:128])
    yield an_event(**fields, provider=name, model=name, status="error", error_code=name)


LONG = "W" * 256
FOREIGN = (
    "شركة الحوسبة الحقيقية " * 3,
    "\u202eחשבון אמיתי",  # noqa: RUF001 - Hebrew is meant
    "👩‍👩‍👧‍👦🇺🇳🦊" * 6,
    "日本語の名前" * 8,
)
HOSTILE = (
    "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "\"'><svg/onload=alert(1)>{{ 7*7 }}${7*7}</title></textarea>",
    "=cmd|'/C calc'!A0",
    "Total;=1+1;@SUM(A1)",
    "../..//%00%2e?a=b&c#d;\\",
)

_HALF = "50% of calls priced"
SHAPES = (
    Shape("empty", _none, names=()),
    Shape("one call", _one, "$0.0021", count=1),
    Shape("one day", _of_a_day, "$0.1008", count=48, days_ago=(1, 1), stacks=("project",)),
    Shape("one year", _of_a_year, "$455", count=364, days_ago=(364, 0)),
    Shape("one provider", _of_one_provider, "$15", "75% of calls priced", 40, 10,
          stacks=("model", "total")),
    Shape("thirty providers", _of_thirty_providers, "$465", count=30),
    Shape("500 models", _of_500_models, "$1252.5", count=500, stacks=("model",)),
    Shape("long names", _called(LONG), "$0.0021", _HALF, 2, 1, names=(LONG,),
          stacks=("user", f"tag.{LONG[:LONGEST_TAG]}")),
    Shape("foreign names", _called(*FOREIGN), "$0.0084", _HALF, 8, 4, FOREIGN, stacks=("project",)),
    Shape("hostile names", _called(*HOSTILE), "$0.0105", _HALF, 10, 5, HOSTILE, stacks=("user",)),
)  # fmt: skip
