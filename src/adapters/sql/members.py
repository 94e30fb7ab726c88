"""Members in PostgreSQL."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, Select, delete, insert, select, update

from adapters.sql.tables import members, organizations, users
from application.ports.members import MemberRepository
from domain.organization import Member, Role
from domain.text import has_unstorable


class SqlMemberRepository(MemberRepository):
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, organization_id: str, member: Member) -> None:
        self._connection.execute(
            insert(members).values(
                organization_id=organization_id,
                user_id=member.user_id,
                role=member.role,
                joined_at=member.joined_at,
            )
        )

    def find_by_user(self, user_id: str) -> Member | None:
        return self._one(_SELECT.where(members.c.user_id == user_id))

    def find(self, organization_id: str, email: str) -> Member | None:
        if has_unstorable(email):
            return None
        return self._one(
            _SELECT.where(members.c.organization_id == organization_id, users.c.email == email)
        )

    def list(
        self, organization_id: str, *, after: str | None = None, limit: int = 500
    ) -> list[Member]:
        found = _SELECT.where(members.c.organization_id == organization_id)
        if after is not None:
            found = found.where(_by_bytes > after)
        rows = self._connection.execute(found.order_by(_by_bytes).limit(limit))
        return [to_member(row._asdict()) for row in rows]

    def set_role(self, organization_id: str, user_id: str, role: Role) -> None:
        self._connection.execute(
            update(members)
            .where(members.c.organization_id == organization_id, members.c.user_id == user_id)
            .values(role=role)
        )

    def remove(self, organization_id: str, user_id: str) -> None:
        self._connection.execute(
            delete(members).where(
                members.c.organization_id == organization_id, members.c.user_id == user_id
            )
        )

    def count_owners_for_update(self, organization_id: str) -> int:
        # The organization's row stands for all of its members, so that two changes take turns.
        # Not a lock on its key: that would hold up every event that is stored meanwhile.
        lock = select(organizations.c.id).where(organizations.c.id == organization_id)
        self._connection.execute(lock.with_for_update(key_share=True))
        owners = select(members.c.user_id).where(
            members.c.organization_id == organization_id, members.c.role == Role.OWNER
        )
        return len(self._connection.execute(owners).all())

    def _one(self, found: Select[Any]) -> Member | None:
        row = self._connection.execute(found).one_or_none()
        return None if row is None else to_member(row._asdict())


#: The order of bytes is the same in every locale, and in the memory adapter.
_by_bytes = users.c.email.collate("C")

_SELECT = select(members, users.c.email, users.c.name).join(users, users.c.id == members.c.user_id)


def to_member(row: Mapping[str, Any]) -> Member:
    """Of a row that has the user's names, too."""
    return Member(**{**row, "role": Role(row["role"])})
