"""One application for the tests of a file; each test founds what it needs in it."""

from collections.abc import Callable, Iterator

import pytest
from flask import Flask

from entrypoints.container import Container
from tests.http_client import Team, ago, application, found, settings_on
from tests.integration.database import PostgresServer, temporary_database
from tests.integration.http.many_calls import DAYS, calls


@pytest.fixture(scope="module")
def file_database_url(postgres: PostgresServer, migrated_template: str) -> Iterator[str]:
    """A database that the tests of a file share; every test is a tenant of its own."""
    with temporary_database(postgres, migrated_template) as url:
        yield url


@pytest.fixture(scope="module")
def app(file_database_url: str) -> Iterator[Flask]:
    """The application with an operator's defaults."""
    with application(file_database_url) as app:
        yield app


@pytest.fixture
def team(app: Flask) -> Team:
    """An organization of the test's own."""
    return found(app)


@pytest.fixture
def price_again(file_database_url: str) -> Iterator[Callable[[], None]]:
    """Does what the worker does, until no call is left to price again."""
    container = Container(settings=settings_on(file_database_url))

    def run() -> None:
        while container.reprice_events()():
            pass

    yield run
    container.engine().dispose()


@pytest.fixture
def add_up(file_database_url: str) -> Iterator[Callable[[], None]]:
    """Does what the worker does, until every call is in sums."""
    container = Container(settings=settings_on(file_database_url))

    def run() -> None:
        while container.add_waiting_calls()():
            pass

    yield run
    container.engine().dispose()


@pytest.fixture(scope="module")
def file_team(app: Flask) -> Team:
    """An organization that the tests of a file share, and leave as it is."""
    return found(app)


@pytest.fixture(scope="module")
def busy(app: Flask) -> Team:
    """An organization with many calls, which no test changes."""
    team = found(app, "Busy")
    assert team.send(*calls())["accepted"] == 300
    return team


@pytest.fixture(scope="module")
def span() -> dict[str, str]:
    """A range that holds them all, and neither begins nor ends at a boundary."""
    return {"from": ago(days=DAYS, minutes=7), "to": ago(minutes=3)}
