"""What every part needs: a fresh database, an application on it, and a way to tell."""

import statistics
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from adapters.sql.migrations import upgrade
from entrypoints.container import Container
from tests.budget_races import container_on
from tests.integration.database import PostgresServer, temporary_database
from tests.integration.server import served


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


@contextmanager
def database(server: PostgresServer) -> Iterator[str]:
    with temporary_database(server) as url:
        upgrade(url)
        yield url


@contextmanager
def two_processes(server: PostgresServer, log: Path) -> Iterator[int]:
    """The port of two server processes on a fresh database."""
    with (
        database(server) as url,
        served(url, log, WEB_CONCURRENCY="2", LOG_LEVEL="error") as address,
    ):
        yield int(address.rpartition(":")[2])


@contextmanager
def application(server: PostgresServer) -> Iterator[Container]:
    with database(server) as url:
        container = container_on(url)
        try:
            yield container
        finally:
            container.engine().dispose()


def percentiles(values: Sequence[float]) -> tuple[float, float, float]:
    """The median, and what 95 and 99 of 100 are below."""
    cuts = statistics.quantiles(values, n=100)
    return cuts[49], cuts[94], cuts[98]
