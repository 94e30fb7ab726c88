"""COPY, which stores a batch in a fraction of the time of an insert (`make bench-ingestion`)."""

from collections.abc import Iterable, Sequence
from typing import Any

from psycopg import Error as DriverError
from psycopg import sql
from sqlalchemy import Connection

from adapters.sql.engine import translated


def copy_rows(
    connection: Connection, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]
) -> None:
    """Store rows of values in the order of ``columns``, within the connection's transaction.

    Raises as a statement of SQLAlchemy's would: the domain's errors, else its own.
    """
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(table), sql.SQL(", ").join(map(sql.Identifier, columns))
    )
    driver: Any = connection.connection.driver_connection
    try:
        with driver.cursor() as cursor, cursor.copy(statement) as copy:
            for row in rows:
                copy.write_row(row)
    except DriverError as error:
        raise translated(error, connection) from error
