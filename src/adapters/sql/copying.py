"""COPY, which stores a batch in a fraction of the time of an insert (`make bench-ingestion`)."""

from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Any

from psycopg import Error as DriverError
from psycopg import sql
from sqlalchemy import Connection

from adapters.sql.copy_format import OPTIONS, Value, line_of
from adapters.sql.engine import translated

#: Lines that are sent at once. One at a time takes longer, and all of a batch may be 16 MB.
_AT_ONCE = 64


def copy_rows(
    connection: Connection, table: str, columns: Sequence[str], rows: Iterable[Sequence[Value]]
) -> None:
    """Store rows of values in the order of ``columns``, within the connection's transaction.

    Raises as a statement of SQLAlchemy's would: the domain's errors, else its own.
    """
    statement = sql.SQL("COPY {} ({}) FROM STDIN ({})").format(
        sql.Identifier(table), sql.SQL(", ").join(map(sql.Identifier, columns)), sql.SQL(OPTIONS)
    )
    driver: Any = connection.connection.driver_connection
    lines = map(line_of, rows)
    try:
        with driver.cursor() as cursor, cursor.copy(statement) as copy:
            while several := "".join(islice(lines, _AT_ONCE)):
                copy.write(several)
    except DriverError as error:
        raise translated(error, connection) from error
