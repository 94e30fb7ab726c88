"""Sessions in PostgreSQL."""

from datetime import datetime

from sqlalchemy import Connection, delete, insert, select

from adapters.sql.tables import sessions
from application.ports.sessions import SessionRepository
from domain.session import Session


class SqlSessionRepository(SessionRepository):
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, session: Session) -> None:
        self._connection.execute(
            insert(sessions).values(
                token_hash=session.token_hash,
                user_id=session.user_id,
                created_at=session.created_at,
                expires_at=session.expires_at,
            )
        )

    def find_by_token_hash(self, token_hash: bytes) -> Session | None:
        found = select(sessions).where(sessions.c.token_hash == token_hash)
        row = self._connection.execute(found).one_or_none()
        return None if row is None else Session(**row._asdict())

    def delete(self, token_hash: bytes) -> None:
        self._connection.execute(delete(sessions).where(sessions.c.token_hash == token_hash))

    def delete_of_user(self, user_id: str, *, except_token_hash: bytes | None = None) -> None:
        doomed = delete(sessions).where(sessions.c.user_id == user_id)
        if except_token_hash is not None:
            doomed = doomed.where(sessions.c.token_hash != except_token_hash)
        self._connection.execute(doomed)

    def delete_expired(self, now: datetime) -> int:
        return self._connection.execute(
            delete(sessions).where(sessions.c.expires_at <= now)
        ).rowcount
