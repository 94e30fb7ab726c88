"""Statements that run for every single request, given to the driver as they are.

SQLAlchemy takes three times as long for one as PostgreSQL does, which only shows where little else
is done (`make bench-budgets`). What it would make of them is written by hand, and its events of
statements do not tell of them.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from psycopg import Error as DriverError
from psycopg.rows import namedtuple_row
from sqlalchemy import Connection

from adapters.sql.engine import translated


def rows_of(connection: Connection, statement: str, values: Mapping[str, Any]) -> list[Any]:
    """What it answers; parameters are ``%(name)s``.

    Raises as a statement of SQLAlchemy's would: the domain's errors, else its own. A connection
    that was lost is found out when the unit of work is left.
    """
    with _cursor(connection) as cursor:
        return list(cursor.execute(statement, values).fetchall())


def run_each(connection: Connection, statement: str, values: Sequence[Mapping[str, Any]]) -> None:
    """Run it with each of these, one after the other; several go out without a wait for answers."""
    with _cursor(connection) as cursor:
        if len(values) == 1:
            cursor.execute(statement, values[0])
        elif values:
            cursor.executemany(statement, values)


@contextmanager
def _cursor(connection: Connection) -> Iterator[Any]:
    driver: Any = connection.connection.driver_connection
    try:
        with driver.cursor(row_factory=namedtuple_row) as cursor:
            yield cursor
    except DriverError as error:
        raise translated(error, connection) from error
