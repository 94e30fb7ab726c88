"""Counts of sign-in attempts in PostgreSQL, so that all processes share them."""

from datetime import datetime

from sqlalchemy import Connection, case, delete, func, update
from sqlalchemy.dialects.postgresql import insert

from adapters.sql.tables import sign_in_attempts as table
from application.ports.sign_in_attempts import SignInAttempts

#: Enough to be over any limit, and far from the end of an integer.
_MOST = 1_000_000


class SqlSignInAttempts(SignInAttempts):
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def count(self, bucket: bytes, now: datetime, window_start: datetime) -> tuple[int, datetime]:
        over = table.c.began_at <= window_start
        one_more = func.least(table.c.attempts + 1, _MOST)
        upsert = (
            insert(table)
            .values(bucket=bucket, began_at=now, attempts=1)
            .on_conflict_do_update(
                index_elements=[table.c.bucket],
                set_={
                    "attempts": case((over, 1), else_=one_more),
                    "began_at": case((over, now), else_=table.c.began_at),
                },
            )
            .returning(table.c.attempts, table.c.began_at)
        )
        attempts, began_at = self._connection.execute(upsert).one()
        return attempts, began_at

    def forgive(self, bucket: bytes) -> None:
        self._connection.execute(
            update(table)
            .where(table.c.bucket == bucket, table.c.attempts > 0)
            .values(attempts=table.c.attempts - 1)
        )

    def clear(self, bucket: bytes) -> None:
        self._connection.execute(delete(table).where(table.c.bucket == bucket))

    def delete_before(self, window_start: datetime) -> int:
        return self._connection.execute(
            delete(table).where(table.c.began_at <= window_start)
        ).rowcount
