"""Signed-in browsers."""

from abc import abstractmethod
from datetime import datetime
from typing import Protocol

from domain.session import Session


class SessionRepository(Protocol):
    """Sessions by the SHA-256 of their token, which comes before a tenant is known."""

    @abstractmethod
    def add(self, session: Session) -> None:
        """Store a new session."""

    @abstractmethod
    def find_by_token_hash(self, token_hash: bytes) -> Session | None:
        """The session, expired or not, or None."""

    @abstractmethod
    def delete(self, token_hash: bytes) -> None:
        """End a session; an unknown one stays unknown."""

    @abstractmethod
    def delete_of_user(self, user_id: str, *, except_token_hash: bytes | None = None) -> None:
        """End all sessions of a user, or all but one."""

    @abstractmethod
    def delete_expired(self, now: datetime) -> int:
        """Remove sessions that ended before or at ``now``; how many."""
