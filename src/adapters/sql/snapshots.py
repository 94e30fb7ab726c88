"""The beginning and the end of a snapshot, and what the driver prepares in it.

Of its own accord the driver prepares a statement when it has run five times, and forgets all of
them at each rollback; and PostgreSQL then decides by its estimates whether to go on planning it.
Neither suits reports: their statements are long and join what no estimate knows of.
"""

from typing import Any

from psycopg import Error as DriverError
from psycopg.pq import TransactionStatus
from sqlalchemy import Connection

from adapters.sql.engine import translated

_BEGIN = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
#: As one message, which is answered once. What is added up needs no order, and PostgreSQL, which
#: takes tens of thousands of rows for a tenth or for tenfold, would else sort them.
_BEGIN_OF_SUMS = (
    f"{_BEGIN}; SET LOCAL plan_cache_mode = force_generic_plan; SET LOCAL enable_sort = off"
)
_AT_ONCE, _NEVER = 0, None


class Snapshot:
    """A transaction of a ``connection`` that is in none; sums are prepared, and nothing else is."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        # A connection of SQLAlchemy's that was lost would be made anew by asking for it.
        driver: Any = connection.connection.driver_connection
        self._driver, self._threshold = driver, driver.prepare_threshold

    def begin(self, *, of_sums: bool) -> None:
        self._run(_BEGIN_OF_SUMS if of_sums else _BEGIN)
        self._driver.prepare_threshold = _AT_ONCE if of_sums else _NEVER

    def end(self) -> None:
        """With a commit, which forgets nothing; a connection that was lost is left to the pool."""
        self._driver.prepare_threshold = self._threshold
        status = self._driver.info.transaction_status
        if status == TransactionStatus.INTRANS:
            self._run("COMMIT")
        elif status == TransactionStatus.INERROR:
            self._run("ROLLBACK")
            # The server keeps what was prepared and failed, of which the driver no longer knows.
            self._run("DEALLOCATE ALL")

    def _run(self, statement: str) -> None:
        try:
            self._driver.execute(statement, prepare=False)
        except DriverError as error:
            raise translated(error, self._connection) from error
