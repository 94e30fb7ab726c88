"""A real PostgreSQL for the tests: one that is given, a container, or the embedded server."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, LiteralString
from uuid import uuid4

import psycopg
from psycopg import sql
from sqlalchemy import URL, make_url
from testcontainers.community.postgres import PostgresContainer

from adapters.embedded_postgres.server import EmbeddedPostgres

Kind = Literal["TEST_DATABASE_URL", "container", "embedded"]

DOCKER_ANSWERS_WITHIN_SECONDS = 3
# Test data need not outlive a power cut, and a database comes and goes with every test.
CONTAINER_SETTINGS = ["-c", "fsync=off", "-c", "full_page_writes=off"]


class ContainerRequiredError(Exception):
    """CI promises a run on a container, and there is neither one nor `TEST_DATABASE_URL`."""


@dataclass(frozen=True, slots=True)
class PostgresServer:
    """A server that answers; `url` is a database to connect to, as a role that creates others."""

    kind: Kind
    url: str


@contextmanager
def postgres_server(scratch: Path) -> Iterator[PostgresServer]:
    """The best PostgreSQL at hand, until the context ends.

    `TEST_DATABASE_URL` comes first; then a container, where Docker answers and holds the image
    (`TEST_POSTGRES_IMAGE`; nothing is pulled); then the embedded server, its data in `scratch`.

    Raises ContainerRequiredError where `CI` is set and only the embedded server is left.
    """
    image = os.environ.get("TEST_POSTGRES_IMAGE", "truecompute-postgres:15")
    if given := os.environ.get("TEST_DATABASE_URL"):
        yield PostgresServer("TEST_DATABASE_URL", _plain(make_url(given)))
    elif _docker_holds(image):
        yield from _in_container(image)
    elif os.environ.get("CI"):
        raise ContainerRequiredError(
            f"Docker does not answer or does not hold the image {image}. In CI the tests run on a "
            "container; .ci/run builds it. At a desk, unset CI to use the embedded server."
        )
    else:
        yield from _embedded(scratch / "embedded")


@contextmanager
def temporary_database(server: PostgresServer, template: str = "template0") -> Iterator[str]:
    """The URL of a new database, a copy of `template`, dropped with whoever is still connected."""
    name = f"test_{uuid4().hex}"
    _execute(server, "CREATE DATABASE {} TEMPLATE {}", name, template)
    try:
        yield _plain(make_url(server.url).set(database=name))
    finally:
        _execute(server, "DROP DATABASE {} WITH (FORCE)", name)


def are_waiting(database_url: str) -> int:
    """How many transactions wait for a lock."""
    with psycopg.connect(database_url) as connection:
        found = connection.execute(
            "SELECT count(*) FROM pg_stat_activity"
            " WHERE datname = current_database() AND wait_event_type = 'Lock'"
        ).fetchone()
    assert found is not None
    return int(found[0])


def _plain(url: URL) -> str:
    """The URL as both SQLAlchemy and psycopg read it: no driver named."""
    return url.set(drivername="postgresql").render_as_string(hide_password=False)


def _execute(server: PostgresServer, statement: LiteralString, *names: str) -> None:
    with psycopg.connect(server.url, autocommit=True) as connection:
        connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))


def _docker_holds(image: str) -> bool:
    try:
        inspection = subprocess.run(
            ["docker", "image", "inspect", image],
            capture_output=True,
            timeout=DOCKER_ANSWERS_WITHIN_SECONDS,
            check=False,
        )
    except (FileNotFoundError, subprocess.TimeoutExpired):
        return False
    return inspection.returncode == 0


def _in_container(image: str) -> Iterator[PostgresServer]:
    # The library's reaper is an image of its own, and would be pulled.
    os.environ.setdefault("TESTCONTAINERS_RYUK_DISABLED", "true")
    with PostgresContainer(image, driver=None).with_command(CONTAINER_SETTINGS) as container:
        yield PostgresServer("container", container.get_connection_url())


def _embedded(data_dir: Path) -> Iterator[PostgresServer]:
    server = EmbeddedPostgres(data_dir)
    # The address that it hands out is for the program's own role, which creates no databases.
    url = make_url(server.start()).set(username="postgres", database="postgres")
    try:
        yield PostgresServer("embedded", _plain(url))
    finally:
        server.stop()
