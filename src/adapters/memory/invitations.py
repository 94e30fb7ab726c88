"""Open invitations in memory."""

from datetime import datetime

from adapters.memory.state import State
from application.ports.invitations import InvitationRepository
from domain.organization import Invitation


class InMemoryInvitationRepository(InvitationRepository):
    """The order of addresses is that of their code points, which is that of their bytes."""

    def __init__(self, state: State) -> None:
        self._invitations = state.invitations

    def put(self, organization_id: str, invitation: Invitation) -> None:
        self._invitations[organization_id, invitation.email] = invitation

    def list(self, organization_id: str, now: datetime) -> list[Invitation]:
        found = [
            invitation
            for (owner, _), invitation in self._invitations.items()
            if owner == organization_id and invitation.is_open_at(now)
        ]
        return sorted(found, key=lambda invitation: invitation.email)

    def remove(self, organization_id: str, email: str) -> bool:
        return self._invitations.pop((organization_id, email), None) is not None

    def find_by_token_hash(self, token_hash: bytes) -> Invitation | None:
        everything = self._invitations.values()
        return next((it for it in everything if it.token_hash == token_hash), None)

    def take_by_token_hash(self, token_hash: bytes) -> Invitation | None:
        taken = self.find_by_token_hash(token_hash)
        if taken is not None:
            del self._invitations[taken.organization_id, taken.email]
        return taken

    def delete_expired(self, now: datetime) -> int:
        expired = [key for key, it in self._invitations.items() if not it.is_open_at(now)]
        for key in expired:
            del self._invitations[key]
        return len(expired)
