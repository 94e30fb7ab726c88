"""What is in the database, for tests that say that nothing came or went."""

from functools import cache

import psycopg
from psycopg import sql

from adapters.sql.schema import metadata

#: Attempts to sign in are counted by design.
_TABLES = sorted(metadata.tables.keys() - {"sign_in_attempts"})
_COUNTS = sql.SQL("SELECT {}").format(
    sql.SQL(", ").join(
        sql.SQL("(SELECT count(*) FROM {})").format(sql.Identifier(name)) for name in _TABLES
    )
)


def rows_in(database_url: str) -> dict[str, int]:
    """How many rows each table has."""
    counts = _connection(database_url).execute(_COUNTS, prepare=True).fetchone() or ()
    return dict(zip(_TABLES, counts, strict=True))


@cache
def _connection(database_url: str) -> psycopg.Connection:
    """Kept, because thousands of tests count, and the plan for all months takes longest.

    It ends with the database.
    """
    return psycopg.connect(database_url, autocommit=True)
