"""Open invitations in PostgreSQL."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, select
from sqlalchemy.dialects.postgresql import insert

from adapters.sql.tables import invitations
from application.ports.invitations import InvitationRepository
from domain.organization import Invitation, Role
from domain.text import has_unstorable


class SqlInvitationRepository(InvitationRepository):
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def put(self, organization_id: str, invitation: Invitation) -> None:
        values = {
            "id": invitation.id,
            "role": invitation.role,
            "token_hash": invitation.token_hash,
            "invited_by": invitation.invited_by,
            "created_at": invitation.created_at,
            "expires_at": invitation.expires_at,
        }
        self._connection.execute(
            insert(invitations)
            .values(organization_id=organization_id, email=invitation.email, **values)
            .on_conflict_do_update(
                index_elements=[invitations.c.organization_id, invitations.c.email], set_=values
            )
        )

    def list(self, organization_id: str, now: datetime) -> list[Invitation]:
        found = select(invitations).where(
            invitations.c.organization_id == organization_id, invitations.c.expires_at > now
        )
        rows = self._connection.execute(found.order_by(invitations.c.email.collate("C")))
        return [_to_invitation(row._asdict()) for row in rows]

    def remove(self, organization_id: str, email: str) -> bool:
        if has_unstorable(email):
            return False
        removed = self._connection.execute(
            delete(invitations).where(
                invitations.c.organization_id == organization_id, invitations.c.email == email
            )
        )
        return removed.rowcount > 0

    def find_by_token_hash(self, token_hash: bytes) -> Invitation | None:
        found = select(invitations).where(invitations.c.token_hash == token_hash)
        row = self._connection.execute(found).one_or_none()
        return None if row is None else _to_invitation(row._asdict())

    def take_by_token_hash(self, token_hash: bytes) -> Invitation | None:
        taken = delete(invitations).where(invitations.c.token_hash == token_hash)
        row = self._connection.execute(taken.returning(invitations)).one_or_none()
        return None if row is None else _to_invitation(row._asdict())

    def delete_expired(self, now: datetime) -> int:
        return self._connection.execute(
            delete(invitations).where(invitations.c.expires_at <= now)
        ).rowcount


def _to_invitation(row: dict[str, Any]) -> Invitation:
    return Invitation(**{**row, "role": Role(row["role"])})
