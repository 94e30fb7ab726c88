"""Open invitations to join an organization."""

from abc import abstractmethod
from datetime import datetime
from typing import Protocol

from domain.organization import Invitation


class InvitationRepository(Protocol):
    """Invitations that were not used yet. ``take_by_token_hash`` comes before a tenant is known."""

    @abstractmethod
    def put(self, organization_id: str, invitation: Invitation) -> None:
        """Store an invitation in place of an earlier one to the same address."""

    @abstractmethod
    def list(self, organization_id: str, now: datetime) -> list[Invitation]:
        """Those open at ``now``, by e-mail address."""

    @abstractmethod
    def remove(self, organization_id: str, email: str) -> bool:
        """Withdraw the invitation of an address; whether there was one."""

    @abstractmethod
    def find_by_token_hash(self, token_hash: bytes) -> Invitation | None:
        """The invitation, expired or not, or None."""

    @abstractmethod
    def take_by_token_hash(self, token_hash: bytes) -> Invitation | None:
        """Remove the invitation and return it; of several at once only one gets it."""

    @abstractmethod
    def delete_expired(self, now: datetime) -> int:
        """Remove those that ended before or at ``now``; how many."""
