"""Sessions in PostgreSQL."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Column, ColumnElement, Connection, delete, insert, select

from adapters.sql.members import to_member
from adapters.sql.organizations import ORGANIZATION_COLUMNS
from adapters.sql.tables import members, organizations, sessions, users
from application.ports.sessions import SessionOfUser, SessionRepository
from domain.organization import Organization
from domain.session import Session
from domain.user import User


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

    def find_signed_in(self, token_hash: bytes) -> SessionOfUser | None:
        found = _SIGNED_IN.where(sessions.c.token_hash == token_hash)
        row = self._connection.execute(found).one_or_none()
        return None if row is None else _to_session_of_user(row._asdict())

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


def _labelled(columns: Iterable[Column[Any]]) -> list[ColumnElement[Any]]:
    """Each with its table's name before it: several tables have an ``id``."""
    return [column.label(f"{column.table.name}.{column.name}") for column in columns]


_SIGNED_IN = (
    select(*_labelled((*sessions.c, *users.c, *members.c, *ORGANIZATION_COLUMNS)))
    .join(users, users.c.id == sessions.c.user_id)
    .outerjoin(members, members.c.user_id == users.c.id)
    .outerjoin(organizations, organizations.c.id == members.c.organization_id)
)


def _to_session_of_user(row: Mapping[str, Any]) -> SessionOfUser:
    user = User(**_of("users", row))
    belongs = row["members.user_id"] is not None
    names = {"email": user.email, "name": user.name}
    return SessionOfUser(
        session=Session(**_of("sessions", row)),
        user=user,
        member=to_member(_of("members", row) | names) if belongs else None,
        organization=Organization(**_of("organizations", row)) if belongs else None,
    )


def _of(table: str, row: Mapping[str, Any]) -> dict[str, Any]:
    """The values of one table's columns."""
    prefix = f"{table}."
    return {
        name.removeprefix(prefix): value for name, value in row.items() if name.startswith(prefix)
    }
