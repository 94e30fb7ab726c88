"""Who belongs to an organization."""

from abc import abstractmethod
from typing import Protocol

from domain.organization import Member, Role


class MemberRepository(Protocol):
    """Members of an organization. ``find_by_user`` comes before a tenant is known."""

    @abstractmethod
    def add(self, organization_id: str, member: Member) -> None:
        """Raises ``Conflict`` (``already_member``) when the user is in any organization."""

    @abstractmethod
    def find_by_user(self, user_id: str) -> Member | None:
        """The user's one membership, or None before onboarding."""

    @abstractmethod
    def find(self, organization_id: str, email: str) -> Member | None:
        """The member with this lower-case address, or None."""

    @abstractmethod
    def list(
        self, organization_id: str, *, after: str | None = None, limit: int = 500
    ) -> list[Member]:
        """Members by e-mail address, those after ``after``."""

    @abstractmethod
    def set_role(self, organization_id: str, user_id: str, role: Role) -> None:
        """Change a member's role."""

    @abstractmethod
    def remove(self, organization_id: str, user_id: str) -> None:
        """End a membership; the user stays a user."""

    @abstractmethod
    def count_owners_for_update(self, organization_id: str) -> int:
        """The number of owners.

        Until the unit of work ends, no other one can count or change the owners, so that two
        owners cannot demote each other at once.
        """
