"""The sample organization's calls between two instants: the same ones at every run."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from random import Random

from domain.event import ReportedEvent
from domain.period import midnight
from entrypoints.demo.calls import Caller, weighted
from entrypoints.demo.rhythms import progress, volume
from entrypoints.demo.workloads import BACKFILL, WORKLOADS, Workload

#: The day of the archive backfill, counted back from the anchor.
SPIKE_DAYS_BACK = 14
_DAILY_NOISE = 0.08


@dataclass(frozen=True, slots=True)
class SentEvent:
    """A call, and the name of the key that it is sent with."""

    key: str
    event: ReportedEvent


def events_between(
    since: datetime, until: datetime, *, anchor: date, rng_seed: int
) -> list[SentEvent]:
    """Calls in ``[since, until]``, oldest first; both are aware.

    A day's calls, their ids among them, depend on the day, ``anchor`` and ``rng_seed`` alone, so
    that a later run repeats what an earlier one made. ``anchor`` is the day that growth and the
    spike are counted from.
    """
    days = (until.astimezone(UTC).date() - since.astimezone(UTC).date()).days
    first = since.astimezone(UTC).date()
    found = [
        sent
        for number in range(days + 1)
        for sent in events_of_day(first + timedelta(days=number), anchor=anchor, rng_seed=rng_seed)
        if since <= sent.event.timestamp <= until
    ]
    return sorted(found, key=lambda sent: (sent.event.timestamp, sent.event.id))


def events_of_day(day: date, *, anchor: date, rng_seed: int) -> Iterator[SentEvent]:
    """All calls of a day in UTC, in no order."""
    size = volume(day, anchor)
    for workload in WORKLOADS:
        calls = workload.calls * size * workload.rhythm.weekdays[day.weekday()]
        yield from _calls(workload, day, calls, anchor, rng_seed)
    if anchor - day == timedelta(days=SPIKE_DAYS_BACK):
        yield from _calls(BACKFILL, day, BACKFILL.calls, anchor, rng_seed)


def _calls(
    workload: Workload, day: date, expected: float, anchor: date, rng_seed: int
) -> Iterator[SentEvent]:
    # A source of its own for each workload, so that a change of one leaves the others alone.
    source = f"{rng_seed}/{day}/{workload.project}/{workload.feature}"
    rng = Random(source)  # noqa: S311 - sample data, to be the same on every run
    caller = Caller(workload, rng)
    share = progress(day, anchor)
    models = [(choice.model, choice.weight(share)) for choice in workload.choices]
    for number in range(_whole(rng, expected * rng.lognormvariate(0, _DAILY_NOISE))):
        call_id = f"demo-{day:%Y%m%d}-{workload.feature}-{number:03}"
        moment = workload.rhythm.moment(rng, midnight(day))
        yield SentEvent(workload.key, caller.call(weighted(rng, models), call_id, moment))


def _whole(rng: Random, expected: float) -> int:
    """A whole number whose mean is ``expected``."""
    return int(expected) + (rng.random() < expected % 1)
