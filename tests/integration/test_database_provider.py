"""The PostgreSQL that the integration tests get."""

from pathlib import Path

import psycopg
import pytest

from tests.integration.database import (
    ContainerRequiredError,
    PostgresServer,
    postgres_server,
    temporary_database,
)

OLDEST_SUPPORTED = 15


def test_the_server_is_a_supported_release_and_speaks_utf8(empty_database_url: str) -> None:
    with psycopg.connect(empty_database_url) as connection:
        assert connection.info.server_version // 10_000 >= OLDEST_SUPPORTED
        assert connection.info.parameter_status("server_encoding") == "UTF8"


def test_a_temporary_database_is_a_copy_of_its_template(postgres: PostgresServer) -> None:
    with temporary_database(postgres) as template_url:
        with psycopg.connect(template_url) as connection:
            connection.execute("CREATE TABLE colours AS SELECT 'ochre' AS name")
            template = connection.info.dbname
        with (
            temporary_database(postgres, template) as url,
            psycopg.connect(url) as connection,
        ):
            assert connection.execute("SELECT name FROM colours").fetchall() == [("ochre",)]


def test_a_temporary_database_is_dropped_under_an_open_connection(
    postgres: PostgresServer,
) -> None:
    with temporary_database(postgres) as url:
        connection = psycopg.connect(url)
    with connection, pytest.raises(psycopg.OperationalError):
        connection.execute("SELECT 1")
    with pytest.raises(psycopg.OperationalError, match="does not exist"):
        psycopg.connect(url)


def test_a_given_url_goes_before_everything_else(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("TEST_DATABASE_URL", "postgresql+psycopg://me:secret@db.example/postgres")
    with postgres_server(tmp_path) as server:
        assert server == PostgresServer(
            "TEST_DATABASE_URL", "postgresql://me:secret@db.example/postgres"
        )


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        pytest.param("DOCKER_HOST", "unix:///nonexistent/docker.sock", id="no-docker"),
        pytest.param("TEST_POSTGRES_IMAGE", "truecompute-postgres:nonexistent", id="no-image"),
    ],
)
def test_ci_refuses_a_run_without_a_container(
    variable: str, value: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("TEST_DATABASE_URL", raising=False)
    monkeypatch.setenv("CI", "true")
    monkeypatch.setenv(variable, value)
    with pytest.raises(ContainerRequiredError), postgres_server(tmp_path):
        pytest.fail("a server was found after all")
