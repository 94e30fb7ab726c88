"""A meter that a test reads."""

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from application.ports.ingestion_meter import IngestionMeter, Step


class InMemoryIngestionMeter(IngestionMeter):
    """``outcomes`` counts events, ``steps`` how often something was timed."""

    def __init__(self) -> None:
        self.outcomes: Counter[str] = Counter()
        self.steps: Counter[Step] = Counter()

    def count(self, outcomes: Mapping[str, int]) -> None:
        self.outcomes.update(outcomes)

    @contextmanager
    def timed(self, step: Step) -> Iterator[None]:
        self.steps[step] += 1
        yield
