"""The database that the settings mean: a server of the operator's, or the embedded one."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from adapters.sql.revision import is_current
from domain.errors import Unavailable
from entrypoints.settings import Settings


@dataclass(frozen=True, slots=True)
class ServingDatabase:
    """``is_running`` tells whether the embedded server's process is there; others count as it."""

    url: str
    is_running: Callable[[], bool] = lambda: True


@contextmanager
def serving_database(settings: Settings) -> Iterator[ServingDatabase]:
    """A database that answers and has today's tables, for as long as this lasts.

    The embedded PostgreSQL is started here and stopped at the end.

    Raises:
        Unavailable: it does not start, or cannot be reached.
    """
    if settings.database_url is not None:
        migrate(settings.database_url)
        yield ServingDatabase(settings.database_url)
        return
    from adapters.embedded_postgres.server import EmbeddedPostgres

    with EmbeddedPostgres(settings.data_dir) as server:
        migrate(server.address)
        yield ServingDatabase(server.address, server.is_running)


@contextmanager
def reachable_database(settings: Settings) -> Iterator[str]:
    """Like ``serving_database``, for a command beside a server that may be running already."""
    from adapters.embedded_postgres.errors import DataFolderInUse
    from adapters.embedded_postgres.server import EmbeddedPostgres

    if settings.database_url is None and not settings.data_dir.exists():
        raise Unavailable(
            f"There is no data folder {settings.data_dir}. Run this in the folder where TrueCompute"
            " was started, or with the same TRUECOMPUTE_DATA_DIR or DATABASE_URL."
        )
    try:
        with serving_database(settings) as database:
            yield database.url
    except DataFolderInUse:
        yield EmbeddedPostgres(settings.data_dir).address


def migrate(url: str) -> None:
    """Bring the tables to this version; quick when they are."""
    import psycopg

    try:
        if is_current(url):
            return
    except psycopg.OperationalError as error:
        raise Unavailable(f"The database cannot be reached: {error}") from None
    from adapters.sql.migrations import upgrade

    upgrade(url)
