"""Prometheus metrics, added up over all processes of a server."""

import os
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    generate_latest,
)
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector
from sqlalchemy import Engine, event

from application.ports.ingestion_meter import IngestionMeter, Step

CONTENT_TYPE = CONTENT_TYPE_LATEST
_EVENTS = "truecompute_events"
#: Where the library finds the folder that processes share; without it there is only this one.
_SHARED_FOLDER = "PROMETHEUS_MULTIPROC_DIR"
_SECONDS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15)


class PrometheusMetrics(IngestionMeter):
    """Counters and histograms of this process, and of the others by a folder that all share."""

    def __init__(self) -> None:
        self._registry = registry = CollectorRegistry()
        self._events = Counter(
            _EVENTS, "Events by what became of them.", ["outcome"], registry=registry
        )
        self._steps = Histogram(
            "truecompute_ingest_step_seconds",
            "Time of a request's events in decoding, pricing, writing and commit.",
            ["step"],
            buckets=_SECONDS,
            registry=registry,
        )
        self._requests = Histogram(
            "truecompute_http_request_seconds",
            "Time of HTTP requests.",
            ["method", "route", "status"],
            buckets=_SECONDS,
            registry=registry,
        )
        self._connections = Gauge(
            "truecompute_database_connections_in_use",
            "Connections of the pools that a request holds.",
            multiprocess_mode="livesum",
            registry=registry,
        )

    def count(self, outcomes: Mapping[str, int]) -> None:
        for outcome, number in outcomes.items():
            self._events.labels(outcome).inc(number)

    def timed(self, step: Step) -> AbstractContextManager[None]:
        return self._steps.labels(step.value).time()

    def answered(self, method: str, route: str, status: int, seconds: float) -> None:
        """Add a request; ``route`` is the pattern, not the address, or there would be no end."""
        self._requests.labels(method, route, str(status)).observe(seconds)

    def watch(self, engine: Engine) -> None:
        """Follow how many connections of the pool are in use."""
        event.listen(engine, "checkout", lambda *_: self._connections.inc())
        event.listen(engine, "checkin", lambda *_: self._connections.dec())

    def exposition(self, gauges: Mapping[str, tuple[str, float]]) -> bytes:
        """Everything in Prometheus' text format; ``gauges`` are further values by name, with a
        description.
        """
        shown = CollectorRegistry()
        shown.register(_Shown(self._collected(), gauges))
        return generate_latest(shown)

    def _collected(self) -> list[Metric]:
        if _SHARED_FOLDER not in os.environ:
            return list(self._registry.collect())
        shared = CollectorRegistry()
        MultiProcessCollector(shared)  # type: ignore[no-untyped-call]
        return list(shared.collect())


class _Shown(Collector):
    """What was collected, and what follows from it.

    Received events are the sum of all outcomes, so that the two agree at every moment.
    """

    def __init__(self, collected: list[Metric], gauges: Mapping[str, tuple[str, float]]) -> None:
        self._collected = collected
        self._gauges = gauges

    def collect(self) -> Iterator[Metric]:
        yield from self._collected
        received = sum(
            sample.value
            for metric in self._collected
            if metric.name == _EVENTS
            for sample in metric.samples
            if sample.name == f"{_EVENTS}_total"
        )
        yield CounterMetricFamily(
            f"{_EVENTS}_received", "Events that were received: the sum of all outcomes.", received
        )
        for name, (description, value) in self._gauges.items():
            yield GaugeMetricFamily(f"truecompute_{name}", description, value)
