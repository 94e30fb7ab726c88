"""One call as a program of the sample organization reports it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from random import Random
from typing import TypeVar

from domain.event import ReportedEvent, Status, UsageStatus
from domain.usage.token_usage import TokenUsage
from entrypoints.demo.models import Model
from entrypoints.demo.timing import failure_ms, timing_of
from entrypoints.demo.usage import cut_off, estimate, usage_of
from entrypoints.demo.workloads import Workload

_ERROR_RATE = 0.015
_INTERRUPTION_RATE = 0.02
#: A client that counts the tokens of an interrupted stream itself, where the provider did not.
_ESTIMATE_RATE = 0.5
_ERRORS = (
    ("rate_limit_exceeded", 5),
    ("overloaded", 3),
    ("timeout", 2),
    ("server_error", 2),
    ("context_length_exceeded", 1),
)

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Caller:
    """Makes the calls of one workload, each as it goes well, fails or is interrupted."""

    workload: Workload
    rng: Random

    def call(self, model: Model, id: str, timestamp: datetime) -> ReportedEvent:  # noqa: A002
        event = self._about(model, id, timestamp)
        chance = self.rng.random()
        if chance < _ERROR_RATE:
            return self._failed(event)
        usage = usage_of(self.rng, self.workload, model)
        if self.workload.is_streamed and chance < _ERROR_RATE + _INTERRUPTION_RATE:
            return self._interrupted(event, model, usage)
        return self._finished(event, model, usage)

    def _about(self, model: Model, id: str, timestamp: datetime) -> ReportedEvent:  # noqa: A002
        work, rng = self.workload, self.rng
        tags = {"feature": work.feature, "team": work.team}
        if work.customers:
            tags["customer"] = by_rank(rng, work.customers)
        return ReportedEvent(
            id=id,
            timestamp=timestamp,
            provider=model.provider,
            model=model.name,
            operation=work.operation,
            service_tier=model.service_tier,
            project=work.project,
            environment=weighted(rng, work.environments),
            user=by_rank(rng, work.users) if work.users else None,
            session=f"s_{rng.getrandbits(40):010x}" if work.users else None,
            trace_id=f"{rng.getrandbits(128):032x}",
            tags=tags,
        )

    def _failed(self, event: ReportedEvent) -> ReportedEvent:
        code = weighted(self.rng, _ERRORS)
        return replace(
            event, status=Status.ERROR, error_code=code, latency_ms=failure_ms(self.rng, code)
        )

    def _interrupted(self, event: ReportedEvent, model: Model, usage: TokenUsage) -> ReportedEvent:
        usage = cut_off(self.rng, usage)
        event = self._timed(event, model, usage)
        if model.states_prompt_first and model.shape is not None:
            status = UsageStatus.PARTIAL
            return replace(event, provider_usage=model.shape(usage), usage_status=status)
        if self.rng.random() < _ESTIMATE_RATE:
            return replace(event, usage=estimate(usage), usage_status=UsageStatus.ESTIMATED)
        return event

    def _finished(self, event: ReportedEvent, model: Model, usage: TokenUsage) -> ReportedEvent:
        event = self._timed(event, model, usage)
        if model.shape is None:
            return replace(event, usage=usage)
        return replace(event, provider_usage=model.shape(usage))

    def _timed(self, event: ReportedEvent, model: Model, usage: TokenUsage) -> ReportedEvent:
        if model.service_tier == "batch":
            # Nobody waits for a batch: its calls have no latency of their own.
            return event
        timing = timing_of(self.rng, model, usage)
        first = timing.first_token_ms if self.workload.is_streamed else None
        return replace(event, latency_ms=timing.latency_ms, time_to_first_token_ms=first)


def weighted(rng: Random, items: Sequence[tuple[Item, float]]) -> Item:
    """One of the items, by their weights."""
    return rng.choices([item for item, _ in items], [weight for _, weight in items])[0]


def by_rank(rng: Random, items: Sequence[Item]) -> Item:
    """One of the items, the first most often."""
    return rng.choices(items, [1 / rank for rank in range(1, len(items) + 1)])[0]
