"""What is in the database, for tests that say that nothing came or went."""

import psycopg
from psycopg import sql

from adapters.sql.schema import metadata


def rows_in(database_url: str) -> dict[str, int]:
    """How many rows each table has. Attempts to sign in are counted by design, so not those."""
    counts: dict[str, int] = {}
    with psycopg.connect(database_url) as connection:
        for name in sorted(metadata.tables.keys() - {"sign_in_attempts"}):
            count = sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(name))
            (counts[name],) = connection.execute(count).fetchone() or (0,)
    return counts
