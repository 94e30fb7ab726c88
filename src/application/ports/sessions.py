"""Signed-in browsers."""

from abc import abstractmethod
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from domain.organization import Member, Organization
from domain.session import Session
from domain.user import User


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionOfUser:
    """``member`` and ``organization`` are None for a user who belongs to none."""

    session: Session
    user: User
    member: Member | None
    organization: Organization | None


class SessionRepository(Protocol):
    """Sessions by the SHA-256 of their token, which comes before a tenant is known."""

    @abstractmethod
    def add(self, session: Session) -> None:
        """Store a new session."""

    @abstractmethod
    def find_signed_in(self, token_hash: bytes) -> SessionOfUser | None:
        """The session, expired or not, with whose it is and what they belong to; or None.

        It is asked before every page, so it is one look-up.
        """

    @abstractmethod
    def delete(self, token_hash: bytes) -> None:
        """End a session; an unknown one stays unknown."""

    @abstractmethod
    def delete_of_user(self, user_id: str, *, except_token_hash: bytes | None = None) -> None:
        """End all sessions of a user, or all but one."""

    @abstractmethod
    def delete_expired(self, now: datetime) -> int:
        """Remove sessions that ended before or at ``now``; how many."""
