"""What integration tests share: PostgreSQL for real, a fresh database each, and a browser."""

import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

import psycopg
import pytest
from sqlalchemy import make_url

from tests.integration.browser import chromium_path
from tests.integration.database import PostgresServer, postgres_server, temporary_database

if TYPE_CHECKING:
    from adapters.sql.unit_of_work import SqlUnitsOfWork


@pytest.fixture(scope="session")
def postgres(
    tmp_path_factory: pytest.TempPathFactory, pytestconfig: pytest.Config
) -> Iterator[PostgresServer]:
    """The server of this run (of this worker, with pytest-xdist), named in the run's output."""
    with postgres_server(tmp_path_factory.mktemp("postgres")) as server:
        with psycopg.connect(server.url) as connection:
            version = connection.info.parameter_status("server_version")
        _announce(pytestconfig, f"PostgreSQL of these tests: {server.kind}, version {version}")
        yield server


@pytest.fixture(scope="session")
def migrated_template(postgres: PostgresServer) -> Iterator[str]:
    """The name of a database at the newest revision, to be copied and not connected to."""
    from adapters.sql.migrations import upgrade

    with temporary_database(postgres) as url:
        upgrade(url)
        yield str(make_url(url).database)


@pytest.fixture
def database_url(postgres: PostgresServer, migrated_template: str) -> Iterator[str]:
    """A database of the test's own, with all tables and no rows but those of the migrations."""
    with temporary_database(postgres, migrated_template) as url:
        yield url


@pytest.fixture
def units_of_work(database_url: str) -> "Iterator[SqlUnitsOfWork]":
    """On a database of the test's own, with connections for a dozen threads."""
    from adapters.sql.engine import create_pool
    from adapters.sql.unit_of_work import SqlUnitsOfWork

    engine = create_pool(database_url, size=12)
    yield SqlUnitsOfWork(engine)
    engine.dispose()


@pytest.fixture
def empty_database_url(postgres: PostgresServer) -> Iterator[str]:
    """A database of the test's own, without tables."""
    with temporary_database(postgres) as url:
        yield url


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of a Chromium, for `executable_path`; see `browser.CHROMIUM_ARGUMENTS`."""
    return chromium_path()


def _announce(config: pytest.Config, line: str) -> None:
    # Standard error, because a worker of pytest-xdist has no terminal but shares that.
    with config.pluginmanager.getplugin("capturemanager").global_and_fixture_disabled():
        print(f"\n{line}", file=sys.stderr)
